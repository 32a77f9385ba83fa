// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building the identity map. Memory is mapped to the page, with larger blocks only where all of a
 * block is wanted: the rest may belong to firmware, and even speculative reads of it would do harm.
 * Formats: Arm Architecture Reference Manual, D8.3 (descriptors) and D19.2 (registers).
 */
#include "purgatory/arm64/mmu.h"

#define PAGE_SHIFT   12
#define PAGE	     ((uint64_t)1 << PAGE_SHIFT)
#define ENTRIES	     512
#define LEVEL_BITS   9
#define LEVELS	     4
#define ADDRESS_BITS 48
#define ADDRESS_MASK (((uint64_t)1 << ADDRESS_BITS) - PAGE)

/*
 * Each region may need two tables at each level below the first, but neighbours share nearly all.
 */
#define TABLES 64

#define VALID		0x1u
#define TABLE_OR_PAGE	0x2u
#define MEMORY_INDEX	(0u << 2) /* AttrIndx: bytes of MAIR */
#define DEVICE_INDEX	(1u << 2)
#define ONE_PRIVILEGE	(1u << 6) /* AP[1]: must be 1 where there is one level only */
#define INNER_SHAREABLE (3u << 8)
#define ACCESS_FLAG	(1u << 10)
#define NEVER_EXECUTE	((uint64_t)3 << 53) /* PXN and UXN */

#define MAIR_VALUE 0x00ff /* byte 0: normal, write-back; byte 1: device-nGnRnE */

#define TCR_T0SZ      (64 - ADDRESS_BITS)
#define TCR_IRGN0_WB  (1u << 8)
#define TCR_ORGN0_WB  (1u << 10)
#define TCR_SH0_INNER (3u << 12)
#define TCR_COMMON    (TCR_T0SZ | TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER)
/* EL1, and EL2 with VHE */
#define TCR_EPD1      (1u << 23)
#define TCR_TG1_4K    ((uint64_t)2 << 30)
#define TCR_IPS_SHIFT 32
/* EL2 without VHE */
#define TCR_EL2_RES1	 ((uint64_t)1 << 31 | (uint64_t)1 << 23)
#define TCR_EL2_PS_SHIFT 16

#define PARANGE_48   5
#define TGRAN4_NONE  0xf
#define TGRAN4_SHIFT 28

extern const uint8_t purgatory_start[] __attribute__((visibility("hidden")));
extern const uint8_t purgatory_memory_end[] __attribute__((visibility("hidden")));

/* With the MMU off, nothing is written but these and the stack. */
static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(4096)));
static struct mmu mmu;

struct map {
	unsigned used; /* tables in use; the first is the root */
	uint64_t attributes; /* of every entry */
};

static uint64_t *table_take(struct map *map)
{
	uint64_t *table;

	if (map->used == TABLES)
		return NULL;
	table = tables[map->used++];
	for (unsigned i = 0; i < ENTRIES; i++)
		table[i] = 0;
	return table;
}

/*
 * Maps what begins at `at`: as much as one entry can hold without reaching past `end`. 0 if it
 * cannot.
 */
static uint64_t map_one(struct map *map, uint64_t at, uint64_t end, uint64_t attributes)
{
	uint64_t *table = tables[0], *next;

	for (unsigned level = 0;; level++) {
		unsigned shift = PAGE_SHIFT + LEVEL_BITS * (LEVELS - 1 - level);
		uint64_t size = (uint64_t)1 << shift;
		uint64_t *entry = &table[at >> shift & (ENTRIES - 1)];

		if (level == LEVELS - 1 ||
		    (level && !*entry && !(at & (size - 1)) && end - at >= size)) {
			*entry = at | attributes | map->attributes | VALID |
				 (level == LEVELS - 1 ? TABLE_OR_PAGE : 0);
			return size;
		}
		if ((*entry & VALID) && !(*entry & TABLE_OR_PAGE))
			return size - (at & (size - 1)); /* in a block already */
		if (!*entry) {
			next = table_take(map);
			if (!next)
				return 0;
			*entry = (uint64_t)(uintptr_t)next | VALID | TABLE_OR_PAGE;
		}
		table = (uint64_t *)(uintptr_t)(*entry & ADDRESS_MASK);
	}
}

static int map_range(struct map *map, uint64_t start, uint64_t size, uint64_t attributes)
{
	uint64_t at = start & ~(PAGE - 1), end = (start + size + PAGE - 1) & ~(PAGE - 1);

	if (end < start || end > (uint64_t)1 << ADDRESS_BITS)
		return 0;
	while (at < end) {
		uint64_t mapped = map_one(map, at, end, attributes);

		if (!mapped)
			return 0;
		at += mapped;
	}
	return 1;
}

static int map_everything(struct map *map, const struct purgatory_parameters *parameters)
{
	uint64_t own = (uintptr_t)purgatory_start;
	uint64_t own_size = (uint64_t)(purgatory_memory_end - purgatory_start);

	if (!table_take(map) || !map_range(map, own, own_size, MEMORY_INDEX))
		return 0;
	/* purgatory_verify() says what is wrong with more regions than there can be. */
	for (uint64_t i = 0; i < parameters->region_count && i < PURGATORY_REGIONS; i++)
		if (!map_range(map, parameters->regions[i].start, parameters->regions[i].size,
			       MEMORY_INDEX | NEVER_EXECUTE))
			return 0;
	return !(parameters->flags & PURGATORY_CONSOLE_SERIAL) ||
	       map_range(map, parameters->serial_base, PAGE, DEVICE_INDEX | NEVER_EXECUTE);
}

const struct mmu *mmu_prepare(const struct purgatory_parameters *parameters, uint64_t own_regime)
{
	struct map map = { .attributes = INNER_SHAREABLE | ACCESS_FLAG |
					 (own_regime ? ONE_PRIVILEGE : 0) };
	uint64_t features, range;

	__asm__("mrs %0, id_aa64mmfr0_el1" : "=r"(features));
	if ((features >> TGRAN4_SHIFT & 0xf) == TGRAN4_NONE)
		return NULL;
	range = features & 0xf;
	if (range > PARANGE_48)
		range = PARANGE_48;
	if (!map_everything(&map, parameters))
		return NULL;
	mmu.ttbr0 = (uintptr_t)tables[0];
	mmu.mair = MAIR_VALUE;
	mmu.tcr = own_regime ? TCR_COMMON | TCR_EL2_RES1 | range << TCR_EL2_PS_SHIFT
			     : TCR_COMMON | TCR_EPD1 | TCR_TG1_4K | range << TCR_IPS_SHIFT;
	return &mmu;
}
