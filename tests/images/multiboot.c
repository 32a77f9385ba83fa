// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes of Multiboot kernels, written from the specifications. Everything is little endian. */
#include "tests/images/multiboot.h"

#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FLAT_SIZE 0x3000
#define ELF_SIZE 0x3400

static void put(uint8_t *at, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++, value >>= 8)
		at[i] = (uint8_t)value;
}

static uint8_t *filled(size_t size)
{
	uint8_t *file = malloc(size);

	for (size_t i = 0; file && i < size; i++)
		file[i] = (uint8_t)(i * 7 + (i >> 8));
	return file;
}

static void put_load(uint8_t *at, uint32_t offset, uint32_t virtual, uint32_t physical,
		     uint32_t file_size, uint32_t memory_size)
{
	const uint32_t words[] = { PT_LOAD, offset, virtual, physical, file_size, memory_size,
				   PF_R | PF_W | PF_X, 0x1000 };

	for (unsigned i = 0; i < 8; i++)
		put(at + 4 * i, 4, words[i]);
}

/* Two loads, the header in the first one, and memory behind the second. */
static uint8_t *make_elf(uint32_t physical, uint32_t virtual, uint32_t entry)
{
	uint8_t *file = filled(ELF_SIZE);

	if (!file)
		return NULL;
	memset(file, 0, 0x1000);
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = ELFCLASS32;
	file[EI_DATA] = ELFDATA2LSB;
	file[EI_VERSION] = EV_CURRENT;
	put(file + 16, 2, ET_EXEC);
	put(file + 18, 2, EM_386);
	put(file + 20, 4, EV_CURRENT);
	put(file + 24, 4, entry);
	put(file + 28, 4, 52);			/* e_phoff */
	put(file + 40, 2, 52);			/* e_ehsize */
	put(file + 42, 2, 32);			/* e_phentsize */
	put(file + 44, 2, 2);
	put(file + 46, 2, 40);			/* e_shentsize */
	put_load(file + 52, 0x1000, virtual, physical, 0x1800, 0x2000);
	put_load(file + 84, 0x3000, virtual + 0x4000, physical + 0x4000, 0x400, 0x5000);
	return file;
}

uint8_t *images_multiboot(const char *kind, size_t *size)
{
	bool elf = !strcmp(kind, "-elf");
	uint32_t flags = elf ? 0x3 : 0x10003;
	uint8_t *file, *header;

	if (!strcmp(kind, "-video"))
		flags |= 0x4;
	else if (!strcmp(kind, "-strange"))
		flags |= 0x8;
	else if (*kind && !elf)
		return NULL;
	*size = elf ? ELF_SIZE : FLAT_SIZE;
	file = elf ? make_elf(0x100000, 0xc0100000, 0xc0100020) : filled(FLAT_SIZE);
	if (!file)
		return NULL;
	header = file + (elf ? IMAGES_MULTIBOOT_ELF : IMAGES_MULTIBOOT_FLAT);
	put(header, 4, 0x1badb002);
	put(header + 4, 4, flags);
	put(header + 8, 4, -(0x1badb002u + flags));
	if (!elf) {
		put(header + 12, 4, 0x100000 + IMAGES_MULTIBOOT_FLAT);
		put(header + 16, 4, 0x100000);
		put(header + 20, 4, 0x100000 + FLAT_SIZE);
		put(header + 24, 4, 0x108000);
		put(header + 28, 4, 0x100080);
	}
	return file;
}

uint8_t *images_vmlinux_32(size_t *size)
{
	*size = ELF_SIZE;
	return make_elf(0x1000000, 0xc1000000, 0x1000020);
}

/* The next tag, with up to four numbers in it. */
static uint8_t *put_tag(uint8_t *at, uint16_t type, bool optional, unsigned count,
			const uint32_t *numbers)
{
	memset(at, 0, 24);
	put(at, 2, type);
	put(at + 2, 2, optional);
	put(at + 4, 4, 8 + 4 * count);
	for (unsigned i = 0; i < count; i++)
		put(at + 8 + 4 * i, 4, numbers[i]);
	return at + ((8 + 4 * count + 7) & ~7u);
}

uint8_t *images_multiboot2(const char *kind, size_t *size)
{
	static const uint32_t requests[] = {4, 6}, place[] = {0x100000, 0xffffffff, 0x200000, 2};
	static const uint32_t flat[] = { 0x100000 + IMAGES_MULTIBOOT_FLAT, 0x100000, 0, 0x108000 };
	static const uint32_t entry[] = { 0x100080 }, entry_efi[] = { 0x200040 };
	static const uint32_t screen[] = { 0, 0, 0 }, rsdp[] = { 15 }, old_rsdp[] = { 14 };
	bool is_flat = !strcmp(kind, "-flat"), efi = !strcmp(kind, "-efi"),
	     acpi = !strcmp(kind, "-acpi");
	bool shown = !strcmp(kind, "-screen"), acpi_old = !strcmp(kind, "-acpi-old");
	uint8_t *file, *header, *at;

	if (*kind && !is_flat && !efi && !acpi && !acpi_old && !shown)
		return NULL;
	*size = is_flat ? FLAT_SIZE : ELF_SIZE;
	file = is_flat ? filled(FLAT_SIZE) : make_elf(0x200000, 0x200000, 0x200020);
	if (!file)
		return NULL;
	header = file + (is_flat ? IMAGES_MULTIBOOT_FLAT : IMAGES_MULTIBOOT_ELF);
	at = put_tag(header + 16, 1, false, 2, requests);
	if (is_flat) {
		at = put_tag(at, 2, false, 4, flat);
		at = put_tag(at, 3, false, 1, entry);
	} else {
		at = put_tag(at, 6, false, 0, NULL);
		at = put_tag(at, 5, !shown, 3, screen);
		at = put_tag(at, 7, !efi, 0, NULL);
		at = put_tag(at, 9, true, 1, entry_efi);
		if (acpi || acpi_old)
			at = put_tag(at, 1, false, 1, acpi ? rsdp : old_rsdp);
		at = put_tag(at, 10, true, 4, place);
	}
	at = put_tag(at, 0, false, 0, NULL);
	put(header, 4, 0xe85250d6);
	put(header + 4, 4, 0);
	put(header + 8, 4, (uint32_t)(at - header));
	put(header + 12, 4, -(0xe85250d6u + (uint32_t)(at - header)));
	return file;
}
