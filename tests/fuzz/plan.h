/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the targets that make plans share: the promises of planning, and of finding a kernel in a
 * container.
 */
#ifndef TESTS_FUZZ_PLAN_H
#define TESTS_FUZZ_PLAN_H

#include "config.h"
#include "kexec/container.h"
#include "tests/badinput/any_plan.h"
#include "tests/fuzz/fuzz.h"

/* The wishes are ANY_PLAN_*. */
static inline void fuzz_plan(struct bytes kernel, unsigned wishes)
{
	struct any_plan any;

	any_plan(&any, kernel, wishes);
	if (any.broken[0])
		fprintf(stderr, "%s\n", any.broken);
	promise(!any.broken[0]);
}

/* The same for what is in a container, if the bytes are one. */
static inline void fuzz_contained_plan(struct bytes kernel, unsigned wishes)
{
	struct container container;
	struct error error = { 0 };

	if (!container_find(kernel, "kernel", &container, &error)) {
		promise(error.cause[0]);
		return;
	}
	if (container.name) {
		promise(container.payload.size && container.payload.size < kernel.size);
		kernel = container.payload;
		kernel.size = container_signed_size(kernel);
		promise(kernel.size && kernel.size <= container.payload.size);
	}
	fuzz_plan(kernel, wishes);
}

#endif
