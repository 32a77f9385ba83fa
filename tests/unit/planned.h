/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan in one line, for tests: an x86_64 machine that is changed before plan() runs, a kernel and
 * an initrd that need no file. Everything lives until planned_release().
 */
#ifndef TESTS_UNIT_PLANNED_H
#define TESTS_UNIT_PLANNED_H

/* cmocka.h wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "arch/arch.h"
#include "arch/x86_64/boot_params.h"
#include "arch/x86_64/machine.h"
#include "kexec/purgatory.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

struct planned {
	struct arena arena;
	struct machine machine;
	struct x86_64_machine facts;
	uint8_t boot_params[BOOT_PARAMS_SIZE];	/* of the running kernel */
	struct options options;
	struct image image;
	uint8_t *kernel, *initrd;
	struct plan plan;
	struct error error;
};

static inline void planned_ram(struct planned *t, uint64_t start, uint64_t end)
{
	struct range range = { start, end };

	assert_true(memmap_append(&t->machine.firmware, &t->arena, range, MEMORY_RAM, &t->error));
	assert_true(memmap_append(&t->machine.usable, &t->arena, range, MEMORY_RAM, &t->error));
	t->machine.ram_total += end - start;
}

/* A machine with low memory and `ram` bytes in all, the part above 3 GiB moved above 4 GiB. */
static inline void planned_setup(struct planned *t, uint64_t ram)
{
	*t = (struct planned){
		.machine =
			{
				.arch = &arch_x86_64,
				.release = "6.1.0",
				.page_size = 4096,
				.cmdline = "root=/dev/vda1",
				.limit_reboot = -1,
				.limit_panic = -1,
			},
		.options = {.load = true,
			    .call = CALL_SEGMENTS,
			    .mem_max = UINT64_MAX,
			    .kernel = "kernel"},
		.image = IMAGE_CLOSED,
	};
	t->image.kernel_file.path = "kernel";
	t->machine.facts = &t->facts;
	t->facts.boot_params = (struct bytes){ t->boot_params, sizeof(t->boot_params) };
	for (unsigned i = 0; i < MACHINE_ENTROPY_SIZE; i++)
		t->machine.entropy[i] = (uint8_t)(0xa0 + i);
	planned_ram(t, 0x1000, 0x9fc00);
	planned_ram(t, MIB, ram < 3 * GIB ? ram : 3 * GIB);
	if (ram > 3 * GIB)
		planned_ram(t, 4 * GIB, ram + GIB);
}

static inline void planned_kernel(struct planned *t, uint8_t *data, size_t size)
{
	assert_non_null(data);
	t->kernel = data;
	t->image.kernel_file.bytes = (struct bytes){ data, size };
}

static inline void planned_initrd(struct planned *t, size_t size)
{
	t->initrd = calloc(1, size);
	assert_non_null(t->initrd);
	memset(t->initrd, 0x5a, size);
	t->image.initrd = (struct file){ .path = "initrd", .fd = -1, .bytes = { t->initrd, size } };
}

static inline bool plan(struct planned *t)
{
	t->error = (struct error){ 0 };
	return plan_make(&t->machine, &t->options, &t->image, t->options.call, &t->arena, &t->plan,
			 &t->error);
}

static inline void assert_planned(struct planned *t)
{
	if (!plan(t))
		fail_msg("%s %s", t->error.headline, t->error.cause);
}

/* The plan fails, and the cause says `part`. */
static inline void assert_refused(struct planned *t, const char *part)
{
	assert_false(plan(t));
	if (!strstr(t->error.cause, part))
		fail_msg("the cause is: %s", t->error.cause);
}

static inline const struct segment *planned_segment(struct planned *t, const char *name)
{
	const struct segment *segment = plan_segment(&t->plan, name);

	if (!segment)
		fail_msg("no segment %s", name);
	return segment;
}

static inline const struct boot_params *planned_boot_params(struct planned *t)
{
	const struct boot_params *params =
		bytes_at(planned_segment(t, "boot_params")->bytes, 0, sizeof(*params));

	assert_non_null(params);
	return params;
}

/* The bytes that the plan puts at a physical address. */
static inline const void *planned_at(struct planned *t, uint64_t address, size_t size)
{
	for (unsigned i = 0; i < t->plan.segment_count; i++) {
		const struct segment *s = &t->plan.segments[i];
		const void *at = bytes_at(s->bytes, address - s->memory.start, size);

		if (at)
			return at;
	}
	fail_msg("the plan loads nothing at 0x%llx", (unsigned long long)address);
	return NULL;
}

/* The data of the setup_data node of this type, or NULL. */
static inline const uint8_t *planned_setup_data(struct planned *t, uint32_t type, uint32_t *size)
{
	uint64_t at = get(planned_boot_params(t)->hdr.setup_data);

	while (at) {
		const struct setup_data *node = planned_at(t, at, sizeof(*node));

		*size = get(node->len);
		if (get(node->type) == type)
			return planned_at(t, at + sizeof(*node), *size);
		at = get(node->next);
	}
	return NULL;
}

static inline void planned_release(struct planned *t)
{
	arena_release(&t->arena);
	free(t->kernel);
	free(t->initrd);
}

#endif
