// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes where signatures come from: PE images, files with an appended or a detached message,
 * certificates and lists of what is revoked. The first byte says which. Nobody is trusted, so that
 * nothing may be found good.
 */
#include "config.h"
#include "kexec/signature.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct signatures *found)
{
	promise(found->count >= 1 && found->count <= SIGNATURES_MAX);
	for (unsigned i = 0; i < found->count; i++) {
		const struct signature *one = &found->each[i];

		promise(one->state != SIGNATURE_GOOD && one->state != SIGNATURE_REVOKED);
		promise((one->state == SIGNATURE_NONE) == !one->why[0]);
		for (const char *c = one->signer; *c; c++)
			promise(*c >= ' ' && *c <= '~');
	}
	promise(signatures_verdict(found)->state != SIGNATURE_GOOD);
}

static void check_image(const struct signature_anchors *anchors, struct bytes file,
			struct error *error)
{
	struct arena arena = { 0 };
	struct signatures found;
	struct pe pe;

	if (pe_parse(file, &pe, error)) {
		promise(signature_check_pe(anchors, &pe, &arena, &found, error));
		check(&found);
	}
	arena_release(&arena);
}

static void check_messages(const struct signature_anchors *anchors, struct bytes file,
			   struct error *error)
{
	static const uint8_t content[] = "content";
	struct bytes covered, message;
	struct signatures found;
	bool damaged;

	if (signature_split_appended(file, &covered, &message, &damaged) && !damaged) {
		promise(covered.size + message.size < file.size);
		promise(signature_check_detached(anchors, covered, message, &found, error));
		check(&found);
	}
	promise(signature_check_detached(anchors, (struct bytes){ content, sizeof(content) - 1 },
					 file, &found, error));
	check(&found);
}

static void check_certificates(struct signature_anchors *anchors, struct bytes file,
			       struct error *error)
{
	bool trusted = signature_trust(anchors, file, error);

	/* One that is damaged fails, though those in front of it have been read. */
	promise(trusted ? signature_anchor_count(anchors) > 0 : error->cause[0]);
	*error = (struct error){ 0 };
	promise(signature_revoke(anchors, file, error) || error->cause[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes file = { data + 1, size - 1 };
	struct error error = { 0 };
	struct signature_anchors *anchors = signature_anchors_new(&error);

	promise(anchors);
	if (size && data[0] % 3 == 0)
		check_image(anchors, file, &error);
	else if (size && data[0] % 3 == 1)
		check_messages(anchors, file, &error);
	else if (size)
		check_certificates(anchors, file, &error);
	signature_anchors_free(anchors);
	return 0;
}
