/* SPDX-License-Identifier: GPL-2.0-or-later */
/* s390x's purgatory as it was linked. */
#ifndef ARCH_S390X_PURGATORY_H
#define ARCH_S390X_PURGATORY_H

#include "kexec/bytes.h"

/* The flat image of purgatory/purgatory.h; the empty view in a build without it. */
struct bytes purgatory_s390x(void);

#endif
