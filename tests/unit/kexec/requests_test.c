// SPDX-License-Identifier: GPL-2.0-or-later
/* Wishes that depend on the machine: -p, --hotplug, --reuseinitrd, in words that callers know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "kexec/requests.h"

static struct error error;

static bool check(struct machine machine, struct options options)
{
	error = (struct error){ .status = 0 };
	return requests_check(&options, &machine, &error);
}

static void test_hotplug(void **state)
{
	struct machine without = { .arch = &arch_x86_64 };
	struct machine with = { .arch = &arch_x86_64, .crash_elfcorehdr_size = 4096 };
	struct options options = { .load = true, .hotplug = true };

	assert_true(check(with, options));
	assert_false(check(without, options));
	assert_int_equal(error.status, 1);
	assert_non_null(strstr(error.headline, "Cannot open /sys/kernel/crash_elfcorehdr_size\n"));
	assert_non_null(strstr(error.headline, "CONFIG_CRASH_HOTPLUG"));
	options.load = false;
	assert_true(check(without, options));
}

static void test_panic(void **state)
{
	struct memory reserved = { { 0x20000000, 0x30000000 }, MEMORY_RAM };
	struct machine with = { .arch = &arch_x86_64, .crash = { &reserved, 1, 1 } };
	struct machine without = { .arch = &arch_x86_64 };
	struct options options = { .load = true, .panic = true };

	assert_true(check(with, options));
	assert_false(check(without, options));
	assert_int_equal(error.status, 1);
	assert_non_null(strstr(error.headline, "Memory for crashkernel is not reserved\n"));
	assert_non_null(strstr(error.headline, "crashkernel=Y@X"));
	assert_string_equal(error.cause, "");
	without.iomem_masked = true;
	assert_false(check(without, options));
	assert_non_null(strstr(error.cause, "could not be seen"));
	options.load = false;
	assert_true(check(without, options));
}

static void test_reuse_initrd(void **state)
{
	struct machine machine = { .arch = &arch_x86_64, .cmdline = "root=/dev/sda1 ro" };
	struct options options = { .load = true, .reuse_initrd = true };

	assert_false(check(machine, options));
	assert_int_equal(error.status, 1);
	assert_non_null(strstr(error.headline, "current boot didn't retain the initrd for reuse."));
	machine.cmdline = "ro retain_initrd";
	assert_false(check(machine, options));
	assert_int_equal(error.status, 1);
	assert_string_equal(error.headline, "--reuseinitrd not implemented on this architecture");
	machine.arch = &arch_s390x;
	assert_false(check(machine, options));
	assert_string_equal(error.headline, "--reuseinitrd not implemented on this architecture");
	/* Where it has a meaning, it comes later. */
	machine.arch = &arch_arm64;
	assert_false(check(machine, options));
	assert_int_equal(error.status, 1);
	assert_string_equal(error.headline, "");
	assert_non_null(strstr(error.cause, "yet"));
	options.reuse_initrd = false;
	assert_true(check(machine, options));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hotplug),
		cmocka_unit_test(test_panic),
		cmocka_unit_test(test_reuse_initrd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
