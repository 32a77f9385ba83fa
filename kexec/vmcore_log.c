// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which form of log a core has, and how what is wrong with it is told: in one sentence, however
 * many records are damaged.
 */
#include "kexec/vmcore_log.h"

#include "kexec/vmcoreinfo.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

bool vmcore_log_fail(struct error *error, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->cause, sizeof(error->cause), format, args);
	va_end(args);
	return error_status(error, status);
}

void vmcore_damage_add(struct vmcore_damage *damage, const struct error *why)
{
	if (!damage->left_out++ && !damage->first.status)
		damage->first = *why;
}

bool vmcore_damage_report(const struct vmcore_damage *damage, const char *units,
			  struct error *error)
{
	if (!damage->left_out && !damage->first.status)
		return true;
	*error = damage->first;
	if (!damage->left_out)
		return error_context(error, "The kernel's log is damaged: ");
	return error_context(error,
			     "The kernel's log is damaged, %" PRIu64 " of %" PRIu64
			     " %s are left out; the first time: ",
			     damage->left_out, damage->total, units);
}

bool vmcore_log_print(const struct vmcore *core, const struct vmcore_sink *sink,
		      struct arena *arena, struct error *error)
{
	struct vmcore_text *text = arena_alloc(arena, sizeof(*text), error);
	struct vmcore_damage damage = {0};
	struct error written = {0};
	const char *units = "records";
	uint64_t symbol;
	bool found;

	if (!text)
		return false;
	text->sink = sink;
	if (vmcoreinfo_symbol(core->info, "prb", &symbol)) {
		found = vmcore_ring_print(core, text, &damage, arena, error);
	} else if (vmcoreinfo_symbol(core->info, "log_first_idx", &symbol)) {
		found = vmcore_records_print(core, text, arena, error);
	} else {
		units = "bytes";
		found = vmcore_flat_print(core, text, &damage, arena, error);
	}
	/* Whoever cannot write knows more about what is missing than the log does. */
	if (!vmcore_text_finish(text, &written)) {
		*error = written;
		return error_status(error, VMCORE_WRITE);
	}
	return found && vmcore_damage_report(&damage, units, error);
}
