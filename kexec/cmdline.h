/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Composing the next kernel's command line. Text in, text out: what the running kernel's command
 * line was is a fact of the machine, and its length limit a fact of the image.
 */
#ifndef KEXEC_CMDLINE_H
#define KEXEC_CMDLINE_H

#include "kexec/machine.h"
#include "kexec/options.h"

/*
 * "<reused> <append>": reused is machine->cmdline without every token that begins with BOOT_IMAGE
 * and, for a panic kernel, crashkernel. Never NULL on success; "" when neither option was given.
 */
const char *cmdline_compose(const struct machine *machine, const struct options *options,
			    struct arena *arena, struct error *error) must_check;

/* Whether the command line has a parameter: "root=" or "noefi". Quotes are not honoured. */
bool cmdline_has(const char *cmdline, const char *parameter);

#endif
