// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a ppc64le machine: its device tree, and a crash reservation that only /proc/iomem may
 * show. What the tree says is taken out of it in memory.c and processors.c.
 */
#include "arch/ppc64le/machine.h"

#include "kexec/devicetree_read.h"

/* As show_cpuinfo() has it, pseries_show_cpuinfo() and its like of arch/powerpc. */
static bool read_mmu(const struct sysroot *root, struct arena *arena, struct machine *machine,
		     struct ppc64le_machine *facts, struct error *error)
{
	const char *text = NULL;

	if (!machine_text(root, arena, machine, "/proc/cpuinfo", &text, error))
		return false;
	facts->radix = text && strstr(text, "\nMMU\t\t: Radix");
	return true;
}

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
	    !devicetree_read(root, arena, machine, &facts->tree, error) ||
	    !read_mmu(root, arena, machine, facts, error))
		return false;
	if (!facts->tree)
		return true;
	ppc64le_processors(facts);
	if (!ppc64le_memory(facts, arena, machine, error))
		return false;
	/* A reservation that /proc/iomem does not show. */
	return !machine->crash.count || machine->ram.count ||
	       machine_read_crash(root, arena, machine, &iomem, error);
}
