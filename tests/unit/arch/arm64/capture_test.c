// SPDX-License-Identifier: GPL-2.0-or-later
/* What the device tree tells an arm64 capture kernel: its memory, and where the headers are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include <libfdt.h>

#include "arch/arch.h"
#include "arch/arm64/machine.h"
#include "tests/images/arm64.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

static struct arena arena;
static struct machine machine;
static struct arm64_machine facts;
static struct options options;
static struct image image;
static struct plan plan;
static struct error error;
static uint8_t *kernel;
static struct devicetree_property cells[2];
static struct devicetree_node chosen, root;
static const struct range notes[] = { { 0x7e000000, 0x7e0001a8 }, { 0x7e010000, 0x7e0101a8 } };

static void add(struct memmap *map, uint64_t start, uint64_t end)
{
	assert_true(memmap_append(map, &arena, (struct range){ start, end }, MEMORY_RAM, &error));
}

static int setup(void **state)
{
	size_t size;

	error = (struct error){ 0 };
	chosen = (struct devicetree_node){ .name = "chosen" };
	root = (struct devicetree_node){ .name = "", .children = &chosen };
	facts = (struct arm64_machine){ .tree = &root, .fdt_path = "FDT", .tree_path = "TREE" };
	machine = (struct machine){
		.arch = &arch_arm64,
		.release = "6.1.0",
		.page_size = 4096,
		.cmdline = "quiet",
		.limit_reboot = -1,
		.limit_panic = -1,
		.facts = &facts,
		.ram_total = 8 * GIB,
		.vmcoreinfo = {0x7f000000, 0x7f001024},
		.crash_notes = notes,
		.crash_notes_count = 2,
		.kernel_image = {0x40200000, 0x426f0000},
		.kernel_virtual = 0xffffd25eba800000,
		.linear_map = 0xffff4a4900000000,
	};
	add(&machine.ram, GIB, 4 * GIB);
	add(&machine.ram, 8 * GIB, 12 * GIB);
	add(&machine.crash, 3 * GIB, 3 * GIB + 128 * MIB);
	add(&machine.crash, 10 * GIB, 10 * GIB + 256 * MIB);
	options = (struct options){ .load = true, .panic = true, .call = CALL_SEGMENTS,
				    .mem_max = UINT64_MAX, .kernel = "Image" };
	image = IMAGE_CLOSED;
	image.kernel_file.path = "Image";
	image.initrd.path = "initrd";
	image.dtb.path = "board.dtb";
	kernel = images_arm64(&images_debian_arm64, &size);
	assert_non_null(kernel);
	image.kernel_file.bytes = (struct bytes){ kernel, size };
	return 0;
}

static int teardown(void **state)
{
	arena_release(&arena);
	machine.ram = machine.crash = (struct memmap){ 0 };
	free(kernel);
	return 0;
}

static void set_cells(unsigned address, unsigned size)
{
	static uint8_t values[2][4];

	values[0][3] = (uint8_t)address;
	values[1][3] = (uint8_t)size;
	cells[0] = (struct devicetree_property){ .name = "#address-cells",
						 .value = { values[0], 4 }, .next = &cells[1] };
	cells[1] = (struct devicetree_property){ .name = "#size-cells", .value = { values[1], 4 } };
	root.properties = &cells[0];
}

static bool make_plan(void)
{
	return plan_make(&machine, &options, &image, CALL_SEGMENTS, &arena, &plan, &error);
}

static const struct segment *segment(const char *name)
{
	const struct segment *found = plan_segment(&plan, name);

	assert_non_null(found);
	return found;
}

/* Big-endian numbers of `size` bytes each. */
static void expect_property(const char *name, unsigned size, unsigned count, ...)
{
	const void *tree = segment("dtb")->bytes.data;
	int length = 0, node = fdt_path_offset(tree, "/chosen");
	const uint8_t *value = fdt_getprop(tree, node, name, &length);
	va_list args;

	assert_non_null(value);
	assert_int_equal(length, size * count);
	va_start(args, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(bytes_get(value + i * size, size, BIG), va_arg(args, uint64_t));
	va_end(args);
}

static void test_the_low_reservation_is_the_last(void **state)
{
	const struct segment *headers;

	set_cells(2, 2);
	assert_true(make_plan());
	assert_int_equal(plan.flags, (uint64_t)183 << 16 | KEXEC_ON_CRASH);
	headers = segment("elfcorehdr");
	expect_property("linux,elfcorehdr", 8, 2, headers->memory.start,
			range_size(headers->memory));
	expect_property("linux,usable-memory-range", 8, 4, 10 * GIB, 256 * MIB, 3 * GIB, 128 * MIB);
	assert_int_equal(headers->memory.start % 0x10000, 0);
	for (unsigned i = 0; i < plan.segment_count; i++) {
		assert_true(plan.segments[i].memory.start >= 10 * GIB);
		assert_true(plan.segments[i].memory.end <= 10 * GIB + 256 * MIB);
	}
}

static void test_one_reservation(void **state)
{
	set_cells(2, 1);
	machine.crash.entries[0] = machine.crash.entries[1];
	machine.crash.count = 1;
	assert_true(make_plan());
	/* An address of two cells and a size of one. */
	assert_true(fdt_path_offset(segment("dtb")->bytes.data, "/chosen") > 0);
	expect_property("linux,usable-memory-range", 4, 3, (uint64_t)2, (uint64_t)0x80000000,
			256 * MIB);
}

/* One cell cannot say where memory above 4 GiB is. */
static void test_a_tree_of_small_numbers(void **state)
{
	set_cells(1, 1);
	assert_false(make_plan());
	assert_non_null(strstr(error.cause, "32-bit addresses"));
	error = (struct error){ 0 };
	machine.crash.count = 1;
	assert_true(make_plan());
	expect_property("linux,usable-memory-range", 4, 2, (uint64_t)(3 * GIB),
			(uint64_t)(128 * MIB));
	set_cells(3, 2);
	assert_false(make_plan());
	assert_non_null(strstr(error.cause, "#address-cells 3"));
}

/* What kexec_file_load would be asked to do is tried first, and nothing of that is left. */
static void test_a_file_call_is_rehearsed(void **state)
{
	static uint8_t initrd[16];

	set_cells(2, 2);
	options.append = "1 nr_cpus=1";
	if (!plan_make(&machine, &options, &image, CALL_FILE, &arena, &plan, &error))
		fail_msg("%s", error.cause);
	assert_int_equal(plan.segment_count, 0);
	assert_string_equal(plan.cmdline, "1 nr_cpus=1");
	image.initrd.bytes = (struct bytes){ initrd, 224 * MIB };
	assert_false(plan_make(&machine, &options, &image, CALL_FILE, &arena, &plan, &error));
	assert_non_null(strstr(error.cause, "does not fit"));
}

/* The running kernel has a device tree of its own, and hands on no other. */
static void test_a_file_call_needs_no_tree(void **state)
{
	static uint8_t initrd[16], junk[16];

	set_cells(2, 2);
	image.dtb = (struct file){ .path = "junk", .fd = -1, .bytes = { junk, sizeof(junk) } };
	options.dtb = "junk";
	if (!plan_make(&machine, &options, &image, CALL_FILE, &arena, &plan, &error))
		fail_msg("%s", error.cause);
	image.dtb = FILE_CLOSED;
	options.dtb = NULL;
	facts.tree = NULL;
	if (!plan_make(&machine, &options, &image, CALL_FILE, &arena, &plan, &error))
		fail_msg("%s", error.cause);
	assert_false(plan_make(&machine, &options, &image, CALL_SEGMENTS, &arena, &plan, &error));
	assert_non_null(strstr(error.cause, "There is no device tree"));
	/* What can be told without it still is. */
	image.initrd.bytes = (struct bytes){ initrd, 224 * MIB };
	assert_false(plan_make(&machine, &options, &image, CALL_FILE, &arena, &plan, &error));
	assert_non_null(strstr(error.cause, "does not fit"));
}

static void test_an_ordinary_load_says_nothing_of_crashes(void **state)
{
	const void *tree;
	int length;

	options.panic = false;
	add(&machine.usable, GIB, 2 * GIB);
	assert_true(make_plan());
	tree = segment("dtb")->bytes.data;
	assert_null(
		fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), "linux,elfcorehdr", &length));
	assert_null(fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), "linux,usable-memory-range",
				&length));
	assert_null(plan_segment(&plan, "elfcorehdr"));
	machine.usable = (struct memmap){ 0 };
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_the_low_reservation_is_the_last),
		TEST(test_one_reservation),
		TEST(test_a_tree_of_small_numbers),
		TEST(test_a_file_call_is_rehearsed),
		TEST(test_a_file_call_needs_no_tree),
		TEST(test_an_ordinary_load_says_nothing_of_crashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
