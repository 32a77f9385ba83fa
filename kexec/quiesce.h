/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --quiesce: which devices are taken from their drivers before the jump, in which order and how,
 * and why others are left alone. Deciding (quiesce.c) is pure; quiesce_system.c reads and does.
 *
 * The order is newest first: by the number of the device's directory in sysfs, which the kernel
 * counts up as devices are registered (it shuts devices down in the same order, the last one
 * first), and where there are no such numbers, as in a captured tree, by path, backwards. Either
 * way a device comes before those that it hangs on.
 *
 * A device is unbound from its driver; one that has none is reset, where sysfs offers that.
 * Resetting one that has a driver would be of no use: the driver sets it up again, or (with an
 * unbinding that is stuck) holds the lock that a reset needs.
 *
 * Left alone are bridges, consoles, and whatever a disk in use hangs on (uses.h).
 */
#ifndef KEXEC_QUIESCE_H
#define KEXEC_QUIESCE_H

#include <stdio.h>

#include "kexec/quiesce_choice.h"
#include "kexec/sysroot.h"
#include "kexec/uses.h"
#include "kexec/verdict.h"

/* A device that might be chosen. */
struct candidate {
	const struct device *device; /* its driver is NULL where it has none */
	bool at_risk;		     /* as --check judged it */
	const char *directory;	     /* as its bus shows it: "/sys/bus/pci/devices/0000:00:03.0" */
	const char *path;	     /* "/sys/devices/..."; NULL: its place cannot be seen */
	/* What is lost with it elsewhere: its virtual functions, and what it supplies. */
	const struct place *dependents;
	size_t dependent_count;
	uint64_t number;    /* of its directory; 0 where there is none to be had */
	bool has_unbind;    /* its driver lets devices go */
	bool draws_console; /* the firmware's screen: a text console may be on it */
};

enum quiesce_method { QUIESCE_LEAVE, QUIESCE_UNBIND, QUIESCE_RESET };

struct quiesce_step {
	const struct candidate *candidate;
	enum quiesce_method method;
	const char *why;	    /* it is left alone: a clause, escaped */
	const struct block **disks; /* below it: they must be free when it comes to it */
	size_t disk_count;
};

struct quiesce {
	struct quiesce_step *steps; /* in the order in which they are to be done */
	size_t count;
};

/* Fails when the choice names a device that is not among the candidates. */
bool quiesce_decide(const struct candidate *candidates, size_t count,
		    const struct quiesce_choice *choice, const struct use_facts *facts,
		    struct arena *arena, struct quiesce *quiesce, struct error *error) must_check;

struct options;

/*
 * Does it, or with options->dry_run says what it would do: one line on `out` for each device.
 * *status gets the exit status: EXIT_CLEAR, EXIT_WARNINGS when a device was left alone,
 * EXIT_AT_RISK when one could not be had. Fails when nothing was done, and when a device is stuck,
 * after which no jump ends: the kernel waits for it in device_shutdown(), which takes the lock that
 * the unbinding holds.
 */
bool quiesce_machine(FILE *out, const struct sysroot *root, const struct options *options,
		     struct arena *arena, int *status, struct error *error) must_check;

#endif
