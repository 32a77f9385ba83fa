// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linked into tests/boot/kexec-wrong-digest in front of digest_sha256() (ld --wrap): a loader that
 * is the installed one but for one wrong bit in every digest, so that a boot can show purgatory
 * refusing.
 */
#include "kexec/digest.h"

bool __real_digest_sha256(const struct bytes *parts, size_t count, uint8_t digest[DIGEST_SIZE],
			  struct error *error) must_check;
bool __wrap_digest_sha256(const struct bytes *parts, size_t count, uint8_t digest[DIGEST_SIZE],
			  struct error *error) must_check;

bool __wrap_digest_sha256(const struct bytes *parts, size_t count, uint8_t digest[DIGEST_SIZE],
			  struct error *error)
{
	if (!__real_digest_sha256(parts, count, digest, error))
		return false;
	digest[0] ^= 1;
	return true;
}
