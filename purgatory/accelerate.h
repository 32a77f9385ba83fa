/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a machine's own instructions for SHA-256 come in: each architecture that has some says so
 * in purgatory/<name>/accelerate.c; plain.c stands in for those that have none.
 */
#ifndef PURGATORY_ACCELERATE_H
#define PURGATORY_ACCELERATE_H

#include "purgatory/purgatory.h"
#include "purgatory/sha256.h"

/* Replaces sha->add_blocks where this machine can do better. Call it after sha256_start(). */
void sha256_accelerate(struct sha256 *sha, const struct purgatory_parameters *parameters);

#endif
