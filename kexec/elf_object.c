// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Relocatable ELF files through libelf. Sections are sliced here, since libelf does not promise
 * that what a header says lies inside the file.
 */
#include "kexec/elf_object.h"

#include <gelf.h>
#include <stdlib.h>

/*
 * psABI supplements: the relocation that is a plain 64-bit address, and that of a file that was
 * linked.
 */
static const struct { uint16_t machine; uint32_t type, relative;
} pointer_types[] = {
	{EM_X86_64, R_X86_64_64, R_X86_64_RELATIVE},
	{EM_AARCH64, R_AARCH64_ABS64, R_AARCH64_RELATIVE},
	{EM_PPC64, R_PPC64_ADDR64, R_PPC64_RELATIVE},
	{EM_S390, R_390_64, R_390_RELATIVE},
};

/* Modules have hundreds at most. */
#define SECTIONS_MAX 65536

static bool damaged(const char *what, struct error *error)
{
	return error_set(error, "The ELF file's %s cannot be read: %s.", what, elf_errmsg(-1));
}

static const char *name_at(struct bytes strings, uint64_t offset)
{
	/* The last byte was seen to be zero. */
	return offset < strings.size ? (const char *)strings.data + offset : "";
}

static bool string_table(struct bytes file, Elf *elf, size_t index, struct bytes *out)
{
	Elf_Scn *section = elf_getscn(elf, index);
	GElf_Shdr header;

	return section && gelf_getshdr(section, &header) && header.sh_type == SHT_STRTAB &&
	       bytes_slice(file, header.sh_offset, header.sh_size, out) && out->size &&
	       !out->data[out->size - 1];
}

static bool read_sections(struct bytes file, struct elf_object *object, struct arena *arena,
			  struct error *error)
{
	struct bytes names;
	size_t count, name_table;

	if (elf_getshdrnum(object->handle, &count) ||
	    elf_getshdrstrndx(object->handle, &name_table) || !count || count > SECTIONS_MAX ||
	    !string_table(file, object->handle, name_table, &names))
		return error_set(error, "The ELF file has no usable table of sections.");
	object->sections = arena_array(arena, count, sizeof(*object->sections), error);
	if (!object->sections)
		return false;
	object->section_count = (uint32_t)count;
	for (uint32_t i = 0; i < count; i++)
		object->sections[i].name = "";
	for (uint32_t i = 1; i < count; i++) {
		struct elf_section *section = &object->sections[i];
		Elf_Scn *libelf = elf_getscn(object->handle, i);
		GElf_Shdr header;

		if (!libelf || !gelf_getshdr(libelf, &header))
			return damaged("table of sections", error);
		section->name = name_at(names, header.sh_name);
		section->allocated = header.sh_flags & SHF_ALLOC;
		section->address = header.sh_addr;
		section->size = header.sh_size;
		section->writable = header.sh_flags & SHF_ALLOC && header.sh_flags & SHF_WRITE;
		section->executable =
			header.sh_flags & SHF_ALLOC && header.sh_flags & SHF_EXECINSTR;
		if (header.sh_type == SHT_RELA && header.sh_info < count)
			object->sections[header.sh_info].relocations = i;
		if (header.sh_type != SHT_NOBITS && header.sh_type != SHT_NULL &&
		    !bytes_slice(file, header.sh_offset, header.sh_size, &section->bytes))
			return error_set(error, "Section %u lies outside of the ELF file.", i);
	}
	return true;
}

static bool read_symbols(struct bytes file, struct elf_object *object, struct arena *arena,
			 struct error *error)
{
	GElf_Shdr header = { 0 };
	struct bytes names;
	Elf_Scn *section = NULL;
	Elf_Data *data;
	size_t count;

	for (uint32_t i = 1; i < object->section_count && header.sh_type != SHT_SYMTAB; i++) {
		section = elf_getscn(object->handle, i);
		if (!section || !gelf_getshdr(section, &header))
			return damaged("table of sections", error);
	}
	if (header.sh_type != SHT_SYMTAB)
		return error_set(error, "The ELF file has no table of symbols.");
	data = elf_getdata(section, NULL);
	if (!data || !string_table(file, object->handle, header.sh_link, &names))
		return damaged("table of symbols", error);
	count = data->d_size / sizeof(Elf64_Sym);
	object->symbols = arena_array(arena, count + 1, sizeof(*object->symbols), error);
	if (!object->symbols)
		return false;
	for (size_t i = 0; i < count && i < INT32_MAX; i++) {
		struct elf_symbol *symbol = &object->symbols[i];
		GElf_Sym from;

		if (!gelf_getsym(data, (int)i, &from))
			return damaged("table of symbols", error);
		*symbol = (struct elf_symbol){
			.name = name_at(names, from.st_name),
			.value = from.st_value,
			.size = from.st_size,
			.section =
				from.st_shndx < object->section_count ? from.st_shndx : ELF_OUTSIDE,
			.object = GELF_ST_TYPE(from.st_info) == STT_OBJECT,
			.function = GELF_ST_TYPE(from.st_info) == STT_FUNC,
		};
		object->symbol_count++;
	}
	return true;
}

static bool open_file(struct bytes file, bool linked, struct elf_object *object,
		      struct error *error)
{
	GElf_Ehdr header;

	*object = (struct elf_object){ 0 };
	if (elf_version(EV_CURRENT) == EV_NONE)
		return error_set(error, "libelf does not know ELF version %d.", EV_CURRENT);
	/* libelf takes a pointer to non-const, but reads only. */
	object->handle = elf_memory((char *)(uintptr_t)file.data, file.size);
	if (!object->handle || elf_kind(object->handle) != ELF_K_ELF ||
	    !gelf_getehdr(object->handle, &header))
		return error_set(error, "It is not an ELF file.");
	if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    (linked && header.e_type != ET_EXEC && header.e_type != ET_DYN))
		return error_set(
			error,
			"It is an ELF file of class %u and type %u; a kernel has class %u and "
			"type %u or %u.",
			header.e_ident[EI_CLASS], header.e_type, ELFCLASS64, ET_EXEC, ET_DYN);
	if (!linked && header.e_type != ET_REL)
		return error_set(error,
				 "It is an ELF file of class %u and type %u; a module has class "
				 "%u and type %u.",
				 header.e_ident[EI_CLASS], header.e_type, ELFCLASS64, ET_REL);
	object->order = header.e_ident[EI_DATA] == ELFDATA2MSB ? BIG : LITTLE;
	for (size_t i = 0; i < sizeof(pointer_types) / sizeof(pointer_types[0]); i++)
		if (pointer_types[i].machine == header.e_machine)
			object->pointer_type =
				linked ? pointer_types[i].relative : pointer_types[i].type;
	if (!object->pointer_type)
		return error_set(error,
				 "It is an ELF file for machine %u, whose relocations are not "
				 "known.",
				 header.e_machine);
	return true;
}

bool elf_object_open(struct bytes file, struct arena *arena, struct elf_object *object,
		     struct error *error)
{
	return open_file(file, false, object, error) && read_sections(file, object, arena, error) &&
	       read_symbols(file, object, arena, error);
}

bool elf_object_open_linked(struct bytes file, struct arena *arena, struct elf_object *object,
			    struct error *error)
{
	return open_file(file, true, object, error) && read_sections(file, object, arena, error);
}

void elf_object_close(struct elf_object *object)
{
	if (object->handle)
		elf_end(object->handle);
	object->handle = NULL;
}

const struct elf_section *elf_object_section(const struct elf_object *object, const char *name)
{
	for (uint32_t i = 1; i < object->section_count; i++)
		if (!strcmp(object->sections[i].name, name))
			return &object->sections[i];
	return NULL;
}

static int compare_relatives(const void *a, const void *b)
{
	uint64_t left = ((const struct elf_relative *)a)->address;
	uint64_t right = ((const struct elf_relative *)b)->address;

	return left < right ? -1 : left > right;
}

bool elf_object_relatives(const struct elf_object *object, struct arena *arena,
			  struct elf_relative **relatives, size_t *count, struct error *error)
{
	const struct elf_section *section = elf_object_section(object, ".rela.dyn");
	size_t total = section ? section->bytes.size / sizeof(Elf64_Rela) : 0;

	*count = 0;
	*relatives = arena_array(arena, total + 1, sizeof(**relatives), error);
	for (size_t i = 0; *relatives && i < total; i++) {
		/* As libelf would give it: r_offset, r_info, r_addend of 8 bytes each. */
		const uint8_t *rela = section->bytes.data + i * sizeof(Elf64_Rela);

		if (ELF64_R_TYPE(bytes_get(rela + 8, 8, object->order)) != object->pointer_type)
			continue;
		(*relatives)[(*count)++] = (struct elf_relative){
			bytes_get(rela, 8, object->order), bytes_get(rela + 16, 8, object->order),
		};
	}
	if (*count)
		qsort(*relatives, *count, sizeof(**relatives), compare_relatives);
	return *relatives;
}

static int compare_pointers(const void *a, const void *b)
{
	uint64_t left = ((const struct elf_pointer *)a)->offset;
	uint64_t right = ((const struct elf_pointer *)b)->offset;

	return left < right ? -1 : left > right;
}

bool elf_object_pointers(const struct elf_object *object, uint32_t section, struct arena *arena,
			 struct elf_pointer **pointers, size_t *count, struct error *error)
{
	uint32_t from = object->sections[section].relocations;
	size_t total;
	bool sorted = true;
	Elf_Data *data;

	*pointers = NULL;
	*count = 0;
	if (!from)
		return true;
	data = elf_getdata(elf_getscn(object->handle, from), NULL);
	if (!data)
		return damaged("relocations", error);
	total = data->d_size / sizeof(Elf64_Rela);
	*pointers = arena_array(arena, total + 1, sizeof(**pointers), error);
	if (!*pointers)
		return false;
	for (size_t i = 0; i < total && i < INT32_MAX; i++) {
		struct elf_pointer *out = &(*pointers)[*count];
		const struct elf_symbol *symbol;
		GElf_Rela rela;

		if (!gelf_getrela(data, (int)i, &rela))
			return damaged("relocations", error);
		if (GELF_R_TYPE(rela.r_info) != object->pointer_type ||
		    GELF_R_SYM(rela.r_info) >= object->symbol_count)
			continue;
		symbol = &object->symbols[GELF_R_SYM(rela.r_info)];
		*out = (struct elf_pointer){
			.offset = rela.r_offset,
			.symbol = (uint32_t)GELF_R_SYM(rela.r_info),
			.section = symbol->section,
			.target = symbol->value + (uint64_t)rela.r_addend,
		};
		sorted = sorted && (!*count || out[-1].offset <= out->offset);
		++*count;
	}
	if (!sorted)
		qsort(*pointers, *count, sizeof(**pointers), compare_pointers);
	return true;
}
