/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logical memory blocks as a device tree lists them: one by one, or in sets of neighbours (PAPR;
 * arch/powerpc/include/asm/drmem.h). Each list is preceded by the number of its entries, one cell.
 */
#ifndef ARCH_PPC64LE_LMB_H
#define ARCH_PPC64LE_LMB_H

#include "kexec/bytes.h"

#define LMB_NODE "/ibm,dynamic-reconfiguration-memory"
#define LMB_ASSIGNED 0x8u
#define LMB_RESERVED 0x80u
#define LMB_ENTRY 24
#define LMB_COUNT_SIZE 4

/* An entry of ibm,dynamic-memory. */
struct lmb_v1 {
	be64 base;
	be32 drc_index, reserved, associativity, flags;
};

/* An entry of ibm,dynamic-memory-v2. */
struct lmb_v2 {
	be32 count;
	uint8_t base[8];
	be32 drc_index, associativity, flags;
};

_Static_assert(sizeof(struct lmb_v1) == LMB_ENTRY && sizeof(struct lmb_v2) == LMB_ENTRY, "PAPR");

#endif
