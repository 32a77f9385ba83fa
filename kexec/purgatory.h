/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loader's side of purgatory: putting the flat image into a plan and filling its parameter
 * block in the target's byte order. purgatory/purgatory.h describes the block; the code that runs
 * is there too.
 */
#ifndef KEXEC_PURGATORY_H
#define KEXEC_PURGATORY_H

#include "kexec/plan.h"
#include "purgatory/purgatory.h"

struct purgatory_jump {
	uint64_t entry;		/* physical address of the next kernel's entry point */
	uint64_t mode;		/* PURGATORY_ENTRY_* of this architecture */
	/* registers, as entry.S of this architecture says */
	uint64_t arguments[PURGATORY_ARGUMENTS];
	/*
	 * Where architectures speak whose ports have physical addresses, or are terminals; 0:
	 * nowhere.
	 */
	uint64_t serial_base;
	uint64_t serial_flags;	/* PURGATORY_SERIAL_*: what kind of port it is */
	uint64_t flags;		/* more PURGATORY_* of this architecture's own */
};

/* Places the image as segment "purgatory" and makes its start the plan's entry. */
bool purgatory_place(const struct planning *p, struct placement where, struct error *error)
	must_check;

/*
 * Fills the parameter block: where to jump, where to speak, and, unless -i was given, the digest
 * over the bytes of every other segment that is not marked unchecked. Call it last.
 */
bool purgatory_finish(const struct planning *p, const struct purgatory_jump *jump,
		      struct error *error) must_check;

#endif
