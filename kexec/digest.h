/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256, by libcrypto, or by purgatory's own code in a build without it. It knows bytes, not
 * files.
 */
#ifndef KEXEC_DIGEST_H
#define KEXEC_DIGEST_H

#include "kexec/error.h"

#define DIGEST_SIZE 32

/* SHA-256 over the `count` views, one after the other. */
bool digest_sha256(const struct bytes *parts, size_t count, uint8_t digest[DIGEST_SIZE],
		   struct error *error)
	must_check;
/* Lower-case hexadecimal with a NUL. */
void digest_hex(const uint8_t digest[DIGEST_SIZE], char text[2 * DIGEST_SIZE + 1]);

#endif
