// SPDX-License-Identifier: GPL-2.0-or-later
/* PE headers written field by field from Microsoft's "PE Format"; sections of what others made. */
#include "tests/images/pe.h"

#include "tests/images/arm64.h"
#include "tests/images/images.h"

#include <stdlib.h>
#include <string.h>

#define PE_AT 0x40
#define OPTIONAL (PE_AT + 24)
#define TABLE (OPTIONAL + 112 + 16 * 8)
#define ALIGNMENT 0x200

static void put(uint8_t *at, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++, value >>= 8)
		at[i] = (uint8_t)value;
}

static void put_big(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_headers(uint8_t *file, uint16_t machine, unsigned sections, size_t headers,
			size_t size)
{
	uint8_t *pe = file + PE_AT, *optional = file + OPTIONAL;

	memcpy(file, "MZ", 2);
	put(file + 0x3c, 4, PE_AT);
	memcpy(pe, "PE\0\0", 4);
	put(pe + 4, 2, machine);
	put(pe + 6, 2, sections);
	put(pe + 20, 2, TABLE - OPTIONAL);
	put(pe + 22, 2, 0x206); /* characteristics */
	memset(optional, 0, TABLE - OPTIONAL);
	put(optional, 2, 0x20b);	/* PE32+ */
	put(optional + 16, 4, headers); /* entry point */
	put(optional + 32, 4, 0x1000);	/* section alignment */
	put(optional + 36, 4, ALIGNMENT);
	put(optional + 56, 4, size);
	put(optional + 60, 4, headers);
	put(optional + 68, 2, 10);  /* subsystem: EFI application */
	put(optional + 108, 4, 16); /* data directories */
}

static void put_section(uint8_t *file, unsigned index, const char *name, size_t virtual_size,
			size_t offset, size_t raw_size)
{
	uint8_t *section = file + TABLE + index * 40;

	memset(section, 0, 40);
	memcpy(section, name, strlen(name) < 8 ? strlen(name) : 8);
	put(section + 8, 4, virtual_size);
	put(section + 12, 4, offset);
	put(section + 16, 4, raw_size);
	put(section + 20, 4, offset);
	put(section + 36, 4, 0x60000020);
}

static size_t padded(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

uint8_t *images_pe(uint16_t machine, const struct images_section *sections, unsigned count,
		   size_t *size)
{
	size_t headers = padded(TABLE + count * 40), offset = headers;
	uint8_t *file;

	*size = headers;
	for (unsigned i = 0; i < count; i++)
		*size += padded(sections[i].size);
	file = calloc(1, *size);
	if (!file)
		return NULL;
	put_headers(file, machine, count, headers, *size);
	for (unsigned i = 0; i < count; i++) {
		put_section(file, i, sections[i].name, sections[i].size, offset,
			    padded(sections[i].size));
		if (sections[i].size)
			memcpy(file + offset, sections[i].data, sections[i].size);
		offset += padded(sections[i].size);
	}
	return file;
}

uint8_t *images_bzimage_pe(size_t *size)
{
	uint8_t *file = images_bzimage(&images_debian_bzimage, size);
	size_t setup = (images_debian_bzimage.setup_sects + 1u) * 512;

	if (!file)
		return NULL;
	put_headers(file, IMAGES_PE_MACHINE_X86_64, 2, ALIGNMENT, *size);
	/* The table ends at 0x198, before the setup header at 0x1f1. */
	put_section(file, 0, ".setup", setup - ALIGNMENT, ALIGNMENT, setup - ALIGNMENT);
	put_section(file, 1, ".text", *size - setup, setup, *size - setup);
	return file;
}

#define TEXT(name, text)                                                                           \
	{                                                                                          \
		name, (const uint8_t *)(text), sizeof(text) - 1                                    \
	}

static uint8_t *uki_of(uint16_t machine, uint8_t *kernel, size_t kernel_size,
		       const struct images_section *more, unsigned count, size_t *size)
{
	struct images_section sections[32] = {
		TEXT(".text", "\xeb\xfe"),
		TEXT(".osrel", "NAME=Test\n"),
		{".linux", kernel, kernel_size},
	};
	uint8_t *file;

	if (!kernel)
		return NULL;
	memcpy(sections + 3, more, count * sizeof(*more));
	file = images_pe(machine, sections, 3 + count, size);
	free(kernel);
	return file;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t *uki_arm64(bool device_tree, size_t *size)
{
	static const struct images_section more[] = {
		TEXT(".cmdline", "console=ttyAMA0 inside\n"),
		TEXT(".initrd", "070701 initrd"),
		TEXT(".splash", "BM"),
		TEXT(".dtb", "\xd0\x0d\xfe\xed"),
	};
	size_t kernel_size;
	uint8_t *kernel = images_arm64(&images_debian_arm64, &kernel_size);

	return uki_of(IMAGES_PE_MACHINE_ARM64, kernel, kernel_size, more,
		      COUNT(more) - !device_tree, size);
}

#define TREE_SIZE 0x88

/* The smallest tree with a root that has a name: Devicetree Specification 0.4, chapter 5. */
static void put_tree(uint8_t tree[TREE_SIZE], const char *compatible)
{
	static const uint32_t header[] = {
		0xd00dfeed, TREE_SIZE, 0x38, 0x7c, 0x28, 17, 16, 0, 11, 0x44,
	};
	/*
	 * The root begins; a property of 40 bytes whose name is the first; the end of the root and
	 * of all.
	 */
	static const uint32_t structure[] = { 1, 0, 3, 40, 0 };

	memset(tree, 0, TREE_SIZE);
	for (unsigned i = 0; i < COUNT(header); i++)
		put_big(tree + 4 * i, header[i]);
	for (unsigned i = 0; i < COUNT(structure); i++)
		put_big(tree + 0x38 + 4 * i, structure[i]);
	memcpy(tree + 0x4c, compatible, strlen(compatible));
	put_big(tree + 0x74, 2);
	put_big(tree + 0x78, 9);
	memcpy(tree + 0x7c, "compatible", 10);
}

static uint8_t *uki_arm64_trees(size_t *size)
{
	static uint8_t other[TREE_SIZE], virt[TREE_SIZE];
	static const struct images_section more[] = {
		TEXT(".cmdline", "console=ttyAMA0 inside"),
		TEXT(".uname", "6.1.0"),
		TEXT(".dtbauto", "\xd0\x0d\xfe\xed"),
		{ ".dtbauto", other, sizeof(other) },
		{ ".dtbauto", virt, sizeof(virt) },
		TEXT(".hwids", ""),
		{ ".dtb", other, sizeof(other) },
		TEXT(".profile", "ID=main"),
		TEXT(".profile", "ID=other"),
		{ ".dtbauto", other, sizeof(other) },
	};
	size_t kernel_size;
	uint8_t *kernel = images_arm64(&images_debian_arm64, &kernel_size);

	put_tree(other, "example,board");
	put_tree(virt, "linux,dummy-virt");
	return uki_of(IMAGES_PE_MACHINE_ARM64, kernel, kernel_size, more, COUNT(more), size);
}

uint8_t *images_uki(const char *kind, size_t *size)
{
	static const struct images_section plain[] = {
		TEXT(".cmdline", "console=ttyS0 inside\n"),
		TEXT(".initrd", "070701 initrd"),
	};
	static const struct images_section ucode[] = {
		TEXT(".initrd", "070701 initrd"),
		TEXT(".ucode", "070701 microcode"),
		TEXT(".cmdline", "inside\0\n"),
		TEXT(".splash", "BM"),
		TEXT(".pcrsig", "{}"),
	};
	static const struct images_section profiles[] = {
		TEXT(".cmdline", "base"),
		TEXT(".initrd", "070701 initrd"),
		TEXT(".profile", "ID=main\nTITLE=Main\n"),
		TEXT(".profile", "ID=rescue\nTITLE=Rescue\n"),
		TEXT(".cmdline", "rescue"),
		TEXT(".profile", "ID=third\n"),
		TEXT(".initrd", "070701 third"),
	};
	static const struct images_section tree[] = {
		TEXT(".initrd", "070701 initrd"),
		TEXT(".dtb", "\xd0\x0d\xfe\xed"),
	};
	static const struct images_section sbat[] = {
		TEXT(".sbat", "sbat,1,SBAT Version,sbat,1,https://example.org/sbat\n"
			      "test-stub,2,The Tests,test-stub,1.0,https://example.org/\n"),
		TEXT(".initrd", "070701 initrd"),
	};
	static const struct images_section stub[] = {
		TEXT(".text", "\xeb\xfe"),
		TEXT(".linux", "\\EFI\\nixos\\kernel.efi"),
		TEXT(".linuxh", "0123456789abcdef0123456789abcdef"),
		TEXT(".initrd", "\\EFI\\nixos\\initrd.efi"),
		TEXT(".initrdh", "0123456789abcdef0123456789abcdef"),
		TEXT(".cmdline", "init=/nix/store/init"),
	};
	size_t kernel_size;
	uint8_t *kernel;

	if (!strcmp(kind, "-arm64"))
		return uki_arm64(false, size);
	if (!strcmp(kind, "-arm64-dtb"))
		return uki_arm64(true, size);
	if (!strcmp(kind, "-arm64-trees"))
		return uki_arm64_trees(size);
	if (!strcmp(kind, "-stub"))
		return images_pe(IMAGES_PE_MACHINE_X86_64, stub, COUNT(stub), size);
	kernel = images_bzimage_pe(&kernel_size);
	if (!*kind)
		return uki_of(IMAGES_PE_MACHINE_X86_64, kernel, kernel_size, plain, COUNT(plain),
			      size);
	if (!strcmp(kind, "-dtb"))
		return uki_of(IMAGES_PE_MACHINE_X86_64, kernel, kernel_size, tree, COUNT(tree),
			      size);
	if (!strcmp(kind, "-sbat"))
		return uki_of(IMAGES_PE_MACHINE_X86_64, kernel, kernel_size, sbat, COUNT(sbat),
			      size);
	if (!strcmp(kind, "-ucode"))
		return uki_of(IMAGES_PE_MACHINE_X86_64, kernel, kernel_size, ucode, COUNT(ucode),
			      size);
	if (!strcmp(kind, "-profiles"))
		return uki_of(IMAGES_PE_MACHINE_X86_64, kernel, kernel_size, profiles,
			      COUNT(profiles), size);
	free(kernel);
	return NULL;
}

uint8_t *images_addon(const char *kind, const char *cmdline, size_t *size)
{
	struct images_section sections[3] = {
		{ ".cmdline", (const uint8_t *)cmdline, strlen(cmdline) },
		TEXT(".initrd", "070701 addon"),
	};
	unsigned count = 2;

	if (!strcmp(kind, "-ucode"))
		sections[count++] = (struct images_section)TEXT(".ucode", "070701 newer microcode");
	if (!strcmp(kind, "-uname"))
		sections[count++] = (struct images_section)TEXT(".uname", "9");
	return images_pe(!strcmp(kind, "-arm64") ? IMAGES_PE_MACHINE_ARM64
						 : IMAGES_PE_MACHINE_X86_64,
			 sections, count, size);
}
