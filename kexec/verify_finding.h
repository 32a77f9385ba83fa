/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What verify.c found for one part of an image, for the eyes of verify.c and verify_finding.c
 * alone: how that is told.
 */
#ifndef KEXEC_VERIFY_FINDING_H
#define KEXEC_VERIFY_FINDING_H

#include "kexec/verify.h"

struct verify_finding {
	struct signatures signatures;
	const char *where;	/* "the PE image", or the file that the signature is in */
	const char *covered;	/* what of the file, and what not; NULL where nothing holds */
	bool text;		/* it is of a command line, which no file holds */
};

/*
 * Adds one line, however many there are in `line`; those beyond VERIFY_LINES_MAX are left out. NULL
 * for a line that could not be made, with the error set: false, as without memory.
 */
bool verify_report_add(struct verify_report *report, const char *line, struct arena *arena,
		       struct error *error) must_check;

/* Adds what there is to say of each signature of `what` ("initrd /boot/initrd.img"). */
bool verify_finding_tell(const struct verify_finding *finding, const char *what,
			 struct verify_report *report, struct arena *arena,
			 struct error *error) must_check;

/*
 * The cause, and the remedy, of refusing it. `path`: the file, or what it is. `anybody`: there is
 * somebody who is trusted; `named`: --trust said whom.
 */
void verify_finding_refuse(const struct verify_finding *finding, const char *path, bool anybody,
			   bool named, struct error *error);

#endif
