/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an x86_64 kernel is told when it is to capture a dump: where the core headers are, and which
 * memory is its own. Documentation/admin-guide/kdump/kdump.rst; arch/x86/kernel/crash.c.
 */
#ifndef ARCH_X86_64_CAPTURE_H
#define ARCH_X86_64_CAPTURE_H

#include "arch/x86_64/boot_params.h"
#include "kexec/purgatory.h"

/*
 * Adds the core headers, and puts what the capture kernel is told into request->cmdline and
 * plan->memory. Where the running kernel keeps things in low memory, adds the segment "backup" and
 * tells purgatory of it.
 */
bool capture_prepare(const struct planning *p, struct boot_request *request, uint64_t limit,
		     struct purgatory_jump *jump, struct error *error) must_check;

#endif
