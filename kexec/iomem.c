// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parsing /proc/iomem, and the three questions that are asked of it: where is RAM, where is the
 * thing of this name, and what did firmware say. The kernel writes the addresses; drivers, and so
 * anybody's device, choose the names.
 */
#include "kexec/iomem.h"

/* Levels that the kernel shows: MAX_IORES_LEVEL, kernel/resource.c. */
#define DEPTH_LIMIT 5
#define NO_DEPTH UINT32_MAX

struct cursor {
	const uint8_t *at, *end;
};

static bool skip(struct cursor *c, const char *what)
{
	size_t length = strlen(what);

	if ((size_t)(c->end - c->at) < length || memcmp(c->at, what, length))
		return false;
	c->at += length;
	return true;
}

/* One to sixteen hexadecimal digits. */
static bool take_address(struct cursor *c, uint64_t *address)
{
	unsigned digits = 0;

	*address = 0;
	for (; c->at < c->end && digits <= 16; c->at++, digits++) {
		uint8_t b = *c->at;

		if (b >= '0' && b <= '9')
			*address = *address << 4 | (uint64_t)(b - '0');
		else if (b >= 'a' && b <= 'f')
			*address = *address << 4 | (uint64_t)(b - 'a' + 10);
		else
			break;
	}
	return digits >= 1 && digits <= 16;
}

/* One line, without its newline, after an entry of depth `above` (NO_DEPTH for the first line). */
static bool parse_line(struct bytes line, unsigned above, struct arena *arena,
		       struct iomem_entry *entry, bool *understood, struct error *error)
{
	struct cursor c = { line.data, line.data + line.size };
	uint64_t last;

	*understood = false;
	entry->depth = 0;
	while (skip(&c, "  "))
		entry->depth++;
	if (entry->depth > DEPTH_LIMIT ||
	    (above == NO_DEPTH ? entry->depth > 0 : entry->depth > above + 1))
		return true;
	if (!take_address(&c, &entry->range.start) || !skip(&c, "-") || !take_address(&c, &last) ||
	    !skip(&c, " : ") || c.at == c.end || memchr(c.at, '\0', (size_t)(c.end - c.at)))
		return true;
	if (last < entry->range.start)
		return true;
	/* The very last byte of the address space cannot be said half open, and is never RAM. */
	entry->range.end = last == UINT64_MAX ? last : last + 1;
	entry->name = arena_copy(arena, (struct bytes){ c.at, (size_t)(c.end - c.at) }, error);
	*understood = true;
	return entry->name;
}

/* No more lines than there are newlines, nor than "0-0 : a\n" would fit. */
static size_t most_lines(struct bytes text)
{
	size_t lines = 1, most = text.size / 8 + 1;

	for (size_t i = 0; i < text.size && lines < most; i++)
		lines += text.data[i] == '\n';
	return lines;
}

bool iomem_parse(struct bytes text, const char *path, struct arena *arena, struct iomem *out,
		 struct error *error)
{
	struct iomem iomem = { .masked = text.size };
	struct bytes rest = text;
	unsigned above = NO_DEPTH;

	iomem.entries = arena_array(arena, most_lines(text), sizeof(*iomem.entries), error);
	if (!iomem.entries)
		return false;
	while (rest.size) {
		const uint8_t *newline = memchr(rest.data, '\n', rest.size);
		size_t length = newline ? (size_t)(newline - rest.data) : rest.size;
		struct iomem_entry *entry = &iomem.entries[iomem.count];
		struct bytes line = { rest.data, length };
		bool understood;

		if (!parse_line(line, above, arena, entry, &understood, error))
			return false;
		if (!understood)
			return error_set(
				error,
				"%s: line %zu reads \"%s\"; START-END : NAME was expected, "
				"indented by two blanks for each level.",
				path, iomem.count + 1, error_quote(line).text);
		above = entry->depth;
		iomem.masked = iomem.masked && entry->range.start == 0 && entry->range.end == 1;
		iomem.count++;
		rest = bytes_from(rest, length + 1);
	}
	*out = iomem;
	return true;
}

const struct iomem_entry *iomem_find(const struct iomem *iomem, const char *name)
{
	for (size_t i = 0; i < iomem->count; i++)
		if (!strcmp(iomem->entries[i].name, name))
			return &iomem->entries[i];
	return NULL;
}

static bool is_overwritable(const char *name)
{
	static const char *const names[] = {
		"Kernel code", "Kernel rodata", "Kernel data", "Kernel bss", "Crash kernel",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* Whether the entry lies inside of RAM; *ram keeps the RAM entry from one call to the next. */
static bool is_inside_ram(const struct iomem_entry *entry, const struct iomem_entry **ram)
{
	if (*ram && entry->depth > (*ram)->depth)
		return true;
	*ram = strcmp(entry->name, "System RAM") ? NULL : entry;
	return false;
}

bool iomem_append_ram(const struct iomem *iomem, struct arena *arena, struct memmap *map,
		      struct error *error)
{
	const struct iomem_entry *ram = NULL;

	for (size_t i = 0; i < iomem->count; i++) {
		const struct iomem_entry *entry = &iomem->entries[i];
		enum memory_type type = MEMORY_RAM;

		if (is_inside_ram(entry, &ram)) {
			if (is_overwritable(entry->name))
				continue;
			type = MEMORY_RESERVED;
		} else if (!ram) {
			continue;
		}
		if (!memmap_append(map, arena, entry->range, type, error))
			return false;
	}
	return true;
}

bool iomem_append_system_ram(const struct iomem *iomem, struct arena *arena, struct memmap *map,
			     struct error *error)
{
	static const char prefix[] = "System RAM";

	for (size_t i = 0; i < iomem->count; i++) {
		const struct iomem_entry *entry = &iomem->entries[i];
		const char *rest;

		if (strncmp(entry->name, prefix, strlen(prefix)))
			continue;
		rest = entry->name + strlen(prefix);
		if (*rest && strncmp(rest, " (", 2))
			continue;
		if (!memmap_append(map, arena, entry->range, MEMORY_RAM, error))
			return false;
	}
	return true;
}

bool iomem_append_named(const struct iomem *iomem, const char *name, struct arena *arena,
			struct memmap *map, struct error *error)
{
	for (size_t i = 0; i < iomem->count; i++)
		if (!strcmp(iomem->entries[i].name, name) &&
		    !memmap_append(map, arena, iomem->entries[i].range, MEMORY_RAM, error))
			return false;
	return true;
}

bool iomem_append_firmware(const struct iomem *iomem, struct arena *arena, struct memmap *map,
			   struct error *error)
{
	const struct iomem_entry *ram = NULL;

	for (size_t i = 0; i < iomem->count; i++) {
		const struct iomem_entry *entry = &iomem->entries[i];
		enum memory_type type;

		if (!is_inside_ram(entry, &ram) && memory_type_find(entry->name, &type) &&
		    !memmap_append(map, arena, entry->range, type, error))
			return false;
	}
	return true;
}
