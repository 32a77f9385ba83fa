/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes a ppc64le kernel a capture kernel: the segments that only it has, and the limits in
 * its device tree. How that tree is made otherwise is tree.c's business.
 */
#ifndef ARCH_PPC64LE_CAPTURE_H
#define ARCH_PPC64LE_CAPTURE_H

#include "kexec/devicetree.h"
#include "kexec/plan.h"

struct capture {
	struct range backup;  /* where purgatory saves the first 64 KiB of memory */
	struct range headers; /* the core headers; both are empty for an ordinary kernel */
};

/* Adds the segments "backup" and "elfcorehdr" for a crash kernel; *capture is empty for others. */
bool capture_add(const struct planning *p, struct capture *capture, struct error *error) must_check;

/*
 * Tells the tree which memory is the capture kernel's, and keeps it off all else that its tree must
 * call memory. Does nothing for an ordinary kernel.
 */
bool capture_limit(const struct planning *p, const struct capture *capture, struct devicetree *tree,
		   struct error *error) must_check;

#endif
