// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What holds for every s390x plan, whatever the machine: the rules of arch/s390/boot/head.S and of
 * kexec_load, checked on what would be loaded by code that shares nothing with the planner.
 * ROUND_SEED=0x... repeats the round that a failure names.
 */
#include "tests/unit/planned.h"

#include "arch/s390x/image.h"
#include "tests/images/images.h"
#include "tests/support/rounds.h"

#define PLANS 1100
#define PURGATORY_SIZE 0x1000
#define PURGATORY_MEMORY 0x5000
#define SMALLEST_IMAGE 0x13100 /* with the version that it has */
#define ROOM_MAX 8192 /* for a command line */
#define OLD_ROOM 896  /* where the header does not say */

static struct bytes made_purgatory(void)
{
	static uint8_t image[PURGATORY_SIZE];

	bytes_put(image + PURGATORY_PARAMETERS, 8, BIG, PURGATORY_MAGIC);
	bytes_put(image + PURGATORY_PARAMETERS + 8, 8, BIG, PURGATORY_MEMORY);
	return (struct bytes){image, sizeof(image)};
}

struct round {
	struct planned planned;
	struct arch arch;
	size_t size;	/* of the kernel */
	uint64_t room;	/* for its command line */
};

/* RAM from 0 on, seldom without the first pages, with holes, some of it past what 31 bits reach. */
static void make_memory(struct planned *t)
{
	uint64_t at = one_in(16) ? 4096 * below(4096) : 0;

	for (uint64_t count = 1 + below(5); count; count--) {
		uint64_t end = at + 4096 * (1 + below(below(2) ? 4096 : 1 << 20));

		planned_ram(t, at, end);
		at = end + 4096 * (1 + below(1024));
	}
}

/* Limits that seldom bite. */
static void make_limits(struct options *options)
{
	if (one_in(40)) {
		options->mem_min = any_size(36);
		options->mem_min_given = true;
	}
	if (one_in(5)) {
		options->mem_max = options->mem_min + any_size(36);
		options->mem_max_given = true;
	}
}

/* Of any length up to the room, often near to it. */
static const char *make_append(uint64_t room)
{
	static char text[ROOM_MAX + 8];

	memset(text, 'x', sizeof(text));
	text[below(4) ? below(room - 1) : room - 4 + below(8)] = 0;
	text[sizeof(text) - 1] = 0;
	return text;
}

static void make(struct round *r)
{
	static const uint64_t rooms[] = { 0, 32, 896, 1024, 4096, ROOM_MAX };
	uint64_t told = rooms[below(6)];
	struct planned *t = &r->planned;

	planned_setup(t, GIB);
	r->arch = arch_s390x;
	r->arch.purgatory = made_purgatory;
	t->machine.arch = &r->arch;
	t->machine.facts = NULL;
	t->machine.firmware = t->machine.usable = (struct memmap){0};
	t->machine.ram_total = 0;
	make_memory(t);
	make_limits(&t->options);
	r->room = told ? told : OLD_ROOM;
	r->size = SMALLEST_IMAGE + below(below(8) ? 64 << 10 : 12 * MIB);
	planned_kernel(t, images_s390x(told, r->size), r->size);
	if (below(4))
		planned_initrd(t, 1 + below(below(4) ? 64 << 10 : 8 * MIB));
	if (below(4))
		t->options.append = make_append(r->room);
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

static bool in_ram(const struct planned *t, struct range range)
{
	for (size_t i = 0; i < t->machine.usable.count; i++)
		if (range.start >= t->machine.usable.entries[i].range.start &&
		    range.end <= t->machine.usable.entries[i].range.end)
			return true;
	return false;
}

static void check_segments(struct planned *t)
{
	uint64_t total = 0;

	check(t->plan.segment_count >= 1 && t->plan.segment_count <= 16);
	for (unsigned i = 0; i < t->plan.segment_count; i++) {
		const struct segment *s = &t->plan.segments[i];

		check(s->memory.start >= IMAGE_ENTRY && s->memory.start < s->memory.end);
		check(s->memory.start % 4096 == 0 && s->memory.end % 4096 == 0);
		check(s->bytes.size <= s->memory.end - s->memory.start);
		check(s->memory.start >= t->options.mem_min);
		check(s->memory.end - 1 <= t->options.mem_max);
		check(in_ram(t, s->memory));
		for (unsigned j = 0; j < i; j++)
			check(s->memory.end <= t->plan.segments[j].memory.start ||
			      t->plan.segments[j].memory.end <= s->memory.start);
		total += s->memory.end - s->memory.start;
	}
	check(total <= t->machine.ram_total / 2);
}

/* The kernel's bytes from `at` to `end` are where it was linked. */
static void check_copied(struct round *r, uint64_t at, uint64_t end)
{
	while (at < end) {
		const struct segment *s = holding(&r->planned, at);
		uint64_t offset, length;

		check(s && at - s->memory.start < s->bytes.size);
		offset = at - s->memory.start;
		length = s->bytes.size - offset < end - at ? s->bytes.size - offset : end - at;
		check(!memcmp(s->bytes.data + offset, r->planned.kernel + at, length));
		at += length;
	}
}

/* All that the file has from the entry on, but for what it is told. */
static void check_kernel(struct round *r)
{
	check_copied(r, IMAGE_ENTRY, IMAGE_PARMAREA + 8);
	check_copied(r, IMAGE_PARMAREA + 24, IMAGE_COMMAND_LINE);
	check_copied(r, IMAGE_COMMAND_LINE + r->room, r->size);
}

static void check_told(struct round *r)
{
	struct planned *t = &r->planned;
	const struct segment *initrd = plan_segment(&t->plan, "initrd");
	const uint8_t *area = planned_at(t, IMAGE_PARMAREA, 128 + r->room);
	const char *told = (const char *)area + 128;
	uint64_t start = bytes_get(area + 8, 8, BIG);

	check(!strcmp(told, t->options.append ? t->options.append : "root=/dev/ram0 ro"));
	check(strlen(told) + 1 < r->room);
	check(bytes_get(area + 16, 8, BIG) == t->image.initrd.bytes.size);
	check(!initrd == !t->image.initrd.bytes.size);
	if (!initrd) {
		check(!start);
		return;
	}
	check(start == initrd->memory.start && initrd->bytes.data == t->initrd);
	/* Room for a small kernel to unpack itself, and nothing over the end of a large one. */
	check(start >= 8 * MIB && start >= r->size && start % MIB == 0);
}

static void check_entry(struct round *r)
{
	struct planned *t = &r->planned;
	const struct segment *purgatory = plan_segment(&t->plan, "purgatory");
	const uint8_t *block;

	check(!purgatory == t->options.no_checks);
	if (!purgatory) {
		check(t->plan.entry == IMAGE_ENTRY);
		return;
	}
	/* The kernel enters it in 31-bit mode. */
	check(t->plan.entry == purgatory->memory.start && purgatory->memory.end <= 2 * GIB);
	check(purgatory->memory.start >= r->size);
	block = purgatory->bytes.data + PURGATORY_PARAMETERS;
	check(bytes_get(block + PURGATORY_AT_ENTRY, 8, BIG) == IMAGE_ENTRY);
	check(bytes_get(block + offsetof(struct purgatory_parameters, region_count), 8, BIG) ==
	      t->plan.segment_count - 1);
}

static bool fits(const struct round *r)
{
	const char *append = r->planned.options.append;

	return !append || strlen(append) + 1 < r->room;
}

/* RAM from 0 on that holds all of it, within the limits, leaves no reason to refuse. */
static bool has_room(const struct round *r)
{
	const struct planned *t = &r->planned;
	uint64_t initrd = t->image.initrd.bytes.size;
	uint64_t end = (r->size < 8 * MIB ? 8 * MIB : r->size) + initrd + 2 * MIB;

	return in_ram(t, (struct range){0, end}) && !t->options.mem_min &&
	       t->options.mem_max >= end && r->size + initrd + 2 * MIB < t->machine.ram_total / 2;
}

static void every_plan_keeps_the_rules(void **state)
{
	unsigned made = 0, refused = 0;

	for (unsigned i = 0; i < PLANS; i++) {
		struct round r;

		round_start(i);
		make(&r);
		if (plan(&r.planned)) {
			check(fits(&r));
			check_segments(&r.planned);
			check_kernel(&r);
			check_told(&r);
			check_entry(&r);
			made++;
		} else {
			check(!strstr(r.planned.error.cause, "Internal error"));
			check(!fits(&r) || !has_room(&r));
			refused++;
		}
		planned_release(&r.planned);
	}
	/* Both happen often, or the rounds try too little. */
	assert_true(getenv("ROUND_SEED") || (made > PLANS / 4 && refused > PLANS / 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_plan_keeps_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
