// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a kernel: the first byte says what else there is, the rest is planned. */
#include "config.h"
#include "tests/badinput/any_plan.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct any_plan any;

	if (!size)
		return 0;
	any_plan(&any, (struct bytes){ data + 1, size - 1 }, data[0]);
	if (any.broken[0])
		fprintf(stderr, "%s\n", any.broken);
	promise(!any.broken[0]);
	return 0;
}
