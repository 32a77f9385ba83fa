/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices as a BIOS has them, for code that is going to call it. */
#ifndef PURGATORY_X86_64_BIOS_H
#define PURGATORY_X86_64_BIOS_H

#include "purgatory/purgatory.h"

/* For the real-mode entry: interrupt controllers and timer. Does nothing for any other. */
void bios_restore(const struct purgatory_parameters *parameters);

#endif
