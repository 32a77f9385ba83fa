/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures over bytes: who made them, and whether they hold. It knows PKCS#7, certificates and
 * what is trusted or revoked; it opens no file and decides nothing about loading. In a build
 * without libcrypto there are no anchors, and signatures_available() says so.
 *
 * A signer is trusted when a chain of certificates leads from his to an anchor, or his own is one.
 * Purposes and dates are not looked at: firmware and kernel do not, and a machine that boots may
 * not know the time; the dates are reported. What an issuer signed with MD5 or SHA-1 counts not.
 */
#ifndef KEXEC_SIGNATURE_H
#define KEXEC_SIGNATURE_H

#include "kexec/arena.h"
#include "kexec/digest.h"
#include "kexec/pe.h"

struct signature_anchors; /* trusted certificates, and what is revoked */

enum signature_state {
	SIGNATURE_NONE,	     /* there is none */
	SIGNATURE_DAMAGED,   /* it cannot be read, or uses a method that is not accepted */
	SIGNATURE_CHANGED,   /* what it covers was changed after it was made, or it is forged */
	SIGNATURE_UNTRUSTED, /* it holds; nobody vouches for the signer */
	SIGNATURE_REVOKED,   /* it holds; its signer, an issuer of his, or what it covers is revoked
			      */
	SIGNATURE_GOOD,
};

/* All texts are printable, cut to fit, and empty when not known. */
struct signature {
	enum signature_state state;
	char why[160];	  /* a clause: "the SHA-256 digest of the file is another one" */
	char digest[16];  /* "SHA-256" */
	char signer[256]; /* subject; or the issuer and number, when the certificate is not there */
	char fingerprint[2 * DIGEST_SIZE + 1]; /* SHA-256 of the certificate */
	char key[32];	  /* "RSA of 2048 bits" */
	char from[32], until[32];	       /* validity */
	bool expired, early;		       /* by this machine's clock */
	bool by_digest; /* no signature: the digest of the image itself is trusted */
	char anchor[256]; /* subject of the trusted certificate at the end of the chain */
};

#define SIGNATURES_MAX 8

struct signatures {
	struct signature each[SIGNATURES_MAX];
	unsigned count;	 /* at least 1 after a check: SIGNATURE_NONE is one too */
	bool covers_all; /* of a PE image: no byte that firmware or a kernel would use is left out
			  */
};

bool signatures_available(void);

/* NULL, with the error set, without libcrypto or memory. */
struct signature_anchors *signature_anchors_new(struct error *error);
void signature_anchors_free(struct signature_anchors *anchors);

/* Adds every certificate in `file`, PEM or DER; the sentence has no path. */
bool signature_trust(struct signature_anchors *anchors, struct bytes file,
		     struct error *error) must_check;
/*
 * Revokes: certificates, PEM or DER, and lines that begin with a SHA-256 in hexadecimal (of a
 * certificate, of a file, or the Authenticode digest of an image; "#" begins a comment).
 */
bool signature_revoke(struct signature_anchors *anchors, struct bytes file,
		      struct error *error) must_check;
bool signature_revoke_digest(struct signature_anchors *anchors, const uint8_t digest[DIGEST_SIZE],
			     struct error *error) must_check;
/* Whether the SHA-256 of this very file is revoked, whatever signatures are in it or beside it. */
bool signature_revokes(const struct signature_anchors *anchors, struct bytes file, bool *revoked,
		       struct error *error) must_check;
/* Trusts the image with this Authenticode digest, signed or not. */
bool signature_trust_digest(struct signature_anchors *anchors, const uint8_t digest[DIGEST_SIZE],
			    struct error *error) must_check;
unsigned signature_anchor_count(const struct signature_anchors *anchors);

/* The Authenticode signatures of an image. False only when there is no memory. */
bool signature_check_pe(const struct signature_anchors *anchors, const struct pe *pe,
			struct arena *arena, struct signatures *out,
			struct error *error) must_check;
/* A PKCS#7 or CMS message over `content`, which is not inside of it; PEM or DER. */
bool signature_check_detached(const struct signature_anchors *anchors, struct bytes content,
			      struct bytes message, struct signatures *out,
			      struct error *error) must_check;

/*
 * The signature that the kernel's scripts/sign-file appends (include/linux/module_signature.h):
 * whether there is one; then what it covers, and the message. *damaged: the end of the file says
 * so, and the rest does not fit.
 */
bool signature_split_appended(struct bytes file, struct bytes *content, struct bytes *message,
			      bool *damaged);

/* The one that decides: one that is revoked, or else one that is good, or else the best of the
 * rest. */
static inline const struct signature *signatures_verdict(const struct signatures *signatures)
{
	const struct signature *verdict = &signatures->each[0];

	for (unsigned i = 0; i < signatures->count; i++)
		if (signatures->each[i].state > verdict->state &&
		    verdict->state != SIGNATURE_REVOKED)
			verdict = &signatures->each[i];
	for (unsigned i = 0; i < signatures->count; i++)
		if (signatures->each[i].state == SIGNATURE_REVOKED)
			verdict = &signatures->each[i];
	return verdict;
}

#endif
