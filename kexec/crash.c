// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Choosing what goes into core headers, and what to say of a reservation that is too small. A pure
 * function of the machine's facts; it does not know what an ELF header looks like.
 */
#include "kexec/crash.h"

#include <inttypes.h>
#include <stdio.h>

#include "arch/arch.h"
#include "kexec/elfcore.h"

/* What a capture kernel needs beside what is loaded, for a system in its initial RAM disk. */
#define WORKING_MEMORY ((uint64_t)96 << 20)
/*
 * The running kernel puts pages of its own into holes of the reservation: control pages, a copy of
 * VMCOREINFO, and page tables for all RAM, one for each GiB at most
 * (kimage_alloc_crash_control_pages()).
 */
#define SPARE_PAGES 32
#define CRASHKERNEL_STEP ((uint64_t)32 << 20)
/* Room for any kernel and its tables, when the question is only how much that is. */
#define ENOUGH ((uint64_t)4 << 30)

struct range crash_region(const struct machine *machine)
{
	const struct memmap *crash = &machine->crash;

	return crash->count ? crash->entries[crash->count - 1].range : (struct range){ 0, 0 };
}

static bool check_facts(const struct machine *machine, struct error *error)
{
	const char *missing = NULL;

	if (!range_size(machine->vmcoreinfo))
		missing = "/sys/kernel/vmcoreinfo does not say where the running kernel describes "
			  "itself";
	else if (!machine->crash_notes_count)
		missing = "no processor in /sys/devices/system/cpu says where it would leave its "
			  "registers (crash_notes)";
	else if (!machine->ram.count)
		missing = "/proc/iomem shows no RAM";
	if (!missing)
		return true;
	error_set(error, "A dump could not be read: %s.", missing);
	if (machine->denied)
		return error_remedy(error, "Run kexec as root.");
	return error_remedy(error,
			    "Run a kernel with CONFIG_CRASH_DUMP, and mount /proc and /sys.");
}

/* All RAM but the reservations and what is left out. */
static bool dumped_memory(const struct planning *p, const struct crash_headers *wish,
			  struct memmap *out, struct error *error)
{
	const struct machine *machine = p->machine;

	for (size_t i = 0; i < machine->ram.count; i++)
		if (!memmap_append(out, p->arena, machine->ram.entries[i].range, MEMORY_RAM, error))
			return false;
	for (size_t i = 0; i < machine->crash.count; i++)
		if (!memmap_remove(out, p->arena, machine->crash.entries[i].range, error))
			return false;
	return memmap_remove(out, p->arena, wish->left_out, error) &&
	       memmap_remove(out, p->arena, wish->moved, error);
}

/* The RAM that purgatory copies before the capture kernel writes there. */
static void add_moved(const struct planning *p, const struct crash_headers *wish,
		      struct elfcore_load *loads, size_t *count)
{
	const struct memmap *ram = &p->machine->ram;

	for (size_t i = 0; i < ram->count; i++) {
		struct range part = ram->entries[i].range;

		if (!range_overlaps(part, wish->moved))
			continue;
		if (part.start < wish->moved.start)
			part.start = wish->moved.start;
		if (part.end > wish->moved.end)
			part.end = wish->moved.end;
		loads[(*count)++] = (struct elfcore_load){
			part, part.start + p->machine->linear_map,
			wish->moved_to + (part.start - wish->moved.start) };
	}
}

static bool make_headers(const struct planning *p, const struct crash_headers *wish,
			 struct bytes *out, struct error *error)
{
	const struct machine *machine = p->machine;
	struct memmap memory = { 0 };
	struct elfcore core = { .machine = machine->arch->elf_machine,
				.order = machine->arch->order };
	struct elfcore_load *loads;
	struct range *notes;

	if (!dumped_memory(p, wish, &memory, error))
		return false;
	loads = arena_array(p->arena, memory.count + machine->ram.count + 1, sizeof(*loads), error);
	notes = arena_array(p->arena, machine->crash_notes_count + 1, sizeof(*notes), error);
	if (!loads || !notes)
		return false;
	for (size_t i = 0; i < machine->crash_notes_count; i++)
		notes[core.note_count++] = machine->crash_notes[i];
	notes[core.note_count++] = machine->vmcoreinfo;
	/* Readers take the first PT_LOAD for the kernel's own where it is mapped apart. */
	if (range_size(machine->kernel_image))
		loads[core.load_count++] =
			(struct elfcore_load){machine->kernel_image, machine->kernel_virtual,
					      machine->kernel_image.start};
	add_moved(p, wish, loads, &core.load_count);
	for (size_t i = 0; i < memory.count; i++) {
		struct range range = memory.entries[i].range;

		loads[core.load_count++] = (struct elfcore_load){
			range, range.start + machine->linear_map, range.start };
	}
	core.notes = notes;
	core.loads = loads;
	return elfcore_make(&core, p->arena, out, error) &&
	       plan_fact(p, "core headers", "notes", error, "%zu processors, and VMCOREINFO",
			 machine->crash_notes_count) &&
	       plan_fact(p, "core headers", "memory", error, "%zu MiB in %zu ranges",
			 (size_t)(memmap_total(&memory, MEMORY_RAM) >> 20), memory.count) &&
	       plan_fact(p, "core headers", "map of memory", error, "from 0x%" PRIx64,
			 machine->linear_map);
}

/* Makes the running kernel update the headers, instead of a reload at every change. */
static void allow_updates(const struct planning *p, uint64_t *size)
{
	if (!p->options->hotplug)
		return;
	p->plan->flags |= p->machine->arch->hotplug_flag;
	if (*size < p->machine->crash_elfcorehdr_size)
		*size = p->machine->crash_elfcorehdr_size;
}

bool crash_add_headers(const struct planning *p, const struct crash_headers *wish,
		       uint64_t *address, struct error *error)
{
	const struct machine *machine = p->machine;
	struct placement where = { .align = wish->align, .below = wish->below };
	struct bytes headers;
	uint64_t size;

	/* The kernel's own file loader asks nobody: there, only the size matters. */
	if ((p->plan->by == BY_SEGMENTS && !check_facts(machine, error)) ||
	    !make_headers(p, wish, &headers, error))
		return false;
	size = headers.size;
	allow_updates(p, &size);
	if (!plan_place_and_add(p, "elfcorehdr", "made here", headers, size, where, address, error))
		return false;
	p->plan->segments[p->plan->segment_count - 1].unchecked = p->options->hotplug;
	if (range_size(machine->kernel_image))
		return plan_fact(p, "core headers", "kernel", error,
				 "0x%" PRIx64 "-0x%" PRIx64 ", mapped at 0x%" PRIx64,
				 machine->kernel_image.start, machine->kernel_image.end - 1,
				 machine->kernel_virtual);
	return plan_fact(p, "core headers", "kernel", error, "no map of its own is known");
}

static uint64_t mebibytes(uint64_t size)
{
	return (size + ((uint64_t)1 << 20) - 1) >> 20;
}

static uint64_t whole_steps(uint64_t size)
{
	return (size + CRASHKERNEL_STEP - 1) & ~(CRASHKERNEL_STEP - 1);
}

/* What a crash kernel takes of its reservation, in bytes. */
struct needs {
	uint64_t kernel, initrd, rest;
};

static struct needs sum_needs(const struct planning *p, const struct plan *plan)
{
	struct needs needs = { .initrd = p->image->initrd.bytes.size };

	for (unsigned i = 0; i < plan->segment_count; i++) {
		const struct segment *segment = &plan->segments[i];

		if (!strcmp(segment->name, "kernel"))
			needs.kernel += range_size(segment->memory);
		else if (strcmp(segment->name, "initrd"))
			needs.rest += range_size(segment->memory);
	}
	return needs;
}

/*
 * Where segments may go in a reservation that goes on to `end`: the pieces that there are, and what
 * would come behind them, as far as the processor reaches.
 */
static bool larger_usable(const struct planning *p, uint64_t end, struct memmap *out)
{
	const struct machine *machine = p->machine;
	const struct memmap *pieces = &machine->crash_usable;
	struct range region = crash_region(machine), behind = { region.end, end };
	struct error ignored = { 0 };

	if (machine->crash_limit && behind.end > machine->crash_limit)
		behind.end = machine->crash_limit;
	*out = (struct memmap){ 0 };
	if (!pieces->count)
		behind.start = region.start;
	for (size_t i = 0; i < pieces->count; i++)
		if (!memmap_append(out, p->arena, pieces->entries[i].range, MEMORY_RAM, &ignored))
			return false;
	return behind.start >= behind.end ||
	       (memmap_append(out, p->arena, behind, MEMORY_RAM, &ignored) &&
		memmap_tidy(out, p->arena, &ignored));
}

/* Whether a reservation that is larger by `more` would do, and what of it is then used. */
static bool rehearse_with_more(const struct planning *p, const struct format *format, uint64_t more,
			       struct needs *needs)
{
	struct memory larger = { crash_region(p->machine), MEMORY_RAM };
	struct machine machine = *p->machine;
	struct options options = *p->options;
	struct planning trial = *p;
	struct plan plan = { .by = p->plan->by, .kernel_fd = -1, .initrd_fd = -1,
			     .cmdline = p->cmdline };
	struct error ignored = { 0 };

	if (!add_overflow_checked(larger.range.end, more, &larger.range.end) ||
	    !larger_usable(p, larger.range.end, &machine.crash_usable))
		return false;
	machine.crash = (struct memmap){ &larger, 1, 1 };
	options.no_checks = true;
	trial.machine = &machine;
	trial.options = &options;
	trial.plan = &plan;
	if (!format->plan || !format->plan(&trial, &ignored) ||
	    !crash_check_slack(&machine, &plan, &ignored))
		return false;
	*needs = sum_needs(p, &plan);
	return true;
}

/* How much more, in whole steps, is the least that will do. False: nothing will. */
static bool find_least_more(const struct planning *p, const struct format *format, uint64_t *more,
			    struct needs *needs)
{
	uint64_t initrd = whole_steps(p->image->initrd.bytes.size);
	uint64_t low = 0, high = (2 * initrd + ENOUGH) / CRASHKERNEL_STEP;

	if (!rehearse_with_more(p, format, high * CRASHKERNEL_STEP, needs))
		return false;
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (rehearse_with_more(p, format, middle * CRASHKERNEL_STEP, needs))
			high = middle;
		else
			low = middle;
	}
	*more = high * CRASHKERNEL_STEP;
	return true;
}

/* The RAM disk is there twice once it has been unpacked. */
static uint64_t size_to_reserve(struct needs needs)
{
	return needs.kernel + 2 * needs.initrd + needs.rest + WORKING_MEMORY;
}

/*
 * The largest reservation beside which the running kernel has twice the memory of what is to be
 * loaded, which it insists on (plan_check_sizes()).
 */
static uint64_t most_to_reserve(const struct machine *machine, uint64_t loaded)
{
	uint64_t ram = machine->ram_total + range_size(crash_region(machine));

	if (!machine->ram_total)
		return UINT64_MAX;
	return ram / 2 > loaded ? (ram - 2 * loaded) & ~(CRASHKERNEL_STEP - 1) : 0;
}

static const char *loaded_stays(const struct machine *machine)
{
	return machine->crash_loaded == YES ? " The crash kernel that is loaded stays loaded." : "";
}

static const char *larger_part(struct needs needs)
{
	return needs.initrd > needs.kernel ? "initial RAM disk" : "kernel";
}

/* `least` is what fits; more is better, if the machine has it. */
static bool advise_size(const struct planning *p, struct needs needs, uint64_t least,
			struct error *error)
{
	const struct machine *machine = p->machine;
	uint64_t most = most_to_reserve(machine, needs.kernel + needs.initrd + needs.rest);
	uint64_t whole = whole_steps(size_to_reserve(needs));

	if (most < least)
		return error_remedy(error,
				    "Load a smaller %s: this machine has %" PRIu64 " MiB of "
				    "memory, which is too little for any crashkernel= that would "
				    "do.%s",
				    larger_part(needs),
				    (machine->ram_total + range_size(crash_region(machine))) >> 20,
				    loaded_stays(machine));
	if (whole > most)
		whole = most;
	if (whole < least)
		whole = least;
	return error_remedy(error, "Boot the running kernel with crashkernel=%" PRIu64 "M%s.%s",
			    mebibytes(whole),
			    needs.initrd ? ", or load a smaller initial RAM disk" : "",
			    loaded_stays(machine));
}

bool crash_say_no_room(const struct planning *p, const struct format *format, struct error *error)
{
	const struct no_room *missing = &p->plan->no_room;
	struct range region = crash_region(p->machine);
	struct needs needs = sum_needs(p, p->plan);
	uint64_t more;
	bool found = find_least_more(p, format, &more, &needs);

	if (!found) {
		more = whole_steps(missing->size);
		needs.kernel += strcmp(missing->name, "kernel") ? 0 : missing->size;
	}
	error_set(error,
		  "The crash kernel does not fit into its reservation of %" PRIu64
		  " MiB at 0x%" PRIx64 ": it needs %" PRIu64 " MiB for the kernel, %" PRIu64
		  " MiB for the initial RAM disk and %" PRIu64
		  " KiB for tables. The %s, of %" PRIu64
		  " KiB, found no place; the largest hole has %" PRIu64 " KiB.",
		  range_size(region) >> 20, region.start, mebibytes(needs.kernel),
		  mebibytes(needs.initrd), (needs.rest + 1023) >> 10, missing->name,
		  missing->size >> 10, missing->largest >> 10);
	if (!found && p->machine->crash_limit)
		return error_remedy(error,
				    "Load a smaller %s: on this machine a crash kernel starts "
				    "below 0x%" PRIx64 ", however much is reserved.%s",
				    larger_part(needs), p->machine->crash_limit,
				    loaded_stays(p->machine));
	return advise_size(p, needs, whole_steps(range_size(region) + more), error);
}

bool crash_say_out_of_reach(const struct planning *p, const char *what, uint64_t size,
			    struct range reach, struct error *error)
{
	struct needs needs = sum_needs(p, p->plan);
	uint64_t whole;

	if (strcmp(what, "initrd"))
		needs.rest += size;
	whole = mebibytes(whole_steps(size_to_reserve(needs)));
	if (range_size(reach) < 2 * size)
		return error_remedy(error,
				    "Boot the running kernel with crashkernel=%" PRIu64 "M@%" PRIu64
				    "M, or load a kernel that is relocatable.",
				    whole, reach.start >> 20);
	return error_remedy(error,
			    "Boot the running kernel with crashkernel=%" PRIu64 "M%s: the "
			    "reservation must lie below 0x%" PRIx64 ".",
			    whole,
			    crash_region(p->machine).start >= reach.end ? " and without \",high\""
									: "",
			    reach.end);
}

bool crash_check_slack(const struct machine *machine, const struct plan *plan, struct error *error)
{
	struct range region = crash_region(machine);
	uint64_t used = 0, spare, needed;

	for (unsigned i = 0; i < plan->segment_count; i++)
		used += range_size(plan->segments[i].memory);
	spare = used < range_size(region) ? range_size(region) - used : 0;
	needed = (SPARE_PAGES + (machine->ram_total >> 30)) * machine->page_size;
	if (spare >= needed)
		return true;
	error_set(error,
		  "The crash kernel leaves %" PRIu64
		  " KiB of its reservation free; the running kernel "
		  "needs %" PRIu64 " KiB there for itself.",
		  spare >> 10, needed >> 10);
	return error_remedy(error, "Boot the running kernel with crashkernel=%" PRIu64 "M.",
			    mebibytes(range_size(region) + CRASHKERNEL_STEP));
}

bool crash_check_files(const struct planning *p, const struct format *format, struct error *error)
{
	uint64_t kernel = image_kernel(p->image).size, initrd = p->image->initrd.bytes.size;
	uint64_t room = range_size(crash_region(p->machine));

	if (kernel <= room && initrd <= room - kernel)
		return true;
	error_headline(error, "Cannot load %s", p->image->kernel_file.path);
	p->plan->no_room = kernel > room ? (struct no_room){ "kernel", kernel, room }
					 : (struct no_room){ "initrd", initrd, room - kernel };
	return crash_say_no_room(p, format, error);
}
