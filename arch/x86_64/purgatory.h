/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86_64's purgatory as it was linked. */
#ifndef ARCH_X86_64_PURGATORY_H
#define ARCH_X86_64_PURGATORY_H

#include "kexec/bytes.h"

/* The flat image of purgatory/purgatory.h; the empty view in a build without it. */
struct bytes purgatory_x86_64(void);

#endif
