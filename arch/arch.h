/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of architectures. All four are in every binary; which one runs here is asked in one
 * place.
 *
 * How to add an architecture:
 *  1. arch/<name>/machine.c: machine_read(), the facts that only this architecture has, in a struct
 *     of arch/<name>/machine.h that machine->facts points to.
 *  2. arch/<name>/<format>.c for each image format: probe() on bytes, plan() on a struct planning.
 *  3. purgatory/<name>/entry.S and console.c, their rule in Makefile.am, a KEXEC_PURGATORY line in
 *     configure.ac, and arch/<name>/purgatory.c, which embeds the image.
 *  4. arch/<name>/<name>.c: the const table below; its address in arch.c.
 *  5. tests/machines/<name>-*: a captured /proc and /sys tree, and golden plans for it.
 *  6. its options in kexec/option_table.c, its page in man/kexec.8.
 */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include "kexec/plan.h"

struct format {
	const char *name;	/* as -t takes it: "bzImage64" */
	/* Whether these bytes (unpacked) are of this format. Any bytes at all may come here. */
	bool (*probe)(struct bytes kernel);
	/*
	 * What is wrong with the file itself, whichever system call will take it: a kernel that was
	 * cut off on its way here is better refused now than started. NULL: nothing is checked.
	 */
	bool (*check)(struct bytes kernel, struct error *error);
	/* Builds p->plan by segments. The probe has accepted the bytes; nothing else is certain. */
	bool (*plan)(const struct planning *p, struct error *error);
	/*
	 * The running kernel's file loader takes this format, so kexec_file_load is worth trying.
	 */
	bool by_file;
	/* It takes the files that --module names. */
	bool modules;
	/* -t's name for the other formats, when they came out of a unified kernel image. */
	bool uki;
	/*
	 * For a format that is recognised to be refused in plain words: the sentence; plan is NULL
	 * then.
	 */
	const char *refusal;
};

struct arch {
	const char *name;		/* "x86_64", "arm64", "ppc64le", "s390x": as in arch/ */
	const char *const *machines;	/* what uname -m says, NULL-terminated: "aarch64" */
	uint16_t elf_machine;		/* e_machine, which is also KEXEC_ARCH >> 16 */
	enum byte_order order;
	uint64_t page_size;		/* smallest; the machine's own may be larger */
	/* Refuse loader options with -e, -u and -S, as kexec-tools does here. */
	bool strict_loader_options;
	bool device_tree;		/* --dtb is for this architecture, through kexec_load */
	bool joins_append;		/* s390x: every --append counts, joined with a blank */
	/* s390x: a kernel that gets no command line keeps the one inside of it */
	bool built_in_cmdline;
	/* Fills what only this architecture knows: memory maps and machine->facts. */
	bool (*machine_read)(const struct sysroot *root, struct arena *arena,
			     struct machine *machine, struct error *error);
	const struct format *const *formats;	/* in probe order, NULL-terminated */
	struct bytes (*purgatory)(void);	/* the flat image; empty when this build has none */
	/*
	 * Crash kernels. linear_map: where the kernel's map of all RAM begins, less the physical
	 * address, when the running kernel does not tell. hotplug_flag: what --hotplug means to
	 * kexec_load here.
	 */
	uint64_t linear_map;
	uint64_t hotplug_flag;
};

extern const struct arch arch_x86_64, arch_arm64, arch_ppc64le, arch_s390x;

/* All four, NULL-terminated. */
extern const struct arch *const arch_table[];

/* By struct arch name or by uname's machine name; NULL when there is none. */
const struct arch *arch_find(const char *name);

/* System call numbers of the architecture that this program was built for; -1 when it has none. */
extern const long arch_nr_kexec_load, arch_nr_kexec_file_load;
/*
 * struct arch name of the architecture that this program was built for; NULL for one without a
 * table.
 */
extern const char *const arch_built_for;

#endif
