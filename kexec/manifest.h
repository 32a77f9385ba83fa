/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file "manifest" of a captured machine: who made the capture, and what of the machine is not
 * in it. It is text, one fact a line:
 *
 *   format 1                   grows when the meaning of a line changes
 *   program kexec-ng 0.1       what made the capture
 *   unreadable 13 /proc/iomem  it was there, and reading it failed with this errno of Linux
 *   overwritten PATH: WORDS    what in a file was overwritten, for people
 *
 * Empty lines and lines that begin with # are comments. It knows this form, and no file but this.
 */
#ifndef KEXEC_MANIFEST_H
#define KEXEC_MANIFEST_H

#include "kexec/arena.h"

#define MANIFEST_FORMAT 1

struct manifest_unreadable {
	const char *path;
	int number;
};

struct manifest {
	struct manifest_unreadable *unreadable; /* ascending by path, each path once */
	size_t count;
};

/* `path` is the manifest's own, for messages. A path that stands there twice counts once. */
bool manifest_parse(struct bytes text, const char *path, struct arena *arena, struct manifest *out,
		    struct error *error) must_check;
/* The errno for a path, or 0. */
int manifest_errno(const struct manifest *manifest, const char *path);

#endif
