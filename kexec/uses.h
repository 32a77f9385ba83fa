/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the running system stands on: the places in the device tree below which a disk in use or a
 * console is. It gets texts and links that others read, and finds no file by itself. Where it
 * cannot be seen what a file system stands on, all disks count as used: nothing is ever taken for
 * unused because something could not be read.
 */
#ifndef KEXEC_USES_H
#define KEXEC_USES_H

#include "kexec/arena.h"

/* Something and where it is: "/sys/devices/..."; NULL when that cannot be seen. */
struct place {
	const char *name, *path;
};

/* A disk, a partition, or what device mapper and the like make of some. */
struct block {
	struct place place;	   /* its name as in /sys/class/block */
	const char *node;	   /* "/dev/sda1" */
	const char *number;	   /* "8:1", or NULL */
	const char *label;	   /* of device mapper: what is below /dev/mapper; or NULL */
	const char *holder;	   /* what is built on it, "dm-0"; or NULL */
	const char *const *slaves; /* names of those that it is built of */
	size_t slave_count;
	const struct place *paths; /* multipath NVMe: the controllers that lead to it */
	size_t path_count;
};

struct use_facts {
	struct block *blocks; /* sorted by name, as strcmp() has it */
	size_t block_count;
	struct place *interfaces; /* of the network */
	size_t interface_count;
	struct place *consoles; /* with what draws them on a screen */
	size_t console_count;
	bool screen;	      /* one of them is on the screen */
	struct place *shares; /* virtio devices that carry 9p and virtiofs */
	size_t share_count;
	const char *const *mounts; /* proc(5) mountinfo, of each mount namespace */
	size_t mount_count;
	const char *swaps;	    /* /proc/swaps, or NULL */
	const char *const *members; /* block devices of mounted btrfs, which tells no numbers */
	size_t member_count;
	bool denied;	    /* this user may not see all mounts */
	const char *unread; /* why not all of this could be read: a clause; or NULL */
};

struct use {
	const char *path; /* "/sys/devices/..." */
	const char *why;  /* a clause: "vda1 is mounted at /"; foreign text, not escaped */
};

struct uses {
	struct use *list;
	size_t count;
	const char *disks, *network; /* why all that carries one is used: a clause; or NULL */
};

bool uses_find(const struct use_facts *facts, struct arena *arena, struct uses *uses,
	       struct error *error) must_check;

/*
 * Where a symbolic link in `directory` leads, without "." and "..": a path in the arena. NULL, with
 * the error untouched, for one that leads out of /sys/devices.
 */
const char *place_resolve(const char *directory, const char *target, struct arena *arena,
			  struct error *error);

/* Whether `path` is `above` or below it. NULL is nowhere. */
bool place_is_below(const char *path, const char *above);

#endif
