// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading PE headers. All offsets come from the file and are checked against it once, in
 * pe_parse(); what comes after can rely on them. Nothing here follows a virtual address.
 */
#include "kexec/pe.h"

#include <inttypes.h>
#include <stdlib.h>

#define PE_OFFSET 0x3c
#define PE32 0x10b
#define PE32_PLUS 0x20b
#define CERTIFICATE_DIRECTORY 4
/* WIN_CERTIFICATE: revision 2.0, PKCS SignedData. */
#define CERTIFICATE_REVISION 0x0200
#define CERTIFICATE_PKCS7 0x0002

struct coff_header {
	uint8_t magic[4]; /* "PE\0\0" */
	le16 machine, section_count;
	le32 time, symbols, symbol_count;
	le16 optional_size, characteristics;
};
_Static_assert(sizeof(struct coff_header) == 24, "PE Format, COFF file header");

struct section_header {
	uint8_t name[8];
	le32 virtual_size, virtual_address, raw_size, raw_offset;
	uint8_t rest[16];
};
_Static_assert(sizeof(struct section_header) == 40, "PE Format, section table");

/* Offsets in the optional header. */
#define HEADERS_SIZE 60
#define CHECKSUM 64
#define DIRECTORIES 96	     /* PE32 */
#define DIRECTORIES_PLUS 112 /* PE32+ */
#define DIRECTORY_SIZE 8

struct win_certificate {
	le32 length; /* with this header */
	le16 revision, type;
};

static const struct coff_header *coff_at(struct bytes file, uint64_t *offset)
{
	const le32 *at = bytes_at(file, PE_OFFSET, sizeof(*at));
	const struct coff_header *header;

	if (!at || !bytes_equal_at(file, 0, "MZ", 2))
		return NULL;
	*offset = get(*at);
	header = bytes_at(file, *offset, sizeof(*header));
	return header && !memcmp(header->magic, "PE\0\0", 4) ? header : NULL;
}

bool pe_is(struct bytes file)
{
	uint64_t offset;

	return coff_at(file, &offset);
}

/* The certificate table is named by a file offset, unlike all other directories. */
static bool find_certificates(struct pe *pe, struct error *error)
{
	const le32 *entry = bytes_at(pe->file, pe->certificate_entry, DIRECTORY_SIZE);
	uint64_t offset = get(entry[0]), size = get(entry[1]), rounded;

	if (!offset && !size)
		return true;
	if (!align_up_checked(size, 8, &rounded) ||
	    !bytes_slice(pe->file, offset, size, &pe->certificates))
		return error_set(error,
				 "The certificate table of %" PRIu64 " bytes at offset %" PRIu64
				 " reaches out of the file, which has %zu bytes.",
				 size, offset, pe->file.size);
	if (offset < pe->headers_size)
		return error_set(error,
				 "The certificate table at offset %" PRIu64 " lies in the headers.",
				 offset);
	if (offset + rounded < pe->file.size)
		return error_set(error,
				 "The file goes on for %" PRIu64
				 " bytes behind its certificate table, "
				 "which no signature covers.",
				 pe->file.size - offset - size);
	return true;
}

static bool check_sections(const struct pe *pe, struct error *error)
{
	for (unsigned i = 0; i < pe->section_count; i++) {
		struct pe_section section = pe_section(pe, i);

		if (section.raw_size && !bytes_at(pe->file, section.raw_offset, section.raw_size))
			return error_set(error,
					 "The section %s of %" PRIu32 " bytes at offset %" PRIu32
					 " reaches out of the file, which has %zu bytes.",
					 section.name, section.raw_size, section.raw_offset,
					 pe->file.size);
	}
	return true;
}

static bool parse_optional(struct pe *pe, uint64_t start, uint32_t size, struct error *error)
{
	const uint8_t *header = bytes_at(pe->file, start, size);
	uint32_t directories, count;
	uint16_t magic;

	if (!header || size < DIRECTORIES)
		return error_set(error,
				 "The PE header's optional part of %" PRIu32 " bytes is cut off.",
				 size);
	magic = (uint16_t)bytes_get(header, 2, LITTLE);
	if (magic != PE32 && magic != PE32_PLUS)
		return error_set(
			error, "The PE header's magic number is 0x%x; 0x10b or 0x20b was expected.",
			magic);
	directories = magic == PE32 ? DIRECTORIES : DIRECTORIES_PLUS;
	if (size < directories)
		return error_set(error, "The PE header's optional part has only %" PRIu32 " bytes.",
				 size);
	count = (uint32_t)bytes_get(header + directories - 4, 4, LITTLE);
	if (count > (size - directories) / DIRECTORY_SIZE)
		return error_set(error,
				 "The PE header promises %" PRIu32
				 " data directories and has room for %" PRIu32 ".",
				 count, (size - directories) / DIRECTORY_SIZE);
	pe->headers_size = (uint32_t)bytes_get(header + HEADERS_SIZE, 4, LITTLE);
	pe->checksum = start + CHECKSUM;
	if (count > CERTIFICATE_DIRECTORY)
		pe->certificate_entry =
			start + directories + CERTIFICATE_DIRECTORY * DIRECTORY_SIZE;
	return true;
}

bool pe_parse(struct bytes file, struct pe *pe, struct error *error)
{
	uint64_t start = 0, table_end;
	const struct coff_header *header = coff_at(file, &start);

	*pe = (struct pe){.file = file};
	if (!header)
		return error_set(error, "It has no PE header.");
	pe->machine = get(header->machine);
	pe->section_count = get(header->section_count);
	start += sizeof(*header);
	if (!parse_optional(pe, start, get(header->optional_size), error))
		return false;
	if (pe->section_count > PE_SECTIONS_MAX)
		return error_set(error,
				 "The PE header promises %u sections; at most %d were expected.",
				 pe->section_count, PE_SECTIONS_MAX);
	pe->section_table = start + get(header->optional_size);
	table_end = pe->section_table + pe->section_count * sizeof(struct section_header);
	if (table_end > pe->headers_size || pe->headers_size > file.size)
		return error_set(error,
				 "The PE headers reach to offset %" PRIu64
				 ", SizeOfHeaders is %" PRIu32 ", and the file has %zu bytes.",
				 table_end, pe->headers_size, file.size);
	return check_sections(pe, error) &&
	       (!pe->certificate_entry || find_certificates(pe, error));
}

struct pe_section pe_section(const struct pe *pe, unsigned index)
{
	const struct section_header *header =
		bytes_at(pe->file, pe->section_table + index * sizeof(*header), sizeof(*header));
	struct pe_section section = {
		.virtual_address = get(header->virtual_address),
		.virtual_size = get(header->virtual_size),
		.raw_offset = get(header->raw_offset),
		.raw_size = get(header->raw_size),
	};
	uint32_t size =
		section.virtual_size < section.raw_size ? section.virtual_size : section.raw_size;

	for (unsigned i = 0; i < sizeof(header->name) && header->name[i]; i++)
		section.name[i] = header->name[i] > ' ' && header->name[i] <= '~'
					  ? (char)header->name[i]
					  : '?';
	if (!size || !bytes_slice(pe->file, section.raw_offset, size, &section.bytes))
		section.bytes = (struct bytes){NULL, 0};
	return section;
}

bool pe_certificate_next(const struct pe *pe, size_t *cursor, struct bytes *message, bool *damaged)
{
	const struct win_certificate *entry;
	uint32_t length;

	*damaged = false;
	*message = (struct bytes){NULL, 0};
	if (*cursor >= pe->certificates.size)
		return false;
	entry = bytes_at(pe->certificates, *cursor, sizeof(*entry));
	length = entry ? get(entry->length) : 0;
	if (length <= sizeof(*entry) || !bytes_at(pe->certificates, *cursor, length)) {
		/* Zeros may fill the table up. */
		*damaged = length || *cursor == 0;
		*cursor = pe->certificates.size;
		return *damaged;
	}
	if (get(entry->revision) == CERTIFICATE_REVISION && get(entry->type) == CERTIFICATE_PKCS7)
		*message = (struct bytes){(const uint8_t *)(entry + 1), length - sizeof(*entry)};
	*cursor += ((size_t)length + 7) & ~(size_t)7;
	return true;
}

static int by_offset(const void *a, const void *b)
{
	const struct bytes *left = a, *right = b;

	if (left->data != right->data)
		return left->data < right->data ? -1 : 1;
	return (left->size > right->size) - (left->size < right->size);
}

static void add(const struct pe *pe, struct bytes *parts, size_t *count, uint64_t start,
		uint64_t end)
{
	if (start < end && end <= pe->file.size)
		parts[(*count)++] = (struct bytes){pe->file.data + start, (size_t)(end - start)};
}

/* Parts that begin in order: whether they leave nothing out from `start` to `end`. */
static bool covers(const struct pe *pe, const struct bytes *parts, size_t count, uint64_t start,
		   uint64_t end)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t from = (uint64_t)(parts[i].data - pe->file.data);

		if (from > start)
			return false;
		if (from + parts[i].size > start)
			start = from + parts[i].size;
	}
	return start >= end;
}

bool pe_digested(const struct pe *pe, struct arena *arena, const struct bytes **parts,
		 size_t *count, bool *covers_all, struct error *error)
{
	struct bytes *list = arena_array(arena, pe->section_count + 4, sizeof(*list), error);
	uint64_t hashed = pe->headers_size, end = pe->file.size;
	size_t sections;

	if (pe->certificates.size)
		end = (uint64_t)(pe->certificates.data - pe->file.data);

	*parts = list;
	*count = 0;
	if (!list)
		return false;
	add(pe, list, count, 0, pe->checksum);
	if (pe->certificate_entry) {
		add(pe, list, count, pe->checksum + 4, pe->certificate_entry);
		add(pe, list, count, pe->certificate_entry + DIRECTORY_SIZE, pe->headers_size);
	} else {
		add(pe, list, count, pe->checksum + 4, pe->headers_size);
	}
	sections = *count;
	for (unsigned i = 0; i < pe->section_count; i++) {
		struct pe_section section = pe_section(pe, i);

		add(pe, list, count, section.raw_offset,
		    (uint64_t)section.raw_offset + section.raw_size);
		hashed += section.raw_size;
	}
	qsort(list + sections, *count - sections, sizeof(*list), by_offset);
	/* What follows is found by a sum of sizes, not by where the last section ends. */
	add(pe, list, count, hashed, end);
	*covers_all = covers(pe, list + sections, *count - sections, pe->headers_size, end);
	return true;
}
