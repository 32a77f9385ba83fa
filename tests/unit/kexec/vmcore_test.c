// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A core as memory: headers that are wrong and the exit status for each, addresses that several
 * program headers or none cover, the kernel's fixed mappings, and reading in large blocks.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <elf.h>

#include "kexec/vmcore.h"
#include "tests/support/core_log.h"
#include "tests/support/cores.h"

static struct bytes file;
static unsigned reads;
static size_t bytes_read;
static struct arena arena;
static struct error error;

static bool read_file(const struct vmcore_source *source, uint64_t offset, void *to, size_t size,
		      struct error *problem)
{
	const void *at = bytes_at(file, offset, size);

	reads++;
	bytes_read += size;
	if (!at)
		return error_set(problem, "no");
	memcpy(to, at, size);
	return true;
}

static struct vmcore_source source = {.read = read_file};

static int teardown(void **state)
{
	arena_release(&arena);
	error = (struct error){0};
	return 0;
}

static const struct core_wish usual = {.log = CORE_LOCKLESS,
				       .class = 64,
				       .long_size = 8,
				       .order = LITTLE,
				       .machine = EM_X86_64,
				       .records = 9,
				       .size_bits = 10,
				       .count_bits = 5,
				       .plain = true};

static bool open_core(struct vmcore *core, const struct core *made)
{
	file = (struct bytes){made->data, made->size};
	source.size = made->size;
	error = (struct error){0};
	return vmcore_open(core, &source, &arena, &error);
}

/* ------------------------------------------------------------------------------------------- */

static void refused(const struct core *made, int status, const char *words)
{
	struct vmcore core;

	assert_false(open_core(&core, made));
	assert_int_equal(error.status, status);
	if (!strstr(error.cause, words))
		fail_msg("\"%s\" does not have \"%s\"", error.cause, words);
}

static void refused_with(size_t offset, unsigned size, uint64_t value, int status,
			 const char *words)
{
	struct core made;

	core_make(&made, &usual);
	bytes_put(made.data + offset, size, LITTLE, value);
	refused(&made, status, words);
	core_free(&made);
}

static void test_headers(void **state)
{
	refused_with(EI_VERSION, 1, 0, 5, "version is 0");
	refused_with(EI_CLASS, 1, 7, 6, "class is 7");
	refused_with(EI_DATA, 1, 0, 7, "byte order is 0");
	refused_with(offsetof(Elf64_Ehdr, e_version), 4, 2, 11, "version is 2");
	refused_with(offsetof(Elf64_Ehdr, e_phentsize), 2, 32, 12, "32 bytes, not 56");
	refused_with(offsetof(Elf64_Ehdr, e_phoff), 8, UINT64_MAX - 4, 16, "do not fit");
	refused_with(offsetof(Elf64_Ehdr, e_phnum), 2, 0xfffe, 16, "65534 program headers");
	refused_with(offsetof(Elf64_Ehdr, e_phnum), 2, PN_XNUM, 15, "section header 0");
	refused_with(64 + offsetof(Elf64_Phdr, p_offset), 8, UINT64_MAX - 4, 22, "");
	refused_with(64 + offsetof(Elf64_Phdr, p_offset), 8, 1 << 20, 22, "ends after");
}

static void test_no_elf(void **state)
{
	struct core made;

	core_make(&made, &usual);
	memcpy(made.data, "KDUMP   ", 8);
	refused(&made, 4, "makedumpfile --dump-dmesg");
	assert_string_equal(error.headline,
			    "Missing elf signature\nUnable to read ELF information from vmcore");
	memset(made.data, 'x', 16);
	refused(&made, 4, "");
	assert_string_equal(error.cause, "");
	made.size = 15;
	refused(&made, 3, "ends after 15 bytes");
	made.size = 0;
	refused(&made, 3, "ends after 0 bytes");
	memcpy(made.data, ELFMAG "\2\1\1", 7);
	made.size = 63;
	refused(&made, 10, "ends after 63 bytes");
	core_free(&made);
}

static void test_section_header_is_missing(void **state)
{
	struct core_wish wish = usual;
	struct core made;

	wish.many_headers = true;
	core_make(&made, &wish);
	bytes_put(made.data + offsetof(Elf64_Ehdr, e_shoff), 8, LITTLE, made.size);
	refused(&made, 15, "ends after");
	core_free(&made);
}

static void test_what_is_known(void **state)
{
	struct core_wish wish = usual;
	struct vmcore core;
	struct core made;

	wish.order = BIG;
	wish.machine = EM_S390;
	core_make(&made, &wish);
	assert_true(open_core(&core, &made));
	assert_int_equal(core.class, 64);
	assert_int_equal(core.order, BIG);
	assert_int_equal(core.machine, EM_S390);
	assert_int_equal(core.long_size, 8);
	assert_false(core.cut_short);
	assert_int_equal(core.info.size, made.info_size);
	assert_memory_equal(core.info.data, made.data + made.info, made.info_size);
	made.size -= 100;
	assert_true(open_core(&core, &made));
	assert_true(core.cut_short);
	core_free(&made);
}

/* A note of no sense at all, whose sizes lead outside or past the others: those are found still. */
static void test_wild_notes(void **state)
{
	static const uint32_t sizes[] = {0,	     1,		 100,	     0x7fffffff,
					 0xfffffffc, 0xfffffffd, 0xffffffff};
	struct vmcore core;
	struct core made;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (unsigned field = 0; field < 8; field += 4) {
			core_make(&made, &usual);
			bytes_put(made.data + made.notes + field, 4, LITTLE, sizes[i]);
			assert_true(open_core(&core, &made));
			assert_int_equal(core.info.size, made.info_size);
			core_free(&made);
		}
}

/* What is wrong with some notes does not hide others. */
static void test_notes_behind_damaged_ones(void **state)
{
	static const uint64_t offsets[] = {1 << 20, UINT64_MAX - 4};
	struct vmcore core;
	struct core made;

	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		core_make(&made, &usual);
		/* There is room for a third program header. */
		memcpy(made.data + 64 + 2 * sizeof(Elf64_Phdr), made.data + 64, sizeof(Elf64_Phdr));
		bytes_put(made.data + offsetof(Elf64_Ehdr, e_phnum), 2, LITTLE, 3);
		bytes_put(made.data + 64 + offsetof(Elf64_Phdr, p_offset), 8, LITTLE, offsets[i]);
		assert_true(open_core(&core, &made));
		assert_int_equal(core.info.size, made.info_size);
		assert_string_equal(error.cause, "");
		core_free(&made);
	}
}

/* A note that claims more text than its segment has ends with the segment. */
static void test_long_note(void **state)
{
	struct vmcore core;
	struct core made;

	core_make(&made, &usual);
	bytes_put(made.data + made.info - 20, 4, LITTLE, 0xffffff00);
	assert_true(open_core(&core, &made));
	assert_in_range(core.info.size, made.info_size, made.info_size + 3);
	core_free(&made);
}

/* ------------------------------------------------------------------------------------------- */

static uint8_t memory[3 * VMCORE_WINDOW_SIZE];

/* A core of these extents; the file is `memory`. */
static struct vmcore core_of(struct vmcore_extent *extents, size_t count)
{
	struct vmcore core = {.source = &source, .class = 64, .long_size = 8};

	for (size_t i = 0; i < sizeof(memory); i++)
		memory[i] = (uint8_t)(i ^ i >> 8 ^ i >> 16);
	file = (struct bytes){memory, sizeof(memory)};
	source.size = sizeof(memory);
	reads = 0;
	bytes_read = 0;
	core.virtual = (struct vmcore_map){extents, count};
	return core;
}

static void test_reading_over_a_border(void **state)
{
	struct vmcore_extent extents[] = {
		{0x1000, 0x1000, 0x5000, 0},
		{0x2000, 0x1000, 0x1000, 1},
		{0x4000, 0x10, 0, 2},
	};
	const struct vmcore core = core_of(extents, 3);
	uint8_t got[0x20];

	assert_true(vmcore_read(&core, 0x1ff0, got, 0x20, &error));
	assert_memory_equal(got, memory + 0x5ff0, 0x10);
	assert_memory_equal(got + 0x10, memory + 0x1000, 0x10);
	assert_false(vmcore_read(&core, 0x2ff0, got, 0x20, &error));
	assert_int_equal(error.status, VMCORE_UNMAPPED);
	assert_non_null(strstr(error.cause, "0x3000"));
	assert_false(vmcore_read(&core, 0xfff, got, 1, &error));
	assert_false(vmcore_read(&core, 0x4010, got, 1, &error));
	assert_true(vmcore_read(&core, 0x400f, got, 1, &error));
}

/* The kernel's text is inside of all memory, and memory goes on behind it. */
static void test_physical_memory_overlaps(void **state)
{
	struct core_wish wish = usual;
	struct vmcore core;
	struct core made;
	uint8_t *load;
	uint64_t word;

	wish.split = true;
	wish.no_virtual = true;
	core_make(&made, &wish);
	/* The first half now seems to be all of it, the second one lies inside of it. */
	load = made.data + 64 + 2 * 56;
	bytes_put(load + 24, 8, LITTLE, bytes_get(load + 24, 8, LITTLE) - 0x100000);
	bytes_put(load + 32, 8, LITTLE, 0x200000);
	bytes_put(load + 8, 8, LITTLE, 0);
	made.data = realloc(made.data, 0x300000);
	assert_non_null(made.data);
	made.size = 0x300000;
	assert_true(open_core(&core, &made));
	/* Behind the end of the extent that begins last before it. */
	bytes_put(made.data + 0x180000, 8, LITTLE, 42);
	assert_true(vmcore_read_number(&core, UINT64_C(0xffffffff91000000) - 0x100000 + 0x180000, 8,
				       &word, &error));
	assert_int_equal(word, 42);
	core_free(&made);
}

static void test_fixed_mappings(void **state)
{
	static const struct {
		uint16_t machine;
		const char *info;
		uint64_t virtual, physical; /* UINT64_MAX: nothing is known */
	} samples[] = {
		{EM_X86_64, "NUMBER(phys_base)=16777216\n", UINT64_C(0xffffffff81000000),
		 0x2000000},
		{EM_X86_64, "NUMBER(phys_base)=-16777216\n", UINT64_C(0xffffffff82000000),
		 0x1000000},
		{EM_X86_64, "NUMBER(phys_base)=0\n", UINT64_C(0xffff888000000000), UINT64_MAX},
		{EM_AARCH64, "NUMBER(VA_BITS)=48\nNUMBER(PHYS_OFFSET)=0x40000000\n",
		 UINT64_C(0xffff000000200000), 0x40200000},
		{EM_AARCH64, "NUMBER(VA_BITS)=48\nNUMBER(kimage_voffset)=0xffff7fffc0000000\n",
		 UINT64_C(0xffff800008200000), UINT64_C(0x48200000)},
		{EM_AARCH64, "NUMBER(VA_BITS)=52\nNUMBER(PHYS_OFFSET)=0xfff1000040000000\n",
		 UINT64_C(0xffff000000001000), UINT64_C(0x40001000)},
		{EM_AARCH64, "NUMBER(VA_BITS)=64\nNUMBER(PHYS_OFFSET)=0\n",
		 UINT64_C(0xffff000000001000), UINT64_MAX},
		{EM_PPC64, "", UINT64_C(0xc000000012345678), 0x12345678},
		{EM_PPC64, "", UINT64_C(0xd000000012345678), UINT64_MAX},
		{EM_S390, "", 0x12345678, 0x12345678},
		{EM_S390, "IDENTITYBASE=0\nKERNELOFFSET=3ffe0000000\nKERNELOFFPHYS=100000\n",
		 UINT64_C(0x3ffe0000123), 0x100123},
		{EM_S390, "IDENTITYBASE=1000000\nKERNELOFFSET=3ffe0000000\nKERNELOFFPHYS=100000\n",
		 0x1234567, 0x234567},
		{EM_RISCV,
		 "NUMBER(PAGE_OFFSET)=0xff60000000000000\nNUMBER(phys_ram_base)=2147483648\n",
		 UINT64_C(0xff60000000001000), UINT64_C(0x80001000)},
		{EM_RISCV, "", UINT64_C(0xff60000000001000), UINT64_MAX},
	};

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct vmcore_extent here = {samples[i].physical, 8, 0x100, 0};
		struct vmcore core = core_of(NULL, 0);
		uint8_t got[8];

		core.machine = samples[i].machine;
		core.info =
			(struct bytes){(const uint8_t *)samples[i].info, strlen(samples[i].info)};
		core.physical = (struct vmcore_map){&here, samples[i].physical != UINT64_MAX};
		vmcore_map_kernel(&core);
		if (vmcore_read(&core, samples[i].virtual, got, 8, &error) !=
		    (samples[i].physical != UINT64_MAX))
			fail_msg("sample %zu: %s", i, error.cause);
	}
}

/* Tables in the first pages of `memory`, physical addresses from 0. */
static void put_entry(unsigned table, unsigned index, uint64_t entry)
{
	bytes_put(memory + table * 0x1000 + index * 8, 8, LITTLE, entry);
}

static void reads_from(const struct vmcore *core, uint64_t virtual, size_t offset)
{
	uint8_t got[16];

	if (!vmcore_read(core, virtual, got, sizeof(got), &error))
		fail_msg("0x%llx: %s", (unsigned long long)virtual, error.cause);
	assert_memory_equal(got, memory + offset, sizeof(got));
}

static void test_page_table(void **state)
{
	static const char text[] =
		"NUMBER(phys_base)=0\nSYMBOL(init_top_pgt)=ffffffff80001000\n"
		"NUMBER(pgtable_l5_enabled)=1\nNUMBER(sme_mask)=140737488355328\n";
	const uint64_t encrypted = UINT64_C(1) << 47;
	struct vmcore_extent all = {0, sizeof(memory), 0, 0};
	struct vmcore core = core_of(NULL, 0);
	uint8_t got[16];

	memset(memory, 0, 0x6000);
	core.machine = EM_X86_64;
	core.info = (struct bytes){(const uint8_t *)text, sizeof(text) - 1};
	core.physical = (struct vmcore_map){&all, 1};
	vmcore_map_kernel(&core);
	/* 0xff11...: entry 0x111 of five levels; then pages of 4 KiB, 2 MiB and 1 GiB. */
	put_entry(1, 0x111, 0x2000 | encrypted | 3);
	put_entry(2, 0, 0x3000 | UINT64_C(1) << 63 | 3);
	put_entry(3, 0, 0x4000 | 3);
	put_entry(3, 1, 0x83);
	put_entry(3, 2, 0x2);
	put_entry(4, 0, 0x5000 | 3);
	put_entry(4, 1, 0x83);
	put_entry(4, 2, (uint64_t)sizeof(memory) << 20 | 0x83);
	put_entry(5, 0, 0x9000 | encrypted | 3);
	put_entry(5, 1, 0x8000 | 3);
	reads_from(&core, UINT64_C(0xff11000000000010), 0x9010);
	reads_from(&core, UINT64_C(0xff11000000200010), 0x10);
	reads_from(&core, UINT64_C(0xff11000040012340), 0x12340);
	/* The pages lie the other way round. */
	assert_true(vmcore_read(&core, UINT64_C(0xff11000000000ff8), got, 16, &error));
	assert_memory_equal(got, memory + 0x9ff8, 8);
	assert_memory_equal(got + 8, memory + 0x8000, 8);
	/* Not present, behind the end of memory, no entry at all. */
	assert_false(vmcore_read(&core, UINT64_C(0xff11000080000000), got, 1, &error));
	assert_false(vmcore_read(&core, UINT64_C(0xff11000000400000), got, 1, &error));
	assert_false(vmcore_read(&core, UINT64_C(0xffff888000000000), got, 1, &error));
	assert_int_equal(error.status, VMCORE_UNMAPPED);
	/* Without a word about levels there are four. */
	core.info.size = strlen("NUMBER(phys_base)=0\nSYMBOL(init_top_pgt)=ffffffff80001000\n");
	vmcore_map_kernel(&core);
	put_entry(1, 0x111, 0x3000 | 3);
	reads_from(&core, UINT64_C(0xffff888040012340), 0x12340);
}

/* ------------------------------------------------------------------------------------------- */

/* An array of two windows' size, walked through: few reads, and each byte once. */
static void test_walking(void **state)
{
	struct vmcore_extent all[] = {{0x10000, sizeof(memory), 0, 0}};
	const struct vmcore core = core_of(all, 1);
	const size_t size = 2 * VMCORE_WINDOW_SIZE;
	struct vmcore_window window;

	assert_true(vmcore_window_open(&window, &core, 0x10000 + 24, size, &arena, &error));
	for (size_t at = 0; at + 24 <= size; at += 24) {
		const uint8_t *got = vmcore_window_at(&window, at, 24, &error);

		assert_non_null(got);
		assert_memory_equal(got, memory + 24 + at, 24);
	}
	assert_in_range(reads, 2, 12);
	assert_in_range(bytes_read, size - 24, size + 24 * 12);
}

/* Whoever jumps about does not read the whole window each time. */
static void test_jumping(void **state)
{
	struct vmcore_extent all[] = {{0, sizeof(memory), 0, 0}};
	const struct vmcore core = core_of(all, 1);
	struct vmcore_window window;

	assert_true(vmcore_window_open(&window, &core, 0, sizeof(memory), &arena, &error));
	for (unsigned i = 0; i < 1000; i++) {
		size_t at = (size_t)i * 104729 % (sizeof(memory) - 100);
		const uint8_t *got = vmcore_window_at(&window, at, 100, &error);

		assert_non_null(got);
		assert_memory_equal(got, memory + at, 100);
	}
	assert_true(bytes_read <= 1000 * 8192);
}

/* Behind what is wanted the memory ends: that is no reason to fail. */
static void test_window_before_a_hole(void **state)
{
	struct vmcore_extent extents[] = {{0, 1000, 0, 0}, {2000, 1000, 2000, 1}};
	const struct vmcore core = core_of(extents, 2);
	struct vmcore_window window;

	assert_true(vmcore_window_open(&window, &core, 0, 3000, &arena, &error));
	assert_non_null(vmcore_window_at(&window, 900, 100, &error));
	assert_null(vmcore_window_at(&window, 900, 101, &error));
	assert_int_equal(error.status, VMCORE_UNMAPPED);
	assert_null(vmcore_window_at(&window, 1500, 1, &error));
	assert_non_null(vmcore_window_at(&window, 2000, 1000, &error));
	assert_memory_equal(vmcore_window_at(&window, 2001, 9, &error), memory + 2001, 9);
	/* Outside of the array. */
	assert_null(vmcore_window_at(&window, 2999, 2, &error));
	assert_null(vmcore_window_at(&window, UINT64_MAX, 1, &error));
	assert_null(vmcore_window_at(&window, 0, VMCORE_WINDOW_SIZE + 1, &error));
}

/* A hole ends what can be read at once. Who walks towards it must not read the same each time. */
static void test_walking_to_a_hole(void **state)
{
	const size_t end = 2 * VMCORE_WINDOW_SIZE - 8192;
	struct vmcore_extent extents[] = {{0, end, 0, 0}, {end + 1, 4096, end + 1, 1}};
	const struct vmcore core = core_of(extents, 2);
	struct vmcore_window window;

	assert_true(vmcore_window_open(&window, &core, 0, end + 4096, &arena, &error));
	for (size_t at = 0; at + 24 <= end; at += 24)
		assert_non_null(vmcore_window_at(&window, at, 24, &error));
	assert_in_range(bytes_read, end - 24, 4 * end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_headers, teardown),
		cmocka_unit_test_teardown(test_no_elf, teardown),
		cmocka_unit_test_teardown(test_section_header_is_missing, teardown),
		cmocka_unit_test_teardown(test_what_is_known, teardown),
		cmocka_unit_test_teardown(test_wild_notes, teardown),
		cmocka_unit_test_teardown(test_notes_behind_damaged_ones, teardown),
		cmocka_unit_test_teardown(test_long_note, teardown),
		cmocka_unit_test_teardown(test_reading_over_a_border, teardown),
		cmocka_unit_test_teardown(test_physical_memory_overlaps, teardown),
		cmocka_unit_test_teardown(test_fixed_mappings, teardown),
		cmocka_unit_test_teardown(test_page_table, teardown),
		cmocka_unit_test_teardown(test_walking, teardown),
		cmocka_unit_test_teardown(test_jumping, teardown),
		cmocka_unit_test_teardown(test_window_before_a_hole, teardown),
		cmocka_unit_test_teardown(test_walking_to_a_hole, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
