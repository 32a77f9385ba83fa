/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Showing a plan before it acts: as text for a person, as JSON for a program, as a picture of
 * physical memory. An edge that only writes: it computes digests of what would be loaded and
 * changes nothing.
 *
 * All text from outside (file names, command lines) goes through kexec/escape.h: no control
 * character reaches the terminal. Sizes written for people are rounded down.
 */
#ifndef KEXEC_PLAN_PRINT_H
#define KEXEC_PLAN_PRINT_H

#include <stdio.h>

#include "kexec/plan.h"

/*
 * Prints the plan, and behind it plan->fallback when there is one. `image` tells what a plan by
 * file hands to the kernel. `colour`: whether escape sequences for colour may be written (the
 * caller knows about terminals and NO_COLOR). Fails when the output cannot be written.
 */
bool plan_print(FILE *out, const struct machine *machine, const struct image *image,
		const struct plan *plan, enum plan_form form, bool colour, struct arena *arena,
		struct error *error) must_check;

/* "63.5 MiB": in the largest unit that leaves at least 1, with a decimal below 100. */
#define PLAN_SIZE_TEXT 24
const char *plan_size_text(uint64_t size, char text[PLAN_SIZE_TEXT]);

/* The name of the system call, and its flags in words: "KEXEC_ARCH_X86_64 KEXEC_DEBUG". */
const char *plan_call_name(const struct plan *plan);
const char *plan_flags_text(const struct plan *plan, struct arena *arena, struct error *error)
	must_check;

/* The segments, by address. `sorted` points into the plan. Returns their number. */
unsigned plan_sorted(const struct plan *plan, const struct segment *sorted[PLAN_SEGMENTS_MAX]);

/* The three forms, each in its own file; plan_print() chooses. */

/*
 * JSON (kexec/plan_json.c): one object, UTF-8, in this shape. A program should check "version":
 * fields may be added without a new version; a field that goes or changes its meaning brings one.
 *
 *	{
 *	  "version": 1,
 *	  "program": "kexec-ng 0.1.0",
 *	  "machine": {
 *	    "architecture": "x86_64",
 *	    "release": "6.1.0-38-amd64",	of the running kernel
 *	    "captured": false,			true with --sysroot
 *	    "page_size": 4096,
 *	    "ram": 1029181440,			that the running kernel manages; 0: unknown
 *	    "memory_source": "/proc/iomem"
 *	  },
 *	  "system_call": "kexec_load",		or "kexec_file_load"
 *	  "why": "-c was given",
 *	  "flags": { "value": "0x3e0000", "names": ["KEXEC_ARCH_X86_64"] },
 *	  "format": "bzImage64",		as -t takes it
 *	  "command_line": "root=/dev/vda1",
 *	  "files": [				what the user named, as it lies on disk
 *	    { "role": "kernel",			or "initrd", "dtb"
 *	      "path": "vmlinuz", "size": 36864,
 *	      "compression": "gzip",		or null
 *	      "unpacked_size": 81920,		or null
 *	      "sha256": "..." }
 *	  ],
 *	  "entry": "0x3ffda000",		null with kexec_file_load
 *	  "segments": [				in the order of the call; [] with kexec_file_load
 *	    { "name": "kernel", "source": "vmlinuz",
 *	      "start": "0x39c00000", "end": "0x3db98000",
 *	      "memory_size": 66682880, "copied_size": 16384,
 *	      "sha256": "...",			of the copied bytes
 *	      "unchecked": false }		true: not in purgatory's digest
 *	  ],
 *	  "memory": [				what the next kernel is told;
 *						null with kexec_file_load
 *	    { "start": "0x0", "end": "0x9fc00", "type": "System RAM" }
 *	  ],
 *	  "facts": [				the details that the text form groups
 *	    { "group": "boot_params", "name": "cmd_line_ptr", "value": "0x9f000" }
 *	  ],
 *	  "notes": [ "..." ],
 *	  "fallback": null			or what would be loaded if the kernel refused:
 *	}					"system_call" to "fallback" once more
 *
 * Addresses and flags are strings, hexadecimal with 0x; "end" is the first byte behind the range.
 * Sizes are numbers in bytes (a string like an address from 2^53 on, where a number would not be
 * exact). Bytes that are no UTF-8 become \ufffd. Any text may be null when it is not known.
 */
bool plan_json_print(FILE *out, const struct machine *machine, const struct image *image,
		     const struct plan *plan, struct arena *arena, struct error *error) must_check;

/* The picture (kexec/plan_map.c), 80 columns wide; kexec/picture.h says what goes where. */
bool plan_map_print(FILE *out, const struct machine *machine, const struct plan *plan, bool colour,
		    struct arena *arena, struct error *error) must_check;

#endif
