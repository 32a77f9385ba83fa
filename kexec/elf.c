// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading ELF through libelf, and turning loadable segments into plan segments. */
#include "kexec/elf.h"

#include <gelf.h>
#include <inttypes.h>

bool elf_is(struct bytes file, unsigned class, enum byte_order order, uint16_t machine)
{
	const uint8_t *ident = bytes_at(file, 0, EI_NIDENT + 4);

	return ident && !memcmp(ident, ELFMAG, SELFMAG) &&
	       ident[EI_CLASS] == (class == 64 ? ELFCLASS64 : ELFCLASS32) &&
	       ident[EI_DATA] == (order == BIG ? ELFDATA2MSB : ELFDATA2LSB) &&
	       bytes_get(ident + EI_NIDENT + 2, 2, order) == machine;
}

static bool add_load(struct bytes file, struct elf_image *elf, size_t index,
		     const GElf_Phdr *header, struct error *error)
{
	struct elf_load load = {
		.physical = header->p_paddr,
		.virtual = header->p_vaddr,
		.memory_size = header->p_memsz,
	};
	uint64_t end;
	unsigned at;

	if (header->p_type != PT_LOAD || !header->p_memsz)
		return true;
	if (header->p_filesz > header->p_memsz)
		return error_set(error,
				 "Program header %zu has %" PRIu64
				 " bytes in the file but room for %" PRIu64 " in memory.",
				 index, (uint64_t)header->p_filesz, (uint64_t)header->p_memsz);
	if (!bytes_slice(file, header->p_offset, header->p_filesz, &load.bytes))
		return error_set(error,
				 "Program header %zu wants %" PRIu64 " bytes at offset 0x%" PRIx64
				 ", but the file has %zu bytes.",
				 index, (uint64_t)header->p_filesz, (uint64_t)header->p_offset,
				 file.size);
	if (!add_overflow_checked(load.physical, load.memory_size, &end))
		return error_set(
			error,
			"Program header %zu reaches past the end of the address space: 0x%" PRIx64
			" bytes at 0x%" PRIx64 ".",
			index, load.memory_size, load.physical);
	if (elf->load_count == ELF_LOADS_MAX)
		return error_set(error, "The file has more than %d loadable segments.",
				 ELF_LOADS_MAX);
	for (at = elf->load_count++; at > 0 && elf->loads[at - 1].physical > load.physical; at--)
		elf->loads[at] = elf->loads[at - 1];
	elf->loads[at] = load;
	return true;
}

static bool read_headers(Elf *libelf, struct bytes file, struct elf_image *elf, struct error *error)
{
	GElf_Ehdr header;
	size_t count;

	if (elf_kind(libelf) != ELF_K_ELF || !gelf_getehdr(libelf, &header) ||
	    elf_getphdrnum(libelf, &count))
		return error_set(error, "The ELF header is damaged: %s.", elf_errmsg(-1));
	elf->class = header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	elf->order = header.e_ident[EI_DATA] == ELFDATA2MSB ? BIG : LITTLE;
	elf->type = header.e_type;
	elf->machine = header.e_machine;
	elf->entry = header.e_entry;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr segment;

		if (i > INT32_MAX || !gelf_getphdr(libelf, (int)i, &segment))
			return error_set(error, "Program header %zu of %zu cannot be read: %s.", i,
					 count, elf_errmsg(-1));
		if (!add_load(file, elf, i, &segment, error))
			return false;
	}
	if (!elf->load_count)
		return error_set(error, "The ELF file has no loadable segment.");
	for (unsigned i = 1; i < elf->load_count; i++)
		if (elf->loads[i].physical - elf->loads[i - 1].physical <
		    elf->loads[i - 1].memory_size)
			return error_set(error, "Two loadable segments overlap at 0x%" PRIx64 ".",
					 elf->loads[i].physical);
	return true;
}

static Elf *open_elf(struct bytes file, struct error *error)
{
	Elf *libelf;

	if (elf_version(EV_CURRENT) == EV_NONE) {
		error_set(error, "libelf does not know ELF version %d.", EV_CURRENT);
		return NULL;
	}
	/* libelf takes a pointer to non-const, but reads only. */
	libelf = elf_memory((char *)(uintptr_t)file.data, file.size);
	if (!libelf)
		error_set(error, "The ELF header is damaged: %s.", elf_errmsg(-1));
	return libelf;
}

bool elf_read(struct bytes file, struct elf_image *elf, struct error *error)
{
	bool ok;
	Elf *libelf;

	*elf = (struct elf_image){ 0 };
	libelf = open_elf(file, error);
	if (!libelf)
		return false;
	ok = read_headers(libelf, file, elf, error);
	elf_end(libelf);
	return ok;
}

static bool find_section(Elf *libelf, struct bytes file, const char *name, struct bytes *section,
			 struct error *error)
{
	size_t names;

	/* Stripped to the last header: it has no names. */
	if (elf_getshdrstrndx(libelf, &names) || names == SHN_UNDEF)
		return true;
	for (Elf_Scn *at = elf_nextscn(libelf, NULL); at; at = elf_nextscn(libelf, at)) {
		GElf_Shdr header;
		const char *found;

		if (!gelf_getshdr(at, &header))
			return error_set(error, "Section header %zu cannot be read: %s.",
					 elf_ndxscn(at), elf_errmsg(-1));
		found = elf_strptr(libelf, names, header.sh_name);
		if (!found || strcmp(found, name))
			continue;
		if (header.sh_type != SHT_NOBITS &&
		    bytes_slice(file, header.sh_offset, header.sh_size, section))
			return true;
		return error_set(error,
				 "Section %s has %" PRIu64 " bytes at offset 0x%" PRIx64
				 ", but the file has %zu bytes.",
				 name, (uint64_t)header.sh_size, (uint64_t)header.sh_offset,
				 file.size);
	}
	return true;
}

bool elf_section(struct bytes file, const char *name, struct bytes *section, struct error *error)
{
	bool ok;
	Elf *libelf;

	*section = (struct bytes){ NULL, 0 };
	libelf = open_elf(file, error);
	if (!libelf)
		return false;
	ok = find_section(libelf, file, name, section, error);
	elf_end(libelf);
	return ok;
}

struct range elf_span(const struct elf_image *elf)
{
	const struct elf_load *last = &elf->loads[elf->load_count - 1];

	return (struct range){ elf->loads[0].physical, last->physical + last->memory_size };
}

/* How many loads from `first` on share pages with their neighbour and must become one segment. */
static unsigned loads_in_one_segment(const struct elf_image *elf, unsigned first, uint64_t page)
{
	unsigned i = first + 1;

	for (; i < elf->load_count; i++) {
		const struct elf_load *before = &elf->loads[i - 1];
		uint64_t last_byte = before->physical + before->memory_size - 1;

		if (align_down(last_byte, page) != align_down(elf->loads[i].physical, page))
			break;
	}
	return i - first;
}

static bool add_copied(const struct planning *p, const struct elf_load *loads, unsigned count,
		       uint64_t delta, struct error *error)
{
	const struct elf_load *last = &loads[count - 1];
	uint64_t start = align_down(loads[0].physical, p->machine->page_size);
	uint64_t size = last->physical + last->bytes.size - start;
	uint64_t memory_size = last->physical + last->memory_size - start;
	uint64_t file_bytes = 0;
	uint8_t *copy;

	for (unsigned i = 0; i < count; i++)
		file_bytes += loads[i].bytes.size;
	/* Zero fill between loads costs memory here that no file byte pays for. */
	if (size - file_bytes > ((uint64_t)64 << 20))
		return error_set(error,
				 "Loadable segments that share a page span %" PRIu64
				 " bytes, of which the file has only %" PRIu64 ".",
				 size, file_bytes);
	copy = arena_alloc(p->arena, size, error);
	if (!copy)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (loads[i].bytes.size)
			memcpy(copy + (loads[i].physical - start), loads[i].bytes.data,
			       loads[i].bytes.size);
	return plan_add(p, "kernel", p->image->kernel_file.path, (struct bytes){ copy, size },
			start + delta, memory_size, error);
}

bool elf_add(const struct planning *p, const struct elf_image *elf, uint64_t delta,
	     struct error *error)
{
	uint64_t page = p->machine->page_size;
	unsigned count;

	for (unsigned i = 0; i < elf->load_count; i += count) {
		const struct elf_load *load = &elf->loads[i];

		count = loads_in_one_segment(elf, i, page);
		if (count == 1 && !(load->physical & (page - 1))) {
			if (!plan_add(p, "kernel", p->image->kernel_file.path, load->bytes,
				      load->physical + delta, load->memory_size, error))
				return false;
		} else if (!add_copied(p, load, count, delta, error)) {
			return false;
		}
	}
	return true;
}

static bool place_where_linked(const struct planning *p, const struct elf_image *elf,
			       struct error *error)
{
	uint64_t page = p->machine->page_size, address;

	for (unsigned i = 0; i < elf->load_count; i++) {
		const struct elf_load *load = &elf->loads[i];
		uint64_t start = align_down(load->physical, page);
		uint64_t size = load->physical + load->memory_size - start;
		struct placement where = { .above = start };

		if (!add_overflow_checked(start + size, page - 1, &where.below))
			return error_set(error,
					 "The kernel is linked at 0x%" PRIx64
					 ", where no memory can be.",
					 load->physical);
		if (!plan_place(p, "kernel", size, where, &address, error))
			return false;
	}
	return true;
}

bool elf_add_entered(const struct planning *p, const struct elf_image *elf, uint64_t delta,
		     uint64_t entry, struct error *error)
{
	for (unsigned i = 0; i < elf->load_count; i++) {
		uint64_t start = elf->loads[i].physical + delta;

		if (entry >= start && entry - start < elf->loads[i].memory_size)
			return (delta || place_where_linked(p, elf, error)) &&
			       elf_add(p, elf, delta, error);
	}
	return error_set(error, "The entry point 0x%" PRIx64 " lies in no part of the kernel.",
			 entry);
}

void elf_close_holes(struct plan *plan)
{
	for (unsigned i = 0; i < plan->segment_count; i++) {
		struct segment *before = &plan->segments[i];
		uint64_t next = UINT64_MAX;

		if (strcmp(before->name, "kernel"))
			continue;
		for (unsigned j = 0; j < plan->segment_count; j++) {
			uint64_t start = plan->segments[j].memory.start;

			if (!strcmp(plan->segments[j].name, "kernel") &&
			    start >= before->memory.end && start < next)
				next = start;
		}
		if (next != UINT64_MAX)
			before->memory.end = next;
	}
}
