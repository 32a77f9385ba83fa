// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A vmlinux planned for ppc64le machines, pseries and powernv, and what its device tree says then.
 * The purgatory is a made-up one, so that this needs no compiler for it.
 */
#include "tests/unit/arch/ppc64le/nodes.h"

#include <elf.h>
#include <stdlib.h>

#include "kexec/purgatory.h"
#include "tests/images/images.h"

#define DTB_VERSION 20
#define DTB_BOOT_CPU 28

static struct made made;
static struct arch arch;
static struct options options;
static struct image image;
static struct plan plan;
static struct devicetree tree;
static uint8_t *kernel;
static size_t kernel_size;
static uint8_t purgatory[0x1000];

static struct bytes made_purgatory(void)
{
	return (struct bytes){purgatory, sizeof(purgatory)};
}

static int setup(void **state)
{
	static uint8_t initrd[100000];

	made_setup(&made);
	memset(purgatory, 0xee, PURGATORY_PARAMETERS);
	bytes_put(purgatory + PURGATORY_PARAMETERS, 8, LITTLE, PURGATORY_MAGIC);
	bytes_put(purgatory + PURGATORY_PARAMETERS + 8, 8, LITTLE, 0x3000);
	arch = arch_ppc64le;
	arch.purgatory = made_purgatory;
	made.machine.arch = &arch;
	kernel = images_make("vmlinux-ppc64le", &kernel_size);
	assert_non_null(kernel);
	options = (struct options){
		.load = true, .call = CALL_SEGMENTS, .mem_max = UINT64_MAX, .kernel = "kernel"};
	image = IMAGE_CLOSED;
	image.kernel_file.path = "kernel";
	image.kernel_file.bytes = (struct bytes){kernel, kernel_size};
	image.initrd =
		(struct file){.path = "initrd", .fd = -1, .bytes = {initrd, sizeof(initrd)}};
	return 0;
}

static int teardown(void **state)
{
	arena_release(&made.arena);
	free(kernel);
	return 0;
}

static bool make(void)
{
	return made_read(&made) && plan_make(&made.machine, &options, &image, options.call,
					     &made.arena, &plan, &made.error);
}

static const struct segment *segment(const char *name)
{
	const struct segment *found = plan_segment(&plan, name);

	if (!found)
		fail_msg("no segment %s", name);
	return found;
}

/* Plans, and opens the tree. */
static void assert_planned(void)
{
	if (!make() ||
	    !devicetree_open(&tree, segment("dtb")->bytes, "dtb", &made.arena, &made.error))
		fail_msg("%s %s", made.error.headline, made.error.cause);
}

static void assert_refused(const char *part)
{
	assert_false(make());
	if (!strstr(made.error.cause, part))
		fail_msg("the cause is: %s", made.error.cause);
}

static uint64_t chosen_number(const char *name)
{
	uint64_t number = 0;

	if (!devicetree_number(&tree, devicetree_find(&tree, "/chosen"), name, &number))
		fail_msg("/chosen has no %s", name);
	return number;
}

static bool chosen_has(const char *name)
{
	return devicetree_get(&tree, devicetree_find(&tree, "/chosen"), name).data;
}

static const char *bootargs(void)
{
	return devicetree_text(&tree, devicetree_find(&tree, "/chosen"), "bootargs");
}

static unsigned reserved(uint64_t start, uint64_t end)
{
	struct range range;
	unsigned found = 0;

	for (unsigned i = 0; devicetree_reservation(&tree, i, &range); i++)
		found += range.start == start && range.end == end;
	return found;
}

static uint64_t argument(unsigned index)
{
	return bytes_get(segment("purgatory")->bytes.data + PURGATORY_PARAMETERS +
				 PURGATORY_AT_ARGUMENTS + 8 * index,
			 8, LITTLE);
}

static void test_a_guest(void **state)
{
	const struct segment *part;

	made_rtas(&made);
	assert_planned();
	part = segment("kernel");
	assert_int_equal(part->memory.start, 40 * MIB);
	assert_int_equal(range_size(part->memory), 0x2410000);
	assert_true(segment("initrd")->memory.start >= part->memory.end);
	assert_int_equal(plan.entry, segment("purgatory")->memory.start);
	assert_int_equal(plan.flags, 21 << 16);
	assert_int_equal(argument(0), segment("dtb")->memory.start);
	assert_int_equal(argument(1), 0);
	assert_int_equal(argument(2), 0);
	assert_int_equal(chosen_number("linux,initrd-start"), segment("initrd")->memory.start);
	assert_int_equal(chosen_number("linux,initrd-end"),
			 segment("initrd")->memory.start + 100000);
	assert_true(chosen_has("linux,booted-from-kexec"));
	assert_int_equal(reserved(0x2fff0000, 0x2fff083c), 1);
	assert_int_equal(
		reserved(segment("initrd")->memory.start, segment("initrd")->memory.start + 100000),
		1);
	part = segment("dtb");
	assert_int_equal(reserved(part->memory.start, part->memory.start + part->bytes.size), 1);
	assert_int_equal(bytes_get(part->bytes.data + DTB_VERSION, 4, BIG), 17);
	assert_int_equal(bytes_get(part->bytes.data + DTB_BOOT_CPU, 4, BIG), 8);
}

static void test_opal_is_handed_on_and_reserved(void **state)
{
	made_opal(&made);
	assert_planned();
	assert_int_equal(argument(1), 0x30000000);
	assert_int_equal(argument(2), 0x30005000);
	assert_int_equal(reserved(0x28000000, 0x29000000), 1);
	assert_int_equal(reserved(0x30000000, 0x32000000), 1);
	for (unsigned i = 0; i < plan.segment_count; i++)
		assert_true(plan.segments[i].memory.end <= 0x28000000 ||
			    plan.segments[i].memory.start >= 0x29000000);
}

/* The slave processors wait in the next kernel's code, at 0x60 of what is copied to address 0. */
static void test_purgatory_begins_with_the_next_kernels_bytes(void **state)
{
	const uint8_t *start;

	assert_planned();
	start = segment("purgatory")->bytes.data;
	assert_memory_equal(start, "\xee\xee\xee\xee", 4);
	assert_memory_equal(start + 4, segment("kernel")->bytes.data + 4, 0x100 - 4);
	assert_int_equal(bytes_get(start + PURGATORY_PARAMETERS, 8, LITTLE), PURGATORY_MAGIC);
	assert_int_equal(purgatory[4], 0xee);
}

/* It copies itself to address 0, over whatever lies below its size. */
static void test_nothing_lies_where_the_kernel_moves_to(void **state)
{
	made_number64(&made, made_find(&made, "/chosen"), "linux,kernel-end", 0x10000);
	made_number64(&made, made_find(&made, "/chosen"), "linux,htab-base", 0x180000);
	made_number64(&made, made_find(&made, "/chosen"), "linux,htab-size", 0x100000);
	assert_planned();
	for (unsigned i = 0; i < plan.segment_count; i++)
		if (strcmp(plan.segments[i].name, "kernel"))
			assert_true(plan.segments[i].memory.start >= 0x2410000);
}

static void test_root_is_inherited(void **state)
{
	options.append = "quiet";
	assert_planned();
	assert_string_equal(bootargs(), "quiet root=/dev/sda2");
	assert_string_equal(plan.cmdline, "quiet root=/dev/sda2");
	options.append = "root=/dev/vda1 quiet";
	assert_planned();
	assert_string_equal(bootargs(), "root=/dev/vda1 quiet");
	options.append = NULL;
	assert_planned();
	assert_string_equal(bootargs(), "root=/dev/sda2");
	options.append = "quiet";
	options.no_old_root = true;
	assert_planned();
	assert_string_equal(bootargs(), "quiet");
}

static void test_quotes_and_lookalikes_of_root(void **state)
{
	struct devicetree_node *chosen = made_find(&made, "/chosen");

	options.append = "quiet";
	made_text(&made, chosen, "bootargs", "nfsroot=x  root=\"LABEL=a b\" ro");
	assert_planned();
	assert_string_equal(bootargs(), "quiet root=\"LABEL=a b\"");
	made_text(&made, chosen, "bootargs", "nfsroot=x rootwait ");
	assert_planned();
	assert_string_equal(bootargs(), "quiet");
	made_text(&made, chosen, "bootargs", "");
	assert_planned();
	assert_string_equal(bootargs(), "quiet");
}

static void test_what_no_longer_holds_is_removed(void **state)
{
	static const char *const stale[] = {
		"linux,kernel-end",   "linux,crashkernel-base", "linux,crashkernel-size",
		"linux,memory-limit", "linux,htab-base",	"linux,htab-size",
	};
	struct devicetree_node *chosen = made_find(&made, "/chosen");
	struct devicetree_node *second = made_memory(&made, "memory@80000000", 2 * GIB, 2 * GIB);

	for (size_t i = 1; i < sizeof(stale) / sizeof(stale[0]); i++)
		made_number64(&made, chosen, stale[i], 0);
	made_number64(&made, chosen, "linux,initrd-start", 0x5000000);
	made_number64(&made, chosen, "linux,initrd-end", 0x6000000);
	made_number64(&made, chosen, "linux,elfcorehdr", 0x6000000);
	made_cells(&made, second, "linux,usable-memory", (const uint32_t[]){0, 0, 0, 0}, 4);
	image.initrd = (struct file)FILE_CLOSED;
	assert_planned();
	for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++)
		assert_false(chosen_has(stale[i]));
	assert_false(chosen_has("linux,initrd-start"));
	assert_false(chosen_has("linux,elfcorehdr"));
	assert_null(devicetree_get(&tree, devicetree_find(&tree, "/memory@80000000"),
				   "linux,usable-memory")
			    .data);
	assert_non_null(
		devicetree_get(&tree, devicetree_find(&tree, "/memory@80000000"), "reg").data);
}

/* A tree of the user's: its own command line unless another is given, and this machine's
 * reservations. */
static void test_a_tree_of_the_users(void **state)
{
	struct devicetree mine;
	struct bytes dtb;

	made_rtas(&made);
	assert_true(devicetree_flatten(&mine, made.root, "mine", &made.arena, &made.error));
	assert_true(devicetree_set_text(&mine, "/chosen", "bootargs", "mine root=/dev/mine",
					&made.error));
	assert_true(devicetree_reserve(&mine, (struct range){0x2fff0000, 0x2fff083c}, &made.error));
	assert_true(devicetree_finish(&mine, &dtb, &made.error));
	image.dtb = (struct file){.path = "mine.dtb", .fd = -1, .bytes = dtb};
	options.dtb = "mine.dtb";
	assert_planned();
	assert_string_equal(bootargs(), "mine root=/dev/mine");
	assert_string_equal(segment("dtb")->source, "mine.dtb");
	assert_int_equal(chosen_number("linux,initrd-start"), segment("initrd")->memory.start);
	assert_int_equal(reserved(0x2fff0000, 0x2fff083c), 1);
	options.append = "quiet";
	assert_planned();
	assert_string_equal(bootargs(), "quiet root=/dev/mine");
}

static void test_a_tree_is_a_reason_for_kexec_load(void **state)
{
	options.call = CALL_AUTO;
	assert_true(make());
	assert_int_equal(plan.by, BY_FILE);
	options.dtb = "mine.dtb";
	image.dtb = (struct file){.path = "mine.dtb", .fd = -1, .bytes = {kernel, 100}};
	assert_refused("mine.dtb is not a device tree blob");
}

static void test_a_long_command_line(void **state)
{
	static char line[2049];

	memset(line, 'x', 2047);
	options.append = line;
	options.no_old_root = true;
	assert_planned();
	assert_int_equal(strlen(bootargs()), 2047);
	line[2047] = 'x';
	assert_refused("has 2048 bytes; a ppc64le kernel reads at most 2047");
}

static void test_other_images(void **state)
{
	struct images_vmlinux wanted = images_ppc64le_vmlinux;

	free(kernel);
	wanted.entry += 4;
	kernel = images_vmlinux(&wanted, &kernel_size);
	image.kernel_file.bytes = (struct bytes){kernel, kernel_size};
	assert_refused("not a Linux kernel as such");
	kernel[EI_DATA] = ELFDATA2MSB;
	assert_refused("not one that this architecture can start");
}

static void test_a_machine_without_the_facts(void **state)
{
	made_number32(&made, made_find(&made, "/memory@0"), "device_type", 0);
	assert_refused("of 0 KiB of usable RAM in all");
	made_bytes(&made, made_find(&made, "/chosen"), "linux,kernel-end", "", 0);
	made.facts.kernel_end = 0;
	assert_refused("has no linux,kernel-end");
	made.facts.tree = NULL;
	assert_false(plan_make(&made.machine, &options, &image, CALL_SEGMENTS, &made.arena, &plan,
			       &made.error));
	assert_non_null(strstr(made.error.cause, "no device tree at /proc/device-tree"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_guest),
		TEST(test_opal_is_handed_on_and_reserved),
		TEST(test_purgatory_begins_with_the_next_kernels_bytes),
		TEST(test_nothing_lies_where_the_kernel_moves_to),
		TEST(test_root_is_inherited),
		TEST(test_quotes_and_lookalikes_of_root),
		TEST(test_what_no_longer_holds_is_removed),
		TEST(test_a_tree_of_the_users),
		TEST(test_a_tree_is_a_reason_for_kexec_load),
		TEST(test_a_long_command_line),
		TEST(test_other_images),
		TEST(test_a_machine_without_the_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
