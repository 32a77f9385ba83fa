// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a ppc64le kernel, after any container around them is taken off, a zImage's as a
 * rule. The first byte says what else there is.
 */
#include "config.h"
#include "kexec/container.h"
#include "tests/badinput/any_plan.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes kernel = {data + 1, size - 1};
	struct container container;
	struct error error = {0};
	struct any_plan any;

	if (!size)
		return 0;
	if (!container_find(kernel, "kernel", &container, &error)) {
		promise(error.cause[0]);
		return 0;
	}
	if (container.name) {
		promise(container.payload.size && container.payload.size < kernel.size);
		kernel = container.payload;
		kernel.size = container_signed_size(kernel);
		promise(kernel.size && kernel.size <= container.payload.size);
	}
	any_plan(&any, kernel, data[0] | ANY_PLAN_PPC64LE);
	if (any.broken[0])
		fprintf(stderr, "%s\n", any.broken);
	promise(!any.broken[0]);
	return 0;
}
