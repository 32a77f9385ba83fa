// SPDX-License-Identifier: GPL-2.0-or-later
/* Arrays that grow in an arena, and requests that cannot be met. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/arena.h"

static void test_grow(void **state)
{
	struct arena arena = { 0 };
	struct error error = { 0 };
	uint32_t *numbers = NULL;
	size_t capacity = 0;

	for (uint32_t i = 0; i < 100000; i++) {
		numbers = arena_grow(&arena, numbers, i, &capacity, sizeof(*numbers), &error);
		assert_non_null(numbers);
		assert_true(capacity > i);
		numbers[i] = i;
	}
	for (uint32_t i = 0; i < 100000; i++)
		assert_int_equal(numbers[i], i);
	for (size_t i = 100000; i < capacity; i++)
		assert_int_equal(numbers[i], 0);
	arena_release(&arena);
}

static void test_too_much(void **state)
{
	struct arena arena = { 0 };
	struct error error = { 0 };
	size_t capacity = SIZE_MAX / 8;

	assert_null(arena_grow(&arena, &capacity, capacity, &capacity, 16, &error));
	assert_int_equal(capacity, SIZE_MAX / 8);
	assert_non_null(strstr(error.cause, "is too large"));
	assert_null(arena_array(&arena, SIZE_MAX / 2, 4, &error));
	assert_null(arena_alloc(&arena, SIZE_MAX - 4, &error));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
