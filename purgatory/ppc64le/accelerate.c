// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Vectors for SHA-256, where the loader found them in the device tree: a processor cannot be asked
 * what it has. They are off when purgatory is entered; entry.S leaves with the MSR it came with.
 */
#include "purgatory/accelerate.h"

#define MSR_VEC ((uint64_t)1 << 25) /* Power ISA, Book III, 4.2.1 */

/* In sha256.S. Hidden: what might be elsewhere would be found through a relocation. */
__attribute__((visibility("hidden"))) void
sha256_add_blocks_ppc64le(uint32_t state[8], const uint8_t *data, size_t count);

void sha256_accelerate(struct sha256 *sha, const struct purgatory_parameters *parameters)
{
	uint64_t msr;

	if (!(parameters->flags & PURGATORY_VECTOR_SHA))
		return;
	__asm__ volatile("mfmsr %0" : "=r"(msr));
	__asm__ volatile("mtmsrd %0; isync" : : "r"(msr | MSR_VEC));
	sha->add_blocks = sha256_add_blocks_ppc64le;
}
