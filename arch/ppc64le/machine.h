/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What only a ppc64le machine has: its device tree, which is where memory and firmware are
 * described. machine->facts of such a machine points to a struct ppc64le_machine.
 */
#ifndef ARCH_PPC64LE_MACHINE_H
#define ARCH_PPC64LE_MACHINE_H

#include "kexec/devicetree.h"
#include "kexec/machine.h"

struct ppc64le_machine {
	const struct devicetree_node *tree; /* as the running kernel shows it; NULL when absent */
	const char *source;		    /* where it was read, for messages */
	uint64_t kernel_end;  /* of the running kernel, which begins at 0; 0 when unknown */
	uint64_t first_block; /* bytes of the memory block at 0: what real mode reaches */
	bool radix;	      /* the running kernel has radix page tables, and real mode no limit */
	/* Reserved entries, ascending: RTAS, OPAL, TCE tables, what firmware lists. */
	struct memmap kept;
	struct memmap reached; /* those of them that a capture kernel has to reach, as RAM */
	uint64_t opal_base, opal_entry; /* physical; 0 without OPAL */
	uint32_t boot_cpu;		/* hardware number of the first processor */
	bool vector_sha;		/* all of them have vshasigmaw, and may use vectors */
	uint64_t terminal; /* the hypervisor's unit address for the console; 0: it has none */
};

/*
 * Fills `facts` and the memory maps of `machine` from facts->tree, which is not NULL. The page
 * size, the command line and facts->radix are known already.
 */
bool ppc64le_memory(struct ppc64le_machine *facts, struct arena *arena, struct machine *machine,
		    struct error *error) must_check;

/* Fills what `facts` has of processors and the terminal, from facts->tree, which is not NULL. */
void ppc64le_processors(struct ppc64le_machine *facts);

bool ppc64le_machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
			  struct error *error) must_check;

#endif
