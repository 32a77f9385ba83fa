// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both sides of purgatory: what the loader planned is put into this process's memory as the kernel
 * would put it into the machine's, and the image is entered at the plan's entry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "kexec/purgatory.h"
#include "tests/unit/purgatory/bare_machine.h"

/* Above the ranges that programs and sanitizers use, and below 4 GiB. */
static const struct range ram[] = {{0x200000000000, 0x200002000000}, {0x20000000, 0x24000000}};

static struct machine machine;
static struct options options;
static struct plan plan;
static struct arena arena;
static struct error error;
static struct bare_machine *bare;
static const struct planning planning = {
	.machine = &machine, .options = &options, .arena = &arena, .plan = &plan,
};

#define KERNEL_SIZE 123457
#define INITRD_SIZE 70000

static void make_plan(struct range where, uint64_t mode)
{
	static uint8_t kernel[KERNEL_SIZE], initrd[INITRD_SIZE];
	struct purgatory_jump jump = { .mode = mode };
	bool done;

	for (size_t i = 0; i < sizeof(kernel); i++)
		kernel[i] = (uint8_t)(i * 31 + (i >> 8));
	memcpy(kernel + 0x200, "\x0f\x0b", 2);	/* the landing */
	memset(initrd, 0x5a, sizeof(initrd));
	machine = (struct machine){ .arch = &arch_x86_64, .page_size = 4096 };
	options = (struct options){
		.mem_max = UINT64_MAX, .console_serial = true, .serial_base = 0x3f8};
	plan = (struct plan){ 0 };
	error = (struct error){ 0 };
	done = memmap_append(&machine.usable, &arena, where, MEMORY_RAM, &error) &&
	       plan_place_and_add(&planning, "kernel", "k", (struct bytes){kernel, sizeof(kernel)},
				  0x40000, (struct placement){.align = 0x200000}, &jump.entry,
				  &error) &&
	       plan_place_and_add(&planning, "initrd", "i", (struct bytes){initrd, sizeof(initrd)},
				  sizeof(initrd), (struct placement){.from_top = true},
				  &jump.arguments[0], &error);
	jump.entry += 0x200;
	done = done && purgatory_place(&planning, (struct placement){ .from_top = true }, &error) &&
	       purgatory_finish(&planning, &jump, &error);
	if (!done)
		fail_msg("%s", error.cause);
}

static void load(void)
{
	for (unsigned i = 0; i < plan.segment_count; i++) {
		const struct segment *segment = &plan.segments[i];

		memcpy(bare_machine_map(segment->memory.start, range_size(segment->memory), false),
		       segment->bytes.data, segment->bytes.size);
	}
}

static void unload(void)
{
	for (unsigned i = 0; i < plan.segment_count; i++)
		bare_machine_unmap(plan.segments[i].memory.start,
				   range_size(plan.segments[i].memory));
}

static int setup(void **state)
{
	bare = bare_machine_open();
	return 0;
}

static int teardown(void **state)
{
	bare_machine_close(bare);
	arena_release(&arena);
	return 0;
}

static void assert_handed_over(void)
{
	assert_string_equal(bare->lost, "");
	assert_int_equal(bare->end, ENDED_JUMPED);
	assert_int_equal(bare->rip, plan_segment(&plan, "kernel")->memory.start + 0x200);
	assert_int_equal(bare->rsi, plan_segment(&plan, "initrd")->memory.start);
	assert_non_null(
		strstr(bare->serial, "the SHA-256 of 2 segments, 193457 bytes, is as loaded."));
}

static void test_what_was_planned_is_accepted(void **state)
{
	for (size_t i = 0; i < sizeof(ram) / sizeof(ram[0]); i++) {
		make_plan(ram[i], PURGATORY_ENTRY_64);
		load();
		bare_machine_run(bare, plan.entry);
		assert_handed_over();
		assert_false(bare->code32);
		unload();
	}
}

static void test_the_32bit_entry_too(void **state)
{
	make_plan(ram[1], PURGATORY_ENTRY_32);
	load();
	bare_machine_run(bare, plan.entry);
	assert_handed_over();
	assert_true(bare->code32);
	unload();
}

static void test_a_changed_byte_of_any_segment_is_refused(void **state)
{
	make_plan(ram[0], PURGATORY_ENTRY_64);
	load();
	for (unsigned i = 0; i < plan.segment_count; i++) {
		const struct segment *segment = &plan.segments[i];
		uint8_t *last =
			(uint8_t *)(uintptr_t)(segment->memory.start + segment->bytes.size - 1);

		if (segment->unchecked)
			continue;
		*last ^= 0x40;
		bare_machine_run(bare, plan.entry);
		assert_string_equal(bare->lost, "");
		assert_int_equal(bare->end, ENDED_HALTED);
		assert_non_null(strstr(bare->serial, "was changed after it was loaded"));
		*last ^= 0x40;
	}
	unload();
}

/*
 * The kernel fills the rest of a segment with zeros, and the next kernel may find it used: not our
 * business.
 */
static void test_zero_fill_is_not_digested(void **state)
{
	const struct segment *kernel;

	make_plan(ram[0], PURGATORY_ENTRY_64);
	load();
	kernel = plan_segment(&plan, "kernel");
	*(uint8_t *)(uintptr_t)(kernel->memory.start + kernel->bytes.size) = 1;
	bare_machine_run(bare, plan.entry);
	assert_handed_over();
	unload();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_planned_is_accepted),
		TEST(test_the_32bit_entry_too),
		TEST(test_a_changed_byte_of_any_segment_is_refused),
		TEST(test_zero_fill_is_not_digested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
