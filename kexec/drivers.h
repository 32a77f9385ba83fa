/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which drivers a module file holds, and whether each has a shutdown callback. Where a driver's
 * structure has its members comes from the kernel's BTF, and what is in them from the module's
 * relocations; nothing is assumed about either. Files and devices are the business of others.
 */
#ifndef KEXEC_DRIVERS_H
#define KEXEC_DRIVERS_H

#include "kexec/btf.h"

/* Structures that are looked for: three kinds of drivers, and buses. */
enum driver_kind { DRIVER_PCI, DRIVER_PLATFORM, DRIVER_VIRTIO, DRIVER_BUS, DRIVER_KINDS };

/* "pci", "platform", "virtio", "bus". */
const char *driver_kind_name(enum driver_kind kind);

#define DRIVER_WORDS_MAX 128
#define DRIVER_POINTER_SIZE 8		/* all four architectures are 64-bit */

/* Where one of the structures has what. */
struct driver_layout {
	bool known;
	uint32_t size, name;		/* of the structure; where its name's address stands */
	bool has_shutdown;		/* struct virtio_driver has it only since Linux 6.18 */
	uint32_t shutdown;
	bool has_probe;
	uint32_t probe;
	enum btf_word words[DRIVER_WORDS_MAX];
};

struct driver_layouts {
	struct driver_layout of[DRIVER_KINDS];
};

/*
 * What the types say: all that are there. Types of a bus in a module are in the modules' own BTF.
 */
void driver_layouts_read(const struct btf *btf, struct driver_layouts *layouts);

enum driver_shutdown {
	SHUTDOWN_UNKNOWN,
	SHUTDOWN_WITHOUT,		/* the member is empty, or there is none */
	SHUTDOWN_WITH,
};

struct driver {
	enum driver_kind kind;
	const char *name;		/* as in /sys/bus/BUS/drivers; foreign text */
	enum driver_shutdown shutdown;
	const char *why;		/* a few words when it is unknown; else NULL */
	const char *callback;		/* the function's name, or NULL */
	const char *symbol;		/* of the structure; NULL: found by its contents alone */
	const char *section;		/* where the structure is */
	uint64_t offset;
	bool registers;			/* the module itself imports what registers this kind */
};

struct driver_module {
	struct driver *drivers;
	size_t count;
	bool in_tree, is_signed;
	/* It registers drivers of the kind, but nothing says how their structure looks. */
	bool unreadable[DRIVER_KINDS];
};

/*
 * Reads an uncompressed module. `btf` is its kernel's. Names are copied into the arena: the file
 * may go away. `scratch` holds what is needed on the way.
 */
bool driver_module_read(struct bytes file, const struct btf *btf,
			const struct driver_layouts *layouts,
			struct arena *arena, struct arena *scratch, struct driver_module *module,
			struct error *error) must_check;

#endif
