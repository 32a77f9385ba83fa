// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as an s390x image. The first byte says what else there is, the next three how long the
 * file is behind address 0x10000; what follows stands there, between zeros, which keeps inputs
 * small.
 */
#include "tests/fuzz/plan.h"

#define ENTRY 0x10000
#define BEHIND_MAX 0x8000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t behind;
	uint8_t *image;

	if (size < 4)
		return 0;
	behind = (size_t)bytes_get(data + 1, 3, BIG) % BEHIND_MAX;
	/* Exactly as long as it says: what reads on is seen. */
	image = calloc(1, ENTRY + behind + !behind);
	promise(image);
	memcpy(image + ENTRY, data + 4, size - 4 < behind ? size - 4 : behind);
	fuzz_plan((struct bytes){ image, ENTRY + behind }, data[0] | ANY_PLAN_S390X);
	free(image);
	return 0;
}
