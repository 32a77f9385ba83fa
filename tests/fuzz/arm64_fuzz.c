// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as an arm64 kernel, after any container around them is taken off. The first byte says
 * what else there is.
 */
#include "tests/fuzz/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		fuzz_contained_plan((struct bytes){ data + 1, size - 1 }, data[0] | ANY_PLAN_ARM64);
	return 0;
}
