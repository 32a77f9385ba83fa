// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory maps against an oracle: the same operations done unit by unit on an array of 64 units.
 * Maps are generated from a seed that is printed when something differs; ROUND_SEED repeats one.
 */
#include "tests/support/rounds.h"

#include "kexec/memmap.h"

#define UNITS 64
#define NOTHING (-1)
#define ROUNDS 20000

static struct arena arena;
static struct error error;

/* From the type that loses every overlap to the one that wins every one. */
static const enum memory_type by_strength[] = {
	MEMORY_RAM, MEMORY_SOFT_RESERVED, MEMORY_PRAM, MEMORY_PMEM, MEMORY_ACPI, MEMORY_NVS,
	MEMORY_RESERVED, MEMORY_UNUSABLE,
};

static int teardown(void **state)
{
	arena_release(&arena);
	return 0;
}

static int strength(int type)
{
	for (int i = 0; i < MEMORY_TYPES; i++)
		if (type != NOTHING && by_strength[i] == (enum memory_type)type)
			return i;
	return NOTHING;
}

/* A generated map and its oracle: unit i stands for [base + i * scale, base + (i + 1) * scale). */
struct sample {
	struct memmap map;
	int oracle[UNITS];
	uint64_t base, scale;
};

static struct range sample_range(const struct sample *s, unsigned first, unsigned end)
{
	return (struct range){ s->base + first * s->scale, s->base + end * s->scale };
}

static void generate(struct sample *s, unsigned count, unsigned types)
{
	memset(&s->map, 0, sizeof(s->map));
	for (unsigned i = 0; i < UNITS; i++)
		s->oracle[i] = NOTHING;
	for (unsigned n = 0; n < count; n++) {
		unsigned a = random_next() % (UNITS + 1), b = random_next() % (UNITS + 1);
		int type = (int)(random_next() % types);

		if (random_next() % 2 && b > a + 4)
			b = a + 4;
		check(memmap_append(&s->map, &arena, sample_range(s, a, b), (enum memory_type)type,
				    &error));
		for (unsigned i = a; i < b; i++)
			if (strength(type) > strength(s->oracle[i]))
				s->oracle[i] = type;
	}
}

/* What the map says of unit i: a type, or NOTHING; -2 when an entry covers a part of it only. */
static int unit_type(const struct sample *s, unsigned unit)
{
	struct range range = sample_range(s, unit, unit + 1);

	for (size_t i = 0; i < s->map.count; i++) {
		struct range entry = s->map.entries[i].range;

		if (entry.start <= range.start && entry.end >= range.end)
			return (int)s->map.entries[i].type;
		if (range_overlaps(entry, range))
			return -2;
	}
	return NOTHING;
}

static void check_sorted(const struct memmap *map, bool joined)
{
	for (size_t i = 0; i < map->count; i++) {
		check(map->entries[i].range.start < map->entries[i].range.end);
		if (!i)
			continue;
		check(map->entries[i - 1].range.end <= map->entries[i].range.start);
		if (joined && map->entries[i - 1].range.end == map->entries[i].range.start)
			check(map->entries[i - 1].type != map->entries[i].type);
	}
}

static void check_sample(const struct sample *s)
{
	uint64_t totals[MEMORY_TYPES] = { 0 };

	check_sorted(&s->map, true);
	for (unsigned i = 0; i < UNITS; i++) {
		check(unit_type(s, i) == s->oracle[i]);
		if (s->oracle[i] != NOTHING)
			totals[s->oracle[i]] += s->scale;
	}
	for (enum memory_type type = 0; type < MEMORY_TYPES; type++)
		check(memmap_total(&s->map, type) == totals[type]);
}

static void check_covers(const struct sample *s)
{
	unsigned a = random_next() % (UNITS + 1), b = random_next() % (UNITS + 1);
	int type = (int)(random_next() % MEMORY_TYPES);
	bool expected = a <= b;

	for (unsigned i = a; i < b; i++)
		expected = expected && s->oracle[i] == type;
	check(memmap_covers(&s->map, sample_range(s, a, b), (enum memory_type)type) == expected);
}

static void check_remove(struct sample *s)
{
	unsigned a = random_next() % (UNITS + 1), b = random_next() % (UNITS + 1);

	check(memmap_remove(&s->map, &arena, sample_range(s, a, b), &error));
	for (unsigned i = a; i < b; i++)
		s->oracle[i] = NOTHING;
}

static void check_common(const struct sample *a, const struct sample *b)
{
	struct sample common = { .base = a->base, .scale = a->scale };

	check(memmap_common_ram(&a->map, &b->map, &arena, &common.map, &error));
	for (unsigned i = 0; i < UNITS; i++)
		common.oracle[i] = a->oracle[i] == MEMORY_RAM && b->oracle[i] == MEMORY_RAM ?
				   MEMORY_RAM : NOTHING;
	check_sample(&common);
}

/* Only with base 0 and scale 1: a run of one type keeps its whole groups of `align` units. */
static void check_shrink(struct sample *s)
{
	unsigned align = 1u << random_next() % 5;
	int oracle[UNITS];

	for (unsigned i = 0; i < UNITS; i++) {
		unsigned first = i / align * align;

		oracle[i] = s->oracle[i];
		for (unsigned j = first; j < first + align; j++)
			if (s->oracle[j] != s->oracle[i])
				oracle[i] = NOTHING;
	}
	memcpy(s->oracle, oracle, sizeof(oracle));
	memmap_shrink(&s->map, align);
	check_sample(s);
}

static void round_once(unsigned round)
{
	static const uint64_t scales[] = { 1, 4096, 0x123457, UINT64_C(1) << 40 };
	uint64_t scale = scales[random_next() % 4];
	uint64_t base = round % 3 ? 0 : UINT64_MAX - UNITS * scale;
	struct sample a = { .base = base, .scale = scale }, b = a;

	generate(&a, random_next() % 24, round % 2 ? MEMORY_TYPES : 2);
	generate(&b, random_next() % 12, 2);
	check(memmap_tidy(&a.map, &arena, &error));
	check(memmap_tidy(&b.map, &arena, &error));
	check_sample(&a);
	check_sample(&b);
	check_common(&a, &b);
	for (unsigned i = 0; i < 3; i++) {
		check_covers(&a);
		check_remove(&a);
		check_sample(&a);
	}
	if (!base && scale == 1)
		check_shrink(&a);
}

static void generated_maps_agree_with_the_oracle(void **state)
{
	for (uint64_t round = 0; round < ROUNDS; round++) {
		round_start(round);
		round_once((unsigned)(round_seed % 6));
		arena_release(&arena);
	}
}

/* As many entries as a machine could show, in no order, each overlapping the next. */
static void a_map_of_65536_entries_is_tidied_at_once(void **state)
{
	struct memmap map = { 0 };

	for (uint64_t i = 0; i < 65536; i++) {
		uint64_t start = (i * 40503 % 65536) << 20;

		assert_true(memmap_append(&map, &arena, (struct range){ start, start + (3 << 19) },
					  i % 2 ? MEMORY_RAM : MEMORY_RESERVED, &error));
	}
	assert_true(memmap_tidy(&map, &arena, &error));
	check_sorted(&map, true);
	/* Each entry reaches half a step into the next one, so nothing is uncovered but the end. */
	assert_int_equal(memmap_total(&map, MEMORY_RAM) + memmap_total(&map, MEMORY_RESERVED),
			 (UINT64_C(65536) << 20) + (1 << 19));
}

static void empty_and_inverted_ranges_are_nothing(void **state)
{
	struct memmap map = { 0 };

	assert_true(memmap_append(&map, &arena, (struct range){ 5, 5 }, MEMORY_RAM, &error));
	assert_true(memmap_append(&map, &arena, (struct range){ 9, 5 }, MEMORY_RAM, &error));
	assert_true(memmap_tidy(&map, &arena, &error));
	assert_int_equal(map.count, 0);
	assert_true(memmap_covers(&map, (struct range){ 7, 7 }, MEMORY_RAM));
	assert_false(memmap_covers(&map, (struct range){ 9, 5 }, MEMORY_RAM));
}

static void shrinking_at_the_end_of_the_address_space_drops_the_entry(void **state)
{
	struct memmap map = { 0 };

	assert_true(memmap_append(&map, &arena, (struct range){ UINT64_MAX - 9, UINT64_MAX },
				  MEMORY_RAM, &error));
	memmap_shrink(&map, 4096);
	assert_int_equal(map.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(generated_maps_agree_with_the_oracle, teardown),
		cmocka_unit_test_teardown(a_map_of_65536_entries_is_tidied_at_once, teardown),
		cmocka_unit_test_teardown(empty_and_inverted_ranges_are_nothing, teardown),
		cmocka_unit_test_teardown(shrinking_at_the_end_of_the_address_space_drops_the_entry,
					  teardown),
	};

	return cmocka_run_group_tests_name("memmap", tests, NULL, NULL);
}
