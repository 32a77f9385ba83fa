// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Escaping: one walk over the characters of a text, and two tables of what to write for the ones
 * that must not reach a terminal. It allocates the worst case once and never looks at a locale.
 */
#include "kexec/escape.h"

#include <stdio.h>

/*
 * One character of valid UTF-8 (RFC 3629) at `s`: its length in bytes, or 0 when there is none. No
 * more than `size` bytes are looked at, and none behind a NUL.
 */
static size_t decode(const char *s, size_t size, uint32_t *character)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *b = (const uint8_t *)s;
	size_t length = 0;

	if (b[0] < 0x80)
		length = 1;
	else if (b[0] >= 0xc0 && b[0] < 0xf8)
		length = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	if (length < 2) {
		*character = b[0];
		return length;
	}
	if (length > size)
		return 0;
	*character = b[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (b[i] & 0x3f);
	}
	if (*character < smallest[length] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character < 0xe000))
		return 0;
	return length;
}

static bool is_harmless(uint32_t c)
{
	return !(c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
		 (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069));
}

size_t escape_harmless(struct bytes text)
{
	uint32_t character;
	size_t length;

	if (!text.size)
		return 0;
	length = decode((const char *)text.data, text.size, &character);
	return length && is_harmless(character) ? length : 0;
}

static bool is_clean(const char *text)
{
	uint32_t character;
	size_t length;

	for (; *text; text += length) {
		length = decode(text, ESCAPE_LONGEST, &character);
		if (!length || !is_harmless(character))
			return false;
	}
	return true;
}

/* Room for `factor` bytes for each byte of the text, quotes and NUL. */
static char *room(const char *text, size_t factor, struct arena *arena, struct error *error)
{
	return arena_array(arena, strlen(text) + 3, factor, error);
}

const char *escape_terminal(const char *text, struct arena *arena, struct error *error)
{
	char *out, *start;
	uint32_t character;

	if (is_clean(text))
		return text;
	start = out = room(text, 4, arena, error);
	if (!out)
		return NULL;
	while (*text) {
		size_t length = decode(text, ESCAPE_LONGEST, &character);

		if (length && is_harmless(character)) {
			memcpy(out, text, length);
			out += length;
		} else if (*text == '\n' || *text == '\t') {
			*out++ = '\\';
			*out++ = *text == '\n' ? 'n' : 't';
		} else {
			for (size_t i = 0; i < (length ? length : 1); i++)
				out += sprintf(out, "\\x%02x", (uint8_t)text[i]);
		}
		text += length ? length : 1;
	}
	return start;
}

const char *escape_json(const char *text, struct arena *arena, struct error *error)
{
	/* A byte becomes at most \uNNNN, six bytes. */
	char *start = room(text, 6, arena, error), *out = start;
	uint32_t character;

	if (!out)
		return NULL;
	*out++ = '"';
	while (*text) {
		size_t length = decode(text, ESCAPE_LONGEST, &character);

		if (!length) {
			out += sprintf(out, "\\ufffd");
		} else if (character == '"' || character == '\\') {
			*out++ = '\\';
			*out++ = *text;
		} else if (is_harmless(character)) {
			memcpy(out, text, length);
			out += length;
		} else if (character == '\n' || character == '\t') {
			*out++ = '\\';
			*out++ = character == '\n' ? 'n' : 't';
		} else {
			out += sprintf(out, "\\u%04x", (unsigned)character);
		}
		text += length ? length : 1;
	}
	*out = '"';
	return start;
}

size_t escape_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((uint8_t)*text & 0xc0) != 0x80;
	return width;
}
