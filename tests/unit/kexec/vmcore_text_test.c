// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines as vmcore-dmesg prints them: times, what is escaped, and what a sink gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kexec/vmcore_text.h"

static char got[200000];
static size_t got_size;
static unsigned writes, allowed;

static bool keep(const struct vmcore_sink *sink, struct bytes text, struct error *error)
{
	if (writes++ == allowed)
		return error_set(error, "full");
	memcpy(got + got_size, text.data, text.size);
	got_size += text.size;
	got[got_size] = '\0';
	return true;
}

static const struct vmcore_sink sink = {keep};
static struct vmcore_text text;

static int start(void **state)
{
	memset(&text, 0, sizeof(text));
	text.sink = &sink;
	got_size = writes = 0;
	got[0] = '\0';
	allowed = 1000;
	return 0;
}

static struct bytes bytes_of(const char *s)
{
	return (struct bytes){(const uint8_t *)s, strlen(s)};
}

static void test_times(void **state)
{
	struct error error = {0};

	vmcore_text_stamp(&text, 0);
	vmcore_text_stamp(&text, 1234567890);
	vmcore_text_stamp(&text, 999);
	vmcore_text_stamp(&text, UINT64_C(123456789012345678));
	vmcore_text_stamp(&text, UINT64_MAX);
	assert_true(vmcore_text_finish(&text, &error));
	assert_string_equal(got, "[    0.000000] [    1.234567] [    0.000000] [123456789.012345] "
				 "[18446744073.709551] ");
}

static void test_escapes(void **state)
{
	static const struct {
		const char *raw, *printed;
	} samples[] = {
		{"plain ~ text\\x41", "plain ~ text\\x41"},
		{"white\t\n\v\f\rspace", "white\t\n\v\f\rspace"},
		{"\001\033[2J\177", "\\x01\\x1b[2J\\x7f"},
		{"\303\274\342\202\254\360\237\232\200", "\303\274\342\202\254\360\237\232\200"},
		{"\302\233", "\\xc2\\x9b"},
		{"\342\200\256", "\\xe2\\x80\\xae"},
		{"\300\257\377\355\240\200", "\\xc0\\xaf\\xff\\xed\\xa0\\x80"},
		{"cut \360\237\232", "cut \\xf0\\x9f\\x9a"},
	};
	struct error error = {0};

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		start(NULL);
		assert_int_equal(vmcore_text_add(&text, bytes_of(samples[i].raw), false),
				 strlen(samples[i].raw));
		assert_true(vmcore_text_finish(&text, &error));
		assert_string_equal(got, samples[i].printed);
	}
}

static void test_nul_is_escaped(void **state)
{
	struct error error = {0};

	vmcore_text_add(&text, (struct bytes){(const uint8_t *)"a\0b\303", 4}, false);
	assert_true(vmcore_text_finish(&text, &error));
	assert_string_equal(got, "a\\x00b\\xc3");
}

/* A character in two pieces is one; one that never ends is escaped at last. */
static void test_pieces(void **state)
{
	struct error error = {0};

	assert_int_equal(vmcore_text_add(&text, bytes_of("a\342\202"), true), 1);
	assert_int_equal(vmcore_text_add(&text, bytes_of("\342\202\254b"), true), 4);
	assert_int_equal(vmcore_text_add(&text, bytes_of("\342\202"), false), 2);
	assert_true(vmcore_text_finish(&text, &error));
	assert_string_equal(got, "a\342\202\254b\\xe2\\x82");
}

static void test_large_pieces(void **state)
{
	struct error error = {0};

	for (unsigned i = 0; i < 10000; i++)
		vmcore_text_add(&text, bytes_of("0123456789"), false);
	vmcore_text_newline(&text);
	assert_true(vmcore_text_finish(&text, &error));
	assert_int_equal(got_size, 100001);
	assert_true(writes <= 3);
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(got[i], '0' + i % 10);
}

/* After the first refusal nothing more is offered, and the reason is kept. */
static void test_refusal(void **state)
{
	struct error error = {0};

	allowed = 0;
	for (unsigned i = 0; i < 50000; i++)
		vmcore_text_add(&text, bytes_of("0123456789"), false);
	assert_false(vmcore_text_finish(&text, &error));
	assert_string_equal(error.cause, "full");
	assert_int_equal(writes, 1);
	assert_true(text.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_times, start),
		cmocka_unit_test_setup(test_escapes, start),
		cmocka_unit_test_setup(test_nul_is_escaped, start),
		cmocka_unit_test_setup(test_pieces, start),
		cmocka_unit_test_setup(test_large_pieces, start),
		cmocka_unit_test_setup(test_refusal, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
