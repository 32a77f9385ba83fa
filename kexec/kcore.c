// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program headers and the VMCOREINFO note at the head of /proc/kcore (fs/proc/kcore.c). It
 * looks at no memory behind them.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/kcore.h"

#define EHDR_SIZE 64
#define PHDR_SIZE 56
#define CLASS_64 2
#define PT_LOAD 1
#define PT_NOTE 4
/* More notes than this is not the notes of one running kernel. */
#define NOTES_MAX ((uint64_t)1 << 20)

struct header {
	uint64_t type, offset, virtual, physical, file_size, memory_size;
};

static bool header_at(struct bytes head, enum byte_order order, unsigned index, struct header *out)
{
	const uint8_t *ehdr = bytes_at(head, 0, EHDR_SIZE), *p;
	uint64_t offset;

	if (!ehdr || memcmp(ehdr, "\177ELF", 4) || ehdr[4] != CLASS_64 ||
	    bytes_get(ehdr + 54, 2, order) != PHDR_SIZE ||
	    index >= bytes_get(ehdr + 56, 2, order) ||
	    !add_overflow_checked(bytes_get(ehdr + 32, 8, order), (uint64_t)index * PHDR_SIZE,
				  &offset))
		return false;
	p = bytes_at(head, offset, PHDR_SIZE);
	if (!p)
		return false;
	*out = (struct header){
		.type = bytes_get(p, 4, order),
		.offset = bytes_get(p + 8, 8, order),
		.virtual = bytes_get(p + 16, 8, order),
		.physical = bytes_get(p + 24, 8, order),
		.file_size = bytes_get(p + 32, 8, order),
		.memory_size = bytes_get(p + 40, 8, order),
	};
	return true;
}

uint64_t kcore_needs(struct bytes head, enum byte_order order)
{
	const uint8_t *ehdr = bytes_at(head, 0, EHDR_SIZE);
	uint64_t needs = EHDR_SIZE, end;
	struct header header;

	if (!head.size)
		return EHDR_SIZE;
	if (!ehdr || memcmp(ehdr, "\177ELF", 4))
		return 0;
	if (bytes_get(ehdr + 32, 8, order) <= NOTES_MAX)
		needs = bytes_get(ehdr + 32, 8, order) +
			bytes_get(ehdr + 56, 2, order) * PHDR_SIZE;
	for (unsigned i = 0; header_at(head, order, i, &header); i++)
		if (header.type == PT_NOTE && header.file_size <= NOTES_MAX &&
		    add_overflow_checked(header.offset, header.file_size, &end) && end > needs &&
		    end <= 2 * NOTES_MAX + needs)
			needs = end;
	return needs;
}

bool kcore_symbol(struct bytes head, const char *name, uint64_t *value)
{
	char key[64];
	int length = snprintf(key, sizeof(key), "\nSYMBOL(%s)=", name);
	const char *found;
	uint64_t number = 0;
	size_t digits = 0;

	if (length < 0 || (size_t)length >= sizeof(key) || !head.size)
		return false;
	found = memmem(head.data, head.size, key, (size_t)length);
	if (!found)
		return false;
	for (found += length; found < (const char *)head.data + head.size; found++, digits++) {
		const char *all = "0123456789abcdef", *digit = *found ? strchr(all, *found) : NULL;

		if (!digit)
			break;
		number = number << 4 | (uint64_t)(digit - all);
	}
	/* The text ends in a newline; at the end of the bytes it may have been cut off. */
	if (!digits || digits > 16 || found == (const char *)head.data + head.size)
		return false;
	*value = number;
	return true;
}

bool kcore_find(struct bytes head, enum byte_order order, uint64_t address, uint64_t size,
		uint64_t *offset)
{
	struct header header;

	for (unsigned i = 0; header_at(head, order, i, &header); i++)
		if (header.type == PT_LOAD && address >= header.virtual &&
		    address - header.virtual <= header.file_size &&
		    size <= header.file_size - (address - header.virtual))
			return add_overflow_checked(header.offset, address - header.virtual,
						    offset);
	return false;
}

/* A PT_LOAD whose physical address means something: vmalloc space and its like have all ones. */
static bool is_memory(const struct header *header, struct range *memory)
{
	*memory = (struct range){ .start = header->physical };
	return header->type == PT_LOAD && header->memory_size && header->physical != UINT64_MAX &&
	       add_overflow_checked(header->physical, header->memory_size, &memory->end);
}

static bool holds(const struct header *header, uint64_t symbol)
{
	return symbol && symbol >= header->virtual &&
	       symbol - header->virtual < header->memory_size;
}

static bool overlaps_ram(const struct memmap *ram, struct range memory)
{
	for (size_t i = 0; i < ram->count; i++)
		if (range_overlaps(ram->entries[i].range, memory))
			return true;
	return false;
}

/* Before 4.11 every physical address was 0. */
static bool has_addresses(struct bytes head, enum byte_order order)
{
	struct header header;

	for (unsigned i = 0; header_at(head, order, i, &header); i++)
		if (header.type == PT_LOAD && header.physical)
			return true;
	return false;
}

void kcore_parse(struct bytes head, enum byte_order order, uint64_t symbol,
		 const struct memmap *ram, struct kcore *out)
{
	struct header header, image = { 0 };
	struct range memory, image_memory = { 0 };

	if (!has_addresses(head, order))
		return;
	for (unsigned i = 0; header_at(head, order, i, &header); i++) {
		if (!is_memory(&header, &memory) || !overlaps_ram(ram, memory))
			continue;
		if (holds(&header, symbol)) {
			image = header;
			image_memory = memory;
		} else if (!out->linear_known) {
			out->linear = header.virtual - header.physical;
			out->linear_known = true;
		}
	}
	if (!image.type)
		return;
	/* Where one map has everything (ppc64le), the kernel's image lies in it. */
	if (!out->linear_known) {
		out->linear = image.virtual - image.physical;
		out->linear_known = true;
	}
	if (image.virtual - image.physical != out->linear) {
		out->image = image_memory;
		out->image_virtual = image.virtual;
	}
}
