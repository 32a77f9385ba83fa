/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing JSON (RFC 8259) to a stream: one value a line, two blanks for each level. It knows
 * commas, quotes and which numbers are exact; it does not know what is told.
 */
#ifndef KEXEC_JSON_H
#define KEXEC_JSON_H

#include <stdio.h>

#include "kexec/arena.h"

struct json {
	FILE *out;
	unsigned depth;
	/* nothing stands yet in the innermost object or array; true at first */
	bool first;
	bool failed;		/* the error is set; no text is printed any more */
	struct arena *arena;	/* for escaped text */
	struct error *error;
};

/* '{' or '[', and '}' or ']'. `name` is NULL inside an array and for the outermost value. */
void json_open(struct json *j, const char *name, char bracket);
void json_close(struct json *j, char bracket);

/* Values. A text of NULL becomes null. Foreign text is escaped. */
void json_text(struct json *j, const char *name, const char *value);
void json_bool(struct json *j, const char *name, bool value);
void json_null(struct json *j, const char *name);
/* A text of `size` bytes, none of which needs escaping. */
void json_text_part(struct json *j, const char *name, const char *value, size_t size);
/* A number below 2^53, which every reader keeps exactly; from there on a text "0x...". */
void json_number(struct json *j, const char *name, uint64_t value);
/* A text "0x...". */
void json_address(struct json *j, const char *name, uint64_t value);

#endif
