// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading /sys/firmware/memmap: a directory for each entry, with three files in it. */
#include "arch/x86_64/firmware_map.h"

#include <inttypes.h>

#define DIRECTORY "/sys/firmware/memmap"

static enum sysroot_result read_entry(const struct sysroot *root, struct arena *arena,
				      const char *name, struct range *range, enum memory_type *type,
				      struct error *error)
{
	const char *directory = arena_format(arena, error, DIRECTORY "/%s", name);
	const char *path = arena_format(arena, error, DIRECTORY "/%s/type", name), *text;
	uint64_t last;
	const struct sysroot_field fields[] = { { "start", &range->start }, { "end", &last } };
	enum sysroot_result result;

	if (!directory || !path)
		return SYSROOT_FAILED;
	result = sysroot_fields(root, arena, directory, fields, 2, error);
	if (result == SYSROOT_OK)
		result = sysroot_text(root, arena, path, &text, error);
	if (result == SYSROOT_ABSENT) {
		error_set(error, "%s%s is missing; every range of memory has a type.", root->path,
			  path);
		return SYSROOT_FAILED;
	}
	if (result != SYSROOT_OK)
		return result;
	if (last < range->start) {
		error_set(error,
			  "%s%s/end holds 0x%" PRIx64 "; at least the range's start, 0x%" PRIx64
			  ", was expected.",
			  root->path, directory, last, range->start);
		return SYSROOT_FAILED;
	}
	range->end = last == UINT64_MAX ? last : last + 1;
	*type = MEMORY_RESERVED;
	memory_type_find(text, type);
	return SYSROOT_OK;
}

bool firmware_map_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
		       struct error *error)
{
	const char *const *names = NULL;
	size_t count = 0;
	enum sysroot_result result = sysroot_list(root, arena, DIRECTORY, &names, &count, error);

	for (size_t i = 0; i < count && result == SYSROOT_OK; i++) {
		enum memory_type type;
		struct range range;

		result = read_entry(root, arena, names[i], &range, &type, error);
		if (result == SYSROOT_OK &&
		    !memmap_append(&machine->firmware, arena, range, type, error))
			return false;
	}
	/* Half a map is worse than none. */
	if (result != SYSROOT_OK)
		machine->firmware.count = 0;
	return machine_passes_over(root, arena, machine, DIRECTORY, result, error) &&
	       memmap_tidy(&machine->firmware, arena, error);
}
