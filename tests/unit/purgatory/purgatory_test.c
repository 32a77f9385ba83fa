// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * x86_64's purgatory, the very bytes that the command carries, run at arbitrary pages of an
 * ordinary process: it verifies and jumps, and it stops and says so when anything changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "arch/x86_64/purgatory.h"
#include "kexec/digest.h"
#include "purgatory/purgatory.h"
#include "tests/unit/purgatory/bare_machine.h"

#define LOW 0x20000000ull
#define LANDING 0x30000000ull
#define BOOT_PARAMS 0x12345678ull
#define REGIONS 0x40000000ull
#define SCREEN 0xb8000ull

static struct bytes image;
static struct purgatory_parameters *block;	/* where the image was put */
static struct bare_machine *machine;
static uint16_t *screen;	/* where a test mapped it */
static uint64_t address;
static size_t memory_size;
static bool shared;

/* Odd sizes and addresses: each padding case of SHA-256, a block's edge, and one of many blocks. */
static const struct purgatory_region regions[] = {
	{REGIONS, 1},		{REGIONS + 0x1001, 55},
	{REGIONS + 0x2003, 64}, {REGIONS + 0x3000, 4097},
	{REGIONS + 0x10000, 0}, {REGIONS + 0x10000, 300007},
};
#define REGION_COUNT (sizeof(regions) / sizeof(regions[0]))
#define REGIONS_SIZE 0x80000

static void put_at(uint64_t where)
{
	address = where;
	memcpy(bare_machine_map(address, memory_size, shared), image.data, image.size);
	block = (struct purgatory_parameters *)(uintptr_t)(address + PURGATORY_PARAMETERS);
	block->flags = PURGATORY_VERIFY | PURGATORY_CONSOLE_SERIAL;
	block->entry = LANDING;
	block->arguments[0] = BOOT_PARAMS;
	block->serial_base = 0x3f8;
}

static void take_away(void)
{
	if (address)
		bare_machine_unmap(address, memory_size);
	address = 0;
}

static void digest_what_is_there(uint8_t digest[DIGEST_SIZE])
{
	struct bytes parts[REGION_COUNT];
	struct error error = { 0 };

	for (size_t i = 0; i < REGION_COUNT; i++)
		parts[i] = (struct bytes){(const uint8_t *)(uintptr_t)regions[i].start,
					  regions[i].size};
	assert_true(digest_sha256(parts, REGION_COUNT, digest, &error));
}

/* Tells purgatory about the regions as they are now. */
static void seal(void)
{
	memcpy(block->regions, regions, sizeof(regions));
	block->region_count = REGION_COUNT;
	digest_what_is_there(block->sha256);
}

static int setup(void **state)
{
	uint8_t *bytes;

	image = purgatory_x86_64();
	memory_size =
		(size_t)((const struct purgatory_parameters *)(image.data + PURGATORY_PARAMETERS))
			->memory_size;
	shared = false;
	machine = bare_machine_open();
	bare_machine_map(LANDING, 0x1000, false);
	bare_machine_land_at(LANDING);
	bytes = bare_machine_map(REGIONS, REGIONS_SIZE, false);
	for (size_t i = 0; i < REGIONS_SIZE; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	return 0;
}

static int teardown(void **state)
{
	take_away();
	if (screen)
		bare_machine_unmap(SCREEN, 0x1000);
	screen = NULL;
	bare_machine_unmap(REGIONS, REGIONS_SIZE);
	bare_machine_unmap(LANDING, 0x1000);
	bare_machine_close(machine);
	return 0;
}

static void run(void)
{
	bare_machine_run(machine, address);
	assert_string_equal(machine->lost, "");
}

static void assert_said(const char *text)
{
	if (!strstr(machine->serial, text))
		fail_msg("the serial port does not show \"%s\" but:\n%s", text, machine->serial);
}

static void assert_landed_64(void)
{
	assert_int_equal(machine->end, ENDED_JUMPED);
	assert_int_equal(machine->rip, LANDING);
	assert_int_equal(machine->rsi, BOOT_PARAMS);
	assert_int_equal(machine->rax | machine->rbx | machine->rcx | machine->rdx | machine->rdi |
				 machine->rbp,
			 0);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(machine->r[i], 0);
	assert_false(machine->code32);
	assert_false(machine->interrupts);
	assert_int_equal(machine->segments[SEGMENT_CS], 0x10);
	assert_int_equal(machine->segments[SEGMENT_DS], 0x18);
	assert_int_equal(machine->segments[SEGMENT_ES], 0x18);
	assert_int_equal(machine->segments[SEGMENT_SS], 0x18);
}

static void test_the_block_is_where_loaders_of_any_version_look(void **state)
{
	assert_int_equal(offsetof(struct purgatory_parameters, magic), 0x00);
	assert_int_equal(offsetof(struct purgatory_parameters, memory_size), 0x08);
	assert_int_equal(offsetof(struct purgatory_parameters, flags), 0x10);
	assert_int_equal(offsetof(struct purgatory_parameters, entry), 0x18);
	assert_int_equal(offsetof(struct purgatory_parameters, entry_mode), 0x20);
	assert_int_equal(offsetof(struct purgatory_parameters, arguments), 0x28);
	assert_int_equal(offsetof(struct purgatory_parameters, serial_base), 0x68);
	assert_int_equal(offsetof(struct purgatory_parameters, serial_baud), 0x70);
	assert_int_equal(offsetof(struct purgatory_parameters, sha256), 0x78);
	assert_int_equal(offsetof(struct purgatory_parameters, region_count), 0x98);
	assert_int_equal(offsetof(struct purgatory_parameters, regions), 0xa0);
	assert_int_equal(sizeof(struct purgatory_parameters), 0x1a0);
}

static void test_the_image_carries_magic_and_memory_size(void **state)
{
	const uint8_t *in_image = image.data + PURGATORY_PARAMETERS;

	assert_true(image.size >= PURGATORY_PARAMETERS + sizeof(struct purgatory_parameters));
	assert_int_equal(bytes_get(in_image, 8, LITTLE), PURGATORY_MAGIC);
	assert_true(bytes_get(in_image + 8, 8, LITTLE) >= image.size);
	for (size_t i = 0x10; i < sizeof(struct purgatory_parameters); i++)
		assert_int_equal(in_image[i], 0);
}

static void test_it_verifies_and_jumps_at_any_page(void **state)
{
	static const uint64_t pages[] = {
		LOW,
		0x1234000,
		0x5a5a5000,
		0x7ff00000,
		0x123456789000,
		0x200000000000,
		0x2ffffffff000,
	};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		put_at(pages[i]);
		seal();
		run();
		assert_landed_64();
		assert_said(
			"purgatory: the SHA-256 of 6 segments, 304224 bytes, is as loaded.\r\n");
		take_away();
	}
}

static void check_refused(const char *expected_hex)
{
	uint8_t digest[DIGEST_SIZE];
	char found[2 * DIGEST_SIZE + 1], line[128];

	digest_what_is_there(digest);
	digest_hex(digest, found);
	run();
	assert_int_equal(machine->end, ENDED_HALTED);
	assert_said("purgatory: the next kernel was changed after it was loaded. Its SHA-256:\r\n");
	snprintf(line, sizeof(line), "  expected %s\r\n", expected_hex);
	assert_said(line);
	snprintf(line, sizeof(line), "  found    %s\r\n", found);
	assert_said(line);
	assert_said("purgatory: stopped. The next kernel is not started; reset the machine.\r\n");
}

static void test_one_flipped_bit_in_any_region_stops_it(void **state)
{
	char expected[2 * DIGEST_SIZE + 1];

	put_at(LOW);
	seal();
	digest_hex(block->sha256, expected);
	for (size_t i = 0; i < REGION_COUNT; i++) {
		uint64_t size = regions[i].size;
		uint64_t places[] = { 0, size / 2, size - 1 };

		for (size_t j = 0; size && j < 3; j++) {
			uint8_t *byte = (uint8_t *)(uintptr_t)(regions[i].start + places[j]);

			*byte ^= (uint8_t)(1 << (i + j) % 8);
			check_refused(expected);
			*byte ^= (uint8_t)(1 << (i + j) % 8);
		}
	}
	run();
	assert_landed_64();
}

static void test_bytes_outside_of_the_regions_do_not_matter(void **state)
{
	put_at(LOW);
	seal();
	for (size_t i = 0; i < REGION_COUNT; i++)
		*(uint8_t *)(uintptr_t)(regions[i].start + regions[i].size) ^= i != 4;
	run();
	assert_landed_64();
}

static void test_a_wrong_digest_stops_it(void **state)
{
	char expected[2 * DIGEST_SIZE + 1];

	put_at(LOW);
	seal();
	block->sha256[31] ^= 1;
	digest_hex(block->sha256, expected);
	check_refused(expected);
}

static void test_swapped_regions_stop_it(void **state)
{
	put_at(LOW);
	seal();
	block->regions[0] = regions[1];
	block->regions[1] = regions[0];
	run();
	assert_int_equal(machine->end, ENDED_HALTED);
}

static void test_an_impossible_region_count_stops_it(void **state)
{
	put_at(LOW);
	seal();
	block->region_count = PURGATORY_REGIONS + 1;
	run();
	assert_int_equal(machine->end, ENDED_HALTED);
	assert_said("its own parameters were overwritten: they list 17 regions");
}

static void test_without_a_check_it_jumps_whatever_is_there(void **state)
{
	put_at(LOW);
	seal();
	block->flags &= ~(uint64_t)PURGATORY_VERIFY;
	block->sha256[0] ^= 1;
	run();
	assert_landed_64();
	assert_said("without a check");
}

static void test_without_a_console_it_is_silent(void **state)
{
	put_at(LOW);
	seal();
	block->flags = PURGATORY_VERIFY;
	block->serial_baud = 9600;
	run();
	assert_landed_64();
	assert_int_equal(machine->write_count, 0);
	block->sha256[0] ^= 1;
	run();
	assert_int_equal(machine->end, ENDED_HALTED);
	assert_int_equal(machine->write_count, 0);
}

static void test_it_sets_the_speed_when_asked(void **state)
{
	static const struct { uint64_t baud; uint16_t divisor; } speeds[] = {
		{ 115200, 1 }, { 57600, 2 }, { 9600, 12 }, { 1, 0xffff }, { 4000000, 1 },
	};

	put_at(LOW);
	seal();
	machine->serial_port = 0x2f8;
	block->serial_base = 0x2f8;
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
		block->serial_baud = speeds[i].baud;
		run();
		assert_landed_64();
		assert_int_equal(machine->divisor, speeds[i].divisor);
		assert_int_equal(machine->line_control, 0x03);
		assert_said("is as loaded.");
	}
	block->serial_baud = 0;
	run();
	for (size_t i = 0; i < machine->write_count; i++)
		assert_int_equal(machine->writes[i].port, 0x2f8);
}

static void test_a_port_that_never_answers_does_not_hold_it_up(void **state)
{
	put_at(LOW);
	seal();
	machine->line_status = 0;
	run();
	assert_landed_64();
	assert_string_equal(machine->serial, "");
}

static void test_it_speaks_at_the_bottom_of_the_screen(void **state)
{
	char row[81];

	screen = bare_machine_map(SCREEN, 0x1000, false);
	for (size_t i = 0; i < 25 * 80; i++)
		screen[i] = (uint16_t)(0x1f00 | ('A' + i / 80));
	put_at(LOW);
	seal();
	block->flags = PURGATORY_VERIFY | PURGATORY_CONSOLE_VGA;
	block->sha256[0] ^= 1;
	run();
	assert_int_equal(machine->end, ENDED_HALTED);
	assert_int_equal(machine->write_count, 0);
	bare_machine_row(machine, 24, row);
	assert_string_equal(row, "");
	bare_machine_row(machine, 23, row);
	assert_string_equal(
		row, "purgatory: stopped. The next kernel is not started; reset the machine.");
	assert_int_equal(machine->screen[23 * 80] >> 8, 0x07);
	bare_machine_row(machine, 20, row);
	assert_string_equal(
		row, "purgatory: the next kernel was changed after it was loaded. Its SHA-256:");
	bare_machine_row(machine, 19, row);
	assert_string_equal(
		row,
		"YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY");
}

static void test_a_long_line_wraps_on_the_screen(void **state)
{
	char row[81];

	screen = bare_machine_map(SCREEN, 0x1000, false);
	put_at(LOW);
	seal();
	block->flags = PURGATORY_VERIFY | PURGATORY_CONSOLE_VGA;
	block->region_count = UINT64_MAX;
	run();
	assert_int_equal(machine->end, ENDED_HALTED);
	bare_machine_row(machine, 21, row);
	assert_string_equal(
		row,
		"purgatory: its own parameters were overwritten: they list 18446744073709551615 r");
	bare_machine_row(machine, 22, row);
	assert_string_equal(row, "egions.");
}

static void test_it_puts_the_adapter_into_text_mode_when_asked(void **state)
{
	char row[81];

	screen = bare_machine_map(SCREEN, 0x1000, false);
	memset(screen, 0x55, 25 * 80 * 2);
	put_at(LOW);
	seal();
	block->flags = PURGATORY_VERIFY | PURGATORY_RESET_VGA;
	run();
	assert_landed_64();
	for (unsigned i = 0; i < 25; i++) {
		bare_machine_row(machine, i, row);
		assert_string_equal(row, "");
	}
	/*
	 * 80 columns (number - 1), 400 lines (0x18f, with its ninth bit in the overflow register),
	 * text.
	 */
	assert_int_equal(bare_machine_indexed(machine, 0x3d4, 0x01), 0x4f);
	assert_int_equal(bare_machine_indexed(machine, 0x3d4, 0x12), 0x8f);
	assert_int_equal(bare_machine_indexed(machine, 0x3d4, 0x07) & 0x42, 0x02);
	assert_int_equal(bare_machine_indexed(machine, 0x3d4, 0x09) & 0x1f, 15);
	assert_int_equal(bare_machine_indexed(machine, 0x3d4, 0x11) & 0x80, 0x80);
	assert_int_equal(bare_machine_indexed(machine, 0x3ce, 0x06), 0x0e);
	assert_int_equal(bare_machine_indexed(machine, 0x3c4, 0x04), 0x02);
	assert_int_equal(bare_machine_indexed(machine, 0x3c4, 0x00), 0x03);
}

static void test_the_64bit_entry_with_boot_notes(void **state)
{
	put_at(LOW);
	seal();
	block->arguments[0] = 0;
	block->arguments[1] = 0x187654000;
	run();
	assert_int_equal(machine->end, ENDED_JUMPED);
	assert_int_equal(machine->rip, LANDING);
	assert_int_equal(machine->rdi, 0x187654000);
	assert_int_equal(machine->rsi | machine->rax | machine->rbx | machine->rcx | machine->rdx,
			 0);
	assert_false(machine->code32);
}

static void test_the_32bit_entry_leaves_long_mode(void **state)
{
	put_at(LOW);
	seal();
	block->entry_mode = PURGATORY_ENTRY_32;
	run();
	assert_int_equal(machine->end, ENDED_JUMPED);
	assert_int_equal(machine->rip, LANDING);
	assert_true(machine->code32);
	assert_int_equal(machine->rsi, BOOT_PARAMS);
	assert_int_equal(machine->rbp | machine->rdi | machine->rbx | machine->rax, 0);
	assert_int_equal(machine->cr0, 0x11);
	assert_int_equal(machine->cr4, 0);
	assert_int_equal(machine->efer & 0x100, 0);
	assert_int_equal(machine->segments[SEGMENT_CS], 0x10);
	assert_int_equal(machine->segments[SEGMENT_DS], 0x18);
	assert_int_equal(machine->segments[SEGMENT_ES], 0x18);
	assert_int_equal(machine->segments[SEGMENT_SS], 0x18);
	assert_false(machine->interrupts);
}

static void test_the_32bit_entry_of_multiboot(void **state)
{
	put_at(LOW);
	seal();
	block->entry_mode = PURGATORY_ENTRY_32;
	block->arguments[0] = 0;
	block->arguments[1] = 0x2badb002;
	block->arguments[2] = 0x87654000;
	run();
	assert_int_equal(machine->end, ENDED_JUMPED);
	assert_int_equal(machine->rip, LANDING);
	assert_int_equal(machine->rax, 0x2badb002);
	assert_int_equal(machine->rbx, 0x87654000);
	assert_int_equal(machine->rsi | machine->rdi | machine->rbp, 0);
	assert_int_equal(machine->cr0, 0x11);
	assert_false(machine->interrupts);
}

/*
 * What the loader leaves room for, and what there must be in it for a root pointer of some
 * revision.
 */
static void test_it_fills_tags_with_acpis_root_pointer(void **state)
{
	static const uint8_t end[8] = { 0, 0, 0, 0, 8 };
	uint8_t pointer[36] = "RSD PTR ", *tags, before[80];
	size_t size = 4096;

	tags = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(tags, MAP_FAILED);
	memset(before, 0xaa, sizeof(before));
	for (unsigned i = 8; i < sizeof(pointer); i++)
		pointer[i] = (uint8_t)(i + 100);
	put_at(LOW);
	seal();
	block->entry_mode = PURGATORY_ENTRY_32;
	block->arguments[3] = (uintptr_t)tags;
	block->arguments[4] = (uintptr_t)pointer;
	for (unsigned revision = 0; revision < 3; revision++) {
		pointer[15] = (uint8_t)revision;
		memcpy(tags, before, sizeof(before));
		run();
		assert_int_equal(machine->end, ENDED_JUMPED);
		assert_memory_equal(tags, before, 8);
		assert_memory_equal(tags + 8, pointer, 20);
		assert_memory_equal(tags + 28, before, 4);
		assert_memory_equal(tags + 32, revision < 2 ? end : before, 8);
		assert_memory_equal(tags + 40, revision < 2 ? before : pointer, 36);
	}
	pointer[3] = '!';
	memcpy(tags, before, sizeof(before));
	run();
	assert_memory_equal(tags, end, 8);
	assert_memory_equal(tags + 8, before, 72);
	munmap(tags, size);
}

/*
 * As far as a process can follow: controllers, timer, and 16-bit segments. The rest is shown by a
 * boot.
 */
static void test_real_mode_finds_a_bios_devices(void **state)
{
	static const struct port_write wanted[] = {
		{ 0xa0, 0x11 }, { 0xa1, 0x70 }, { 0xa1, 2 }, { 0xa1, 1 }, { 0xa1, 0xff },
		{ 0x20, 0x11 }, { 0x21, 0x08 }, { 0x21, 4 }, { 0x21, 1 }, { 0x21, 0xfa },
		{ 0x43, 0x34 }, { 0x40, 0 },	{ 0x40, 0 },
	};
	const size_t count = sizeof(wanted) / sizeof(wanted[0]);
	size_t first = 0;

	put_at(LOW);
	seal();
	block->entry_mode = PURGATORY_ENTRY_16;
	/* A process has no vectors of real mode. */
	bare_machine_run(machine, LOW);
	assert_non_null(strstr(machine->lost, "a privileged instruction"));
	while (first < machine->write_count && machine->writes[first].port != 0xa0)
		first++;
	assert_true(first + count <= machine->write_count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(machine->writes[first + i].port, wanted[i].port);
		assert_int_equal(machine->writes[first + i].value, wanted[i].value);
	}
	assert_int_equal(machine->gdt_limit, 23);
	assert_int_equal(machine->cr0, 0x11);
	assert_int_equal(machine->efer & 0x100, 0);
	assert_false(machine->interrupts);
}

static void test_the_32bit_entry_verifies_too(void **state)
{
	put_at(LOW);
	seal();
	block->entry_mode = PURGATORY_ENTRY_32;
	block->sha256[5] ^= 0x80;
	run();
	assert_int_equal(machine->end, ENDED_HALTED);
	assert_false(machine->code32);
}

static void test_it_can_be_entered_again_and_keeps_to_its_stack(void **state)
{
	const uint8_t *behind;
	size_t untouched = 0;
	uint8_t *before = malloc(image.size);

	shared = true;
	put_at(LOW);
	seal();
	memcpy(before, (const void *)(uintptr_t)LOW, image.size);
	for (unsigned i = 0; i < 2; i++) {
		run();
		assert_landed_64();
		assert_said("is as loaded");
		assert_memory_equal(before, (const void *)(uintptr_t)LOW, image.size);
	}
	behind = (const uint8_t *)(uintptr_t)(LOW + image.size);
	for (size_t i = 64; i < memory_size - image.size && !behind[i]; i++)
		untouched++;
	if (untouched < 2048)
		fail_msg("only %zu bytes of stack were never used", untouched);
	free(before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* After the check, so that what stopped it left the machine alone. */
static void test_memory_is_saved_before_the_jump(void **state)
{
	enum { SIZE = 0x9f123, FROM = 0x50000000, TO = 0x51000000 };
	uint8_t *from = bare_machine_map(FROM, 0xa0000, true),
		*to = bare_machine_map(TO, 0xa0000, true);

	for (size_t i = 0; i < 0xa0000; i++)
		from[i] = (uint8_t)(i * 2246822519u >> 11);
	shared = true;
	put_at(LOW);
	seal();
	run();
	assert_landed_64();
	for (size_t i = 0; i < 0xa0000; i++)
		assert_int_equal(to[i], 0);
	block->arguments[5] = SIZE;
	block->arguments[6] = FROM;
	block->arguments[7] = TO;
	block->sha256[0] ^= 1;
	run();
	assert_int_equal(machine->end, ENDED_HALTED);
	assert_int_equal(to[0] | to[1] | to[2] | to[3], 0);
	block->sha256[0] ^= 1;
	run();
	assert_landed_64();
	assert_memory_equal(from, to, SIZE);
	for (size_t i = SIZE; i < 0xa0000; i++)
		assert_int_equal(to[i], 0);
	bare_machine_unmap(FROM, 0xa0000);
	bare_machine_unmap(TO, 0xa0000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_block_is_where_loaders_of_any_version_look),
		TEST(test_the_image_carries_magic_and_memory_size),
		TEST(test_it_verifies_and_jumps_at_any_page),
		TEST(test_one_flipped_bit_in_any_region_stops_it),
		TEST(test_bytes_outside_of_the_regions_do_not_matter),
		TEST(test_a_wrong_digest_stops_it),
		TEST(test_swapped_regions_stop_it),
		TEST(test_an_impossible_region_count_stops_it),
		TEST(test_without_a_check_it_jumps_whatever_is_there),
		TEST(test_without_a_console_it_is_silent),
		TEST(test_it_sets_the_speed_when_asked),
		TEST(test_a_port_that_never_answers_does_not_hold_it_up),
		TEST(test_it_speaks_at_the_bottom_of_the_screen),
		TEST(test_a_long_line_wraps_on_the_screen),
		TEST(test_it_puts_the_adapter_into_text_mode_when_asked),
		TEST(test_the_64bit_entry_with_boot_notes),
		TEST(test_the_32bit_entry_leaves_long_mode),
		TEST(test_the_32bit_entry_of_multiboot),
		TEST(test_real_mode_finds_a_bios_devices),
		TEST(test_it_fills_tags_with_acpis_root_pointer),
		TEST(test_the_32bit_entry_verifies_too),
		TEST(test_it_can_be_entered_again_and_keeps_to_its_stack),
		TEST(test_memory_is_saved_before_the_jump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
