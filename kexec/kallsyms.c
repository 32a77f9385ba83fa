// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of "ADDRESS TYPE NAME", with a tab and "[MODULE]" behind the name of a module's symbol
 * (kernel/kallsyms.c). A line that looks otherwise is passed over.
 */
#include "config.h"

#include <stdlib.h>

#include "kexec/kallsyms.h"

struct line {
	uint64_t address;
	struct bytes name;
	bool in_module;
};

static struct bytes until(struct bytes in, uint8_t end)
{
	const uint8_t *at = in.size ? memchr(in.data, end, in.size) : NULL;

	return (struct bytes){in.data, at ? (size_t)(at - in.data) : in.size};
}

static bool hexadecimal(struct bytes digits, uint64_t *out)
{
	*out = 0;
	if (!digits.size || digits.size > 16)
		return false;
	for (size_t i = 0; i < digits.size; i++) {
		uint8_t c = digits.data[i];

		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
		*out = *out << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return true;
}

/* Takes the next line that is one; false at the end. */
static bool next_line(struct bytes *rest, struct line *line)
{
	while (rest->size) {
		struct bytes whole = until(*rest, '\n'), address = until(whole, ' ');
		struct bytes name = bytes_from(whole, address.size + 3);

		*rest = bytes_from(*rest, whole.size + 1);
		line->name = until(name, '\t');
		line->in_module = line->name.size < name.size;
		if (line->name.size && hexadecimal(address, &line->address))
			return true;
	}
	return false;
}

bool kallsyms_address(struct bytes text, const char *name, uint64_t *address)
{
	size_t length = strlen(name);
	unsigned count = 0;
	struct line line;

	while (next_line(&text, &line)) {
		if (line.in_module || line.name.size != length ||
		    memcmp(line.name.data, name, length))
			continue;
		*address = line.address;
		count++;
	}
	return count == 1 && *address;
}

static int compare(const void *a, const void *b)
{
	uint64_t left = ((const struct kallsyms_name *)a)->address;
	uint64_t right = ((const struct kallsyms_name *)b)->address;

	return left < right ? -1 : left > right;
}

bool kallsyms_names(struct bytes text, struct kallsyms_name *names, size_t count,
		    struct arena *arena, struct error *error)
{
	struct kallsyms_name key;
	struct line line;

	if (count)
		qsort(names, count, sizeof(*names), compare);
	while (count && next_line(&text, &line)) {
		struct kallsyms_name *found;

		key = (struct kallsyms_name){.address = line.address};
		found = bsearch(&key, names, count, sizeof(*names), compare);
		if (!line.address || !found || found->name)
			continue;
		found->name = arena_copy(arena, line.name, error);
		if (!found->name)
			return false;
	}
	return true;
}
