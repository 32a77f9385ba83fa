// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log of Linux 3.5 to 5.9: records one behind the other in a buffer, each with its length in
 * front (struct printk_log, earlier struct log, of kernel/printk/printk.c), a length of 0 meaning
 * that the next one is at the beginning. Where a length is wrong the next record cannot be found.
 */
#include "kexec/vmcore_log.h"

#include "kexec/vmcoreinfo.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	STATUS_BUFFER = VMCORE_RECORDS,		 /* SYMBOL(log_buf) is missing */
	STATUS_BUFFER_SIZE = VMCORE_RECORDS + 1, /* log_buf_len */
	STATUS_FIRST = VMCORE_RECORDS + 2,	 /* log_first_idx */
	STATUS_NEXT = VMCORE_RECORDS + 3,	 /* log_next_idx */
	STATUS_HEADER = VMCORE_RECORDS + 4,	 /* SIZE(printk_log) */
	STATUS_TIME = VMCORE_RECORDS + 5,	 /* OFFSET(printk_log.ts_nsec) */
	STATUS_SIZE = VMCORE_RECORDS + 6,	 /* .len */
	STATUS_LENGTH = VMCORE_RECORDS + 7,	 /* .text_len */
	STATUS_READ = VMCORE_RECORDS + 8,	 /* a record cannot be read */
	STATUS_DAMAGED = VMCORE_RECORDS + 9,	 /* contradictions */
};

struct log {
	const struct vmcore *core;
	uint64_t buffer, buffer_size, first, next;
	uint64_t header, time, size, length; /* of a record: bytes, and offsets in it */
	struct vmcore_window window;
};

/* A variable of the kernel's. */
static bool read_variable(const struct vmcore *core, const char *name, unsigned size, int status,
			  uint64_t *value, struct error *error)
{
	uint64_t address;

	if (!vmcoreinfo_symbol(core->info, name, &address))
		return vmcore_log_fail(error, status, "VMCOREINFO has no SYMBOL(%s).", name);
	return vmcore_read_number(core, address, size, value, error);
}

/* The structure had the name `log` until Linux 3.11. */
static bool read_offset(const struct vmcore *core, const char *kind, const char *member, int status,
			uint64_t *value, struct error *error)
{
	char name[32], old[32];

	snprintf(name, sizeof(name), "printk_log%s", member);
	snprintf(old, sizeof(old), "log%s", member);
	if (!vmcoreinfo_number(core->info, kind, name, value) &&
	    !vmcoreinfo_number(core->info, kind, old, value))
		return vmcore_log_fail(error, status, "VMCOREINFO has no %s(%s).", kind, name);
	return true;
}

static bool read_log(struct log *log, struct error *error)
{
	const struct vmcore *core = log->core;

	if (!read_variable(core, "log_buf", core->long_size, STATUS_BUFFER, &log->buffer, error) ||
	    !read_variable(core, "log_buf_len", 4, STATUS_BUFFER_SIZE, &log->buffer_size, error) ||
	    !read_variable(core, "log_first_idx", 4, STATUS_FIRST, &log->first, error) ||
	    !read_variable(core, "log_next_idx", 4, STATUS_NEXT, &log->next, error) ||
	    !read_offset(core, "SIZE", "", STATUS_HEADER, &log->header, error) ||
	    !read_offset(core, "OFFSET", ".ts_nsec", STATUS_TIME, &log->time, error) ||
	    !read_offset(core, "OFFSET", ".len", STATUS_SIZE, &log->size, error) ||
	    !read_offset(core, "OFFSET", ".text_len", STATUS_LENGTH, &log->length, error))
		return error_context(error, "The kernel's log cannot be found: ");
	if (log->header > 1024 || log->time + 8 > log->header || log->size + 2 > log->header ||
	    log->length + 2 > log->header || log->time > log->header || log->size > log->header ||
	    log->length > log->header)
		return vmcore_log_fail(error, STATUS_HEADER,
				       "VMCOREINFO describes records with fields outside of them.");
	if (log->buffer_size > UINT64_C(1) << VMCORE_LOG_BITS_MAX ||
	    log->buffer_size > core->source->size)
		return vmcore_log_fail(error, STATUS_DAMAGED,
				       "The log claims %" PRIu64 " bytes, more than there can be.",
				       log->buffer_size);
	return true;
}

static uint64_t field(const struct log *log, const uint8_t *at, uint64_t offset, unsigned size)
{
	return bytes_get(at + offset, size, log->core->order);
}

/* Prints the record at `at`, whose bytes are added to it; 0 sends the reader to the beginning. */
static bool print_record(struct log *log, uint64_t *at, struct vmcore_text *text,
			 struct error *error)
{
	const uint8_t *record = vmcore_window_at(&log->window, *at, log->header, error);
	uint64_t size, length, time;

	if (!record)
		return error_status(error, STATUS_READ);
	size = field(log, record, log->size, 2);
	length = field(log, record, log->length, 2);
	time = field(log, record, log->time, 8);
	if (!size && *at) {
		*at = 0;
		return true;
	}
	if (size < log->header || length > size - log->header || size > log->buffer_size - *at)
		return vmcore_log_fail(error, STATUS_DAMAGED,
				       "the record at offset 0x%" PRIx64 " claims %" PRIu64
				       " bytes, %" PRIu64 " of them text.",
				       *at, size, length);
	record = vmcore_window_at(&log->window, *at, log->header + length, error);
	if (!record)
		return error_status(error, STATUS_READ);
	vmcore_text_stamp(text, time);
	vmcore_text_add(text, (struct bytes){record + log->header, length}, false);
	vmcore_text_newline(text);
	*at += size;
	return true;
}

bool vmcore_records_print(const struct vmcore *core, struct vmcore_text *text, struct arena *arena,
			  struct error *error)
{
	struct log log = {.core = core};
	uint64_t at, used = 0, printed = 0;
	bool turned = false;

	if (!read_log(&log, error) ||
	    !vmcore_window_open(&log.window, core, log.buffer, log.buffer_size, arena, error))
		return false;
	for (at = log.first; at != log.next && !text->failed; printed++) {
		const uint64_t before = at;
		bool whole = print_record(&log, &at, text, error);

		if (whole && at > before) {
			used += at - before;
			continue;
		}
		/* The second time around, or more bytes than there are: it would never end. */
		if (whole && (turned || used > log.buffer_size))
			whole = vmcore_log_fail(error, STATUS_DAMAGED,
						"the records lead in a circle.");
		if (!whole)
			return error_context(
				error,
				"The kernel's log is damaged, and ends here after %" PRIu64
				" records: ",
				printed);
		turned = true;
		printed--;
	}
	return true;
}
