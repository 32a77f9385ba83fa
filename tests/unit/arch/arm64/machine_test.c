// SPDX-License-Identifier: GPL-2.0-or-later
/* The facts of captured arm64 machines, and of made ones with device trees that cannot be. */
#include "tests/unit/read_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "arch/arm64/machine.h"

static const struct arm64_machine *facts;

static int setup(void **state)
{
	error = (struct error){ 0 };
	tree_create(&tree);
	tree_text(&tree, "/uname", "Linux host 6.1.0 #1 SMP aarch64 GNU/Linux\n");
	tree_text(&tree, "/proc/iomem",
		  "40000000-7fffffff : System RAM\n"
		  "  40210000-4185ffff : Kernel code\n"
		  "  41860000-41eaffff : reserved\n"
		  "  41eb0000-4220ffff : Kernel data\n"
		  "  60000000-6fffffff : Crash kernel\n"
		  "80000000-8fffffff : reserved\n");
	return 0;
}

static void expect_machine(const char *path)
{
	facts = expect_facts(path, &arch_arm64);
}

static void reserved_memory_and_the_crash_kernels_are_not_used(void **state)
{
	static const struct range usable[] = {
		{ 0x40000000, 0x41860000 },
		{ 0x41eb0000, 0x60000000 },
		{ 0x70000000, 0x80000000 },
	};

	expect_machine(tree.path);
	assert_int_equal(machine.usable.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(machine.usable.entries[i].range.start, usable[i].start);
		assert_int_equal(machine.usable.entries[i].range.end, usable[i].end);
	}
	assert_int_equal(machine.crash.count, 1);
}

static void firmwares_tree_is_taken_first(void **state)
{
	tree_text(&tree, "/sys/firmware/fdt", "blob");
	tree_text(&tree, "/proc/device-tree/model", "board");
	expect_machine(tree.path);
	assert_int_equal(facts->fdt.size, 4);
	assert_null(facts->tree);
}

static void the_kernels_view_is_read_into_nodes(void **state)
{
	struct bytes value;

	tree_text(&tree, "/proc/device-tree/model", "board");
	tree_file(&tree, "/proc/device-tree/soc/uart@1000/reg", "\0\0\x10\0", 4);
	tree_text(&tree, "/proc/device-tree/soc/uart@1000/empty", "");
	tree_text(&tree, "/proc/device-tree/chosen/bootargs", "quiet");
	expect_machine(tree.path);
	assert_non_null(facts->tree);
	value = devicetree_node_get(devicetree_node_find(facts->tree, "/soc/uart@1000"), "reg");
	assert_int_equal(value.size, 4);
	assert_memory_equal(value.data, "\0\0\x10\0", 4);
	value = devicetree_node_get(devicetree_node_find(facts->tree, "/soc/uart@1000"), "empty");
	assert_non_null(value.data);
	assert_int_equal(value.size, 0);
	assert_int_equal(devicetree_node_get(facts->tree, "model").size, 5);
	assert_non_null(devicetree_node_find(facts->tree, "/chosen"));
}

static void a_captured_tree_is_found_where_the_link_leads(void **state)
{
	expect_machine(tree_captured("arm64-dt-crash-6.12"));
	assert_non_null(devicetree_node_find(facts->tree, "/chosen"));
	assert_non_null(devicetree_node_find(facts->tree, "/memory@40000000"));
	assert_int_equal(facts->fdt.size, 0);
}

static void a_tree_that_leads_to_itself_is_refused(void **state)
{
	tree_text(&tree, "/proc/device-tree/soc/model", "board");
	tree_link(&tree, "/proc/device-tree/soc/again", "..");
	assert_false(read_machine(tree.path));
	assert_non_null(strstr(error.cause,
			       "the device tree is more than 64 levels deep, or has more than"));
}

static void serial_ports_are_found_by_name(void **state)
{
	expect_machine(tree_captured("arm64-64k-sparse"));
	assert_int_equal(machine.page_size, 65536);
	assert_int_equal(facts->serial_count, 2);
	assert_string_equal(facts->serials[0].name, "ttyS0");
	assert_int_equal(facts->serials[0].base, 0x21c0500);
	assert_int_equal(facts->serials[0].kind, PORT_16550);
	assert_int_equal(facts->serials[1].kind, PORT_16550_WORDS);
	expect_machine(tree_captured("arm64-dt-6.1"));
	assert_int_equal(facts->serial_count, 1);
	assert_int_equal(facts->serials[0].kind, PORT_PL011);
}

static void a_port_without_an_address_is_none(void **state)
{
	tree_text(&tree, "/sys/class/tty/ttyS0/iomem_base", "0x0\n");
	tree_text(&tree, "/sys/class/tty/ttyS1/iomem_base", "0x1000\n");
	tree_text(&tree, "/sys/class/tty/ttyS1/type", "99\n");
	tree_text(&tree, "/sys/class/tty/tty1/dev", "4:1\n");
	expect_machine(tree.path);
	assert_int_equal(facts->serial_count, 1);
	assert_string_equal(facts->serials[0].name, "ttyS1");
	assert_int_equal(facts->serials[0].kind, PORT_UNKNOWN);
}

static void what_cannot_be_a_number_is_named(void **state)
{
	tree_text(&tree, "/sys/class/tty/ttyS0/iomem_base", "here\n");
	assert_false(read_machine(tree.path));
	assert_non_null(strstr(error.cause, "/sys/class/tty/ttyS0/iomem_base holds \"here\""));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, release_machine)
	const struct CMUnitTest tests[] = {
		TEST(reserved_memory_and_the_crash_kernels_are_not_used),
		TEST(firmwares_tree_is_taken_first),
		TEST(the_kernels_view_is_read_into_nodes),
		TEST(a_captured_tree_is_found_where_the_link_leads),
		TEST(a_tree_that_leads_to_itself_is_refused),
		TEST(serial_ports_are_found_by_name),
		TEST(a_port_without_an_address_is_none),
		TEST(what_cannot_be_a_number_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
