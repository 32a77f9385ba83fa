/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SBAT: the generations of the components that an image consists of, and the levels below which a
 * machine accepts them no more (shim's SBAT.md). Both are lines of comma-separated values, of which
 * the first two are read here: "systemd,1,..." It knows neither sections nor variables.
 */
#ifndef KEXEC_SBAT_H
#define KEXEC_SBAT_H

#include "kexec/error.h"

#define SBAT_WHY_SIZE 160

/* Whether the levels can be read; the sentence has no name of a variable. */
bool sbat_level_check(struct bytes level, struct error *error) must_check;

/*
 * Whether no component of an image is below its level. If one is, or a line cannot be read, `why`
 * is a clause that says so: "its component systemd has generation 1, below this machine's level 2".
 */
bool sbat_accepts(struct bytes components, struct bytes level, char why[SBAT_WHY_SIZE]) must_check;

#endif
