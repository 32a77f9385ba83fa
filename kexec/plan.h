/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan: what will be loaded where, and how. plan_make() is a pure function of a machine,
 * options and an image; the architectures' image formats call the helpers here to build it.
 */
#ifndef KEXEC_PLAN_H
#define KEXEC_PLAN_H

#include "kexec/image.h"
#include "kexec/machine.h"
#include "kexec/options.h"

/* KEXEC_SEGMENT_MAX, include/linux/kexec.h. */
#define PLAN_SEGMENTS_MAX 16

/* include/uapi/linux/kexec.h */
#define KEXEC_ON_CRASH 0x1u
#define KEXEC_PRESERVE_CONTEXT 0x2u
#define KEXEC_UPDATE_ELFCOREHDR 0x4u
#define KEXEC_CRASH_HOTPLUG_SUPPORT 0x8u
#define KEXEC_DEBUG 0x10u
#define KEXEC_FILE_UNLOAD 0x1u
#define KEXEC_FILE_ON_CRASH 0x2u
#define KEXEC_FILE_NO_INITRAMFS 0x4u
#define KEXEC_FILE_DEBUG 0x8u
#define KEXEC_FILE_NO_CMA 0x10u
#define KEXEC_FILE_FORCE_DTB 0x20u

struct segment {
	const char *name;	/* "kernel", "initrd", "boot_params", "purgatory", ... */
	const char *source;	/* a file's path, or "made here" */
	struct bytes bytes;	/* what is copied; the rest of `memory` becomes zeros */
	struct range memory;	/* physical, whole pages of the running kernel */
	bool unchecked;		/* not in purgatory's digest: itself, and what the kernel updates */
};

/* A decoded detail for the reader: group "boot_params", name "cmd_line_ptr", value "0x9f000". */
struct plan_fact {
	const char *group, *name, *value;
};

enum plan_by { BY_SEGMENTS, BY_FILE };

struct plan {
	enum plan_by by;
	const char *why;	/* why this system call, in a few words */
	const char *format;	/* name of the image format, as -t takes it */
	/* the final command line; NULL by file: the one inside the kernel's file stays */
	const char *cmdline;

	const char *asked_cmdline;	/* what the options or a unified image gave of it */

	/* By segments: kexec_load. */
	uint64_t entry;
	uint64_t flags;		/* of the system call chosen, architecture bits included */
	struct segment segments[PLAN_SEGMENTS_MAX];
	unsigned segment_count;
	struct memmap memory;	/* what the next kernel is told */

	/* By file: kexec_file_load. */
	int kernel_fd, initrd_fd;	/* initrd_fd is -1 with KEXEC_FILE_NO_INITRAMFS */

	struct plan_fact *facts;
	size_t fact_count, fact_capacity;
	const char *notes[16];	/* sentences for stderr: an option that has no effect here, ... */
	unsigned note_count;

	/* What did not fit into the reservation; name is NULL unless planning failed by that. */
	struct no_room {
		const char *name;
		uint64_t size, largest;	/* its own, and the largest hole's */
	} no_room;

	/* For a reader only: what would be loaded if the kernel refused this one's system call. */
	const struct plan *fallback;
};

/* What a format's plan function works with. Everything is const but the plan and the arena. */
struct planning {
	const struct machine *machine;
	const struct options *options;
	const struct image *image;
	const char *cmdline;	/* composed from --reuse-cmdline and --append; never NULL */
	struct arena *arena;
	struct plan *plan;
};

/*
 * The whole plan, checked. `call` overrides options->call (for the fallback after a refused file
 * call). The plan points into machine, options, image and arena.
 */
bool plan_make(const struct machine *machine, const struct options *options,
	       const struct image *image, enum call_choice call, struct arena *arena,
	       struct plan *plan, struct error *error) must_check;

/* Whether the kernel is of a format that takes modules: image_open_modules() is for these alone. */
bool plan_takes_modules(const struct machine *machine, const struct image *image);

/* Where a segment may go. Limits are physical addresses; `below` is exclusive, 0 means none. */
struct placement {
	uint64_t align;		/* power of two; 0 means the machine's page size */
	uint64_t above;		/* lowest start */
	uint64_t below;		/* end may not exceed it */
	bool from_top;		/* highest place that fits instead of the lowest */
};

/*
 * Finds room for `size` bytes (rounded up to pages) in usable RAM (the crash reservation for a
 * panic kernel) within --mem-min and --mem-max, clear of the segments already there. `what` is for
 * the sentence when there is none, which says how much was needed and what the largest hole was.
 */
bool plan_place(const struct planning *p, const char *what, uint64_t size, struct placement where,
		uint64_t *address, struct error *error) must_check;

/* Adds a segment at a known address; `memory_size` is rounded up to pages. Refuses more than 16. */
bool plan_add(const struct planning *p, const char *name, const char *source, struct bytes bytes,
	      uint64_t address, uint64_t memory_size, struct error *error) must_check;

/* plan_place() and plan_add() in one. */
bool plan_place_and_add(const struct planning *p, const char *name, const char *source,
			struct bytes bytes, uint64_t memory_size, struct placement where,
			uint64_t *address, struct error *error) must_check;

/* A device tree that somebody gave, or that an image brings for this machine. */
struct plan_device_tree {
	struct bytes bytes;
	const char *source;	/* a path */
	bool inside;		/* of a unified kernel image, or of an addon to it */
	unsigned number;	/* which of its .dtbauto sections, from 1 on; 0: another one */
};

/* False: there is none, and the machine's own counts. */
bool plan_device_tree(const struct planning *p, struct plan_device_tree *out);
/*
 * Says which of an image's several trees was taken, and that one has no use; nothing for an image
 * without them.
 */
bool plan_describe_device_trees(const struct planning *p, struct error *error) must_check;

/* The segment of that name, or NULL. */
struct segment *plan_segment(struct plan *plan, const char *name);

bool plan_fact(const struct planning *p, const char *group, const char *name, struct error *error,
	       const char *format, ...) __attribute__((format(printf, 5, 6))) must_check;
bool plan_note(const struct planning *p, struct error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4))) must_check;

/*
 * The invariants, whoever made the plan: at most 16 segments, whole pages, disjoint, inside usable
 * memory (inside the crash reservation for a panic kernel), within --mem-min and --mem-max, bytes
 * no larger than memory, no segment and no sum over half of RAM, entry inside a segment. A broken
 * rule is an internal error that names the rule and the segment.
 */
bool plan_check(const struct machine *machine, const struct options *options,
		const struct plan *plan, struct error *error) must_check;
/*
 * What of that a running kernel insists on that loads by itself: the sum, and room for its own
 * pages in the crash reservation.
 */
bool plan_check_sizes(const struct machine *machine, const struct options *options,
		const struct plan *plan, struct error *error) must_check;

#endif
