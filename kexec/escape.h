/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Foreign text (file names, command lines, what a kernel says about itself) made fit to be shown.
 * It knows UTF-8 and two ways of escaping; it does not know where the text comes from or goes to.
 */
#ifndef KEXEC_ESCAPE_H
#define KEXEC_ESCAPE_H

#include "kexec/arena.h"

/*
 * For a terminal: control characters (C0, DEL, C1), the characters that reorder or break lines
 * (U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069, U+061C) and bytes that are no UTF-8 become
 * \n, \t or \xNN for each of their bytes. Text without any is returned as it is. NULL with the
 * error set.
 */
const char *escape_terminal(const char *text, struct arena *arena, struct error *error) must_check;

/*
 * For JSON (RFC 8259), in double quotes: what JSON demands and everything above becomes \n, \t,
 * \uNNNN; each byte that is no UTF-8 becomes the replacement character \ufffd. NULL with the error
 * set.
 */
const char *escape_json(const char *text, struct arena *arena, struct error *error) must_check;

/* The bytes of the longest character. */
#define ESCAPE_LONGEST 4

/*
 * How many bytes the character at the beginning of `text` takes; 0 where escape_terminal() would
 * escape something, and for the empty view.
 */
size_t escape_harmless(struct bytes text);

/* Columns that the text takes on a terminal, counting one for each character. */
size_t escape_width(const char *text);

#endif
