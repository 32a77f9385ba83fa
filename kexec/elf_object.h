/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Relocatable 64-bit ELF files, which is what kernel modules are: sections, symbols, and which
 * words of a section will hold a pointer. It knows four processors' relocations, not what any word
 * means.
 */
#ifndef KEXEC_ELF_OBJECT_H
#define KEXEC_ELF_OBJECT_H

#include "kexec/arena.h"

struct elf_section {
	const char *name;
	struct bytes bytes;		/* inside the file; none for one without any */
	bool allocated, writable, executable;
	uint64_t address, size;		/* of a linked file, in memory: .bss counts */
	uint32_t relocations;		/* the section that says where its pointers are, or 0 */
};

struct elf_symbol {
	const char *name;
	uint64_t value, size;		/* `value` is an offset in its section */
	uint32_t section;		/* ELF_OUTSIDE: undefined, absolute or common */
	bool object, function;
};

#define ELF_OUTSIDE 0

struct elf_object {
	void *handle;
	enum byte_order order;
	uint32_t pointer_type;		/* the relocation type of a 64-bit address */
	struct elf_section *sections;
	struct elf_symbol *symbols;
	uint32_t section_count, symbol_count;
};

/* The symbols and sections go into the arena; the file must outlive both. Close it in any case. */
bool elf_object_open(struct bytes file, struct arena *arena, struct elf_object *object,
		     struct error *error) must_check;
/* The same for a linked file (a kernel), of which no symbols are read. */
bool elf_object_open_linked(struct bytes file, struct arena *arena, struct elf_object *object,
			    struct error *error) must_check;
void elf_object_close(struct elf_object *object);

/* The section of this name, or NULL. */
const struct elf_section *elf_object_section(const struct elf_object *object, const char *name);

/* A word that will hold the address of `section` + `target` (ELF_OUTSIDE: of somewhere else). */
struct elf_pointer {
	uint64_t offset;		/* of the word, in its section */
	uint32_t symbol;		/* that the relocation names */
	uint32_t section;
	uint64_t target;
};

/* A word of a relocatable linked file, and the address in it where nothing is moved. */
struct elf_relative {
	uint64_t address, value;
};

/*
 * All of .rela.dyn that only add where the file was moved to, ascending by address; none without
 * it.
 */
bool elf_object_relatives(const struct elf_object *object, struct arena *arena,
			  struct elf_relative **relatives, size_t *count,
			  struct error *error) must_check;

/* All pointers in a section, ascending by offset. */
bool elf_object_pointers(const struct elf_object *object, uint32_t section, struct arena *arena,
			 struct elf_pointer **pointers, size_t *count,
			 struct error *error) must_check;

#endif
