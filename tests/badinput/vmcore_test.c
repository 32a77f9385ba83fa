// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Damaged cores: 3,000 of them, the same ones each time, of every form of log. Whatever is wrong,
 * reading ends within its time, prints nothing that a terminal would not like, and says a sentence
 * when something is missing. Every core stands in front of a page that cannot be read, so that
 * reading on is seen in any build.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>

#include "tests/support/core_log.h"
#include "tests/support/cores.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MUTATIONS 3000
#define ROOM ((size_t)256 << 10)
#define PAGE ((size_t)64 << 10)
/* A damaged core of some KiB is read in well under a millisecond; sanitizers and a busy machine are
 * slow. */
#define SECONDS_EACH 5

static uint8_t *wall; /* the first byte that cannot be read; cores end here */
static uint64_t chance;

static int setup(void **state)
{
	uint8_t *room =
		mmap(NULL, ROOM + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED || mprotect(room + ROOM, PAGE, PROT_NONE))
		return -1;
	wall = room + ROOM;
	return 0;
}

/* xorshift64*: the same on every machine. */
static uint64_t any(uint64_t below)
{
	chance ^= chance >> 12;
	chance ^= chance << 25;
	chance ^= chance >> 27;
	return (chance * UINT64_C(2685821657736338717) >> 16) % below;
}

static const struct core_wish bases[] = {
	{CORE_LOCKLESS, 64, 8, LITTLE, EM_X86_64, 300, 12, 6, .plain = false},
	{CORE_LOCKLESS, 64, 8, BIG, EM_S390, 40, 12, 6, .plain = true},
	{CORE_LOCKLESS, 32, 4, LITTLE, EM_386, 300, 12, 6, .split = true},
	{CORE_LOCKLESS, 64, 8, LITTLE, EM_X86_64, 20, 12, 6, .no_virtual = true},
	{CORE_LOCKLESS, 64, 8, LITTLE, EM_X86_64, 20, 12, 6, .many_headers = true},
	{CORE_RECORDS, 64, 8, LITTLE, EM_X86_64, 300, 12, .plain = false},
	{CORE_RECORDS, 32, 4, BIG, EM_MIPS, 40, 12, .split = true},
	{CORE_FLAT, 64, 8, LITTLE, EM_X86_64, 300, 12, .plain = true},
};

/* Numbers that are wrong in interesting ways. */
static uint64_t wild(uint64_t was)
{
	const uint64_t values[] = {0,
				   1,
				   was + 1,
				   was - 1,
				   was * 2,
				   was ^ UINT64_C(1) << any(64),
				   UINT64_MAX,
				   UINT64_MAX >> 1,
				   UINT32_MAX,
				   INT32_MAX,
				   31,
				   32,
				   63,
				   64,
				   255,
				   was + 0x1000,
				   any(UINT64_MAX)};

	return values[any(sizeof(values) / sizeof(values[0]))];
}

/* One number of 1, 2, 4 or 8 bytes somewhere in [from, to). */
static void change_number(uint8_t *data, size_t from, size_t to, enum byte_order order)
{
	const size_t size = (size_t)1 << any(4);
	size_t at = from + any(to - from) / size * size;

	if (at + size <= to)
		bytes_put(data + at, size, order, wild(bytes_get(data + at, size, order)));
}

static void change_digit(uint8_t *data, const struct core *core)
{
	static const char digits[] = "0123456789abcdef-x\n=(";
	uint8_t *at = core->info ? memchr(data + core->info + any(core->info_size), '=', 40) : NULL;

	if (at)
		at[1 + any(8)] = (uint8_t)digits[any(sizeof(digits) - 1)];
}

static size_t mutate(uint8_t *data, const struct core *core, enum byte_order order)
{
	size_t size = core->size;
	unsigned changes = 1 + (unsigned)any(4);

	while (changes--) {
		switch (any(8)) {
		case 0:
			change_number(data, 0, 256, order);
			break;
		case 1:
			change_digit(data, core);
			break;
		case 2:
			size = any(2) ? any(size) + 1 : size;
			break;
		case 3:
			data[any(core->size)] ^= (uint8_t)(1u << any(8));
			break;
		case 4:
			if (core->ring)
				change_number(data, core->ring, core->ring + 88, order);
			break;
		case 5:
			if (core->descriptors)
				change_number(data, core->descriptors, core->infos, order);
			break;
		default:
			change_number(data, core->notes, core->size, order);
		}
	}
	return size;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* An endless loop is ended by the alarm, which tells nothing but the fact. */
static void test_mutations(void **state)
{
	const size_t base_count = sizeof(bases) / sizeof(bases[0]);
	unsigned whole = 0, partial = 0;

	for (unsigned i = 0; i < MUTATIONS; i++) {
		const struct core_wish *wish = &bases[i % base_count];
		struct core_log log;
		struct core core;
		uint8_t *copy;
		size_t size;
		double began;

		chance = UINT64_C(0x9e3779b97f4a7c15) * (i + 1);
		core_make(&core, wish);
		copy = malloc(core.size);
		assert_non_null(copy);
		memcpy(copy, core.data, core.size);
		size = mutate(copy, &core, wish->order);
		assert_true(size <= ROOM);
		memcpy(wall - size, copy, size);
		alarm(60);
		began = seconds();
		core_log_read(&log, (struct bytes){wall - size, size});
		if (seconds() - began > SECONDS_EACH)
			fail_msg("mutation %u took %.1f seconds", i, seconds() - began);
		alarm(0);
		if (log.broken[0])
			fail_msg("mutation %u: %s", i, log.broken);
		whole += log.whole;
		partial += !log.whole && log.size;
		free(log.text);
		free(copy);
		core_free(&core);
	}
	/* Damage is neither always fatal nor never seen. */
	assert_true(whole > MUTATIONS / 20);
	assert_true(partial > MUTATIONS / 20);
	assert_true(whole + partial < MUTATIONS * 19 / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
