/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Core headers: the ELF file without contents that a crash kernel gets, from which it makes
 * /proc/vmcore. Numbers in, bytes out; which memory belongs in a dump is decided elsewhere.
 * Layout as crash_prepare_elf64_headers() in kernel/crash_core.c has it.
 */
#ifndef KEXEC_ELFCORE_H
#define KEXEC_ELFCORE_H

#include "kexec/memmap.h"

/* PN_XNUM of elf(5): e_phnum is of 16 bits, and this value of it means something else. */
#define ELFCORE_HEADERS_MAX 0xfffe

/* Memory of the crashed kernel: a PT_LOAD. */
struct elfcore_load {
	struct range memory;	/* physical */
	uint64_t virtual;	/* where the crashed kernel had it */
	/* physical address of its contents: memory.start, but where they were moved */
	uint64_t contents;
};

struct elfcore {
	uint16_t machine;	/* EM_* */
	enum byte_order order;
	/* physical: registers of each processor, VMCOREINFO; each a PT_NOTE */
	const struct range *notes;
	size_t note_count;
	const struct elfcore_load *loads;
	size_t load_count;
};

/* The headers. Fails only for more than ELFCORE_HEADERS_MAX, or without memory. */
bool elfcore_make(const struct elfcore *core, struct arena *arena, struct bytes *out,
		  struct error *error) must_check;

#endif
