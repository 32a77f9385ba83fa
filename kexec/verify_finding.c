// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words for what was found of a signature: in the report, and where something is refused. It
 * takes what was found as it is; whether that will do is decided in verify.c.
 */
#include "config.h"
#include "kexec/verify_finding.h"

#include "kexec/escape.h"

bool verify_report_add(struct verify_report *report, const char *line, struct arena *arena,
		       struct error *error)
{
	/* One line: a file's name, which may be an addon's from a disk, makes no second one. */
	const char *shown = line ? escape_terminal(line, arena, error) : NULL;

	if (shown && report->count < VERIFY_LINES_MAX)
		report->lines[report->count++] = shown;
	return shown;
}

/* What is printed of a signature: "good signature by CN=Somebody". */
static const char *label(const struct signature *signature)
{
	static const char *const labels[] = {
		[SIGNATURE_NONE] = "not signed",
		[SIGNATURE_DAMAGED] = "unusable signature",
		[SIGNATURE_CHANGED] = "bad signature",
		[SIGNATURE_UNTRUSTED] = "untrusted signature",
		[SIGNATURE_REVOKED] = "revoked signature",
		[SIGNATURE_GOOD] = "good signature",
	};

	return labels[signature->state];
}

static const char *clause(const struct signature *signature)
{
	switch (signature->state) {
	case SIGNATURE_NONE:
		return "carries no signature";
	case SIGNATURE_DAMAGED:
		return "has a signature that cannot be used";
	case SIGNATURE_CHANGED:
		return "was changed after it was signed, or its signature is forged";
	case SIGNATURE_UNTRUSTED:
		return "is signed by somebody who is not trusted";
	case SIGNATURE_REVOKED:
		return "is revoked";
	case SIGNATURE_GOOD:
		break;
	}
	return "is signed";
}

static const char *remedy(const struct verify_finding *finding, const struct signature *signature,
			  bool anybody, bool named)
{
	if (finding->text && signature->state == SIGNATURE_CHANGED)
		return "Give the line that was signed, to the byte, or sign this one.";
	if (signature->state == SIGNATURE_NONE)
		return "Sign it, or verify less (--verify=kernel, --verify=show).";
	if (signature->state == SIGNATURE_UNTRUSTED && !anybody && named)
		return "Name the certificates to trust with --trust=FILE; there was none in what "
		       "was named.";
	if (signature->state == SIGNATURE_UNTRUSTED && !anybody)
		return "Name the certificates to trust with --trust=FILE; none are installed "
		       "in " TRUST_DEFAULT ".";
	if (signature->state == SIGNATURE_UNTRUSTED)
		return "If this signer is to be trusted, name his certificate with --trust=FILE.";
	if (signature->state == SIGNATURE_CHANGED || signature->state == SIGNATURE_DAMAGED)
		return "Install the file again from where it came from.";
	return NULL;
}

/* One signature's lines. */
struct telling {
	const struct verify_finding *finding;
	struct verify_report *report;
	struct arena *arena;
	struct error *error;
};

static bool say(const struct telling *t, const char *line)
{
	return verify_report_add(t->report, line, t->arena, t->error);
}

static bool tell(const struct telling *t, const char *what, const struct signature *s)
{
	const char *dates = s->expired ? " (expired)" : s->early ? " (not yet)" : "";
	const struct verify_finding *finding = t->finding;

	if (s->state == SIGNATURE_NONE)
		return say(t, arena_format(t->arena, t->error, "%s: not signed, not covered.",
					   what));
	if (s->state == SIGNATURE_REVOKED && !*s->signer)
		return say(t, arena_format(t->arena, t->error, "%s: revoked: %s.", what, s->why));
	if (s->by_digest && s->state == SIGNATURE_GOOD)
		return say(t, arena_format(t->arena, t->error,
					   "%s: the digest of the image is trusted (SHA-256 %s).",
					   what, s->fingerprint));
	if (!say(t, arena_format(t->arena, t->error, "%s: %s%s%s%s%s.", what, label(s),
				 *s->signer ? " by " : "", s->signer, *s->why ? ": " : "", s->why)))
		return false;
	if (*s->anchor && !say(t, arena_format(t->arena, t->error, "    trusted: %s", s->anchor)))
		return false;
	if (*s->fingerprint &&
	    !say(t, arena_format(t->arena, t->error,
				 "    certificate: SHA-256 %s, valid from %s until %s%s",
				 s->fingerprint, s->from, s->until, dates)))
		return false;
	if (!say(t, arena_format(t->arena, t->error, "    signature: in %s%s%s%s%s",
				 finding->where, *s->digest ? ", over its digest by " : "",
				 s->digest, *s->key ? ", with a key of " : "", s->key)))
		return false;
	return s->state < SIGNATURE_UNTRUSTED || !finding->covered ||
	       say(t, arena_format(t->arena, t->error, "    covers: %s", finding->covered));
}

bool verify_finding_tell(const struct verify_finding *finding, const char *what,
			 struct verify_report *report, struct arena *arena, struct error *error)
{
	const struct telling t = {finding, report, arena, error};

	for (unsigned i = 0; i < finding->signatures.count; i++)
		if (!tell(&t, what, &finding->signatures.each[i]))
			return false;
	return true;
}

void verify_finding_refuse(const struct verify_finding *finding, const char *path, bool anybody,
			   bool named, struct error *error)
{
	const struct signature *verdict = signatures_verdict(&finding->signatures);
	const char *what_to_do = remedy(finding, verdict, anybody, named);

	error_set(error, "%s %s%s%s%s%s%s.", path, clause(verdict), *verdict->signer ? " (" : "",
		  verdict->signer, *verdict->signer ? ")" : "", *verdict->why ? ": " : "",
		  verdict->why);
	if (what_to_do)
		error_remedy(error, "%s", what_to_do);
}
