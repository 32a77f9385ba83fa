/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of /proc/iomem: the running kernel's tree of physical address ranges. Bytes in, entries
 * and maps out; it does not know which machine the text came from.
 */
#ifndef KEXEC_IOMEM_H
#define KEXEC_IOMEM_H

#include "kexec/memmap.h"

struct iomem_entry {
	struct range range;
	unsigned depth;		/* two blanks each; the kernel shows levels below 5 as 5 */
	const char *name;	/* "System RAM", "Crash kernel", ...: never empty */
};

struct iomem {
	struct iomem_entry *entries;	/* in the order of the text: parents before children */
	size_t count;
	bool masked;	/* every address is 0, as for a reader without CAP_SYS_ADMIN: of no use */
};

/* `path` is for messages. A line that is not "START-END : NAME" fails, with its number and text. */
bool iomem_parse(struct bytes text, const char *path, struct arena *arena, struct iomem *out,
		 struct error *error) must_check;

/* The first entry of exactly that name, or NULL. */
const struct iomem_entry *iomem_find(const struct iomem *iomem, const char *name);

/*
 * Appends every "System RAM", and as reserved whatever lies inside of it that is neither the
 * running kernel nor a crash reservation: memblock reservations that an arm64 kernel shows there.
 * Tidy it afterwards.
 */
bool iomem_append_ram(const struct iomem *iomem, struct arena *arena, struct memmap *map,
		      struct error *error) must_check;

/*
 * Appends all RAM that the kernel runs on, at any depth and without a look inside: also what
 * drivers have added, which has their name in parentheses: "System RAM (kmem)". Tidy it afterwards.
 */
bool iomem_append_system_ram(const struct iomem *iomem, struct arena *arena, struct memmap *map,
			     struct error *error) must_check;

/* Appends the entries of exactly that name, as RAM. */
bool iomem_append_named(const struct iomem *iomem, const char *name, struct arena *arena,
			struct memmap *map, struct error *error) must_check;

/*
 * Appends every entry that is memory of a known type, as the map that firmware gave: at any depth,
 * since firmware's reservations are found below bus windows, but not inside of RAM, where the
 * running kernel shows its own. Devices, and names that no kernel uses for memory, are left out.
 * Tidy it afterwards.
 */
bool iomem_append_firmware(const struct iomem *iomem, struct arena *arena, struct memmap *map,
			   struct error *error) must_check;

#endif
