// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Editing the device tree for the next kernel. On UEFI machines the tree is next to nothing but
 * /chosen, which leads to the system table and the memory map (Documentation/arch/arm/uefi.rst);
 * all of that is kept, and so whether ACPI is used.
 */
#include "arch/arm64/chosen.h"

#include <inttypes.h>

#include "arch/arm64/machine.h"
#include "kexec/crash.h"
#include "kexec/devicetree.h"

#define COMMAND_LINE_SIZE 2048 /* arch/arm64/include/uapi/asm/setup.h */
#define KASLR_SEED_SIZE	  8

/* The running kernel's own, as firmware gave it or as the kernel shows it. */
static bool open_running(const struct planning *p, struct devicetree *tree, const char **source,
			 struct error *error)
{
	const struct arm64_machine *facts = p->machine->facts;

	if (facts->fdt.size) {
		*source = facts->fdt_path;
		return devicetree_open(tree, facts->fdt, *source, p->arena, error);
	}
	if (facts->tree) {
		*source = facts->tree_path;
		return devicetree_flatten(tree, facts->tree, *source, p->arena, error);
	}
	error_set(error,
		  "There is no device tree for the next kernel: neither %s nor %s can be read.",
		  facts->fdt_path, facts->tree_path);
	return error_remedy(error, "Run kexec as root, or name a device tree with --dtb.");
}

/* Where memory is, which firmware enters into a tree that does not say. */
static bool carry_memory(const struct planning *p, struct devicetree *tree,
			 const struct devicetree *running, struct error *error)
{
	int root = DEVICETREE_ROOT;

	for (int node = devicetree_child(tree, root); node != DEVICETREE_NONE;
	     node = devicetree_sibling(tree, node))
		if (devicetree_get(tree, node, "reg").size &&
		    !strncmp(devicetree_name(tree, node), "memory", 6))
			return true;
	for (int node = devicetree_child(running, root); node != DEVICETREE_NONE;
	     node = devicetree_sibling(running, node)) {
		struct bytes reg = devicetree_get(running, node, "reg");
		const char *path;

		if (!reg.size || strncmp(devicetree_name(running, node), "memory", 6))
			continue;
		path = arena_format(p->arena, error, "/%s", devicetree_name(running, node));
		if (!path || !devicetree_set_text(tree, path, "device_type", "memory", error) ||
		    !devicetree_set(tree, path, "reg", reg, error))
			return false;
	}
	return true;
}

/*
 * What firmware and the EFI stub told the running kernel (Documentation/arch/arm/uefi.rst). A tree
 * from a unified kernel image is as firmware would get it, and the next kernel is not started by
 * firmware.
 */
static bool carry_over(const struct planning *p, struct devicetree *tree, struct error *error)
{
	static const char *const names[] = {
		"linux,uefi-system-table",   "linux,uefi-mmap-start",	 "linux,uefi-mmap-size",
		"linux,uefi-mmap-desc-size", "linux,uefi-mmap-desc-ver", "linux,uefi-secure-boot",
	};
	unsigned address, size, running_address, running_size;
	struct error ignored = { 0 };
	struct devicetree running;
	const char *source;
	int chosen;

	if (!open_running(p, &running, &source, &ignored))
		return true;
	chosen = devicetree_find(&running, "/chosen");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bytes value = devicetree_get(&running, chosen, names[i]);

		if (value.data && !devicetree_set(tree, "/chosen", names[i], value, error))
			return false;
	}
	devicetree_cell_counts(tree, DEVICETREE_ROOT, &address, &size);
	devicetree_cell_counts(&running, DEVICETREE_ROOT, &running_address, &running_size);
	return address != running_address || size != running_size ||
	       carry_memory(p, tree, &running, error);
}

static bool open_tree(const struct planning *p, struct devicetree *tree, const char **source,
		      struct error *error)
{
	struct plan_device_tree given;

	if (!plan_device_tree(p, &given))
		return open_running(p, tree, source, error);
	*source = given.source;
	return devicetree_open(tree, given.bytes, *source, p->arena, error) &&
	       (!given.inside || carry_over(p, tree, error));
}

/* Nothing is better than zeros, which a kernel would take for a seed. */
static bool has_entropy(const struct machine *machine)
{
	for (size_t i = 0; i < sizeof(machine->entropy); i++)
		if (machine->entropy[i])
			return true;
	return false;
}

static bool describe(const struct planning *p, const struct devicetree *tree, struct error *error)
{
	static const char *const numbers[] = {
		"linux,initrd-start",
		"linux,initrd-end",
		"linux,uefi-system-table",
		"linux,uefi-mmap-start",
	};
	int chosen = devicetree_find(tree, "/chosen");
	struct bytes seed = devicetree_get(tree, chosen, "kaslr-seed"),
		     random = devicetree_get(tree, chosen, "rng-seed");
	uint64_t number;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (devicetree_number(tree, chosen, numbers[i], &number) &&
		    !plan_fact(p, "dtb", numbers[i], error, "0x%" PRIx64, number))
			return false;
	return (!seed.size ||
		plan_fact(p, "dtb", "kaslr-seed", error, "%zu random bytes", seed.size)) &&
	       (!random.size ||
		plan_fact(p, "dtb", "rng-seed", error, "%zu random bytes", random.size));
}

/*
 * Without --append and --reuse-cmdline the tree keeps its own command line, as kexec-tools has it.
 */
static bool settle_cmdline(const struct planning *p, const struct devicetree *tree,
			   struct error *error)
{
	const char *own = devicetree_text(tree, devicetree_find(tree, "/chosen"), "bootargs");

	if (!p->cmdline[0] && own)
		p->plan->cmdline = arena_format(p->arena, error, "%s", own);
	if (!p->plan->cmdline)
		return false;
	if (strlen(p->plan->cmdline) < COMMAND_LINE_SIZE)
		return true;
	error_set(error, "The command line has %zu bytes; an arm64 kernel reads at most %d.",
		  strlen(p->plan->cmdline), COMMAND_LINE_SIZE - 1);
	return error_remedy(error, "Shorten --append.");
}

#define CELLS_MAX 2
#define REGIONS_MAX 2 /* early_init_dt_check_for_usable_mem_range(), drivers/of/fdt.c */

/* Addresses and sizes, each in as many cells as the root node says. */
static bool set_ranges(const struct planning *p, struct devicetree *tree, const char *name,
		       const struct range *ranges, size_t count, struct error *error)
{
	uint8_t value[REGIONS_MAX * 2 * CELLS_MAX * 4], *at = value;
	unsigned address_cells, size_cells;

	devicetree_cell_counts(tree, DEVICETREE_ROOT, &address_cells, &size_cells);
	if (address_cells < 1 || address_cells > CELLS_MAX || size_cells < 1 ||
	    size_cells > CELLS_MAX)
		return error_set(error,
				 "The root of the device tree from %s has #address-cells %u and "
				 "#size-cells %u; 1 or 2 were expected.",
				 tree->source, address_cells, size_cells);
	for (size_t i = 0; i < count; i++) {
		uint64_t size = range_size(ranges[i]);

		if ((address_cells == 1 && ranges[i].start > UINT32_MAX) ||
		    (size_cells == 1 && size > UINT32_MAX))
			return error_set(error,
					 "%s cannot be 0x%" PRIx64 "-0x%" PRIx64
					 ": the device tree "
					 "has 32-bit addresses or sizes.",
					 name, ranges[i].start, ranges[i].end - 1);
		bytes_put(at, address_cells * 4, BIG, ranges[i].start);
		at += address_cells * 4;
		bytes_put(at, size_cells * 4, BIG, size);
		at += size_cells * 4;
		if (!plan_fact(p, "dtb", name, error, "0x%" PRIx64 "-0x%" PRIx64, ranges[i].start,
			       ranges[i].end - 1))
			return false;
	}
	return devicetree_set(tree, "/chosen", name, (struct bytes){ value, (size_t)(at - value) },
			      error);
}

/*
 * The capture kernel uses the reservations only. Where there is a low one for devices, it has to be
 * the last of the two.
 */
static bool set_crash(const struct planning *p, struct devicetree *tree, struct range headers,
		      struct error *error)
{
	const struct memmap *crash = &p->machine->crash;
	struct range usable[REGIONS_MAX] = { crash_region(p->machine) };

	if (!range_size(headers))
		return true;
	if (crash->count > 1)
		usable[1] = crash->entries[0].range;
	return set_ranges(p, tree, "linux,elfcorehdr", &headers, 1, error) &&
	       set_ranges(p, tree, "linux,usable-memory-range", usable, crash->count > 1 ? 2 : 1,
			  error);
}

bool chosen_make(const struct planning *p, struct range initrd, struct range headers,
		 struct bytes *dtb, const char **source, struct error *error)
{
	const uint8_t *entropy = p->machine->entropy;
	struct devicetree_chosen wanted = { .initrd = initrd };
	struct devicetree tree;

	if (!open_tree(p, &tree, source, error) || !settle_cmdline(p, &tree, error))
		return false;
	wanted.bootargs = p->plan->cmdline;
	if (has_entropy(p->machine)) {
		wanted.kaslr_seed = (struct bytes){ entropy, KASLR_SEED_SIZE };
		wanted.rng_seed = (struct bytes){ entropy + KASLR_SEED_SIZE,
						  MACHINE_ENTROPY_SIZE - KASLR_SEED_SIZE };
	}
	return devicetree_edit_chosen(&tree, &wanted, error) &&
	       set_crash(p, &tree, headers, error) && describe(p, &tree, error) &&
	       devicetree_finish(&tree, dtb, error);
}
