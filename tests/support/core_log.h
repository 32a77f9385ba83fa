/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the log of a core that lies in memory, and the promises that hold for any bytes at all:
 * nothing is read behind the end, what is printed is fit for a terminal and not much larger than
 * the file, and whatever does not end well ends with a sentence.
 */
#ifndef TESTS_SUPPORT_CORE_LOG_H
#define TESTS_SUPPORT_CORE_LOG_H

#include "kexec/error.h"

struct core_log {
	bool whole;	    /* all of the log could be read */
	struct error error; /* why not */
	char *text;	    /* what is printed; the caller frees it */
	size_t size, room;
	char broken[128]; /* how a promise was broken; empty when all were kept */
};

void core_log_read(struct core_log *log, struct bytes file);

#endif
