/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMCOREINFO note: what a kernel says about itself to whoever reads its memory, as lines of
 * KEY=value (Documentation/admin-guide/kdump/vmcoreinfo.rst). It knows how such a line is written,
 * not what any of them means, nor where the note comes from.
 */
#ifndef KEXEC_VMCOREINFO_H
#define KEXEC_VMCOREINFO_H

#include "kexec/bytes.h"

/* SYMBOL(name)=hexadecimal: an address. False when there is no such line, or no number in it. */
bool vmcoreinfo_symbol(struct bytes info, const char *name, uint64_t *address) must_check;

/*
 * kind(name)=number, decimal or with 0x, maybe negative (then modulo 2^64). Kinds are SIZE, OFFSET,
 * LENGTH and NUMBER. False when there is no such line, or no number in it.
 */
bool vmcoreinfo_number(struct bytes info, const char *kind, const char *name,
		       uint64_t *number) must_check;

/* name=hexadecimal, as KERNELOFFSET has it. False as above. */
bool vmcoreinfo_address(struct bytes info, const char *name, uint64_t *address) must_check;

#endif
