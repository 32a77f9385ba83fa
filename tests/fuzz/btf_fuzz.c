// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as types: the first two say where a kernel's end and a module's begin. Whatever is
 * found lies where it says.
 */
#include "config.h"
#include "kexec/drivers.h"
#include "tests/fuzz/fuzz.h"

static void look(const struct btf *btf)
{
	struct driver_layouts layouts;

	driver_layouts_read(btf, &layouts);
	for (unsigned kind = 0; kind < DRIVER_KINDS; kind++) {
		const struct driver_layout *layout = &layouts.of[kind];

		promise(!layout->known || layout->size <= DRIVER_WORDS_MAX * DRIVER_POINTER_SIZE);
		promise(!layout->known || layout->name < layout->size);
		promise(!layout->has_shutdown || layout->shutdown < layout->size || !layout->known);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct error error = { 0 };
	struct bytes in = { data, size }, found;
	struct btf kernel, module;
	size_t cut;

	if (size < 2)
		return 0;
	cut = bytes_get(data, 2, LITTLE);
	in = bytes_from(in, 2);
	if (btf_search(in, &found))
		promise(found.data >= in.data && found.size <= in.size &&
			(size_t)(found.data - in.data) <= in.size - found.size);
	if (cut > in.size)
		cut = in.size;
	if (btf_read((struct bytes){ in.data, cut }, NULL, &arena, &kernel, &error)) {
		look(&kernel);
		if (btf_read(bytes_from(in, cut), &kernel, &arena, &module, &error))
			look(&module);
	}
	arena_release(&arena);
	return 0;
}
