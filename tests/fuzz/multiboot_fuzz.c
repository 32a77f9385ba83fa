// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a Multiboot kernel of either version. The first byte says what else there is. The
 * checksum is mended, since hardly any input would come past it.
 */
#include "tests/fuzz/plan.h"

#include <string.h>

/* The header of either version that begins where the input says, with a sum of 0. */
static void mend(uint8_t *kernel, size_t size)
{
	for (size_t at = 0; at + 16 <= size; at += 4) {
		le32 *word = (le32 *)(kernel + at);
		unsigned words = get(word[0]) == 0x1badb002   ? 3
				 : get(word[0]) == 0xe85250d6 ? 4
							      : 0;
		uint32_t sum = 0;

		for (unsigned i = 0; i + 1 < words; i++)
			sum += get(word[i]);
		if (words)
			put(&word[words - 1], -sum);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *kernel;

	if (size < 2)
		return 0;
	/* Exactly as long: what reads on is seen. */
	kernel = malloc(size - 1);
	promise(kernel);
	memcpy(kernel, data + 1, size - 1);
	mend(kernel, size - 1);
	fuzz_plan((struct bytes){ kernel, size - 1 }, data[0]);
	free(kernel);
	return 0;
}
