// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a ppc64le device tree says about memory: which there is, by nodes and by logical memory
 * blocks (PAPR, Documentation/arch/powerpc), and which the running kernel and firmware keep
 * (arch/powerpc/kexec/ranges.c). It does not know how the tree was read.
 */
#include "arch/ppc64le/machine.h"

#include <inttypes.h>

#include "arch/ppc64le/lmb.h"
#include "kexec/crash.h"

#define CELLS_MAX 4

/*
 * A guest's real mode, early in the kernel's boot, reaches no further than the first memory block,
 * on older processors at most 1 GiB (hash_utils.c of arch/powerpc/mm). What the kernel itself
 * prepares for that time it keeps below 768 MiB, since firmware has been seen to fail above
 * (prom_init.c of arch/powerpc/kernel, rmo_top).
 */
#define REAL_MODE_MAX ((uint64_t)768 << 20)
/*
 * A crash kernel has to do with its reservation, which may reach above that (512 MiB on, by
 * default): for it only the processors' limit counts, where there is one.
 */
#define REAL_MODE_CRASH_MAX ((uint64_t)1 << 30)

struct reading {
	struct ppc64le_machine *facts;
	struct machine *machine;
	struct arena *arena;
	unsigned address_cells, size_cells; /* of the root, which hold for all of memory */
};

static bool keep(const struct reading *r, uint64_t start, uint64_t size, struct error *error)
{
	struct range range = {start, 0};

	if (!add_overflow_checked(start, size, &range.end))
		return error_set(error,
				 "%s says that 0x%" PRIx64 " bytes at 0x%" PRIx64 " are kept, "
				 "which reach past the end of the address space.",
				 r->facts->source, size, start);
	return memmap_append(&r->facts->kept, r->arena, range, MEMORY_RESERVED, error);
}

/* What firmware runs from, or devices go through: a capture kernel needs that too. */
static bool keep_reached(const struct reading *r, uint64_t start, uint64_t size,
			 struct error *error)
{
	return keep(r, start, size, error) &&
	       memmap_append(&r->facts->reached, r->arena, (struct range){start, start + size},
			     MEMORY_RAM, error);
}

static bool add_ram(const struct reading *r, const char *where, uint64_t start, uint64_t size,
		    struct error *error)
{
	struct range range = {start, 0};

	if (!add_overflow_checked(start, size, &range.end))
		return error_set(error,
				 "%s/%s has 0x%" PRIx64 " bytes at 0x%" PRIx64 ", which reach past "
				 "the end of the address space.",
				 r->facts->source, where, size, start);
	if (!start && size > r->facts->first_block)
		r->facts->first_block = size;
	return memmap_append(&r->machine->firmware, r->arena, range, MEMORY_RAM, error);
}

/* Addresses and sizes in turn, in the root's cells: to the memory, or to what is kept. */
static bool read_pairs(const struct reading *r, const struct devicetree_node *node,
		       const char *name, bool ram, struct error *error)
{
	struct bytes value = devicetree_node_get(node, name);
	uint64_t start, size;

	for (size_t at = 0; at < value.size;) {
		if (!devicetree_cells(value, &at, r->address_cells, &start) ||
		    !devicetree_cells(value, &at, r->size_cells, &size))
			return error_set(
				error,
				"%s/%s has a property %s of %zu bytes; addresses of %u and "
				"sizes of %u cells in turn were expected.",
				r->facts->source, node->name, name, value.size, r->address_cells,
				r->size_cells);
		if (ram ? !add_ram(r, node->name, start, size, error)
			: !keep(r, start, size, error))
			return false;
	}
	return true;
}

/* A kernel that was itself started after a crash is told what it may use of the memory there is. */
static bool read_memory_nodes(const struct reading *r, struct error *error)
{
	for (const struct devicetree_node *node = r->facts->tree->children; node;
	     node = node->next) {
		bool limited = devicetree_node_get(node, "linux,usable-memory").data;

		if (devicetree_node_says(node, "device_type", "memory") &&
		    !read_pairs(r, node, limited ? "linux,usable-memory" : "reg", true, error))
			return false;
	}
	return true;
}

static bool add_lmbs(const struct reading *r, const char *where, uint64_t base, uint64_t count,
		     uint64_t size, uint32_t flags, struct error *error)
{
	if (!(flags & LMB_ASSIGNED) || flags & LMB_RESERVED || !count)
		return true;
	if (size > UINT64_MAX / count)
		return error_set(error,
				 "%s/%s has 0x%" PRIx64 " blocks of 0x%" PRIx64 " bytes each, more "
				 "than memory can be.",
				 r->facts->source, where, count, size);
	return add_ram(r, where, base, count * size, error);
}

static bool read_lmb_entries(const struct reading *r, const struct devicetree_node *node,
			     struct bytes entries, bool sets, uint64_t size, struct error *error)
{
	const be32 *count = bytes_at(entries, 0, sizeof(*count));
	uint32_t wanted = count ? get(*count) : 0;

	for (uint32_t i = 0; i < wanted; i++) {
		const void *entry =
			bytes_at(entries, LMB_COUNT_SIZE + (uint64_t)i * LMB_ENTRY, LMB_ENTRY);
		const struct lmb_v1 *one = entry;
		const struct lmb_v2 *set = entry;

		if (!entry)
			return error_set(error,
					 "%s/%s lists %" PRIu32
					 " memory blocks in %zu bytes, which "
					 "is too few.",
					 r->facts->source, node->name, wanted, entries.size);
		if (sets ? !add_lmbs(r, node->name, bytes_get(set->base, 8, BIG), get(set->count),
				     size, get(set->flags), error)
			 : !add_lmbs(r, node->name, get(one->base), 1, size, get(one->flags),
				     error))
			return false;
	}
	return true;
}

/* Where a crash left the running kernel only parts of some blocks, none of them is used. */
static bool read_lmbs(const struct reading *r, struct error *error)
{
	const struct devicetree_node *node = devicetree_node_find(r->facts->tree, LMB_NODE);
	struct bytes sets = devicetree_node_get(node, "ibm,dynamic-memory-v2");
	uint64_t size = 0;

	if (!node || devicetree_node_get(node, "linux,drconf-usable-memory").data)
		return true;
	if (!devicetree_node_number(node, "ibm,lmb-size", &size) || !size)
		return error_set(error, "%s/%s has no ibm,lmb-size of one or two cells.",
				 r->facts->source, node->name);
	if (sets.data)
		return read_lmb_entries(r, node, sets, true, size, error);
	return read_lmb_entries(r, node, devicetree_node_get(node, "ibm,dynamic-memory"), false,
				size, error);
}

/* The tables through which devices reach memory; a bridge may have one at any depth. */
static bool keep_tce_tables(const struct reading *r, const struct devicetree_node *node,
			    struct error *error)
{
	uint64_t base, size;

	if (devicetree_node_says(node, "device_type", "pci") &&
	    devicetree_node_number(node, "linux,tce-base", &base) &&
	    devicetree_node_number(node, "linux,tce-size", &size) &&
	    !keep_reached(r, base, size, error))
		return false;
	for (const struct devicetree_node *child = node->children; child; child = child->next)
		if (!keep_tce_tables(r, child, error))
			return false;
	return true;
}

static bool keep_firmware(const struct reading *r, struct error *error)
{
	const struct devicetree_node *root = r->facts->tree;
	const struct devicetree_node *rtas = devicetree_node_find(root, "/rtas");
	const struct devicetree_node *opal = devicetree_node_find(root, "/ibm,opal");
	const struct devicetree_node *reserved = devicetree_node_find(root, "/reserved-memory");
	uint64_t base, size;

	if (devicetree_node_number(rtas, "linux,rtas-base", &base) &&
	    devicetree_node_number(rtas, "rtas-size", &size) && !keep_reached(r, base, size, error))
		return false;
	if (devicetree_node_number(opal, "opal-base-address", &base)) {
		r->facts->opal_base = base;
		if (devicetree_node_number(opal, "opal-runtime-size", &size) &&
		    !keep_reached(r, base, size, error))
			return false;
		if (devicetree_node_number(opal, "opal-entry-address", &base))
			r->facts->opal_entry = base;
	}
	for (const struct devicetree_node *node = reserved ? reserved->children : NULL; node;
	     node = node->next)
		if (!read_pairs(r, node, "reg", false, error))
			return false;
	return read_pairs(r, root, "reserved-ranges", false, error) &&
	       keep_tce_tables(r, root, error) && memmap_tidy(&r->facts->kept, r->arena, error) &&
	       memmap_tidy(&r->facts->reached, r->arena, error);
}

/* A range of /chosen, from one property to another or of the other's size; none when one is absent.
 */
static bool remove_chosen(const struct reading *r, const char *from, const char *to, bool is_size,
			  struct error *error)
{
	const struct devicetree_node *chosen = devicetree_node_find(r->facts->tree, "/chosen");
	struct range range;

	if (!devicetree_node_number(chosen, from, &range.start) ||
	    !devicetree_node_number(chosen, to, &range.end))
		return true;
	if (is_size && !add_overflow_checked(range.start, range.end, &range.end))
		range.end = UINT64_MAX;
	return range.end <= range.start ||
	       memmap_remove(&r->machine->usable, r->arena, range, error);
}

static bool read_crash(const struct reading *r, struct error *error)
{
	const struct devicetree_node *chosen = devicetree_node_find(r->facts->tree, "/chosen");
	struct range range;

	if (devicetree_node_number(chosen, "linux,crashkernel-base", &range.start) &&
	    devicetree_node_number(chosen, "linux,crashkernel-size", &range.end) &&
	    add_overflow_checked(range.start, range.end, &range.end) &&
	    !memmap_append(&r->machine->crash, r->arena, range, MEMORY_RAM, error))
		return false;
	return memmap_tidy(&r->machine->crash, r->arena, error);
}

static bool remove_all(const struct reading *r, struct memmap *from, const struct memmap *map,
		       struct error *error)
{
	for (size_t i = 0; i < map->count; i++)
		if (!memmap_remove(from, r->arena, map->entries[i].range, error))
			return false;
	return true;
}

/* Firmware may live in the middle of the crash reservation; RTAS as a rule does. */
static bool find_crash_usable(const struct reading *r, struct error *error)
{
	struct machine *machine = r->machine;
	uint64_t limit = r->facts->first_block;

	if (!machine->crash.count)
		return true;
	if (limit > REAL_MODE_CRASH_MAX)
		limit = REAL_MODE_CRASH_MAX;
	/* Radix page tables know none, and on bare metal nobody sets one (hash_utils.c). */
	if (r->facts->radix || r->facts->opal_base)
		limit = UINT64_MAX;
	else
		machine->crash_limit = limit;
	if (!memmap_append(&machine->crash_usable, r->arena, crash_region(machine), MEMORY_RAM,
			   error) ||
	    !remove_all(r, &machine->crash_usable, &r->facts->kept, error) ||
	    !memmap_remove(&machine->crash_usable, r->arena, (struct range){limit, UINT64_MAX},
			   error))
		return false;
	memmap_shrink(&machine->crash_usable, machine->page_size);
	return true;
}

static bool find_usable(const struct reading *r, struct error *error)
{
	struct ppc64le_machine *facts = r->facts;
	struct machine *machine = r->machine;
	const struct devicetree_node *chosen = devicetree_node_find(facts->tree, "/chosen");
	uint64_t limit = facts->first_block < REAL_MODE_MAX ? facts->first_block : REAL_MODE_MAX;
	uint64_t asked_for = 0;

	if (!devicetree_node_number(chosen, "linux,kernel-end", &facts->kernel_end))
		facts->kernel_end = 0;
	if (devicetree_node_number(chosen, "linux,memory-limit", &asked_for) && asked_for &&
	    asked_for < limit)
		limit = asked_for;
	for (size_t i = 0; i < machine->firmware.count; i++)
		if (!memmap_append(&machine->usable, r->arena, machine->firmware.entries[i].range,
				   machine->firmware.entries[i].type, error))
			return false;
	if (!remove_all(r, &machine->usable, &facts->kept, error) ||
	    !remove_all(r, &machine->usable, &machine->crash, error) ||
	    !memmap_remove(&machine->usable, r->arena, (struct range){0, facts->kernel_end},
			   error) ||
	    !memmap_remove(&machine->usable, r->arena, (struct range){limit, UINT64_MAX}, error) ||
	    !remove_chosen(r, "linux,htab-base", "linux,htab-size", true, error))
		return false;
	if (strstr(machine->cmdline, "retain_initrd") &&
	    !remove_chosen(r, "linux,initrd-start", "linux,initrd-end", false, error))
		return false;
	memmap_shrink(&machine->usable, machine->page_size);
	return true;
}

static bool read_cells(struct reading *r, struct error *error)
{
	uint64_t address, size;

	/* Where they are absent, as the Devicetree Specification 0.4 has it, 2.3.5. */
	if (!devicetree_node_number(r->facts->tree, "#address-cells", &address))
		address = 2;
	if (!devicetree_node_number(r->facts->tree, "#size-cells", &size))
		size = 1;
	if (!address || address > CELLS_MAX || !size || size > CELLS_MAX)
		return error_set(error,
				 "%s has #address-cells of %" PRIu64 " and #size-cells of %" PRIu64
				 "; from 1 to %d were expected.",
				 r->facts->source, address, size, CELLS_MAX);
	r->address_cells = (unsigned)address;
	r->size_cells = (unsigned)size;
	return true;
}

bool ppc64le_memory(struct ppc64le_machine *facts, struct arena *arena, struct machine *machine,
		    struct error *error)
{
	struct reading r = {.facts = facts, .machine = machine, .arena = arena};

	return read_cells(&r, error) && read_memory_nodes(&r, error) && read_lmbs(&r, error) &&
	       memmap_tidy(&machine->firmware, arena, error) && keep_firmware(&r, error) &&
	       read_crash(&r, error) && find_usable(&r, error) && find_crash_usable(&r, error);
}
