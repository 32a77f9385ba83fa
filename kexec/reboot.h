/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaving the running system: flush, take the network down, start the loaded kernel or ask init to.
 * Each step is a call of its own; main.c decides which are wanted.
 */
#ifndef KEXEC_REBOOT_H
#define KEXEC_REBOOT_H

#include "kexec/error.h"

/* Writes out what the file systems still hold in memory. */
void reboot_sync(void);

/*
 * Takes every interface down but loopback, so that no device writes received packets into memory
 * that belongs to the next kernel. Goes on after a failure; the cause then says how many failed.
 */
bool reboot_interfaces_down(struct error *error) must_check;

/* Starts the loaded kernel at once. Returns only to report a failure. */
bool reboot_kexec(struct error *error) must_check;

/* Becomes `shutdown -r now`. Returns only to report a failure. */
bool reboot_shutdown(struct error *error) must_check;

#endif
