// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What holds for every s390x plan, whatever the machine: the rules of arch/s390/boot/head.S and of
 * kexec_load, checked on what would be loaded by code that shares nothing with the planner.
 * PLAN_SEED=0x... repeats the round that a failure names.
 */
#include "tests/unit/planned.h"

#include "arch/s390x/image.h"
#include "tests/images/images.h"

#define PLANS 600
#define PURGATORY_SIZE 0x1000
#define PURGATORY_MEMORY 0x5000
#define SMALLEST_IMAGE 0x13100 /* with the version that it has */
#define ROOM 4096

static uint64_t round_seed, seed;

/* Says which seed it was before the test fails. */
#define check(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("PLAN_SEED=0x%llx: not so: %s", (unsigned long long)round_seed,   \
				 #condition);                                                      \
	} while (0)

static uint64_t below(uint64_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % limit;
}

static void start_round(uint64_t number)
{
	const char *given = getenv("PLAN_SEED");

	round_seed = given ? strtoull(given, NULL, 0) : 0x9e3779b97f4a7c15u * (number + 1);
	seed = round_seed;
	for (int i = 0; i < 8; i++)
		below(1);
}

static struct bytes made_purgatory(void)
{
	static uint8_t image[PURGATORY_SIZE];

	bytes_put(image + PURGATORY_PARAMETERS, 8, BIG, PURGATORY_MAGIC);
	bytes_put(image + PURGATORY_PARAMETERS + 8, 8, BIG, PURGATORY_MEMORY);
	return (struct bytes){image, sizeof(image)};
}

/* RAM from 0 on, with holes of whole pages, some of it past what 31 bits reach. */
static void make_memory(struct planned *t)
{
	uint64_t at = 0;

	for (uint64_t count = 1 + below(5); count; count--) {
		uint64_t end = at + 4096 * (1 + below(below(2) ? 4096 : 1 << 20));

		planned_ram(t, at, end);
		at = end + 4096 * (1 + below(1024));
	}
}

static void make(struct planned *t, struct arch *arch, size_t *size)
{
	static char text[ROOM + 8];

	planned_setup(t, GIB);
	*arch = arch_s390x;
	arch->purgatory = made_purgatory;
	t->machine.arch = arch;
	t->machine.facts = NULL;
	t->machine.firmware = t->machine.usable = (struct memmap){0};
	t->machine.ram_total = 0;
	make_memory(t);
	*size = SMALLEST_IMAGE + below(below(8) ? 64 << 10 : 12 * MIB);
	planned_kernel(t, images_s390x(ROOM, *size), *size);
	if (below(4))
		planned_initrd(t, 1 + below(below(4) ? 64 << 10 : 8 * MIB));
	memset(text, 'x', sizeof(text));
	text[below(4) ? below(ROOM - 1) : ROOM - 4 + below(8)] = 0;
	text[sizeof(text) - 1] = 0;
	if (below(4))
		t->options.append = text;
	t->options.no_checks = !below(3);
}

static const struct segment *holding(struct planned *t, uint64_t address)
{
	for (unsigned i = 0; i < t->plan.segment_count; i++) {
		const struct segment *s = &t->plan.segments[i];

		if (address >= s->memory.start && address < s->memory.end)
			return s;
	}
	return NULL;
}

static bool in_ram(struct planned *t, struct range range)
{
	for (size_t i = 0; i < t->machine.usable.count; i++)
		if (range.start >= t->machine.usable.entries[i].range.start &&
		    range.end <= t->machine.usable.entries[i].range.end)
			return true;
	return false;
}

static void check_segments(struct planned *t)
{
	for (unsigned i = 0; i < t->plan.segment_count; i++) {
		const struct segment *s = &t->plan.segments[i];

		check(s->memory.start >= IMAGE_ENTRY);
		check(s->memory.start % 4096 == 0 && s->memory.end % 4096 == 0);
		check(s->bytes.size <= s->memory.end - s->memory.start);
		check(in_ram(t, s->memory));
		for (unsigned j = 0; j < i; j++)
			check(s->memory.end <= t->plan.segments[j].memory.start ||
			      t->plan.segments[j].memory.end <= s->memory.start);
	}
}

/* All that the file has from the entry on is where it was linked, but for what it is told. */
static void check_kernel(struct planned *t, size_t size)
{
	for (size_t at = IMAGE_ENTRY; at < size; at++) {
		const struct segment *s = holding(t, at);

		check(s && at - s->memory.start < s->bytes.size);
		if ((at < IMAGE_PARMAREA + 8 || at >= IMAGE_PARMAREA + 24) &&
		    (at < IMAGE_COMMAND_LINE || at >= IMAGE_COMMAND_LINE + ROOM))
			check(s->bytes.data[at - s->memory.start] == t->kernel[at]);
	}
}

static void check_told(struct planned *t, size_t size)
{
	const struct segment *initrd = plan_segment(&t->plan, "initrd");
	const uint8_t *area = planned_at(t, IMAGE_PARMAREA, 128 + ROOM);
	const char *told = (const char *)area + 128;
	uint64_t start = bytes_get(area + 8, 8, BIG);

	check(!strcmp(told, t->options.append ? t->options.append : "root=/dev/ram0 ro"));
	check(strlen(told) + 1 < ROOM);
	check(bytes_get(area + 16, 8, BIG) == t->image.initrd.bytes.size);
	check(!initrd == !t->image.initrd.bytes.size);
	if (!initrd) {
		check(!start);
		return;
	}
	check(start == initrd->memory.start && initrd->bytes.data == t->initrd);
	/* Room for a small kernel to unpack itself, and nothing over the end of a large one. */
	check(start >= 8 * MIB && start >= size);
}

static void check_entry(struct planned *t)
{
	const struct segment *purgatory = plan_segment(&t->plan, "purgatory");
	const uint8_t *block;

	check(!purgatory == t->options.no_checks);
	if (!purgatory) {
		check(t->plan.entry == IMAGE_ENTRY);
		return;
	}
	/* The kernel enters it in 31-bit mode. */
	check(t->plan.entry == purgatory->memory.start && purgatory->memory.end <= 2 * GIB);
	block = purgatory->bytes.data + PURGATORY_PARAMETERS;
	check(bytes_get(block + PURGATORY_AT_ENTRY, 8, BIG) == IMAGE_ENTRY);
	check(bytes_get(block + offsetof(struct purgatory_parameters, region_count), 8, BIG) ==
	      t->plan.segment_count - 1);
}

/* One stretch of RAM from 0 on that holds everything twice over leaves no reason to refuse. */
static bool has_room(struct planned *t, size_t size)
{
	return t->machine.usable.entries[0].range.end >=
	       2 * (size + t->image.initrd.bytes.size + 16 * MIB);
}

static void every_plan_keeps_the_rules(void **state)
{
	unsigned made = 0, refused = 0;

	for (unsigned i = 0; i < PLANS; i++) {
		struct planned t;
		struct arch arch;
		size_t size;
		bool fits;

		start_round(i);
		make(&t, &arch, &size);
		fits = !t.options.append || strlen(t.options.append) + 1 < ROOM;
		if (plan(&t)) {
			check(fits);
			check_segments(&t);
			check_kernel(&t, size);
			check_told(&t, size);
			check_entry(&t);
			made++;
		} else {
			check(!fits || !has_room(&t, size));
			refused++;
		}
		planned_release(&t);
	}
	/* Both happen often, or the rounds try too little. */
	assert_true(getenv("PLAN_SEED") || (made > PLANS / 4 && refused > PLANS / 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_plan_keeps_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
