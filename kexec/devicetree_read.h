/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a device tree that the kernel shows as directories and files. It knows that a directory
 * is a node and a file a property, not what any of them mean.
 */
#ifndef KEXEC_DEVICETREE_READ_H
#define KEXEC_DEVICETREE_READ_H

#include "kexec/devicetree.h"
#include "kexec/machine.h"

/*
 * The running kernel's tree, /proc/device-tree or /sys/firmware/devicetree/base; NULL when there is
 * neither. What may not be read is left out and noted in machine->denied.
 */
bool devicetree_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
		     const struct devicetree_node **out, struct error *error) must_check;

#endif
