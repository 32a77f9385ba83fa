/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every Linux image on x86_64 has in common once its kernel segments are known: where the initrd,
 * boot_params and purgatory go, and how the kernel is entered.
 */
#ifndef ARCH_X86_64_LINUX_H
#define ARCH_X86_64_LINUX_H

#include "arch/x86_64/boot_params.h"

/*
 * The first address that no segment may reach: 4 GiB for the 32-bit entry; 64 TiB where the next
 * kernel runs with 4-level paging; 0 (none) otherwise.
 */
uint64_t linux_limit(const struct planning *p, const struct setup_header *header);

/* Adds initrd, boot_params and purgatory; `entry` is where purgatory jumps. The kernel segments are there. */
bool linux_finish(const struct planning *p, struct boot_request *request, uint64_t entry, struct error *error)
	must_check;

extern const struct format x86_64_bzimage64, x86_64_vmlinux, x86_64_uki, x86_64_multiboot, x86_64_multiboot2;
/* Recognised in order to be refused in plain words. */
extern const struct format x86_64_elf_x86, x86_64_bzimage, x86_64_nbi, x86_64_beoboot;

#endif
