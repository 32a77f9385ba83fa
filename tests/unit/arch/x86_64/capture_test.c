// SPDX-License-Identifier: GPL-2.0-or-later
/* What an x86_64 capture kernel is told: its memory, and where the headers are. */
#include <elf.h>
#include <stdio.h>

#include "purgatory/purgatory.h"
#include "tests/images/images.h"
#include "tests/unit/planned.h"

static struct planned t;
static const struct range notes[] = { { 0x7e000000, 0x7e000170 } };

static void add(struct memmap *map, uint64_t start, uint64_t end, enum memory_type type)
{
	assert_true(memmap_append(map, &t.arena, (struct range){ start, end }, type, &t.error));
}

static int setup(void **state)
{
	uint8_t *kernel;
	size_t size;

	planned_setup(&t, 2 * GIB);
	kernel = images_bzimage(&images_debian_bzimage, &size);
	planned_kernel(&t, kernel, size);
	planned_initrd(&t, 3 * MIB);
	t.machine.firmware.count = 0;
	add(&t.machine.firmware, 0, 0x9fc00, MEMORY_RAM);
	add(&t.machine.firmware, 0x9fc00, 0xa0000, MEMORY_RESERVED);
	add(&t.machine.firmware, MIB, 0x7ff00000, MEMORY_RAM);
	add(&t.machine.firmware, 0x7ff00000, 0x7ff80400, MEMORY_ACPI);
	add(&t.machine.firmware, 0x7ff80400, 0x80000000, MEMORY_NVS);
	add(&t.machine.firmware, 8 * GIB, 9 * GIB, MEMORY_PRAM);
	add(&t.machine.firmware, 16 * GIB, 17 * GIB, MEMORY_SOFT_RESERVED);
	add(&t.machine.ram, 0x1000, 0x9fc00, MEMORY_RAM);
	add(&t.machine.ram, MIB, 0x7ff00000, MEMORY_RAM);
	add(&t.machine.crash, 0x10000000, 0x12000000, MEMORY_RAM);
	add(&t.machine.crash, 0x20000000, 0x2c000000, MEMORY_RAM);
	t.machine.vmcoreinfo = (struct range){ 0x7f000000, 0x7f001024 };
	t.machine.crash_notes = notes;
	t.machine.crash_notes_count = 1;
	t.options.panic = true;
	return 0;
}

static int teardown(void **state)
{
	planned_release(&t);
	return 0;
}

/* The map in boot_params is the plan's. */
static void expect_e820(void)
{
	const struct boot_params *params = planned_boot_params(&t);

	assert_int_equal(params->e820_entries, t.plan.memory.count);
	for (size_t i = 0; i < t.plan.memory.count; i++) {
		const struct memory *m = &t.plan.memory.entries[i];

		assert_int_equal(get(params->e820_table[i].address), m->range.start);
		assert_int_equal(get(params->e820_table[i].size), m->range.end - m->range.start);
		assert_int_equal(get(params->e820_table[i].type), e820_type(m->type));
	}
}

static void test_memory_is_the_reservations_and_what_firmware_keeps(void **state)
{
	const struct segment *headers;
	const struct memmap *map = &t.plan.memory;

	assert_planned(&t);
	expect_e820();
	headers = planned_segment(&t, "elfcorehdr");
	assert_true(memmap_covers(map, (struct range){ 0x1000, 0x9fc00 }, MEMORY_RAM));
	assert_true(memmap_covers(map, (struct range){ 0x10000000, 0x12000000 }, MEMORY_RAM));
	assert_int_equal(memmap_total(map, MEMORY_RAM),
			 0x9fc00 - 0x1000 + 0x2000000 + 0xc000000 - range_size(headers->memory));
	/* Whatever else the capture kernel were told to use, the headers would be overwritten. */
	for (size_t i = 0; i < map->count; i++)
		assert_false(range_overlaps(map->entries[i].range, headers->memory));
	assert_true(memmap_covers(map, (struct range){ 0x7ff00000, 0x7ff80400 }, MEMORY_ACPI));
	assert_true(memmap_covers(map, (struct range){ 0x7ff80400, 0x80000000 }, MEMORY_NVS));
	assert_true(memmap_covers(map, (struct range){ 8 * GIB, 9 * GIB }, MEMORY_PRAM));
	/* A driver could make RAM of it, which is the crashed kernel's. */
	assert_true(memmap_covers(map, (struct range){ 16 * GIB, 17 * GIB }, MEMORY_RESERVED));
}

static void expect_cmdline(const char *format, ...)
{
	char wanted[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(wanted, sizeof(wanted), format, args);
	va_end(args);
	assert_string_equal(t.plan.cmdline, wanted);
	assert_string_equal(
		planned_at(&t, get(planned_boot_params(&t)->hdr.cmd_line_ptr), strlen(wanted) + 1),
		wanted);
}

static unsigned long headers_kib(void)
{
	return (unsigned long)(planned_segment(&t, "elfcorehdr")->memory.start >> 10);
}

static void test_the_command_line_says_where_the_headers_are(void **state)
{
	assert_planned(&t);
	expect_cmdline("elfcorehdr=%luK", headers_kib());
	t.options.append = "irqpoll nr_cpus=1";
	assert_planned(&t);
	expect_cmdline("irqpoll nr_cpus=1 elfcorehdr=%luK", headers_kib());
	t.options.reuse_cmdline = true;
	t.machine.cmdline =
		"crashkernel=128M,high BOOT_IMAGE=/vmlinuz root=/dev/vda1 crashkernel=64M,low";
	assert_planned(&t);
	expect_cmdline("root=/dev/vda1 irqpoll nr_cpus=1 elfcorehdr=%luK", headers_kib());
}

static void test_memory_on_the_command_line(void **state)
{
	t.options.pass_memmap_cmdline = true;
	assert_planned(&t);
	expect_cmdline("memmap=exactmap memmap=635K@4K memmap=32768K@262144K "
		       "memmap=196604K@524292K memmap=513K#2096128K memmap=511K#2096641K "
		       "memmap=1048576K!8388608K elfcorehdr=%luK", headers_kib());
	expect_e820();
}

/* Firmware tells EFI kernels where ACPI's root is; without EFI it has to be said. */
static void test_the_root_of_acpi(void **state)
{
	t.facts.efi_acpi20 = 0x7ff01014;
	assert_planned(&t);
	expect_cmdline("acpi_rsdp=0x7ff01014 elfcorehdr=%luK", headers_kib());
	assert_int_equal(get(planned_boot_params(&t)->acpi_rsdp_addr), 0x7ff01014);
}

static void test_a_vmlinux(void **state)
{
	struct range kernel = { UINT64_MAX, 0 };
	uint64_t in_kernel = 0;
	uint8_t *file;
	size_t size;

	free(t.kernel);
	file = images_vmlinux(&images_small_vmlinux, &size);
	planned_kernel(&t, file, size);
	/* With what purgatory saves there is something small for every hole. */
	t.machine.release = "5.4.0";
	assert_planned(&t);
	for (unsigned i = 0; i < t.plan.segment_count; i++) {
		const struct segment *s = &t.plan.segments[i];

		assert_true(s->memory.start >= 0x20000000);
		if (strcmp(s->name, "kernel"))
			continue;
		kernel.start = s->memory.start < kernel.start ? s->memory.start : kernel.start;
		kernel.end = s->memory.end > kernel.end ? s->memory.end : kernel.end;
		in_kernel += range_size(s->memory);
	}
	expect_cmdline("elfcorehdr=%luK", headers_kib());
	/* Not even between its parts, which the kernel takes for its own memory. */
	assert_int_equal(in_kernel, range_size(kernel));
}

static void test_a_reservation_that_the_protocol_cannot_reach(void **state)
{
	t.machine.crash.count = 0;
	add(&t.machine.crash, 4 * GIB, 5 * GIB, MEMORY_RAM);
	assert_planned(&t);
	t.options.entry_32bit = true;
	assert_refused(&t, "between 0x1000000 and 0xffffffff");
}

static const struct purgatory_parameters *purgatory(void)
{
	const struct segment *segment = planned_segment(&t, "purgatory");

	return bytes_at(segment->bytes, PURGATORY_PARAMETERS, sizeof(struct purgatory_parameters));
}

/* Linux 5.5 was the first to keep off low memory. */
static void test_kernels_that_keep_off_low_memory(void **state)
{
	static const char *const recent[] = {"5.5.0", "5.5", "5.10.0-34-amd64", "6.1.0", "10.0",
					     "x",     "5"};

	for (size_t i = 0; i < sizeof(recent) / sizeof(*recent); i++) {
		t.machine.release = recent[i];
		assert_planned(&t);
		assert_null(plan_segment(&t.plan, "backup"));
		assert_int_equal(purgatory()->arguments[5], 0);
	}
}

static const Elf64_Phdr *find_load(uint64_t physical)
{
	struct bytes headers = planned_segment(&t, "elfcorehdr")->bytes;
	const Elf64_Ehdr *ehdr = (const Elf64_Ehdr *)headers.data;
	const Elf64_Phdr *phdrs = (const Elf64_Phdr *)(ehdr + 1);

	for (unsigned i = 0; i < ehdr->e_phnum; i++)
		if (phdrs[i].p_type == PT_LOAD && phdrs[i].p_paddr == physical)
			return &phdrs[i];
	return NULL;
}

/* Purgatory saves all of it, in whole pages, and the dump is told where each piece of RAM went. */
static void test_low_memory_of_older_kernels_is_saved(void **state)
{
	static const char *const old[] = { "5.4.290", "4.19.0-27-amd64", "5.4", "2.6.61" };
	const struct segment *backup;
	const Elf64_Phdr *load;

	add(&t.machine.ram, 0x9fd00, 0x9fe00, MEMORY_RAM);
	assert_true(memmap_tidy(&t.machine.ram, &t.arena, &t.error));
	for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++) {
		t.machine.release = old[i];
		assert_planned(&t);
		backup = planned_segment(&t, "backup");
		assert_int_equal(backup->bytes.size, 0);
		assert_int_equal(range_size(backup->memory), 0x9f000);
		assert_int_equal(purgatory()->arguments[5], 0x9f000);
		assert_int_equal(purgatory()->arguments[6], 0x1000);
		assert_int_equal(purgatory()->arguments[7], backup->memory.start);
		for (size_t j = 0; j < t.plan.memory.count; j++)
			assert_false(
				range_overlaps(t.plan.memory.entries[j].range, backup->memory));
		load = find_load(0x1000);
		assert_non_null(load);
		assert_int_equal(load->p_offset, backup->memory.start);
		assert_int_equal(load->p_filesz, 0x9fc00 - 0x1000);
		assert_int_equal(load->p_vaddr, 0x1000 + t.machine.linear_map);
		load = find_load(0x9fd00);
		assert_non_null(load);
		assert_int_equal(load->p_offset, backup->memory.start + 0x9fd00 - 0x1000);
		assert_int_equal(load->p_filesz, 0x100);
	}
	/* An ordinary load has nothing to save. */
	t.options.panic = false;
	assert_planned(&t);
	assert_null(plan_segment(&t.plan, "backup"));
	assert_int_equal(purgatory()->arguments[5], 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_memory_is_the_reservations_and_what_firmware_keeps),
		TEST(test_the_command_line_says_where_the_headers_are),
		TEST(test_memory_on_the_command_line),
		TEST(test_the_root_of_acpi),
		TEST(test_a_vmlinux),
		TEST(test_kernels_that_keep_off_low_memory),
		TEST(test_low_memory_of_older_kernels_is_saved),
		TEST(test_a_reservation_that_the_protocol_cannot_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
