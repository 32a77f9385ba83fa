// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When the running kernel refuses a file for its signature, it says so by an errno. What is really
 * the matter with this file is found by looking at its signature here.
 */
#include "config.h"
#include "kexec/verify.h"

#include <errno.h>
#include <stdio.h>

/* What the kernel's signature checks return, crypto/asymmetric_keys and kernel/kexec_file.c. */
static bool is_about_signatures(int refused, bool locked_down)
{
	return refused == ENOKEY || refused == EKEYREJECTED || refused == ENODATA ||
	       refused == EBADMSG || refused == ELIBBAD || refused == ENOPKG ||
	       refused == EMSGSIZE || (refused == EPERM && locked_down);
}

/* It holds; so why not here? */
static const char *unknown_key(int refused)
{
	if (refused == ENOKEY)
		return "whose certificate is not in this machine's keyrings";
	if (refused == EKEYREJECTED)
		return "whose certificate is revoked on this machine, or its kernel cannot check "
		       "this "
		       "kind of image";
	if (refused == EPERM)
		return "whose certificate is not in this machine's keyrings, or is revoked there";
	return "and nothing is wrong with the signature as far as can be seen here";
}

static void describe(const struct image *image, const struct signature *s, int refused,
		     struct error *error)
{
	const char *who = *s->signer ? s->signer : "somebody";

	switch (s->state) {
	case SIGNATURE_NONE:
		if (image->uki)
			error_set(error,
				  "The kernel inside of it carries no signature of its own, "
				  "and the one around it is not what the running kernel sees.");
		else if (image->kernel_unpacked.bytes.size)
			error_set(error, "The kernel inside of it carries no signature.");
		else
			error_set(error, "The file carries no signature.");
		return;
	case SIGNATURE_DAMAGED:
		error_set(error, "It has a signature that cannot be used: %s.", s->why);
		return;
	case SIGNATURE_CHANGED:
		error_set(error, "It was changed after it was signed by %s: %s.", who, s->why);
		return;
	default:
		error_set(error,
			  "It is signed by %s (certificate SHA-256 %s, valid from %s until "
			  "%s), %s.",
			  who, *s->fingerprint ? s->fingerprint : "not in the signature",
			  *s->from ? s->from : "?", *s->until ? s->until : "?",
			  unknown_key(refused));
	}
}

void verify_explain(const struct image *image, int refused, bool locked_down, struct arena *arena,
		    struct error *error)
{
	struct signature_anchors *anchors;
	struct error found = {0}, ignored = {0};
	struct signatures signatures;
	char cause[sizeof(error->cause)];

	if (!is_about_signatures(refused, locked_down) || !signatures_available())
		return;
	anchors = signature_anchors_new(&ignored);
	if (!anchors)
		return;
	if (verify_embedded(anchors, image_kernel(image), arena, &signatures, &ignored))
		describe(image, signatures_verdict(&signatures), refused, &found);
	signature_anchors_free(anchors);
	if (!found.cause[0])
		return;
	memcpy(cause, error->cause, sizeof(cause));
	error_set(error, "%.480s\n%.520s", cause, found.cause);
}
