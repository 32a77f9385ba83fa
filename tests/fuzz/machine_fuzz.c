// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as the small files of a machine, in the form of files.h. What is understood is planned
 * for: the plan keeps the invariants, or there is a sentence that is not about ourselves.
 */
#include "config.h"
#include "arch/arch.h"
#include "tests/fuzz/files.h"
#include "tests/fuzz/fuzz.h"
#include "tests/images/images.h"

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
	struct image image = IMAGE_CLOSED;
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

	files_write((struct bytes){ data, size }, paths, sizeof(paths) / sizeof(*paths));
	promise(sysroot_open(&root, files_tree(), &error));
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
	files_take_away();
	return 0;
}
