/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the head of /proc/kcore, an ELF core of the running kernel, tells of its address space:
 * where KASLR put the kernel and its map of all memory. Bytes in, numbers out; the bytes are not
 * trusted.
 */
#ifndef KEXEC_KCORE_H
#define KEXEC_KCORE_H

#include "kexec/memmap.h"

struct kcore {
	/*
	 * The kernel's image, where it is mapped apart from the rest of memory. An empty range: it
	 * is not, or nothing says so.
	 */
	struct range image;
	uint64_t image_virtual;
	/* Virtual less physical address, modulo 2^64, in the kernel's map of all RAM. */
	uint64_t linear;
	bool linear_known;
};

/*
 * How many bytes of the file, from its start, are worth having, as far as `head` (its first bytes)
 * tells; no more than head.size when nothing is missing, or when it is no such file.
 */
uint64_t kcore_needs(struct bytes head, enum byte_order order);

/*
 * SYMBOL(NAME) of the VMCOREINFO note in the head; false when it is not there (before Linux 4.19).
 */
bool kcore_symbol(struct bytes head, const char *name, uint64_t *value);

/*
 * Where in the file `size` bytes at a virtual address stand, by the headers in `head`; false when
 * no segment has them all.
 */
bool kcore_find(struct bytes head, enum byte_order order, uint64_t address, uint64_t size,
		uint64_t *offset);

/*
 * `symbol` is an address inside of the kernel's image, 0 when none is known. What the head does not
 * tell stays as it is in *out. Kernels before 4.11 give no physical addresses.
 */
void kcore_parse(struct bytes head, enum byte_order order, uint64_t symbol,
		 const struct memmap *ram, struct kcore *out);

#endif
