// SPDX-License-Identifier: GPL-2.0-or-later
/* Purgatory says nothing on ppc64le: its consoles belong to the hypervisor or to OPAL. */
#include "purgatory/console.h"

void console_open(const struct purgatory_parameters *parameters)
{
}

void console_write(const struct purgatory_parameters *parameters, const char *text, size_t size)
{
}

void console_close(const struct purgatory_parameters *parameters)
{
}
