// SPDX-License-Identifier: GPL-2.0-or-later
/* For machines whose digest is the portable one. */
#include "purgatory/accelerate.h"

void sha256_accelerate(struct sha256 *sha, const struct purgatory_parameters *parameters)
{
}
