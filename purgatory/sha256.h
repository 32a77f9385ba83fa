/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 (FIPS 180-4) in portable C, over bytes that arrive in pieces. It knows nothing of
 * purgatory; the command uses it too when it is built without libcrypto.
 */
#ifndef PURGATORY_SHA256_H
#define PURGATORY_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32
#define SHA256_BLOCK 64

struct sha256 {
	/* Adds whole blocks to the state: portable, unless somebody puts the machine's own here. */
	void (*add_blocks)(uint32_t state[8], const uint8_t *data, size_t count);
	uint32_t state[8];
	uint64_t size;			/* bytes added so far */
	uint8_t block[SHA256_BLOCK]; /* the first size % SHA256_BLOCK of them wait for the rest */
};

/* FIPS 180-4, 4.2.2, for those who bring their own add_blocks(). */
extern const uint32_t sha256_constants[64];

void sha256_start(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t size);
void sha256_finish(struct sha256 *sha, uint8_t digest[SHA256_SIZE]);

#endif
