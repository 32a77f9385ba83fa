/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The identity map that lets purgatory read memory through the caches: 4 KiB granule, 48 bits, only
 * the memory that is needed. It fills tables and says what belongs into the registers; entry.S
 * writes those. Runs with the MMU off.
 */
#ifndef PURGATORY_ARM64_MMU_H
#define PURGATORY_ARM64_MMU_H

#include "purgatory/purgatory.h"

/* For entry.S, which reads the three in this order. */
struct mmu {
	uint64_t ttbr0, tcr, mair;
};

/*
 * `own_regime` is 1 at EL2 without VHE, whose TCR and descriptors have a form of their own. NULL
 * when this machine or this plan cannot be mapped: then everything works without caches, only
 * slowly.
 */
const struct mmu *mmu_prepare(const struct purgatory_parameters *parameters, uint64_t own_regime);

#endif
