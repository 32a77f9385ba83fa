// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding lines of a VMCOREINFO note and reading the numbers in them. The text is hostile: nothing
 * in it is trusted to end, and a number that does not fit into 64 bits is none.
 */
#include "kexec/vmcoreinfo.h"

#include <stdio.h>

/* What stands behind `key` and "=" on the line that begins so. */
static bool find(struct bytes info, const char *key, struct bytes *value)
{
	const size_t length = strlen(key);

	while (info.size) {
		const uint8_t *end = memchr(info.data, '\n', info.size);
		const size_t line = end ? (size_t)(end - info.data) : info.size;

		if (line > length && !memcmp(info.data, key, length) && info.data[length] == '=')
			return bytes_slice(info, length + 1, line - length - 1, value);
		info = bytes_from(info, line + 1);
	}
	return false;
}

static unsigned digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* All of `text` as a number. */
static bool parse(struct bytes text, unsigned base, uint64_t *number)
{
	const bool negative = text.size && text.data[0] == '-';
	uint64_t value = 0;

	text = bytes_from(text, negative);
	if (bytes_equal_at(text, 0, "0x", 2)) {
		text = bytes_from(text, 2);
		base = 16;
	}
	if (!text.size)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		const unsigned next = digit(text.data[i]);

		if (next >= base || __builtin_mul_overflow(value, base, &value) ||
		    !add_overflow_checked(value, next, &value))
			return false;
	}
	*number = negative ? -value : value;
	return true;
}

bool vmcoreinfo_address(struct bytes info, const char *name, uint64_t *address)
{
	struct bytes value;

	return find(info, name, &value) && parse(value, 16, address);
}

bool vmcoreinfo_symbol(struct bytes info, const char *name, uint64_t *address)
{
	char key[80];

	snprintf(key, sizeof(key), "SYMBOL(%s)", name);
	return vmcoreinfo_address(info, key, address);
}

bool vmcoreinfo_number(struct bytes info, const char *kind, const char *name, uint64_t *number)
{
	struct bytes value;
	char key[80];

	snprintf(key, sizeof(key), "%s(%s)", kind, name);
	return find(info, key, &value) && parse(value, 10, number);
}
