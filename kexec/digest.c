// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHA-256. libcrypto's when the build has it, for it uses what the processor offers; otherwise the
 * code that purgatory runs. Both answer the same, and nothing above this file can tell which one it
 * was.
 */
#include "config.h"

#include "kexec/digest.h"

#ifdef HAVE_LIBCRYPTO
#include <openssl/evp.h>

static bool add_parts(EVP_MD_CTX *context, const struct bytes *parts, size_t count,
		      uint8_t digest[DIGEST_SIZE])
{
	if (!EVP_DigestInit_ex(context, EVP_sha256(), NULL))
		return false;
	for (size_t i = 0; i < count; i++)
		if (parts[i].size && !EVP_DigestUpdate(context, parts[i].data, parts[i].size))
			return false;
	return EVP_DigestFinal_ex(context, digest, NULL);
}

bool digest_sha256(const struct bytes *parts, size_t count, uint8_t digest[DIGEST_SIZE],
		   struct error *error)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = context && add_parts(context, parts, count, digest);

	EVP_MD_CTX_free(context);
	if (!done)
		return error_set(error, "libcrypto refused to compute a SHA-256 digest.");
	return true;
}
#else
#include "purgatory/sha256.h"

bool digest_sha256(const struct bytes *parts, size_t count, uint8_t digest[DIGEST_SIZE],
		   struct error *error)
{
	struct sha256 sha;

	sha256_start(&sha);
	for (size_t i = 0; i < count; i++)
		sha256_add(&sha, parts[i].data, parts[i].size);
	sha256_finish(&sha, digest);
	return true;
}
#endif

void digest_hex(const uint8_t digest[DIGEST_SIZE], char text[2 * DIGEST_SIZE + 1])
{
	static const char hexadecimal[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		text[2 * i] = hexadecimal[digest[i] >> 4];
		text[2 * i + 1] = hexadecimal[digest[i] & 15];
	}
	text[2 * DIGEST_SIZE] = '\0';
}
