// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The head of /proc/kcore: what captured ones tell, cut off at every byte too, and what made ones
 * of kernels that tell less.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <elf.h>

#include "kexec/kcore.h"
#include "kexec/sysroot.h"
#include "tests/support/tree.h"

static struct arena arena;
static struct error error;
static struct memmap ram;

static int teardown(void **state)
{
	arena_release(&arena);
	ram = (struct memmap){ 0 };
	return 0;
}

static void add_ram(uint64_t start, uint64_t end)
{
	assert_true(memmap_append(&ram, &arena, (struct range){ start, end }, MEMORY_RAM, &error));
}

static struct bytes captured(const char *machine)
{
	struct bytes head;
	struct sysroot root;

	assert_true(sysroot_open(&root, tree_captured(machine), &error));
	assert_int_equal(sysroot_read(&root, &arena, "/proc/kcore.head", &head, &error),
			 SYSROOT_OK);
	sysroot_close(&root);
	return head;
}

/* With the symbol that the head itself tells. */
static struct kcore parse(struct bytes head)
{
	struct kcore kcore = { 0 };
	uint64_t symbol = 0;

	(void)kcore_symbol(head, "_stext", &symbol);
	kcore_parse(head, LITTLE, symbol, &ram, &kcore);
	return kcore;
}

static void expect(const char *machine, struct kcore wanted)
{
	struct kcore found = parse(captured(machine));

	assert_true(found.linear_known);
	assert_int_equal(found.linear, wanted.linear);
	assert_int_equal(found.image.start, wanted.image.start);
	assert_int_equal(found.image.end, wanted.image.end);
	assert_int_equal(found.image_virtual, wanted.image_virtual);
}

static void test_captured_x86_64(void **state)
{
	add_ram(0x1000, 0x9fc00);
	add_ram(0x100000, 0x3ffe0000);
	expect("x86_64-bios-crash-6.1",
	       (struct kcore){
		       {0x35a00000, 0x38e30000}, 0xffffffffafa00000, 0xff1a2faa40000000, true});
	expect("x86_64-uefi-crash-6.12",
	       (struct kcore){
		       {0x7e00000, 0xaa30000}, 0xffffffff8c800000, 0xff19e35200000000, true});
}

static void test_captured_arm64(void **state)
{
	add_ram(0x40000000, 0x80000000);
	expect("arm64-dt-crash-6.12",
	       (struct kcore){
		       {0x40200000, 0x426f0000}, 0xffffd25eba800000, 0xffff4a4900000000, true});
}

/* ppc64le has no map of the kernel apart from that of all memory. */
static void test_captured_ppc64le(void **state)
{
	add_ram(0, 0x80000000);
	expect("ppc64le-crash-6.12-4k",
	       (struct kcore){ { 0, 0 }, 0, 0xc000000000000000, true });
}

/* Copies of exactly so many bytes, for the sanitizers; from them may only less be learnt. */
static void test_cut_off_anywhere(void **state)
{
	struct bytes whole = captured("x86_64-uefi-crash-6.12");
	struct kcore all;

	add_ram(0x1000, 0x3feec000);
	all = parse(whole);
	for (size_t size = 0; size < whole.size; size++) {
		uint8_t *copy = malloc(size ? size : 1);
		struct bytes head = { copy, size };
		struct kcore some;

		assert_non_null(copy);
		memcpy(copy, whole.data, size);
		some = parse(head);
		if (some.linear_known && some.image.end) {
			assert_int_equal(some.linear, all.linear);
			assert_int_equal(some.image_virtual, all.image_virtual);
		}
		(void)kcore_needs(head, LITTLE);
		free(copy);
	}
	assert_true(kcore_needs(whole, LITTLE) >= whole.size);
}

static void test_needs_grow_to_what_there_is(void **state)
{
	struct bytes whole = captured("x86_64-bios-crash-6.1"), head = { whole.data, 0 };

	assert_int_equal(kcore_needs(head, LITTLE), 64);
	head.size = 64;
	assert_int_equal(kcore_needs(head, LITTLE), 64 + 8 * 56);
	head.size = 64 + 8 * 56;
	assert_true(kcore_needs(head, LITTLE) > 2000);
	assert_int_equal(kcore_needs((struct bytes){(const uint8_t *)"no core here", 12}, LITTLE),
			 0);
}

static void put_load(Elf64_Phdr *load, uint64_t virtual, uint64_t physical, uint64_t size)
{
	*load = (Elf64_Phdr){ .p_type = PT_LOAD, .p_vaddr = virtual, .p_paddr = physical,
			      .p_filesz = size, .p_memsz = size };
}

struct made {
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdrs[4];
};

static struct bytes make(struct made *made, unsigned count)
{
	made->ehdr = (Elf64_Ehdr){ .e_type = ET_CORE, .e_phoff = sizeof(Elf64_Ehdr),
				   .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = (uint16_t)count };
	memcpy(made->ehdr.e_ident, ELFMAG, SELFMAG);
	made->ehdr.e_ident[EI_CLASS] = ELFCLASS64;
	return (struct bytes){(const uint8_t *)made,
			      sizeof(made->ehdr) + count * sizeof(Elf64_Phdr)};
}

/* Before Linux 4.11: every physical address is 0, and nothing can be said. */
static void test_without_physical_addresses(void **state)
{
	struct made made;
	struct kcore kcore = { .linear = 7 };

	add_ram(0x1000, 0x40000000);
	put_load(&made.phdrs[0], 0xffffffff81000000, 0, 0x2000000);
	put_load(&made.phdrs[1], 0xffff880000001000, 0, 0x9e000);
	kcore_parse(make(&made, 2), LITTLE, 0xffffffff81000000, &ram, &kcore);
	assert_false(kcore.linear_known);
	assert_int_equal(kcore.linear, 7);
	assert_int_equal(kcore.image.end, 0);
}

/*
 * 52-bit addresses on arm64: the map of memory begins lower than ever, and memory may lie above 256
 * TiB.
 */
static void test_52_bit_addresses(void **state)
{
	struct made made;
	struct kcore kcore = { 0 };

	add_ram(0x80000000, 0x100000000);
	add_ram(0x8000000000000, 0x8004000000000);
	put_load(&made.phdrs[0], 0xffff800080000000, UINT64_MAX, 0x7bfbfff0000);
	put_load(&made.phdrs[1], 0xffffa5d9c0000000, 0x80200000, 0x2800000);
	put_load(&made.phdrs[2], 0xfff0000000000000, 0x80000000, 0x80000000);
	put_load(&made.phdrs[3], 0xfff7ffff80000000, 0x8000000000000, 0x4000000000);
	kcore_parse(make(&made, 4), LITTLE, 0xffffa5d9c0010000, &ram, &kcore);
	assert_true(kcore.linear_known);
	assert_int_equal(kcore.linear, 0xfff0000000000000 - 0x80000000);
	assert_int_equal(kcore.image.start, 0x80200000);
	assert_int_equal(kcore.image.end, 0x82a00000);
	assert_int_equal(kcore.image_virtual, 0xffffa5d9c0000000);
}

/* Before Linux 4.19 nothing names a symbol, and sizes may be anything at all. */
static void test_without_a_symbol(void **state)
{
	struct made made;
	struct kcore kcore = { 0 };

	add_ram(0x1000, 0x40000000);
	put_load(&made.phdrs[0], 0xffff888000100000, 0x100000, UINT64_MAX);
	put_load(&made.phdrs[1], 0xffffc90000000000, UINT64_MAX, 0x1000000);
	put_load(&made.phdrs[2], 0xffff888000100000, 0x100000, 0x3ff00000);
	kcore_parse(make(&made, 3), LITTLE, 0, &ram, &kcore);
	assert_true(kcore.linear_known);
	assert_int_equal(kcore.linear, 0xffff888000000000);
	assert_int_equal(kcore.image.end, 0);
}

static void test_symbols(void **state)
{
	static const struct { const char *text; bool found; uint64_t value; } cases[] = {
		{ "x\nSYMBOL(_stext)=ffffffff8c800000\n", true, 0xffffffff8c800000 },
		{ "x\nSYMBOL(_stext)=0\ny", true, 0 },
		{ "x\nSYMBOL(_stext)=ffffffff8c80", false, 0 },
		{ "x\nSYMBOL(_stext)=\n", false, 0 },
		{ "x\nSYMBOL(_stext)=1ffffffff8c800000\n", false, 0 },
		{ "SYMBOL(_stext)=1\n", false, 0 },
		{ "", false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes head = { (const uint8_t *)cases[i].text, strlen(cases[i].text) };
		uint64_t value = 0;

		assert_int_equal(kcore_symbol(head, "_stext", &value), cases[i].found);
		assert_int_equal(value, cases[i].value);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_captured_x86_64),
		TEST(test_captured_arm64),
		TEST(test_captured_ppc64le),
		TEST(test_cut_off_anywhere),
		TEST(test_needs_grow_to_what_there_is),
		TEST(test_without_physical_addresses),
		TEST(test_52_bit_addresses),
		TEST(test_without_a_symbol),
		TEST(test_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
