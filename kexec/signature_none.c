// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures in a build without libcrypto: there are none to be checked, and that is said. */
#include "kexec/signature.h"

static bool cannot(struct error *error)
{
	error_remedy(error, "Use a kexec that was built with libcrypto.");
	return error_set(error,
			 "This kexec was built without libcrypto and cannot check signatures.");
}

bool signatures_available(void)
{
	return false;
}

struct signature_anchors *signature_anchors_new(struct error *error)
{
	cannot(error);
	return NULL;
}

void signature_anchors_free(struct signature_anchors *anchors) {}

unsigned signature_anchor_count(const struct signature_anchors *anchors)
{
	return 0;
}

bool signature_trust(struct signature_anchors *anchors, struct bytes file, struct error *error)
{
	return cannot(error);
}

bool signature_revoke(struct signature_anchors *anchors, struct bytes file, struct error *error)
{
	return cannot(error);
}

bool signature_revoke_digest(struct signature_anchors *anchors, const uint8_t digest[DIGEST_SIZE],
			     struct error *error)
{
	return cannot(error);
}

bool signature_revokes(const struct signature_anchors *anchors, struct bytes file, bool *revoked,
		       struct error *error)
{
	return cannot(error);
}

bool signature_trust_digest(struct signature_anchors *anchors, const uint8_t digest[DIGEST_SIZE],
			    struct error *error)
{
	return cannot(error);
}

bool signature_check_pe(const struct signature_anchors *anchors, const struct pe *pe,
			struct arena *arena, struct signatures *out, struct error *error)
{
	return cannot(error);
}

bool signature_check_detached(const struct signature_anchors *anchors, struct bytes content,
			      struct bytes message, struct signatures *out, struct error *error)
{
	return cannot(error);
}

bool signature_split_appended(struct bytes file, struct bytes *content, struct bytes *message,
			      bool *damaged)
{
	*damaged = false;
	return false;
}
