/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --check: what can be known about drivers' shutdown callbacks before the machine is handed over.
 * Here stand the forms of the report, and the shape of the JSON that programs may rely on.
 *
 * --check=drivers,json prints one object:
 *
 *   version    1. It grows when a name below goes or changes its meaning; new names may come.
 *   program    who wrote it
 *   modules    the directory
 *   types      the file whose BTF says how structures look
 *   structures an array, one object for each structure that the BTF has: name, size, and the
 *              offsets name_at and shutdown_at (null where it has no such member)
 *   drivers    an array, one object for each driver:
 *     bus        "pci", "platform" or "virtio"
 *     name       as in /sys/bus/BUS/drivers
 *     module     without ".ko"
 *     shutdown   true, false, or null when it cannot be told
 *     why        why it cannot be told, or null
 *     callback   the function's name, or null
 *     symbol     the structure's name, or null when it has none of its own
 *     section, offset   where the structure is in the module
 *     registers  false when another module's function registers it
 *   unreadable an array: file and why, for each module that could not be read
 *   totals     an array, for each bus: bus, drivers, with, without, unknown, and bus_shutdown:
 *              whether the bus itself has a callback (null when it is not a module)
 */
#ifndef KEXEC_CHECK_H
#define KEXEC_CHECK_H

#include <stdio.h>

#include "kexec/options.h"
#include "kexec/sysroot.h"

/* The words of --check=WORD[,WORD...] as a set. */
enum {
	CHECK_DRIVERS = 1 << 0,		/* a kernel package's drivers, not this machine's */
	CHECK_JSON = 1 << 1,
	CHECK_VERBOSE = 1 << 2,		/* with the evidence */
	CHECK_MACHINE = 1 << 3,		/* the devices of this machine: without the word drivers */
};

/* Adds the words to the set; NULL for --check alone. Fails with a usage error. */
bool check_parse(const char *words, unsigned *set, struct error *error) must_check;

/*
 * --check=drivers: the table of all drivers below options->modules, to `out`. Fails, with
 * everything else printed, when a module cannot be read.
 */
bool check_drivers(FILE *out, const struct sysroot *root, const struct options *options,
		   struct arena *arena, struct error *error) must_check;

#endif
