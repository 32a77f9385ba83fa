// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loader's side of purgatory, with an architecture made for the test: which bytes of the
 * parameter block are written, in which byte order, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "kexec/digest.h"
#include "kexec/purgatory.h"

#define MEMORY_SIZE 0x5000
#define BLOCK PURGATORY_PARAMETERS

static uint8_t image[0x1000];
static size_t image_size;
static struct arch fake;
static struct machine machine;
static struct options options;
static struct plan plan;
static struct arena arena;
static struct error error;
static const struct planning planning = {
	.machine = &machine, .options = &options, .arena = &arena, .plan = &plan,
};
static const struct placement anywhere = { .above = 0x3000, .from_top = true };
static const struct purgatory_jump jump = {
	.entry = 0x1122334455667788,
	.arguments = {0xa1a2a3a4a5a6a7a8, 2, 3, 4, 5, 6, 7, 0xb1b2b3b4b5b6b7b8},
};

static struct bytes fake_purgatory(void)
{
	return (struct bytes){ image, image_size };
}

static void set_up(enum byte_order order)
{
	memset(image, 0, sizeof(image));
	image_size = sizeof(image);
	bytes_put(image + BLOCK, 8, order, PURGATORY_MAGIC);
	bytes_put(image + BLOCK + 8, 8, order, MEMORY_SIZE);
	fake = (struct arch){
		.name = "fake", .order = order, .page_size = 4096, .purgatory = fake_purgatory};
	machine = (struct machine){ .arch = &fake, .page_size = 4096 };
	options = (struct options){ .mem_max = UINT64_MAX };
	plan = (struct plan){ 0 };
	error = (struct error){ 0 };
	assert_true(memmap_append(&machine.usable, &arena, (struct range){0x1000, 0x1000000},
				  MEMORY_RAM, &error));
}

static int teardown(void **state)
{
	arena_release(&arena);
	return 0;
}

static void add(const char *name, const char *text, uint64_t address, bool unchecked)
{
	struct bytes bytes = { (const uint8_t *)text, strlen(text) };

	assert_true(plan_add(&planning, name, "made here", bytes, address, 0x2000, &error));
	plan_segment(&plan, name)->unchecked = unchecked;
}

static void place_and_finish(void)
{
	if (!purgatory_place(&planning, anywhere, &error) ||
	    !purgatory_finish(&planning, &jump, &error))
		fail_msg("%s", error.cause);
}

static uint64_t number_at(size_t offset)
{
	return bytes_get(plan_segment(&plan, "purgatory")->bytes.data + BLOCK + offset, 8,
			 fake.order);
}

static void assert_fact(const char *name, const char *value)
{
	for (size_t i = 0; i < plan.fact_count; i++)
		if (!strcmp(plan.facts[i].name, name) && !strcmp(plan.facts[i].value, value))
			return;
	fail_msg("the plan does not say that purgatory's %s is %s", name, value);
}

static void check_the_whole_block(enum byte_order order)
{
	struct segment *segment;

	set_up(order);
	add("kernel", "ab", 0x100000, false);
	add("elfcorehdr", "changes", 0x200000, true);
	add("room", "", 0x300000, false);
	add("initrd", "c", 0x400000, false);
	options.console_serial = true;
	options.serial_base = 0x2f8;
	options.serial_baud = 9600;
	place_and_finish();
	segment = plan_segment(&plan, "purgatory");
	assert_true(segment->unchecked);
	assert_int_equal(segment->memory.end - segment->memory.start, MEMORY_SIZE);
	assert_int_equal(segment->bytes.size, image_size);
	assert_int_equal(plan.entry, segment->memory.start);
	assert_int_equal(number_at(0x00), PURGATORY_MAGIC);
	assert_int_equal(number_at(0x08), MEMORY_SIZE);
	assert_int_equal(number_at(0x10), PURGATORY_VERIFY | PURGATORY_CONSOLE_SERIAL);
	assert_int_equal(number_at(0x18), 0x1122334455667788);
	assert_int_equal(number_at(0x20), 0);
	assert_int_equal(number_at(0x28), 0xa1a2a3a4a5a6a7a8);
	assert_int_equal(number_at(0x60), 0xb1b2b3b4b5b6b7b8);
	assert_int_equal(number_at(0x68), 0x2f8);
	assert_int_equal(number_at(0x70), 9600);
	/* SHA-256 of "abc": the unchecked segment and the empty one do not count. */
	assert_memory_equal(segment->bytes.data + BLOCK + 0x78, "\xba\x78\x16\xbf\x8f\x01\xcf\xea",
			    8);
	assert_int_equal(number_at(0x98), 2);
	assert_int_equal(number_at(0xa0), 0x100000);
	assert_int_equal(number_at(0xa8), 2);
	assert_int_equal(number_at(0xb0), 0x400000);
	assert_int_equal(number_at(0xb8), 1);
	for (size_t offset = 0xc0; offset < 0x1a0; offset += 8)
		assert_int_equal(number_at(offset), 0);
	assert_fact("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_fact("console", "serial port 0x2f8");
	assert_fact("entry", "0x1122334455667788");
}

static void test_the_block_in_little_endian(void **state)
{
	check_the_whole_block(LITTLE);
	assert_int_equal(plan_segment(&plan, "purgatory")->bytes.data[BLOCK + 0x18], 0x88);
}

static void test_the_block_in_big_endian(void **state)
{
	check_the_whole_block(BIG);
	assert_int_equal(plan_segment(&plan, "purgatory")->bytes.data[BLOCK + 0x18], 0x11);
}

static void test_the_linked_image_is_never_written(void **state)
{
	uint8_t before[sizeof(image)];

	set_up(LITTLE);
	memcpy(before, image, sizeof(image));
	add("kernel", "ab", 0x100000, false);
	place_and_finish();
	assert_memory_equal(before, image, sizeof(image));
}

static void test_no_checks_means_no_digest(void **state)
{
	set_up(LITTLE);
	add("kernel", "ab", 0x100000, false);
	options.no_checks = true;
	options.console_vga = options.reset_vga = true;
	place_and_finish();
	assert_int_equal(number_at(0x10), PURGATORY_CONSOLE_VGA | PURGATORY_RESET_VGA);
	for (size_t offset = 0x78; offset < 0x1a0; offset += 8)
		assert_int_equal(number_at(offset), 0);
	assert_fact("sha256", "none: -i was given");
	assert_fact("console", "VGA text");
}

static void assert_refused(bool done, const char *reason)
{
	assert_false(done);
	if (!strstr(error.cause, reason))
		fail_msg("\"%s\" does not say \"%s\"", error.cause, reason);
	error = (struct error){ 0 };
}

static void test_a_build_without_a_purgatory_says_so(void **state)
{
	set_up(LITTLE);
	image_size = 0;
	assert_false(purgatory_place(&planning, anywhere, &error));
	assert_non_null(strstr(error.remedy, "-s"));
	assert_refused(false, "This build of kexec has no purgatory for fake");
	fake.purgatory = NULL;
	assert_refused(purgatory_place(&planning, anywhere, &error), "no purgatory for fake");
	assert_int_equal(plan.segment_count, 0);
}

static void test_an_image_that_is_no_purgatory_is_refused(void **state)
{
	set_up(LITTLE);
	image_size = BLOCK + sizeof(struct purgatory_parameters) - 1;
	assert_refused(purgatory_place(&planning, anywhere, &error),
		       "too few for its parameter block");
	image_size = sizeof(image);
	bytes_put(image + BLOCK + 8, 8, LITTLE, sizeof(image) - 1);
	assert_refused(purgatory_place(&planning, anywhere, &error),
		       "asks for 4095 bytes of memory");
	bytes_put(image + BLOCK, 8, BIG, PURGATORY_MAGIC);
	assert_refused(purgatory_place(&planning, anywhere, &error), "0x3130474e4558454b");
	assert_int_equal(plan.segment_count, 0);
}

static void test_no_room_for_it_is_an_error(void **state)
{
	struct placement nowhere = { .above = 0xffe000 };

	set_up(LITTLE);
	assert_false(purgatory_place(&planning, nowhere, &error));
	assert_non_null(strstr(error.cause, "purgatory"));
}

static void test_a_32bit_entry_reaches_only_4_gib(void **state)
{
	struct purgatory_jump low = {
		.entry = 0xfffffff0, .mode = PURGATORY_ENTRY_32, .arguments = {0xffffffff}};
	struct purgatory_jump high = low;

	set_up(LITTLE);
	add("kernel", "ab", 0x100000, false);
	assert_true(purgatory_place(&planning, anywhere, &error));
	assert_true(purgatory_finish(&planning, &low, &error));
	assert_int_equal(number_at(0x20), PURGATORY_ENTRY_32);
	high.entry = (uint64_t)1 << 32;
	assert_refused(purgatory_finish(&planning, &high, &error),
		       "entry point 0x100000000 is not below 4 GiB");
	high = low;
	high.arguments[3] = (uint64_t)1 << 32;
	assert_true(purgatory_finish(&planning, &high, &error));
	high.arguments[2] = (uint64_t)1 << 32;
	assert_refused(purgatory_finish(&planning, &high, &error), "0x100000000 is not");
	plan_segment(&plan, "purgatory")->memory = (struct range){ 0xffffc000, 0x100001000 };
	assert_refused(purgatory_finish(&planning, &low, &error), "it is at 0xffffc000");
}

static void test_a_serial_console_needs_a_port(void **state)
{
	set_up(LITTLE);
	options.console_serial = true;
	assert_true(purgatory_place(&planning, anywhere, &error));
	assert_refused(purgatory_finish(&planning, &jump, &error), "--console-serial needs a port");
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_block_in_little_endian),
		TEST(test_the_block_in_big_endian),
		TEST(test_the_linked_image_is_never_written),
		TEST(test_no_checks_means_no_digest),
		TEST(test_a_build_without_a_purgatory_says_so),
		TEST(test_an_image_that_is_no_purgatory_is_refused),
		TEST(test_no_room_for_it_is_an_error),
		TEST(test_a_32bit_entry_reaches_only_4_gib),
		TEST(test_a_serial_console_needs_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
