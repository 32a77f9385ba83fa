// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading small files below a directory: what is read, what counts as absent, what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kexec/sysroot.h"
#include "tests/support/tree.h"

static struct arena arena;
static struct error error;
static struct tree tree;
static struct sysroot root;

static int setup(void **state)
{
	memset(&error, 0, sizeof(error));
	tree_create(&tree);
	assert_true(sysroot_open(&root, tree.path, &error));
	return 0;
}

static int teardown(void **state)
{
	sysroot_close(&root);
	tree_destroy(&tree);
	arena_release(&arena);
	return 0;
}

static void expect_failure(enum sysroot_result result, const char *first, const char *second)
{
	assert_int_equal(result, SYSROOT_FAILED);
	if (!strstr(error.cause, first) || !strstr(error.cause, second))
		fail_msg("\"%s\" names not both \"%s\" and \"%s\"", error.cause, first, second);
}

static void a_file_is_read_whole_whatever_its_size(void **state)
{
	static char content[300001];
	struct bytes bytes;

	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (char)(i * 7);
	tree_file(&tree, "/proc/large", content, sizeof(content));
	tree_file(&tree, "/proc/empty", "", 0);
	assert_int_equal(sysroot_read(&root, &arena, "/proc/large", &bytes, &error), SYSROOT_OK);
	assert_int_equal(bytes.size, sizeof(content));
	assert_memory_equal(bytes.data, content, sizeof(content));
	assert_int_equal(bytes.data[bytes.size], 0);
	assert_int_equal(sysroot_read(&root, &arena, "/proc/empty", &bytes, &error), SYSROOT_OK);
	assert_int_equal(bytes.size, 0);
}

static void what_is_not_there_is_absent_and_no_error(void **state)
{
	struct bytes bytes = { NULL, 7 };
	const char *const *names;
	size_t count;

	tree_text(&tree, "/proc/file", "x");
	assert_int_equal(sysroot_read(&root, &arena, "/proc/none", &bytes, &error), SYSROOT_ABSENT);
	assert_int_equal(sysroot_read(&root, &arena, "/sys/none", &bytes, &error), SYSROOT_ABSENT);
	assert_int_equal(sysroot_read(&root, &arena, "/proc/file/none", &bytes, &error),
			 SYSROOT_ABSENT);
	assert_int_equal(sysroot_list(&root, &arena, "/sys", &names, &count, &error),
			 SYSROOT_ABSENT);
	assert_int_equal(bytes.size, 7);
	assert_string_equal(error.cause, "");
}

static void only_regular_files_are_read_and_a_pipe_does_not_block(void **state)
{
	struct bytes bytes;
	char pipe[64];

	tree_text(&tree, "/proc/directory/file", "x");
	expect_failure(sysroot_read(&root, &arena, "/proc/directory", &bytes, &error), tree.path,
		       "/proc/directory is not a regular file");
	snprintf(pipe, sizeof(pipe), "%s/proc/pipe", tree.path);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	expect_failure(sysroot_read(&root, &arena, "/proc/pipe", &bytes, &error), tree.path,
		       "/proc/pipe is not a regular file");
}

static void a_link_does_not_lead_out_of_a_captured_tree(void **state)
{
	struct bytes bytes;

	tree_text(&tree, "/inside", "inside");
	tree_link(&tree, "/proc/absolute", "/proc/version");
	tree_link(&tree, "/proc/upwards", "../../../../../../../../../../proc/version");
	assert_int_not_equal(sysroot_read(&root, &arena, "/proc/absolute", &bytes, &error),
			     SYSROOT_OK);
	assert_int_not_equal(sysroot_read(&root, &arena, "/proc/upwards", &bytes, &error),
			     SYSROOT_OK);
}

static void a_sparse_file_beyond_the_limit_is_refused(void **state)
{
	struct bytes bytes;
	char path[64];

	tree_text(&tree, "/proc/huge", "");
	snprintf(path, sizeof(path), "%s/proc/huge", tree.path);
	assert_int_equal(truncate(path, (64 << 20) + 1), 0);
	expect_failure(sysroot_read(&root, &arena, "/proc/huge", &bytes, &error), "/proc/huge",
		       "64 MiB");
}

static void text_loses_its_last_newline_only(void **state)
{
	const char *text;

	tree_text(&tree, "/a", "one\ntwo\n\n");
	tree_text(&tree, "/b", "");
	tree_file(&tree, "/c", "one\0two\n", 8);
	assert_int_equal(sysroot_text(&root, &arena, "/a", &text, &error), SYSROOT_OK);
	assert_string_equal(text, "one\ntwo\n");
	assert_int_equal(sysroot_text(&root, &arena, "/b", &text, &error), SYSROOT_OK);
	assert_string_equal(text, "");
	expect_failure(sysroot_text(&root, &arena, "/c", &text, &error), "/c has a NUL byte",
		       "offset 3");
}

static void numbers_are_decimal_or_hexadecimal_and_nothing_else(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = {
		{ "0\n", 0 },
		{ "917616\n", 917616 },
		{ "010\n", 10 },
		{ "0x3f77d014\n", 0x3f77d014 },
		{ "7 \t\n", 7 },
		{ "0xffffffffffffffff", UINT64_MAX },
		{ "18446744073709551615", UINT64_MAX },
	};
	static const char *const bad[] = {
		"", "\n", "x", " 1", "-1", "+1", "0x", "0xzz", "1a", "1 2", "18446744073709551616",
		"0x10000000000000000", "\033[2J",
	};
	uint64_t value;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		tree_text(&tree, "/number", good[i].text);
		assert_int_equal(sysroot_number(&root, &arena, "/number", &value, &error),
				 SYSROOT_OK);
		assert_int_equal(value, good[i].value);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		tree_text(&tree, "/number", bad[i]);
		value = 5;
		expect_failure(sysroot_number(&root, &arena, "/number", &value, &error),
			       "/number holds", "a number");
		assert_int_equal(value, 5);
		assert_null(strchr(error.cause, '\033'));
	}
}

static void names_come_sorted_by_value(void **state)
{
	static const char *const expected[] = { "0", "2", "9", "10", "100", "a", "b10", "b9" };
	const char *const *names;
	size_t count;

	tree_text(&tree, "/d/10/x", "");
	tree_text(&tree, "/d/9/x", "");
	tree_text(&tree, "/d/b9", "");
	tree_text(&tree, "/d/100", "");
	tree_text(&tree, "/d/2", "");
	tree_text(&tree, "/d/b10", "");
	tree_text(&tree, "/d/a", "");
	tree_text(&tree, "/d/0", "");
	assert_int_equal(sysroot_list(&root, &arena, "/d", &names, &count, &error), SYSROOT_OK);
	assert_int_equal(count, 8);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(names[i], expected[i]);
}

static void fields_belong_together(void **state)
{
	uint64_t start = 0, end = 0;
	const struct sysroot_field fields[] = { { "start", &start }, { "end", &end } };

	tree_text(&tree, "/row/start", "0x10\n");
	expect_failure(sysroot_fields(&root, &arena, "/row", fields, 2, &error), tree.path,
		       "/row/end is missing");
	tree_text(&tree, "/row/end", "0x1f\n");
	assert_int_equal(sysroot_fields(&root, &arena, "/row", fields, 2, &error), SYSROOT_OK);
	assert_int_equal(start, 0x10);
	assert_int_equal(end, 0x1f);
}

static void a_file_that_is_not_for_this_user_is_denied_and_no_error(void **state)
{
	const char *const *names;
	struct bytes bytes;
	uid_t user = geteuid();
	size_t count;
	char path[64];

	tree_text(&tree, "/proc/secret", "x");
	tree_text(&tree, "/sys/secret/file", "x");
	snprintf(path, sizeof(path), "%s/proc/secret", tree.path);
	assert_int_equal(chmod(path, 0), 0);
	snprintf(path, sizeof(path), "%s/sys/secret", tree.path);
	assert_int_equal(chmod(path, 0), 0);
	/* To root nothing is denied. */
	if (!user)
		assert_int_equal(seteuid(65534), 0);
	assert_int_equal(sysroot_read(&root, &arena, "/proc/secret", &bytes, &error),
			 SYSROOT_DENIED);
	assert_int_equal(sysroot_list(&root, &arena, "/sys/secret", &names, &count, &error),
			 SYSROOT_DENIED);
	assert_int_equal(seteuid(user), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_string_equal(error.cause, "");
}

static void a_root_that_is_not_a_directory_is_an_error_that_names_it(void **state)
{
	struct sysroot other;

	assert_false(sysroot_open(&other, "no-such-tree/", &error));
	assert_non_null(strstr(error.cause, "no-such-tree"));
	assert_false(sysroot_open(&other, "", &error));
}

static void this_machine_needs_no_path(void **state)
{
	struct sysroot live;
	const char *text;

	assert_true(sysroot_open(&live, NULL, &error));
	assert_false(live.captured);
	assert_string_equal(live.path, "");
	assert_int_equal(sysroot_text(&live, &arena, "/proc/version", &text, &error), SYSROOT_OK);
	assert_memory_equal(text, "Linux ", 6);
	sysroot_close(&live);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void lines_are_kept_by_their_ends(void **state)
{
	static const char *const endings[] = { " _stext", " _text" };
	const char *text;

	tree_text(&tree, "/proc/kallsyms",
		  "10 T _text\n20 T _stext\n30 T my_stext\n40 T _stext_end\n50 t _text");
	assert_int_equal(sysroot_lines(&root, &arena, "/proc/kallsyms", endings, 2, &text, &error),
			 SYSROOT_OK);
	assert_string_equal(text, "10 T _text\n20 T _stext\n50 t _text\n");
	assert_int_equal(sysroot_lines(&root, &arena, "/proc/none", endings, 2, &text, &error),
			 SYSROOT_ABSENT);
}

static void what_the_manifest_calls_unreadable_is(void **state)
{
	const char *const *names;
	const char *text;
	size_t count;

	tree_text(&tree, "/proc/iomem", "text");
	tree_text(&tree, "/manifest",
		  "format 1\nunreadable 13 /proc/iomem\nunreadable 5 /proc/broken\n"
		  "unreadable 1 /proc\n");
	sysroot_close(&root);
	assert_true(sysroot_open(&root, tree.path, &error));
	assert_int_equal(sysroot_text(&root, &arena, "/proc/iomem", &text, &error), SYSROOT_DENIED);
	assert_int_equal(sysroot_list(&root, &arena, "/proc", &names, &count, &error),
			 SYSROOT_DENIED);
	expect_failure(sysroot_text(&root, &arena, "/proc/broken", &text, &error), "/proc/broken",
		       "error");
	tree_text(&tree, "/manifest", "unreadable nothing\n");
	sysroot_close(&root);
	assert_false(sysroot_open(&root, tree.path, &error));
	tree_text(&tree, "/manifest", "");
	assert_true(sysroot_open(&root, tree.path, &error));
}

/* Keeps the last look. */
struct watcher {
	struct sysroot_watch watch;
	struct sysroot_look look;
	unsigned looks;
};

static void saw(struct sysroot_watch *watch, const struct sysroot_look *look)
{
	struct watcher *watcher = (struct watcher *)watch;

	watcher->look = *look;
	watcher->looks++;
}

static void whoever_watches_hears_of_each_look_once(void **state)
{
	struct watcher watcher = { .watch = { saw } };
	const char *const *names;
	const char *text;
	uint64_t number;
	size_t count;

	tree_text(&tree, "/sys/number", "12\n");
	tree_link(&tree, "/sys/link", "../a/b");
	root.watch = &watcher.watch;
	assert_int_equal(sysroot_number(&root, &arena, "/sys/number", &number, &error), SYSROOT_OK);
	assert_true(watcher.looks == 1 && watcher.look.kind == SYSROOT_FILE &&
		    !watcher.look.number);
	assert_true(watcher.look.bytes.size == 3 && !memcmp(watcher.look.bytes.data, "12", 2));
	assert_int_equal(sysroot_text(&root, &arena, "/sys/none", &text, &error), SYSROOT_ABSENT);
	assert_true(watcher.looks == 2 && watcher.look.number == ENOENT);
	assert_int_equal(sysroot_link(&root, &arena, "/sys/link", &text, &error), SYSROOT_OK);
	assert_true(watcher.looks == 3 && watcher.look.kind == SYSROOT_LINK);
	assert_int_equal(sysroot_list(&root, &arena, "/sys", &names, &count, &error), SYSROOT_OK);
	assert_true(watcher.looks == 4 && watcher.look.kind == SYSROOT_DIRECTORY &&
		    watcher.look.count == 2);
	root.watch = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_file_is_read_whole_whatever_its_size),
		test(what_is_not_there_is_absent_and_no_error),
		test(only_regular_files_are_read_and_a_pipe_does_not_block),
		test(a_link_does_not_lead_out_of_a_captured_tree),
		test(a_sparse_file_beyond_the_limit_is_refused),
		test(text_loses_its_last_newline_only),
		test(numbers_are_decimal_or_hexadecimal_and_nothing_else),
		test(names_come_sorted_by_value),
		test(fields_belong_together),
		test(a_file_that_is_not_for_this_user_is_denied_and_no_error),
		test(a_root_that_is_not_a_directory_is_an_error_that_names_it),
		test(this_machine_needs_no_path),
		test(lines_are_kept_by_their_ends),
		test(what_the_manifest_calls_unreadable_is),
		test(whoever_watches_hears_of_each_look_once),
	};

	return cmocka_run_group_tests_name("sysroot", tests, NULL, NULL);
}
