// SPDX-License-Identifier: GPL-2.0-or-later
/* The facts of captured s390x machines, and of made ones with memory that is offline. */
#include "tests/unit/read_machine.h"

static void expect_machine(const char *path)
{
	expect_facts(path, &arch_s390x);
}

static void expect_usable(const struct range *expected, size_t count)
{
	assert_int_equal(machine.usable.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(machine.usable.entries[i].range.start, expected[i].start);
		assert_int_equal(machine.usable.entries[i].range.end, expected[i].end);
	}
}

static void expect_error(const char *part)
{
	assert_false(read_machine(tree.path));
	if (!strstr(error.cause, part) || !strstr(error.cause, tree.path))
		fail_msg("\"%s\" does not say \"%s\" and the tree", error.cause, part);
	memset(&error, 0, sizeof(error));
}

/* 1 GiB in blocks of 256 MiB. */
static void make_machine(void)
{
	tree_create(&tree);
	tree_text(&tree, "/uname", "Linux host 6.1.0 #1 SMP Debian s390x GNU/Linux\n");
	tree_text(&tree, "/proc/cmdline", "root=/dev/dasda1\n");
	tree_text(&tree, "/proc/iomem",
		  "00000000-3fffffff : System RAM\n"
		  "  00100000-00ae0fff : Kernel code\n");
	tree_text(&tree, "/sys/devices/system/memory/block_size_bytes", "10000000\n");
	tree_text(&tree, "/sys/devices/system/memory/auto_online_blocks", "offline\n");
}

static void ordinary_machine(void **state)
{
	static const struct range usable[] = {{0, 0x40000000}};

	expect_machine(tree_captured("s390x-6.1"));
	expect_usable(usable, 1);
	assert_int_equal(machine.crash.count, 0);
	assert_int_equal(machine.kernel_code.start, 0x100000);
	assert_int_equal(machine.kernel_code.end, 0xae1000);
}

static void crash_reservation_is_not_used(void **state)
{
	static const struct range usable[] = {{0, 0x30000000}};

	expect_machine(tree_captured("s390x-crash-6.1"));
	expect_usable(usable, 1);
	assert_int_equal(machine.crash.count, 1);
	assert_int_equal(machine.crash.entries[0].range.start, 0x30000000);
	assert_int_equal(machine.crash.entries[0].range.end, 0x40000000);
}

static void offline_blocks_are_left_out(void **state)
{
	static const struct range usable[] = {{0, 0x10000000}, {0x20000000, 0x30000000}};

	make_machine();
	tree_text(&tree, "/sys/devices/system/memory/memory0/state", "online\n");
	tree_text(&tree, "/sys/devices/system/memory/memory0/phys_index", "00000000\n");
	tree_text(&tree, "/sys/devices/system/memory/memory1/state", "offline\n");
	tree_text(&tree, "/sys/devices/system/memory/memory1/phys_index", "00000001\n");
	tree_text(&tree, "/sys/devices/system/memory/memory3/state", "going-offline\n");
	tree_text(&tree, "/sys/devices/system/memory/memory3/phys_index", "00000003\n");
	expect_machine(tree.path);
	expect_usable(usable, 2);
}

static void block_numbers_are_hexadecimal(void **state)
{
	static const struct range usable[] = {{0, 0x0a000000}, {0x0b000000, 0x40000000}};

	make_machine();
	tree_text(&tree, "/sys/devices/system/memory/block_size_bytes", "1000000\n");
	tree_text(&tree, "/sys/devices/system/memory/memory10/state", "offline\n");
	tree_text(&tree, "/sys/devices/system/memory/memory10/phys_index", "0000000a\n");
	expect_machine(tree.path);
	expect_usable(usable, 2);
}

static void a_kernel_without_memory_hotplug_has_nothing_offline(void **state)
{
	static const struct range usable[] = {{0, 0x40000000}};

	tree_create(&tree);
	tree_text(&tree, "/uname", "Linux host 6.1.0 #1 SMP Debian s390x GNU/Linux\n");
	tree_text(&tree, "/proc/cmdline", "root=/dev/dasda1\n");
	tree_text(&tree, "/proc/iomem", "00000000-3fffffff : System RAM\n");
	expect_machine(tree.path);
	expect_usable(usable, 1);
}

static void what_cannot_be_understood_is_named(void **state)
{
	static const char *const sizes[] = {"0", "0x10000000", "10000001", "", "fffffffffffffffff"};

	make_machine();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		tree_text(&tree, "/sys/devices/system/memory/block_size_bytes", sizes[i]);
		expect_error("/sys/devices/system/memory/block_size_bytes");
	}
	tree_text(&tree, "/sys/devices/system/memory/block_size_bytes", "10000000\n");
	tree_text(&tree, "/sys/devices/system/memory/memory1/state", "offline\n");
	tree_text(&tree, "/sys/devices/system/memory/memory1/phys_index", "one\n");
	expect_error("/sys/devices/system/memory/memory1/phys_index holds \"one\"");
	tree_text(&tree, "/sys/devices/system/memory/memory1/phys_index", "ffffffffffffffff\n");
	expect_error("past the end of the address space");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(ordinary_machine, release_machine),
		cmocka_unit_test_teardown(crash_reservation_is_not_used, release_machine),
		cmocka_unit_test_teardown(offline_blocks_are_left_out, release_machine),
		cmocka_unit_test_teardown(block_numbers_are_hexadecimal, release_machine),
		cmocka_unit_test_teardown(a_kernel_without_memory_hotplug_has_nothing_offline,
					  release_machine),
		cmocka_unit_test_teardown(what_cannot_be_understood_is_named, release_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
