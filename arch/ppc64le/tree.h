/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device tree of the next kernel on ppc64le: the running kernel's, or the user's, brought up to
 * date. */
#ifndef ARCH_PPC64LE_TREE_H
#define ARCH_PPC64LE_TREE_H

#include "arch/ppc64le/capture.h"

/*
 * Makes the tree for an initrd at `initrd` (empty: none) and, for a crash kernel, `capture`, sets
 * the plan's command line to what the tree says, and adds the tree to the plan as segment "dtb",
 * within `where`. With --hotplug it has room to grow and stays out of the digest.
 */
bool tree_add(const struct planning *p, struct range initrd, const struct capture *capture,
	      struct placement where, uint64_t *address, struct error *error) must_check;

#endif
