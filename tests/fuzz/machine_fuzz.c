// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as the small files of a machine. The input is a row of files, each after a line
 * "=PATH"; only the paths below are written, into a tree of this process's own. What is understood
 * is planned for: the plan keeps the invariants, or there is a sentence that is not about
 * ourselves.
 */
#include "config.h"
#include "arch/arch.h"
#include "tests/fuzz/fuzz.h"
#include "tests/images/images.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const paths[] = {
	"/pagesize",
	"/uname",
	"/proc/cmdline",
	"/proc/cpuinfo",
	"/proc/iomem",
	"/proc/kcore.head",
	"/proc/meminfo",
	"/proc/sys/kernel/arch",
	"/proc/sys/kernel/kexec_load_disabled",
	"/proc/sys/kernel/kexec_load_limit_panic",
	"/proc/sys/kernel/osrelease",
	"/proc/xen/capabilities",
	"/sys/hypervisor/properties/features",
	"/sys/kernel/boot_params/data",
	"/sys/kernel/crash_elfcorehdr_size",
	"/sys/kernel/kexec/loaded",
	"/sys/kernel/security/lockdown",
	"/sys/firmware/efi/config_table",
	"/sys/firmware/efi/fw_platform_size",
	"/sys/firmware/efi/fw_vendor",
	"/sys/firmware/efi/runtime",
	"/sys/firmware/efi/systab",
	"/sys/firmware/efi/runtime-map/0/attribute",
	"/sys/firmware/efi/runtime-map/0/num_pages",
	"/sys/firmware/efi/runtime-map/0/phys_addr",
	"/sys/firmware/efi/runtime-map/0/type",
	"/sys/firmware/efi/runtime-map/0/virt_addr",
	"/sys/firmware/memmap/0/end",
	"/sys/firmware/memmap/0/start",
	"/sys/firmware/memmap/0/type",
	"/sys/firmware/memmap/1/end",
	"/sys/firmware/memmap/1/start",
	"/sys/firmware/memmap/1/type",
};

static char tree[PATH_MAX];

static const char *full_path(const char *path)
{
	static char full[PATH_MAX + 64];

	snprintf(full, sizeof(full), "%s%s", tree, path);
	return full;
}

/* Removes a file, and each directory above it that is empty then. */
static void take_away(const char *path)
{
	char *full = (char *)full_path(path);

	if (unlink(full))
		return;
	for (char *slash = strrchr(full, '/'); slash > full + strlen(tree);
	     slash = strrchr(full, '/')) {
		*slash = '\0';
		if (rmdir(full))
			return;
	}
}

static void take_all_away(void)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		take_away(paths[i]);
}

static void remove_tree(void)
{
	take_all_away();
	rmdir(tree);
}

static void make_tree(void)
{
	const char *directory = getenv("TMPDIR");

	snprintf(tree, sizeof(tree), "%s/machine-fuzz-XXXXXX", directory ? directory : "/tmp");
	promise(mkdtemp(tree));
	atexit(remove_tree);
}

static void write_file(const char *path, struct bytes content)
{
	char *full = (char *)full_path(path);
	FILE *file;

	for (char *slash = strchr(full + strlen(tree) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		promise(!mkdir(full, 0777) || errno == EEXIST);
		*slash = '/';
	}
	file = fopen(full, "we");
	promise(file);
	promise(fwrite(content.data, 1, content.size, file) == content.size);
	promise(!fclose(file));
}

/* The file whose name the record begins with, if it is one of ours. */
static void write_record(struct bytes record)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		size_t length = strlen(paths[i]);

		if (bytes_equal_at(record, 0, paths[i], length) &&
		    bytes_equal_at(record, length, "\n", 1) && record.size > length + 1) {
			write_file(paths[i], bytes_from(record, length + 1));
			return;
		}
	}
}

static void write_records(struct bytes in)
{
	while (in.size) {
		const uint8_t *next = memmem(in.data + 1, in.size - 1, "\n=", 2);
		size_t length = next ? (size_t)(next + 1 - in.data) : in.size;

		if (in.data[0] == '=')
			write_record((struct bytes){ in.data + 1, length - 1 });
		in = bytes_from(in, length);
	}
}

static void check_machine(const struct machine *machine)
{
	const struct memmap *usable = &machine->usable;

	promise(machine->arch && machine->release && machine->cmdline);
	promise(is_power_of_two(machine->page_size) &&
		machine->page_size >= machine->arch->page_size);
	for (size_t i = 0; i < usable->count; i++) {
		struct range range = usable->entries[i].range;

		promise(range.start < range.end && usable->entries[i].type == MEMORY_RAM);
		promise(!((range.start | range.end) & (machine->page_size - 1)));
		promise(!i || usable->entries[i - 1].range.end <= range.start);
		promise(memmap_covers(&machine->firmware, range, MEMORY_RAM));
	}
}

static void check_plan(const struct machine *machine, struct arena *arena, struct error *error)
{
	static uint8_t *kernel;
	static size_t size;
	const struct options options = {
		.load = true, .call = CALL_SEGMENTS, .mem_max = UINT64_MAX, .kernel = "kernel",
		.reuse_cmdline = true, .no_checks = true,
	};
	struct image image = {
		.kernel_unpacked = FILE_CLOSED, .initrd = FILE_CLOSED, .dtb = FILE_CLOSED,
	};
	struct plan plan;

	if (!kernel)
		kernel = images_make("bzImage", &size);
	promise(kernel);
	image.kernel_file = (struct file){ "kernel", -1, { kernel, size } };
	if (plan_make(machine, &options, &image, CALL_SEGMENTS, arena, &plan, error))
		promise(plan_check(machine, &options, &plan, error));
	else
		promise(error->cause[0] && strncmp(error->cause, "Internal", 8));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct error error = { 0 };
	struct machine machine;
	struct sysroot root;

	if (!*tree)
		make_tree();
	write_records((struct bytes){ data, size });
	promise(sysroot_open(&root, tree, &error));
	if (machine_read(&root, &arena, &machine, &error)) {
		check_machine(&machine);
		check_plan(&machine, &arena, &error);
	} else {
		promise(error.cause[0]);
	}
	for (const char *c = error.cause; *c; c++)
		promise(*c >= ' ' && *c <= '~');
	sysroot_close(&root);
	arena_release(&arena);
	take_all_away();
	return 0;
}
