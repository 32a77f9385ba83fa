// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a kernel with drivers built in: what is found lies in the image, or there is a
 * reason. */
#include "config.h"
#include "kexec/kernel_drivers.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Bit 7 of the first byte: big endian. */
	enum byte_order order = size && data[0] & 0x80 ? BIG : LITTLE;
	struct kernel_drivers kernel = {0};
	struct arena arena = {0};
	struct error error = {0};
	struct driver driver;
	struct types types;
	struct btf btf;

	promise(btf_read(types_kernel(&types, order), NULL, &arena, &btf, &error));
	if (!size ||
	    !kernel_drivers_open((struct bytes){data + 1, size - 1}, &btf, &arena, &kernel, &error))
		promise(!size || error.cause[0]);
	else
		for (unsigned kind = 0; kind < DRIVER_KINDS; kind++) {
			promise(kernel_drivers_find(&kernel, kind, "with", &arena, &driver,
						    &error));
			promise((driver.shutdown == SHUTDOWN_UNKNOWN) == (driver.why != NULL));
			promise(driver.why || driver.section);
		}
	kernel_drivers_close(&kernel);
	arena_release(&arena);
	return 0;
}
