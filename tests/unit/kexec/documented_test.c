// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Manual page, completions and usage text against the option table, both ways: every option is
 * there with its letter and its argument, and nothing is there that does not exist. The files are
 * found by $srcdir, as automake sets it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "kexec/option_table.h"
#include "kexec/usage.h"

static char text[64 << 10];

static void read_stream(FILE *file)
{
	size_t length = fread(text, 1, sizeof(text) - 1, file);

	assert_true(length > 0 && length < sizeof(text) - 1);
	text[length] = '\0';
	fclose(file);
}

static void read_source(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", srcdir ? srcdir : ".", name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s cannot be read", path);
	read_stream(file);
}

static bool name_char(char c)
{
	return islower((unsigned char)c) || isdigit((unsigned char)c) || c == '-';
}

/* The next word of an option name's letters behind `before`; `at` moves behind it. */
static bool next_name(const char **at, const char *before, char name[64])
{
	size_t length = 0;

	*at = strstr(*at, before);
	if (!*at)
		return false;
	*at += strlen(before);
	while (length < 63 && name_char(**at))
		name[length++] = *(*at)++;
	name[length] = '\0';
	return true;
}

/* Every name that stands behind `before` exists. Returns how many there were. */
static unsigned check_names_exist(const char *before)
{
	const char *at = text;
	unsigned count = 0;
	char name[64];

	while (next_name(&at, before, name)) {
		if (!islower((unsigned char)name[0]))
			continue;
		if (!option_find(name))
			fail_msg("--%s does not exist", name);
		count++;
	}
	return count;
}

/* Copies the line that has `what`, with no part of a name behind it. Returns what is, or NULL. */
static const char *find_line(const char *line_prefix, const char *what, char line[512])
{
	size_t length;

	for (const char *start = text; *start; start += length + (start[length] == '\n')) {
		const char *at = line;

		length = strcspn(start, "\n");
		assert_true(length < 512);
		memcpy(line, start, length);
		line[length] = '\0';
		if (strncmp(line, line_prefix, strlen(line_prefix)))
			continue;
		while ((at = strstr(at, what))) {
			at += strlen(what);
			if (!name_char(*at))
				return at;
		}
	}
	return NULL;
}

static void check_letter(const struct option_row *row, const char *line, const char *form)
{
	char letter[32];

	if (!row->letter)
		return;
	snprintf(letter, sizeof(letter), form, row->letter);
	if (!strstr(line, letter))
		fail_msg("-%c is missing beside --%s: %s", row->letter, row->name, line);
}

static void test_manual_page(void **state)
{
	char what[64], line[512];
	const char *behind;

	read_source("man/kexec.8");
	for (unsigned i = 0; i < option_table_size; i++) {
		const struct option_row *row = &option_table[i];

		snprintf(what, sizeof(what), "Fl -%s", row->name);
		behind = find_line(".It ", what, line);
		if (!behind)
			fail_msg("--%s has no paragraph", row->name);
		check_letter(row, line, "Fl %c ");
		assert_int_equal(!strncmp(behind, " Ns = Ns Ar ", 12),
				 row->argument == ARGUMENT_REQUIRED);
		assert_int_equal(!strncmp(behind, " Ns Op = Ns Ar ", 15),
				 row->argument == ARGUMENT_OPTIONAL);
	}
	assert_true(check_names_exist("Fl -") > option_table_size);
	assert_true(check_names_exist(" --") > 5);
}

/* Every letter behind ".It Fl " or ", Fl " of a paragraph's head is one of the table's. */
static void test_manual_page_has_no_other_letters(void **state)
{
	unsigned count = 0, letters = 0;

	read_source("man/kexec.8");
	for (const char *at = text; (at = strstr(at, "Fl ")); at += 3) {
		if (!isalpha((unsigned char)at[3]))
			continue;
		for (const char *c = at + 3; isalpha((unsigned char)*c); c++)
			if (!option_find_letter(*c))
				fail_msg("-%c does not exist", *c);
		count++;
	}
	for (unsigned i = 0; i < option_table_size; i++)
		letters += option_table[i].letter != 0;
	assert_true(count >= letters);
}

static void test_bash(void **state)
{
	char what[64], line[512];

	read_source("completions/bash/kexec");
	for (unsigned i = 0; i < option_table_size; i++) {
		const struct option_row *row = &option_table[i];

		snprintf(what, sizeof(what), "--%s", row->name);
		if (!find_line("\t--", what, line))
			fail_msg("--%s is not completed", row->name);
		if (!row->letter)
			continue;
		snprintf(what, sizeof(what), "-%c", row->letter);
		if (!find_line("_kexec_letters='", what, line))
			fail_msg("-%c is not completed", row->letter);
	}
	assert_true(check_names_exist("--") >= option_table_size);
}

static void test_zsh(void **state)
{
	char what[64], line[512];
	const char *behind;
	unsigned names = 0;

	read_source("completions/zsh/_kexec");
	for (unsigned i = 0; i < option_table_size; i++) {
		const struct option_row *row = &option_table[i];
		static const char *const argument[] = {
			[ARGUMENT_NONE] = "", [ARGUMENT_REQUIRED] = "=", [ARGUMENT_OPTIONAL] = "=-",
		};

		snprintf(what, sizeof(what), row->letter ? ",--%s%s}'" : "--%s%s", row->name,
			 argument[row->argument]);
		behind = find_line("\t'", what, line);
		if (!behind || *behind != '[')
			fail_msg("--%s is not completed", row->name);
		check_letter(row, line, "{-%c");
		names += row->letter ? 2 : 1;
	}
	assert_true(check_names_exist("--") >= names);
}

static void test_fish(void **state)
{
	char what[64], line[512];

	read_source("completions/fish/kexec.fish");
	for (unsigned i = 0; i < option_table_size; i++) {
		const struct option_row *row = &option_table[i];

		snprintf(what, sizeof(what), " -l %s", row->name);
		if (!find_line("complete -c kexec ", what, line))
			fail_msg("--%s is not completed", row->name);
		check_letter(row, line, " -s %c ");
		assert_int_equal(strstr(line, " -x ") || strstr(line, " -r "),
				 row->argument == ARGUMENT_REQUIRED);
	}
	assert_int_equal(check_names_exist(" -l "), option_table_size);
}

/* Whether the line has the word: "bzImage" is not in "bzImage64", nor "elf-x86" in "elf-x86_64". */
static bool has_word(const char *line, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = line; (at = strstr(at, word)); at += length)
		if ((at == line || strchr(" ('", at[-1])) && strchr(" )'", at[length]))
			return true;
	return false;
}

static bool types_have(const char *line_prefix, const char *mark, const char *word)
{
	char line[512];

	for (const char *start = text; *start;
	     start += strcspn(start, "\n"), start += *start != 0) {
		size_t length = strcspn(start, "\n");

		assert_true(length < sizeof(line));
		memcpy(line, start, length);
		line[length] = '\0';
		if (!strncmp(line, line_prefix, strlen(line_prefix)) && strstr(line, mark) &&
		    has_word(line, word))
			return true;
	}
	return false;
}

/* Image types that can be loaded: -t completes them and the manual page explains them. */
static void test_image_types(void **state)
{
	static const struct {
		const char *file, *line_prefix, *mark;
	} places[] = {
		{"man/kexec.8", ".It Cm ", ""},
		{"completions/bash/kexec", "\t\tvalues='", "bzImage64"},
		{"completions/zsh/_kexec", "\t'", "--type=}"},
		{"completions/fish/kexec.fish", "complete -c kexec ", " -l type "},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		read_source(places[i].file);
		for (const struct arch *const *arch = arch_table; *arch; arch++)
			for (const struct format *const *at = (*arch)->formats; *at; at++)
				if (!(*at)->refusal &&
				    !types_have(places[i].line_prefix, places[i].mark, (*at)->name))
					fail_msg("%s does not have %s", places[i].file,
						 (*at)->name);
	}
}

static void test_usage(void **state)
{
	FILE *file = tmpfile();
	char what[64], line[512];

	assert_non_null(file);
	usage_print(file);
	rewind(file);
	read_stream(file);
	for (unsigned i = 0; i < option_table_size; i++) {
		snprintf(what, sizeof(what), "--%s", option_table[i].name);
		if (!find_line("  ", what, line))
			fail_msg("--%s is not in the usage text", option_table[i].name);
		check_letter(&option_table[i], line, "-%c, --");
	}
	/* What callers look for, and types. */
	assert_int_equal(strncmp(text, "kexec-tools 2.0.32 (kexec-ng ", 29), 0);
	assert_non_null(strstr(text, "reuse-cmdline"));
	assert_non_null(strstr(text, "kexec-syscall-auto"));
	assert_non_null(strstr(text, " bzImage64"));
	/* It fits on a terminal. */
	for (const char *c = text; *c; c += strcspn(c, "\n"), c += *c == '\n')
		assert_true(strcspn(c, "\n") <= 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manual_page),
		cmocka_unit_test(test_manual_page_has_no_other_letters),
		cmocka_unit_test(test_bash),
		cmocka_unit_test(test_zsh),
		cmocka_unit_test(test_fish),
		cmocka_unit_test(test_image_types),
		cmocka_unit_test(test_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
