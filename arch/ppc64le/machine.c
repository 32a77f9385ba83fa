// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a ppc64le machine: its device tree, and a crash reservation that only /proc/iomem may
 * show. What the tree says is taken out of it in memory.c and processors.c.
 */
#include "arch/ppc64le/machine.h"

#include "kexec/devicetree_read.h"

bool ppc64le_machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
			  struct error *error)
{
	struct ppc64le_machine *facts = arena_alloc(arena, sizeof(*facts), error);
	struct iomem iomem;

	if (!facts)
		return false;
	machine->facts = facts;
	machine->memory_source = facts->source = "/proc/device-tree";
	if (!machine_iomem(root, arena, machine, &iomem, error) ||
	    !devicetree_read(root, arena, machine, &facts->tree, error))
		return false;
	if (!facts->tree)
		return true;
	ppc64le_processors(facts);
	return ppc64le_memory(facts, arena, machine, error);
}
