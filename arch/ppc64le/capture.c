// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Limiting a capture kernel by its device tree, as setup_new_fdt_ppc64() does (file_load_64.c of
 * arch/powerpc/kexec). All memory up to the end of the reservation stays memory, since the kernel
 * needs address 0 for its interrupts and real mode; what lies below the reservation is reserved,
 * but for the first 64 KiB, which purgatory has saved by then.
 */
#include "arch/ppc64le/capture.h"

#include <inttypes.h>

#include "arch/ppc64le/lmb.h"
#include "arch/ppc64le/machine.h"
#include "kexec/crash.h"

#define BACKUP_SIZE 0x10000 /* BACKUP_SRC_SIZE, arch/powerpc/include/asm/crashdump-ppc64.h */
/* The capture kernel's pages may be larger than the running kernel's; 64 KiB is the largest. */
#define PAGE_MAX ((uint64_t)64 << 10)
#define CELLS_MAX 2
/* Blocks of a list: one of 256 MiB each would be 256 TiB. */
#define BLOCKS_MAX (1u << 20)

/* A property that grows; its numbers are as wide as the root's addresses and sizes. */
struct value {
	const struct devicetree *tree;
	unsigned address_cells, size_cells;
	uint8_t *data;
	size_t size, capacity;
};

bool capture_add(const struct planning *p, struct capture *capture, struct error *error)
{
	struct crash_headers wish = {.align = PAGE_MAX, .moved = {0, BACKUP_SIZE}};
	uint64_t address;

	*capture = (struct capture){{0, 0}, {0, 0}};
	if (!p->options->panic)
		return true;
	/* Nothing is copied there now. */
	if (!plan_place_and_add(p, "backup", "the first 64 KiB of memory", (struct bytes){NULL, 0},
				BACKUP_SIZE, (struct placement){.align = PAGE_MAX}, &wish.moved_to,
				error) ||
	    !crash_add_headers(p, &wish, &address, error))
		return false;
	capture->backup = (struct range){wish.moved_to, wish.moved_to + BACKUP_SIZE};
	capture->headers = plan_segment(p->plan, "elfcorehdr")->memory;
	return true;
}

static bool start_value(struct value *value, const struct devicetree *tree, struct error *error)
{
	*value = (struct value){.tree = tree};
	devicetree_cell_counts(tree, DEVICETREE_ROOT, &value->address_cells, &value->size_cells);
	if (value->address_cells - 1 < CELLS_MAX && value->size_cells - 1 < CELLS_MAX)
		return true;
	return error_set(error,
			 "The root of the device tree from %s has #address-cells %u and "
			 "#size-cells %u; 1 or 2 were expected.",
			 tree->source, value->address_cells, value->size_cells);
}

static bool put_number(struct value *value, unsigned cells, uint64_t number, struct error *error)
{
	size_t size = (size_t)cells * 4;

	if (cells == 1 && number > UINT32_MAX)
		return error_set(error,
				 "The device tree from %s has 32-bit numbers for memory, and would "
				 "have to say 0x%" PRIx64 ".",
				 value->tree->source, number);
	if (value->size + size > value->capacity) {
		size_t capacity = value->capacity ? 2 * value->capacity : 256;
		uint8_t *data = arena_alloc(value->tree->arena, capacity, error);

		if (!data)
			return false;
		if (value->size)
			memcpy(data, value->data, value->size);
		value->data = data;
		value->capacity = capacity;
	}
	bytes_put(value->data + value->size, size, BIG, number);
	value->size += size;
	return true;
}

/* The parts of `whole` that are usable: address and size of each. */
static bool put_usable(struct value *value, const struct memmap *usable, struct range whole,
		       struct error *error)
{
	for (size_t i = 0; i < usable->count; i++) {
		struct range part = usable->entries[i].range;

		if (!range_overlaps(part, whole))
			continue;
		if (part.start < whole.start)
			part.start = whole.start;
		if (part.end > whole.end)
			part.end = whole.end;
		if (!put_number(value, value->address_cells, part.start, error) ||
		    !put_number(value, value->size_cells, range_size(part), error))
			return false;
	}
	return true;
}

static bool limit_node(struct devicetree *tree, const char *path, const struct memmap *usable,
		       struct error *error)
{
	struct bytes reg = devicetree_get(tree, devicetree_find(tree, path), "reg");
	struct value value;
	struct range range;

	if (!start_value(&value, tree, error))
		return false;
	for (size_t at = 0; at < reg.size;)
		if (!devicetree_cells(reg, &at, value.address_cells, &range.start) ||
		    !devicetree_cells(reg, &at, value.size_cells, &range.end) ||
		    !add_overflow_checked(range.start, range.end, &range.end))
			return error_set(error,
					 "%s of the device tree from %s has a property reg of %zu "
					 "bytes that is no list of addresses and sizes.",
					 path, tree->source, reg.size);
		else if (!put_usable(&value, usable, range, error))
			return false;
	/* An empty list would not be read as a limit. */
	if (!value.size && (!put_number(&value, value.address_cells, 0, error) ||
			    !put_number(&value, value.size_cells, 0, error)))
		return false;
	return devicetree_set(tree, path, "linux,usable-memory",
			      (struct bytes){value.data, value.size}, error);
}

static bool limit_nodes(const struct planning *p, struct devicetree *tree,
			const struct memmap *usable, struct error *error)
{
	int next;

	/* An edit moves the nodes behind it. */
	for (int node = devicetree_child(tree, DEVICETREE_ROOT); node != DEVICETREE_NONE;
	     node = next) {
		const char *path =
			arena_format(p->arena, error, "/%s", devicetree_name(tree, node));
		const char *type = devicetree_text(tree, node, "device_type");

		if (!path ||
		    (type && !strcmp(type, "memory") && !limit_node(tree, path, usable, error)))
			return false;
		next = devicetree_sibling(tree, devicetree_find(tree, path));
	}
	return true;
}

/*
 * How many parts of a block are usable, then those. A kernel that reads this passes over blocks
 * that are not its own without looking here (early_init_drmem_lmb() of arch/powerpc/kernel).
 */
static bool put_block(struct value *value, const struct memmap *usable, struct range block,
		      struct error *error)
{
	uint64_t count = 0;

	for (size_t i = 0; i < usable->count; i++)
		count += range_overlaps(usable->entries[i].range, block);
	return put_number(value, value->size_cells, count, error) &&
	       put_usable(value, usable, block, error);
}

static bool put_blocks(struct value *value, const struct memmap *usable, bool sets,
		       struct bytes list, uint64_t size, struct error *error)
{
	const be32 *count = bytes_at(list, 0, sizeof(*count));
	uint64_t blocks = 0, wanted = count ? get(*count) : 0;

	for (uint64_t i = 0; i < wanted; i++) {
		const void *entry = bytes_at(list, LMB_COUNT_SIZE + i * LMB_ENTRY, LMB_ENTRY);
		const struct lmb_v1 *one = entry;
		const struct lmb_v2 *set = entry;
		uint64_t base, end, number;
		uint32_t flags;

		if (!entry)
			return error_set(error,
					 "The device tree from %s lists %" PRIu64
					 " memory blocks in %zu bytes, which is too few.",
					 value->tree->source, wanted, list.size);
		flags = sets ? get(set->flags) : get(one->flags);
		number = sets ? get(set->count) : 1;
		base = sets ? bytes_get(set->base, 8, BIG) : get(one->base);
		if (!(flags & LMB_ASSIGNED) || flags & LMB_RESERVED)
			continue;
		blocks += number;
		if (blocks > BLOCKS_MAX || size > UINT64_MAX / BLOCKS_MAX ||
		    !add_overflow_checked(base, number * size, &end))
			return error_set(error,
					 "The device tree from %s lists memory blocks of 0x%" PRIx64
					 " bytes up to %" PRIu64 " in number, at 0x%" PRIx64
					 ", more than memory can be.",
					 value->tree->source, size, blocks, base);
		for (; base < end; base += size)
			if (!put_block(value, usable, (struct range){base, base + size}, error))
				return false;
	}
	return true;
}

static bool limit_blocks(struct devicetree *tree, const struct memmap *usable, struct error *error)
{
	int node = devicetree_find(tree, LMB_NODE);
	struct bytes list = devicetree_get(tree, node, "ibm,dynamic-memory");
	bool sets = !list.data;
	struct value value;
	uint64_t size = 0;

	/* The order of walk_drmem_lmbs() of arch/powerpc/mm. */
	if (sets)
		list = devicetree_get(tree, node, "ibm,dynamic-memory-v2");
	if (!list.data)
		return true;
	if (!devicetree_number(tree, node, "ibm,lmb-size", &size) || !size)
		return error_set(error,
				 "%s of the device tree from %s has no ibm,lmb-size of one or two "
				 "cells.",
				 LMB_NODE, tree->source);
	return start_value(&value, tree, error) &&
	       put_blocks(&value, usable, sets, list, size, error) &&
	       (!value.size || devicetree_set(tree, LMB_NODE, "linux,drconf-usable-memory",
					      (struct bytes){value.data, value.size}, error));
}

static bool find_usable(const struct planning *p, struct memmap *usable, struct error *error)
{
	const struct ppc64le_machine *facts = p->machine->facts;
	struct range low = {0, crash_region(p->machine).end};

	if (!memmap_append(usable, p->arena, low, MEMORY_RAM, error))
		return false;
	for (size_t i = 0; i < facts->reached.count; i++)
		if (!memmap_append(usable, p->arena, facts->reached.entries[i].range, MEMORY_RAM,
				   error))
			return false;
	return memmap_tidy(usable, p->arena, error);
}

/* Entries that the user's own tree has already are not repeated. */
static bool reserve(struct devicetree *tree, struct range range, struct error *error)
{
	return devicetree_unreserve(tree, range, error) && devicetree_reserve(tree, range, error);
}

bool capture_limit(const struct planning *p, const struct capture *capture, struct devicetree *tree,
		   struct error *error)
{
	const struct range crashed = {BACKUP_SIZE, crash_region(p->machine).start};
	struct memmap usable = {0};

	if (!p->options->panic)
		return true;
	if (!find_usable(p, &usable, error) || !limit_nodes(p, tree, &usable, error) ||
	    !limit_blocks(tree, &usable, error) || !reserve(tree, crashed, error) ||
	    !reserve(tree, capture->backup, error) || !reserve(tree, capture->headers, error))
		return false;
	for (size_t i = 0; i < usable.count; i++)
		if (!plan_fact(p, "dtb", "linux,usable-memory", error, "0x%" PRIx64 "-0x%" PRIx64,
			       usable.entries[i].range.start, usable.entries[i].range.end - 1))
			return false;
	return true;
}
