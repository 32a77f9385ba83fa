// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What holds for every arm64 plan, whatever the machine: the rules of booting.rst, of kexec_load
 * and of purgatory's map, checked on what would be loaded by code that shares nothing with the
 * planner. ROUND_SEED=0x... repeats the round that a failure names.
 */
#include "tests/support/rounds.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "arch/arch.h"
#include "arch/arm64/machine.h"
#include "kexec/devicetree.h"
#include "purgatory/purgatory.h"
#include "tests/images/arm64.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

#define PLANS 20000
/* Initrds are views of this much zero memory, which costs nothing as long as nobody reads it. */
#define INITRD_MAX  (512 * MIB)
#define CHECKED_MAX (64 << 10) /* bytes of an initrd that a digest is made over */
#define TABLES	    64 /* purgatory/arm64/mmu.c */

static const uint8_t *zeros;

struct round {
	struct arena arena;
	struct error error;
	struct machine machine;
	struct arm64_machine facts;
	struct arm64_serial port;
	struct devicetree_property blob;
	struct devicetree_node root;
	struct options options;
	struct image image;
	struct images_arm64 wanted;
	uint64_t kernel_needs, text_offset;
	uint8_t *kernel;
	struct plan plan;
};

/* Pages as the running kernel has them; ranges with and without gaps, a few of them very high. */
static void make_memory(struct round *r)
{
	uint64_t page = (uint64_t)4096 << 2 * below(3), at = GIB;
	unsigned count = (unsigned)(1 + below(one_in(10) ? 60 : 6));
	unsigned bits = (unsigned)(26 + below(12));

	r->machine.page_size = page;
	if (one_in(2))
		at = any_size(38);
	else if (one_in(10))
		at = ((uint64_t)1 << 48) - any_size(28);
	for (unsigned i = 0; i < count; i++) {
		uint64_t end;

		at = (at + page - 1) & ~(page - 1);
		end = (at + any_size(bits) + page) & ~(page - 1);
		check(memmap_append(&r->machine.usable, &r->arena, (struct range){ at, end },
				    MEMORY_RAM, &r->error));
		r->machine.ram_total += end - at;
		at = end + (one_in(8) ? any_size(48) : any_size(28));
		if (at > (uint64_t)1 << 50)
			break;
	}
	check(memmap_tidy(&r->machine.usable, &r->arena, &r->error));
	if (one_in(2))
		r->machine.kernel_code =
			r->machine.usable.entries[below(r->machine.usable.count)].range;
}

static void make_kernel(struct round *r)
{
	bool old = one_in(8);
	size_t size;

	r->wanted = (struct images_arm64){
		.image_size = old ? 0 : any_size(26),
		.text_offset = one_in(3)   ? 0x80000
			       : one_in(3) ? below(32) * 0x10000
					   : 0,
		.flags = below(16),
		.file_size = 64 + below(10000),
	};
	r->text_offset = old ? 0x80000 : r->wanted.text_offset;
	r->kernel_needs = old ? r->wanted.file_size : r->wanted.image_size;
	if (r->kernel_needs < r->wanted.file_size)
		r->kernel_needs = r->wanted.file_size;
	r->kernel = images_arm64(&r->wanted, &size);
	check(r->kernel);
	r->image.kernel_file.bytes = (struct bytes){ r->kernel, size };
}

static void make_round(struct round *r)
{
	uint64_t initrd = one_in(4) ? 0 : any_size(29);

	*r = (struct round){
		.machine = {.arch = &arch_arm64,
			    .release = "6.1.0",
			    .cmdline = "",
			    .limit_reboot = -1,
			    .limit_panic = -1},
		.options = {.load = true,
			    .call = CALL_SEGMENTS,
			    .mem_max = UINT64_MAX,
			    .kernel = "kernel"},
		.facts = {.fdt_path = "FDT", .tree_path = "TREE"},
		.blob = {.name = "blob"},
		.root = {.name = ""},
		.image = IMAGE_CLOSED,
	};
	r->image.kernel_file.path = "kernel";
	r->image.initrd.path = "initrd";
	r->machine.facts = &r->facts;
	r->facts.tree = &r->root;
	r->root.properties = &r->blob;
	r->blob.value = (struct bytes){ zeros, any_size(one_in(4) ? 21 : 14) };
	r->port = (struct arm64_serial){ "port", any_size(44) & ~(uint64_t)4095, PORT_PL011 };
	r->facts.serials = &r->port;
	r->facts.serial_count = 1;
	if (one_in(2))
		r->options.serial_name = "port";
	make_memory(r);
	make_kernel(r);
	r->image.initrd.bytes = (struct bytes){ zeros, initrd < INITRD_MAX ? initrd : INITRD_MAX };
	r->options.no_checks = initrd > CHECKED_MAX || r->blob.value.size > CHECKED_MAX;
	for (unsigned i = 0; i < MACHINE_ENTROPY_SIZE; i++)
		r->machine.entropy[i] = (uint8_t)random_next();
}

static bool is_usable(const struct round *r, struct range memory)
{
	uint64_t at = memory.start;

	for (size_t i = 0; i < r->machine.usable.count; i++) {
		struct range ram = r->machine.usable.entries[i].range;

		if (ram.start <= at && at < ram.end)
			at = ram.end;
	}
	return at >= memory.end;
}

static const char *check_segments(struct round *r)
{
	const struct plan *plan = &r->plan;

	rule(plan->segment_count <= 16);
	for (unsigned i = 0; i < plan->segment_count; i++) {
		struct range memory = plan->segments[i].memory;

		rule(memory.start < memory.end && memory.end <= (uint64_t)1 << 48);
		rule(!((memory.start | memory.end) & (r->machine.page_size - 1)));
		rule(plan->segments[i].bytes.size <= memory.end - memory.start);
		rule(is_usable(r, memory));
		for (unsigned j = 0; j < i; j++)
			rule(memory.end <= plan->segments[j].memory.start ||
			      plan->segments[j].memory.end <= memory.start);
	}
	return NULL;
}

static const char *check_kernel(struct round *r)
{
	const struct segment *kernel = plan_segment(&r->plan, "kernel");

	rule(kernel->memory.start % (2 * MIB) == r->text_offset);
	rule(kernel->memory.end - kernel->memory.start >= r->kernel_needs);
	return NULL;
}

static const char *check_initrd(struct round *r)
{
	const struct segment *kernel = plan_segment(&r->plan, "kernel");
	const struct segment *initrd = plan_segment(&r->plan, "initrd");
	uint64_t start = kernel->memory.start, end = kernel->memory.end;

	rule(!initrd == !r->image.initrd.bytes.size);
	if (!initrd)
		return NULL;
	if (initrd->memory.start < start)
		start = initrd->memory.start;
	if (initrd->memory.end > end)
		end = initrd->memory.end;
	/*
	 * The window may begin at any multiple of 1 GiB; the last one before `start` leaves the
	 * most room.
	 */
	rule(end - start / GIB * GIB <= 32 * GIB);
	return NULL;
}

static const char *check_tree(struct round *r)
{
	const struct segment *dtb = plan_segment(&r->plan, "dtb");
	const struct segment *initrd = plan_segment(&r->plan, "initrd");
	uint64_t start = 0, end = 0, last = dtb->memory.start + dtb->bytes.size - 1;
	struct devicetree tree;
	int chosen;

	rule(dtb->memory.start % 8 == 0 && dtb->bytes.size <= 2 * MIB);
	rule(dtb->memory.start / (2 * MIB) == last / (2 * MIB));
	rule(devicetree_open(&tree, dtb->bytes, "planned", &r->arena, &r->error));
	chosen = devicetree_find(&tree, "/chosen");
	rule(devicetree_number(&tree, chosen, "linux,initrd-start", &start) == !!initrd);
	rule(devicetree_number(&tree, chosen, "linux,initrd-end", &end) == !!initrd);
	rule(!initrd || (start == initrd->memory.start && end - start == initrd->bytes.size));
	rule(devicetree_get(&tree, 0, "blob").size == r->blob.value.size);
	return NULL;
}

/*
 * Tables of the identity map: the distinct ones at each level that some page of the ranges is
 * under.
 */
static unsigned count_tables(const struct range *ranges, unsigned count)
{
	unsigned tables = 1;

	for (unsigned shift = 39; shift >= 21; shift -= 9)
		for (unsigned i = 0; i < count; i++) {
			/*
			 * Only the ends of a range need tables of their own: blocks do for what is
			 * between.
			 */
			uint64_t first = ranges[i].start >> shift,
				 last = (ranges[i].end - 1) >> shift;

			tables += 1 + (last != first);
		}
	return tables;
}

static uint64_t parameter(const struct segment *purgatory, size_t offset)
{
	return bytes_get(purgatory->bytes.data + PURGATORY_PARAMETERS + offset, 8, LITTLE);
}

static const char *check_purgatory(struct round *r)
{
	const struct segment *purgatory = plan_segment(&r->plan, "purgatory");
	struct range ranges[PURGATORY_REGIONS + 2] = { purgatory->memory };
	uint64_t count = parameter(purgatory, offsetof(struct purgatory_parameters, region_count));
	unsigned expected = 0, used = 1;

	rule(r->plan.entry == purgatory->memory.start);
	rule(parameter(purgatory, offsetof(struct purgatory_parameters, entry)) ==
	      plan_segment(&r->plan, "kernel")->memory.start);
	rule(parameter(purgatory, offsetof(struct purgatory_parameters, arguments)) ==
	      plan_segment(&r->plan, "dtb")->memory.start);
	for (unsigned i = 0; i < r->plan.segment_count; i++) {
		const struct segment *segment = &r->plan.segments[i];
		size_t at = offsetof(struct purgatory_parameters, regions) + 16 * expected;

		if (segment == purgatory || r->options.no_checks)
			continue;
		rule(parameter(purgatory, at) == segment->memory.start);
		rule(parameter(purgatory, at + 8) == segment->bytes.size);
		ranges[used++] = segment->memory;
		expected++;
	}
	rule(count == expected);
	if (r->options.serial_name)
		ranges[used++] = (struct range){ r->port.base, r->port.base + 4096 };
	rule(count_tables(ranges, used) <= TABLES);
	return NULL;
}

/* The first rule that the plan breaks, as it stands above; NULL if it keeps them all. */
static const char *broken_rule(struct round *r)
{
	const char *broken = check_segments(r);

	if (!broken)
		broken = check_kernel(r);
	if (!broken)
		broken = check_initrd(r);
	if (!broken)
		broken = check_tree(r);
	return broken ? broken : check_purgatory(r);
}

/*
 * All memory in one piece, twice as much as is needed with any alignment: then there must be a
 * plan.
 */
static bool has_plenty(const struct round *r)
{
	uint64_t needed =
		r->kernel_needs + 32 * MIB + r->image.initrd.bytes.size + 2 * r->blob.value.size;

	return r->machine.usable.count == 1 && needed <= r->machine.ram_total / 2 &&
	       r->machine.usable.entries[0].range.end <= (uint64_t)1 << 48;
}

static void plans_keep_the_rules(void **state)
{
	unsigned planned = 0, plenty = 0;

	for (uint64_t round = 0; round < PLANS; round++) {
		struct round r;
		bool made;

		round_start(round);
		make_round(&r);
		made = plan_make(&r.machine, &r.options, &r.image, CALL_SEGMENTS, &r.arena, &r.plan,
				 &r.error);
		if (made) {
			const char *broken = broken_rule(&r);

			if (broken)
				fail_msg("ROUND_SEED=0x%llx: not so: %s",
					 (unsigned long long)round_seed, broken);
		} else {
			check(r.error.cause[0] && !strstr(r.error.cause, "Internal"));
			check(!has_plenty(&r) || r.blob.value.size > 2 * MIB - 4096 ||
			      r.wanted.text_offset & (r.machine.page_size - 1));
		}
		planned += made;
		plenty += has_plenty(&r);
		free(r.kernel);
		arena_release(&r.arena);
	}
	/* Otherwise nothing much was tested. */
	assert_in_range(planned, PLANS / 3, PLANS);
	assert_in_range(plenty, PLANS / 100, PLANS);
}

static struct segment *planned(struct round *r, const char *name)
{
	return plan_segment(&r->plan, name);
}

static void move(struct round *r, const char *name, uint64_t by)
{
	planned(r, name)->memory.start += by;
	planned(r, name)->memory.end += by;
}

static void move_kernel_a_page(struct round *r)
{
	move(r, "kernel", r->machine.page_size);
}

static void cut_kernel(struct round *r)
{
	struct range *memory = &planned(r, "kernel")->memory;

	memory->end = memory->start + r->kernel_needs - 1;
}

static void move_kernel_beyond_48_bits(struct round *r)
{
	move(r, "kernel", (uint64_t)1 << 48);
}

static void move_initrd_out_of_the_window(struct round *r)
{
	move(r, "initrd", 32 * GIB);
}

static void lose_initrd(struct round *r)
{
	planned(r, "initrd")->name = "lost";
}

static void move_initrd_behind_the_tree(struct round *r)
{
	move(r, "initrd", r->machine.page_size);
}

static void move_dtb_across_2_mib(struct round *r)
{
	struct segment *dtb = planned(r, "dtb");

	move(r, "dtb", 2 * MIB - dtb->memory.start % (2 * MIB) - 8);
}

static void move_dtb_4_bytes(struct round *r)
{
	move(r, "dtb", 4);
}

static void grow_dtb(struct round *r)
{
	planned(r, "dtb")->bytes.size = 2 * MIB + 1;
}

static void overlap(struct round *r)
{
	planned(r, "dtb")->memory = planned(r, "kernel")->memory;
}

static void use_memory_that_is_reserved(struct round *r)
{
	struct segment *dtb = planned(r, "dtb");

	check(memmap_remove(&r->machine.usable, &r->arena, dtb->memory, &r->error));
}

static void enter_the_kernel_at_once(struct round *r)
{
	r->plan.entry = planned(r, "kernel")->memory.start;
}

/* What purgatory is told: the image is a copy in the arena. */
static void put_parameter(struct round *r, size_t offset)
{
	uint8_t *at =
		(uint8_t *)planned(r, "purgatory")->bytes.data + PURGATORY_PARAMETERS + offset;

	bytes_put(at, 8, LITTLE, bytes_get(at, 8, LITTLE) + 8);
}

static void enter_elsewhere(struct round *r)
{
	put_parameter(r, offsetof(struct purgatory_parameters, entry));
}

static void pass_no_tree(struct round *r)
{
	put_parameter(r, offsetof(struct purgatory_parameters, arguments));
}

static const struct violation {
	const char *name;
	void (*commit)(struct round *r);
	const char *(*seen_by)(struct round *r);
} violations[] = {
	{ "the kernel is not on 2 MiB and text_offset", move_kernel_a_page, check_kernel },
	{ "the kernel has less memory than image_size", cut_kernel, check_kernel },
	{ "the kernel is beyond 48 bits", move_kernel_beyond_48_bits, check_segments },
	{ "the initrd is too far away", move_initrd_out_of_the_window, check_initrd },
	{ "the initrd is not there", lose_initrd, check_initrd },
	{ "the tree says another initrd", move_initrd_behind_the_tree, check_tree },
	{ "the tree crosses 2 MiB", move_dtb_across_2_mib, check_tree },
	{ "the tree is not on 8 bytes", move_dtb_4_bytes, check_tree },
	{ "the tree is too large", grow_dtb, check_tree },
	{ "two segments overlap", overlap, check_segments },
	{ "a segment lies in reserved memory", use_memory_that_is_reserved, check_segments },
	{ "purgatory is passed by", enter_the_kernel_at_once, check_purgatory },
	{ "purgatory enters something else", enter_elsewhere, check_purgatory },
	{ "x0 is not the tree", pass_no_tree, check_purgatory },
};

/* Each violation in plans that were good: the rule that is meant to see it must. */
static void the_rules_see_violations(void **state)
{
	for (size_t i = 0; i < sizeof(violations) / sizeof(violations[0]); i++) {
		const struct violation *violation = &violations[i];
		unsigned seen = 0;

		for (uint64_t round = 0; seen < 20; round++) {
			struct round r;

			check(round < PLANS);
			round_start(round);
			make_round(&r);
			if (plan_make(&r.machine, &r.options, &r.image, CALL_SEGMENTS, &r.arena,
				      &r.plan, &r.error) &&
			    planned(&r, "initrd")) {
				violation->commit(&r);
				if (!violation->seen_by(&r))
					fail_msg("ROUND_SEED=0x%llx: nobody saw that %s",
						 (unsigned long long)round_seed, violation->name);
				seen++;
			}
			free(r.kernel);
			arena_release(&r.arena);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_keep_the_rules),
		cmocka_unit_test(the_rules_see_violations),
	};

	zeros = mmap(NULL, INITRD_MAX, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		     0);
	return zeros == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
