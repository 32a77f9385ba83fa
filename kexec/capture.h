/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --capture: a copy of what planning, --check and --trust=efi read of a machine, for --sysroot.
 * There is no list of files: the readers themselves are run, and every look at the tree is kept
 * with its answer, links and unreadable files among them. What must not leave the machine is
 * overwritten (kexec/redact.h), and the file "manifest" says so (kexec/manifest.h).
 */
#ifndef KEXEC_CAPTURE_H
#define KEXEC_CAPTURE_H

#include "kexec/sysroot.h"

struct capture_summary {
	size_t unreadable;	      /* files that are there, but not in the capture */
	const char *first_unreadable; /* or NULL */
	bool addresses_hidden;	      /* /proc/iomem showed only zeros */
};

/* `directory` is new or empty; when this fails it is as it was before. */
bool capture_machine(const struct sysroot *root, const char *directory, struct arena *arena,
		     struct capture_summary *summary, struct error *error) must_check;

#endif
