/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64's purgatory as it was linked. */
#ifndef ARCH_ARM64_PURGATORY_H
#define ARCH_ARM64_PURGATORY_H

#include "kexec/bytes.h"

/* The flat image of purgatory/purgatory.h; the empty view in a build without it. */
struct bytes purgatory_arm64(void);

#endif
