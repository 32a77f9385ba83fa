/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went wrong, in words for a person. One struct error is owned by main(), passed last, filled
 * once where the failure is found, and printed in one place. It holds text and never allocates.
 */
#ifndef KEXEC_ERROR_H
#define KEXEC_ERROR_H

#include "kexec/bytes.h"

/* Exit statuses that callers know (kexec-tools calls the last two -1 and -3; its -2 has no use). */
enum {
	EXIT_USAGE = 1,		/* option errors, and every error that ends the program at once */
	EXIT_FAILED = 255,	/* an ordinary failure: nothing was loaded */
	EXIT_NO_FILE_CALL = 253,	/* -s, and the file system call cannot be used */
};

struct error {
	int status;		/* exit status; 0 means EXIT_FAILED */
	bool usage;		/* the usage text belongs on stdout after the headline */
	char headline[512];	/* first line(s) that scripts match; may be empty */
	/* a full sentence: the file, option or address, the value found, what was expected */
	char cause[1024];
	char remedy[512];	/* an imperative sentence; empty where we honestly have none */
};

/* Sets the cause. Returns false, so that a failing function can `return error_set(...)`. */
bool error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Sets the line that callers match, printed before the cause. Returns false. */
bool error_headline(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Sets what to do about it. Returns false. */
bool error_remedy(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Puts context ("FILE: ") in front of the cause. Returns false. */
bool error_context(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * A printable copy of bytes from outside, cut to fit, for "the value found":
 * error_quote(bytes).text. Whatever could drive a terminal becomes '?'.
 */
struct error_quote {
	char text[64];
};
struct error_quote error_quote(struct bytes bytes);
/* Sets the exit status. Returns false. */
bool error_status(struct error *error, int status);
/* The same, and the usage text belongs on stdout. Returns false. */
bool error_usage(struct error *error, int status);

#endif
