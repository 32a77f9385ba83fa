// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of VMCOREINFO, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/vmcoreinfo.h"

static struct bytes text(const char *s)
{
	return (struct bytes){(const uint8_t *)s, strlen(s)};
}

static const char info[] =
	"OSRELEASE=6.1.0\nXSYMBOL(prb)=1\nSYMBOL(prb)=ffffffff826bb6c8\nSIZE(prb)=24\n"
	"NUMBER(phys_base)=-1040187392\nNUMBER(kimage_voffset)=0xffff7fff98000000\n"
	"KERNELOFFSET=10a00000\nOFFSET(list_head.next)=0\nLENGTH(empty)=\nSIZE(last)=7";

static void test_kinds(void **state)
{
	uint64_t n;

	assert_true(vmcoreinfo_symbol(text(info), "prb", &n));
	assert_int_equal(n, UINT64_C(0xffffffff826bb6c8));
	assert_true(vmcoreinfo_number(text(info), "SIZE", "prb", &n));
	assert_int_equal(n, 24);
	assert_true(vmcoreinfo_number(text(info), "NUMBER", "phys_base", &n));
	assert_int_equal(n, (uint64_t)-INT64_C(1040187392));
	assert_true(vmcoreinfo_number(text(info), "NUMBER", "kimage_voffset", &n));
	assert_int_equal(n, UINT64_C(0xffff7fff98000000));
	assert_true(vmcoreinfo_address(text(info), "KERNELOFFSET", &n));
	assert_int_equal(n, 0x10a00000);
	assert_true(vmcoreinfo_number(text(info), "OFFSET", "list_head.next", &n));
	assert_int_equal(n, 0);
	assert_true(vmcoreinfo_number(text(info), "SIZE", "last", &n));
	assert_int_equal(n, 7);
}

static void test_missing(void **state)
{
	uint64_t n = 5;

	assert_false(vmcoreinfo_symbol(text(info), "pr", &n));
	assert_false(vmcoreinfo_symbol(text(info), "prb2", &n));
	assert_false(vmcoreinfo_number(text(info), "OFFSET", "prb", &n));
	assert_false(vmcoreinfo_number(text(info), "LENGTH", "empty", &n));
	assert_false(vmcoreinfo_number(text(info), "LENGTH", "none", &n));
	assert_false(vmcoreinfo_address(text(info), "OSRELEASE", &n));
	assert_false(vmcoreinfo_symbol((struct bytes){NULL, 0}, "prb", &n));
	assert_int_equal(n, 5);
}

/* What follows the = is all of the number, or it is none. */
static void test_no_number(void **state)
{
	static const char *const lines[] = {"SIZE(x)=0x",
					    "SIZE(x)=-",
					    "SIZE(x)=1 ",
					    "SIZE(x)= 1",
					    "SIZE(x)=12a",
					    "SIZE(x)=18446744073709551616",
					    "SIZE(x)=0x10000000000000000",
					    "SIZE(x)=--1",
					    "SIZE(x)",
					    "SIZE(x)\n=1"};
	uint64_t n;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (vmcoreinfo_number(text(lines[i]), "SIZE", "x", &n))
			fail_msg("%s is %llu", lines[i], (unsigned long long)n);
	assert_true(vmcoreinfo_number(text("SIZE(x)=18446744073709551615"), "SIZE", "x", &n));
	assert_int_equal(n, UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
