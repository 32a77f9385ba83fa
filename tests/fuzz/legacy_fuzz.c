// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a bzImage without a 64-bit entry, entered in 32-bit mode or in real mode. The first
 * byte says what else there is. The marks of a setup header are put where they belong, since hardly
 * any input would have them.
 */
#include "tests/fuzz/plan.h"

#include <string.h>

#define BOOT_FLAG_AT 0x1fe
#define MAGIC_AT 0x202
#define XLOADFLAGS_AT 0x236

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned wishes;
	uint8_t *kernel;

	if (size < 2)
		return 0;
	wishes = data[0] | (data[0] & ANY_PLAN_FIVE_LEVEL ? ANY_PLAN_REAL_MODE : 0);
	/* Exactly as long: what reads on is seen. */
	kernel = malloc(size - 1);
	promise(kernel);
	memcpy(kernel, data + 1, size - 1);
	if (size > XLOADFLAGS_AT + 1) {
		memcpy(kernel + BOOT_FLAG_AT, "\x55\xaa", 2);
		memcpy(kernel + MAGIC_AT, "HdrS", 4);
		kernel[XLOADFLAGS_AT] &= 0xfe;
	}
	fuzz_plan((struct bytes){ kernel, size - 1 }, wishes);
	free(kernel);
	return 0;
}
