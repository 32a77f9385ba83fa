// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What holds for every ppc64le plan, whatever the machine's device tree: the rules of kexec_load,
 * of the kernel's way to address 0 and of what firmware keeps, checked on what would be loaded by
 * code that shares nothing with the planner but the tree's form. ROUND_SEED=0x... repeats the round
 * that a failure names.
 */
#include "tests/unit/arch/ppc64le/nodes.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "purgatory/purgatory.h"
#include "tests/images/images.h"
#include "tests/support/rounds.h"

#define PLANS 20000
#define KEPT_MAX 12
#define REAL_MODE (768 * MIB) /* rmo_top, arch/powerpc/kernel/prom_init.c */
#define INITRD_MAX (32 * MIB)
#define CHECKED_MAX (64 << 10) /* bytes of an initrd that a digest is made over */

static const uint8_t *zeros;
static uint8_t purgatory[0x1000];

struct round {
	struct made made;
	struct arch arch;
	struct options options;
	struct image image;
	struct plan plan;
	uint8_t *kernel;
	uint64_t kernel_size; /* in memory */
	uint64_t first_block, kernel_end;
	/* Nothing may lie there. The first is out of reach; those up to `reserved` are firmware's.
	 */
	struct range kept[KEPT_MAX];
	unsigned kept_count, reserved;
};

static struct bytes made_purgatory(void)
{
	return (struct bytes){purgatory, sizeof(purgatory)};
}

static void keep(struct round *r, uint64_t start, uint64_t size)
{
	r->kept[r->kept_count++] = (struct range){start, start + size};
}

static void make_firmware(struct round *r)
{
	struct made *m = &r->made;
	uint64_t base = below(r->first_block), size = below(16 * MIB) + 1;
	uint32_t ranges[8];
	struct devicetree_node *node;

	if (one_in(2)) {
		node = made_node(m, m->root, "rtas");
		made_number32(m, node, "linux,rtas-base", (uint32_t)base);
		made_number32(m, node, "rtas-size", (uint32_t)size);
		keep(r, (uint32_t)base, size);
	} else {
		node = made_node(m, m->root, "ibm,opal");
		made_number64(m, node, "opal-base-address", base);
		made_number64(m, node, "opal-entry-address", base + 0x3760);
		made_number64(m, node, "opal-runtime-size", size);
		keep(r, base, size);
	}
	for (unsigned i = 0; i < 2; i++) {
		base = below(r->first_block);
		size = below(4 * MIB) + 1;
		ranges[4 * i] = (uint32_t)(base >> 32);
		ranges[4 * i + 1] = (uint32_t)base;
		ranges[4 * i + 2] = 0;
		ranges[4 * i + 3] = (uint32_t)size;
		keep(r, base, size);
	}
	made_cells(m, m->root, "reserved-ranges", ranges, 8);
	if (one_in(2)) {
		node = made_node(m, m->root, "pci@1");
		made_text(m, node, "device_type", "pci");
		base = below(r->first_block);
		made_number64(m, node, "linux,tce-base", base);
		made_number32(m, node, "linux,tce-size", 0x80000);
		keep(r, base, 0x80000);
	}
	r->reserved = r->kept_count;
}

/* What the running kernel keeps for itself; the next one is not told of it. */
static void make_chosen(struct round *r)
{
	struct devicetree_node *chosen = made_find(&r->made, "/chosen");
	uint64_t base = below(r->first_block) & ~(uint64_t)0xffff;

	r->kernel_end = 0x10000 * (1 + below(1024));
	made_number64(&r->made, chosen, "linux,kernel-end", r->kernel_end);
	keep(r, 0, r->kernel_end);
	if (one_in(3)) {
		made_number64(&r->made, chosen, "linux,crashkernel-base", base);
		made_number64(&r->made, chosen, "linux,crashkernel-size", 64 * MIB);
		keep(r, base, 64 * MIB);
	}
	if (one_in(3)) {
		base = below(r->first_block);
		made_number64(&r->made, chosen, "linux,htab-base", base);
		made_number64(&r->made, chosen, "linux,htab-size", 8 * MIB);
		keep(r, base, 8 * MIB);
	}
	if (one_in(3)) {
		base = 128 * MIB + below(r->first_block);
		made_number64(&r->made, chosen, "linux,memory-limit", base);
		keep(r, base, UINT64_MAX - base);
	}
}

static void make_memory(struct round *r)
{
	r->first_block = (16 + below(240)) * 16 * MIB;
	made_find(&r->made, "/memory@0")->properties = NULL;
	made_text(&r->made, made_find(&r->made, "/memory@0"), "device_type", "memory");
	made_cells(&r->made, made_find(&r->made, "/memory@0"), "reg",
		   (uint32_t[]){0, 0, 0, (uint32_t)r->first_block}, 4);
	if (one_in(2))
		made_memory(&r->made, "memory@200000000", 8 * GIB, 4 * GIB);
	keep(r, r->first_block < REAL_MODE ? r->first_block : REAL_MODE, UINT64_MAX / 2);
}

static void make_round(struct round *r)
{
	struct images_vmlinux wanted = images_ppc64le_vmlinux;
	uint64_t initrd = one_in(4) ? 0 : 1 + below(INITRD_MAX);
	size_t size;

	*r = (struct round){
		.arch = arch_ppc64le,
		.options = {.load = true,
			    .call = CALL_SEGMENTS,
			    .mem_max = UINT64_MAX,
			    .kernel = "kernel"},
		.image = IMAGE_CLOSED,
	};
	r->image.kernel_file.path = "kernel";
	r->image.initrd = (struct file){.path = "initrd", .fd = -1, .bytes = {zeros, initrd}};
	made_setup(&r->made);
	r->arch.purgatory = made_purgatory;
	r->made.machine.arch = &r->arch;
	r->made.machine.page_size = one_in(2) ? 4096 : 65536;
	r->made.facts.tree = r->made.root;
	make_memory(r);
	make_firmware(r);
	make_chosen(r);
	r->kernel_size = wanted.loads[0].memory_size = 0x1000 + below(64 * MIB);
	r->kernel = images_vmlinux(&wanted, &size);
	check(r->kernel);
	r->image.kernel_file.bytes = (struct bytes){r->kernel, size};
	r->options.no_checks = initrd > CHECKED_MAX;
}

/* made.machine.facts and the arch point into the round itself, which must not move after this. */
static bool plan_round(struct round *r)
{
	r->made.machine.facts = &r->made.facts;
	r->made.machine.arch = &r->arch;
	return made_read(&r->made) &&
	       plan_make(&r->made.machine, &r->options, &r->image, r->options.call, &r->made.arena,
			 &r->plan, &r->made.error);
}

static const char *check_segments(struct round *r)
{
	const struct plan *plan = &r->plan;

	rule(plan->segment_count <= 16);
	for (unsigned i = 0; i < plan->segment_count; i++) {
		struct range memory = plan->segments[i].memory;

		rule(memory.start < memory.end);
		rule(!((memory.start | memory.end) & (r->made.machine.page_size - 1)));
		rule(plan->segments[i].bytes.size <= memory.end - memory.start);
		for (unsigned j = 0; j < r->kept_count; j++)
			rule(memory.end <= r->kept[j].start || r->kept[j].end <= memory.start);
		for (unsigned j = 0; j < i; j++)
			rule(memory.end <= plan->segments[j].memory.start ||
			     plan->segments[j].memory.end <= memory.start);
	}
	return NULL;
}

/* It copies itself to 0, so what it still needs must lie above the end that it has there. */
static const char *check_kernel(struct round *r)
{
	const struct segment *kernel = plan_segment(&r->plan, "kernel");

	rule(kernel->memory.start % 0x10000 == 0); /* p_align of its only load */
	rule(kernel->memory.end - kernel->memory.start >= r->kernel_size);
	for (unsigned i = 0; i < r->plan.segment_count; i++)
		rule(&r->plan.segments[i] == kernel ||
		     r->plan.segments[i].memory.start >= r->kernel_size);
	return NULL;
}

static bool is_reserved(const struct devicetree *tree, struct range range)
{
	struct range found;

	for (unsigned i = 0; range.start < range.end && devicetree_reservation(tree, i, &found);
	     i++)
		if (found.start <= range.start && range.start < found.end) {
			range.start = found.end;
			i = UINT_MAX; /* from the first again */
		}
	return range.start >= range.end;
}

static const char *check_tree(struct round *r)
{
	static const char *const stale[] = {"linux,kernel-end",	      "linux,crashkernel-base",
					    "linux,crashkernel-size", "linux,memory-limit",
					    "linux,htab-base",	      "linux,htab-size"};
	const struct segment *dtb = plan_segment(&r->plan, "dtb");
	const struct segment *initrd = plan_segment(&r->plan, "initrd");
	uint64_t start = 0, end = 0, itself = dtb->memory.start;
	struct devicetree tree;
	int chosen;

	rule(devicetree_open(&tree, dtb->bytes, "planned", &r->made.arena, &r->made.error));
	chosen = devicetree_find(&tree, "/chosen");
	rule(devicetree_number(&tree, chosen, "linux,initrd-start", &start) == !!initrd);
	rule(devicetree_number(&tree, chosen, "linux,initrd-end", &end) == !!initrd);
	rule(!initrd || (start == initrd->memory.start && end - start == initrd->bytes.size));
	rule(!initrd || is_reserved(&tree, (struct range){start, end}));
	rule(is_reserved(&tree, (struct range){itself, itself + dtb->bytes.size}));
	for (unsigned i = 1; i < r->reserved; i++)
		rule(is_reserved(&tree, r->kept[i]));
	for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++)
		rule(!devicetree_get(&tree, chosen, stale[i]).data);
	return NULL;
}

static uint64_t parameter(const struct segment *segment, size_t offset)
{
	return bytes_get(segment->bytes.data + PURGATORY_PARAMETERS + offset, 8, LITTLE);
}

/* Slaves are sent to the first 0x100 bytes: they must be the kernel's, but for the first branch. */
static const char *check_purgatory(struct round *r)
{
	const struct segment *own = plan_segment(&r->plan, "purgatory");
	const struct segment *kernel = plan_segment(&r->plan, "kernel");
	unsigned expected = r->options.no_checks ? 0 : r->plan.segment_count - 1;

	rule(r->plan.entry == own->memory.start);
	rule(!memcmp(own->bytes.data, purgatory, 4));
	rule(!memcmp(own->bytes.data + 4, kernel->bytes.data + 4, 0x100 - 4));
	rule(parameter(own, offsetof(struct purgatory_parameters, entry)) == kernel->memory.start);
	rule(parameter(own, offsetof(struct purgatory_parameters, arguments)) ==
	     plan_segment(&r->plan, "dtb")->memory.start);
	rule(parameter(own, offsetof(struct purgatory_parameters, region_count)) == expected);
	return NULL;
}

static const char *broken_rule(struct round *r)
{
	const char *broken = check_segments(r);

	if (!broken)
		broken = check_kernel(r);
	if (!broken)
		broken = check_tree(r);
	return broken ? broken : check_purgatory(r);
}

static void end_round(struct round *r)
{
	free(r->kernel);
	arena_release(&r->made.arena);
}

static void plans_keep_the_rules(void **state)
{
	unsigned planned = 0;

	for (uint64_t round = 0; round < PLANS; round++) {
		struct round r;

		round_start(round);
		make_round(&r);
		if (plan_round(&r)) {
			const char *broken = broken_rule(&r);

			if (broken)
				fail_msg("ROUND_SEED=0x%llx: not so: %s",
					 (unsigned long long)round_seed, broken);
			planned++;
		} else {
			check(r.made.error.cause[0] && !strstr(r.made.error.cause, "Internal"));
		}
		end_round(&r);
	}
	/* Otherwise nothing much was tested. */
	assert_in_range(planned, PLANS / 2, PLANS - 1);
}

static void move(struct round *r, const char *name, uint64_t to)
{
	struct range *memory = &plan_segment(&r->plan, name)->memory;

	*memory = (struct range){to, to + (memory->end - memory->start)};
}

static void use_firmware_memory(struct round *r)
{
	move(r, "initrd", r->kept[1].start & ~(uint64_t)0xffff);
}

static void use_running_kernel(struct round *r)
{
	move(r, "kernel", 0);
}

static void leave_real_mode(struct round *r)
{
	move(r, "dtb", REAL_MODE);
}

static void lie_in_the_way(struct round *r)
{
	move(r, "initrd", 0x1000);
	r->kernel_size += 0x2000;
}

static void move_initrd_alone(struct round *r)
{
	move(r, "initrd", plan_segment(&r->plan, "initrd")->memory.start + 65536);
}

static void move_tree_alone(struct round *r)
{
	move(r, "dtb", plan_segment(&r->plan, "dtb")->memory.start - 0x100000);
}

static void lose_slave_code(struct round *r)
{
	((uint8_t *)plan_segment(&r->plan, "purgatory")->bytes.data)[0x60] ^= 1;
}

static void enter_kernel_at_once(struct round *r)
{
	r->plan.entry = plan_segment(&r->plan, "kernel")->memory.start;
}

static const struct violation {
	const char *name;
	void (*commit)(struct round *r);
	const char *(*seen_by)(struct round *r);
} violations[] = {
	{"a segment lies where firmware is", use_firmware_memory, check_segments},
	{"a segment lies where the running kernel is", use_running_kernel, check_segments},
	{"a segment is out of reach of real mode", leave_real_mode, check_segments},
	{"the initrd is where the kernel goes", lie_in_the_way, check_kernel},
	{"the tree says another initrd", move_initrd_alone, check_tree},
	{"the tree does not reserve itself", move_tree_alone, check_tree},
	{"slaves find other code", lose_slave_code, check_purgatory},
	{"purgatory is passed by", enter_kernel_at_once, check_purgatory},
};

/* Each violation in plans that were good: the rule that is meant to see it must. */
static void the_rules_see_violations(void **state)
{
	for (size_t i = 0; i < sizeof(violations) / sizeof(violations[0]); i++) {
		unsigned seen = 0;

		for (uint64_t round = 0; seen < 10; round++) {
			struct round r;

			check(round < PLANS);
			round_start(round);
			make_round(&r);
			if (plan_round(&r) && plan_segment(&r.plan, "initrd")) {
				violations[i].commit(&r);
				if (!violations[i].seen_by(&r))
					fail_msg("ROUND_SEED=0x%llx: nobody saw that %s",
						 (unsigned long long)round_seed,
						 violations[i].name);
				seen++;
			}
			end_round(&r);
		}
	}
}

static int group_setup(void **state)
{
	zeros = calloc(1, INITRD_MAX);
	memset(purgatory, 0xee, PURGATORY_PARAMETERS);
	bytes_put(purgatory + PURGATORY_PARAMETERS, 8, LITTLE, PURGATORY_MAGIC);
	bytes_put(purgatory + PURGATORY_PARAMETERS + 8, 8, LITTLE, 0x3000);
	return zeros ? 0 : -1;
}

static int group_teardown(void **state)
{
	free((void *)(uintptr_t)zeros);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_keep_the_rules),
		cmocka_unit_test(the_rules_see_violations),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
