// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory maps as sorted lists. Tidying is one sweep over sorted boundaries, so that a map of any
 * number of entries, in any order and overlapping in any way, costs one sort; every other operation
 * is one pass over tidy lists. It does not know where a map came from.
 */
#include "kexec/memmap.h"

#include <stdlib.h>

/* One end of an entry: where a type begins to apply, or stops. */
struct boundary {
	uint64_t address;
	enum memory_type type;
	bool begins;
};

/*
 * Who wins an overlap: the higher number. Whatever is not RAM beats RAM; after that, the less a
 * kernel may ever do with the memory, the higher it stands.
 */
static const unsigned char restriction[MEMORY_TYPES] = {
	[MEMORY_RAM] = 0,
	[MEMORY_SOFT_RESERVED] = 1,
	[MEMORY_PRAM] = 2,
	[MEMORY_PMEM] = 3,
	[MEMORY_ACPI] = 4,
	[MEMORY_NVS] = 5,
	[MEMORY_RESERVED] = 6,
	[MEMORY_UNUSABLE] = 7,
};

const char *memory_type_name(enum memory_type type)
{
	static const char *const names[MEMORY_TYPES] = {
		[MEMORY_RAM] = "System RAM",
		[MEMORY_RESERVED] = "Reserved",
		[MEMORY_ACPI] = "ACPI Tables",
		[MEMORY_NVS] = "ACPI Non-volatile Storage",
		[MEMORY_UNUSABLE] = "Unusable memory",
		[MEMORY_PMEM] = "Persistent Memory",
		[MEMORY_PRAM] = "Persistent Memory (legacy)",
		[MEMORY_SOFT_RESERVED] = "Soft Reserved",
	};

	return (unsigned)type < MEMORY_TYPES ? names[type] : "Unknown";
}

bool memory_type_find(const char *name, enum memory_type *type)
{
	/* Kernels before 5.4 say "reserved"; the other two mean that nobody knows what is there. */
	static const char *const reserved[] = { "reserved", "Unknown E820 type", "Uncached RAM" };

	for (enum memory_type t = 0; t < MEMORY_TYPES; t++) {
		if (!strcmp(name, memory_type_name(t))) {
			*type = t;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++) {
		if (!strcmp(name, reserved[i])) {
			*type = MEMORY_RESERVED;
			return true;
		}
	}
	return false;
}

/* Room for one entry more. */
static bool reserve(struct memmap *map, struct arena *arena, struct error *error)
{
	struct memory *entries = arena_grow(arena, map->entries, map->count, &map->capacity,
					    sizeof(*entries), error);

	if (!entries)
		return false;
	map->entries = entries;
	return true;
}

bool memmap_append(struct memmap *map, struct arena *arena, struct range range,
		   enum memory_type type, struct error *error)
{
	if (range.start >= range.end)
		return true;
	if (!reserve(map, arena, error))
		return false;
	map->entries[map->count++] = (struct memory){ range, type };
	return true;
}

/* Appends behind the last entry, or to it when they touch and are of one type. */
static bool append_joined(struct memmap *map, struct arena *arena, struct range range,
			  enum memory_type type, struct error *error)
{
	struct memory *last = map->count ? &map->entries[map->count - 1] : NULL;

	if (last && last->type == type && last->range.end == range.start &&
	    range.start < range.end) {
		last->range.end = range.end;
		return true;
	}
	return memmap_append(map, arena, range, type, error);
}

static int compare_boundaries(const void *a, const void *b)
{
	const struct boundary *left = a, *right = b;

	return (left->address > right->address) - (left->address < right->address);
}

static bool is_tidy(const struct memmap *map)
{
	for (size_t i = 1; i < map->count; i++) {
		const struct memory *last = &map->entries[i - 1], *next = &map->entries[i];

		if (last->range.end > next->range.start ||
		    (last->range.end == next->range.start && last->type == next->type))
			return false;
	}
	return true;
}

/* The type that wins among those that apply now, or MEMORY_TYPES when none does. */
static enum memory_type strongest(const size_t applying[MEMORY_TYPES])
{
	enum memory_type best = MEMORY_TYPES;

	for (enum memory_type type = 0; type < MEMORY_TYPES; type++)
		if (applying[type] &&
		    (best == MEMORY_TYPES || restriction[type] > restriction[best]))
			best = type;
	return best;
}

bool memmap_tidy(struct memmap *map, struct arena *arena, struct error *error)
{
	size_t applying[MEMORY_TYPES] = { 0 };
	enum memory_type type = MEMORY_TYPES;
	struct memmap out = { 0 };
	struct boundary *boundaries;
	uint64_t start = 0;

	if (is_tidy(map))
		return true;
	if (map->count > SIZE_MAX / 2)
		return error_set(error, "A memory map of %zu entries is too large.", map->count);
	boundaries = arena_array(arena, 2 * map->count, sizeof(*boundaries), error);
	if (!boundaries)
		return false;
	for (size_t i = 0; i < map->count; i++) {
		const struct memory *entry = &map->entries[i];

		boundaries[2 * i] = (struct boundary){ entry->range.start, entry->type, true };
		boundaries[2 * i + 1] = (struct boundary){ entry->range.end, entry->type, false };
	}
	qsort(boundaries, 2 * map->count, sizeof(*boundaries), compare_boundaries);
	for (size_t i = 0; i < 2 * map->count; i++) {
		struct range range = { start, boundaries[i].address };

		if (type != MEMORY_TYPES && !append_joined(&out, arena, range, type, error))
			return false;
		/* Within one address the counts may pass through zero and below: they are sums. */
		applying[boundaries[i].type] += boundaries[i].begins ? 1 : (size_t)-1;
		type = strongest(applying);
		start = boundaries[i].address;
	}
	*map = out;
	return true;
}

bool memmap_remove(struct memmap *map, struct arena *arena, struct range range, struct error *error)
{
	struct memmap out = { 0 };
	bool touched = false;

	if (range.start >= range.end)
		return true;
	for (size_t i = 0; i < map->count && !touched; i++)
		touched = range_overlaps(map->entries[i].range, range);
	if (!touched)
		return true;
	for (size_t i = 0; i < map->count; i++) {
		struct memory entry = map->entries[i];
		struct range below = entry.range, above = { 0 };

		if (range_overlaps(entry.range, range)) {
			below.end = range.start;
			above = (struct range){ range.end, entry.range.end };
		}
		if (!memmap_append(&out, arena, below, entry.type, error) ||
		    !memmap_append(&out, arena, above, entry.type, error))
			return false;
	}
	*map = out;
	return true;
}

bool memmap_common_ram(const struct memmap *a, const struct memmap *b, struct arena *arena,
		       struct memmap *out, struct error *error)
{
	struct memmap common = { 0 };
	size_t i = 0, j = 0;

	while (i < a->count && j < b->count) {
		const struct memory *left = &a->entries[i], *right = &b->entries[j];
		struct range l = left->range, r = right->range;
		struct range both = {
			l.start > r.start ? l.start : r.start,
			l.end < r.end ? l.end : r.end,
		};

		bool ram = left->type == MEMORY_RAM && right->type == MEMORY_RAM;

		if (ram && !append_joined(&common, arena, both, MEMORY_RAM, error))
			return false;
		if (l.end < r.end)
			i++;
		else
			j++;
	}
	*out = common;
	return true;
}

void memmap_shrink(struct memmap *map, uint64_t align)
{
	size_t kept = 0;

	for (size_t i = 0; i < map->count; i++) {
		struct memory entry = map->entries[i];

		if (!align_up_checked(entry.range.start, align, &entry.range.start))
			continue;
		entry.range.end = align_down(entry.range.end, align);
		if (entry.range.start < entry.range.end)
			map->entries[kept++] = entry;
	}
	map->count = kept;
}

bool memmap_covers(const struct memmap *map, struct range range, enum memory_type type)
{
	if (range.start > range.end)
		return false;
	for (size_t i = 0; i < map->count && range.start < range.end; i++) {
		const struct memory *entry = &map->entries[i];

		if (entry->range.end <= range.start)
			continue;
		if (entry->range.start > range.start || entry->type != type)
			return false;
		range.start = entry->range.end;
	}
	return range.start >= range.end;
}

uint64_t memmap_total(const struct memmap *map, enum memory_type type)
{
	uint64_t total = 0;

	for (size_t i = 0; i < map->count; i++)
		if (map->entries[i].type == type)
			total += range_size(map->entries[i].range);
	return total;
}
