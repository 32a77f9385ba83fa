// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a device tree: one that opens can be walked, edited and packed, and the result opens
 * again and says what was asked for.
 */
#include "kexec/devicetree.h"
#include "tests/fuzz/fuzz.h"

#define NODES_MAX 100000

static void walk(const struct devicetree *tree)
{
	unsigned nodes = 0, address, size;
	struct range range;
	uint64_t number;

	for (int node = DEVICETREE_ROOT; node != DEVICETREE_NONE;
	     node = devicetree_next(tree, node)) {
		struct bytes reg = devicetree_get(tree, node, "reg");

		promise(++nodes < NODES_MAX);
		promise(devicetree_name(tree, node));
		devicetree_cell_counts(tree, node, &address, &size);
		for (size_t at = 0;
		     devicetree_cells(reg, &at, address + size ? address + size : 1, &number);)
			promise(at <= reg.size);
	}
	for (unsigned i = 0; devicetree_reservation(tree, i, &range); i++)
		promise(range.start <= range.end && i < NODES_MAX);
}

static void edit(struct devicetree *tree, struct arena *arena)
{
	struct devicetree_chosen chosen = {
		.bootargs = "quiet", .initrd = {0x1000, 0x2345}, .reserve_initrd = true};
	struct error error = {0};
	struct bytes dtb;
	const char *bootargs;

	if (!devicetree_edit_chosen(tree, &chosen, &error)) {
		promise(error.cause[0]);
		return;
	}
	promise(devicetree_finish(tree, &dtb, &error));
	promise(devicetree_open(tree, dtb, "again", arena, &error));
	bootargs = devicetree_text(tree, devicetree_find(tree, "/chosen"), "bootargs");
	promise(bootargs && !strcmp(bootargs, "quiet"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {NULL};
	struct error error = {0};
	struct devicetree tree;

	if (devicetree_open(&tree, (struct bytes){data, size}, "fuzz", &arena, &error)) {
		walk(&tree);
		edit(&tree, &arena);
	} else {
		promise(error.cause[0]);
	}
	arena_release(&arena);
	return 0;
}
