/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where purgatory speaks: each architecture's own, in purgatory/<name>/console.c. With no console
 * asked for in the parameter block, all three do nothing.
 */
#ifndef PURGATORY_CONSOLE_H
#define PURGATORY_CONSOLE_H

#include "purgatory/purgatory.h"

/* Sets up what the block's flags ask for: text mode, the speed of the port. */
void console_open(const struct purgatory_parameters *parameters);
/* '\n' ends a line; no other control characters. Nobody waits for a device that does not answer. */
void console_write(const struct purgatory_parameters *parameters, const char *text, size_t size);
/* Waits, for a bounded time, until everything has left the machine. */
void console_close(const struct purgatory_parameters *parameters);

#endif
