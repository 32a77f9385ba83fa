// SPDX-License-Identifier: GPL-2.0-or-later
/* What memory a ppc64le device tree describes, and which of it is left alone. */
#include "tests/unit/arch/ppc64le/nodes.h"

static struct made made;

static int setup(void **state)
{
	made_setup(&made);
	return 0;
}

static int teardown(void **state)
{
	arena_release(&made.arena);
	return 0;
}

static void assert_refused(const char *part)
{
	assert_false(made_read(&made));
	if (!strstr(made.error.cause, part))
		fail_msg("the cause is: %s", made.error.cause);
}

static uint64_t ram(void)
{
	return memmap_total(&made.machine.firmware, MEMORY_RAM);
}

static void test_a_guest(void **state)
{
	made_rtas(&made);
	assert_read(&made);
	assert_int_equal(ram(), 2 * GIB);
	assert_true(made_usable(&made, 40 * MIB, 0x2fff0000));
	assert_true(made_kept(&made, 0, 40 * MIB));
	assert_true(made_kept(&made, 0x2fff0000, UINT64_MAX)); /* RTAS, and the end of real mode */
	assert_int_equal(made.facts.boot_cpu, 8);
}

static void test_real_mode_ends_with_the_first_block(void **state)
{
	made_memory(&made, "memory@80000000", 2 * GIB, 2 * GIB);
	made_cells(&made, made_find(&made, "/memory@0"), "reg",
		   (const uint32_t[]){0, 0, 0, 0x10000000}, 4);
	assert_read(&made);
	assert_int_equal(ram(), 2 * GIB + 256 * MIB);
	assert_true(made_usable(&made, 40 * MIB, 256 * MIB));
	assert_true(made_kept(&made, 256 * MIB, UINT64_MAX));
}

static void test_nothing_is_usable_where_no_block_is_at_0(void **state)
{
	made_cells(&made, made_find(&made, "/memory@0"), "reg",
		   (const uint32_t[]){0, 0x10000000, 0, 0x10000000}, 4);
	assert_read(&made);
	assert_int_equal(made.machine.usable.count, 0);
}

static void test_several_pairs_and_other_cells(void **state)
{
	struct devicetree_node *memory = made_find(&made, "/memory@0");

	made_number32(&made, made.root, "#size-cells", 1);
	made_cells(&made, memory, "reg",
		   (const uint32_t[]){0, 0, 0x8000000, 0, 0x10000000, 0x8000000}, 6);
	assert_read(&made);
	assert_int_equal(ram(), 256 * MIB);
	assert_true(memmap_covers(&made.machine.firmware, (struct range){0x10000000, 0x18000000},
				  MEMORY_RAM));
}

static void test_powernv(void **state)
{
	struct devicetree_node *reserved = made_node(&made, made.root, "reserved-memory");

	made_opal(&made);
	made_cells(&made, made_node(&made, reserved, "table@20000000"), "reg",
		   (const uint32_t[]){0, 0x20000000, 0, 0x10000}, 4);
	assert_read(&made);
	assert_true(made_kept(&made, 0x28000000, 0x29000000));
	assert_true(made_kept(&made, 0x20000000, 0x20010000));
	assert_true(made_usable(&made, 0x29000000, 0x30000000));
	assert_true(memmap_covers(&made.facts.kept, (struct range){0x30000000, 0x32000000},
				  MEMORY_RESERVED));
	assert_int_equal(made.facts.opal_base, 0x30000000);
	assert_int_equal(made.facts.opal_entry, 0x30005000);
}

static void test_what_chosen_excludes(void **state)
{
	struct devicetree_node *chosen = made_find(&made, "/chosen");

	made_number64(&made, chosen, "linux,crashkernel-base", 0x10000000);
	made_number64(&made, chosen, "linux,crashkernel-size", 0x10000000);
	made_number64(&made, chosen, "linux,htab-base", 0x8000000);
	made_number64(&made, chosen, "linux,htab-size", 0x1000000);
	made_number64(&made, chosen, "linux,initrd-start", 0x4000000);
	made_number64(&made, chosen, "linux,initrd-end", 0x4123456);
	made_number64(&made, chosen, "linux,memory-limit", 0x28000000);
	made.machine.cmdline = "quiet retain_initrd";
	assert_read(&made);
	assert_true(made_kept(&made, 0x8000000, 0x9000000));
	assert_true(made_kept(&made, 0x10000000, 0x20000000));
	assert_true(made_kept(&made, 0x4000000, 0x4123456));
	assert_true(made_kept(&made, 0x28000000, UINT64_MAX));
	assert_true(made_usable(&made, 0x9000000, 0x10000000));
	assert_int_equal(memmap_total(&made.machine.crash, MEMORY_RAM), 0x10000000);
}

static void test_an_initrd_that_is_not_retained_is_memory(void **state)
{
	struct devicetree_node *chosen = made_find(&made, "/chosen");

	made_number64(&made, chosen, "linux,initrd-start", 0x4000000);
	made_number64(&made, chosen, "linux,initrd-end", 0x4123456);
	assert_read(&made);
	assert_true(made_usable(&made, 40 * MIB, 768 * MIB));
}

static void test_tce_tables_below_bridges(void **state)
{
	struct devicetree_node *pci = made_node(&made, made.root, "pci@1");
	struct devicetree_node *bridge = made_node(&made, pci, "pci@0");

	made_text(&made, bridge, "device_type", "pci");
	made_number64(&made, bridge, "linux,tce-base", 0x7000000);
	made_number32(&made, bridge, "linux,tce-size", 0x80000);
	made_number64(&made, pci, "linux,tce-base", 0x9000000); /* of no bus */
	made_number32(&made, pci, "linux,tce-size", 0x80000);
	assert_read(&made);
	assert_true(made_kept(&made, 0x7000000, 0x7080000));
	assert_true(made_usable(&made, 0x9000000, 0x9080000));
}

static struct devicetree_node *made_blocks(void)
{
	struct devicetree_node *node =
		made_node(&made, made.root, "ibm,dynamic-reconfiguration-memory");

	made_number64(&made, node, "ibm,lmb-size", 256 * MIB);
	return node;
}

static void test_memory_blocks_one_by_one(void **state)
{
	struct devicetree_node *node = made_blocks();

	made_cells(&made, node, "ibm,dynamic-memory",
		   (const uint32_t[]){
			   3, 0,	  0x80000000, 0x80000008, 0, 0,	   0x8, /* assigned */
			   0, 0x90000000, 0x80000009, 0,	  0, 0x0,	/* not ours */
			   0, 0xa0000000, 0x8000000a, 0,	  0, 0x88,	/* reserved */
		   },
		   19);
	assert_read(&made);
	assert_int_equal(ram(), 2 * GIB + 256 * MIB);
	assert_true(memmap_covers(&made.machine.firmware, (struct range){0x80000000, 0x90000000},
				  MEMORY_RAM));
}

static void test_memory_blocks_in_sets(void **state)
{
	struct devicetree_node *node = made_blocks();

	made_cells(&made, node, "ibm,dynamic-memory-v2",
		   (const uint32_t[]){
			   2,
			   4,
			   0,
			   0x80000000,
			   0x80000008,
			   0,
			   0x8,
			   8,
			   1,
			   0x00000000,
			   0x80000010,
			   0,
			   0x0,
		   },
		   13);
	assert_read(&made);
	assert_int_equal(ram(), 3 * GIB);
}

static void test_a_kernel_after_a_crash_keeps_to_its_part(void **state)
{
	struct devicetree_node *node = made_blocks();

	made_cells(&made, made_find(&made, "/memory@0"), "linux,usable-memory",
		   (const uint32_t[]){0, 0, 0, 0x10000000}, 4);
	made_number64(&made, node, "linux,drconf-usable-memory", 0);
	made_cells(&made, node, "ibm,dynamic-memory-v2",
		   (const uint32_t[]){1, 4, 0, 0x80000000, 0x80000008, 0, 0x8}, 7);
	assert_read(&made);
	assert_int_equal(ram(), 256 * MIB);
}

static void test_damaged_blocks(void **state)
{
	struct devicetree_node *node = made_blocks();

	made_cells(&made, node, "ibm,dynamic-memory", (const uint32_t[]){2, 0, 0, 0, 0, 0, 8}, 7);
	assert_refused("lists 2 memory blocks in 28 bytes");
	made_number32(&made, node, "ibm,dynamic-memory", 0xffffffff);
	assert_refused("lists 4294967295 memory blocks in 4 bytes");
	made_number64(&made, node, "ibm,lmb-size", 0);
	assert_refused("no ibm,lmb-size");
	made_number64(&made, node, "ibm,lmb-size", (uint64_t)1 << 62);
	made_cells(&made, node, "ibm,dynamic-memory-v2",
		   (const uint32_t[]){1, 0xffffffff, 0, 0, 0, 0, 8}, 7);
	assert_refused("more than memory can be");
	made_cells(&made, node, "ibm,dynamic-memory-v2",
		   (const uint32_t[]){1, 3, 0xf0000000, 0, 0, 0, 8}, 7);
	assert_refused("reach past the end");
}

static void test_damaged_memory(void **state)
{
	struct devicetree_node *memory = made_find(&made, "/memory@0");

	made_cells(&made, memory, "reg", (const uint32_t[]){0, 0, 0}, 3);
	assert_refused("memory@0 has a property reg of 12 bytes");
	made_cells(&made, memory, "reg", (const uint32_t[]){0xffffffff, 0, 1, 0}, 4);
	assert_refused("reach past the end");
	made_number32(&made, made.root, "#size-cells", 0);
	assert_refused("#size-cells of 0");
	made_number32(&made, made.root, "#size-cells", 5);
	assert_refused("#size-cells of 5");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_guest),
		TEST(test_real_mode_ends_with_the_first_block),
		TEST(test_nothing_is_usable_where_no_block_is_at_0),
		TEST(test_several_pairs_and_other_cells),
		TEST(test_powernv),
		TEST(test_what_chosen_excludes),
		TEST(test_an_initrd_that_is_not_retained_is_memory),
		TEST(test_tce_tables_below_bridges),
		TEST(test_memory_blocks_one_by_one),
		TEST(test_memory_blocks_in_sets),
		TEST(test_a_kernel_after_a_crash_keeps_to_its_part),
		TEST(test_damaged_blocks),
		TEST(test_damaged_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
