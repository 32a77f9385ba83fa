// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read alike on every architecture, and this machine itself, whichever it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "tests/support/tree.h"

static struct arena arena;
static struct error error;
static struct tree tree;
static struct sysroot root;
static struct machine machine;

static int setup(void **state)
{
	memset(&error, 0, sizeof(error));
	root = (struct sysroot){ .fd = -1 };
	return 0;
}

static int teardown(void **state)
{
	sysroot_close(&root);
	tree_destroy(&tree);
	arena_release(&arena);
	return 0;
}

static bool read_machine(const char *path)
{
	sysroot_close(&root);
	assert_true(sysroot_open(&root, path, &error));
	return machine_read(&root, &arena, &machine, &error);
}

static void an_arm64_machine_keeps_what_memblock_reserved(void **state)
{
	static const struct memory crash = { { 0x60000000, 0x70000000 }, MEMORY_RAM };

	assert_true(read_machine(tree_captured("arm64-uefi-acpi-crash-6.12")));
	assert_ptr_equal(machine.arch, &arch_arm64);
	assert_string_equal(machine.memory_source, "/proc/iomem");
	assert_true(memmap_total(&machine.usable, MEMORY_RAM) <
		    memmap_total(&machine.firmware, MEMORY_RAM));
	assert_int_equal(machine.crash.count, 1);
	assert_int_equal(machine.crash.entries[0].range.start, crash.range.start);
	assert_int_equal(machine.crash.entries[0].range.end, crash.range.end);
	/* Some arm64 kernels cannot copy into it while a crash kernel is loaded. */
	assert_false(memmap_covers(&machine.usable,
				   (struct range){crash.range.start, crash.range.start + 1},
				   MEMORY_RAM));
}

static void a_machine_with_larger_pages_uses_whole_pages(void **state)
{
	tree_create(&tree);
	tree_text(&tree, "/uname", "Linux host 6.1.0 #1 SMP aarch64 GNU/Linux\n");
	tree_text(&tree, "/proc/iomem", "40001000-4003ffff : System RAM\n");
	tree_text(&tree, "/proc/kcore.head",
		  "CORE VMCOREINFO\nOSRELEASE=6.1.0\nPAGESIZE=65536\nS=1\n");
	assert_true(read_machine(tree.path));
	assert_int_equal(machine.page_size, 65536);
	assert_int_equal(machine.usable.count, 1);
	assert_int_equal(machine.usable.entries[0].range.start, 0x40010000);
	assert_int_equal(machine.usable.entries[0].range.end, 0x40040000);
	tree_text(&tree, "/pagesize", "16384\n");
	assert_true(read_machine(tree.path));
	assert_int_equal(machine.page_size, 16384);
	assert_int_equal(machine.usable.entries[0].range.start, 0x40004000);
}

static void the_running_kernel_s_own_name_will_do(void **state)
{
	tree_create(&tree);
	tree_text(&tree, "/proc/sys/kernel/arch", "s390x\n");
	tree_text(&tree, "/proc/sys/kernel/osrelease", "6.12.1\n");
	assert_true(sysroot_open(&root, tree.path, &error));
	assert_ptr_equal(machine_arch(&root, &arena, &error), &arch_s390x);
}

static void a_tree_that_does_not_say_what_it_is_gets_a_remedy(void **state)
{
	tree_create(&tree);
	tree_text(&tree, "/proc/cmdline", "quiet\n");
	assert_false(read_machine(tree.path));
	assert_non_null(strstr(error.cause, tree.path));
	assert_non_null(strstr(error.remedy, "uname -a"));
}

static void the_command_line_ends_at_its_first_line_break(void **state)
{
	tree_create(&tree);
	tree_text(&tree, "/uname", "Linux host 6.1.0 #1 SMP s390x GNU/Linux\n");
	tree_text(&tree, "/proc/cmdline", "root=/dev/dasda1 quiet \r\nrest\n");
	assert_true(read_machine(tree.path));
	assert_string_equal(machine.cmdline, "root=/dev/dasda1 quiet ");
}

static void a_tree_with_nothing_in_it_is_a_machine_of_which_nothing_is_known(void **state)
{
	tree_create(&tree);
	tree_text(&tree, "/uname", "Linux host 6.1.0 #1 SMP x86_64 GNU/Linux\n");
	assert_true(read_machine(tree.path));
	assert_string_equal(machine.cmdline, "");
	assert_int_equal(machine.kexec_loaded, UNKNOWN);
	assert_int_equal(machine.load_disabled, UNKNOWN);
	assert_int_equal(machine.limit_reboot, -1);
	assert_int_equal(machine.lockdown, LOCKDOWN_NONE);
	assert_int_equal(machine.ram_total, 0);
	assert_int_equal(machine.usable.count, 0);
	assert_false(machine.xen);
}

static void this_machine_is_read_with_or_without_privileges(void **state)
{
	struct utsname name;
	uint8_t sum = 0;

	assert_int_equal(uname(&name), 0);
	if (!arch_find(name.machine)) {
		assert_false(read_machine(NULL));
		assert_non_null(strstr(error.cause, name.machine));
		return;
	}
	if (!read_machine(NULL))
		fail_msg("%s", error.cause);
	assert_false(machine.captured);
	assert_string_equal(machine.release, name.release);
	assert_int_equal(machine.page_size, sysconf(_SC_PAGESIZE));
	assert_true(machine.ram_total > 0);
	assert_int_not_equal(machine.privileged, UNKNOWN);
	for (size_t i = 0; i < sizeof(machine.entropy); i++)
		sum |= machine.entropy[i];
	assert_int_not_equal(sum, 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(an_arm64_machine_keeps_what_memblock_reserved),
		test(a_machine_with_larger_pages_uses_whole_pages),
		test(the_running_kernel_s_own_name_will_do),
		test(a_tree_that_does_not_say_what_it_is_gets_a_remedy),
		test(the_command_line_ends_at_its_first_line_break),
		test(a_tree_with_nothing_in_it_is_a_machine_of_which_nothing_is_known),
		test(this_machine_is_read_with_or_without_privileges),
	};

	return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
