/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ppc64le's purgatory as it was linked. */
#ifndef ARCH_PPC64LE_PURGATORY_H
#define ARCH_PPC64LE_PURGATORY_H

#include "kexec/bytes.h"

/* The flat image of purgatory/purgatory.h; the empty view in a build without it. */
struct bytes purgatory_ppc64le(void);

#endif
