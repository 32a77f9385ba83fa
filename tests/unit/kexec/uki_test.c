// SPDX-License-Identifier: GPL-2.0-or-later
/* Which sections of a unified kernel image count, for each profile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kexec/uki.h"
#include "tests/images/images.h"
#include "tests/images/pe.h"

#define TABLE 0x148 /* as tests/images/pe.c has it */

static uint8_t *file;
static size_t size;
static struct error error;
static struct uki uki;

static int setup(void **state)
{
	error = (struct error){ 0 };
	file = NULL;
	return 0;
}

static int teardown(void **state)
{
	free(file);
	return 0;
}

static bool read_kind(const char *kind, unsigned profile)
{
	free(file);
	file = images_uki(kind, &size);
	assert_non_null(file);
	assert_true(uki_is((struct bytes){ file, size }));
	return uki_read((struct bytes){ file, size }, profile, &uki, &error);
}

static void expect(struct bytes bytes, const char *text)
{
	assert_int_equal(bytes.size, strlen(text));
	assert_memory_equal(bytes.data, text, strlen(text));
}

static void test_a_plain_one(void **state)
{
	size_t kernel_size;
	uint8_t *kernel = images_bzimage_pe(&kernel_size);

	assert_true(read_kind("", 0));
	assert_int_equal(uki.linux_section.virtual_size, kernel_size);
	assert_memory_equal(uki.linux_section.bytes.data, kernel, kernel_size);
	expect(uki.initrd, "070701 initrd");
	expect(uki.cmdline, "console=ttyS0 inside\n");
	assert_int_equal(uki.ucode.size + uki.dtb.size + uki.profiles, 0);
	assert_string_equal(uki.left_out, "");
	free(kernel);
}

static void test_what_is_left_out_is_named(void **state)
{
	assert_true(read_kind("-ucode", 0));
	expect(uki.ucode, "070701 microcode");
	assert_string_equal(uki.left_out, ".splash .pcrsig");
}

/* Sections before the first .profile count for each, and give way to a profile's own. */
static void test_profiles(void **state)
{
	assert_true(read_kind("-profiles", 0));
	assert_int_equal(uki.profiles, 3);
	expect(uki.cmdline, "base");
	expect(uki.initrd, "070701 initrd");
	assert_true(read_kind("-profiles", 1));
	expect(uki.cmdline, "rescue");
	expect(uki.initrd, "070701 initrd");
	assert_true(read_kind("-profiles", 2));
	expect(uki.cmdline, "base");
	expect(uki.initrd, "070701 third");
	assert_false(read_kind("-profiles", 3));
	assert_string_equal(error.cause, "It has 3 profile(s), so none with the number 3.");
	assert_false(read_kind("", 1));
}

/* The specification allows one of a kind in each place; systemd's stub takes the first of more. */
static void test_the_first_of_several_counts(void **state)
{
#define TEXT(name, text) { name, (const uint8_t *)(text), sizeof(text) - 1 }
	static const struct images_section sections[] = {
		TEXT(".linux", "kernel"),	TEXT(".cmdline", "one"),
		TEXT(".initrd", "first"),	TEXT(".linux", "other kernel"),
		TEXT(".cmdline", "two"),	TEXT(".initrd", "second"),
		TEXT(".profile", "ID=a"),	TEXT(".profile", "ID=b"),
		TEXT(".cmdline", "three"),	TEXT(".cmdline", "four"),
	};
#undef TEXT

	file = images_pe(IMAGES_PE_MACHINE_X86_64, sections, sizeof(sections) / sizeof(sections[0]),
			 &size);
	assert_true(uki_read((struct bytes){ file, size }, 0, &uki, &error));
	expect(uki.linux_section.bytes, "kernel");
	expect(uki.cmdline, "one");
	expect(uki.initrd, "first");
	assert_true(uki_read((struct bytes){ file, size }, 1, &uki, &error));
	expect(uki.linux_section.bytes, "kernel");
	expect(uki.cmdline, "three");
	expect(uki.initrd, "first");
}

static void test_a_stub_is_called_one(void **state)
{
	assert_false(read_kind("-stub", 0));
	assert_non_null(strstr(error.cause, "\\EFI\\nixos\\kernel.efi"));
	assert_non_null(strstr(error.cause, "Lanzaboote"));
}

/* What the file lacks of a section's VirtualSize is zeros, never bytes behind it. */
static void test_virtual_size(void **state)
{
	assert_true(read_kind("", 0));
	bytes_put(file + TABLE + 2 * 40 + 8, 4, LITTLE, 0x100000); /* .linux */
	bytes_put(file + TABLE + 4 * 40 + 8, 4, LITTLE, 5);	   /* .initrd */
	assert_true(uki_read((struct bytes){ file, size }, 0, &uki, &error));
	assert_int_equal(uki.linux_section.virtual_size, 0x100000);
	assert_true(uki.linux_section.bytes.size < 0x100000);
	expect(uki.initrd, "07070");
	bytes_put(file + TABLE + 2 * 40 + 8, 4, LITTLE, 0x40000001);
	assert_false(uki_read((struct bytes){ file, size }, 0, &uki, &error));
	bytes_put(file + TABLE + 2 * 40 + 8, 4, LITTLE, 0);
	assert_false(uki_read((struct bytes){ file, size }, 0, &uki, &error));
	assert_string_equal(error.cause, "Its section .linux is empty.");
}

static void test_command_lines(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *text;
	} cases[] = {
		{ "quiet\n", 6, "quiet" },	 { " a\tb \n\n", 8, "a b" }, { "a\0b", 3, "a" },
		{ "\x1b[2J", 4, "[2J" },	 { "\n", 1, "" },	     { "", 0, "" },
		{ "caf\xc3\xa9", 5, "caf\xc3\xa9" },
	};
	char text[16];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct bytes bytes = { (const uint8_t *)cases[i].bytes, cases[i].size };

		assert_int_equal(uki_cmdline(bytes, text), strlen(cases[i].text));
		assert_string_equal(text, cases[i].text);
	}
}

static void test_addons(void **state)
{
	static const struct images_section sections[] = {
		{".cmdline", (const uint8_t *)"more", 4},
		{".initrd", (const uint8_t *)"cpio", 4},
	};

	file = images_pe(IMAGES_PE_MACHINE_X86_64, sections, 2, &size);
	assert_false(uki_is((struct bytes){ file, size }));
	assert_true(uki_read_addon((struct bytes){ file, size }, &uki, &error));
	expect(uki.cmdline, "more");
	expect(uki.initrd, "cpio");
	assert_true(read_kind("", 0));
	assert_false(uki_read_addon((struct bytes){ file, size }, &uki, &error));
	assert_false(uki_read_addon((struct bytes){ file, 10 }, &uki, &error));
}

/* In the order of the file; a profile's take the place of all others, and .dtb is still .dtb. */
static void test_several_device_trees(void **state)
{
	assert_true(read_kind("-arm64-trees", 0));
	assert_int_equal(uki.device_tree_count, 3);
	assert_int_equal(uki.device_trees[0].size, 4);
	assert_memory_equal(uki.device_trees[1].data + 0x4c, "example,board", 14);
	assert_memory_equal(uki.device_trees[2].data + 0x4c, "linux,dummy-virt", 17);
	assert_memory_equal(uki.dtb.data + 0x4c, "example,board", 14);
	assert_string_equal(uki.left_out, ".hwids");
	assert_true(read_kind("-arm64-trees", 1));
	assert_int_equal(uki.device_tree_count, 1);
	assert_memory_equal(uki.device_trees[0].data + 0x4c, "example,board", 14);
}

/* By the architecture, and by the kernel's release where both name one. */
static void test_which_addons_fit(void **state)
{
	static const struct {
		const char *uki, *addon;
		bool fits;
	} cases[] = {
		{ "", "", true },		{ "", "-uname", true },
		{ "", "-arm64", false },	{ "-arm64", "-arm64", true },
		{ "-arm64-trees", "", false },
	};
	struct uki addon;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t addon_size;
		uint8_t *bytes = images_addon(cases[i].addon, "more", &addon_size);

		assert_true(read_kind(cases[i].uki, 0));
		assert_true(uki_read_addon((struct bytes){ bytes, addon_size }, &addon, &error));
		assert_int_equal(uki_takes_addon(&uki, &addon), cases[i].fits);
		if (!strcmp(cases[i].addon, "-uname")) {
			uki.uname = (struct bytes){ (const uint8_t *)"8", 1 };
			assert_false(uki_takes_addon(&uki, &addon));
			uki.uname = (struct bytes){ (const uint8_t *)"9", 1 };
			assert_true(uki_takes_addon(&uki, &addon));
		}
		free(bytes);
	}
}

static void test_other_kernels_are_none(void **state)
{
	file = images_bzimage_pe(&size);
	for (size_t length = 0; length <= size; length += length < 0x400 ? 1 : 512)
		assert_false(uki_is((struct bytes){ file, length }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_plain_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_left_out_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(test_profiles, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_first_of_several_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_stub_is_called_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_virtual_size, setup, teardown),
		cmocka_unit_test_setup_teardown(test_command_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_addons, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several_device_trees, setup, teardown),
		cmocka_unit_test_setup_teardown(test_which_addons_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_kernels_are_none, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
