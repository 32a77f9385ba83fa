// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of text into a sorted table. Nothing in the file is believed but what is in it. */
#include "config.h"
#include "kexec/manifest.h"

#include <inttypes.h>
#include <stdlib.h>

/* Linux has some 130 of them on each of the four architectures. */
#define ERRNO_MAX 4095
#define NUMBER_DIGITS 4

/* A decimal number of a few digits; *line moves behind it. */
static bool take_number(struct bytes *line, unsigned *number)
{
	size_t digits = 0;

	*number = 0;
	for (; digits < line->size && line->data[digits] >= '0' && line->data[digits] <= '9';
	     digits++) {
		if (digits == NUMBER_DIGITS)
			return false;
		*number = *number * 10 + (unsigned)(line->data[digits] - '0');
	}
	*line = bytes_from(*line, digits);
	return digits;
}

static bool take_word(struct bytes *line, const char *word)
{
	if (!bytes_equal_at(*line, 0, word, strlen(word)))
		return false;
	*line = bytes_from(*line, strlen(word));
	return true;
}

static bool is_refused(struct bytes line, const char *path, struct error *error)
{
	return error_set(error, "%s has the line \"%s\", which has no meaning in format %d.", path,
			 error_quote(line).text, MANIFEST_FORMAT);
}

static bool parse_line(struct bytes line, const char *path, struct arena *arena,
		       struct manifest *out, struct error *error)
{
	const struct bytes whole = line;
	struct manifest_unreadable *entry = &out->unreadable[out->count];
	unsigned number;

	if (take_word(&line, "format ")) {
		if (!take_number(&line, &number) || line.size)
			return is_refused(whole, path, error);
		if (number == MANIFEST_FORMAT)
			return true;
		error_remedy(error, "Use the kexec that made it, or a newer one.");
		return error_set(error,
				 "%s says that the capture has format %u; this kexec knows %d.",
				 path, number, MANIFEST_FORMAT);
	}
	/* Other lines are for people, or of a later version. */
	if (!take_word(&line, "unreadable "))
		return true;
	if (!take_number(&line, &number) || !number || number > ERRNO_MAX ||
	    !take_word(&line, " ") || !line.size || line.data[0] != '/' ||
	    memchr(line.data, '\0', line.size))
		return is_refused(whole, path, error);
	entry->number = (int)number;
	entry->path = arena_copy(arena, line, error);
	out->count++;
	return entry->path;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct manifest_unreadable *)a)->path,
		      ((const struct manifest_unreadable *)b)->path);
}

bool manifest_parse(struct bytes text, const char *path, struct arena *arena, struct manifest *out,
		    struct error *error)
{
	size_t lines = 1, kept = 0;

	*out = (struct manifest){NULL, 0};
	for (size_t i = 0; i < text.size; i++)
		lines += text.data[i] == '\n';
	out->unreadable = arena_array(arena, lines, sizeof(*out->unreadable), error);
	if (!out->unreadable)
		return false;
	while (text.size) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		struct bytes line = {text.data, end ? (size_t)(end - text.data) : text.size};

		if (!parse_line(line, path, arena, out, error))
			return false;
		text = bytes_from(text, line.size + 1);
	}
	qsort(out->unreadable, out->count, sizeof(*out->unreadable), compare);
	for (size_t i = 0; i < out->count; i++)
		if (!i || strcmp(out->unreadable[i].path, out->unreadable[kept - 1].path))
			out->unreadable[kept++] = out->unreadable[i];
	out->count = kept;
	return true;
}

int manifest_errno(const struct manifest *manifest, const char *path)
{
	const struct manifest_unreadable key = {path, 0}, *found = NULL;

	if (manifest->count)
		found = bsearch(&key, manifest->unreadable, manifest->count, sizeof(key), compare);
	return found ? found->number : 0;
}
