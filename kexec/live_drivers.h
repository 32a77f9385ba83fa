/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drivers that a running kernel has registered, as they are in its memory: whether each has a
 * shutdown callback, built in or not. It knows how the driver core links buses and drivers, and
 * takes every offset from the kernel's BTF; how that memory is read is the caller's business.
 */
#ifndef KEXEC_LIVE_DRIVERS_H
#define KEXEC_LIVE_DRIVERS_H

#include "kexec/drivers.h"

/* A kernel's memory, or what stands in for it. What it holds is not trusted: it changes while it is
 * read. */
struct kernel_memory {
	enum byte_order order;
	/* Copies `size` bytes from a virtual address; false where there are none to be had. */
	bool (*read)(void *context, uint64_t address, void *to, size_t size);
	void *context;
};

/* A function or structure of the kernel. */
struct live_place {
	uint64_t address; /* 0: there is none */
	const char *name; /* what kallsyms calls it, or NULL */
};

struct live_driver {
	enum driver_kind kind;
	const char *name;   /* as in /sys/bus/BUS/drivers; foreign text */
	const char *module; /* NULL: it is built in */
	enum driver_shutdown shutdown;
	const char *why; /* a few words when that is unknown; else NULL */
	struct live_place structure, callback;
};

struct live_drivers {
	struct live_driver *list;
	size_t count;
	/* Whether the bus itself has a callback; unknown for one that is not registered. */
	enum driver_shutdown bus[DRIVER_BUS];
};

/*
 * Walks all buses from the kernel's variable bus_kset (drivers/base/bus.c), whose address is
 * `bus_kset`. `btf` is the kernel's, `virtio` the virtio module's where it is one, else the same.
 * Fails, saying what was not as expected, when a list does not end or leads to where no memory is.
 */
bool live_drivers_read(const struct kernel_memory *memory, const struct btf *btf,
		       const struct btf *virtio, uint64_t bus_kset, struct arena *arena,
		       struct live_drivers *drivers, struct error *error) must_check;

/* Names structures and callbacks by the text of /proc/kallsyms. */
bool live_drivers_name(struct live_drivers *drivers, struct bytes kallsyms, struct arena *arena,
		       struct error *error) must_check;

/*
 * What was read elsewhere and kept as text: a line for each bus and driver, with a tab (here
 * a blank) between the fields:
 *
 *   bus BUS yes|no|unknown
 *   driver BUS yes|no|unknown MODULE STRUCTURE CALLBACK NAME WHY
 *   unseen SENTENCE
 *
 * A field is empty where there is nothing to tell. *unseen becomes the sentence, or NULL.
 */
bool live_drivers_parse(struct bytes text, struct arena *arena, struct live_drivers *drivers,
			const char **unseen, struct error *error) must_check;

/* The driver of this name on this bus, or NULL. */
const struct live_driver *live_drivers_find(const struct live_drivers *drivers,
					    enum driver_kind kind, const char *name);

#endif
