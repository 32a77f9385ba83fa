// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When the running kernel refuses a file for its signature, it says so by an errno. What is really
 * the matter with this file is found by looking at its signature here; --check does so beforehand.
 */
#include "config.h"
#include "kexec/verify.h"

#include <errno.h>
#include <stdio.h>

#include "kexec/trust.h"

#define NOT_TRIED 0

/* What the kernel's signature checks return, crypto/asymmetric_keys and kernel/kexec_file.c. */
static bool is_about_signatures(int refused, bool locked_down)
{
	return refused == ENOKEY || refused == EKEYREJECTED || refused == ENODATA ||
	       refused == EBADMSG || refused == ELIBBAD || refused == ENOPKG ||
	       refused == EMSGSIZE || (refused == EPERM && locked_down);
}

/* Before it is tried. */
static const char *what_then(const struct signature *s, bool efi)
{
	if (s->state == SIGNATURE_REVOKED)
		return "and UEFI's dbx, or shim's MokListXRT, revokes it";
	if (s->state == SIGNATURE_GOOD)
		return "whom UEFI's db or shim's MokListRT trusts";
	return efi ? "whom neither UEFI's db nor shim's MokListRT trusts: the running kernel takes "
		     "it only if it was built with that certificate"
		   : "and nothing shows whether that certificate is in this machine's keyrings";
}

/* It holds; so why not here? `efi`: the state says what UEFI's variables trust and revoke. */
static const char *why_not(const struct signature *s, int refused, bool efi)
{
	bool unknown = refused == ENOKEY || refused == EPERM;

	if (refused == ENOPKG)
		return "and the running kernel lacks one of the two";
	if (s->state == SIGNATURE_REVOKED)
		return "and UEFI's dbx, or shim's MokListXRT, revokes it";
	if (s->state == SIGNATURE_GOOD && unknown)
		return "whom UEFI's db or shim's MokListRT trusts; but his certificate is not in "
		       "the running kernel's keyrings";
	if (s->state == SIGNATURE_GOOD && refused == EKEYREJECTED)
		return "whom UEFI's db or shim's MokListRT trusts; the running kernel may not be "
		       "able to check this kind of image";
	if (refused == ENOKEY || (unknown && efi))
		return "whose certificate is not in this machine's keyrings";
	if (refused == EKEYREJECTED && !efi)
		return "whose certificate is revoked on this machine, or its kernel cannot check "
		       "this kind of image";
	if (refused == EPERM)
		return "whose certificate is not in this machine's keyrings, or is revoked there";
	return "and nothing is wrong with the signature as far as can be seen here";
}

static void describe_unsigned(const struct image *image, const char *more, struct error *error)
{
	if (image->uki)
		error_set(error,
			  "The kernel inside of it carries no signature of its own, "
			  "and the one around it is not what the running kernel sees%s.", more);
	else if (image->kernel_unpacked.bytes.size)
		error_set(error, "The kernel inside of it carries no signature%s.", more);
	else
		error_set(error, "The file carries no signature%s.", more);
}

static void describe_signed(const struct signature *s, int refused, bool efi, struct error *error)
{
	char with[96] = "";

	if (refused == NOT_TRIED) {
		error_set(error, "It is signed by %s, %s.", *s->signer ? s->signer : "somebody",
			  what_then(s, efi));
		return;
	}
	if (refused == ENOPKG)
		snprintf(with, sizeof(with), " with %s and a digest by %s",
			 *s->key ? s->key : "an unknown key", s->digest);
	error_set(
		error, "It is signed by %s (certificate SHA-256 %s, valid from %s until %s)%s, %s.",
		*s->signer ? s->signer : "somebody",
		*s->fingerprint ? s->fingerprint : "not in the signature", *s->from ? s->from : "?",
		*s->until ? s->until : "?", with, why_not(s, refused, efi));
}

static void describe(const struct image *image, const struct signatures *found, int refused,
		     bool efi, struct error *error)
{
	/* crypto/asymmetric_keys/verify_pefile.c */
	const struct signature *s = &found->each[0];
	unsigned count = found->count - (found->each[found->count - 1].by_digest ? 1 : 0);

	if (refused == ELIBBAD && count > 1 && s->state != SIGNATURE_DAMAGED) {
		error_set(error,
			  "It carries %u signatures, and the running kernel takes a file with one "
			  "only, as older kernels do.",
			  count);
		return;
	}
	if (s->state == SIGNATURE_NONE)
		describe_unsigned(image, "", error);
	else if (s->by_digest)
		describe_unsigned(image,
				  "; UEFI's variables trust its digest, by which no kernel goes",
				  error);
	else if (s->state == SIGNATURE_REVOKED && !*s->signer)
		describe_unsigned(
			image, ", and UEFI's dbx, or shim's MokListXRT, revokes its digest", error);
	else if (s->state == SIGNATURE_DAMAGED)
		error_set(error, "It has a signature that cannot be used: %s.", s->why);
	else if (s->state == SIGNATURE_CHANGED)
		error_set(error, "It was changed after it was signed by %s: %s.",
			  *s->signer ? s->signer : "somebody", s->why);
	else
		describe_signed(s, refused, efi, error);
	if (count > 1)
		error_context(error,
			      "Of its %u signatures the running kernel looks at the first alone. ",
			      count);
}

/*
 * The kernel fills its keyrings from UEFI's variables. Where these cannot be read, nobody is
 * trusted and nothing revoked, and less can be said.
 */
static struct signature_anchors *machines_anchors(const struct sysroot *root, struct arena *arena,
						  bool *efi, struct error *error)
{
	struct signature_anchors *anchors = signature_anchors_new(error);
	struct trust_efi variables = { .read = false };

	*efi = anchors && trust_read_efi(root, arena, anchors, &variables, error);
	if (*efi)
		return anchors;
	signature_anchors_free(anchors);
	return signature_anchors_new(error);
}

/* *efi: UEFI's variables could be read. */
static bool look(const struct image *image, const struct sysroot *root, struct arena *arena,
		 struct signatures *found, bool *efi, struct error *error)
{
	struct signature_anchors *anchors = machines_anchors(root, arena, efi, error);
	bool looked =
		anchors && verify_embedded(anchors, image_kernel(image), arena, found, error);

	signature_anchors_free(anchors);
	return looked;
}

void verify_explain(const struct image *image, const struct sysroot *root, int refused,
		    bool locked_down, struct arena *arena, struct error *error)
{
	struct error found = {0}, ignored = {0};
	struct signatures signatures;
	char cause[sizeof(error->cause)];
	bool efi;

	if (!is_about_signatures(refused, locked_down) ||
	    !look(image, root, arena, &signatures, &efi, &ignored))
		return;
	describe(image, &signatures, refused, efi, &found);
	memcpy(cause, error->cause, sizeof(cause));
	error_set(error, "%.480s\n%.520s", cause, found.cause);
}

bool verify_forecast(const struct image *image, const struct sysroot *root, struct arena *arena,
		     struct verify_forecast *forecast, struct error *error)
{
	struct error found = {0};
	struct signatures signatures;
	const struct signature *s = &signatures.each[0];

	*forecast = (struct verify_forecast){.text = NULL};
	if (!look(image, root, arena, &signatures, &forecast->variables, error))
		return false;
	forecast->trusted = s->state == SIGNATURE_GOOD && !s->by_digest;
	forecast->taken = forecast->trusted || s->state == SIGNATURE_UNTRUSTED;
	describe(image, &signatures, NOT_TRIED, forecast->variables, &found);
	forecast->text = arena_format(arena, error, "%s", found.cause);
	return forecast->text;
}
