// SPDX-License-Identifier: GPL-2.0-or-later
/* Signature lists as firmware keeps them: what is found in good ones, and which are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/efi_signatures.h"

/* The first bytes of the GUIDs tell them apart; the whole ones are in the specification. */
#define X509 "\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a\x87\xb5\xab\x15\x5c\x2b\xf0\x72"
#define SHA256 "\x26\x16\xc4\xc1\x4c\x50\x92\x40\xac\xa9\x41\xf9\x36\x93\x43\x28"
#define X509_SHA256 "\x92\xa4\xd2\x3b\xc0\x96\x79\x40\xb4\x20\xfc\xf9\x8e\xf1\x03\xed"
#define SHA1 "\x12\xa5\x6c\x82\x10\xcf\xc9\x4a\xb1\x87\xbe\x01\x49\x66\x31\xbd"

static uint8_t variable[1024];
static size_t used;
static struct error error;

static int setup(void **state)
{
	error = (struct error){0};
	memset(variable, 0, sizeof(variable));
	used = 0;
	return 0;
}

/* A list with `count` entries, each of the owner 0xee... and `size` bytes that say which it is. */
static size_t add(const char *type, uint32_t header, uint32_t size, unsigned count, uint8_t first)
{
	uint8_t *list = variable + used;
	size_t start = used;

	memcpy(list, type, 16);
	bytes_put(list + 16, 4, LITTLE, 28 + header + count * (16 + size));
	bytes_put(list + 20, 4, LITTLE, header);
	bytes_put(list + 24, 4, LITTLE, 16 + size);
	memset(list + 28, 0xdd, header);
	used += 28 + header;
	for (unsigned i = 0; i < count; i++) {
		memset(variable + used, 0xee, 16);
		memset(variable + used + 16, first + (int)i, size);
		used += 16 + size;
	}
	return start;
}

static bool check(void)
{
	return efi_signatures_check((struct bytes){variable, used}, &error);
}

static void expect(struct efi_signatures *cursor, enum efi_signature_kind kind, size_t size,
		   uint8_t first)
{
	struct efi_signature found;

	assert_true(efi_signature_next(cursor, &found));
	assert_int_equal(found.kind, kind);
	assert_int_equal(found.data.size, size);
	assert_int_equal(found.data.data[0], first);
	assert_int_equal(found.data.data[size - 1], first);
}

static void test_lists_of_each_kind(void **state)
{
	struct efi_signatures cursor = {.lists = {variable, 0}};
	struct efi_signature found;

	add(X509, 0, 77, 1, 1);
	add(SHA256, 0, 32, 3, 10);
	add(X509_SHA256, 0, 48, 2, 20);
	add(SHA1, 5, 20, 1, 30);
	add(X509, 0, 1, 0, 0); /* an empty list */
	add(X509, 0, 5, 1, 40);
	assert_true(check());
	cursor.lists.size = used;
	expect(&cursor, EFI_SIGNATURE_X509, 77, 1);
	for (uint8_t i = 0; i < 3; i++)
		expect(&cursor, EFI_SIGNATURE_SHA256, 32, 10 + i);
	/* The time of the revocation is no part of the digest. */
	for (uint8_t i = 0; i < 2; i++)
		expect(&cursor, EFI_SIGNATURE_X509_SHA256, 32, 20 + i);
	expect(&cursor, EFI_SIGNATURE_OTHER, 20, 30);
	expect(&cursor, EFI_SIGNATURE_X509, 5, 40);
	assert_false(efi_signature_next(&cursor, &found));
	assert_false(efi_signature_next(&cursor, &found));
}

static void test_nothing_is_fine(void **state)
{
	struct efi_signatures cursor = {.kind = EFI_SIGNATURE_OTHER};
	struct efi_signature found;

	assert_true(check());
	assert_false(efi_signature_next(&cursor, &found));
}

static void test_every_shorter_one_is_damaged(void **state)
{
	size_t second, whole;

	add(X509, 0, 9, 1, 1);
	second = used;
	add(SHA256, 4, 32, 2, 2);
	whole = used;
	for (used = 1; used < whole; used++) {
		error = (struct error){0};
		assert_int_equal(check(), used == second);
		assert_int_equal(!error.cause[0], used == second);
	}
	used = whole;
	assert_true(check());
}

static void test_sizes_that_do_not_fit(void **state)
{
	static const struct {
		const char *type;
		unsigned field;
		uint32_t value;
	} cases[] = {
		{SHA256, 16, 0},	  {SHA256, 16, 27},	    {SHA256, 16, 28 + 95},
		{SHA256, 16, 0xffffffff}, {SHA256, 20, 1},	    {SHA256, 20, 0xffffffff},
		{SHA256, 20, 0xfffffff0}, {SHA256, 24, 0},	    {SHA256, 24, 16},
		{SHA256, 24, 24},	  {SHA256, 24, 96},	    {SHA256, 24, 0xffffffff},
		{X509, 24, 0},		  {X509, 24, 7},	    {X509, 24, 97},
		{SHA1, 24, 16},		  {X509_SHA256, 24, 48},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(state);
		add(cases[i].type, 0, 32, 2, 1);
		bytes_put(variable + cases[i].field, 4, LITTLE, cases[i].value);
		assert_false(check());
		assert_non_null(strstr(error.cause, "signature list"));
	}
}

/* Whoever does not check first is not led out of the bytes either. */
static void test_a_damaged_list_ends_the_walk(void **state)
{
	struct efi_signatures cursor = {.lists = {variable, 0}};
	struct efi_signature found;
	size_t second;

	add(SHA256, 0, 32, 1, 1);
	second = add(SHA256, 0, 32, 1, 2);
	bytes_put(variable + second + 16, 4, LITTLE, 0x1000);
	cursor.lists.size = used;
	expect(&cursor, EFI_SIGNATURE_SHA256, 32, 1);
	assert_false(efi_signature_next(&cursor, &found));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_lists_of_each_kind, setup),
		cmocka_unit_test_setup(test_nothing_is_fine, setup),
		cmocka_unit_test_setup(test_every_shorter_one_is_damaged, setup),
		cmocka_unit_test_setup(test_sizes_that_do_not_fit, setup),
		cmocka_unit_test_setup(test_a_damaged_list_ends_the_walk, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
