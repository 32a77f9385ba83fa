// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a command line: the first says for which architecture, a NUL ends an argument. What
 * is understood is composed into the next kernel's command line.
 */
#include "config.h"
#include "arch/arch.h"
#include "kexec/cmdline.h"
#include "tests/fuzz/fuzz.h"

#define ARGUMENTS_MAX 40

static void compose(const struct arch *arch, const struct options *options, struct arena *arena)
{
	const struct machine machine = {
		.arch = arch, .cmdline = "BOOT_IMAGE=/vmlinuz root=/dev/vda1 crashkernel=1G quiet",
	};
	struct error error = { 0 };
	const char *cmdline = cmdline_compose(&machine, options, arena, &error);

	promise(cmdline || error.cause[0]);
	if (cmdline && options->reuse_cmdline)
		promise(!strncmp(cmdline, "root=/dev/vda1 ", 15));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[ARGUMENTS_MAX + 2] = { (char[]){ "kexec" } };
	struct options options;
	struct error error = { 0 };
	struct arena arena = { 0 };
	const struct arch *arch;
	char *copy, *end;
	int argc = 1;

	if (!size)
		return 0;
	arch = arch_table[data[0] % 4];
	copy = arena_copy(&arena, (struct bytes){ data + 1, size - 1 }, &error);
	promise(copy);
	end = copy + size - 1;
	for (char *at = copy; at < end && argc <= ARGUMENTS_MAX; at += strlen(at) + 1)
		argv[argc++] = at;
	if (options_parse(&options, argc, argv, arch->name, &arena, &error)) {
		promise(options.given_count <= sizeof(options.given) / sizeof(options.given[0]));
		compose(arch, &options, &arena);
	} else {
		/* -? prints the usage and nothing else, as kexec-tools does. */
		promise(error.cause[0] || error.headline[0] || error.usage);
	}
	arena_release(&arena);
	return 0;
}
