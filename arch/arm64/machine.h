/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What only an arm64 machine has: the device tree that its kernel was booted with, and serial ports
 * at physical addresses. machine->facts of such a machine points to a struct arm64_machine.
 */
#ifndef ARCH_ARM64_MACHINE_H
#define ARCH_ARM64_MACHINE_H

#include "kexec/devicetree.h"
#include "kexec/machine.h"

enum arm64_port { PORT_UNKNOWN, PORT_PL011, PORT_16550, PORT_16550_WORDS };

struct arm64_serial {
	const char *name; /* "ttyAMA0" */
	uint64_t base; /* physical */
	enum arm64_port kind;
};

struct arm64_machine {
	struct bytes fdt; /* the tree as firmware gave it; empty when absent */
	const struct devicetree_node
		*tree; /* the kernel's view of it, where fdt is absent; or NULL */
	const char *fdt_path, *tree_path; /* where they come from; never NULL */
	const struct arm64_serial *serials;
	size_t serial_count;
};

bool arm64_machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
			struct error *error) must_check;

#endif
