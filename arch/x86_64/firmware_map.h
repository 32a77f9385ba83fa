/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /sys/firmware/memmap: the memory map as firmware, or whoever loaded the running kernel, gave it,
 * before the running kernel changed anything (Documentation/ABI/testing/sysfs-firmware-memmap).
 */
#ifndef ARCH_X86_64_FIRMWARE_MAP_H
#define ARCH_X86_64_FIRMWARE_MAP_H

#include "kexec/machine.h"

/*
 * Fills machine->firmware, tidy; it stays empty when the directory is absent or not for this user.
 * A type that is not known becomes reserved.
 */
bool firmware_map_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
		       struct error *error) must_check;

#endif
