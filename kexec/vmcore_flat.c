// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log before Linux 3.5: the characters that were printed, in a ring of a power of two bytes,
 * with times among them if the kernel put them there.
 */
#include "kexec/vmcore_log.h"

#include "kexec/vmcoreinfo.h"

#include <inttypes.h>

enum {
	STATUS_BUFFER = VMCORE_FLAT,	 /* SYMBOL(log_buf) is missing */
	STATUS_END = VMCORE_FLAT + 1,	 /* log_end */
	STATUS_SIZE = VMCORE_FLAT + 2,	 /* log_buf_len, or it is no power of two */
	STATUS_LOGGED = VMCORE_FLAT + 3, /* logged_chars */
};

/* What is read at once; also what is lost when it cannot be. */
#define PIECE 4096

static bool read_variable(const struct vmcore *core, const char *name, unsigned size, int status,
			  uint64_t *value, struct error *error)
{
	uint64_t address;

	if (!vmcoreinfo_symbol(core->info, name, &address))
		return vmcore_log_fail(error, status, "VMCOREINFO has no SYMBOL(%s)%s.", name,
				       core->info.size ? "" : "; there is no VMCOREINFO at all");
	return vmcore_read_number(core, address, size, value, error);
}

/* A character may begin in one piece and end in the next. */
struct carried {
	uint8_t bytes[PIECE + 4];
	size_t used;
};

static void add_piece(struct vmcore_text *text, struct carried *carried, const uint8_t *piece,
		      size_t size, bool more)
{
	size_t taken;

	memcpy(carried->bytes + carried->used, piece, size);
	carried->used += size;
	taken = vmcore_text_add(text, (struct bytes){carried->bytes, carried->used}, more);
	carried->used -= taken;
	memmove(carried->bytes, carried->bytes + taken, carried->used);
}

bool vmcore_flat_print(const struct vmcore *core, struct vmcore_text *text,
		       struct vmcore_damage *damage, struct arena *arena, struct error *error)
{
	uint64_t buffer, end, size, logged, at, left;
	struct carried carried = {.used = 0};
	struct vmcore_window window;

	if (!read_variable(core, "log_buf", core->long_size, STATUS_BUFFER, &buffer, error) ||
	    !read_variable(core, "log_end", 4, STATUS_END, &end, error) ||
	    !read_variable(core, "log_buf_len", 4, STATUS_SIZE, &size, error) ||
	    !read_variable(core, "logged_chars", 4, STATUS_LOGGED, &logged, error))
		return error_context(error, "The kernel's log cannot be found: ");
	if (!is_power_of_two(size) || size > UINT64_C(1) << VMCORE_LOG_BITS_MAX ||
	    size > core->source->size)
		return vmcore_log_fail(error, STATUS_SIZE,
				       "The log claims %" PRIu64 " bytes, which cannot be.", size);
	if (!vmcore_window_open(&window, core, buffer, size, arena, error))
		return false;
	damage->total = left = logged < size ? logged : size;
	for (at = end - left; left && !text->failed;) {
		const uint64_t offset = at & (size - 1);
		struct error why = {0};
		const uint8_t *piece;
		uint64_t part = PIECE - (offset & (PIECE - 1));

		if (part > left)
			part = left;
		if (part > size - offset)
			part = size - offset;
		at += part;
		left -= part;
		piece = vmcore_window_at(&window, offset, (size_t)part, &why);
		if (piece)
			add_piece(text, &carried, piece, (size_t)part, left > 0);
		else
			vmcore_damage_add(damage, &why);
		if (!piece)
			damage->left_out += part - 1;
	}
	vmcore_text_add(text, (struct bytes){carried.bytes, carried.used}, false);
	return true;
}
