// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drivers of a running kernel as text, so that what root saw on one machine can be judged on
 * another. The text is foreign: names in it are only shown, and a line that is not as it should be
 * is refused.
 */
#include "config.h"

#include "kexec/live_drivers.h"

#define FIELDS_MAX 8
#define LINES_MAX 65536

struct parsing {
	struct live_drivers *drivers;
	const char **unseen;
	struct arena *arena;
	struct error *error;
	unsigned line;
};

static bool wrong(const struct parsing *p, const char *what)
{
	return error_set(p->error, "Line %u of the running kernel's drivers has %s.", p->line,
			 what);
}

/* Cuts the line at its tabs, in place; what is missing is empty. */
static bool cut(struct parsing *p, char *line, const char *fields[FIELDS_MAX])
{
	for (unsigned i = 0; i < FIELDS_MAX; i++) {
		size_t length = strcspn(line, "\t");

		fields[i] = line;
		for (size_t j = 0; j < length; j++)
			if ((unsigned char)line[j] < ' ' || line[j] == 0x7f)
				return wrong(p, "a control character");
		line += length;
		if (*line)
			*line++ = '\0';
	}
	return !*line || wrong(p, "too many fields");
}

static const char *text_or_null(const char *field)
{
	return *field ? field : NULL;
}

static bool kind_of(struct parsing *p, const char *field, enum driver_kind *kind)
{
	for (*kind = 0; *kind < DRIVER_BUS; ++*kind)
		if (!strcmp(field, driver_kind_name(*kind)))
			return true;
	return wrong(p, "an unknown bus");
}

static bool shutdown_of(struct parsing *p, const char *field, enum driver_shutdown *shutdown)
{
	static const char *const words[] = {
		[SHUTDOWN_UNKNOWN] = "unknown",
		[SHUTDOWN_WITHOUT] = "no",
		[SHUTDOWN_WITH] = "yes",
	};

	for (*shutdown = 0; *shutdown <= SHUTDOWN_WITH; ++*shutdown)
		if (!strcmp(field, words[*shutdown]))
			return true;
	return wrong(p, "no yes, no or unknown");
}

static bool parse_driver(struct parsing *p, const char *fields[FIELDS_MAX])
{
	struct live_driver driver = {
		.name = fields[6],
		.module = text_or_null(fields[3]),
		.structure.name = text_or_null(fields[4]),
		.callback.name = text_or_null(fields[5]),
	};

	if (!kind_of(p, fields[1], &driver.kind) || !shutdown_of(p, fields[2], &driver.shutdown))
		return false;
	if (!*driver.name)
		return wrong(p, "a driver without a name");
	if (driver.callback.name && driver.shutdown != SHUTDOWN_WITH)
		return wrong(p, "a callback of a driver that has none");
	if (driver.shutdown == SHUTDOWN_UNKNOWN)
		driver.why = *fields[7] ? fields[7] : "nothing says why";
	p->drivers->list[p->drivers->count++] = driver;
	return true;
}

static bool parse_line(struct parsing *p, char *line)
{
	const char *fields[FIELDS_MAX];
	enum driver_kind kind;

	if (!cut(p, line, fields))
		return false;
	if (!strcmp(fields[0], "driver"))
		return parse_driver(p, fields);
	if (!strcmp(fields[0], "bus"))
		return kind_of(p, fields[1], &kind) &&
		       shutdown_of(p, fields[2], &p->drivers->bus[kind]);
	if (strcmp(fields[0], "unseen") || !*fields[1])
		return wrong(p, "neither a bus nor a driver");
	*p->unseen = fields[1];
	return true;
}

bool live_drivers_parse(struct bytes text, struct arena *arena, struct live_drivers *drivers,
			const char **unseen, struct error *error)
{
	struct parsing p = {drivers, unseen, arena, error, 0};
	char *rest = arena_copy(arena, text, error);
	unsigned lines = 1;

	*drivers = (struct live_drivers){0};
	*unseen = NULL;
	if (!rest)
		return false;
	if (memchr(rest, '\0', text.size))
		return error_set(error, "The running kernel's drivers have a NUL byte among them.");
	for (size_t i = 0; i < text.size; i++)
		lines += rest[i] == '\n';
	if (lines > LINES_MAX)
		return error_set(error, "The running kernel's drivers have more than %d lines.",
				 LINES_MAX);
	drivers->list = arena_array(arena, lines, sizeof(*drivers->list), error);
	if (!drivers->list)
		return false;
	while (*rest) {
		size_t length = strcspn(rest, "\n");
		char *next = rest + length + (rest[length] == '\n');

		rest[length] = '\0';
		p.line++;
		if (!parse_line(&p, rest))
			return false;
		rest = next;
	}
	return true;
}
