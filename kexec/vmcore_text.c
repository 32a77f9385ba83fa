// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Formatting and escaping of a log's lines. A log is mostly ASCII and mostly fit to be shown, so
 * that runs of such bytes are copied at once. Nothing here allocates.
 */
#include "kexec/vmcore_text.h"

#include "kexec/escape.h"

static void flush(struct vmcore_text *text)
{
	if (text->used && !text->failed)
		text->failed = !text->sink->write(
			text->sink, (struct bytes){(const uint8_t *)text->buffer, text->used},
			&text->error);
	text->used = 0;
}

static void append(struct vmcore_text *text, const void *what, size_t size)
{
	const uint8_t *from = what;

	while (size) {
		size_t part = sizeof(text->buffer) - text->used;

		if (!part) {
			flush(text);
			continue;
		}
		if (part > size)
			part = size;
		memcpy(text->buffer + text->used, from, part);
		text->used += part;
		from += part;
		size -= part;
	}
}

/* At least `width` digits in front of `end`, filled up with `fill`: where they begin. */
static char *digits(char *end, uint64_t value, unsigned width, char fill)
{
	char *at = end;

	do
		*--at = (char)('0' + value % 10);
	while (value /= 10);
	while ((size_t)(end - at) < width)
		*--at = fill;
	return at;
}

void vmcore_text_stamp(struct vmcore_text *text, uint64_t nanoseconds)
{
	char stamp[32], *end = stamp + sizeof(stamp), *at = end;

	*--at = ' ';
	*--at = ']';
	at = digits(at, nanoseconds / 1000 % 1000000, 6, '0');
	*--at = '.';
	at = digits(at, nanoseconds / 1000000000, 5, ' ');
	*--at = '[';
	append(text, at, (size_t)(end - at));
}

static bool is_plain(uint8_t c)
{
	return (c >= ' ' && c <= '~') || (c >= '\t' && c <= '\r');
}

/*
 * How many bytes at the beginning are printable ASCII, in steps of eight: none of them has its
 * highest bit, has it after 1 is added (0x7f), or lacks it after ' ' is taken from the byte with
 * it.
 */
static size_t count_printable(struct bytes words)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	size_t count = 0;

	for (; words.size - count >= sizeof(uint64_t); count += sizeof(uint64_t)) {
		uint64_t eight;

		memcpy(&eight, words.data + count, sizeof(eight));
		if ((eight | (eight + ones) | ~((eight | high) - ones * ' ')) & high)
			break;
	}
	return count;
}

static void append_escaped(struct vmcore_text *text, uint8_t c)
{
	static const char hexadecimal[] = "0123456789abcdef";
	const char escaped[] = {'\\', 'x', hexadecimal[c >> 4], hexadecimal[c & 15]};

	append(text, escaped, sizeof(escaped));
}

size_t vmcore_text_add(struct vmcore_text *text, struct bytes words, bool more)
{
	size_t done = 0;

	while (done < words.size) {
		size_t run = done + count_printable(bytes_from(words, done)), length;

		while (run < words.size && is_plain(words.data[run]))
			run++;
		append(text, words.data + done, run - done);
		done = run;
		if (done == words.size)
			break;
		if (more && words.size - done < ESCAPE_LONGEST && words.data[done] >= 0xc0)
			break;
		length = escape_harmless(bytes_from(words, done));
		if (length)
			append(text, words.data + done, length);
		else
			append_escaped(text, words.data[done]);
		done += length ? length : 1;
	}
	return done;
}

void vmcore_text_newline(struct vmcore_text *text)
{
	append(text, "\n", 1);
}

bool vmcore_text_finish(struct vmcore_text *text, struct error *error)
{
	flush(text);
	if (text->failed)
		*error = text->error;
	return !text->failed;
}
