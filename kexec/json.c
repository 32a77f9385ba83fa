// SPDX-License-Identifier: GPL-2.0-or-later
/* Commas, new lines and quotes of JSON. What is written, and in which order, is the caller's. */
#include "kexec/json.h"

#include <inttypes.h>

#include "kexec/escape.h"

/* Numbers up to here are exact in every JSON reader (RFC 8259, section 6). */
#define EXACT_NUMBERS (1ull << 53)

static void text(struct json *j, const char *value)
{
	const char *escaped = j->failed ? NULL : escape_json(value, j->arena, j->error);

	if (!escaped)
		j->failed = true;
	else
		fprintf(j->out, "%s", escaped);
}

/* What stands before a value: a comma where needed, a new line, and the name inside an object. */
static void begin(struct json *j, const char *name)
{
	if (!j->first)
		fprintf(j->out, ",");
	if (j->depth)
		fprintf(j->out, "\n%*s", (int)(2 * j->depth), "");
	j->first = false;
	if (name) {
		text(j, name);
		fprintf(j->out, ": ");
	}
}

void json_open(struct json *j, const char *name, char bracket)
{
	begin(j, name);
	fprintf(j->out, "%c", bracket);
	j->depth++;
	j->first = true;
}

void json_close(struct json *j, char bracket)
{
	j->depth--;
	if (!j->first)
		fprintf(j->out, "\n%*s", (int)(2 * j->depth), "");
	fprintf(j->out, "%c", bracket);
	j->first = false;
}

void json_text(struct json *j, const char *name, const char *value)
{
	begin(j, name);
	if (value)
		text(j, value);
	else
		fprintf(j->out, "null");
}

void json_text_part(struct json *j, const char *name, const char *value, size_t size)
{
	begin(j, name);
	fprintf(j->out, "\"%.*s\"", (int)size, value);
}

void json_bool(struct json *j, const char *name, bool value)
{
	begin(j, name);
	fprintf(j->out, value ? "true" : "false");
}

void json_null(struct json *j, const char *name)
{
	begin(j, name);
	fprintf(j->out, "null");
}

void json_number(struct json *j, const char *name, uint64_t value)
{
	begin(j, name);
	fprintf(j->out, value < EXACT_NUMBERS ? "%" PRIu64 : "\"0x%" PRIx64 "\"", value);
}

void json_address(struct json *j, const char *name, uint64_t value)
{
	begin(j, name);
	fprintf(j->out, "\"0x%" PRIx64 "\"", value);
}
