// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a kernel's memory with drivers in it, or as the text that tells of such: whatever is
 * found has a name that can be shown, and comes back when it is written down and read again.
 */
#include "config.h"
#include "kexec/machine_live.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/live.h"

static void check_text(const char *text)
{
	for (; text && *text; text++)
		promise((unsigned char)*text >= ' ' && *text != 0x7f);
}

static void check(const struct live_drivers *drivers)
{
	for (size_t i = 0; i < drivers->count; i++) {
		const struct live_driver *driver = &drivers->list[i];

		promise(driver->name && driver->name[0]);
		check_text(driver->name);
		check_text(driver->module);
		promise((driver->shutdown == SHUTDOWN_UNKNOWN) == (driver->why != NULL));
		promise(driver->shutdown == SHUTDOWN_WITH || !driver->callback.address);
	}
}

static void write_and_read(const struct live_drivers *drivers, struct arena *arena)
{
	const struct machine_live live = {.drivers = *drivers};
	struct live_drivers again;
	struct error error = {0};
	const char *unseen;
	size_t size = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	machine_live_write(out, &live);
	fclose(out);
	promise(live_drivers_parse((struct bytes){(uint8_t *)text, size}, arena, &again, &unseen,
				   &error));
	free(text);
	promise(again.count == drivers->count && !unseen);
	for (size_t i = 0; i < again.count; i++) {
		promise(!strcmp(again.list[i].name, drivers->list[i].name));
		promise(again.list[i].shutdown == drivers->list[i].shutdown);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct live_kernel kernel;
	struct live_drivers drivers;
	struct arena arena = {0};
	struct error error = {0};
	struct kernel_memory memory;
	const char *unseen;
	bool read;
	struct btf btf;

	if (!size)
		return 0;
	/* Bit 0 of the first byte: big endian; bit 1: text. */
	promise(btf_read(live_types(&kernel, data[0] & 1 ? BIG : LITTLE, true), NULL, &arena, &btf,
			 &error));
	size = size - 1 < LIVE_SIZE ? size - 1 : LIVE_SIZE;
	memset(kernel.bytes, 0, LIVE_SIZE);
	memcpy(kernel.bytes, data + 1, size);
	memory = live_memory(&kernel);
	read = data[0] & 2 ? live_drivers_parse((struct bytes){data + 1, size}, &arena, &drivers,
						&unseen, &error)
			   : live_drivers_read(&memory, &btf, &btf, LIVE_BUS_KSET, &arena, &drivers,
					       &error);
	if (read && live_drivers_name(&drivers, (struct bytes){data + 1, size}, &arena, &error)) {
		check(&drivers);
		write_and_read(&drivers, &arena);
	} else {
		promise(error.cause[0]);
	}
	arena_release(&arena);
	return 0;
}
