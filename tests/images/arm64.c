// SPDX-License-Identifier: GPL-2.0-or-later
/* Making arm64 kernels: headers written byte by byte, and a pattern behind them. */
#include "tests/images/arm64.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096

const struct images_arm64 images_debian_arm64 = {
	.image_size = 0x2010000,
	.flags = 0xa,
	.file_size = 192 << 10,
};

static void put_le(uint8_t *at, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size; i++, value >>= 8)
		at[i] = (uint8_t)value;
}

static void put_be32(uint8_t *at, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Behind the 64 bytes of the header: "PE", one section, and an optional header without anything. */
static void put_pe(uint8_t *image, const struct images_arm64 *wanted)
{
	uint8_t *pe = image + 64, *section = pe + 24 + 112;

	memcpy(pe, "PE\0\0", 4);
	put_le(pe + 4, 2, 0xaa64);
	put_le(pe + 6, 2, 1);
	put_le(pe + 20, 2, 112);
	memset(pe + 24, 0, 112);
	memcpy(section, ".text\0\0\0", 8);
	put_le(section + 16, 4, wanted->file_size - wanted->section);
	put_le(section + 20, 4, wanted->section);
}

uint8_t *images_arm64(const struct images_arm64 *wanted, size_t *size)
{
	uint8_t *image = calloc(1, wanted->file_size);

	*size = wanted->file_size;
	if (!image)
		return NULL;
	for (size_t i = 64; i < wanted->file_size; i++)
		image[i] = (uint8_t)(i * 7 + (i >> 8));
	put_le(image, 4, 0x91005a4d); /* "MZ" as an instruction */
	put_le(image + 4, 4, 0x14000010); /* a branch behind the header */
	put_le(image + 8, 8, wanted->text_offset);
	put_le(image + 16, 8, wanted->image_size);
	put_le(image + 24, 8, wanted->flags);
	memcpy(image + 56, "ARM\x64", 4);
	put_le(image + 60, 4, 64);
	if (wanted->section)
		put_pe(image, wanted);
	return image;
}

uint8_t *images_zboot(const char *compression, const uint8_t *payload, size_t payload_size,
		      size_t *size)
{
	uint8_t *image = calloc(1, PAGE + payload_size + 4);

	*size = PAGE + payload_size + 4;
	if (!image)
		return NULL;
	memcpy(image, "MZ\0\0zimg", 8);
	put_le(image + 8, 4, PAGE);
	put_le(image + 12, 4, payload_size);
	strncpy((char *)image + 24, compression, 31);
	put_le(image + 0x38, 4, 0x818223cd);
	put_le(image + 0x3c, 4, 64);
	memcpy(image + PAGE, payload, payload_size);
	put_le(image + PAGE + payload_size, 4,
	       12345); /* the size unpacked, which is not part of it */
	return image;
}

uint8_t *images_uimage(uint8_t compression, const uint8_t *payload, size_t payload_size,
		       size_t *size)
{
	uint8_t *image = calloc(1, 64 + payload_size);

	*size = 64 + payload_size;
	if (!image)
		return NULL;
	put_be32(image, 0x27051956);
	put_be32(image + 12, (uint32_t)payload_size);
	image[28] = 5; /* Linux */
	image[29] = 22; /* arm64 */
	image[30] = 2; /* a kernel */
	image[31] = compression;
	memcpy(image + 64, payload, payload_size);
	return image;
}

/* Linked where Linux 6.1 is, with virtual addresses in p_paddr as well. */
#define LINKED 0xffff800008000000u

static void put_load(uint8_t *at, uint32_t flags, size_t from, size_t size, size_t memory_size)
{
	put_le(at, 4, PT_LOAD);
	put_le(at + 4, 4, flags);
	put_le(at + 8, 8, PAGE + from);
	put_le(at + 16, 8, LINKED + from);
	put_le(at + 24, 8, LINKED + from);
	put_le(at + 32, 8, size);
	put_le(at + 40, 8, memory_size);
	put_le(at + 48, 8, PAGE);
}

static void put_elf_header(uint8_t *file)
{
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = ELFCLASS64;
	file[EI_DATA] = ELFDATA2LSB;
	file[EI_VERSION] = EV_CURRENT;
	put_le(file + 16, 2, ET_DYN);
	put_le(file + 18, 2, EM_AARCH64);
	put_le(file + 20, 4, EV_CURRENT);
	put_le(file + 24, 8, LINKED);
	put_le(file + 32, 8, 64); /* e_phoff */
	put_le(file + 52, 2, 64); /* e_ehsize */
	put_le(file + 54, 2, 56); /* e_phentsize */
	put_le(file + 56, 2, 2);  /* e_phnum */
}

uint8_t *images_arm64_vmlinux(const struct images_arm64 *wanted, size_t *size)
{
	size_t image_size, first = wanted->file_size - PAGE;
	uint8_t *image = images_arm64(wanted, &image_size);
	uint8_t *file = calloc(1, PAGE + image_size);

	*size = PAGE + image_size;
	if (file && image) {
		put_elf_header(file);
		put_load(file + 64, PF_R | PF_X, 0, first, first);
		put_load(file + 64 + 56, PF_R | PF_W, first, PAGE, 16 * PAGE);
		memcpy(file + PAGE, image, image_size);
	}
	free(image);
	return file;
}
