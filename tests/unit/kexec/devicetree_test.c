// SPDX-License-Identifier: GPL-2.0-or-later
/* Device trees: made from a list of nodes, opened from bytes of any kind, edited, and read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "kexec/devicetree.h"

static struct arena arena;
static struct error error;

static int setup(void **state)
{
	arena = (struct arena){NULL};
	error = (struct error){0};
	return 0;
}

static int teardown(void **state)
{
	arena_release(&arena);
	return 0;
}

static struct bytes text(const char *string)
{
	return (struct bytes){(const uint8_t *)string, strlen(string) + 1};
}

/* A machine with two cells for addresses and sizes, 1 GiB at 1 GiB, and an initrd of an earlier
 * boot. */
static struct bytes example(void)
{
	static struct devicetree_property bootargs = {.name = "bootargs"}, name = {.name = "name"};
	static struct devicetree_property reg = {.name = "reg"},
					  type = {.name = "device_type", .next = &reg};
	static struct devicetree_node memory = {.name = "memory@40000000", .properties = &type};
	static struct devicetree_node chosen = {
		.name = "chosen", .properties = &name, .next = &memory};
	static struct devicetree_property size_cells = {
		.name = "#size-cells",
		.value = {(const uint8_t *)"\0\0\0\2", 4},
	};
	static struct devicetree_property address_cells = {
		.name = "#address-cells",
		.value = {(const uint8_t *)"\0\0\0\2", 4},
		.next = &size_cells,
	};
	static struct devicetree_node root = {
		.name = "", .properties = &address_cells, .children = &chosen};
	struct devicetree tree;
	struct bytes dtb = { NULL, 0 };

	bootargs.value = text("console=ttyAMA0 quiet");
	name.value = text("chosen");
	name.next = &bootargs;
	type.value = text("memory");
	reg.value = (struct bytes){(const uint8_t *)"\0\0\0\0\x40\0\0\0\0\0\0\0\x40\0\0\0", 16};
	if (!devicetree_flatten(&tree, &root, "/proc/device-tree", &arena, &error) ||
	    !devicetree_set_number64(&tree, "/chosen", "linux,initrd-start", 0x48000000, &error) ||
	    !devicetree_set_number64(&tree, "/chosen", "linux,initrd-end", 0x48123456, &error) ||
	    !devicetree_reserve(&tree, (struct range){0x48000000, 0x48123456}, &error) ||
	    !devicetree_reserve(&tree, (struct range){0x1000, 0x3000}, &error) ||
	    !devicetree_set_number32(&tree, "/chosen", "linux,usable-memory-range", 1, &error) ||
	    !devicetree_finish(&tree, &dtb, &error))
		fail_msg("%s", error.cause);
	return dtb;
}

static struct devicetree opened(struct bytes dtb)
{
	struct devicetree tree;

	if (!devicetree_open(&tree, dtb, "test.dtb", &arena, &error))
		fail_msg("%s", error.cause);
	return tree;
}

static void flattening_keeps_nodes_and_values(void **state)
{
	struct devicetree tree = opened(example());
	int memory = devicetree_find(&tree, "/memory@40000000");
	unsigned address, size;
	uint64_t number;
	size_t at = 0;

	assert_string_equal(devicetree_text(&tree, memory, "device_type"), "memory");
	devicetree_cell_counts(&tree, DEVICETREE_ROOT, &address, &size);
	assert_int_equal(address, 2);
	assert_int_equal(size, 2);
	assert_true(devicetree_cells(devicetree_get(&tree, memory, "reg"), &at, address, &number));
	assert_int_equal(number, 0x40000000);
	assert_true(devicetree_cells(devicetree_get(&tree, memory, "reg"), &at, size, &number));
	assert_int_equal(number, 0x40000000);
	assert_false(devicetree_cells(devicetree_get(&tree, memory, "reg"), &at, 1, &number));
}

static void flattening_leaves_out_the_property_name(void **state)
{
	struct devicetree tree = opened(example());

	assert_null(devicetree_get(&tree, devicetree_find(&tree, "/chosen"), "name").data);
	assert_string_equal(devicetree_name(&tree, devicetree_find(&tree, "/chosen")), "chosen");
}

static void walking_visits_every_node_once(void **state)
{
	struct devicetree tree = opened(example());
	int node = DEVICETREE_ROOT;

	node = devicetree_next(&tree, node);
	assert_string_equal(devicetree_name(&tree, node), "chosen");
	node = devicetree_next(&tree, node);
	assert_string_equal(devicetree_name(&tree, node), "memory@40000000");
	assert_int_equal(devicetree_next(&tree, node), DEVICETREE_NONE);
	assert_int_equal(devicetree_sibling(&tree, devicetree_child(&tree, DEVICETREE_ROOT)), node);
	assert_int_equal(devicetree_child(&tree, node), DEVICETREE_NONE);
}

static void too_many_levels_are_refused(void **state)
{
	struct devicetree_node nodes[DEVICETREE_DEPTH_MAX + 2] = {{.name = ""}};
	struct devicetree tree;

	for (size_t i = 1; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		nodes[i] = (struct devicetree_node){.name = "n"};
		nodes[i - 1].children = &nodes[i];
	}
	assert_false(devicetree_flatten(&tree, nodes, "/proc/device-tree", &arena, &error));
	assert_string_equal(error.cause,
			    "The device tree of /proc/device-tree is more than 64 levels deep.");
}

static void edited_chosen_says_what_was_asked(void **state)
{
	struct devicetree tree = opened(example());
	struct devicetree_chosen wanted = {
		.bootargs = "root=/dev/vda1",
		.initrd = {0x50000000, 0x50000123},
		.reserve_initrd = true,
		.kaslr_seed = {(const uint8_t *)"12345678", 8},
		.rng_seed = {(const uint8_t *)"abcdefgh", 8},
	};
	struct range range;
	struct bytes dtb;
	uint64_t number;
	int chosen;

	assert_true(devicetree_edit_chosen(&tree, &wanted, &error));
	assert_true(devicetree_finish(&tree, &dtb, &error));
	tree = opened(dtb);
	chosen = devicetree_find(&tree, "/chosen");
	assert_string_equal(devicetree_text(&tree, chosen, "bootargs"), "root=/dev/vda1");
	assert_true(devicetree_number(&tree, chosen, "linux,initrd-start", &number));
	assert_int_equal(number, 0x50000000);
	assert_true(devicetree_number(&tree, chosen, "linux,initrd-end", &number));
	assert_int_equal(number, 0x50000123);
	assert_memory_equal(devicetree_get(&tree, chosen, "kaslr-seed").data, "12345678", 8);
	assert_int_equal(devicetree_get(&tree, chosen, "rng-seed").size, 8);
	assert_non_null(devicetree_get(&tree, chosen, "linux,booted-from-kexec").data);
	assert_null(devicetree_get(&tree, chosen, "linux,usable-memory-range").data);
	/* The old initrd's reservation is gone; what is not ours stayed. */
	assert_true(devicetree_reservation(&tree, 0, &range));
	assert_int_equal(range.start, 0x1000);
	assert_int_equal(range.end, 0x3000);
	assert_true(devicetree_reservation(&tree, 1, &range));
	assert_int_equal(range.start, 0x50000000);
	assert_false(devicetree_reservation(&tree, 2, &range));
}

static void without_an_initrd_the_old_one_is_forgotten(void **state)
{
	struct devicetree tree = opened(example());
	struct devicetree_chosen wanted = {0};
	int chosen;

	assert_true(devicetree_edit_chosen(&tree, &wanted, &error));
	chosen = devicetree_find(&tree, "/chosen");
	assert_null(devicetree_get(&tree, chosen, "linux,initrd-start").data);
	assert_null(devicetree_get(&tree, chosen, "linux,initrd-end").data);
	assert_null(devicetree_get(&tree, chosen, "kaslr-seed").data);
	assert_string_equal(devicetree_text(&tree, chosen, "bootargs"), "console=ttyAMA0 quiet");
}

static void reservations_of_whole_pages_go_too(void **state)
{
	struct devicetree tree = opened(example());
	struct devicetree_chosen wanted = {0};
	struct range range;

	assert_true(devicetree_reserve(&tree, (struct range){0x48000000, 0x48130000}, &error));
	assert_true(devicetree_edit_chosen(&tree, &wanted, &error));
	assert_true(devicetree_reservation(&tree, 0, &range));
	assert_int_equal(range.start, 0x1000);
	assert_false(devicetree_reservation(&tree, 1, &range));
}

static void a_long_command_line_finds_room(void **state)
{
	struct devicetree tree = opened(example());
	char *line = calloc(1, 100001);
	struct devicetree_chosen wanted = {.bootargs = line};
	struct bytes dtb;

	assert_non_null(line);
	memset(line, 'x', 100000);
	assert_true(devicetree_edit_chosen(&tree, &wanted, &error));
	assert_true(devicetree_finish(&tree, &dtb, &error));
	tree = opened(dtb);
	assert_string_equal(devicetree_text(&tree, devicetree_find(&tree, "/chosen"), "bootargs"),
			    line);
	free(line);
}

static void chosen_is_made_where_it_is_absent(void **state)
{
	struct devicetree_node root = {.name = ""};
	struct devicetree_chosen wanted = {.bootargs = "quiet"};
	struct devicetree tree;

	assert_true(devicetree_flatten(&tree, &root, "/proc/device-tree", &arena, &error));
	assert_true(devicetree_edit_chosen(&tree, &wanted, &error));
	assert_string_equal(devicetree_text(&tree, devicetree_find(&tree, "/chosen"), "bootargs"),
			    "quiet");
}

static void a_node_without_a_parent_is_an_error(void **state)
{
	struct devicetree tree = opened(example());

	assert_false(devicetree_set_text(&tree, "/absent/node", "x", "y", &error));
	assert_string_equal(
		error.cause,
		"The device tree of test.dtb takes no node /absent/node: FDT_ERR_NOTFOUND.");
}

static void padding_behind_the_tree_may_be_cut_off(void **state)
{
	struct bytes dtb = example();
	uint8_t *copy = (uint8_t *)arena_copy(&arena, dtb, &error);
	struct devicetree tree;

	bytes_put(copy + 4, 4, BIG, dtb.size + 0x10000);
	tree = opened((struct bytes){copy, dtb.size});
	assert_int_not_equal(devicetree_find(&tree, "/chosen"), DEVICETREE_NONE);
}

static void a_cut_tree_is_refused(void **state)
{
	struct bytes dtb = example();
	struct devicetree tree;
	char expected[200];

	snprintf(expected, sizeof(expected),
		 "The device tree of test.dtb is cut off: its header says %zu bytes, and %zu are "
		 "there.",
		 dtb.size, dtb.size - 1);
	assert_false(devicetree_open(&tree, (struct bytes){dtb.data, dtb.size - 1}, "test.dtb",
				     &arena, &error));
	assert_string_equal(error.cause, expected);
}

static void other_files_are_not_device_trees(void **state)
{
	struct devicetree tree;

	assert_false(devicetree_open(&tree, text("/dts-v1/; / { };"), "test.dts", &arena, &error));
	assert_string_equal(error.cause, "test.dts is not a device tree blob: it has 17 bytes and "
					 "does not begin with d0 0d fe ed.");
}

/* Every byte of a tree changed in turn: an error or a tree that can be edited, never anything else.
 */
static void damage_is_survived(void **state)
{
	struct bytes dtb = example();
	unsigned refused = 0;

	for (size_t at = 0; at < dtb.size; at++)
		for (unsigned bit = 0; bit < 8; bit += 7) {
			struct arena scratch = {NULL};
			uint8_t *copy = (uint8_t *)arena_copy(&scratch, dtb, &error);
			struct devicetree_chosen wanted = {.bootargs = "quiet",
							   .initrd = {0x1000, 0x2000}};
			struct devicetree tree;

			assert_non_null(copy);
			copy[at] ^= (uint8_t)(1u << bit);
			if (!devicetree_open(&tree, (struct bytes){copy, dtb.size}, "x", &scratch,
					     &error) ||
			    !devicetree_edit_chosen(&tree, &wanted, &error))
				refused++;
			arena_release(&scratch);
		}
	assert_in_range(refused, 50, 2 * dtb.size);
}

static void a_list_of_nodes_is_searched_by_path(void **state)
{
	struct devicetree_property kind = {.name = "kind"};
	struct devicetree_node leaf = {.name = "leaf", .properties = &kind},
			       other = {.name = "le", .next = &leaf};
	struct devicetree_node branch = {.name = "branch", .children = &other};
	struct devicetree_node root = {.name = "", .children = &branch};

	assert_ptr_equal(devicetree_node_find(&root, "/branch/leaf"), &leaf);
	assert_ptr_equal(devicetree_node_find(&root, "/branch/le"), &other);
	assert_ptr_equal(devicetree_node_find(&root, "/"), &root);
	assert_null(devicetree_node_find(&root, "/branch/l"));
	assert_null(devicetree_node_find(&root, "/leaf/branch"));
	assert_non_null(devicetree_node_get(&leaf, "kind").data);
	assert_null(devicetree_node_get(&leaf, "other").data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(flattening_keeps_nodes_and_values, setup, teardown),
		cmocka_unit_test_setup_teardown(flattening_leaves_out_the_property_name, setup,
						teardown),
		cmocka_unit_test_setup_teardown(walking_visits_every_node_once, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_levels_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(edited_chosen_says_what_was_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(without_an_initrd_the_old_one_is_forgotten, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reservations_of_whole_pages_go_too, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_long_command_line_finds_room, setup, teardown),
		cmocka_unit_test_setup_teardown(chosen_is_made_where_it_is_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(a_node_without_a_parent_is_an_error, setup,
						teardown),
		cmocka_unit_test_setup_teardown(padding_behind_the_tree_may_be_cut_off, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_cut_tree_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(other_files_are_not_device_trees, setup, teardown),
		cmocka_unit_test_setup_teardown(damage_is_survived, setup, teardown),
		cmocka_unit_test_setup_teardown(a_list_of_nodes_is_searched_by_path, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
