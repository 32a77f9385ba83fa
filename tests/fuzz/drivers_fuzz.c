// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a module of a kernel whose types are known: each driver has a name that can be
 * shown.
 */
#include "config.h"
#include "kexec/drivers.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/types.h"

static void check(const struct driver *driver)
{
	promise(driver->name && driver->name[0]);
	for (const char *c = driver->name; *c; c++)
		promise((unsigned char)*c >= ' ');
	promise(driver->section);
	promise(driver->shutdown == SHUTDOWN_UNKNOWN ? driver->why != NULL : driver->why == NULL);
	promise(!driver->callback || driver->shutdown == SHUTDOWN_WITH);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Bit 7 of the first byte: big endian. */
	enum byte_order order = size && data[0] & 0x80 ? BIG : LITTLE;
	struct arena arena = { 0 }, scratch = { 0 };
	struct driver_layouts layouts;
	struct driver_module module;
	struct error error = { 0 };
	struct types types;
	struct btf btf;

	promise(btf_read(types_kernel(&types, order), NULL, &arena, &btf, &error));
	driver_layouts_read(&btf, &layouts);
	if (size && driver_module_read((struct bytes){ data + 1, size - 1 }, &btf, &layouts, &arena,
				       &scratch, &module, &error))
		for (size_t i = 0; i < module.count; i++)
			check(&module.drivers[i]);
	else
		promise(!size || error.cause[0]);
	arena_release(&arena);
	arena_release(&scratch);
	return 0;
}
