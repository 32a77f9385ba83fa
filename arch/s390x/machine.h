/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading an s390x machine. It has no facts of its own: the next kernel asks the firmware for
 * everything, and is told only where its initrd is.
 */
#ifndef ARCH_S390X_MACHINE_H
#define ARCH_S390X_MACHINE_H

#include "kexec/machine.h"

/* /proc/iomem, less the memory blocks that are offline; a crash reservation is no part of `usable`.
 */
bool s390x_machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
			struct error *error) must_check;

#endif
