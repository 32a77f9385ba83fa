// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Damaged images: each kind of kernel cut short at every boundary, and each of its fields at 0, 1,
 * its value plus and minus one and all ones. The outcome is a plan that keeps the invariants or a
 * sentence. Every image stands in front of a page that cannot be read, so that reading on is seen
 * in any build.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/unpack.h"
#include "tests/badinput/any_plan.h"
#include "tests/images/images.h"
#include "tests/images/multiboot.h"
#include "tests/images/pack.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* The largest image that is damaged here. */
#define ROOM ((size_t)128 << 10)
#define PAGE ((size_t)64 << 10)
#define LENGTH(table) (sizeof(table) / sizeof(table[0]))

static uint8_t *wall;	/* the first byte that cannot be read; images end here */
static struct any_plan any;

/* A small machine, a large one with EFI, and everything that narrows the choice. */
static const unsigned wishes[] = {
	ANY_PLAN_INITRD,
	ANY_PLAN_INITRD | ANY_PLAN_REAL_MODE,
	ANY_PLAN_INITRD | ANY_PLAN_LARGE | ANY_PLAN_EFI,
	ANY_PLAN_INITRD | ANY_PLAN_LIMITS | ANY_PLAN_ENTRY_32BIT | ANY_PLAN_FIVE_LEVEL,
};

static int setup(void **state)
{
	uint8_t *room = mmap(NULL, ROOM + PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED || mprotect(room + ROOM, PAGE, PROT_NONE))
		return -1;
	wall = room + ROOM;
	return 0;
}

static struct bytes at_wall(const uint8_t *data, size_t size)
{
	assert_true(size <= ROOM);
	if (size)
		memcpy(wall - size, data, size);
	return (struct bytes){ wall - size, size };
}

/* Plans with every wish; what was done to the image is told when a promise is broken. */
static unsigned plan_all(struct bytes kernel, const char *format, ...)
{
	unsigned planned = 0;
	char what[128];
	va_list args;

	for (size_t i = 0; i < LENGTH(wishes); i++) {
		planned += any_plan(&any, kernel, wishes[i]);
		if (!any.broken[0])
			continue;
		va_start(args, format);
		vsnprintf(what, sizeof(what), format, args);
		va_end(args);
		fail_msg("%s, wishes 0x%x: %s", what, wishes[i], any.broken);
	}
	return planned;
}

struct field {
	const char *name;
	size_t offset;
	unsigned size;
};

/* Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header"; and the way to the PE header. */
static const struct field bzimage_fields[] = {
	{ "e_lfanew", 0x3c, 4 }, { "pe_sections", 0x46, 2 }, { "pe_optional_size", 0x54, 2 },
	{ "setup_sects", 0x1f1, 1 }, { "root_flags", 0x1f2, 2 }, { "syssize", 0x1f4, 4 },
	{ "ram_size", 0x1f8, 2 }, { "vid_mode", 0x1fa, 2 }, { "root_dev", 0x1fc, 2 },
	{ "boot_flag", 0x1fe, 2 }, { "jump", 0x200, 2 }, { "header", 0x202, 4 },
	{ "version", 0x206, 2 }, { "realmode_swtch", 0x208, 4 }, { "start_sys_seg", 0x20c, 2 },
	{ "kernel_version", 0x20e, 2 }, { "type_of_loader", 0x210, 1 }, { "loadflags", 0x211, 1 },
	{ "setup_move_size", 0x212, 2 }, { "code32_start", 0x214, 4 },
	{ "ramdisk_image", 0x218, 4 }, { "ramdisk_size", 0x21c, 4 },
	{ "bootsect_kludge", 0x220, 4 }, { "heap_end_ptr", 0x224, 2 }, { "cmd_line_ptr", 0x228, 4 },
	{ "initrd_addr_max", 0x22c, 4 }, { "kernel_alignment", 0x230, 4 },
	{ "relocatable_kernel", 0x234, 1 }, { "min_alignment", 0x235, 1 },
	{ "xloadflags", 0x236, 2 }, { "cmdline_size", 0x238, 4 }, { "hardware_subarch", 0x23c, 4 },
	{ "hardware_subarch_data", 0x240, 8 }, { "payload_offset", 0x248, 4 },
	{ "payload_length", 0x24c, 4 }, { "setup_data", 0x250, 8 }, { "pref_address", 0x258, 8 },
	{ "init_size", 0x260, 4 }, { "handover_offset", 0x264, 4 },
	{ "kernel_info_offset", 0x268, 4 },
};

#define EHDR(name) { #name, offsetof(Elf64_Ehdr, name), sizeof(((Elf64_Ehdr *)0)->name) }
static const struct field elf_fields[] = {
	EHDR(e_type), EHDR(e_machine), EHDR(e_version), EHDR(e_entry), EHDR(e_phoff),
	EHDR(e_shoff), EHDR(e_flags), EHDR(e_ehsize), EHDR(e_phentsize), EHDR(e_phnum),
	EHDR(e_shentsize), EHDR(e_shnum), EHDR(e_shstrndx),
	{ "EI_CLASS", 4, 1 }, { "EI_DATA", 5, 1 }, { "EI_VERSION", 6, 1 },
};

#define PHDR(name) { #name, offsetof(Elf64_Phdr, name), sizeof(((Elf64_Phdr *)0)->name) }
static const struct field phdr_fields[] = {
	PHDR(p_type), PHDR(p_flags), PHDR(p_offset), PHDR(p_vaddr), PHDR(p_paddr), PHDR(p_filesz),
	PHDR(p_memsz), PHDR(p_align),
};

/* 0, 1, one less, one more, all ones; also without the highest bit, and off by a page. */
static void turn_field(uint8_t *image, size_t size, const char *kind, const struct field *field,
		       size_t base)
{
	uint8_t *at = image + base + field->offset;
	const uint64_t all = UINT64_MAX >> (64 - 8 * field->size);
	const uint64_t was = bytes_get(at, field->size, LITTLE);
	const uint64_t values[] = { 0, 1, was - 1, was + 1, all, all ^ all >> 1, was ^ 0x1000 };

	for (size_t i = 0; i < LENGTH(values); i++) {
		bytes_put(at, field->size, LITTLE, values[i]);
		plan_all(at_wall(image, size), "%s, %s of 0x%zx = 0x%llx", kind, field->name, base,
			 (unsigned long long)(values[i] & all));
	}
	bytes_put(at, field->size, LITTLE, was);
}

#define EACH(field, table) \
	for (const struct field *field = table; field < table + LENGTH(table); field++)

static void turn_s390x_field(uint8_t *image, size_t size, const struct field *field,
			     enum byte_order order, unsigned wish)
{
	uint8_t *at = image + field->offset;
	const uint64_t was = bytes_get(at, field->size, order);
	const uint64_t values[] = { 0, 1, 2, 3, was - 1, was + 1, UINT64_MAX, INT64_MAX, size,
				    size - 0x10480, size - 0x10480 + 1, was ^ 0x1000 };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		bytes_put(at, field->size, order, values[i]);
		any_plan(&any, at_wall(image, size), wish);
		if (any.broken[0])
			fail_msg("%s = 0x%llx: %s", field->name, (unsigned long long)values[i],
				 any.broken);
	}
	bytes_put(at, field->size, order, was);
}

static const char *const bzimages[] = {
	"bzImage", "bzImage-noefi", "bzImage-low", "bzImage-32", "bzImage-fixed", "bzImage-2.06",
	"bzImage-4level",
};

static void test_bzimage_fields(void **state)
{
	for (size_t i = 0; i < LENGTH(bzimages); i++) {
		size_t size, info;
		uint8_t *image = images_make(bzimages[i], &size);

		assert_non_null(image);
		EACH(field, bzimage_fields)
			turn_field(image, size, bzimages[i], field, 0);
		/* kernel_info: magic, size, total size, setup_type_max. */
		info = (size_t)(image[0x1f1] + 1) * 512 + bytes_get(image + 0x268, 4, LITTLE);
		for (unsigned word = 0; word < 4; word++)
			turn_field(image, size, bzimages[i],
				   &(struct field){ "kernel_info", 4 * word, 4 }, info);
		free(image);
	}
}

static void test_vmlinux_fields(void **state)
{
	size_t size;
	uint8_t *image = images_make("vmlinux-small", &size);

	assert_non_null(image);
	EACH(field, elf_fields)
		turn_field(image, size, "vmlinux", field, 0);
	for (unsigned header = 0; header < 5; header++)
		EACH(field, phdr_fields)
			turn_field(image, size, "vmlinux", field, 64 + 56 * header);
	free(image);
}

/* Every length through the headers, then around every sector: what is cut is never loaded. */
static void cut_everywhere(const char *name)
{
	size_t size;
	uint8_t *image = images_make(name, &size);

	assert_non_null(image);
	for (size_t length = 0; length < size; length++)
		if (length < 0x400 || (length + 1) % 512 < 3)
			if (plan_all(at_wall(image, length), "%s cut to %zu bytes", name, length) &&
			    length + 16 <= size)
				fail_msg("%s cut to %zu bytes is loaded", name, length);
	/* The whole of it is loaded, so the machine is not what refused the others. */
	assert_true(plan_all(at_wall(image, size), "%s", name) > 0);
	free(image);
}

static void test_cut_bzimage(void **state)
{
	cut_everywhere("bzImage");
	cut_everywhere("bzImage-fixed");
}

static void test_cut_vmlinux(void **state)
{
	cut_everywhere("vmlinux-small");
}

/* Refused, for this reason, whatever else is asked for. */
static void refused(const uint8_t *image, size_t size, const char *why)
{
	assert_int_equal(plan_all(at_wall(image, size), "to be refused: %s", why), 0);
	any_plan(&any, at_wall(image, size), 0);
	if (!strstr(any.error.cause, why))
		fail_msg("\"%s\" does not say \"%s\"", any.error.cause, why);
}

/* A size that is too small would make a kernel that is silently cut, or not loaded at all. */
static void test_bzimage_that_says_too_little_of_itself(void **state)
{
	size_t size;
	uint8_t *image = images_make("bzImage", &size);

	assert_non_null(image);
	bytes_put(image + 0x260, 4, LITTLE, 0);
	refused(image, size, "init_size is 0 bytes");
	bytes_put(image + 0x260, 4, LITTLE, 0x3fff);
	refused(image, size, "init_size is 16383 bytes");
	bytes_put(image + 0x260, 4, LITTLE, 0x100000);
	bytes_put(image + 0x230, 4, LITTLE, 0x300000);
	refused(image, size, "kernel_alignment is 0x300000");
	bytes_put(image + 0x230, 4, LITTLE, 0x200000);
	image[0x1f1] = 0xff;
	refused(image, size, "cut off");
	free(image);
}

/* Sums that wrap around 64 bits, and notes that are too short for their own header. */
static void test_vmlinux_that_wraps(void **state)
{
	size_t size;
	uint8_t *image = images_make("vmlinux-small", &size), *first, *note;
	Elf64_Ehdr *header = (Elf64_Ehdr *)image;

	assert_non_null(image);
	first = image + header->e_phoff;
	note = first + (header->e_phnum - 1) * sizeof(Elf64_Phdr);
	header->e_phoff = UINT64_MAX - 64;
	refused(image, size, "");
	header->e_phoff = 64;
	bytes_put(first + 8, 8, LITTLE, UINT64_MAX - 0x1000);
	refused(image, size, "offset 0xffffffffffffefff");
	bytes_put(first + 8, 8, LITTLE, 0);
	for (unsigned length = 0; length < 20; length++) {
		bytes_put(note + 32, 8, LITTLE, length);
		plan_all(at_wall(image, size), "a note of %u bytes", length);
	}
	free(image);
}

static const struct {
	uint8_t *(*make)(const char *, size_t *);
	const char *kind;
	size_t header;
} multiboots[] = {
	{images_multiboot, "", IMAGES_MULTIBOOT_FLAT},
	{images_multiboot, "-elf", IMAGES_MULTIBOOT_ELF},
	{images_multiboot2, "", IMAGES_MULTIBOOT_ELF},
	{images_multiboot2, "-flat", IMAGES_MULTIBOOT_FLAT},
};

/* The checksum of either version, which is all that its probe wants to be right. */
static void mend_checksum(uint8_t *header)
{
	unsigned words = bytes_get(header, 4, LITTLE) == 0x1badb002 ? 2 : 3;
	uint64_t sum = 0;

	for (unsigned i = 0; i < words; i++)
		sum += bytes_get(header + 4 * i, 4, LITTLE);
	bytes_put(header + 4 * words, 4, LITTLE, -sum);
}

static void test_multiboot_headers_with_any_number(void **state)
{
	static const uint32_t numbers[] = { 0,	    1,		7,	    8,		0x7fffffff,
					    0x80000000, 0xfffff000, 0xfffffff8, 0xffffffff };

	for (size_t i = 0; i < LENGTH(multiboots); i++) {
		size_t size;
		uint8_t *image = multiboots[i].make(multiboots[i].kind, &size);
		uint8_t *header = image + multiboots[i].header, before[4];

		assert_non_null(image);
		assert_true(plan_all(at_wall(image, size), "whole"));
		for (size_t at = 4; at < 0x70; at += 4) {
			memcpy(before, header + at, 4);
			for (size_t j = 0; j < LENGTH(numbers); j++) {
				bytes_put(header + at, 4, LITTLE, numbers[j]);
				mend_checksum(header);
				plan_all(at_wall(image, size), "multiboot %zu: 0x%x at +%zu", i,
					 numbers[j], at);
			}
			memcpy(header + at, before, 4);
		}
		mend_checksum(header);
		for (size_t length = 0; length < size; length += length < 0x1080 ? 4 : 0x100)
			plan_all(at_wall(image, length), "multiboot %zu cut to %zu bytes", i,
				 length);
		free(image);
	}
}

/* Formats that are recognised to be refused: headers where the file ends, and wild fields. */
static void test_recognised_formats_at_the_end_of_the_file(void **state)
{
	static const uint8_t multiboot[12] = { 0x02, 0xb0, 0xad, 0x1b, 0,    0,
					       0,    0,	   0xfe, 0x4f, 0x52, 0xe4 };
	static const uint8_t multiboot2[16] = { 0xd6, 0x50, 0x52, 0xe8, 0,    0,    0,	  0,
						0xff, 0xff, 0xff, 0xff, 0x2b, 0xaf, 0xad, 0x17 };
	uint8_t uki[0x100] = "MZ", nbi[512] = { 0 }, beoboot[64] = { 0 };

	for (size_t length = 0; length <= sizeof(multiboot); length++)
		plan_all(at_wall(multiboot, length), "multiboot cut to %zu bytes", length);
	refused(multiboot, sizeof(multiboot), "gives no addresses");
	for (size_t length = 0; length <= sizeof(multiboot2); length++)
		plan_all(at_wall(multiboot2, length), "multiboot2 cut to %zu bytes", length);
	refused(multiboot2, sizeof(multiboot2), "has a length of 4294967295");

	memcpy(nbi, "\x36\x13\x03\x1b", 4);
	refused(nbi, sizeof(nbi), "over a network");
	memcpy(beoboot, "BeoB\1", 5);
	refused(beoboot, sizeof(beoboot), "a BProc cluster");
	for (size_t length = 0; length <= sizeof(beoboot); length++)
		plan_all(at_wall(beoboot, length), "a cluster's image cut to %zu bytes", length);
	for (size_t length = 0; length <= sizeof(nbi); length++)
		plan_all(at_wall(nbi, length), "a network image cut to %zu bytes", length);

	uki[0x3c] = 0x40;
	memcpy(uki + 0x40, "PE\0\0", 4);
	memcpy(uki + 0x58, ".linux\0", 8);
	bytes_put(uki + 0x46, 2, LITTLE, 1);
	refused(uki, sizeof(uki), "no kernel format");
	for (size_t length = 0; length <= sizeof(uki); length++)
		plan_all(at_wall(uki, length), "a PE file cut to %zu bytes", length);
	EACH(field, bzimage_fields)
		if (field->offset < 0x60)
			turn_field(uki, sizeof(uki), "uki", field, 0);
}

static const struct field parmarea_fields[] = {
	{ "initrd_start", 0x10408, 8 }, { "initrd_size", 0x10410, 8 },
	{ "oldmem_base", 0x10418, 8 }, { "oldmem_size", 0x10420, 8 },
	{ "kernel_version", 0x10428, 8 }, { "max_command_line_size", 0x10430, 8 },
};

/*
 * Its fields are big endian; turned in the wrong order they are as wild as can be, and that is the
 * aim.
 */
static void test_s390x_image(void **state)
{
	static const char *const names[] = { "s390x", "s390x-896" };
	const unsigned wish = ANY_PLAN_S390X | ANY_PLAN_INITRD;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t size;
		uint8_t *image = images_make(names[i], &size);

		assert_non_null(image);
		assert_true(any_plan(&any, at_wall(image, size), wish));
		for (size_t length = 0; length < size; length += length < 0x10000 ? 0xfff : 13) {
			any_plan(&any, at_wall(image, length), wish);
			if (any.broken[0])
				fail_msg("%s cut to %zu bytes: %s", names[i], length, any.broken);
		}
		EACH(field, parmarea_fields) {
			turn_s390x_field(image, size, field, LITTLE, wish);
			turn_s390x_field(image, size, field, BIG, wish | ANY_PLAN_DIGEST);
		}
		free(image);
	}
}

/* What people give by mistake. */
static void test_no_kernel_at_all(void **state)
{
	uint8_t text[4096];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "root:x:0:0:root:/root:/bin/bash\n"[i % 32];
	refused(text, sizeof(text), "begins with the bytes");
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * i >> 3 ^ i * 167);
	refused(text, sizeof(text), "begins with the bytes");
	memset(text, 0, sizeof(text));
	refused(text, sizeof(text), "begins with the bytes");
	refused(text, 1, "only 1 byte");
}

/* Unpacks, and plans what comes out, if anything does. */
static bool unpack_and_plan(struct bytes in, unsigned *planned, const char *what)
{
	const struct unpacker *unpacker = unpack_find(in);
	struct error error = { 0 };
	struct file_sink sink;
	struct file file;

	if (!unpacker) {
		assert_int_equal(plan_all(in, "%s", what), 0);
		return false;
	}
	assert_true(file_sink_open(&sink, "test", ROOM, &error));
	if (!unpack_run(unpacker, "kernel", in, &sink, &error)) {
		assert_string_not_equal(error.cause, "");
		file_sink_close(&sink);
		return false;
	}
	assert_true(file_sink_finish(&sink, "kernel", &file, &error));
	*planned = plan_all(file.bytes, "%s", what);
	file_close(&file);
	return true;
}

/* Around the ends, where headers and trailers are, everywhere; between them, here and there. */
static bool is_interesting(size_t at, size_t size)
{
	return at < 64 || at + 64 >= size || at % 509 == 0;
}

static void each_packed(const char *name,
			void (*test)(const char *format, uint8_t *packed, size_t size))
{
	size_t size, packed_size;
	uint8_t *image = images_make(name, &size), *packed;
	unsigned planned = 0;

	assert_non_null(image);
	for (const char *const *format = pack_formats; *format; format++) {
		packed = pack(*format, image, size, &packed_size);
		assert_non_null(packed);
		assert_true(unpack_and_plan(at_wall(packed, packed_size), &planned, *format));
		assert_true(planned > 0);
		test(*format, packed, packed_size);
		free(packed);
	}
	free(image);
}

static void cut_packed(const char *format, uint8_t *packed, size_t size)
{
	unsigned planned;

	for (size_t length = 0; length < size; length++)
		if (is_interesting(length, size) &&
		    unpack_and_plan(at_wall(packed, length), &planned, format))
			fail_msg("%s cut to %zu of %zu bytes was unpacked", format, length, size);
}

static void test_cut_compressed_kernels(void **state)
{
	each_packed("bzImage", cut_packed);
	each_packed("vmlinux-small", cut_packed);
}

static void turn_packed(const char *format, uint8_t *packed, size_t size)
{
	for (size_t at = 0; at < size; at++) {
		const uint8_t was = packed[at];
		const uint8_t values[] = { 0, 1, was - 1, was + 1, 0xff };
		unsigned planned;
		char what[64];

		snprintf(what, sizeof(what), "%s, byte %zu", format, at);
		for (size_t i = 0; is_interesting(at, size) && i < sizeof(values); i++) {
			packed[at] = values[i];
			unpack_and_plan(at_wall(packed, size), &planned, what);
		}
		packed[at] = was;
	}
}

static void test_damaged_compressed_kernels(void **state)
{
	each_packed("bzImage", turn_packed);
	each_packed("vmlinux-small", turn_packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bzimage_fields),
		cmocka_unit_test(test_vmlinux_fields),
		cmocka_unit_test(test_cut_bzimage),
		cmocka_unit_test(test_cut_vmlinux),
		cmocka_unit_test(test_bzimage_that_says_too_little_of_itself),
		cmocka_unit_test(test_vmlinux_that_wraps),
		cmocka_unit_test(test_multiboot_headers_with_any_number),
		cmocka_unit_test(test_recognised_formats_at_the_end_of_the_file),
		cmocka_unit_test(test_s390x_image),
		cmocka_unit_test(test_no_kernel_at_all),
		cmocka_unit_test(test_cut_compressed_kernels),
		cmocka_unit_test(test_damaged_compressed_kernels),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
