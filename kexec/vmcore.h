/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel's core as memory: /proc/vmcore, or an ELF file that a dumper wrote, of either class and
 * byte order. It reads the headers once and then answers with bytes at kernel addresses, through a
 * source that the caller provides; a core may be larger than any memory, so that nothing is mapped
 * and little is kept. It knows nothing of what the memory holds.
 */
#ifndef KEXEC_VMCORE_H
#define KEXEC_VMCORE_H

#include "kexec/arena.h"

/* Exit statuses of vmcore-dmesg, as kexec-tools has them. */
enum vmcore_status {
	VMCORE_USAGE = 1,
	VMCORE_OPEN = 2,	     /* the file cannot be opened */
	VMCORE_SHORT = 3,	     /* ... is shorter than the beginning of an ELF header */
	VMCORE_NO_ELF = 4,	     /* ... does not begin as an ELF file */
	VMCORE_VERSION = 5,	     /* e_ident: version, */
	VMCORE_CLASS = 6,	     /*          class, */
	VMCORE_ORDER = 7,	     /*          byte order */
	VMCORE_HEADER = 10,	     /* the ELF header cannot be read */
	VMCORE_HEADER_VERSION = 11,  /* e_version */
	VMCORE_ENTRY_SIZE = 12,	     /* e_phentsize */
	VMCORE_SECTION = 15,	     /* section header 0, which has the number of program headers */
	VMCORE_PROGRAM_HEADERS = 16, /* the program headers cannot be read */
	VMCORE_NOTES = 22,	     /* the notes cannot be read */
	VMCORE_UNMAPPED = 30,	     /* an address that no program header covers */
	VMCORE_READ = 40,	     /* memory that cannot be read */
	VMCORE_FLAT = 50,	     /* a log before Linux 3.5: 50 to 53, see vmcore_flat.c */
	VMCORE_WRITE = 54,	     /* the output cannot be written */
	VMCORE_RECORDS = 60,	     /* a log since Linux 3.5: 60 to 69, see vmcore_records.c */
};

/* Where a core's bytes come from. */
struct vmcore_source {
	/*
	 * Reads exactly `size` bytes at `offset`; false, with the cause set, when they cannot be
	 * read. Nobody asks for bytes at or behind `size` below.
	 */
	bool (*read)(const struct vmcore_source *source, uint64_t offset, void *to, size_t size,
		     struct error *error);
	uint64_t size;
};

/* A piece of memory that the core holds; `start` is a physical or a virtual address. */
struct vmcore_extent {
	uint64_t start, size; /* start + size - 1 does not wrap */
	uint64_t offset;      /* in the file, which has all of it */
	size_t widest;	      /* of this extent and those before it: the one that ends last */
};

/* Sorted by `start`. */
struct vmcore_map {
	struct vmcore_extent *extents;
	size_t count;
};

/* A part of the kernel's address space that lies at a fixed distance from physical memory. */
struct vmcore_mapping {
	uint64_t first, last; /* virtual addresses, both inside */
	uint64_t physical;    /* of the first */
};

struct vmcore {
	const struct vmcore_source *source;
	unsigned class; /* 32 or 64: the file's; a 32-bit kernel may be in a 64-bit file */
	enum byte_order order;
	uint16_t machine;   /* EM_* */
	unsigned long_size; /* 4 or 8: of a long and of a pointer in the kernel */
	bool cut_short;	    /* some of the memory lies behind the end of the file */
	struct vmcore_map virtual, physical;
	/* For virtual addresses that no program header covers; the first that fits. */
	struct vmcore_mapping mappings[2];
	unsigned mapping_count;
	/* And the kernel's page table for what is left, where its form is known here. */
	uint64_t page_table;  /* a physical address */
	uint64_t page_mask;   /* the bits of an entry that are an address */
	unsigned page_levels; /* 4 or 5; 0: there is none */
	struct bytes info;    /* VMCOREINFO; empty when the core has none */
};

/*
 * Reads the headers and VMCOREINFO. What lies behind the end of the file is left out. The error's
 * status is one of the above, its cause does not name the file. `source` must outlive `core`.
 */
bool vmcore_open(struct vmcore *core, const struct vmcore_source *source, struct arena *arena,
		 struct error *error) must_check;

/* `size` bytes at a kernel virtual address. Fails with VMCORE_UNMAPPED or VMCORE_READ. */
bool vmcore_read(const struct vmcore *core, uint64_t address, void *to, size_t size,
		 struct error *error) must_check;

/* A number of 1 to 8 bytes at a kernel virtual address, in the core's byte order. */
bool vmcore_read_number(const struct vmcore *core, uint64_t address, unsigned size,
			uint64_t *number, struct error *error) must_check;

/* Fills in mappings and page table, from VMCOREINFO. In vmcore_map.c, like the next. */
void vmcore_map_kernel(struct vmcore *core);
/*
 * Looks a virtual address up in the page table: where its page lies in physical memory from there
 * on, and how many bytes are left in the page. False where there is no page, or no table.
 */
bool vmcore_walk(const struct vmcore *core, uint64_t virtual, uint64_t *physical,
		 uint64_t *left) must_check;

/* A number of 1 to 8 bytes at a physical address. False when the core does not have it. */
bool vmcore_read_physical(const struct vmcore *core, uint64_t address, unsigned size,
			  uint64_t *number) must_check;

/*
 * An array in the kernel's memory, seen through a buffer that moves along. Whoever walks through it
 * reads in large blocks; whoever jumps reads little more than is looked at.
 */
#define VMCORE_WINDOW_SIZE ((size_t)256 << 10)
struct vmcore_window {
	const struct vmcore *core;
	uint64_t base, size; /* of the array; an address and bytes */
	uint8_t *buffer;     /* VMCORE_WINDOW_SIZE bytes */
	uint64_t start;	     /* what the buffer holds: from this offset in the array, */
	size_t held;	     /* this many bytes */
	size_t ahead;	     /* how much to read next time */
};

bool vmcore_window_open(struct vmcore_window *window, const struct vmcore *core, uint64_t base,
			uint64_t size, struct arena *arena, struct error *error) must_check;
/*
 * A pointer to `size` bytes (at most VMCORE_WINDOW_SIZE) at `offset` in the array, valid until the
 * next call; NULL, with the error set, when they are not all inside or cannot be read.
 */
const uint8_t *vmcore_window_at(struct vmcore_window *window, uint64_t offset, size_t size,
				struct error *error) must_check;

#endif
