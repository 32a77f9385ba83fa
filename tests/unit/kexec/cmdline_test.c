// SPDX-License-Identifier: GPL-2.0-or-later
/* Command lines: what is reused, what is left out of it, and what comes after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/cmdline.h"

static struct arena arena;
static struct error error;

static int teardown(void **state)
{
	arena_release(&arena);
	return 0;
}

static const struct {
	const char *running;	/* NULL: --reuse-cmdline was not given */
	const char *append;	/* NULL: --append was not given */
	bool panic;
	const char *result;
} composed[] = {
	{ NULL, NULL, false, "" },
	{ NULL, "", false, "" },
	{ NULL, "root=/dev/sda1", false, "root=/dev/sda1" },
	{ NULL, "\"\"", false, "\"\"" },
	{ NULL, "BOOT_IMAGE=kept crashkernel=kept", true, "BOOT_IMAGE=kept crashkernel=kept" },

	{ "root=/dev/sda1 ro", NULL, false, "root=/dev/sda1 ro" },
	{ "root=/dev/sda1 ro", "quiet", false, "root=/dev/sda1 ro quiet" },
	{ "root=/dev/sda1 ro", "", false, "root=/dev/sda1 ro" },
	{ "", "quiet", false, "quiet" },
	{ "", NULL, false, "" },
	{ "BOOT_IMAGE=/vmlinuz", "quiet", false, "quiet" },
	{ "BOOT_IMAGE=/vmlinuz", NULL, false, "" },

	/* What ima_kexec of LTP compares: sed 's/BOOT_IMAGE=[^ ]* //'. */
	{ "BOOT_IMAGE=/vmlinuz-6.1 root=/dev/sda1  ro", NULL, false, "root=/dev/sda1  ro" },
	{ "ro BOOT_IMAGE=/vmlinuz quiet", NULL, false, "ro quiet" },
	{ "ro BOOT_IMAGE=/vmlinuz", NULL, false, "ro" },
	{ "ro BOOT_IMAGE=/vmlinuz", "quiet", false, "ro quiet" },
	{ "BOOT_IMAGE=a BOOT_IMAGE=b ro BOOT_IMAGE=c", NULL, false, "ro" },
	{ "BOOT_IMAGE_ID=4 ro", NULL, false, "ro" },
	{ "ro\tBOOT_IMAGE=a\tquiet", NULL, false, "ro\tquiet" },

	/* A match in the middle of a word is no token, and does not hide a later one. */
	{ "x=BOOT_IMAGE=no BOOT_IMAGE=yes ro", NULL, false, "x=BOOT_IMAGE=no ro" },
	{ "nocrashkernel=no crashkernel=256M ro", NULL, true, "nocrashkernel=no ro" },

	/* crashkernel is for the running kernel, so only a crash kernel must not inherit it. */
	{ "crashkernel=256M ro crashkernel=64M,low", NULL, true, "ro" },
	{ "crashkernel=256M ro crashkernel=64M,low", NULL, false,
	  "crashkernel=256M ro crashkernel=64M,low" },
	{ "BOOT_IMAGE=/k crashkernel=1G-:256M root=UUID=1", "irqpoll nr_cpus=1", true,
	  "root=UUID=1 irqpoll nr_cpus=1" },

	/* Quotes do not join tokens: as kexec-tools has it. */
	{ "dyndbg=\"file BOOT_IMAGE=x +p\" ro", NULL, false, "dyndbg=\"file +p\" ro" },

	{ "ro quiet\nsecond line", NULL, false, "ro quiet" },
	{ "ro quiet\r\n", "x", false, "ro quiet x" },
};

static void test_composed(void **state)
{
	for (size_t i = 0; i < sizeof(composed) / sizeof(composed[0]); i++) {
		struct machine machine = { .cmdline = composed[i].running };
		struct options options = {
			.append = composed[i].append, .panic = composed[i].panic,
			.reuse_cmdline = composed[i].running != NULL,
		};

		assert_string_equal(cmdline_compose(&machine, &options, &arena, &error),
				    composed[i].result);
	}
}

static void test_the_running_command_line_is_not_changed(void **state)
{
	const char running[] = "BOOT_IMAGE=/vmlinuz ro";
	struct machine machine = { .cmdline = running };
	struct options options = { .reuse_cmdline = true };

	assert_string_equal(cmdline_compose(&machine, &options, &arena, &error), "ro");
	assert_string_equal(running, "BOOT_IMAGE=/vmlinuz ro");
}

static void test_nothing_to_reuse_is_an_error(void **state)
{
	struct machine machine = { .cmdline = NULL };
	struct options options = { .reuse_cmdline = true, .append = "quiet" };

	assert_null(cmdline_compose(&machine, &options, &arena, &error));
	assert_non_null(strstr(error.cause, "--reuse-cmdline"));
}

static void test_has(void **state)
{
	assert_true(cmdline_has("root=/dev/sda1 ro", "root="));
	assert_true(cmdline_has("ro root=", "root="));
	assert_false(cmdline_has("ro nfsroot=1.2.3.4:/x", "root="));
	assert_false(cmdline_has("ro root", "root="));
	assert_true(cmdline_has("noefi", "noefi"));
	assert_true(cmdline_has("  ro\tnoefi  quiet", "noefi"));
	assert_false(cmdline_has("noefix xnoefi noefi=1", "noefi"));
	assert_false(cmdline_has("", "noefi"));
	assert_false(cmdline_has("   ", "root="));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_composed),
		cmocka_unit_test(test_the_running_command_line_is_not_changed),
		cmocka_unit_test(test_nothing_to_reuse_is_an_error),
		cmocka_unit_test(test_has),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
