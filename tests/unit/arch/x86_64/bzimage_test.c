// SPDX-License-Identifier: GPL-2.0-or-later
/* Plans for bzImages: what the setup header asks for is what the kernel gets. */
#include "tests/unit/planned.h"

#include "tests/images/images.h"

static void make(struct planned *t, uint64_t ram, const struct images_bzimage *wanted)
{
	size_t size;
	uint8_t *kernel = images_bzimage(wanted, &size);

	planned_setup(t, ram);
	planned_kernel(t, kernel, size);
}

static void kernel_is_where_its_header_allows(void **state)
{
	struct planned t;
	const struct segment *kernel;

	make(&t, GIB, &images_debian_bzimage);
	planned_initrd(&t, 3 * MIB + 5);
	assert_planned(&t);
	kernel = planned_segment(&t, "kernel");
	assert_int_equal(kernel->memory.start % images_debian_bzimage.kernel_alignment, 0);
	assert_true(kernel->memory.start >= images_debian_bzimage.pref_address);
	assert_int_equal(range_size(kernel->memory), images_debian_bzimage.init_size);
	assert_true(planned_segment(&t, "initrd")->memory.start >= 16 * MIB);
	assert_int_equal(t.plan.entry, planned_segment(&t, "purgatory")->memory.start);
	assert_int_equal(t.plan.flags, 62 << 16);
	planned_release(&t);
}

static void code_begins_behind_the_setup_sectors(void **state)
{
	struct planned t;
	const struct segment *kernel;

	make(&t, GIB, &images_debian_bzimage);
	assert_planned(&t);
	kernel = planned_segment(&t, "kernel");
	assert_ptr_equal(kernel->bytes.data,
			 t.kernel + (images_debian_bzimage.setup_sects + 1) * 512);
	planned_release(&t);
}

static void boot_params_say_where_everything_is(void **state)
{
	struct planned t;
	const struct boot_params *params;
	uint64_t cmdline;

	make(&t, 6 * GIB, &images_debian_bzimage);
	planned_initrd(&t, 3 * MIB + 5);
	t.options.append = "console=ttyS0 quiet";
	assert_planned(&t);
	params = planned_boot_params(&t);
	cmdline = get(params->hdr.cmd_line_ptr) | (uint64_t)get(params->ext_cmd_line_ptr) << 32;
	assert_string_equal(planned_at(&t, cmdline, 20), "console=ttyS0 quiet");
	assert_int_equal(get(params->hdr.ramdisk_image) | (uint64_t)get(params->ext_ramdisk_image)
								  << 32,
			 planned_segment(&t, "initrd")->memory.start);
	assert_int_equal(get(params->hdr.ramdisk_size), 3 * MIB + 5);
	assert_int_equal(params->hdr.type_of_loader, 0xd0);
	assert_int_equal(params->hdr.loadflags, 0);
	assert_int_equal(params->sentinel, 0);
	assert_int_equal(params->e820_entries, 3);
	assert_int_equal(get(params->e820_table[1].address), MIB);
	assert_int_equal(get(params->e820_table[1].size), 3 * GIB - MIB);
	assert_int_equal(get(params->e820_table[1].type), 1);
	assert_int_equal(get(params->alt_mem_k), (3 * GIB - MIB) >> 10);
	planned_release(&t);
}

static void large_memory_is_used_from_the_top(void **state)
{
	struct planned t;

	make(&t, 6 * GIB, &images_debian_bzimage);
	planned_initrd(&t, MIB);
	assert_planned(&t);
	assert_true(planned_segment(&t, "kernel")->memory.start >= 4 * GIB);
	assert_true(planned_segment(&t, "initrd")->memory.start >= 4 * GIB);
	planned_release(&t);
}

static void entry_32bit_keeps_below_4_gib(void **state)
{
	struct planned t;

	make(&t, 6 * GIB, &images_debian_bzimage);
	planned_initrd(&t, MIB);
	t.options.entry_32bit = true;
	assert_planned(&t);
	for (unsigned i = 0; i < t.plan.segment_count; i++)
		assert_true(t.plan.segments[i].memory.end <= 4 * GIB);
	assert_true(planned_segment(&t, "initrd")->memory.end - 1 <=
		    images_debian_bzimage.initrd_addr_max);
	assert_int_equal(planned_boot_params(&t)->hdr.loadflags & LOADED_HIGH, LOADED_HIGH);
	planned_release(&t);
}

static void mem_max_and_mem_min_are_kept(void **state)
{
	struct planned t;

	make(&t, 6 * GIB, &images_debian_bzimage);
	planned_initrd(&t, MIB);
	t.options.mem_min = 256 * MIB;
	t.options.mem_max = GIB - 1;
	t.options.mem_max_given = true;
	assert_planned(&t);
	for (unsigned i = 0; i < t.plan.segment_count; i++) {
		assert_true(t.plan.segments[i].memory.start >= 256 * MIB);
		assert_true(t.plan.segments[i].memory.end <= GIB);
	}
	t.options.mem_max = 256 * MIB + 65535;
	assert_refused(&t, "needs");
	assert_non_null(strstr(t.error.headline, "Could not find a free area of memory"));
	assert_non_null(strstr(t.error.remedy, "--mem-min"));
	planned_release(&t);
}

static void a_kernel_that_cannot_move_stays(void **state)
{
	struct images_bzimage wanted = images_debian_bzimage;
	struct planned t;

	wanted.relocatable = false;
	make(&t, GIB, &wanted);
	assert_planned(&t);
	assert_int_equal(planned_segment(&t, "kernel")->memory.start, wanted.pref_address);
	t.options.mem_min = 64 * MIB;
	assert_refused(&t, "kernel");
	planned_release(&t);
}

static void senseless_headers_are_refused(void **state)
{
	static const struct {
		uint32_t init_size, alignment;
		const char *cause;
	} cases[] = {
		{ 0, 0x200000, "init_size" },
		{ 0x100, 0x200000, "init_size" },
		{ 0x3f98000, 0, "kernel_alignment" },
		{ 0x3f98000, 0x300000, "kernel_alignment" },
		{ 0x3f98000, 0x80000000, "kernel_alignment" },
		{ 0xfffff000, 0x200000, "needs" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct images_bzimage wanted = images_debian_bzimage;
		struct planned t;

		wanted.init_size = cases[i].init_size;
		wanted.kernel_alignment = cases[i].alignment;
		make(&t, GIB, &wanted);
		assert_refused(&t, cases[i].cause);
		planned_release(&t);
	}
}

static void a_file_that_was_cut_off_is_refused_for_both_calls(void **state)
{
	static const enum call_choice calls[] = { CALL_SEGMENTS, CALL_FILE, CALL_AUTO };
	struct planned t;

	make(&t, GIB, &images_debian_bzimage);
	t.image.kernel_file.bytes.size -= 100;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		t.options.call = calls[i];
		assert_refused(&t, "it is cut off");
		assert_string_equal(t.error.headline, "Cannot load kernel");
	}
	planned_release(&t);
}

static void older_protocols_are_of_another_type(void **state)
{
	struct images_bzimage wanted = images_debian_bzimage;
	struct planned t;

	wanted.version = 0x20b;
	make(&t, GIB, &wanted);
	assert_planned(&t);
	assert_string_equal(t.plan.format, "bzImage");
	planned_release(&t);
}

static void five_level_paging_needs_a_kernel_that_knows_it(void **state)
{
	struct images_bzimage wanted = images_debian_bzimage;
	struct planned t;

	wanted.xloadflags &= (uint16_t)~(XLF_5LEVEL | XLF_5LEVEL_ENABLED);
	make(&t, GIB, &wanted);
	t.facts.five_level = true;
	assert_refused(&t, "5-level paging");
	t.facts.five_level = false;
	assert_planned(&t);
	planned_release(&t);
}

static void four_level_kernels_stay_below_64_tib(void **state)
{
	struct images_bzimage wanted = images_debian_bzimage;
	struct planned t;

	make(&t, GIB, &wanted);
	planned_ram(&t, (uint64_t)1 << 46, ((uint64_t)1 << 46) + 4 * GIB);
	assert_planned(&t);
	assert_true(planned_segment(&t, "kernel")->memory.start >= (uint64_t)1 << 46);
	planned_release(&t);

	wanted.xloadflags &= (uint16_t)~XLF_5LEVEL_ENABLED;
	make(&t, GIB, &wanted);
	planned_ram(&t, (uint64_t)1 << 46, ((uint64_t)1 << 46) + 4 * GIB);
	t.facts.five_level = true;
	assert_planned(&t);
	for (unsigned i = 0; i < t.plan.segment_count; i++)
		assert_true(t.plan.segments[i].memory.end <= (uint64_t)1 << 46);
	planned_release(&t);
}

static void long_command_lines_are_refused_with_both_lengths(void **state)
{
	struct planned t;
	char append[2100];

	memset(append, 'x', sizeof(append));
	append[2047] = '\0';
	make(&t, GIB, &images_debian_bzimage);
	t.options.append = append;
	assert_planned(&t);
	append[2047] = 'x';
	append[2048] = '\0';
	assert_refused(&t, "2048 characters");
	assert_non_null(strstr(t.error.cause, "2047"));
	planned_release(&t);
}

static void more_than_half_of_ram_is_refused(void **state)
{
	struct planned t;

	make(&t, 256 * MIB, &images_debian_bzimage);
	planned_initrd(&t, 100 * MIB);
	assert_refused(&t, "at most half of its RAM");
	planned_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_is_where_its_header_allows),
		cmocka_unit_test(code_begins_behind_the_setup_sectors),
		cmocka_unit_test(boot_params_say_where_everything_is),
		cmocka_unit_test(large_memory_is_used_from_the_top),
		cmocka_unit_test(entry_32bit_keeps_below_4_gib),
		cmocka_unit_test(mem_max_and_mem_min_are_kept),
		cmocka_unit_test(a_kernel_that_cannot_move_stays),
		cmocka_unit_test(senseless_headers_are_refused),
		cmocka_unit_test(a_file_that_was_cut_off_is_refused_for_both_calls),
		cmocka_unit_test(older_protocols_are_of_another_type),
		cmocka_unit_test(five_level_paging_needs_a_kernel_that_knows_it),
		cmocka_unit_test(four_level_kernels_stay_below_64_tib),
		cmocka_unit_test(long_command_lines_are_refused_with_both_lengths),
		cmocka_unit_test(more_than_half_of_ram_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
