// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plans for arm64, seen from what would be loaded: the rules of booting.rst, the device tree that
 * the next kernel reads, and the block that purgatory reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include <libfdt.h>

#include "arch/arch.h"
#include "arch/arm64/linux.h"
#include "arch/arm64/machine.h"
#include "kexec/devicetree.h"
#include "purgatory/purgatory.h"
#include "kexec/uki.h"
#include "tests/images/arm64.h"

#define KIB ((uint64_t)1 << 10)
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
static struct devicetree_property bootargs = { .name = "bootargs" };
static struct devicetree_node chosen = { .name = "chosen" },
			      root = { .name = "", .children = &chosen };
static const struct arm64_serial ports[] = {
	{ "ttyAMA0", 0x9000000, PORT_PL011 },
	{ "ttyS0", 0x21c0500, PORT_16550 },
	{ "ttyS1", 0x21d0000, PORT_16550_WORDS },
	{ "ttyMSM0", 0x1234000, PORT_UNKNOWN },
};

static void add_ram(uint64_t start, uint64_t end)
{
	assert_true(memmap_append(&machine.usable, &arena, (struct range){ start, end }, MEMORY_RAM,
				  &error));
	machine.ram_total += end - start;
}

static void set_kernel(uint8_t *bytes, size_t size)
{
	assert_non_null(bytes);
	free(kernel);
	kernel = bytes;
	image.kernel_file.bytes = (struct bytes){ bytes, size };
}

static void set_image(const struct images_arm64 *wanted)
{
	size_t size;
	uint8_t *bytes = images_arm64(wanted, &size);

	set_kernel(bytes, size);
}

static int setup(void **state)
{
	static const char line[] = "root=/dev/old";

	arena = (struct arena){ NULL };
	error = (struct error){ 0 };
	facts = (struct arm64_machine){
		.tree = &root,
		.fdt_path = "FDT",
		.tree_path = "TREE",
		.serials = ports,
		.serial_count = 4,
	};
	bootargs.value = (struct bytes){ (const uint8_t *)line, sizeof(line) };
	chosen.properties = &bootargs;
	machine = (struct machine){
		.arch = &arch_arm64,
		.release = "6.1.0",
		.page_size = 4096,
		.cmdline = "root=/dev/running",
		.limit_reboot = -1,
		.limit_panic = -1,
		.facts = &facts,
	};
	for (unsigned i = 0; i < MACHINE_ENTROPY_SIZE; i++)
		machine.entropy[i] = (uint8_t)(0xa0 + i);
	options = (struct options){
		.load = true,
		.call = CALL_SEGMENTS,
		.mem_max = UINT64_MAX,
		.kernel = "Image",
	};
	image = IMAGE_CLOSED;
	image.kernel_file.path = "Image";
	image.initrd.path = "initrd";
	image.dtb.path = "board.dtb";
	set_image(&images_debian_arm64);
	return 0;
}

static int teardown(void **state)
{
	arena_release(&arena);
	free(kernel);
	kernel = NULL;
	return 0;
}

static void set_initrd(size_t size)
{
	uint8_t *bytes = arena_alloc(&arena, size, &error);

	assert_non_null(bytes);
	image.initrd.bytes = (struct bytes){ bytes, size };
}

static bool make(void)
{
	return plan_make(&machine, &options, &image, options.call, &arena, &plan, &error);
}

static void expect_plan(void)
{
	if (!make())
		fail_msg("%s | %s", error.headline, error.cause);
}

static void expect_error(const char *cause)
{
	if (make())
		fail_msg("planned, and \"%s\" was expected", cause);
	if (!strstr(error.cause, cause))
		fail_msg("\"%s\" does not have \"%s\"", error.cause, cause);
}

static const struct segment *segment(const char *name)
{
	const struct segment *found = plan_segment(&plan, name);

	assert_non_null(found);
	return found;
}

static struct devicetree planned_tree(void)
{
	struct devicetree tree;

	assert_true(devicetree_open(&tree, segment("dtb")->bytes, "planned", &arena, &error));
	return tree;
}

static const char *planned_bootargs(void)
{
	struct devicetree tree = planned_tree();

	return devicetree_text(&tree, devicetree_find(&tree, "/chosen"), "bootargs");
}

static uint64_t parameter(size_t offset)
{
	return bytes_get(segment("purgatory")->bytes.data + PURGATORY_PARAMETERS + offset, 8,
			 LITTLE);
}

#define PARAMETER(field) parameter(offsetof(struct purgatory_parameters, field))

static void the_kernel_lies_at_two_megabytes_and_its_offset(void **state)
{
	struct images_arm64 wanted = images_debian_arm64;

	wanted.text_offset = 0x90000;
	set_image(&wanted);
	add_ram(GIB + MIB, 2 * GIB);
	expect_plan();
	assert_int_equal(segment("kernel")->memory.start, GIB + 2 * MIB + 0x90000);
	assert_int_equal(range_size(segment("kernel")->memory), 0x2010000);
	assert_int_equal(PARAMETER(entry), segment("kernel")->memory.start);
}

static void a_kernel_that_needs_more_than_its_file_gets_it(void **state)
{
	add_ram(GIB, GIB + 8 * MIB);
	add_ram(2 * GIB, 3 * GIB);
	expect_plan();
	assert_int_equal(segment("kernel")->memory.start, 2 * GIB);
	assert_int_equal(segment("kernel")->bytes.size, 192 * KIB);
}

static void an_old_kernel_gets_its_fixed_offset(void **state)
{
	struct images_arm64 wanted = { .file_size = 192 * KIB };

	set_image(&wanted);
	add_ram(GIB, 2 * GIB);
	expect_plan();
	assert_int_equal(segment("kernel")->memory.start, GIB + 0x80000);
	assert_int_equal(range_size(segment("kernel")->memory), 192 * KIB + 16 * MIB);
	assert_int_equal(plan.note_count, 1);
}

static void a_wrong_header_is_refused(void **state)
{
	struct images_arm64 wanted = images_debian_arm64;

	add_ram(GIB, 2 * GIB);
	wanted.text_offset = 2 * MIB;
	set_image(&wanted);
	expect_error("text_offset of 0x200000; whole pages below 2 MiB were expected");
	wanted.text_offset = 0x80800;
	set_image(&wanted);
	expect_error("text_offset of 0x80800");
	wanted.text_offset = 0x80000;
	wanted.image_size = UINT64_MAX;
	set_image(&wanted);
	expect_error("more than memory can be");
}

/* The running kernel's loader would start what is left. */
static void a_kernel_that_was_cut_off_is_refused(void **state)
{
	struct images_arm64 wanted = images_debian_arm64;

	add_ram(GIB, 2 * GIB);
	wanted.section = 4096;
	set_image(&wanted);
	expect_plan();
	image.kernel_file.bytes.size--;
	expect_error("Image: The kernel has 196607 bytes, and its last section ends at 196608");
	options.call = CALL_FILE;
	expect_error("it is cut off");
	image.kernel_file.bytes.size = 64 + 24 + 112 + 39;
	expect_error("The kernel ends after 239 bytes, within its headers.");
}

static void nothing_goes_above_48_bits(void **state)
{
	add_ram((uint64_t)1 << 48, ((uint64_t)1 << 48) + 4 * GIB);
	expect_error("The kernel needs");
}

static void the_initrd_shares_a_window_of_32_gib_with_the_kernel(void **state)
{
	set_initrd(64 * MIB);
	add_ram(GIB, GIB + 40 * MIB);
	add_ram(33 * GIB + 8 * MIB, 40 * GIB);
	expect_error("The initrd needs");
	add_ram(33 * GIB - 64 * MIB, 33 * GIB);
	assert_true(memmap_tidy(&machine.usable, &arena, &error));
	error = (struct error){ 0 };
	expect_plan();
	assert_int_equal(segment("initrd")->memory.end, 33 * GIB);
}

static void below_the_kernel_there_is_room_for_an_initrd_too(void **state)
{
	set_initrd(30 * MIB);
	add_ram(GIB, GIB + 31 * MIB);
	add_ram(2 * GIB, 2 * GIB + 34 * MIB);
	machine.ram_total = GIB;
	expect_plan();
	assert_int_equal(segment("kernel")->memory.start, 2 * GIB);
	assert_int_equal(segment("initrd")->memory.start, GIB);
}

/* The running kernel allocates from low memory, and kexec_load is slow with segments there. */
static void segments_stay_away_from_low_memory(void **state)
{
	struct images_arm64 wanted = images_debian_arm64;

	add_ram(GIB, 2 * GIB);
	add_ram(64 * GIB, 96 * GIB);
	machine.kernel_code = (struct range){ GIB, GIB + 32 * MIB };
	set_initrd(100 * MIB);
	expect_plan();
	assert_true(segment("kernel")->memory.start > GIB + 900 * MIB);
	assert_true(segment("initrd")->memory.start > GIB + 800 * MIB);
	assert_true(segment("dtb")->memory.start > GIB + 900 * MIB);
	assert_true(segment("dtb")->memory.end <= 2 * GIB);

	wanted.flags = 2; /* not anywhere: "as close as possible to the base of DRAM" */
	set_image(&wanted);
	expect_plan();
	assert_int_equal(segment("kernel")->memory.start, GIB);
	set_image(&images_debian_arm64);

	/* Better low than not at all, or far away. */
	machine.kernel_code = (struct range){ 128 * GIB, 129 * GIB };
	options.mem_max_given = true;
	options.mem_max = GIB + 512 * MIB - 1;
	expect_plan();
	assert_true(segment("kernel")->memory.end <= GIB + 512 * MIB);
}

static void the_device_tree_says_where_the_initrd_is(void **state)
{
	struct devicetree tree;
	uint64_t start, end;
	int node;

	set_initrd(123456);
	add_ram(GIB, 2 * GIB);
	expect_plan();
	tree = planned_tree();
	node = devicetree_find(&tree, "/chosen");
	assert_true(devicetree_number(&tree, node, "linux,initrd-start", &start));
	assert_true(devicetree_number(&tree, node, "linux,initrd-end", &end));
	assert_int_equal(start, segment("initrd")->memory.start);
	assert_int_equal(end, start + 123456);
	assert_int_equal(PARAMETER(arguments), segment("dtb")->memory.start);
}

static void seeds_are_fresh_and_differ(void **state)
{
	struct devicetree tree;
	struct bytes kaslr, random;

	add_ram(GIB, 2 * GIB);
	expect_plan();
	tree = planned_tree();
	kaslr = devicetree_get(&tree, devicetree_find(&tree, "/chosen"), "kaslr-seed");
	random = devicetree_get(&tree, devicetree_find(&tree, "/chosen"), "rng-seed");
	assert_int_equal(kaslr.size, 8);
	assert_memory_equal(kaslr.data, machine.entropy, 8);
	assert_memory_equal(random.data, machine.entropy + 8, random.size);
	assert_true(random.size >= 32);
}

static void without_entropy_there_are_no_seeds(void **state)
{
	struct devicetree tree;

	memset(machine.entropy, 0, sizeof(machine.entropy));
	add_ram(GIB, 2 * GIB);
	expect_plan();
	tree = planned_tree();
	assert_null(devicetree_get(&tree, devicetree_find(&tree, "/chosen"), "kaslr-seed").data);
	assert_null(devicetree_get(&tree, devicetree_find(&tree, "/chosen"), "rng-seed").data);
}

static void the_command_line_given_replaces_the_trees(void **state)
{
	add_ram(GIB, 2 * GIB);
	options.append = "root=/dev/new";
	expect_plan();
	assert_string_equal(planned_bootargs(), "root=/dev/new");
	assert_string_equal(plan.cmdline, "root=/dev/new");
}

static void without_one_the_trees_stays(void **state)
{
	add_ram(GIB, 2 * GIB);
	expect_plan();
	assert_string_equal(planned_bootargs(), "root=/dev/old");
	assert_string_equal(plan.cmdline, "root=/dev/old");
}

static void a_command_line_of_2048_bytes_is_refused(void **state)
{
	char *line = arena_alloc(&arena, 2049, &error);

	assert_non_null(line);
	memset(line, 'x', 2047);
	options.append = line;
	add_ram(GIB, 2 * GIB);
	expect_plan();
	line[2047] = 'x';
	expect_error("The command line has 2048 bytes; an arm64 kernel reads at most 2047.");
}

static void a_tree_that_is_named_wins(void **state)
{
	static uint8_t buffer[256] __attribute__((aligned(8)));

	assert_int_equal(fdt_create_empty_tree(buffer, sizeof(buffer)), 0);
	image.dtb.bytes = (struct bytes){ buffer, sizeof(buffer) };
	add_ram(GIB, 2 * GIB);
	expect_plan();
	assert_string_equal(segment("dtb")->source, "board.dtb");
	assert_string_equal(planned_bootargs(), "");
}

/* A tree for this board; as firmware gives it, with memory and EFI, or as a build leaves it. */
static struct bytes board(uint8_t *buffer, size_t size, bool from_firmware)
{
	fdt_create(buffer, (int)size);
	fdt_finish_reservemap(buffer);
	fdt_begin_node(buffer, "");
	fdt_property_string(buffer, "compatible", "example,board");
	fdt_property_u32(buffer, "#address-cells", 1);
	fdt_property_u32(buffer, "#size-cells", 1);
	fdt_property_string(buffer, "model", from_firmware ? "old" : "new");
	if (from_firmware) {
		fdt_begin_node(buffer, "memory@40000000");
		fdt_property_string(buffer, "device_type", "memory");
		fdt_property_u64(buffer, "reg", 0x4000000040000000);
		fdt_end_node(buffer);
		fdt_begin_node(buffer, "chosen");
		fdt_property_u64(buffer, "linux,uefi-system-table", 0x7ffd0018);
		fdt_property_u64(buffer, "linux,initrd-start", 0x50000000);
		fdt_end_node(buffer);
	}
	fdt_end_node(buffer);
	assert_int_equal(fdt_finish(buffer), 0);
	return (struct bytes){ buffer, fdt_totalsize(buffer) };
}

static void a_tree_from_an_image_gets_memory_and_efi_from_the_running_one(void **state)
{
	static uint8_t running[1024] __attribute__((aligned(8)));
	static uint8_t inside[1024] __attribute__((aligned(8)));
	struct uki *sections = arena_alloc(&arena, sizeof(*sections), &error);
	struct devicetree tree;
	uint64_t number = 0;
	int node;

	assert_non_null(sections);
	facts.fdt = board(running, sizeof(running), true);
	machine.compatible = "example,board";
	sections->device_trees[0] = board(inside, sizeof(inside), false);
	sections->device_tree_count = 1;
	image.uki = true;
	image.left_out = "";
	image.sections = sections;
	add_ram(GIB, 2 * GIB);
	expect_plan();
	tree = planned_tree();
	node = devicetree_find(&tree, "/chosen");
	assert_string_equal(devicetree_text(&tree, DEVICETREE_ROOT, "model"), "new");
	assert_true(devicetree_number(&tree, node, "linux,uefi-system-table", &number));
	assert_int_equal(number, 0x7ffd0018);
	assert_null(devicetree_get(&tree, node, "linux,initrd-start").data);
	assert_true(devicetree_number(&tree, devicetree_find(&tree, "/memory@40000000"), "reg",
				      &number));
	assert_int_equal(number, 0x4000000040000000);
	/* Not for this machine: its own. */
	machine.compatible = "example,other";
	expect_plan();
	tree = planned_tree();
	assert_string_equal(devicetree_text(&tree, DEVICETREE_ROOT, "model"), "old");
}

static void without_any_tree_the_error_says_where_it_was_sought(void **state)
{
	facts.tree = NULL;
	add_ram(GIB, 2 * GIB);
	expect_error("neither FDT nor TREE can be read");
}

static void a_tree_of_two_megabytes_is_too_large(void **state)
{
	struct devicetree_property blob = { .name = "blob", .next = &bootargs };

	chosen.properties = &blob;
	blob.value.data = arena_alloc(&arena, 2 * MIB, &error);
	blob.value.size = 2 * MIB - 8 * KIB;
	add_ram(GIB, 2 * GIB);
	expect_plan();
	assert_int_equal(segment("dtb")->memory.start / (2 * MIB),
			 (segment("dtb")->memory.end - 1) / (2 * MIB));
	blob.value.size = 2 * MIB;
	expect_error("the kernel takes at most 2 MiB");
}

/* One line for each property outside of /chosen, so that trees of different layout compare. */
static char *list(const void *fdt, char *out, size_t room)
{
	char path[512];
	char *at = out;

	for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL)) {
		int property;

		assert_int_equal(fdt_get_path(fdt, node, path, sizeof(path)), 0);
		if (!strcmp(path, "/chosen"))
			continue;
		fdt_for_each_property_offset(property, fdt, node)
		{
			const char *name;
			int size;
			const uint8_t *value = fdt_getprop_by_offset(fdt, property, &name, &size);

			at += snprintf(at, room - (size_t)(at - out), "%s:%s=", path, name);
			for (int i = 0; i < size; i++)
				at += snprintf(at, room - (size_t)(at - out), "%02x", value[i]);
			at += snprintf(at, room - (size_t)(at - out), "\n");
			assert_true((size_t)(at - out) < room - 1);
		}
	}
	return out;
}

static void all_else_in_the_tree_stays(void **state)
{
	static char before[1 << 18], after[1 << 18];
	const char *srcdir = getenv("srcdir");
	struct sysroot sysroot;
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/machines/arm64-dt-6.1", srcdir ? srcdir : ".");
	assert_true(sysroot_open(&sysroot, path, &error));
	assert_int_equal(sysroot_read(&sysroot, &arena, "/sys/firmware/fdt", &facts.fdt, &error),
			 SYSROOT_OK);
	sysroot_close(&sysroot);
	add_ram(GIB, 2 * GIB);
	expect_plan();
	/* The captured file lacks its padding, which libfdt would insist on. */
	fdt_set_totalsize((void *)(uintptr_t)facts.fdt.data, (uint32_t)facts.fdt.size);
	assert_string_equal(list(facts.fdt.data, before, sizeof(before)),
			    list(segment("dtb")->bytes.data, after, sizeof(after)));
	assert_true(strlen(before) > 5000);
}

static void an_elf_kernel_is_the_same_as_its_image(void **state)
{
	struct segment of_image;
	uint8_t *bytes;
	size_t size;

	add_ram(GIB, 2 * GIB);
	expect_plan();
	of_image = *segment("kernel");
	bytes = images_arm64_vmlinux(&images_debian_arm64, &size);
	of_image.bytes.data = (const uint8_t *)arena_copy(&arena, of_image.bytes, &error);
	set_kernel(bytes, size);
	expect_plan();
	assert_string_equal(plan.format, "vmlinux");
	assert_int_equal(segment("kernel")->memory.start, of_image.memory.start);
	assert_int_equal(segment("kernel")->memory.end, of_image.memory.end);
	assert_int_equal(segment("kernel")->bytes.size, of_image.bytes.size);
	assert_memory_equal(segment("kernel")->bytes.data, of_image.bytes.data,
			    of_image.bytes.size);
}

static void an_elf_file_that_is_no_kernel_is_refused(void **state)
{
	uint8_t *bytes;
	size_t size;

	bytes = images_arm64_vmlinux(&images_debian_arm64, &size);
	assert_non_null(bytes);
	bytes[4096 + 56] = 'X';
	set_kernel(bytes, size);
	add_ram(GIB, 2 * GIB);
	expect_error("is an ELF executable for arm64, but not a Linux kernel");
}

static void larger_pages_are_whole_pages(void **state)
{
	machine.page_size = 65536;
	set_initrd(100);
	add_ram(GIB, 2 * GIB);
	expect_plan();
	for (unsigned i = 0; i < plan.segment_count; i++)
		assert_int_equal(
			(plan.segments[i].memory.start | plan.segments[i].memory.end) & 0xffff, 0);
}

static void purgatory_speaks_where_it_is_told(void **state)
{
	add_ram(GIB, 2 * GIB);
	expect_plan();
	assert_int_equal(PARAMETER(flags), PURGATORY_VERIFY);
	options.serial_name = "ttyAMA0";
	expect_plan();
	assert_int_equal(PARAMETER(serial_base), 0x9000000);
	assert_int_equal(PARAMETER(flags),
			 PURGATORY_VERIFY | PURGATORY_CONSOLE_SERIAL | PURGATORY_SERIAL_PL011);
	options.serial_name = "ttyS1";
	options.no_checks = true;
	expect_plan();
	assert_int_equal(PARAMETER(flags), PURGATORY_CONSOLE_SERIAL | PURGATORY_SERIAL_WORDS);
	options.serial_name = "ttyMSM0";
	expect_plan();
	assert_int_equal(PARAMETER(flags), 0);
	assert_int_equal(plan.note_count, 1);
}

static void the_file_call_gets_the_image_itself(void **state)
{
	options.call = CALL_AUTO;
	image.kernel_file.fd = 7;
	expect_plan();
	assert_int_equal(plan.by, BY_FILE);
	assert_int_equal(plan.kernel_fd, 7);
	options.call = CALL_FILE;
	image.kernel_unpacked.fd = 8;
	expect_plan();
	assert_int_equal(plan.kernel_fd, 8);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_kernel_lies_at_two_megabytes_and_its_offset),
		TEST(a_kernel_that_needs_more_than_its_file_gets_it),
		TEST(an_old_kernel_gets_its_fixed_offset),
		TEST(a_wrong_header_is_refused),
		TEST(a_kernel_that_was_cut_off_is_refused),
		TEST(nothing_goes_above_48_bits),
		TEST(the_initrd_shares_a_window_of_32_gib_with_the_kernel),
		TEST(below_the_kernel_there_is_room_for_an_initrd_too),
		TEST(segments_stay_away_from_low_memory),
		TEST(the_device_tree_says_where_the_initrd_is),
		TEST(seeds_are_fresh_and_differ),
		TEST(without_entropy_there_are_no_seeds),
		TEST(the_command_line_given_replaces_the_trees),
		TEST(without_one_the_trees_stays),
		TEST(a_command_line_of_2048_bytes_is_refused),
		TEST(a_tree_that_is_named_wins),
		TEST(a_tree_from_an_image_gets_memory_and_efi_from_the_running_one),
		TEST(without_any_tree_the_error_says_where_it_was_sought),
		TEST(a_tree_of_two_megabytes_is_too_large),
		TEST(all_else_in_the_tree_stays),
		TEST(an_elf_kernel_is_the_same_as_its_image),
		TEST(an_elf_file_that_is_no_kernel_is_refused),
		TEST(larger_pages_are_whole_pages),
		TEST(purgatory_speaks_where_it_is_told),
		TEST(the_file_call_gets_the_image_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
