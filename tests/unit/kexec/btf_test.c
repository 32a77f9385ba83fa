// SPDX-License-Identifier: GPL-2.0-or-later
/* Types made by hand, in both byte orders: what is found in them, and what is refused. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kexec/btf.h"
#include "tests/support/types.h"

static struct types kernel, module;
static struct arena arena;
static struct error error;

static void read_kernel(struct btf *btf, enum byte_order order)
{
	struct bytes blob = types_kernel(&kernel, order);

	if (!btf_read(blob, NULL, &arena, btf, &error))
		fail_msg("%s", error.cause);
	assert_int_equal(btf->order, order);
}

static void expect_member(const struct btf_struct *in, const char *path, uint32_t expected)
{
	uint32_t offset;

	if (!btf_member(in, path, &offset))
		fail_msg("%s was not found", path);
	assert_int_equal(offset, expected);
}

static void test_members_in_both_byte_orders(void **state)
{
	for (enum byte_order order = LITTLE; order <= BIG; order++) {
		struct btf_struct found;
		struct btf btf;
		uint32_t offset;

		read_kernel(&btf, order);
		assert_true(btf_struct(&btf, "pci_driver", &found));
		assert_int_equal(found.size, 72);
		expect_member(&found, "name", 16);
		expect_member(&found, "shutdown", 56);
		expect_member(&found, "node.prev", 8);
		assert_true(btf_struct(&btf, "platform_driver", &found));
		expect_member(&found, "driver.name", 16);
		expect_member(&found, "driver.owner", 32);
		assert_false(btf_member(&found, "driver.nothing", &offset));
		assert_false(btf_member(&found, "driver.name.more", &offset));
		assert_false(btf_member(&found, "shutdow", &offset));
		assert_false(btf_member(&found, "shutdowns", &offset));
		assert_false(btf_struct(&btf, "pci", &found));
		/* A name, but of a basic type. */
		assert_false(btf_struct(&btf, "char", &found));
	}
}

static void test_words(void **state)
{
	static const enum btf_word expected[] = {
		BTF_OBJECT, BTF_OBJECT, BTF_TEXT, BTF_OBJECT, BTF_FUNCTION, BTF_NO_POINTER,
		BTF_FUNCTION, BTF_FUNCTION, BTF_OBJECT,
	};
	enum btf_word words[9];
	struct btf_struct found;
	struct btf btf;

	read_kernel(&btf, BIG);
	assert_true(btf_struct(&btf, "pci_driver", &found));
	assert_true(btf_words(&found, 8, words, 9));
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(words[i], expected[i]);
}

static void test_a_module_continues_its_kernel(void **state)
{
	for (int with = 0; with < 2; with++) {
		struct btf btf, split;
		struct btf_struct found;
		uint32_t offset;
		enum btf_word words[6];

		read_kernel(&btf, LITTLE);
		assert_true(btf_read(types_virtio(&module, &kernel, with), &btf, &arena, &split,
				     &error));
		assert_true(btf_struct(&split, "virtio_driver", &found));
		assert_int_equal(found.size, with ? 56 : 48);
		/* A member whose type, and its name, are the kernel's. */
		expect_member(&found, "driver.owner", 16);
		assert_int_equal(btf_member(&found, "shutdown", &offset), with);
		assert_true(btf_words(&found, 8, words, 6));
		assert_int_equal(words[0], BTF_TEXT);
		assert_int_equal(words[3], BTF_NO_POINTER);
		assert_int_equal(words[5], BTF_FUNCTION);
		/* The kernel's own are there as well. */
		assert_true(btf_struct(&split, "pci_driver", &found));
		expect_member(&found, "shutdown", 56);
	}
}

static void test_a_module_of_another_byte_order_is_refused(void **state)
{
	struct types other;
	struct btf btf, split;

	read_kernel(&btf, LITTLE);
	types_kernel(&other, BIG);
	assert_false(btf_read(types_virtio(&module, &other, true), &btf, &arena, &split, &error));
	assert_non_null(strstr(error.cause, "byte order"));
}

/*
 * Anonymous structures in unions, arrays, bit fields: what pci_driver.dynids and others are made
 * of.
 */
static void test_nested_members(void **state)
{
	enum btf_word words[6];
	struct btf_struct found;
	struct btf btf;
	uint32_t number, proto, function, inner, either, array;

	types_begin(&kernel, LITTLE, NULL);
	number = types_add(&kernel, 1, "int", 4);
	proto = types_add(&kernel, 13, "", 0);
	function = types_add(&kernel, 2, "", proto);
	inner = types_struct(&kernel, "", 16);
	types_member(&kernel, "a", number, 0);
	types_member(&kernel, "b", function, 8);
	either = types_add(&kernel, 5, "", 8);
	array = types_add(&kernel, 3, "", function);
	memset(kernel.types + kernel.types_size, 0, 12);
	kernel.types_size += 12;
	types_struct(&kernel, "outer", 48);
	types_member(&kernel, "first", function, 0);
	types_member(&kernel, "", inner, 8);
	types_member(&kernel, "u", either, 24);
	types_member(&kernel, "list", array, 32);
	assert_true(btf_read(types_finish(&kernel), NULL, &arena, &btf, &error));
	assert_true(btf_struct(&btf, "outer", &found));
	expect_member(&found, "b", 16);
	assert_true(btf_words(&found, 8, words, 6));
	assert_int_equal(words[0], BTF_FUNCTION);
	assert_int_equal(words[1], BTF_NO_POINTER);
	assert_int_equal(words[2], BTF_FUNCTION);
	assert_int_equal(words[3], BTF_ANYTHING);
	assert_int_equal(words[4], BTF_ANYTHING);
	assert_int_equal(words[5], BTF_ANYTHING);
}

static void test_endless_types_end(void **state)
{
	enum btf_word words[8];
	struct btf_struct found;
	struct btf btf;
	uint32_t offset;

	types_begin(&kernel, LITTLE, NULL);
	types_struct(&kernel, "in itself", 64);
	for (int i = 0; i < 20; i++)
		types_member(&kernel, "", 1, 0);
	types_member(&kernel, "typedef", 2, 0);
	types_add(&kernel, 8, "round", 3);
	types_add(&kernel, 8, "and round", 2);
	assert_true(btf_read(types_finish(&kernel), NULL, &arena, &btf, &error));
	assert_true(btf_struct(&btf, "in itself", &found));
	assert_false(btf_words(&found, 8, words, 8));
	assert_false(btf_member(&found, "nothing", &offset));
	assert_false(btf_member(&found, "typedef.more", &offset));
}

/* A blob whose end is moved: it must be refused, or lead nowhere outside. */
static void test_cut_short_anywhere(void **state)
{
	struct bytes blob = types_kernel(&kernel, LITTLE);

	for (size_t size = 0; size < blob.size; size++) {
		/* Memory of its own, so that a sanitizer sees the end. */
		uint8_t *copy = malloc(size ? size : 1);
		struct arena one = { 0 };
		struct btf btf;

		assert_non_null(copy);
		memcpy(copy, blob.data, size);
		error = (struct error){ 0 };
		assert_false(btf_read((struct bytes){ copy, size }, NULL, &one, &btf, &error));
		assert_true(error.cause[0]);
		arena_release(&one);
		free(copy);
	}
}

static void test_unknown_kinds_are_refused(void **state)
{
	struct btf btf;

	types_begin(&kernel, LITTLE, NULL);
	types_add(&kernel, 31, "strange", 0);
	assert_false(btf_read(types_finish(&kernel), NULL, &arena, &btf, &error));
	assert_non_null(strstr(error.cause, "kind 31"));
}

static void test_search_in_an_image(void **state)
{
	static uint8_t image[32768];
	struct bytes blob, found;

	for (enum byte_order order = LITTLE; order <= BIG; order++) {
		memset(image, 0x5a, sizeof(image));
		/* The magic number by chance, and at the very end. */
		memcpy(image + 100, "\x9f\xeb\x01\0", 4);
		memcpy(image + 200, "\xeb\x9f\x01\0", 4);
		memcpy(image + sizeof(image) - 4, order == BIG ? "\xeb\x9f\x01" : "\x9f\xeb\x01",
		       4);
		assert_false(btf_search((struct bytes){ image, sizeof(image) }, &found));
		blob = types_kernel(&kernel, order);
		memcpy(image + 12345, blob.data, blob.size);
		assert_true(btf_search((struct bytes){ image, sizeof(image) }, &found));
		assert_ptr_equal(found.data, image + 12345);
		assert_int_equal(found.size, blob.size);
	}
}

static int release(void **state)
{
	arena_release(&arena);
	arena = (struct arena){ 0 };
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members_in_both_byte_orders),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_a_module_continues_its_kernel),
		cmocka_unit_test(test_a_module_of_another_byte_order_is_refused),
		cmocka_unit_test(test_nested_members),
		cmocka_unit_test(test_endless_types_end),
		cmocka_unit_test(test_cut_short_anywhere),
		cmocka_unit_test(test_unknown_kinds_are_refused),
		cmocka_unit_test(test_search_in_an_image),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
