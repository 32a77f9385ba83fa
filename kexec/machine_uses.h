/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading what --quiesce decides from: disks, mounts, swap, consoles and interfaces of the machine,
 * and where its devices are. What follows from them uses.c and quiesce.c know.
 */
#ifndef KEXEC_MACHINE_USES_H
#define KEXEC_MACHINE_USES_H

#include "kexec/machine_devices.h"
#include "kexec/quiesce.h"

/* What cannot be read is told in facts->unread, or left out where that hides no use. */
bool machine_uses_read(const struct sysroot *root, struct arena *arena, struct use_facts *facts,
		       struct error *error) must_check;

/* All of the candidate but `at_risk`. */
bool machine_candidate_read(const struct sysroot *root, const struct device *device,
			    struct arena *arena, struct candidate *candidate,
			    struct error *error) must_check;

/*
 * A process of that name that is still there, as a number in text; *number is NULL when there is
 * none, or none to be seen.
 */
bool machine_process_find(const struct sysroot *root, const char *name, struct arena *arena,
			  const char **number, struct error *error) must_check;

#endif
