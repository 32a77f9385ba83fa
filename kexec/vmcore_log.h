/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's log in a core, whichever of its three forms it has, as text. Each form has its own
 * file: vmcore_ring.c (the lockless ring of Linux 5.10 and later), vmcore_records.c (3.5 to 5.9)
 * and vmcore_flat.c (before 3.5); this is what they share.
 */
#ifndef KEXEC_VMCORE_LOG_H
#define KEXEC_VMCORE_LOG_H

#include "kexec/vmcore.h"
#include "kexec/vmcore_text.h"

/*
 * Prints the log. Of a damaged one everything that can be read is printed; then it is false, with a
 * cause that says what is missing. The work is bounded by the size of the core.
 */
bool vmcore_log_print(const struct vmcore *core, const struct vmcore_sink *sink,
		      struct arena *arena, struct error *error) must_check;

/* The largest log that a kernel allows: LOG_BUF_LEN_MAX of kernel/printk/printk.c, 2 GiB. */
#define VMCORE_LOG_BITS_MAX 31

/* What of a log could not be printed. */
struct vmcore_damage {
	uint64_t left_out, total;
	struct error first; /* what is wrong, or was first: its status and cause */
};

/* One more is left out, because of `why`. */
void vmcore_damage_add(struct vmcore_damage *damage, const struct error *why);
/* False, with the error set, when anything was left out. `units` is "records" or "bytes". */
bool vmcore_damage_report(const struct vmcore_damage *damage, const char *units,
			  struct error *error) must_check;

/* Sets status and cause; false. For the many ways in which a log can be wrong. */
bool vmcore_log_fail(struct error *error, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The three forms. False when the log cannot be found, or not be followed any further; `damage`
 * gets the parts that are left out in between.
 */
bool vmcore_ring_print(const struct vmcore *core, struct vmcore_text *text,
		       struct vmcore_damage *damage, struct arena *arena,
		       struct error *error) must_check;
bool vmcore_records_print(const struct vmcore *core, struct vmcore_text *text, struct arena *arena,
			  struct error *error) must_check;
bool vmcore_flat_print(const struct vmcore *core, struct vmcore_text *text,
		       struct vmcore_damage *damage, struct arena *arena,
		       struct error *error) must_check;

#endif
