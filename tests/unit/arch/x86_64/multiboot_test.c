// SPDX-License-Identifier: GPL-2.0-or-later
/* Plans for Multiboot kernels: what they find in memory and in their registers. */
#include "tests/unit/planned.h"

#include "arch/x86_64/multiboot.h"
#include "tests/images/multiboot.h"

static void make(struct planned *t, uint8_t *(*image)(const char *, size_t *), const char *kind)
{
	size_t size;
	uint8_t *kernel = image(kind, &size);

	planned_setup(t, GIB);
	planned_kernel(t, kernel, size);
	t->options.append = "one two";
}

static void add_module(struct planned *t, const char *line, const char *path, const char *text)
{
	t->image.modules[t->image.module_count++] = (struct image_module){
		.file = {.path = path, .fd = -1, .bytes = {(const uint8_t *)text, strlen(text)}},
		.unpacked = {.fd = -1},
		.line = line,
	};
}

static uint64_t jump(struct planned *t, size_t field)
{
	const uint8_t *at =
		bytes_at(planned_segment(t, "purgatory")->bytes, PURGATORY_PARAMETERS + field, 8);

	assert_non_null(at);
	return bytes_get(at, 8, LITTLE);
}

#define JUMP(field) jump(t, offsetof(struct purgatory_parameters, field))

static void assert_enters(struct planned *t, uint32_t entry, uint32_t eax)
{
	assert_int_equal(JUMP(entry), entry);
	assert_int_equal(JUMP(entry_mode), PURGATORY_ENTRY_32);
	assert_int_equal(JUMP(arguments[1]), eax);
	assert_int_equal(JUMP(arguments[2]), planned_segment(t, "multiboot_info")->memory.start);
	for (unsigned i = 0; i < t->plan.segment_count; i++)
		assert_true(t->plan.segments[i].memory.end <= 4 * GIB);
}

static const struct multiboot_info *info_of(struct planned *t)
{
	return planned_at(t, JUMP(arguments[2]), sizeof(struct multiboot_info));
}

static const char *string_at(struct planned *t, le32 pointer)
{
	return planned_at(t, get(pointer), 1);
}

static void a_flat_kernel_finds_everything(void **state)
{
	const struct multiboot_module_entry *modules;
	const struct multiboot_map_entry *map;
	const struct multiboot_info *info;
	struct planned t;

	make(&t, images_multiboot, "");
	add_module(&t, "first", "first", "12345");
	add_module(&t, "second a b", "second", "6789");
	assert_planned(&t);
	assert_string_equal(t.plan.format, "multiboot-x86");
	assert_enters(&t, 0x100080, 0x2badb002);
	assert_int_equal(planned_segment(&t, "kernel")->memory.start, 0x100000);
	assert_int_equal(planned_segment(&t, "kernel")->memory.end, 0x108000);
	assert_memory_equal(planned_at(&t, 0x100000, 0x3000), t.kernel, 0x3000);
	info = info_of(&t);
	assert_int_equal(get(info->flags), 0x24d);
	assert_string_equal(string_at(&t, info->cmdline), "kernel one two");
	assert_string_equal(string_at(&t, info->boot_loader_name), "kexec-ng");
	assert_int_equal(get(info->mem_lower), 0x9fc00 >> 10);
	assert_int_equal(get(info->mem_upper), (GIB - MIB) >> 10);
	assert_int_equal(get(info->mods_count), 2);
	modules = planned_at(&t, get(info->mods_addr), 2 * sizeof(*modules));
	assert_int_equal(get(modules[0].end) - get(modules[0].start), 5);
	assert_memory_equal(planned_at(&t, get(modules[0].start), 5), "12345", 5);
	assert_memory_equal(planned_at(&t, get(modules[1].start), 4), "6789", 4);
	assert_int_equal(get(modules[1].start) % 4096, 0);
	assert_string_equal(string_at(&t, modules[0].string), "first");
	assert_string_equal(string_at(&t, modules[1].string), "second a b");
	assert_int_equal(get(info->mmap_length), 2 * sizeof(*map));
	map = planned_at(&t, get(info->mmap_addr), 2 * sizeof(*map));
	assert_int_equal(get(map[1].size), 20);
	assert_int_equal(get(map[1].address), MIB);
	assert_int_equal(get(map[1].length), GIB - MIB);
	assert_int_equal(get(map[1].type), 1);
	planned_release(&t);
}

static void an_elf_kernel_may_name_its_entry_by_virtual_address(void **state)
{
	struct planned t;

	make(&t, images_multiboot, "-elf");
	assert_planned(&t);
	assert_enters(&t, 0x100020, 0x2badb002);
	bytes_put(t.kernel + 24, 4, LITTLE, 0x104010);
	assert_planned(&t);
	assert_enters(&t, 0x104010, 0x2badb002);
	bytes_put(t.kernel + 24, 4, LITTLE, 0x103000);
	assert_refused(&t, "entry point 0x103000 lies in no part");
	planned_release(&t);
}

static void everything_stays_below_4_gib(void **state)
{
	struct planned t;

	make(&t, images_multiboot, "");
	planned_ram(&t, 4 * GIB, 16 * GIB);
	add_module(&t, "first", "first", "12345");
	assert_planned(&t);
	assert_enters(&t, 0x100080, 0x2badb002);
	t.options.mem_min = 4 * GIB;
	t.options.mem_min_given = true;
	assert_refused(&t, "The kernel needs");
	planned_release(&t);
}

static void the_screen_is_described_as_it_is(void **state)
{
	static const uint8_t colours[] = { 8, 16, 8, 8, 8, 0 }, turned[] = { 16, 8, 8, 8, 0, 8 };
	const struct multiboot_info *info;
	struct planned t;

	make(&t, images_multiboot, "-video");
	assert_refused(&t, "demands a screen");
	t.boot_params[0x06] = 3;
	t.boot_params[0x07] = 80;
	t.boot_params[0x0e] = 25;
	t.boot_params[0x0f] = 1;
	assert_planned(&t);
	info = info_of(&t);
	assert_int_equal(get(info->flags), 0x124d);
	assert_int_equal(get(info->framebuffer_addr), 0xb8000);
	assert_int_equal(get(info->framebuffer_width), 80);
	assert_int_equal(get(info->framebuffer_pitch), 160);
	assert_int_equal(info->framebuffer_type, 2);
	t.boot_params[0x0f] = 0x70;
	bytes_put(t.boot_params + 0x12, 2, LITTLE, 1024);
	bytes_put(t.boot_params + 0x14, 2, LITTLE, 768);
	bytes_put(t.boot_params + 0x16, 2, LITTLE, 32);
	bytes_put(t.boot_params + 0x18, 4, LITTLE, 0x80000000);
	bytes_put(t.boot_params + 0x24, 2, LITTLE, 4096);
	bytes_put(t.boot_params + 0x36, 4, LITTLE, 2);
	bytes_put(t.boot_params + 0x3a, 4, LITTLE, 0x20);
	memcpy(t.boot_params + 0x26, colours, sizeof(colours));
	assert_planned(&t);
	info = info_of(&t);
	assert_int_equal(get(info->framebuffer_addr), 0x2080000000);
	assert_int_equal(get(info->framebuffer_height), 768);
	assert_int_equal(info->framebuffer_bpp, 32);
	assert_int_equal(info->framebuffer_type, 1);
	assert_memory_equal(info->colours, turned, sizeof(turned));
	planned_release(&t);
}

static void wild_addresses_are_refused(void **state)
{
	static const struct { uint32_t words[5]; const char *part; } wild[] = {
		{ { 0x100040, 0x100050, 0, 0, 0x100080 }, "cannot be" },
		{ { 0x200040, 0x100000, 0, 0, 0x100080 }, "cannot be" },
		{ { 0x100040, 0x100000, 0x110000, 0, 0x100080 }, "which has 12288 bytes" },
		{ { 0x100040, 0x100000, 0x90000, 0, 0x100080 }, "which has 12288 bytes" },
		{ { 0x100040, 0x100000, 0, 0x101000, 0x100080 }, "memory ends at 0x101000" },
		{ { 0x100040, 0x100000, 0, 0, 0x103000 }, "lies in no part" },
		{ { 0x40000040, 0x40000000, 0, 0, 0x40000080 }, "The kernel needs" },
		{ { 0xfffff040, 0xfffff000, 0, 0, 0xfffff080 }, "below 4 GiB" },
	};
	struct planned t;

	make(&t, images_multiboot, "");
	for (unsigned i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
		for (unsigned j = 0; j < 5; j++)
			bytes_put(t.kernel + IMAGES_MULTIBOOT_FLAT + 12 + 4 * j, 4, LITTLE,
				  wild[i].words[j]);
		assert_refused(&t, wild[i].part);
	}
	planned_release(&t);
}

static void crash_kernels_and_unknown_demands_are_refused(void **state)
{
	struct planned t;

	make(&t, images_multiboot, "-strange");
	assert_refused(&t, "demand what the specification does not know (0x8)");
	t.options.panic = true;
	assert_refused(&t, "no words for a crash kernel");
	planned_release(&t);
}

/* The contents of the nth tag of that type, and their size. */
static const uint8_t *tag_of(struct planned *t, uint32_t type, unsigned nth, uint32_t *size)
{
	uint64_t address = JUMP(arguments[2]);
	uint32_t total = get(*(const le32 *)planned_at(t, address, 8));

	for (uint64_t at = 8; at < total;) {
		const struct multiboot2_info_tag *tag = planned_at(t, address + at, sizeof(*tag));

		*size = get(tag->size) - (uint32_t)sizeof(*tag);
		if (get(tag->type) == type && !nth--)
			return planned_at(t, address + at + sizeof(*tag), *size);
		assert_true(get(tag->type) || at + 8 == total);
		at += (get(tag->size) + 7) & ~7u;
	}
	return NULL;
}

static uint32_t number_of(struct planned *t, uint32_t type, unsigned nth, unsigned word)
{
	uint32_t size;
	const uint8_t *tag = tag_of(t, type, nth, &size);

	assert_non_null(tag);
	assert_true(size >= 4 * (word + 1));
	return (uint32_t)bytes_get(tag + 4 * word, 4, LITTLE);
}

static void version_2_is_moved_and_told(void **state)
{
	struct planned t;
	uint32_t size, base;

	make(&t, images_multiboot2, "");
	add_module(&t, "first", "first", "12345");
	add_module(&t, "second a b", "second", "6789");
	assert_planned(&t);
	assert_string_equal(t.plan.format, "multiboot2-x86");
	base = number_of(&t, 21, 0, 0);
	/* The highest multiple of 2 MiB that leaves room for 36 KiB. */
	assert_int_equal(base, GIB - 2 * MIB);
	assert_enters(&t, base + 0x20, 0x36d76289);
	assert_memory_equal(planned_at(&t, base, 0x1800), t.kernel + 0x1000, 0x1800);
	assert_memory_equal(planned_at(&t, base + 0x4000, 0x400), t.kernel + 0x3000, 0x400);
	assert_string_equal((const char *)tag_of(&t, 1, 0, &size), "kernel one two");
	assert_string_equal((const char *)tag_of(&t, 2, 0, &size), "kexec-ng");
	assert_int_equal(number_of(&t, 4, 0, 0), 0x9fc00 >> 10);
	assert_int_equal(number_of(&t, 4, 0, 1), (GIB - MIB) >> 10);
	assert_int_equal(number_of(&t, 6, 0, 0), 24);
	assert_int_equal(number_of(&t, 6, 0, 1), 0);
	assert_int_equal(number_of(&t, 6, 0, 8), MIB);
	assert_memory_equal(planned_at(&t, number_of(&t, 3, 0, 0), 5), "12345", 5);
	assert_int_equal(number_of(&t, 3, 1, 1) - number_of(&t, 3, 1, 0), 4);
	assert_string_equal((const char *)tag_of(&t, 3, 1, &size) + 8, "second a b");
	assert_null(tag_of(&t, 3, 2, &size));
	assert_null(tag_of(&t, 8, 0, &size));
	assert_non_null(tag_of(&t, 0, 0, &size));
	planned_release(&t);
}

/* Purgatory fills both tags, at the end for it; the older kind is in any root pointer. */
#define OF(field) jump(&t, offsetof(struct purgatory_parameters, field))

static void version_2_is_told_of_acpi(void **state)
{
	const uint64_t root = 0x3f77d014;
	uint32_t size, total;
	struct planned t;

	make(&t, images_multiboot2, "-acpi-old");
	assert_refused(&t, "type 14 (a copy of ACPI's root pointer), which is not to be had here");
	bytes_put(t.boot_params + 0x70, 8, LITTLE, 0xf59e0);
	assert_planned(&t);
	assert_int_equal(OF(arguments[4]), 0xf59e0);
	planned_release(&t);

	make(&t, images_multiboot2, "-acpi");
	bytes_put(t.boot_params + 0x70, 8, LITTLE, 0xf59e0);
	assert_refused(&t, "type 15 (a copy of ACPI's root pointer, of version 2 or later)");
	bytes_put(t.boot_params + 0x70, 8, LITTLE, 0);
	t.facts.efi_acpi20 = root;
	assert_planned(&t);
	assert_int_equal(OF(arguments[4]), root);
	assert_non_null(tag_of(&t, 14, 0, &size));
	assert_int_equal(size, 20);
	assert_non_null(tag_of(&t, 15, 0, &size));
	assert_int_equal(size, 36);
	total = get(*(const le32 *)planned_at(&t, OF(arguments[2]), 4));
	assert_int_equal(OF(arguments[3]), OF(arguments[2]) + total - 8 - 48 - 32);
	planned_release(&t);
}

static void version_2_may_be_flat(void **state)
{
	struct planned t;
	uint32_t size;

	make(&t, images_multiboot2, "-flat");
	assert_planned(&t);
	assert_enters(&t, 0x100080, 0x36d76289);
	assert_null(tag_of(&t, 21, 0, &size));
	/* "From the first byte of the file on", which comes to the same. */
	bytes_put(t.kernel + IMAGES_MULTIBOOT_FLAT + 16 + 16 + 12, 4, LITTLE, UINT32_MAX);
	assert_planned(&t);
	assert_enters(&t, 0x100080, 0x36d76289);
	assert_int_equal(planned_segment(&t, "kernel")->memory.start, MIB);
	planned_release(&t);
}

static void version_2_is_refused_what_cannot_be_given(void **state)
{
	static const struct { const char *kind, *part; } kinds[] = {
		{ "-efi", "EFI boot services" },
		{ "-acpi", "type 15 (a copy of ACPI's root pointer, of" },
		{ "-screen", "demands a screen" },
	};
	struct planned t;

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		make(&t, images_multiboot2, kinds[i].kind);
		assert_refused(&t, kinds[i].part);
		planned_release(&t);
	}
}

static void damaged_tags_are_refused(void **state)
{
	const size_t first = IMAGES_MULTIBOOT_ELF + 16;
	struct planned t;

	make(&t, images_multiboot2, "");
	bytes_put(t.kernel + first + 4, 4, LITTLE, 0);
	assert_refused(&t, "has a size of 0 bytes");
	bytes_put(t.kernel + first + 4, 4, LITTLE, 0xfffffff8);
	assert_refused(&t, "has a size of 4294967288 bytes");
	/* An empty tag, and one for the alignment of modules where its contents were. */
	bytes_put(t.kernel + first + 4, 4, LITTLE, 8);
	bytes_put(t.kernel + first + 8, 8, LITTLE, (uint64_t)8 << 32 | 6);
	bytes_put(t.kernel + first, 2, LITTLE, 3);
	assert_refused(&t, "has 0 bytes of contents");
	bytes_put(t.kernel + first, 2, LITTLE, 99);
	assert_refused(&t, "type 99");
	bytes_put(t.kernel + first + 2, 2, LITTLE, 1);
	assert_planned(&t);
	planned_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flat_kernel_finds_everything),
		cmocka_unit_test(an_elf_kernel_may_name_its_entry_by_virtual_address),
		cmocka_unit_test(everything_stays_below_4_gib),
		cmocka_unit_test(the_screen_is_described_as_it_is),
		cmocka_unit_test(wild_addresses_are_refused),
		cmocka_unit_test(crash_kernels_and_unknown_demands_are_refused),
		cmocka_unit_test(version_2_is_moved_and_told),
		cmocka_unit_test(version_2_is_told_of_acpi),
		cmocka_unit_test(version_2_may_be_flat),
		cmocka_unit_test(version_2_is_refused_what_cannot_be_given),
		cmocka_unit_test(damaged_tags_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
