// SPDX-License-Identifier: GPL-2.0-or-later
/* PE headers, good ones and each kind of bad one, and which bytes a digest covers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kexec/pe.h"
#include "tests/images/pe.h"

/* Offsets in what tests/images/pe.c makes. */
#define COFF 0x40
#define OPTIONAL 0x58
#define CERTIFICATE_ENTRY 0xe8
#define TABLE 0x148

static const uint8_t one[600] = { 1 }, two[100] = { 2 };
static const struct images_section sections[] = {
	{ ".linux", one, sizeof(one) }, { ".initrd", two, sizeof(two) },
};

static uint8_t *file;
static size_t size;
static struct error error;
static struct pe pe;

static int setup(void **state)
{
	error = (struct error){ 0 };
	file = images_pe(IMAGES_PE_MACHINE_ARM64, sections, 2, &size);
	return file ? 0 : -1;
}

static int teardown(void **state)
{
	free(file);
	return 0;
}

static void set(size_t offset, size_t width, uint64_t value)
{
	bytes_put(file + offset, width, LITTLE, value);
}

static bool parse(void)
{
	return pe_parse((struct bytes){ file, size }, &pe, &error);
}

/* Makes room for certificates behind the content. */
static void add_certificates(const uint8_t *table, size_t length)
{
	file = realloc(file, size + length);
	assert_non_null(file);
	memcpy(file + size, table, length);
	set(CERTIFICATE_ENTRY, 4, size);
	set(CERTIFICATE_ENTRY + 4, 4, length);
	size += length;
}

static void test_sections(void **state)
{
	struct pe_section section;

	assert_true(parse());
	assert_int_equal(pe.machine, PE_MACHINE_ARM64);
	assert_int_equal(pe.section_count, 2);
	section = pe_section(&pe, 0);
	assert_string_equal(section.name, ".linux");
	assert_int_equal(section.bytes.size, sizeof(one));
	assert_memory_equal(section.bytes.data, one, sizeof(one));
	section = pe_section(&pe, 1);
	assert_string_equal(section.name, ".initrd");
	assert_int_equal(section.bytes.size, sizeof(two));
	assert_int_equal(section.raw_size, 512);
	assert_int_equal(pe.certificates.size, 0);
}

/* VirtualSize may be larger than what the file has: never more than that is read. */
static void test_virtual_size_is_larger(void **state)
{
	set(TABLE + 40 + 8, 4, 0xffffffff);
	assert_true(parse());
	assert_int_equal(pe_section(&pe, 1).bytes.size, 512);
}

static void test_names_are_printable(void **state)
{
	memcpy(file + TABLE, "\x1b[31mabc", 8);
	assert_true(parse());
	assert_string_equal(pe_section(&pe, 0).name, "?[31mabc");
}

static void test_refuses(void **state)
{
	static const struct {
		size_t offset, width;
		uint64_t value;
		const char *word;
	} cases[] = {
		{ 0, 2, 0, "no PE header" },
		{ 0x3c, 4, 0xfffffff0, "no PE header" },
		{ COFF + 6, 2, 600, "600 sections" },
		{ COFF + 6, 2, 12, "headers reach to offset 808" },
		{ COFF + 20, 2, 0xffff, "cut off" },
		{ COFF + 20, 2, 95, "cut off" },
		{ COFF + 20, 2, 100, "only 100 bytes" },
		{ OPTIONAL, 2, 0x107, "0x107" },
		{ OPTIONAL + 60, 4, 0x100, "SizeOfHeaders" },
		{ OPTIONAL + 60, 4, 0xffffffff, "SizeOfHeaders" },
		{ OPTIONAL + 108, 4, 17, "17 data directories" },
		{ OPTIONAL + 108, 4, 0xffffffff, "data directories" },
		{ TABLE + 16, 4, 0xffffffff, "section .linux" },
		{ TABLE + 40 + 20, 4, 0xffffffff, "section .initrd" },
		{ CERTIFICATE_ENTRY, 8, 0xffffffffffffffff, "reaches out of the file" },
		{ CERTIFICATE_ENTRY, 8, 0x0000010000000010, "lies in the headers" },
		{ CERTIFICATE_ENTRY, 8, 0x0000001000000400, "behind its certificate table" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t saved[8];

		memcpy(saved, file + cases[i].offset, 8);
		set(cases[i].offset, cases[i].width, cases[i].value);
		error = (struct error){ 0 };
		if (parse())
			fail_msg("case %zu was accepted", i);
		if (!strstr(error.cause, cases[i].word))
			fail_msg("case %zu: %s", i, error.cause);
		memcpy(file + cases[i].offset, saved, 8);
	}
	assert_true(parse());
}

static void test_cut_anywhere(void **state)
{
	for (size_t length = 0; length < size; length++) {
		uint8_t *copy = malloc(length ? length : 1);

		memcpy(copy, file, length);
		assert_false(pe_parse((struct bytes){ copy, length }, &pe, &error));
		free(copy);
	}
}

static void test_certificates(void **state)
{
	/* 12 bytes of a message, padded; another type; then zeros. */
	static const uint8_t table[] = {
		20, 0, 0, 0, 0, 2, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 0,
		16, 0, 0, 0, 0, 2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	struct bytes message;
	size_t cursor = 0;
	bool damaged;

	add_certificates(table, sizeof(table));
	assert_true(parse());
	assert_int_equal(pe.certificates.size, sizeof(table));
	assert_true(pe_certificate_next(&pe, &cursor, &message, &damaged));
	assert_int_equal(message.size, 12);
	assert_int_equal(message.data[0], 1);
	assert_true(pe_certificate_next(&pe, &cursor, &message, &damaged));
	assert_int_equal(message.size, 0);
	assert_false(damaged);
	assert_false(pe_certificate_next(&pe, &cursor, &message, &damaged));
}

static void test_certificate_reaches_out(void **state)
{
	static const uint8_t table[16] = { 17, 0, 0, 0, 0, 2, 2, 0 };
	struct bytes message;
	size_t cursor = 0;
	bool damaged;

	add_certificates(table, sizeof(table));
	assert_true(parse());
	assert_true(pe_certificate_next(&pe, &cursor, &message, &damaged));
	assert_true(damaged);
	assert_int_equal(message.size, 0);
	assert_false(pe_certificate_next(&pe, &cursor, &message, &damaged));
}

static size_t digested(bool *covers_all)
{
	struct arena arena = { 0 };
	const struct bytes *parts;
	size_t count, total = 0;

	assert_true(parse());
	assert_true(pe_digested(&pe, &arena, &parts, &count, covers_all, &error));
	for (size_t i = 0; i < count; i++)
		total += parts[i].size;
	arena_release(&arena);
	return total;
}

static void test_digest_leaves_out_what_it_must(void **state)
{
	static const uint8_t table[16] = { 16, 0, 0, 0, 0, 2, 2, 0 };
	size_t content = size;
	bool covers_all;

	assert_int_equal(digested(&covers_all), content - 4 - 8);
	assert_true(covers_all);
	add_certificates(table, sizeof(table));
	assert_int_equal(digested(&covers_all), content - 4 - 8);
	assert_true(covers_all);
}

static void test_digest_with_a_gap(void **state)
{
	bool covers_all;

	set(TABLE + 16, 4, 512);	/* .linux has 1024 bytes in the file */
	digested(&covers_all);
	assert_false(covers_all);
}

static void test_digest_with_overlapping_sections(void **state)
{
	bool covers_all;

	set(TABLE + 40 + 20, 4, 0x200);	/* .initrd begins where .linux does */
	set(TABLE + 40 + 16, 4, 1024);
	digested(&covers_all);
	assert_false(covers_all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sections, setup, teardown),
		cmocka_unit_test_setup_teardown(test_virtual_size_is_larger, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_are_printable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_anywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_certificates, setup, teardown),
		cmocka_unit_test_setup_teardown(test_certificate_reaches_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_digest_leaves_out_what_it_must, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_digest_with_a_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_digest_with_overlapping_sections, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
