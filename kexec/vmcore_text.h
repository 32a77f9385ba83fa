/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text that vmcore-dmesg prints: lines with a time in front of them, made fit to be shown, and
 * collected into large pieces. It knows how a line looks, and neither where its words come from nor
 * where they go.
 */
#ifndef KEXEC_VMCORE_TEXT_H
#define KEXEC_VMCORE_TEXT_H

#include "kexec/error.h"

/* Takes the text, in order; false, with the error set, when it cannot. */
struct vmcore_sink {
	bool (*write)(const struct vmcore_sink *sink, struct bytes text, struct error *error);
};

struct vmcore_text {
	const struct vmcore_sink *sink;
	bool failed;	    /* the sink did; nothing more is written */
	struct error error; /* why */
	size_t used;
	char buffer[64 << 10];
};

/* "[%5llu.%06llu] ", seconds and microseconds. */
void vmcore_text_stamp(struct vmcore_text *text, uint64_t nanoseconds);

/*
 * Words of the kernel's. Printable ASCII, white space (isspace() of the C locale) and harmless
 * UTF-8 (see escape.h) stay as they are; every other byte becomes \xNN. With `more` to come, a
 * character that is not complete is left for next time: returns how many bytes were taken.
 */
size_t vmcore_text_add(struct vmcore_text *text, struct bytes words, bool more);

void vmcore_text_newline(struct vmcore_text *text);

/* Hands on what is left. False, with the error set, when the sink has ever failed. */
bool vmcore_text_finish(struct vmcore_text *text, struct error *error) must_check;

#endif
