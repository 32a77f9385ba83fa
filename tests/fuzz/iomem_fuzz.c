// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as /proc/iomem: a sentence, or a tree whose maps are sorted and disjoint. */
#include "config.h"
#include "kexec/iomem.h"
#include "tests/fuzz/fuzz.h"

static void check_map(const struct memmap *map)
{
	for (size_t i = 0; i < map->count; i++) {
		promise(map->entries[i].range.start < map->entries[i].range.end);
		promise(!i || map->entries[i - 1].range.end <= map->entries[i].range.start);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memmap ram = { 0 }, firmware = { 0 }, crash = { 0 }, both;
	struct arena arena = { 0 };
	struct error error = { 0 };
	struct iomem iomem;

	if (!iomem_parse((struct bytes){ data, size }, "fuzz", &arena, &iomem, &error)) {
		promise(error.cause[0]);
		arena_release(&arena);
		return 0;
	}
	for (size_t i = 0; i < iomem.count; i++)
		promise(iomem.entries[i].range.start < iomem.entries[i].range.end &&
			iomem.entries[i].name[0]);
	promise(iomem_append_ram(&iomem, &arena, &ram, &error) &&
		memmap_tidy(&ram, &arena, &error));
	promise(iomem_append_firmware(&iomem, &arena, &firmware, &error) &&
		memmap_tidy(&firmware, &arena, &error));
	promise(iomem_append_named(&iomem, "Crash kernel", &arena, &crash, &error) &&
		memmap_tidy(&crash, &arena, &error));
	promise(memmap_common_ram(&firmware, &ram, &arena, &both, &error));
	check_map(&ram);
	check_map(&firmware);
	check_map(&crash);
	check_map(&both);
	for (size_t i = 0; i < both.count; i++)
		promise(memmap_covers(&ram, both.entries[i].range, MEMORY_RAM) &&
			memmap_covers(&firmware, both.entries[i].range, MEMORY_RAM));
	arena_release(&arena);
	return 0;
}
