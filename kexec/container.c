// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EFI zboot (drivers/firmware/efi/libstub/zboot-header.S), U-Boot's legacy uImage (its
 * include/image.h), and powerpc's zImage (arch/powerpc/boot/wrapper). The first two say how the
 * kernel in them was compressed.
 */
#include "kexec/container.h"

#include "kexec/elf.h"

#include <inttypes.h>
#include <stdio.h>

struct zboot_header {
	uint8_t mz[4]; /* "MZ" and two bytes of code */
	uint8_t zimg[4];
	le32 payload_offset, payload_size;
	uint8_t reserved[8];
	char compression[32]; /* "gzip", "zstd22", "xzkern": NUL-terminated, room to 0x38 */
	le32 linux_pe_magic;  /* zero in Linux 6.1: nothing to go by */
	le32 pe_offset;
};
_Static_assert(offsetof(struct zboot_header, linux_pe_magic) == 0x38, "zboot-header.S");

struct uimage_header {
	be32 magic, header_crc, time, size, load, entry, data_crc;
	uint8_t os, architecture, type, compression;
	char name[32];
};
_Static_assert(sizeof(struct uimage_header) == 64, "image.h");

#define ZIMAGE_SECTION ".kernel:vmlinux.strip" /* arch/powerpc/boot/zImage.lds.S */
#define EM_PPC 20
#define EM_PPC64 21

#define UIMAGE_MAGIC		    0x27051956
#define UIMAGE_TYPE_KERNEL	    2
#define UIMAGE_TYPE_KERNEL_ANYWHERE 14

/* PE/COFF specification: the optional header's data directories; number 4 lists certificates. */
#define PE_OFFSET	   0x3c
#define PE_OPTIONAL	   24
#define PE32_PLUS	   0x20b
#define PE_DIRECTORY_COUNT 108
#define PE_CERTIFICATES	   (112 + 4 * 8)
/* A line of its section table, and the fields that say what the file has of it. */
#define PE_SECTION    40
#define PE_RAW_SIZE   16
#define PE_RAW_OFFSET 20

static bool find_zboot(struct bytes file, const char *path, struct container *out,
		       struct error *error)
{
	const struct zboot_header *header = bytes_at(file, 0, sizeof(*header));
	uint32_t offset = get(header->payload_offset), size = get(header->payload_size);

	out->name = "EFI zboot";
	/* It goes into sentences, and the file may say anything. */
	for (size_t i = 0; i < sizeof(header->compression) - 1 && header->compression[i]; i++)
		out->compression[i] = header->compression[i] > ' ' && header->compression[i] <= '~'
					      ? header->compression[i] : '?';
	if (size && bytes_slice(file, offset, size, &out->payload))
		return true;
	return error_set(error,
			 "%s is an EFI zboot image whose kernel has %" PRIu32
			 " bytes at offset %" PRIu32 ", but the file has %zu.",
			 path, size, offset, file.size);
}

static const char *uimage_compression(unsigned number)
{
	static const char *const names[] = { "", "gzip", "bzip2", "lzma", "lzo", "lz4", "zstd" };

	return number < sizeof(names) / sizeof(names[0]) ? names[number] : "an unknown method";
}

static bool find_uimage(struct bytes file, const char *path, struct container *out,
			struct error *error)
{
	const struct uimage_header *header = bytes_at(file, 0, sizeof(*header));
	uint32_t size = get(header->size);

	out->name = "uImage";
	snprintf(out->compression, sizeof(out->compression), "%s",
		 uimage_compression(header->compression));
	if (header->type != UIMAGE_TYPE_KERNEL && header->type != UIMAGE_TYPE_KERNEL_ANYWHERE) {
		error_set(error, "%s is a uImage of type %u; 2 or 14, a kernel, was expected.",
			  path, header->type);
		return error_remedy(
			error,
			"Name the kernel; an initrd goes with --initrd, without U-Boot's header.");
	}
	if (size && bytes_slice(file, sizeof(*header), size, &out->payload))
		return true;
	return error_set(error,
			 "%s is a uImage whose kernel has %" PRIu32 " bytes, but the file has %zu.",
			 path, size, file.size);
}

/* A program for firmware, of either kind of either byte order, whose kernel is a section. */
static bool find_zimage(struct bytes file, const char *path, struct container *out,
			struct error *error)
{
	if (!elf_section(file, ZIMAGE_SECTION, &out->payload, error))
		return error_context(error, "%s: ", path);
	if (!out->payload.data)
		return true;
	out->name = "zImage";
	return out->payload.size ||
	       error_set(error, "%s: the section %s, which holds the kernel, is empty.", path,
			 ZIMAGE_SECTION);
}

static bool is_powerpc(struct bytes file)
{
	return elf_is(file, 32, BIG, EM_PPC) || elf_is(file, 32, LITTLE, EM_PPC) ||
	       elf_is(file, 64, BIG, EM_PPC64) || elf_is(file, 64, LITTLE, EM_PPC64);
}

bool container_find(struct bytes file, const char *path, struct container *out, struct error *error)
{
	const struct zboot_header *zboot = bytes_at(file, 0, sizeof(*zboot));
	const struct uimage_header *uimage = bytes_at(file, 0, sizeof(*uimage));

	*out = (struct container){ .name = NULL };
	if (zboot && bytes_equal_at(file, 0, "MZ", 2) && bytes_equal_at(file, 4, "zimg", 4))
		return find_zboot(file, path, out, error);
	if (uimage && get(uimage->magic) == UIMAGE_MAGIC)
		return find_uimage(file, path, out, error);
	if (is_powerpc(file))
		return find_zimage(file, path, out, error);
	return true;
}

static bool only_zeros(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		if (bytes.data[i])
			return false;
	return true;
}

size_t container_signed_size(struct bytes file)
{
	const le32 *pe_offset = bytes_at(file, PE_OFFSET, sizeof(*pe_offset));
	const le32 *count, *certificates;
	const le16 *magic;
	uint64_t header, end;

	if (!pe_offset || !bytes_equal_at(file, 0, "MZ", 2) ||
	    !bytes_equal_at(file, get(*pe_offset), "PE\0\0", 4))
		return file.size;
	header = (uint64_t)get(*pe_offset) + PE_OPTIONAL;
	magic = bytes_at(file, header, sizeof(*magic));
	count = bytes_at(file, header + PE_DIRECTORY_COUNT, sizeof(*count));
	certificates = bytes_at(file, header + PE_CERTIFICATES, 2 * sizeof(*certificates));
	if (!magic || get(*magic) != PE32_PLUS || !count || get(*count) < 5 || !certificates)
		return file.size;
	end = (uint64_t)get(certificates[0]) + get(certificates[1]);
	if (!get(certificates[0]) || !get(certificates[1]) || end >= file.size ||
	    !only_zeros(bytes_from(file, end)))
		return file.size;
	return (size_t)end;
}

/* The section table; false for what is no PE image. */
static bool find_sections(struct bytes file, uint64_t *table, unsigned *count)
{
	const le32 *pe_offset = bytes_at(file, PE_OFFSET, sizeof(*pe_offset));
	const uint8_t *header;

	if (!pe_offset || !bytes_equal_at(file, 0, "MZ", 2) ||
	    !bytes_equal_at(file, get(*pe_offset), "PE\0\0", 4))
		return false;
	header = bytes_at(file, get(*pe_offset), PE_OPTIONAL);
	if (!header)
		return false;
	*table = (uint64_t)get(*pe_offset) + PE_OPTIONAL + bytes_get(header + 20, 2, LITTLE);
	*count = (unsigned)bytes_get(header + 6, 2, LITTLE);
	return true;
}

uint64_t container_sections_end(struct bytes file)
{
	uint64_t table, end = 0;
	unsigned count;

	if (!find_sections(file, &table, &count))
		return 0;
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *section = bytes_at(file, table + PE_SECTION * i, PE_SECTION);
		uint64_t section_end;

		if (!section)
			return UINT64_MAX;
		section_end = bytes_get(section + PE_RAW_SIZE, 4, LITTLE) +
			      bytes_get(section + PE_RAW_OFFSET, 4, LITTLE);
		if (section_end > end)
			end = section_end;
	}
	return end;
}
