// SPDX-License-Identifier: GPL-2.0-or-later
/* What a dump needs, read from captured machines and from made trees that say less or nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "tests/support/tree.h"

static struct arena arena;
static struct error error;
static struct tree tree;
static struct machine machine;

static int setup(void **state)
{
	error = (struct error){ 0 };
	tree_create(&tree);
	tree_text(&tree, "/uname", "Linux host 6.1.0 #1 SMP x86_64 GNU/Linux\n");
	tree_text(&tree, "/proc/iomem",
		  "00001000-0009ffff : System RAM\n"
		  "00100000-7fffffff : System RAM\n"
		  "  01000000-01ffffff : Kernel code\n"
		  "  02000000-02ffffff : Kernel data\n"
		  "  03000000-03ffffff : Kernel bss\n"
		  "  20000000-2fffffff : Crash kernel\n"
		  "100000000-1ffffffff : Persistent Memory\n"
		  "  140000000-1ffffffff : dax0.0\n"
		  "    140000000-1ffffffff : System RAM (kmem)\n");
	return 0;
}

static int teardown(void **state)
{
	tree_destroy(&tree);
	arena_release(&arena);
	return 0;
}

static bool read_machine(const char *path)
{
	struct sysroot root;
	bool read;

	assert_true(sysroot_open(&root, path, &error));
	read = machine_read(&root, &arena, &machine, &error);
	sysroot_close(&root);
	return read;
}

static void test_a_captured_machine(void **state)
{
	assert_true(read_machine(tree_captured("x86_64-uefi-crash-6.12")));
	assert_int_equal(machine.vmcoreinfo.start, 0x3c24c000);
	assert_int_equal(machine.vmcoreinfo.end, 0x3c24d024);
	assert_int_equal(machine.crash_notes_count, 2);
	assert_int_equal(machine.crash_notes[1].start, 0x3c33d800);
	assert_int_equal(machine.crash_notes[1].end, 0x3c33d800 + 368);
	assert_int_equal(machine.kernel_image.start, machine.kernel_code.start);
	assert_int_equal(machine.kernel_virtual, 0xffffffff8c800000);
	assert_int_equal(machine.linear_map, 0xff19e35200000000);
	assert_int_equal(memmap_total(&machine.ram, MEMORY_RAM) >> 20, 1017);
}

/*
 * Where /proc/kcore is hidden, names and /proc/iomem tell; processors come in the order of their
 * numbers.
 */
static void test_without_kcore(void **state)
{
	assert_true(read_machine(tree_captured("x86_64-many-ranges")));
	assert_int_equal(machine.crash_notes_count, 12);
	for (unsigned i = 0; i < 12; i++)
		assert_int_equal(machine.crash_notes[i].start, 0x3fe000400 + i * 0x40000);
	assert_int_equal(machine.linear_map, 0xffff888000000000);

	/* Not every directory there is a processor's. */
	tree_text(&tree, "/sys/devices/system/cpu/cpuidle/current_governor", "menu\n");
	tree_text(&tree, "/proc/kallsyms",
		  "ffffffff81000000 T _text_of_another\n"
		  "ffffffff9b000000 T _stext\nffffffff9b000000 T _text\n");
	assert_true(read_machine(tree.path));
	assert_int_equal(machine.kernel_image.start, 0x1000000);
	assert_int_equal(machine.kernel_image.end, 0x4000000);
	assert_int_equal(machine.kernel_virtual, 0xffffffff9b000000);
}

/* "Kernel code" begins at one of the two, and nothing says at which. */
static void test_a_kernel_whose_start_is_not_certain(void **state)
{
	tree_text(&tree, "/proc/kallsyms",
		  "ffffffff9b000000 T _text\nffffffff9b010000 T _stext\n");
	assert_true(read_machine(tree.path));
	assert_int_equal(machine.kernel_image.end, 0);
	tree_text(&tree, "/proc/kallsyms", "0000000000000000 T _text\n0000000000000000 T _stext\n");
	assert_true(read_machine(tree.path));
	assert_int_equal(machine.kernel_image.end, 0);
}

static void test_memory_that_drivers_added(void **state)
{
	assert_true(read_machine(tree.path));
	assert_int_equal(machine.ram.count, 3);
	assert_int_equal(machine.ram.entries[2].range.start, 0x140000000);
	assert_int_equal(machine.ram.entries[2].range.end, 0x200000000);
	assert_int_equal(machine.crash_notes_count, 0);
	assert_int_equal(machine.vmcoreinfo.end, 0);
}

static void expect_failure(const char *path, const char *text, const char *cause)
{
	tree_text(&tree, path, text);
	assert_false(read_machine(tree.path));
	if (!strstr(error.cause, cause) || !strstr(error.cause, path))
		fail_msg("the cause is: %s", error.cause);
	error = (struct error){ 0 };
}

static void test_nonsense_is_named(void **state)
{
	static const char *const texts[] = {
		"\n", "1234\n", "0x1000 \n", "0x1000 zz\n", "0x1000 10 \n", "0x1000 0\n",
		"0xffffffffffffffff 1024\n", "0x11111111111111111 1024\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		expect_failure("/sys/kernel/vmcoreinfo", texts[i], "0xADDRESS SIZE");
	tree_text(&tree, "/sys/kernel/vmcoreinfo", "0x1000 1024\n");
	tree_text(&tree, "/sys/devices/system/cpu/cpu0/crash_notes_size", "368\n");
	expect_failure("/sys/devices/system/cpu/cpu0/crash_notes", "-1\n", "a hexadecimal address");
	expect_failure("/sys/devices/system/cpu/cpu0/crash_notes", "ffffffffffffffff\n",
		       "a hexadecimal address");
}

/* Without a reservation nobody will ask, and nothing is read. */
static void test_without_a_reservation(void **state)
{
	tree_text(&tree, "/proc/iomem", "00100000-7fffffff : System RAM\n");
	tree_text(&tree, "/sys/kernel/vmcoreinfo", "nonsense\n");
	assert_true(read_machine(tree.path));
	assert_int_equal(machine.ram.count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_captured_machine),
		TEST(test_without_kcore),
		TEST(test_a_kernel_whose_start_is_not_certain),
		TEST(test_memory_that_drivers_added),
		TEST(test_nonsense_is_named),
		TEST(test_without_a_reservation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
