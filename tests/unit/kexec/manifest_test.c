// SPDX-License-Identifier: GPL-2.0-or-later
/* The manifest of a capture: what is taken from it, what is passed over and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/manifest.h"

static struct arena arena;
static struct manifest manifest;
static struct error error;

static bool parse(const char *text)
{
	error = (struct error){0};
	return manifest_parse((struct bytes){(const uint8_t *)text, strlen(text)}, "x/manifest",
			      &arena, &manifest, &error);
}

static void unreadable_paths_are_found_and_others_are_not(void **state)
{
	assert_true(parse("# words\nformat 1\nprogram kexec-ng 0.1\n\nunreadable 13 /proc/iomem\n"
			  "overwritten /proc/cmdline: MAC addresses\nunreadable 5 /a b/c"));
	assert_int_equal(manifest.count, 2);
	assert_int_equal(manifest_errno(&manifest, "/proc/iomem"), 13);
	assert_int_equal(manifest_errno(&manifest, "/a b/c"), 5);
	assert_int_equal(manifest_errno(&manifest, "/proc/cmdline"), 0);
	assert_int_equal(manifest_errno(&manifest, "/proc/iome"), 0);
	assert_true(parse(""));
	assert_int_equal(manifest_errno(&manifest, "/proc/iomem"), 0);
	assert_true(parse("unreadable 13 /twice\nunreadable 13 /twice\n"));
	assert_int_equal(manifest.count, 1);
}

static void lines_without_a_meaning_are_quoted(void **state)
{
	static const char *const lines[] = {
		"unreadable /proc/iomem",
		"unreadable 0 /proc/iomem",
		"unreadable 13 proc/iomem",
		"unreadable 99999 /proc/iomem",
		"unreadable -1 /x",
		"unreadable 13/proc",
		"format x",
		"format 1x",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_false(parse(lines[i]));
		assert_non_null(strstr(error.cause, lines[i]));
		assert_non_null(strstr(error.cause, "x/manifest"));
	}
}

static void a_later_format_is_refused_and_the_remedy_named(void **state)
{
	assert_false(parse("format 2\n"));
	assert_non_null(strstr(error.cause, "format 2"));
	assert_non_null(strstr(error.remedy, "newer"));
}

static int teardown(void **state)
{
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unreadable_paths_are_found_and_others_are_not),
		cmocka_unit_test(lines_without_a_meaning_are_quoted),
		cmocka_unit_test(a_later_format_is_refused_and_the_remedy_named),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
