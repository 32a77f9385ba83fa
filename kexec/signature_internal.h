/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the three signature files share. Nobody else includes it. */
#ifndef KEXEC_SIGNATURE_INTERNAL_H
#define KEXEC_SIGNATURE_INTERNAL_H

#include "kexec/signature.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

struct digest_list {
	uint8_t (*each)[DIGEST_SIZE];
	size_t count, capacity;
};

struct signature_anchors {
	X509_STORE *store;
	STACK_OF(X509) *
		trusted; /* the same ones, to be found by what a signature says of its signer */
	STACK_OF(X509) * distrusted; /* certificates that are revoked, for what they issued */
	struct digest_list revoked, trusted_images;
};

/* Fills state, why, and what is told of the signer; `others` may help to build the chain (or be
 * NULL). */
void signature_judge(struct signature *signature, const struct signature_anchors *anchors,
		     X509 *signer, STACK_OF(X509) * others);
void signature_conclude(struct signature *signature, enum signature_state state, const char *why);
void signature_describe(struct signature *signature, X509 *certificate);
void signature_name(const X509_NAME *name, char *text, size_t size);
bool signature_digest_is_in(const struct digest_list *list, const uint8_t digest[DIGEST_SIZE]);
bool signature_is_revoked(const struct signature_anchors *anchors,
			  const uint8_t digest[DIGEST_SIZE]);
/* SHA-256, 384 or 512, and their name; NULL for any other method, which is not accepted. */
const EVP_MD *signature_digest(int nid, struct signature *signature);

#endif
