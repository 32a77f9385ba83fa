// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every format that this build unpacks goes through the same cases: whole, cut short anywhere, with
 * something behind it, with a bit flipped, larger than the limit. Formats that it does not unpack
 * are named to the user.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/unpack.h"
#include "tests/images/pack.h"

#include <stdio.h>
#include <stdlib.h>

#define MIB ((size_t)1 << 20)
#define PATH "kernel.packed"

static struct error error;

/* Something to pack: text that compresses, with a little variety. */
static uint8_t *make_content(size_t size)
{
	uint8_t *content = malloc(size);

	assert_non_null(content);
	for (size_t i = 0; i < size; i++)
		content[i] = "a kernel, more or less; "[i % 24] + (i % 1021 == 0);
	return content;
}

/* Unpacks into a sink of `limit` bytes, and compares with `content` when there is one. */
static bool unpacks(struct bytes in, size_t limit, struct bytes content)
{
	const struct unpacker *unpacker = unpack_find(in);
	struct file_sink sink;
	bool unpacked;

	error = (struct error){ 0 };
	assert_non_null(unpacker);
	assert_true(file_sink_open(&sink, "test", limit, &error));
	unpacked = unpack_run(unpacker, PATH, in, &sink, &error);
	if (unpacked && content.data) {
		assert_int_equal(sink.size, content.size);
		assert_memory_equal(sink.data, content.data, content.size);
	}
	if (!unpacked)
		assert_int_equal(strncmp(error.cause, PATH " is compressed with ", 33), 0);
	file_sink_close(&sink);
	return unpacked;
}

static const struct bytes anything;

static void refuses(struct bytes in, size_t limit, const char *why)
{
	assert_false(unpacks(in, limit, anything));
	if (!strstr(error.cause, why))
		fail_msg("\"%s\" does not say \"%s\"", error.cause, why);
}

static void each_format(void (*test)(const char *format, struct bytes content, uint8_t *packed,
				     size_t size),
			size_t content_size)
{
	uint8_t *content = make_content(content_size), *packed;
	size_t size;

	for (const char *const *format = pack_formats; *format; format++) {
		packed = pack(*format, content, content_size, &size);
		assert_non_null(packed);
		assert_string_equal(unpack_find((struct bytes){ packed, size })->name, *format);
		test(*format, (struct bytes){ content, content_size }, packed, size);
		free(packed);
	}
	free(content);
}

static void whole(const char *format, struct bytes content, uint8_t *packed, size_t size)
{
	assert_true(unpacks((struct bytes){ packed, size }, UNPACK_LIMIT, content));
}

static void test_unpacks(void **state)
{
	each_format(whole, 1);
	each_format(whole, 5000);
	each_format(whole, 19 * MIB + 5);
}

static void limited(const char *format, struct bytes content, uint8_t *packed, size_t size)
{
	char limit[32];

	snprintf(limit, sizeof(limit), "%zu bytes, which is the limit", content.size - 1);
	assert_true(unpacks((struct bytes){ packed, size }, content.size, content));
	refuses((struct bytes){ packed, size }, content.size - 1, limit);
}

static void test_stops_at_the_limit(void **state)
{
	each_format(limited, 5000);
	each_format(limited, 9 * MIB);
}

static void cut(const char *format, struct bytes content, uint8_t *packed, size_t size)
{
	uint8_t *shorter;

	/* In memory of its own size, to notice reading on; from where all formats are known. */
	for (size_t length = 18; length < size; length++) {
		shorter = malloc(length);
		assert_non_null(shorter);
		memcpy(shorter, packed, length);
		refuses((struct bytes){ shorter, length }, MIB, "is cut short");
		free(shorter);
	}
}

static void test_refuses_a_stream_that_is_cut_short(void **state)
{
	each_format(cut, 300);
}

static void padded(const char *format, struct bytes content, uint8_t *packed, size_t size)
{
	uint8_t *more = calloc(2, size + 512);
	char where[32];

	assert_non_null(more);
	memcpy(more, packed, size);
	assert_true(unpacks((struct bytes){ more, size + 1 }, MIB, content));
	assert_true(unpacks((struct bytes){ more, size + 512 }, MIB, content));
	more[size + 511] = 0xa5;
	assert_true(unpacks((struct bytes){ more, size + 511 }, MIB, content));
	snprintf(where, sizeof(where), "0xa5 at byte %zu", size + 511);
	refuses((struct bytes){ more, size + 512 }, MIB, where);
	/* A second stream is something else as well. */
	memcpy(more + size, packed, size);
	refuses((struct bytes){ more, size * 2 }, MIB, "not zero padding");
	free(more);
}

static void test_takes_zero_padding_and_nothing_else(void **state)
{
	each_format(padded, 300);
}

static void flipped(const char *format, struct bytes content, uint8_t *packed, size_t size)
{
	size_t noticed = 0;

	/* The .lzma file has no checksum, and gzip none over its header. */
	if (!strcmp(format, "lzma"))
		return;
	for (size_t i = 10; i < size; i++) {
		packed[i] ^= 0x10;
		/* A few bits do not matter: the same text again may be further back. */
		noticed += !unpacks((struct bytes){ packed, size }, MIB, content);
		packed[i] ^= 0x10;
	}
	assert_true(noticed > (size - 10) / 2);
}

static void test_notices_a_flipped_bit(void **state)
{
	each_format(flipped, 300);
}

static void bomb(const char *format, struct bytes content, uint8_t *packed, size_t size)
{
	assert_true(size < content.size / 100);
	refuses((struct bytes){ packed, size }, MIB, "1048576 bytes, which is the limit");
}

static void test_stops_a_bomb(void **state)
{
	each_format(bomb, 16 * MIB);
}

#define BYTES(literal) ((struct bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

static const struct {
	const char *name;
	struct bytes in;
} begins_with[] = {
	{ "gzip", BYTES("\x1f\x8b\x08\0") },
	{ "xz", BYTES("\xfd\x37zXZ\0\0\1") },
	{ "zstd", BYTES("\x28\xb5\x2f\xfd\x24") },
	{ "lzma", BYTES("\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x12\x34\x56\x78") },
	{ "lzma", BYTES("\x5d\0\0\x0c\0\x10\0\0\0\0\0\0\0\0\x12\x34\x56\x78") },
	{ "bzip2", BYTES("BZh91AY&SY") },
	{ "lz4", BYTES("\x04\x22\x4d\x18") },
	{ "lz4", BYTES("\x02\x21\x4c\x18") },
	{ "lzo", BYTES("\x89LZO\0\r\n\x1a\n") },
	/* Too short for a magic number, or next to one. */
	{ NULL, BYTES("") },
	{ NULL, BYTES("\x1f\x8b") },
	{ NULL, BYTES("\xfd\x37zXZ") },
	{ NULL, BYTES("BZh9 is text") },
	/* Not lzma: cut off; lc + lp over 4; properties over 224; dictionaries; sizes. */
	{ NULL, BYTES("\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x12\x34\x56") },
	{ NULL, BYTES("\x10\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x12\x34\x56\x78") },
	{ NULL, BYTES("\xe1\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x12\x34\x56\x78") },
	{ NULL, BYTES("\x5d\1\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x12\x34\x56\x78") },
	{ NULL, BYTES("\x5d\0\x08\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x12\x34\x56\x78") },
	{ NULL, BYTES("\x5d\0\0\x80\0\0\0\0\0\0\0\0\0\0\x12\x34\x56\x78") },
	{ NULL, BYTES("\x5d\0\0\x80\0\0\0\0\0\x40\0\0\0\0\x12\x34\x56\x78") },
	{ NULL, BYTES("\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\1\x12\x34\x56\x78") },
	/* What a kernel itself begins with, and what is no kernel at all. */
	{ NULL, BYTES("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0") },
	{ NULL, BYTES("MZ\xea\7\0\xc0\7\x8c\xc8\x8e\xd8\x8e\xc0\x8e\xd0\x31\xe4\xfb\xfc\xbe") },
	{ NULL, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	{ NULL, BYTES("#!/bin/sh\nexec true, or something like it\n") },
};

static void test_knows_formats_by_their_first_bytes(void **state)
{
	const struct unpacker *unpacker;

	for (size_t i = 0; i < sizeof(begins_with) / sizeof(begins_with[0]); i++) {
		unpacker = unpack_find(begins_with[i].in);
		if (!unpacker != !begins_with[i].name ||
		    (unpacker && strcmp(unpacker->name, begins_with[i].name)))
			fail_msg("row %zu is taken for %s", i,
				 unpacker ? unpacker->name : "nothing");
	}
}

static void test_names_what_it_cannot_unpack(void **state)
{
	refuses(BYTES("BZh91AY&SY"), MIB, "with bzip2, which kexec does not unpack.");
	refuses(BYTES("\x02\x21\x4c\x18"), MIB, "with lz4, which kexec does not unpack.");
	refuses(BYTES("\x89LZO\0\r\n\x1a\n"), MIB, "with lzo, which kexec does not unpack.");
	assert_string_not_equal(error.remedy, "");
}

/* Also in a full build: a format whose library is missing is one row of the table. */
static void test_names_the_library_that_was_left_out(void **state)
{
	struct unpacker without = unpack_xz;
	struct file_sink sink = FILE_SINK_CLOSED;

	without.unpack = NULL;
	error = (struct error){ 0 };
	assert_false(unpack_run(&without, PATH, begins_with[1].in, &sink, &error));
	assert_string_equal(error.cause,
			    PATH " is compressed with xz; this kexec was built without liblzma.");
	assert_non_null(strstr(error.remedy, "built with liblzma"));
}

static void test_says_when_there_is_nothing_inside(void **state)
{
	uint8_t *packed;
	size_t size;

	for (const char *const *format = pack_formats; *format; format++) {
		packed = pack(*format, (const uint8_t *)"", 0, &size);
		assert_non_null(packed);
		refuses((struct bytes){ packed, size }, MIB, "there is nothing in it");
		free(packed);
	}
}

/* What a decoder would allocate is the file's wish: 1 GiB here. */
static void test_limits_the_libraries_memory(void **state)
{
#ifdef HAVE_LIBLZMA
	refuses(BYTES("\x5d\0\0\0\x40\xff\xff\xff\xff\xff\xff\xff\xff\0\x12\x34\x56\x78"), MIB,
		"the limit is 256 MiB");
#endif
#ifdef HAVE_LIBZSTD
	refuses(BYTES("\x28\xb5\x2f\xfd\0\xa0\1\0\0"), MIB, "up to 128 MiB");
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unpacks),
		cmocka_unit_test(test_stops_at_the_limit),
		cmocka_unit_test(test_refuses_a_stream_that_is_cut_short),
		cmocka_unit_test(test_takes_zero_padding_and_nothing_else),
		cmocka_unit_test(test_notices_a_flipped_bit),
		cmocka_unit_test(test_stops_a_bomb),
		cmocka_unit_test(test_knows_formats_by_their_first_bytes),
		cmocka_unit_test(test_names_what_it_cannot_unpack),
		cmocka_unit_test(test_names_the_library_that_was_left_out),
		cmocka_unit_test(test_says_when_there_is_nothing_inside),
		cmocka_unit_test(test_limits_the_libraries_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
