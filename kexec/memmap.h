/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges of physical memory and what each is for. Pure arithmetic on sorted lists: it knows neither
 * where a map came from nor what will be placed in it.
 */
#ifndef KEXEC_MEMMAP_H
#define KEXEC_MEMMAP_H

#include "kexec/arena.h"

/* Half open, everywhere: `end` is the first byte that does not belong. */
struct range {
	uint64_t start, end;
};

enum memory_type {
	MEMORY_RAM,
	MEMORY_RESERVED,
	MEMORY_ACPI,		/* ACPI tables: RAM once they have been read */
	MEMORY_NVS,		/* ACPI non-volatile storage */
	MEMORY_UNUSABLE,
	MEMORY_PMEM,
	MEMORY_PRAM,		/* legacy persistent memory, e820 type 12 */
	MEMORY_SOFT_RESERVED,
	MEMORY_TYPES,
};

struct memory {
	struct range range;
	enum memory_type type;
};

/*
 * Entries are sorted by start and disjoint, once memmap_tidy() has run and after every operation
 * below.
 */
struct memmap {
	struct memory *entries;
	size_t count, capacity;
};

static inline uint64_t range_size(struct range r)
{
	return r.end - r.start;
}

static inline bool range_overlaps(struct range a, struct range b)
{
	return a.start < b.end && b.start < a.end;
}

/* "System RAM", "Reserved", ...: the kernel's own words in /sys/firmware/memmap. */
const char *memory_type_name(enum memory_type type);
/* The type of that name; also of the names that only some kernels use. */
bool memory_type_find(const char *name, enum memory_type *type);

/* Appends; empty ranges are dropped. The map is unsorted until memmap_tidy(). */
bool memmap_append(struct memmap *map, struct arena *arena, struct range range,
		   enum memory_type type, struct error *error) must_check;
/*
 * Sorts, joins neighbours of one type, and settles overlaps: where entries of two types overlap,
 * the type that is not RAM wins, and among those the one that is more restrictive.
 */
bool memmap_tidy(struct memmap *map, struct arena *arena, struct error *error) must_check;
/* Takes `range` out of the map, whatever its type. */
bool memmap_remove(struct memmap *map, struct arena *arena, struct range range,
		   struct error *error) must_check;
/* The parts of `a`'s RAM that are RAM in `b` too. */
bool memmap_common_ram(const struct memmap *a, const struct memmap *b, struct arena *arena,
		       struct memmap *out, struct error *error) must_check;
/* Rounds every entry inwards to multiples of `align` (a power of two) and drops what vanishes. */
void memmap_shrink(struct memmap *map, uint64_t align);
/* Whether all of `range` is of one type; an empty range is in every map. */
bool memmap_covers(const struct memmap *map, struct range range, enum memory_type type);
/* Bytes of that type. */
uint64_t memmap_total(const struct memmap *map, enum memory_type type);

#endif
