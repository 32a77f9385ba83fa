// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Core headers, of captured machines and of large ones, read back with the system's <elf.h>; and
 * what is said of a reservation that is too small. tests/core holds the expected texts;
 * CORE_UPDATE=1 writes them anew.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>

#include "kexec/crash.h"
#include "kexec/digest.h"
#include "tests/images/images.h"
#include "tests/support/tree.h"
#include "tests/unit/planned.h"

#define TIB ((uint64_t)1 << 40)

static struct planned t;

static int setup(void **state)
{
	uint8_t *kernel;
	size_t size;

	planned_setup(&t, 2 * GIB);
	kernel = images_bzimage(&images_debian_bzimage, &size);
	planned_kernel(&t, kernel, size);
	return 0;
}

static int teardown(void **state)
{
	planned_release(&t);
	return 0;
}

static void add(struct memmap *map, uint64_t start, uint64_t end)
{
	assert_true(memmap_append(map, &t.arena, (struct range){start, end}, MEMORY_RAM, &t.error));
}

/* A machine that a crash kernel can be loaded on: 2 GiB, of which 256 MiB are reserved. */
static struct range notes[513];

static void make_crash_machine(void)
{
	t.machine.crash = t.machine.ram = (struct memmap){ 0 };
	add(&t.machine.ram, 0x1000, 0x9fc00);
	add(&t.machine.ram, MIB, 2 * GIB);
	add(&t.machine.crash, 512 * MIB, 768 * MIB);
	t.machine.vmcoreinfo = (struct range){ 0x7f000000, 0x7f001024 };
	notes[0] = (struct range){ 0x7e000000, 0x7e000170 };
	notes[1] = (struct range){ 0x7e100000, 0x7e100170 };
	t.machine.crash_notes = notes;
	t.machine.crash_notes_count = 2;
	t.machine.kernel_image = (struct range){ 0x1000000, 0x4000000 };
	t.machine.kernel_virtual = 0xffffffff81000000;
	t.machine.linear_map = 0xffff888000000000;
	t.options.panic = true;
}

static struct bytes headers_of(struct planned *planned)
{
	return planned_segment(planned, "elfcorehdr")->bytes;
}

/* As a reader of the file sees them; checked as far as all such files are the same. */
static unsigned read_headers(struct bytes bytes, Elf64_Ehdr *ehdr, Elf64_Phdr *phdrs, unsigned most)
{
	assert_true(bytes.size >= sizeof(*ehdr));
	memcpy(ehdr, bytes.data, sizeof(*ehdr));
	assert_memory_equal(ehdr->e_ident, "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(ehdr->e_type, ET_CORE);
	assert_int_equal(ehdr->e_version, EV_CURRENT);
	assert_int_equal(ehdr->e_ehsize, sizeof(*ehdr));
	assert_int_equal(ehdr->e_phentsize, sizeof(*phdrs));
	assert_int_equal(ehdr->e_phoff, sizeof(*ehdr));
	assert_int_equal(ehdr->e_shnum, 0);
	assert_int_equal(ehdr->e_entry, 0);
	assert_true(ehdr->e_phnum <= most);
	assert_int_equal(bytes.size, sizeof(*ehdr) + ehdr->e_phnum * sizeof(*phdrs));
	memcpy(phdrs, bytes.data + sizeof(*ehdr), ehdr->e_phnum * sizeof(*phdrs));
	return ehdr->e_phnum;
}

/* Every program header in a line; of many, those at the ends and each 256th. */
static void describe(struct bytes bytes, FILE *out)
{
	static Elf64_Phdr phdrs[8192];
	uint8_t digest[DIGEST_SIZE];
	char text[2 * DIGEST_SIZE + 1];
	Elf64_Ehdr ehdr;
	unsigned count = read_headers(bytes, &ehdr, phdrs, 8192);

	assert_true(digest_sha256(&bytes, 1, digest, &t.error));
	digest_hex(digest, text);
	fprintf(out, "machine %u, %u program headers, %zu bytes\nsha256 %s\n", ehdr.e_machine,
		count, bytes.size, text);
	for (unsigned i = 0; i < count; i++) {
		const Elf64_Phdr *p = &phdrs[i];

		if (count > 64 && i % 256 && i + 1 < count)
			continue;
		fprintf(out,
			"%4u %s  flags %u  at 0x%016" PRIx64 "  virtual 0x%016" PRIx64
			"  physical 0x%016" PRIx64 "  size 0x%" PRIx64 "\n",
			i, p->p_type == PT_NOTE ? "NOTE" : "LOAD", p->p_flags, p->p_offset,
			p->p_vaddr, p->p_paddr, p->p_filesz);
		assert_int_equal(p->p_filesz, p->p_memsz);
		assert_int_equal(p->p_align, 0);
	}
}

static void compare_with_golden(const char *name, struct bytes headers)
{
	char path[64], *wanted, *found = NULL;
	size_t found_size, wanted_size;
	FILE *made = open_memstream(&found, &found_size), *file;
	const char *update = getenv("CORE_UPDATE");

	assert_non_null(made);
	describe(headers, made);
	fclose(made);
	snprintf(path, sizeof(path), "../core/%s.txt", name);
	file = fopen(tree_captured(path), update ? "w" : "r");
	if (!file)
		fail_msg("%s cannot be opened", tree_captured(path));
	if (update) {
		fwrite(found, 1, found_size, file);
	} else {
		wanted = calloc(1, found_size + 2);
		wanted_size = fread(wanted, 1, found_size + 1, file);
		if (wanted_size != found_size || memcmp(wanted, found, found_size))
			fail_msg("%s: expected\n%s\nfound\n%s", path, wanted, found);
		free(wanted);
	}
	fclose(file);
	free(found);
}

static void test_captured_machines(void **state)
{
	static const char *const names[] = {
		"x86_64-bios-crash-6.1", "x86_64-uefi-crash-6.12", "x86_64-many-ranges",
		"arm64-dt-crash-6.12", "arm64-uefi-acpi-crash-6.12", "ppc64le-crash-6.12-4k",
		"x86_64-old-5.4",
	};
	/* As on x86_64 before Linux 5.5: RAM in two pieces. */
	const struct range low_ram = { 0x1000, 0x9f000 };
	/* As on ppc64le, where they are saved before the capture kernel starts. */
	const struct range first_64_kibibytes = { 0, 0x10000 };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct range first_mebibyte = { 0, MIB };
		struct crash_headers wish = { .left_out = first_mebibyte };
		struct planning p = {
			.machine = &t.machine, .options = &t.options, .image = &t.image,
			.cmdline = "", .arena = &t.arena, .plan = &t.plan,
		};
		struct sysroot root;
		uint64_t address;

		if (!strncmp(names[i], "ppc64le", 7))
			wish = (struct crash_headers){ .moved = first_64_kibibytes,
						       .moved_to = 0x22420000 };
		if (!strcmp(names[i], "x86_64-old-5.4"))
			wish = (struct crash_headers){ .moved = low_ram, .moved_to = 0x2b000000 };
		t.plan = (struct plan){ .by = BY_SEGMENTS };
		t.options.panic = true;
		assert_true(sysroot_open(&root, tree_captured(names[i]), &t.error));
		if (!machine_read(&root, &t.arena, &t.machine, &t.error) ||
		    !crash_add_headers(&p, &wish, &address, &t.error))
			fail_msg("%s: %s", names[i], t.error.cause);
		sysroot_close(&root);
		compare_with_golden(names[i], headers_of(&t));
	}
}

/* 512 processors, and 4,096 ranges of memory, which reach to 130 TiB. */
static void test_large_machine(void **state)
{
	static Elf64_Phdr phdrs[8192];
	uint64_t total = 0, at = 4 * GIB;
	Elf64_Ehdr ehdr;
	unsigned count;

	make_crash_machine();
	for (unsigned i = 0; i < 512; i++)
		notes[i] = (struct range){ 0x7e000000 + i * 0x1000, 0x7e000170 + i * 0x1000 };
	t.machine.crash_notes_count = 512;
	t.machine.ram.count = 0;
	add(&t.machine.ram, 0x1000, 0x9fc00);
	add(&t.machine.ram, MIB, 2 * GIB);
	for (unsigned i = 0; i < 4096; i++, at += 32 * GIB + (i % 7) * MIB) {
		add(&t.machine.ram, at, at + 16 * GIB);
		total += 16 * GIB;
	}
	assert_true(at > 128 * TIB);
	assert_planned(&t);
	compare_with_golden("512-processors-4096-ranges", headers_of(&t));
	count = read_headers(headers_of(&t), &ehdr, phdrs, 8192);
	/* Processors, VMCOREINFO; the kernel, no low memory, two sides of the reservation. */
	assert_int_equal(count, 512 + 1 + 1 + 2 + 4096);
	for (unsigned i = 513; i < count; i++) {
		assert_int_equal(phdrs[i].p_type, PT_LOAD);
		total -= i > 515 ? phdrs[i].p_filesz : 0;
	}
	assert_int_equal(total, 0);
}

/*
 * arm64 with 52 bits: its map of memory wraps around, and a dump has memory where no kernel may be
 * put.
 */
static void test_52_bit_addresses(void **state)
{
	static Elf64_Phdr phdrs[16];
	const struct crash_headers wish = { .below = (uint64_t)1 << 48 };
	const uint64_t high = (uint64_t)1 << 51;
	struct planning p = { .machine = &t.machine, .options = &t.options, .image = &t.image,
			      .cmdline = "", .arena = &t.arena, .plan = &t.plan };
	struct memory reservations[] = { { { 3 * GIB, 3 * GIB + 128 * MIB }, MEMORY_RAM },
					 { { 40 * TIB, 40 * TIB + GIB }, MEMORY_RAM } };
	Elf64_Ehdr ehdr;
	uint64_t address;

	make_crash_machine();
	t.machine.arch = &arch_arm64;
	t.machine.linear_map = 0xfff0000000000000 - 2 * GIB;
	t.machine.ram.count = 0;
	add(&t.machine.ram, 2 * GIB, 4 * GIB);
	add(&t.machine.ram, 40 * TIB, 40 * TIB + 4 * GIB);
	add(&t.machine.ram, high, high + 8 * GIB);
	t.machine.crash = (struct memmap){ reservations, 2, 2 };
	t.plan = (struct plan){ .by = BY_SEGMENTS };
	if (!crash_add_headers(&p, &wish, &address, &t.error))
		fail_msg("%s", t.error.cause);
	assert_int_equal(address, 40 * TIB);
	assert_int_equal(read_headers(headers_of(&t), &ehdr, phdrs, 16), 2 + 1 + 1 + 4);
	assert_int_equal(phdrs[6].p_paddr, 40 * TIB + GIB);
	assert_int_equal(phdrs[7].p_paddr, high);
	assert_int_equal(phdrs[7].p_offset, high);
	assert_int_equal(phdrs[7].p_memsz, 8 * GIB);
	assert_int_equal(phdrs[7].p_vaddr, 0xfff7ffff80000000);
	t.machine.crash = (struct memmap){ 0 };
}

static void test_memory_of_the_reservations_is_in_no_dump(void **state)
{
	static Elf64_Phdr phdrs[64];
	Elf64_Ehdr ehdr;
	unsigned count;
	uint64_t total = 0;

	make_crash_machine();
	add(&t.machine.ram, 4 * GIB, 8 * GIB);
	add(&t.machine.crash, 5 * GIB, 5 * GIB + 512 * MIB);
	assert_planned(&t);
	count = read_headers(headers_of(&t), &ehdr, phdrs, 64);
	for (unsigned i = 0; i < count; i++) {
		struct range memory = { phdrs[i].p_paddr, phdrs[i].p_paddr + phdrs[i].p_filesz };

		if (phdrs[i].p_type != PT_LOAD)
			continue;
		assert_int_equal(phdrs[i].p_offset, phdrs[i].p_paddr);
		for (size_t j = 0; j < t.machine.crash.count; j++)
			assert_false(range_overlaps(memory, t.machine.crash.entries[j].range));
		/* The kernel's image comes first, and is in the ranges behind it once more. */
		if (total || phdrs[i].p_vaddr != t.machine.kernel_virtual)
			total += phdrs[i].p_filesz;
	}
	assert_int_equal(total, 2 * GIB - MIB - 256 * MIB + 4 * GIB - 512 * MIB);
	/* With a low reservation beside it, everything goes into the high one. */
	for (unsigned i = 0; i < t.plan.segment_count; i++) {
		assert_true(t.plan.segments[i].memory.start >= 5 * GIB);
		assert_true(t.plan.segments[i].memory.end <= 5 * GIB + 512 * MIB);
	}
}

static void test_too_many_ranges(void **state)
{
	make_crash_machine();
	t.machine.crash.entries[0].range.end = 1536 * MIB;
	for (uint64_t i = 0; i < 65536; i++)
		add(&t.machine.ram, 4 * GIB + i * 2 * MIB, 4 * GIB + i * 2 * MIB + MIB);
	assert_refused(&t, "an ELF file has room for 65534");
}

static void test_a_dump_that_nobody_could_read_is_refused(void **state)
{
	make_crash_machine();
	t.machine.vmcoreinfo = (struct range){ 0, 0 };
	assert_refused(&t, "/sys/kernel/vmcoreinfo");
	make_crash_machine();
	t.machine.crash_notes_count = 0;
	t.machine.denied = "/sys/devices/system/cpu/cpu0/crash_notes";
	assert_refused(&t, "crash_notes");
	assert_non_null(strstr(t.error.remedy, "as root"));
	make_crash_machine();
	t.machine.ram.count = 0;
	assert_refused(&t, "/proc/iomem shows no RAM");
}

static void test_without_a_map_of_the_kernel(void **state)
{
	static Elf64_Phdr phdrs[64];
	Elf64_Ehdr ehdr;

	make_crash_machine();
	t.machine.kernel_image = (struct range){ 0, 0 };
	assert_planned(&t);
	assert_int_equal(read_headers(headers_of(&t), &ehdr, phdrs, 64), 5);
	assert_int_equal(phdrs[3].p_paddr, MIB);
	assert_int_equal(phdrs[3].p_vaddr, 0xffff888000000000 + MIB);
}

/* What the kernel rewrites has the room that it wants, and no digest is kept of it. */
static void test_hotplug(void **state)
{
	const struct segment *segment;

	make_crash_machine();
	assert_planned(&t);
	segment = planned_segment(&t, "elfcorehdr");
	assert_false(segment->unchecked);
	assert_int_equal(segment->memory.end - segment->memory.start, 4096);
	assert_int_equal(t.plan.flags, (uint64_t)62 << 16 | KEXEC_ON_CRASH);

	t.options.hotplug = true;
	t.machine.crash_elfcorehdr_size = 917616;
	assert_planned(&t);
	segment = planned_segment(&t, "elfcorehdr");
	assert_true(segment->unchecked);
	assert_int_equal(segment->memory.end - segment->memory.start, 921600);
	assert_int_equal(t.plan.flags,
			 (uint64_t)62 << 16 | KEXEC_ON_CRASH | KEXEC_UPDATE_ELFCOREHDR);
}

static void test_a_reservation_too_small(void **state)
{
	static const enum call_choice calls[] = { CALL_SEGMENTS, CALL_FILE, CALL_AUTO };

	make_crash_machine();
	planned_initrd(&t, 224 * MIB);
	for (size_t i = 0; i < 3; i++) {
		t.options.call = calls[i];
		t.machine.crash_loaded = i ? YES : NO;
		assert_refused(
			&t,
			"its reservation of 256 MiB at 0x20000000: it needs 64 MiB for the kernel, "
			"224 MiB for the initial RAM disk and 32 KiB for tables. The initrd, of "
			"229376 KiB, found no place; the largest hole has 196608 KiB.");
		/* Kernel, the RAM disk packed and unpacked, and memory to work in. */
		assert_non_null(strstr(t.error.remedy, "crashkernel=608M"));
		assert_int_equal(!!strstr(t.error.remedy, "stays loaded"), i > 0);
		assert_non_null(strstr(t.error.headline, "Could not find a free area of memory"));
	}
}

/*
 * As large as the kernel is, what is missing is never more than what will do; and nobody needs a
 * smaller initrd.
 */
static void test_a_kernel_that_does_not_fit(void **state)
{
	make_crash_machine();
	t.machine.crash.entries[0].range.end = 544 * MIB;
	assert_refused(&t,
		       "it needs 64 MiB for the kernel, 0 MiB for the initial RAM disk and 32 KiB "
		       "for tables. The kernel, of 65120 KiB, found no place; the largest hole has "
		       "32768 KiB.");
	assert_string_equal(t.error.remedy, "Boot the running kernel with crashkernel=160M.");
}

/* In pieces it would be enough; a larger reservation is what helps. */
static void test_a_reservation_in_pieces(void **state)
{
	static struct memory pieces[] = {
		{ { 512 * MIB, 600 * MIB }, MEMORY_RAM }, { { 601 * MIB, 700 * MIB }, MEMORY_RAM },
		{ { 701 * MIB, 1536 * MIB }, MEMORY_RAM },
	};

	make_crash_machine();
	t.machine.crash.entries[0].range.end = 1536 * MIB;
	t.machine.crash_usable = (struct memmap){ pieces, 2, 2 };
	planned_initrd(&t, 100 * MIB);
	assert_refused(&t, "The initrd, of 102400 KiB, found no place; the largest hole has ");
	/* The kernel goes as high as it can, and leaves too little of 128 MiB. */
	assert_non_null(strstr(t.error.remedy, "crashkernel=1216M"));
}

/* What is reserved where the processor does not reach is of no use. */
static void test_a_reservation_beyond_the_limit(void **state)
{
	static struct memory reached[] = { { { 512 * MIB, 768 * MIB }, MEMORY_RAM } };

	make_crash_machine();
	t.machine.crash.entries[0].range.end = GIB;
	t.machine.crash_usable = (struct memmap){ reached, 1, 1 };
	t.machine.crash_limit = 768 * MIB;
	planned_initrd(&t, 200 * MIB);
	assert_refused(&t, "The initrd, of 204800 KiB, found no place");
	assert_string_equal(t.error.remedy,
			    "Load a smaller initial RAM disk: on this machine a crash kernel "
			    "starts below 0x30000000, however much is reserved.");
}

/* An initial RAM disk of this size that nobody looks into. */
static void pretend_initrd(uint64_t size)
{
	static uint8_t byte[1];

	t.image.initrd = (struct file){ .path = "initrd", .fd = -1, .bytes = { byte, size } };
}

/* No advice that the machine cannot follow: what is loaded may be half of what remains. */
static void test_a_machine_too_small(void **state)
{
	make_crash_machine();
	t.machine.ram_total = 700 * MIB;
	pretend_initrd(200 * MIB);
	assert_refused(&t, "it needs 64 MiB for the kernel, 200 MiB for the initial RAM disk");
	assert_non_null(strstr(t.error.remedy, "crashkernel=416M"));
	pretend_initrd(900 * MIB);
	assert_refused(&t, "it needs 64 MiB for the kernel, 900 MiB for the initial RAM disk");
	assert_string_equal(t.error.remedy,
			    "Load a smaller initial RAM disk: this machine has 956 MiB of memory, "
			    "which is too little for any crashkernel= that would do.");
}

/* A larger reservation in the same place would not help. */
static void test_a_reservation_out_of_reach(void **state)
{
	make_crash_machine();
	t.kernel[0x234] = 0;	/* relocatable_kernel */
	assert_refused(&t, "The kernel needs 65120 KiB between 0x1000000 and ");
	assert_string_equal(t.error.remedy, "Boot the running kernel with crashkernel=160M@16M, "
					    "or load a kernel that is relocatable.");
	t.kernel[0x234] = 1;
	t.kernel[0x236] &= (uint8_t)~XLF_CAN_BE_LOADED_ABOVE_4G;
	t.machine.crash.entries[0].range = (struct range){ 5 * GIB, 5 * GIB + 256 * MIB };
	pretend_initrd(16 * MIB);
	assert_refused(&t, "and 0xffffffff");
	assert_string_equal(t.error.remedy,
			    "Boot the running kernel with crashkernel=192M and without \",high\": "
			    "the reservation must lie below 0x100000000.");
}

/* The running kernel puts page tables into the reservation, and says ENOMEM when it cannot. */
static void test_a_reservation_without_slack(void **state)
{
	make_crash_machine();
	t.machine.crash.entries[0].range.end = 512 * MIB + 0x3f98000 + 0x68000 + 16 * MIB;
	planned_initrd(&t, 16 * MIB - 0x2000);
	t.options.hotplug = true;
	t.machine.crash_elfcorehdr_size = 0x50000;
	assert_refused(&t, "needs 132 KiB there for itself");
	/* So does it when it loads by itself, and then without being asked for --hotplug. */
	t.options.call = CALL_FILE;
	t.options.hotplug = false;
	assert_refused(&t, "needs 132 KiB there for itself");
	assert_string_equal(t.error.headline, "Cannot load kernel");
	t.machine.crash_elfcorehdr_size = 0;
	assert_planned(&t);
}

/* A file call would find that such kernels cannot work after it has freed the old one. */
static void test_a_file_call_is_rehearsed(void **state)
{
	static char long_line[2050];

	make_crash_machine();
	t.options.call = CALL_FILE;
	assert_planned(&t);
	assert_int_equal(t.plan.by, BY_FILE);
	assert_int_equal(t.plan.segment_count, 0);
	memset(long_line, 'x', sizeof(long_line) - 1);
	t.options.append = long_line;
	assert_refused(&t, "The command line has");
	t.options.append = NULL;
	t.facts.five_level = true;
	t.kernel[0x236] &= (uint8_t)~XLF_5LEVEL;
	assert_refused(&t, "5-level paging");
	/* The kernel takes no more than half of the memory that it has. */
	t.machine.ram_total = 100 * MIB;
	t.facts.five_level = false;
	assert_refused(&t, "which is 50 MiB");
	t.machine.ram_total = 2 * GIB;
	/* Facts that only our own headers need are no reason to refuse, ... */
	t.facts.five_level = false;
	t.machine.crash_notes_count = 0;
	assert_planned(&t);
	/* ... nor is what the kernel is not told. */
	memset(long_line, 'x', 2000);
	long_line[2000] = '\0';
	t.options.append = long_line;
	t.options.pass_memmap_cmdline = true;
	t.options.mem_min_given = t.options.mem_max_given = true;
	t.options.mem_min = t.options.mem_max = 8 * GIB;
	assert_planned(&t);
	assert_string_equal(t.plan.notes[0], "--mem-min has no effect with kexec_file_load (-s).");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_captured_machines),
		TEST(test_large_machine),
		TEST(test_52_bit_addresses),
		TEST(test_memory_of_the_reservations_is_in_no_dump),
		TEST(test_too_many_ranges),
		TEST(test_a_dump_that_nobody_could_read_is_refused),
		TEST(test_without_a_map_of_the_kernel),
		TEST(test_hotplug),
		TEST(test_a_reservation_too_small),
		TEST(test_a_kernel_that_does_not_fit),
		TEST(test_a_reservation_in_pieces),
		TEST(test_a_reservation_beyond_the_limit),
		TEST(test_a_machine_too_small),
		TEST(test_a_reservation_out_of_reach),
		TEST(test_a_reservation_without_slack),
		TEST(test_a_file_call_is_rehearsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
