// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What holds for every plan, whatever the machine: generated memory maps, kernels, initrds and
 * limits, and a check of the result that shares no code with the planner. Placement is compared
 * with a search that tries every page. ROUND_SEED=0x... repeats the round that a failure names.
 */
#include "tests/support/rounds.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "arch/arch.h"
#include "arch/x86_64/machine.h"
#include "kexec/plan.h"
#include "purgatory/purgatory.h"
#include "tests/images/images.h"

#define MIB ((uint64_t)1 << 20)
#define PAGE ((uint64_t)4096)

#define PLANS 12000
#define PLACEMENTS 40000
/* Initrds are views of this much zero memory, which costs nothing as long as nobody reads it. */
#define INITRD_MAX (512 * MIB)

static const uint8_t *zeros;

struct round {
	struct arena arena;
	struct error error;
	struct machine machine;
	struct x86_64_machine facts;
	uint8_t boot_params[4096];
	struct options options;
	struct image image;
	uint8_t *kernel;
	uint64_t kernel_memory;	/* what the kernel needs, from its header */
	bool vmlinux;
	struct plan plan;
};

/* Any but RAM. */
static enum memory_type any_type(void)
{
	return (enum memory_type)(1 + below(MEMORY_TYPES - 1));
}

static void add_ram(struct round *r, uint64_t start, uint64_t end)
{
	struct range range = { start, end };

	check(memmap_append(&r->machine.firmware, &r->arena, range, MEMORY_RAM, &r->error));
	/* Sometimes the running kernel was told to keep off a part of it. */
	if (one_in(8))
		range.end -= below(end - start);
	check(memmap_append(&r->machine.usable, &r->arena, range, MEMORY_RAM, &r->error));
	r->machine.ram_total += end - start;
}

/*
 * Ranges one behind the other, most with gaps, most on page boundaries; now and then hundreds of
 * them.
 */
static void make_memory(struct round *r)
{
	unsigned count = (unsigned)(1 + below(one_in(20) ? 300 : 12));
	unsigned bits = (unsigned)(24 + below(one_in(10) ? 20 : 12));
	uint64_t at = one_in(3) ? 0 : any_size(one_in(5) ? 44 : 28) & ~(PAGE - 1);

	for (unsigned i = 0; i < count; i++) {
		uint64_t size = any_size(bits), mask = one_in(4) ? 0 : PAGE - 1;
		uint64_t end = (at + size + PAGE) & ~mask;

		if (below(4))
			add_ram(r, at, end);
		else
			check(memmap_append(&r->machine.firmware, &r->arena,
					    (struct range){ at, end }, any_type(), &r->error));
		at = end + (one_in(2) ? 0 : any_size(bits) & ~mask);
	}
	if (r->machine.usable.count)
		check(memmap_tidy(&r->machine.usable, &r->arena, &r->error));
	check(memmap_tidy(&r->machine.firmware, &r->arena, &r->error));
}

static void make_bzimage(struct round *r, size_t *size)
{
	struct images_bzimage wanted = images_debian_bzimage;

	wanted.payload_size = 0x400 + below(0x2000);
	wanted.init_size = (uint32_t)(wanted.payload_size + any_size(26));
	wanted.kernel_alignment = one_in(4) ? 0x1000u << below(14) : 0x200000;
	wanted.pref_address = one_in(4) ? any_size(34) & ~(PAGE - 1) : 0x1000000;
	wanted.relocatable = !one_in(10);
	if (one_in(8))
		wanted.xloadflags &= ~0x60u;
	r->kernel = images_bzimage(&wanted, size);
	r->kernel_memory = wanted.init_size;
}

static void make_vmlinux(struct round *r, size_t *size)
{
	struct images_vmlinux wanted = images_small_vmlinux;
	uint64_t physical = one_in(3) ? (1 + below(64)) * 0x200000 : 0x1000000;

	wanted.entry = physical;
	wanted.load_count = (unsigned)(1 + below(4));
	r->kernel_memory = 0;
	for (unsigned i = 0; i < wanted.load_count; i++) {
		struct images_load *load = &wanted.loads[i];
		uint64_t from_start = load->physical - images_small_vmlinux.loads[0].physical;

		load->physical = physical + from_start;
		if (load->virtual)
			load->virtual = 0xffffffff80000000 + load->physical;
		r->kernel_memory = from_start + load->memory_size;
	}
	r->kernel = images_vmlinux(&wanted, size);
	r->vmlinux = true;
}

static void make_image(struct round *r)
{
	size_t size = 0, initrd = 0;

	if (one_in(3))
		make_vmlinux(r, &size);
	else
		make_bzimage(r, &size);
	check(r->kernel);
	r->image = IMAGE_CLOSED;
	r->image.kernel_file.path = "kernel";
	r->image.kernel_file.bytes = (struct bytes){ r->kernel, size };
	/* Only without a digest may the initrd be large: nobody reads it then. */
	if (one_in(4))
		r->options.no_checks = true;
	if (!one_in(3))
		initrd = any_size(r->options.no_checks ? 29 : 15);
	if (initrd)
		r->image.initrd =
			(struct file){ .path = "initrd", .fd = -1, .bytes = { zeros, initrd } };
}

static void make_options(struct round *r)
{
	static const char *const cmdlines[] = { "", "root=/dev/vda1",
						"console=ttyS0,115200 root=LABEL=\"a b\" quiet" };

	r->options = (struct options){
		.load = true, .call = CALL_SEGMENTS, .mem_max = UINT64_MAX, .kernel = "kernel",
		.append = cmdlines[below(3)],
	};
	if (one_in(5)) {
		r->options.mem_min = any_size(36);
		r->options.mem_min_given = true;
		r->options.given[r->options.given_count++] = "mem-min";
	}
	if (one_in(5)) {
		r->options.mem_max = r->options.mem_min + any_size(36);
		r->options.mem_max_given = true;
		r->options.given[r->options.given_count++] = "mem-max";
	}
}

static void make_round(struct round *r)
{
	*r = (struct round){
		.machine = {
			.arch = &arch_x86_64, .release = "6.1.0", .page_size = PAGE,
			.cmdline = "quiet", .limit_reboot = -1, .limit_panic = -1,
		},
	};
	r->machine.facts = &r->facts;
	r->facts.boot_params = (struct bytes){ r->boot_params, sizeof(r->boot_params) };
	make_options(r);
	make_memory(r);
	make_image(r);
}

/* Whether the usable ranges, in whatever order, cover all of the range. */
static bool is_usable(const struct round *r, struct range range)
{
	uint64_t at = range.start;

	for (bool moved = true; at < range.end && moved;) {
		moved = false;
		for (size_t i = 0; i < r->machine.usable.count; i++) {
			const struct memory *m = &r->machine.usable.entries[i];

			if (m->type == MEMORY_RAM && m->range.start <= at && at < m->range.end) {
				at = m->range.end;
				moved = true;
			}
		}
	}
	return at >= range.end;
}

static void check_segments(const struct round *r)
{
	const struct plan *plan = &r->plan;
	uint64_t total = 0;

	check(plan->segment_count >= 1 && plan->segment_count <= 16);
	for (unsigned i = 0; i < plan->segment_count; i++) {
		const struct segment *s = &plan->segments[i];

		check(s->memory.start < s->memory.end);
		check(!(s->memory.start % PAGE) && !(s->memory.end % PAGE));
		check(s->bytes.size <= s->memory.end - s->memory.start);
		check(s->memory.start >= r->options.mem_min);
		check(s->memory.end - 1 <= r->options.mem_max);
		check(is_usable(r, s->memory));
		for (unsigned j = 0; j < i; j++)
			check(s->memory.end <= plan->segments[j].memory.start ||
			      plan->segments[j].memory.end <= s->memory.start);
		total += s->memory.end - s->memory.start;
	}
	check(total <= r->machine.ram_total / 2);
}

static const struct segment *find(const struct round *r, const char *name)
{
	for (unsigned i = 0; i < r->plan.segment_count; i++)
		if (!strcmp(r->plan.segments[i].name, name))
			return &r->plan.segments[i];
	return NULL;
}

static uint64_t number(const uint8_t *at, unsigned size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | at[size];
	return value;
}

/* The next kernel finds its initrd, its command line and the memory map where boot_params says. */
static void check_boot_params(const struct round *r)
{
	const struct segment *s = find(r, "boot_params"), *initrd = find(r, "initrd");
	const uint8_t *params;
	uint64_t cmdline, ramdisk, ramdisk_size;
	size_t entries = r->machine.firmware.count;

	check(s && s->bytes.size >= 4096);
	params = s->bytes.data;
	ramdisk = number(params + 0x218, 4) | number(params + 0x0c0, 4) << 32;
	ramdisk_size = number(params + 0x21c, 4) | number(params + 0x0c4, 4) << 32;
	check(!!initrd == !!r->image.initrd.bytes.size);
	check(ramdisk == (initrd ? initrd->memory.start : 0));
	check(ramdisk_size == (initrd ? r->image.initrd.bytes.size : 0));
	if (initrd)
		check(initrd->bytes.data == zeros && initrd->bytes.size == ramdisk_size);
	cmdline = number(params + 0x228, 4) | number(params + 0x0c8, 4) << 32;
	check(cmdline >= s->memory.start && cmdline < s->memory.start + s->bytes.size);
	cmdline -= s->memory.start;
	check(strlen(r->options.append) < s->bytes.size - cmdline);
	check(!strcmp((const char *)params + cmdline, r->options.append));
	check(params[0x1e8] == (entries < 128 ? entries : 128));
	for (size_t i = 0; i < params[0x1e8]; i++) {
		const struct memory *m = &r->machine.firmware.entries[i];

		check(number(params + 0x2d0 + 20 * i, 8) == m->range.start);
		check(number(params + 0x2d8 + 20 * i, 8) == m->range.end - m->range.start);
	}
}

/* Purgatory is entered, and it jumps into the kernel with boot_params in its first argument. */
static void check_entry(const struct round *r)
{
	const struct segment *purgatory = find(r, "purgatory"), *kernel = find(r, "kernel");
	const uint8_t *block;
	uint64_t entry;

	check(purgatory && kernel);
	check(r->plan.entry == purgatory->memory.start);
	if (!r->vmlinux && !r->kernel[0x234])
		check(kernel->memory.start == number(r->kernel + 0x258, 8));
	else
		check(kernel->memory.start >= 0x100000);
	block = purgatory->bytes.data + PURGATORY_PARAMETERS;
	entry = number(block + offsetof(struct purgatory_parameters, entry), 8);
	check(entry >= kernel->memory.start && entry < kernel->memory.start + kernel->bytes.size);
	if (!r->vmlinux)
		check(entry == kernel->memory.start + 0x200);
	check(number(block + offsetof(struct purgatory_parameters, arguments), 8) ==
	      find(r, "boot_params")->memory.start);
}

/* Usable pages in one piece inside all limits that any part of a plan has. */
static uint64_t largest_hole(const struct round *r)
{
	uint64_t largest = 0, lowest = r->options.mem_min, highest = (uint64_t)1 << 46;

	lowest = lowest < 0x1000000 ? 0x1000000 : lowest;
	if (r->options.mem_max < highest)
		highest = r->options.mem_max;
	for (size_t i = 0; i < r->machine.usable.count; i++) {
		struct range range = r->machine.usable.entries[i].range;

		range.start = range.start < lowest ? lowest : range.start;
		range.end = range.end > highest ? highest : range.end;
		if (range.start < range.end && range.end - range.start > largest)
			largest = range.end - range.start;
	}
	return largest;
}

/* A machine with plenty of room for a kernel that goes anywhere: refusing would be wrong. */
static bool must_succeed(const struct round *r)
{
	uint64_t needed = r->kernel_memory + r->image.initrd.bytes.size + 2 * MIB;
	const uint8_t *kernel = r->kernel;

	if (!r->vmlinux && (!kernel[0x234] || number(kernel + 0x230, 4) > 0x200000 ||
			    number(kernel + 0x258, 8) > 0x1000000))
		return false;
	/* A vmlinux is only ever moved up from where it was linked, at most to 128 MiB here. */
	if (r->vmlinux)
		needed += 192 * MIB;
	return needed + 4 * MIB < largest_hole(r) && needed < r->machine.ram_total / 2;
}

static void check_refusal(const struct round *r)
{
	size_t length = strlen(r->error.cause);

	check(length > 20 && r->error.cause[length - 1] == '.');
	check(!strstr(r->error.cause, "Internal error"));
	if (must_succeed(r))
		fail_msg("ROUND_SEED=0x%llx: refused, although there is room: %s",
			 (unsigned long long)round_seed, r->error.cause);
}

static void test_every_plan(void **state)
{
	unsigned planned = 0, refused = 0;

	for (uint64_t round = 0; round < PLANS; round++) {
		struct round r;

		round_start(round);
		make_round(&r);
		if (plan_make(&r.machine, &r.options, &r.image, r.options.call, &r.arena, &r.plan,
			      &r.error)) {
			check_segments(&r);
			check_boot_params(&r);
			check_entry(&r);
			planned++;
		} else {
			check_refusal(&r);
			refused++;
		}
		arena_release(&r.arena);
		free(r.kernel);
	}
	/* Were nearly all of one kind, this would be a test of little. */
	assert_in_range(planned, PLANS / 4, PLANS);
	assert_in_range(refused, PLANS / 20, PLANS);
}

#define UNITS 256

/* A stretch of pages, and a placement asked for in it. */
struct field {
	uint64_t page, base;
	bool ram[UNITS], taken[UNITS];
	uint64_t size;
	struct placement where;
};

static uint64_t near_address(const struct field *f)
{
	return f->base + below((UNITS + 8) * f->page);
}

static void make_field(struct field *f, struct options *options)
{
	*f = (struct field){ .page = one_in(3) ? 65536 : 4096 };
	/* At zero, somewhere, or as high as it goes: the last page of all has no end in 64 bits. */
	f->base = one_in(3)   ? 0
		  : one_in(2) ? below(1 << 20) * f->page
			      : (0 - (UNITS + 1) * f->page);
	for (unsigned i = 0, run = 0; i < UNITS; i++) {
		if (!run--) {
			run = (unsigned)below(24);
			f->ram[i] = !(i && f->ram[i - 1]);
		} else {
			f->ram[i] = i && f->ram[i - 1];
		}
	}
	f->size = one_in(4) ? 1 + below(8) : 1 + below(40 * f->page);
	f->where.align = one_in(3) ? 0 : f->page >> 2 << below(9);
	f->where.from_top = one_in(2);
	/* A limit at the very top would overflow: there, none is as good. */
	if (one_in(2))
		f->where.above = f->base + below(UNITS * f->page);
	if (one_in(2) && f->base < (uint64_t)1 << 60)
		f->where.below = near_address(f) + 1;
	*options = (struct options){ .mem_max = UINT64_MAX };
	if (one_in(4)) {
		options->mem_min = f->base + below(UNITS * f->page);
		options->mem_min_given = true;
	}
	if (one_in(4) && f->base < (uint64_t)1 << 60) {
		options->mem_max = near_address(f);
		options->mem_max_given = true;
	}
}

/* Every page is tried: the lowest, or the highest, that fits. */
static bool search(const struct field *f, const struct options *options, uint64_t *found)
{
	const uint64_t units = (f->size + f->page - 1) / f->page;
	bool any = false;

	for (unsigned i = 0; i + units <= UNITS; i++) {
		uint64_t start = f->base + i * f->page, last = start + units * f->page - 1;
		bool fits = !f->where.align || !(start % f->where.align);

		for (unsigned j = 0; j < units; j++)
			fits = fits && f->ram[i + j] && !f->taken[i + j];
		fits = fits && start >= f->where.above && start >= options->mem_min &&
		       last <= options->mem_max && (!f->where.below || last < f->where.below);
		if (fits && (f->where.from_top || !any)) {
			*found = start;
			any = true;
		}
	}
	return any;
}

/*
 * The planner's view of the field: ranges of RAM, some with ragged ends, and segments in any order.
 */
static void describe_field(struct field *f, struct machine *machine, struct plan *plan,
			   struct arena *arena, struct error *error)
{
	for (unsigned i = 0, end; i < UNITS; i = end) {
		struct range range;

		for (end = i; end < UNITS && f->ram[end] == f->ram[i]; end++)
			;
		if (!f->ram[i])
			continue;
		range = (struct range){ f->base + i * f->page, f->base + end * f->page };
		/* Parts of pages around it do not count. */
		if (i && one_in(4))
			range.start -= below(f->page);
		if (end < UNITS && one_in(4))
			range.end += below(f->page);
		check(memmap_append(&machine->usable, arena, range, MEMORY_RAM, error));
	}
	for (unsigned n = 0; n < below(17); n++) {
		unsigned first = (unsigned)below(UNITS - 20), count = (unsigned)(1 + below(20));
		bool free = true;

		for (unsigned i = first; i < first + count; i++)
			free = free && f->ram[i] && !f->taken[i];
		for (unsigned i = first; free && i < first + count; i++)
			f->taken[i] = true;
		if (free)
			plan->segments[plan->segment_count++] = (struct segment){
				.name = "taken",
				.memory = { f->base + first * f->page,
					    f->base + (first + count) * f->page },
			};
	}
}

static void test_placement(void **state)
{
	unsigned fitted = 0;

	for (uint64_t round = 0; round < PLACEMENTS; round++) {
		struct arena arena = { 0 };
		struct error error = { 0 };
		struct machine machine = { .arch = &arch_x86_64 };
		struct options options;
		struct plan plan = { .by = BY_SEGMENTS };
		const struct planning p = {
			.machine = &machine, .options = &options, .arena = &arena, .plan = &plan,
		};
		struct field f;
		uint64_t expected = 0, address = 0;

		round_start(round);
		make_field(&f, &options);
		machine.page_size = f.page;
		describe_field(&f, &machine, &plan, &arena, &error);
		if (search(&f, &options, &expected)) {
			check(plan_place(&p, "segment", f.size, f.where, &address, &error));
			check(address == expected);
			fitted++;
		} else {
			check(!plan_place(&p, "segment", f.size, f.where, &address, &error));
			check(strlen(error.cause) > 20);
		}
		arena_release(&arena);
	}
	assert_in_range(fitted, PLACEMENTS / 4, PLACEMENTS * 9 / 10);
}

static int setup(void **state)
{
	void *mapped = mmap(NULL, INITRD_MAX + PAGE, PROT_READ,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	zeros = mapped;
	return mapped == MAP_FAILED ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_plan),
		cmocka_unit_test(test_placement),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
