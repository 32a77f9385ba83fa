/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device tree of the next kernel on arm64: the running kernel's, or the user's, with a new
 * /chosen.
 */
#ifndef ARCH_ARM64_CHOSEN_H
#define ARCH_ARM64_CHOSEN_H

#include "kexec/plan.h"

/*
 * Makes the tree for an initrd at `initrd` (empty: none) and core headers at `headers` (empty: no
 * crash kernel), and sets the plan's command line to what the tree says. `source` is where the tree
 * came from.
 */
bool chosen_make(const struct planning *p, struct range initrd, struct range headers,
		 struct bytes *dtb, const char **source, struct error *error) must_check;

#endif
