// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading an s390x machine: RAM from /proc/iomem, and which blocks of it are offline. Memory that
 * was given back to the hypervisor stays in /proc/iomem, but nothing can be copied there. It does
 * not know what the memory is for.
 */
#include "arch/s390x/machine.h"

#include <stdlib.h>

#define MEMORY "/sys/devices/system/memory"

/* A hexadecimal number without 0x, as drivers/base/memory.c prints them; *found says whether it is
 * there. */
static bool read_hex(const struct sysroot *root, struct arena *arena, struct machine *machine,
		     const char *path, uint64_t *value, bool *found, struct error *error)
{
	const char *text = NULL;
	size_t length;

	if (!machine_text(root, arena, machine, path, &text, error))
		return false;
	*found = text;
	if (!text)
		return true;
	length = strlen(text);
	if (length < 1 || length > 16 || strspn(text, "0123456789abcdef") != length)
		return error_set(error,
				 "%s%s holds \"%s\"; a hexadecimal number without 0x was expected.",
				 root->path, path,
				 error_quote((struct bytes){(const uint8_t *)text, length}).text);
	*value = strtoull(text, NULL, 16);
	return true;
}

/* One block: Documentation/admin-guide/mm/memory-hotplug.rst, "Online Memory Blocks". */
static bool take_block(const struct sysroot *root, struct arena *arena, struct machine *machine,
		       const char *name, uint64_t size, struct error *error)
{
	const char *state_path = arena_format(arena, error, MEMORY "/%s/state", name);
	const char *index_path = arena_format(arena, error, MEMORY "/%s/phys_index", name);
	const char *state = NULL;
	struct range block;
	uint64_t index = 0;
	bool found;

	if (!state_path || !index_path ||
	    !machine_text(root, arena, machine, state_path, &state, error))
		return false;
	if (!state || !strcmp(state, "online"))
		return true;
	if (!read_hex(root, arena, machine, index_path, &index, &found, error))
		return false;
	if (!found)
		return true;
	if (__builtin_mul_overflow(index, size, &block.start) ||
	    !add_overflow_checked(block.start, size, &block.end))
		return error_set(error,
				 "%s%s holds %llx, which is past the end of the address space.",
				 root->path, index_path, (unsigned long long)index);
	return memmap_remove(&machine->usable, arena, block, error);
}

static bool is_block(const char *name)
{
	return !strncmp(name, "memory", 6) && name[6] >= '0' && name[6] <= '9';
}

static bool take_offline_blocks(const struct sysroot *root, struct arena *arena,
				struct machine *machine, struct error *error)
{
	const char *const *names = NULL;
	enum sysroot_result result;
	uint64_t size = 0;
	size_t count = 0;
	bool found;

	if (!read_hex(root, arena, machine, MEMORY "/block_size_bytes", &size, &found, error))
		return false;
	/* A kernel without memory hotplug has nothing offline. */
	if (!found)
		return true;
	if (!is_power_of_two(size))
		return error_set(error,
				 "%s" MEMORY
				 "/block_size_bytes holds %llx; a power of two was expected.",
				 root->path, (unsigned long long)size);
	result = sysroot_list(root, arena, MEMORY, &names, &count, error);
	if (result != SYSROOT_OK)
		return machine_passes_over(root, arena, machine, MEMORY, result, error);
	for (size_t i = 0; i < count; i++)
		if (is_block(names[i]) && !take_block(root, arena, machine, names[i], size, error))
			return false;
	memmap_shrink(&machine->usable, machine->page_size);
	return true;
}

bool s390x_machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
			struct error *error)
{
	return machine_read_iomem(root, arena, machine, error) &&
	       take_offline_blocks(root, arena, machine, error);
}
