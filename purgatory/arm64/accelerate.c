// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether this processor has the SHA2 instructions. A process may ask too: Linux answers for the
 * identification registers (Documentation/arch/arm64/cpu-feature-registers.rst).
 */
#include "purgatory/accelerate.h"

#define SHA2_SHIFT 12 /* ID_AA64ISAR0_EL1.SHA2: 1 has SHA-256, 2 has SHA-512 too */

/* In sha256.S. Hidden: what might be elsewhere would be found through a relocation. */
__attribute__((visibility("hidden"))) void
sha256_add_blocks_arm64(uint32_t state[8], const uint8_t *data, size_t count);

void sha256_accelerate(struct sha256 *sha, const struct purgatory_parameters *parameters)
{
	uint64_t features;

	__asm__("mrs %0, id_aa64isar0_el1" : "=r"(features));
	if (features >> SHA2_SHIFT & 0xf)
		sha->add_blocks = sha256_add_blocks_arm64;
}
