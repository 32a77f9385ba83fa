/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copying ACPI's root pointer to where a Multiboot2 kernel looks for it. */
#ifndef PURGATORY_X86_64_ACPI_H
#define PURGATORY_X86_64_ACPI_H

#include "purgatory/purgatory.h"

/*
 * Fills the two tags at arguments[3], types 14 and 15 of Multiboot2, 32 and 48 bytes, with the
 * pointer at arguments[4]. What it is not there for becomes the end of all tags. 0 in arguments[3]:
 * nothing to do.
 */
void acpi_fill_tags(const struct purgatory_parameters *parameters);

#endif
