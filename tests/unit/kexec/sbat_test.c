// SPDX-License-Identifier: GPL-2.0-or-later
/* Which images a level keeps out, and how lines that are none are met. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/sbat.h"

#define SELF "sbat,1,SBAT Version,sbat,1,https://example.org/sbat\n"
#define LEVEL "sbat,1,2023012900\nshim,2\ngrub,3\nsystemd,10\n"

static char why[SBAT_WHY_SIZE];

static bool accepts_bytes(const char *components, size_t size, const char *level)
{
	memset(why, 0, sizeof(why));
	return sbat_accepts((struct bytes){(const uint8_t *)components, size},
			    (struct bytes){(const uint8_t *)level, strlen(level)}, why);
}

static bool accepts(const char *components, const char *level)
{
	return accepts_bytes(components, strlen(components), level);
}

static bool level_is_good(const char *level, struct error *error)
{
	*error = (struct error){0};
	return sbat_level_check((struct bytes){(const uint8_t *)level, strlen(level)}, error);
}

static void test_levels(void **state)
{
	assert_true(accepts(SELF "systemd,10,The Maker,systemd,1,https://example.org\n", LEVEL));
	assert_true(accepts(SELF "systemd,11\n", LEVEL));
	assert_true(accepts(SELF "linux,1\n", LEVEL));
	assert_true(accepts(SELF, LEVEL));
	assert_true(accepts("", LEVEL));
	assert_true(accepts(SELF "systemd,1\n", ""));
	/* By number, not by letter. */
	assert_false(accepts(SELF "systemd,9,a,b,c,d\n", LEVEL));
	assert_string_equal(why,
			    "its component systemd has generation 9, below this "
			    "machine's level 10");
	assert_false(accepts("shim,1", LEVEL));
	assert_false(accepts(SELF "grub,3\nlinux,1\ngrub,2\nshim,4\n", LEVEL));
	assert_string_equal(why,
			    "its component grub has generation 2, below this "
			    "machine's level 3");
	/* A name is the whole of a name. */
	assert_true(accepts("system,1\nsystemd-boot,1\nSYSTEMD,1\n", LEVEL));
	/* The highest of several levels counts. */
	assert_false(accepts("a,2", "a,1\na,3\na,2\n"));
	assert_true(accepts("a,3", "a,1\na,3\na,2\n"));
}

static void test_line_ends(void **state)
{
	assert_true(accepts("\xef\xbb\xbf" "shim,2\r\n\r\n\ngrub,3\r\n", LEVEL));
	assert_false(accepts("\xef\xbb\xbf" "shim,1\r\n", LEVEL));
	assert_false(accepts("\r\ngrub,2\r\n", LEVEL));
	/* What follows a NUL is padding. */
	assert_true(accepts_bytes("shim,2\n\0shim,1\n", 15, LEVEL));
	assert_false(accepts_bytes("shim,1\0\0\0", 9, LEVEL));
	assert_true(accepts_bytes("\0", 1, LEVEL));
	assert_false(accepts("shim,1\n", "\xef\xbb\xbf" "shim,2\r\n"));
}

/* What cannot be read may not pass for something new enough. */
static void test_what_is_no_component_is_refused(void **state)
{
	static const char *const lines[] = {
		"shim", "shim,", "shim,x", "shim,-1", "shim, 2", "shim,2 ", ",2", ",", "\"",
		"shim,2x,y", "shim,+2", "shim;2", "shim,,2", "shim,0x2", "shim,4294967296",
		"shim,18446744073709551618", "\x1b[2J",
	};
	char text[128];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct error error;

		strcpy(text, SELF);
		strcat(text, lines[i]);
		assert_false(accepts(text, LEVEL));
		assert_memory_equal(why, "line 2 of its section .sbat, ", 29);
		assert_null(strchr(why, '\x1b'));
		assert_false(level_is_good(text, &error));
		assert_memory_equal(error.cause, "Its line 2 is \"", 15);
		assert_null(strchr(error.cause, '\x1b'));
	}
	assert_true(accepts("shim,4294967295", LEVEL));
	assert_true(accepts("shim,0000000000000000000002", LEVEL));
}

static void test_good_levels(void **state)
{
	struct error error;

	assert_true(level_is_good(LEVEL, &error));
	assert_true(level_is_good("", &error));
	assert_true(level_is_good("sbat,1,2021030218\n", &error));
}

static void test_long_names_are_cut(void **state)
{
	static char line[4096];

	memset(line, 'n', sizeof(line));
	memcpy(line + sizeof(line) - 4, ",1\n", 4);
	assert_true(accepts(line, LEVEL));
	line[sizeof(line) - 3] = 'x';
	assert_false(accepts(line, LEVEL));
	assert_non_null(strstr(why, "is no component"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_what_is_no_component_is_refused),
		cmocka_unit_test(test_good_levels),
		cmocka_unit_test(test_long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
