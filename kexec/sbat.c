// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading lines until a NUL or the end. What cannot be read is never taken for a high generation:
 * the image is refused.
 */
#include "kexec/sbat.h"

#include <inttypes.h>
#include <stdio.h>

struct reader {
	struct bytes rest;
	unsigned line;
};

struct component {
	struct bytes name;
	uint32_t generation;
};

static struct reader reader_of(struct bytes text)
{
	const uint8_t *end = text.size ? memchr(text.data, '\0', text.size) : NULL;

	if (end)
		text.size = (size_t)(end - text.data);
	if (bytes_equal_at(text, 0, "\xef\xbb\xbf", 3))
		text = bytes_from(text, 3);
	return (struct reader){.rest = text};
}

/* The next line that is not empty, without its end. */
static bool next_line(struct reader *reader, struct bytes *line)
{
	do {
		const uint8_t *end;

		if (!reader->rest.size)
			return false;
		*line = reader->rest;
		end = memchr(line->data, '\n', line->size);
		if (end)
			line->size = (size_t)(end - line->data);
		reader->rest = bytes_from(reader->rest, line->size + 1);
		reader->line++;
		if (line->size && line->data[line->size - 1] == '\r')
			line->size--;
	} while (!line->size);
	return true;
}

static bool read_component(struct bytes line, struct component *component)
{
	const uint8_t *comma = memchr(line.data, ',', line.size);
	uint64_t generation = 0;
	struct bytes number;
	size_t digits = 0;

	if (!comma || comma == line.data)
		return false;
	component->name = (struct bytes){line.data, (size_t)(comma - line.data)};
	number = bytes_from(line, component->name.size + 1);
	while (digits < number.size && number.data[digits] >= '0' && number.data[digits] <= '9') {
		generation = 10 * generation + (number.data[digits++] - '0');
		if (generation > UINT32_MAX)
			return false;
	}
	component->generation = (uint32_t)generation;
	return digits && (digits == number.size || number.data[digits] == ',');
}

bool sbat_level_check(struct bytes level, struct error *error)
{
	struct reader reader = reader_of(level);
	struct component component;
	struct bytes line;

	while (next_line(&reader, &line))
		if (!read_component(line, &component))
			return error_set(error,
					 "Its line %u is \"%s\"; a component and its lowest "
					 "generation were expected.",
					 reader.line, error_quote(line).text);
	return true;
}

/* The highest level for a component; 0 when it has none. */
static uint32_t level_of(struct bytes level, struct bytes name)
{
	struct reader reader = reader_of(level);
	struct component component;
	uint32_t highest = 0;
	struct bytes line;

	while (next_line(&reader, &line))
		if (read_component(line, &component) && component.name.size == name.size &&
		    !memcmp(component.name.data, name.data, name.size) &&
		    component.generation > highest)
			highest = component.generation;
	return highest;
}

bool sbat_accepts(struct bytes components, struct bytes level, char why[SBAT_WHY_SIZE])
{
	struct reader reader = reader_of(components);
	struct component component;
	struct bytes line;

	while (next_line(&reader, &line)) {
		uint32_t lowest;

		if (!read_component(line, &component)) {
			snprintf(why, SBAT_WHY_SIZE,
				 "line %u of its section .sbat, \"%s\", is no component and its "
				 "generation",
				 reader.line, error_quote(line).text);
			return false;
		}
		lowest = level_of(level, component.name);
		if (component.generation < lowest) {
			snprintf(why, SBAT_WHY_SIZE,
				 "its component %s has generation %" PRIu32
				 ", below this machine's level %" PRIu32,
				 error_quote(component.name).text, component.generation, lowest);
			return false;
		}
	}
	return true;
}
