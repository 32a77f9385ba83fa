/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF files as a loader sees them: the header and the loadable segments. The only file that names
 * libelf is elf.c; boot protocols are the formats' business.
 */
#ifndef KEXEC_ELF_H
#define KEXEC_ELF_H

#include "kexec/plan.h"

/* A kernel has a handful of program headers; more than this is not a kernel. */
#define ELF_LOADS_MAX 64

struct elf_load {
	uint64_t physical, virtual;	/* p_paddr, p_vaddr */
	uint64_t memory_size;		/* at least bytes.size; physical + this does not wrap */
	struct bytes bytes;		/* the file's part, inside the file for certain */
};

struct elf_image {
	unsigned class;			/* 32 or 64 */
	enum byte_order order;
	uint16_t type, machine;		/* ET_*, EM_* */
	uint64_t entry;
	struct elf_load loads[ELF_LOADS_MAX];	/* with memory, ascending by physical address */
	unsigned load_count;
};

/* Whether the bytes begin as an ELF file of this class (32 or 64), byte order and machine. */
bool elf_is(struct bytes file, unsigned class, enum byte_order order, uint16_t machine);

/* Reads the header and the PT_LOADs. Refuses what lies outside the file, wraps or overlaps. */
bool elf_read(struct bytes file, struct elf_image *elf, struct error *error) must_check;

/*
 * Adds the loads to the plan as segments called "kernel", each moved up by `delta` (modulo 2^64).
 * Loads that share a page become one segment, copied; all others stay views of the file.
 */
bool elf_add(const struct planning *p, const struct elf_image *elf, uint64_t delta,
	     struct error *error) must_check;

/*
 * The same for a kernel that is entered at `entry`, which must lie in a load. With a delta of 0 the
 * places where the loads are linked must be free.
 */
bool elf_add_entered(const struct planning *p, const struct elf_image *elf, uint64_t delta,
		     uint64_t entry, struct error *error) must_check;

/*
 * Makes the holes between these segments parts of them. A Linux kernel takes all memory from its
 * first to its last byte for its own, and gives away what it does not use (e820_add_kernel_range()
 * and free_kernel_image_pages() of arch/x86): nothing else may lie there.
 */
void elf_close_holes(struct plan *plan);

/*
 * The bytes of the first section called `name`; data is NULL when there is none. False when it lies
 * outside the file, or the section headers cannot be read.
 */
bool elf_section(struct bytes file, const char *name, struct bytes *section, struct error *error)
	must_check;

/* From the first byte of the first load to the end of the last, in physical addresses. */
struct range elf_span(const struct elf_image *elf);

#endif
