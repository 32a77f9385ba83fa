// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing ELF: section contents one behind the other, then the table of sections. */
#include "tests/support/module.h"

#include <assert.h>
#include <elf.h>

#define TEXT_SIZE 256

static const struct { uint16_t machine; uint32_t pointer; } machines[] = {
	{ EM_X86_64, R_X86_64_64 }, { EM_AARCH64, R_AARCH64_ABS64 },
	{ EM_PPC64, R_PPC64_ADDR64 }, { EM_S390, R_390_64 },
};

static void put_at(struct module *m, uint8_t *at, size_t size, uint64_t number)
{
	bytes_put(at, size, m->order, number);
}

static uint32_t name(struct module *m, const char *text)
{
	uint32_t at = (uint32_t)m->names_size;

	assert(m->names_size + strlen(text) + 1 <= sizeof(m->names));
	memcpy(m->names + at, text, strlen(text) + 1);
	m->names_size += strlen(text) + 1;
	return at;
}

static uint32_t add_symbol(struct module *m, const char *text, unsigned info, unsigned section,
			   uint64_t value, uint64_t size)
{
	uint8_t *symbol = m->symbols + 24 * m->symbol_count;

	assert(24 * (m->symbol_count + 1) <= sizeof(m->symbols));
	put_at(m, symbol, 4, *text ? name(m, text) : 0);
	symbol[4] = (uint8_t)info;
	put_at(m, symbol + 6, 2, section);
	put_at(m, symbol + 8, 8, value);
	put_at(m, symbol + 16, 8, size);
	return m->symbol_count++;
}

void module_begin(struct module *m, uint16_t machine, enum byte_order order, size_t data_size)
{
	*m = (struct module){ .machine = machine, .order = order, .data_size = data_size,
			      .names_size = 1 };
	add_symbol(m, "", 0, 0, 0, 0);
	for (unsigned section = IN_TEXT; section <= IN_STRINGS; section++)
		add_symbol(m, "", ELF64_ST_INFO(STB_LOCAL, STT_SECTION), section, 0, 0);
}

uint32_t module_string(struct module *m, const char *text)
{
	uint32_t at = (uint32_t)m->strings_size;

	assert(m->strings_size + strlen(text) + 1 <= sizeof(m->strings));
	memcpy(m->strings + at, text, strlen(text) + 1);
	m->strings_size += strlen(text) + 1;
	return at;
}

uint32_t module_symbol(struct module *m, const char *text, enum module_section section,
		       uint64_t value, uint64_t size)
{
	unsigned type = section == IN_TEXT	? STT_FUNC
			: section == IN_NOTHING ? STT_NOTYPE
						: STT_OBJECT;

	return add_symbol(m, text, ELF64_ST_INFO(STB_LOCAL, type), section, value, size);
}

void module_pointer(struct module *m, uint64_t at, uint32_t symbol, int64_t addend)
{
	assert(m->relocation_count < sizeof(m->relocations) / sizeof(m->relocations[0]));
	m->relocations[m->relocation_count++] = (struct module_relocation){ at, symbol, addend };
}

struct section {
	const char *name;
	uint32_t type, link, info, entry_size;
	uint64_t flags;
	const void *bytes;		/* NULL: zeros */
	size_t size;
};

static void append(struct module *m, const void *bytes, size_t size)
{
	assert(m->file_size + size + 8 <= sizeof(m->file));
	if (bytes)
		memcpy(m->file + m->file_size, bytes, size);
	m->file_size += size;
}

static void put_header(struct module *m, uint64_t sections_at, unsigned count)
{
	static const uint8_t ident[] = { 0x7f, 'E', 'L', 'F', ELFCLASS64 };
	uint8_t *header = m->file;

	memcpy(header, ident, sizeof(ident));
	header[EI_DATA] = m->order == BIG ? ELFDATA2MSB : ELFDATA2LSB;
	header[EI_VERSION] = EV_CURRENT;
	put_at(m, header + 16, 2, ET_REL);
	put_at(m, header + 18, 2, m->machine);
	put_at(m, header + 20, 4, EV_CURRENT);
	put_at(m, header + 40, 8, sections_at);
	put_at(m, header + 52, 2, 64);
	put_at(m, header + 58, 2, 64);
	put_at(m, header + 60, 2, count);
	put_at(m, header + 62, 2, count - 1);
}

static size_t put_relocations(struct module *m, uint8_t *out)
{
	uint32_t type = 0;

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == m->machine)
			type = machines[i].pointer;
	for (size_t i = 0; i < m->relocation_count; i++, out += 24) {
		put_at(m, out, 8, m->relocations[i].at);
		put_at(m, out + 8, 8, (uint64_t)m->relocations[i].symbol << 32 | type);
		put_at(m, out + 16, 8, (uint64_t)m->relocations[i].addend);
	}
	return 24 * m->relocation_count;
}

struct bytes module_finish(struct module *m)
{
	static const char info[] = "license=GPL\0intree=Y\0name=test";
	uint8_t relocations[64 * 24];
	size_t relocations_size = put_relocations(m, relocations);
	const struct section sections[] = {
		{"", SHT_NULL, 0, 0, 0, 0, NULL, 0},
		{".text", SHT_PROGBITS, 0, 0, 0, SHF_ALLOC | SHF_EXECINSTR, NULL, TEXT_SIZE},
		{".data", SHT_PROGBITS, 0, 0, 0, SHF_ALLOC | SHF_WRITE, NULL, m->data_size},
		{".rodata.str1.1", SHT_PROGBITS, 0, 0, 0, SHF_ALLOC, m->strings, m->strings_size},
		{".modinfo", SHT_PROGBITS, 0, 0, 0, SHF_ALLOC, info,
		 m->in_tree ? sizeof(info) : 12},
		{".BTF", SHT_PROGBITS, 0, 0, 0, SHF_ALLOC, m->btf.data, m->btf.size},
		{".BTF.base", SHT_PROGBITS, 0, 0, 0, SHF_ALLOC, m->btf_base.data, m->btf_base.size},
		{".rela.data", SHT_RELA, 8, IN_DATA, 24, SHF_INFO_LINK, relocations,
		 relocations_size},
		{".symtab", SHT_SYMTAB, 9, m->symbol_count, 24, 0, m->symbols,
		 24 * m->symbol_count},
		{".strtab", SHT_STRTAB, 0, 0, 0, 0, m->names, m->names_size},
	};
	enum { COUNT = sizeof(sections) / sizeof(sections[0]) };
	uint32_t names[COUNT];
	uint64_t at[COUNT], table;

	m->file_size = 64;
	for (unsigned i = 0; i < COUNT; i++)
		names[i] = name(m, sections[i].name);
	for (unsigned i = 0; i < COUNT; i++) {
		m->file_size = (m->file_size + 7) & ~(size_t)7;
		at[i] = m->file_size;
		append(m, sections[i].bytes, i == COUNT - 1 ? m->names_size : sections[i].size);
	}
	m->file_size = (m->file_size + 7) & ~(size_t)7;
	table = m->file_size;
	for (unsigned i = 0; i < COUNT; i++) {
		const struct section *s = &sections[i];
		uint8_t *header = m->file + m->file_size;

		append(m, NULL, 64);
		put_at(m, header, 4, names[i]);
		put_at(m, header + 4, 4, s->type);
		put_at(m, header + 8, 8, s->flags);
		put_at(m, header + 24, 8, i ? at[i] : 0);
		put_at(m, header + 32, 8, i == COUNT - 1 ? m->names_size : s->size);
		put_at(m, header + 40, 4, s->link);
		put_at(m, header + 44, 4, s->info);
		put_at(m, header + 48, 8, 8);
		put_at(m, header + 56, 8, s->entry_size);
	}
	put_header(m, table, COUNT);
	if (m->is_signed)
		append(m, "~Module signature appended~\n", 28);
	return (struct bytes){ m->file, m->file_size };
}
