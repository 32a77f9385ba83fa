/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running kernel's memory (/proc/kcore) and names (/proc/kallsyms), as far as this user may see
 * them, for what the files of modules cannot tell: the drivers that are built in. It knows where
 * those files are, and what a captured tree has in their place.
 */
#ifndef KEXEC_MACHINE_LIVE_H
#define KEXEC_MACHINE_LIVE_H

#include <stdio.h>

#include "kexec/live_drivers.h"
#include "kexec/sysroot.h"

/* The file that a captured tree has: the text of live_drivers_parse(). */
extern const char machine_live_captured[];

struct machine_live {
	struct live_drivers drivers;
	const char *unseen; /* a sentence: why nothing was read; NULL when something was */
};

/* `btf` is the running kernel's, or NULL: it is read here. Fails only when memory does. */
bool machine_live_read(const struct sysroot *root, const struct btf *btf, struct arena *arena,
		       struct machine_live *live, struct error *error) must_check;

/* The text that a captured tree has; machine_live_read() tells whoever makes one (sysroot_made()).
 */
void machine_live_write(FILE *out, const struct machine_live *live);

/* The first bytes of /proc/kcore, up to the end of what describes it; empty where it cannot be
 * read. */
struct bytes machine_kcore_head(const struct sysroot *root, enum byte_order order,
				struct arena *arena);

#endif
