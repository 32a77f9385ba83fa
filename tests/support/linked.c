// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing a linked ELF file. It checks nothing: tests damage what it makes. */
#include "tests/support/linked.h"

#include <assert.h>
#include <elf.h>

void linked_begin(struct linked *l, uint16_t machine, enum byte_order order, bool moves)
{
	*l = (struct linked){.machine = machine, .order = order, .moves = moves, .strings_size = 1};
}

uint64_t linked_text(struct linked *l, const char *text)
{
	uint64_t at = LINKED_STRINGS + l->strings_size;

	assert(l->strings_size + strlen(text) + 1 <= sizeof(l->strings));
	memcpy(l->strings + l->strings_size, text, strlen(text) + 1);
	l->strings_size += strlen(text) + 1;
	return at;
}

void linked_word(struct linked *l, uint64_t at, uint64_t value)
{
	uint32_t type = l->machine == EM_PPC64 ? R_PPC64_RELATIVE : R_390_RELATIVE;
	uint8_t *rela = l->relocations + l->relocations_size;

	assert(at + 8 <= sizeof(l->data));
	if (!l->moves) {
		bytes_put(l->data + at, 8, l->order, value);
		return;
	}
	assert(l->relocations_size + 24 <= sizeof(l->relocations));
	bytes_put(rela, 8, l->order, LINKED_DATA + at);
	bytes_put(rela + 8, 8, l->order, type);
	bytes_put(rela + 16, 8, l->order, value);
	l->relocations_size += 24;
}

struct bytes linked_finish(struct linked *l)
{
	static const char names[] = "\0.text\0.data\0.rodata\0.rela.dyn\0.shstrtab";
	const struct {
		uint32_t name, type;
		uint64_t flags, address;
		const void *bytes;
		size_t size;
	} sections[] = {
		{0, SHT_NULL, 0, 0, NULL, 0},
		{1, SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR, LINKED_TEXT, NULL, 4096},
		{7, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, LINKED_DATA, l->data, sizeof(l->data)},
		{13, SHT_PROGBITS, SHF_ALLOC, LINKED_STRINGS, l->strings, l->strings_size},
		{21, SHT_RELA, SHF_ALLOC, 0xffffffff84000000, l->relocations, l->relocations_size},
		{31, SHT_STRTAB, 0, 0, names, sizeof(names)},
	};
	enum { COUNT = sizeof(sections) / sizeof(sections[0]) };
	uint8_t *header = l->file + 64;
	size_t at = 64 + 64 * COUNT;

	memcpy(l->file, "\177ELF", 4);
	l->file[EI_CLASS] = ELFCLASS64;
	l->file[EI_DATA] = l->order == BIG ? ELFDATA2MSB : ELFDATA2LSB;
	l->file[EI_VERSION] = EV_CURRENT;
	bytes_put(l->file + 16, 2, l->order, ET_DYN);
	bytes_put(l->file + 18, 2, l->order, l->machine);
	bytes_put(l->file + 20, 4, l->order, EV_CURRENT);
	bytes_put(l->file + 40, 8, l->order, 64);
	bytes_put(l->file + 52, 2, l->order, 64);
	bytes_put(l->file + 58, 2, l->order, 64);
	bytes_put(l->file + 60, 2, l->order, COUNT);
	bytes_put(l->file + 62, 2, l->order, COUNT - 1);
	for (unsigned i = 0; i < COUNT; i++, header += 64) {
		bytes_put(header, 4, l->order, sections[i].name);
		bytes_put(header + 4, 4, l->order, sections[i].type);
		bytes_put(header + 8, 8, l->order, sections[i].flags);
		bytes_put(header + 16, 8, l->order, sections[i].address);
		bytes_put(header + 24, 8, l->order, i ? at : 0);
		bytes_put(header + 32, 8, l->order, sections[i].size);
		bytes_put(header + 48, 8, l->order, 8);
		if (!sections[i].bytes)
			continue;
		assert(at + sections[i].size <= sizeof(l->file));
		memcpy(l->file + at, sections[i].bytes, sections[i].size);
		at += (sections[i].size + 7) / 8 * 8;
	}
	return (struct bytes){l->file, at};
}
