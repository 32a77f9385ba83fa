// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc/iomem: what its lines mean, which of them is memory, and which texts are not of its kind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kexec/iomem.h"

static struct arena arena;
static struct error error;

static int teardown(void **state)
{
	arena_release(&arena);
	memset(&error, 0, sizeof(error));
	return 0;
}

static bool parse(const char *text, struct iomem *iomem)
{
	struct bytes bytes = { (const uint8_t *)text, strlen(text) };

	return iomem_parse(bytes, "TREE/proc/iomem", &arena, iomem, &error);
}

static const char server[] =
	"00000000-00000fff : Reserved\n"
	"00001000-0009ffff : System RAM\n"
	"00100000-3fffffff : System RAM\n"
	"  01000000-01ffffff : Kernel code\n"
	"  20000000-2fffffff : Crash kernel\n"
	"  30000000-3000ffff : reserved\n"
	"b0000000-bfffffff : PCI MMCONFIG 0000 [bus 00-ff]\n"
	"  b0000000-bfffffff : Reserved\n"
	"    b0000000-bfffffff : pnp 00:04\n"
	"100000000-1ffffffff : System RAM\n"
	"  180000000-1bfffffff : Crash kernel\n"
	"200000000-2ffffffff : Persistent Memory\n"
	"  200000000-2ffffffff : dax0.0\n"
	"    200000000-2ffffffff : System RAM (kmem)\n"
	"ffffffffffff0000-ffffffffffffffff : device\n";

static void lines_become_half_open_ranges_with_a_depth(void **state)
{
	struct iomem iomem;

	assert_true(parse(server, &iomem));
	assert_int_equal(iomem.count, 15);
	assert_false(iomem.masked);
	assert_int_equal(iomem.entries[1].range.start, 0x1000);
	assert_int_equal(iomem.entries[1].range.end, 0xa0000);
	assert_int_equal(iomem.entries[8].depth, 2);
	assert_string_equal(iomem.entries[6].name, "PCI MMCONFIG 0000 [bus 00-ff]");
	assert_int_equal(iomem.entries[14].range.end, UINT64_MAX);
	assert_ptr_equal(iomem_find(&iomem, "Kernel code"), &iomem.entries[3]);
	assert_null(iomem_find(&iomem, "Kernel"));
}

static void ram_is_what_is_called_so_less_what_is_kept_inside_it(void **state)
{
	struct memmap map = { 0 };
	struct iomem iomem;

	assert_true(parse(server, &iomem));
	assert_true(iomem_append_ram(&iomem, &arena, &map, &error));
	assert_true(memmap_tidy(&map, &arena, &error));
	assert_true(memmap_covers(&map, (struct range){ 0x1000, 0xa0000 }, MEMORY_RAM));
	assert_true(memmap_covers(&map, (struct range){ 0x100000, 0x30000000 }, MEMORY_RAM));
	assert_true(memmap_covers(&map, (struct range){ 0x30000000, 0x30010000 }, MEMORY_RESERVED));
	assert_true(memmap_covers(&map, (struct range){ 0x100000000, 0x200000000 }, MEMORY_RAM));
	assert_int_equal(memmap_total(&map, MEMORY_RAM),
			 0x9f000 + 0x3ff00000 - 0x10000 + 0x100000000);
}

static void a_crash_reservation_may_be_in_two_pieces(void **state)
{
	struct memmap map = { 0 };
	struct iomem iomem;

	assert_true(parse(server, &iomem));
	assert_true(iomem_append_named(&iomem, "Crash kernel", &arena, &map, &error));
	assert_int_equal(map.count, 2);
	assert_int_equal(map.entries[0].range.start, 0x20000000);
	assert_int_equal(map.entries[1].range.end, 0x1c0000000);
}

static void the_firmware_map_has_every_type_of_memory_but_nothing_inside_of_ram(void **state)
{
	struct memmap map = { 0 };
	struct iomem iomem;

	assert_true(parse(server, &iomem));
	assert_true(iomem_append_firmware(&iomem, &arena, &map, &error));
	assert_true(memmap_tidy(&map, &arena, &error));
	assert_true(memmap_covers(&map, (struct range){ 0xb0000000, 0xc0000000 }, MEMORY_RESERVED));
	assert_true(memmap_covers(&map, (struct range){ 0x200000000, 0x300000000 }, MEMORY_PMEM));
	assert_true(memmap_covers(&map, (struct range){ 0x100000, 0x40000000 }, MEMORY_RAM));
	assert_int_equal(map.count, 6);
}

static void zeros_everywhere_are_a_mask_and_one_range_at_zero_is_not(void **state)
{
	struct iomem iomem;

	assert_true(parse("00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n",
			  &iomem));
	assert_true(iomem.masked);
	assert_true(
		parse("00000000-00000000 : Reserved\n00001000-00001fff : System RAM\n", &iomem));
	assert_false(iomem.masked);
	assert_true(parse("00001000-00001fff : System RAM\n00000000-00000000 : a\n", &iomem));
	assert_false(iomem.masked);
	assert_true(parse("", &iomem));
	assert_false(iomem.masked);
	assert_int_equal(iomem.count, 0);
}

static void a_line_of_another_form_is_named_with_its_number(void **state)
{
	static const char *const bad[] = {
		"\n",
		"1000-1fff\n",
		"1000-1fff :\n",
		"1000-1fff : \n",
		"1000 1fff : a\n",
		"-1fff : a\n",
		"1000- : a\n",
		"0x1000-0x1fff : a\n",
		"00000000000001000-1fff : a\n",
		"2000-1fff : a\n",
		" 1000-1fff : a\n",
		"  1000-1fff : a\n",
		"1000-1fff : a\033[2J\n1000",
		"1000-10000000000000000 : a\n",
		"System RAM\n",
	};
	struct iomem iomem;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		memset(&error, 0, sizeof(error));
		assert_false(parse(bad[i], &iomem));
		assert_non_null(strstr(error.cause, "TREE/proc/iomem: line "));
		assert_null(strchr(error.cause, '\033'));
	}
	assert_false(parse("1000-1fff : a\n    1000-1fff : too deep\n", &iomem));
	assert_non_null(strstr(error.cause, "line 2 reads \"    1000-1fff : too deep\""));
}

static void a_nul_in_a_name_does_not_hide_the_rest_of_it(void **state)
{
	static const char text[] = "1000-1fff : System RAM\0x\n";
	struct iomem iomem;

	assert_false(iomem_parse((struct bytes){ (const uint8_t *)text, sizeof(text) - 1 }, "f",
				 &arena, &iomem, &error));
}

/*
 * Whatever is cut off or changed: an error or entries that are well formed, and no read past the
 * end.
 */
static void every_prefix_and_every_changed_byte_is_survived(void **state)
{
	size_t size = strlen(server);

	for (size_t cut = 0; cut <= size; cut++) {
		for (unsigned change = 0; change < 3; change++) {
			uint8_t *copy = malloc(size + 1);
			struct bytes bytes = { copy, change ? size : cut };
			struct iomem iomem;

			assert_non_null(copy);
			memcpy(copy, server, size);
			if (change && cut < size)
				copy[cut] = (uint8_t)(change == 1 ? '\n' : copy[cut] ^ 0x80);
			if (iomem_parse(bytes, "f", &arena, &iomem, &error))
				for (size_t i = 0; i < iomem.count; i++)
					assert_true(iomem.entries[i].range.start <
							    iomem.entries[i].range.end &&
						    *iomem.entries[i].name);
			else
				assert_string_not_equal(error.cause, "");
			free(copy);
			arena_release(&arena);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(lines_become_half_open_ranges_with_a_depth, teardown),
		cmocka_unit_test_teardown(ram_is_what_is_called_so_less_what_is_kept_inside_it,
					  teardown),
		cmocka_unit_test_teardown(a_crash_reservation_may_be_in_two_pieces, teardown),
		cmocka_unit_test_teardown(
			the_firmware_map_has_every_type_of_memory_but_nothing_inside_of_ram,
			teardown),
		cmocka_unit_test_teardown(zeros_everywhere_are_a_mask_and_one_range_at_zero_is_not,
					  teardown),
		cmocka_unit_test_teardown(a_line_of_another_form_is_named_with_its_number,
					  teardown),
		cmocka_unit_test_teardown(a_nul_in_a_name_does_not_hide_the_rest_of_it, teardown),
		cmocka_unit_test_teardown(every_prefix_and_every_changed_byte_is_survived,
					  teardown),
	};

	return cmocka_run_group_tests_name("iomem", tests, NULL, NULL);
}
