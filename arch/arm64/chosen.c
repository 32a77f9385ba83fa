// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Editing the device tree for the next kernel. On UEFI machines the tree is next to nothing but
 * /chosen, which leads to the system table and the memory map (Documentation/arch/arm/uefi.rst);
 * all of that is kept, and so whether ACPI is used.
 */
#include "arch/arm64/chosen.h"

#include <inttypes.h>

#include "arch/arm64/machine.h"
#include "kexec/devicetree.h"

#define COMMAND_LINE_SIZE 2048 /* arch/arm64/include/uapi/asm/setup.h */
#define KASLR_SEED_SIZE	  8

static bool open_tree(const struct planning *p, struct devicetree *tree, const char **source,
		      struct error *error)
{
	const struct arm64_machine *facts = p->machine->facts;

	if (p->image->dtb.fd >= 0 || p->image->dtb.bytes.size) {
		*source = p->image->dtb.path;
		return devicetree_open(tree, p->image->dtb.bytes, *source, p->arena, error);
	}
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

bool chosen_make(const struct planning *p, struct range initrd, struct bytes *dtb,
		 const char **source, struct error *error)
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
	return devicetree_edit_chosen(&tree, &wanted, error) && describe(p, &tree, error) &&
	       devicetree_finish(&tree, dtb, error);
}
