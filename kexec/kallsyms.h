/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of /proc/kallsyms: which name of the running kernel has which address. It reads lines,
 * and knows no name by itself; nor does it trust that the text is what it should be.
 */
#ifndef KEXEC_KALLSYMS_H
#define KEXEC_KALLSYMS_H

#include "kexec/arena.h"

/*
 * The address of a symbol of the kernel, not of a module. False when no line or more than one has
 * the name, or when its address is 0, as it is for a reader without privilege.
 */
bool kallsyms_address(struct bytes text, const char *name, uint64_t *address) must_check;

struct kallsyms_name {
	uint64_t address;
	const char *name; /* what the first line with that very address says, or NULL */
};

/* Finds the names of all the addresses in one pass; sorts the array by address. */
bool kallsyms_names(struct bytes text, struct kallsyms_name *names, size_t count,
		    struct arena *arena, struct error *error) must_check;

#endif
