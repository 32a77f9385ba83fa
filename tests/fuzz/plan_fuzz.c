// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a kernel: the first byte says what else there is, the rest is planned. */
#include "tests/fuzz/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		fuzz_plan((struct bytes){ data + 1, size - 1 }, data[0]);
	return 0;
}
