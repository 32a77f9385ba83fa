/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handing a plan to the kernel, and taking back what was handed over: the kexec_load and
 * kexec_file_load system calls, and what each refusal means. It knows no files and prints nothing.
 */
#ifndef KEXEC_LOAD_H
#define KEXEC_LOAD_H

#include "kexec/plan.h"

/* ENOTSUPP of include/linux/errno.h, which signature checks let out to user space. */
#define LOAD_ENOTSUPP 524

#define LOAD_NOTES_MAX 4

struct load {
	const struct machine *machine; /* facts that tell the reasons for a refusal apart */
	const char *kernel;	       /* as the user named it, for messages; NULL for an unload */
	enum call_choice call; /* decides the words and the status when -s leaves no other way */

	unsigned calls; /* made so far: each one uses up a unit of the kernel's load limit */
	int refused;	/* errno of the last failure; 0 after a success */
	const char *notes[LOAD_NOTES_MAX]; /* for stderr: a flag that had to be left out */
	unsigned note_count;
};

/*
 * Loads. While the kernel says EBUSY it is asked again, a few times in less than a second; when it
 * says EINVAL, again without those flags that only newer kernels know (-d, --no-cma, --force-dtb).
 */
bool load_plan(struct load *load, const struct plan *plan, struct error *error) must_check;

/* Frees the loaded kernel, the panic kernel with `panic`. Nothing loaded is a success. */
bool load_unload(struct load *load, bool panic, struct error *error) must_check;

/* Whether a refused file call is worth a second try by segments: kexec-tools' rule. */
bool load_falls_back(int refused);

/*
 * Sets the cause, and the remedy where there is one, of a call that was refused with `number`.
 * `plan` is NULL for an unload. The headline is not touched.
 */
bool load_reason(const struct load *load, enum plan_by by, bool panic, const struct plan *plan,
		 int number, struct error *error);

/* Whether lockdown can have answered EPERM: nothing that the kernel asks before did. */
bool load_met_lockdown(const struct load *load, bool panic);

#endif
