// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding room for a segment, and checking the finished plan. Both know only ranges: the RAM that
 * may be used, the limits asked for, and the segments already there.
 */
#include <inttypes.h>

#include "kexec/crash.h"

struct search {
	uint64_t size, align, above, below;
	bool from_top;
	bool found;
	uint64_t address;
	uint64_t largest; /* largest hole within the limits, for the sentence when nothing fits */
};

/* Considers one free range. Ranges come in ascending order. */
static void consider(struct search *search, struct range free)
{
	uint64_t start;

	if (free.start < search->above)
		free.start = search->above;
	if (free.end > search->below)
		free.end = search->below;
	if (free.start >= free.end)
		return;
	if (free.end - free.start > search->largest)
		search->largest = free.end - free.start;
	if (free.end - free.start < search->size || (search->found && !search->from_top))
		return;
	if (search->from_top)
		start = align_down(free.end - search->size, search->align);
	else if (!align_up_checked(free.start, search->align, &start))
		return;
	if (start < free.start || start > free.end - search->size)
		return;
	search->found = true;
	search->address = start;
}

/* Walks what is left of one RAM range once the segments, sorted by address, are taken out. */
static void consider_around(struct search *search, struct range ram, const struct range *taken,
			    unsigned count)
{
	uint64_t start = ram.start;

	for (unsigned i = 0; i < count; i++) {
		if (taken[i].end <= start || taken[i].start >= ram.end)
			continue;
		if (taken[i].start > start)
			consider(search, (struct range){ start, taken[i].start });
		start = taken[i].end;
	}
	if (start < ram.end)
		consider(search, (struct range){ start, ram.end });
}

static unsigned sorted_segments(const struct plan *plan, struct range taken[PLAN_SEGMENTS_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < plan->segment_count; i++) {
		unsigned at = count++;

		for (; at > 0 && taken[at - 1].start > plan->segments[i].memory.start; at--)
			taken[at] = taken[at - 1];
		taken[at] = plan->segments[i].memory;
	}
	return count;
}

/* RAM where segments may go; the kernel takes those of a crash kernel in one reservation only. */
static struct memmap allowed_memory(const struct machine *machine, const struct options *options)
{
	const struct memmap *crash = &machine->crash;

	if (!options->panic)
		return machine->usable;
	if (machine->crash_usable.count)
		return machine->crash_usable;
	return crash->count ? (struct memmap){ &crash->entries[crash->count - 1], 1, 1 } : *crash;
}

static bool say_no_room(const struct planning *p, const char *what, const struct search *search,
			struct error *error)
{
	struct memmap map = allowed_memory(p->machine, p->options);
	bool limited = p->options->mem_min_given || p->options->mem_max_given;
	struct range region = crash_region(p->machine);
	struct range reach = { search->above, search->below };

	error_headline(error, "Could not find a free area of memory of 0x%" PRIx64 " bytes...",
		       search->size);
	if (p->machine->iomem_masked && !map.count) {
		error_set(error,
			  "There is no place for the %s: /proc/iomem shows only zeros, so the "
			  "memory map is unknown.",
			  what);
		return error_remedy(error, "Run kexec as root.");
	}
	/* Where no limit cuts the end of the reservation off, a larger one would do. */
	if (p->options->panic && !limited && search->below >= region.end)
		p->plan->no_room = (struct no_room){ what, search->size, search->largest };
	error_set(error,
		  "The %s needs %" PRIu64 " KiB between 0x%" PRIx64 " and 0x%" PRIx64
		  ", aligned to 0x%" PRIx64 "; the largest hole there has %" PRIu64
		  " KiB, of %" PRIu64 " KiB of %s in all.",
		  what, search->size >> 10, search->above, search->below - 1, search->align,
		  search->largest >> 10, memmap_total(&map, MEMORY_RAM) >> 10,
		  p->options->panic ? "crash kernel memory" : "usable RAM");
	if (limited)
		return error_remedy(error, "Widen --mem-min and --mem-max, or leave them out.");
	if (p->options->panic && search->below < region.end)
		return crash_say_out_of_reach(p, what, search->size, reach, error);
	return false;
}

bool plan_place(const struct planning *p, const char *what, uint64_t size, struct placement where,
		uint64_t *address, struct error *error)
{
	const struct options *options = p->options;
	uint64_t page = p->machine->page_size;
	struct memmap map = allowed_memory(p->machine, options);
	struct range taken[PLAN_SEGMENTS_MAX];
	unsigned count = sorted_segments(p->plan, taken);
	struct search search = {
		.align = where.align > page ? where.align : page,
		.above = where.above > options->mem_min ? where.above : options->mem_min,
		.below = where.below ? where.below : UINT64_MAX,
		.from_top = where.from_top,
	};

	if (options->mem_max_given && options->mem_max != UINT64_MAX &&
	    options->mem_max + 1 < search.below)
		search.below = options->mem_max + 1;
	if (!size || !align_up_checked(size, page, &search.size))
		return error_set(error, "The %s has an impossible size of %" PRIu64 " bytes.", what,
				 size);
	if (!is_power_of_two(search.align))
		return error_set(error,
				 "The %s asks for an alignment of 0x%" PRIx64
				 ", which is not a power of two.",
				 what, search.align);
	for (size_t i = 0; i < map.count; i++) {
		struct range ram = map.entries[i].range;

		if (map.entries[i].type != MEMORY_RAM ||
		    !align_up_checked(ram.start, page, &ram.start))
			continue;
		ram.end = align_down(ram.end, page);
		if (ram.start < ram.end)
			consider_around(&search, ram, taken, count);
	}
	if (!search.found)
		return say_no_room(p, what, &search, error);
	/* Whatever failed before was one place of several. */
	p->plan->no_room = (struct no_room){ 0 };
	*address = search.address;
	return true;
}

static bool broken(struct error *error, const struct segment *s, const char *rule)
{
	return error_set(error, "Internal error: the segment %s at 0x%" PRIx64 "-0x%" PRIx64 " %s.",
			 s->name, s->memory.start, s->memory.end - 1, rule);
}

static bool check_segment(const struct machine *machine, const struct options *options,
			  const struct segment *s, struct error *error)
{
	struct memmap allowed = allowed_memory(machine, options);
	uint64_t page_mask = machine->page_size - 1;
	struct range memory = s->memory;

	if (memory.start >= memory.end)
		return broken(error, s, "is empty");
	if ((memory.start | memory.end) & page_mask)
		return broken(error, s, "does not consist of whole pages");
	if (s->bytes.size > range_size(memory))
		return broken(error, s, "has more bytes than memory");
	if (memory.start < options->mem_min ||
	    (options->mem_max_given && memory.end - 1 > options->mem_max))
		return broken(error, s, "lies outside --mem-min and --mem-max");
	if (!memmap_covers(&allowed, memory, MEMORY_RAM))
		return broken(error, s,
			      options->panic ? "lies outside the crash reservation"
					     : "lies outside usable RAM");
	if (s->bytes.size >= 4 && options->panic && !memcmp(s->bytes.data, "\177ELF", 4) &&
	    strcmp(s->name, "elfcorehdr"))
		return broken(error, s,
			      "begins like an ELF core header, which the kernel would take it for");
	return true;
}

/* kernel/kexec_core.c, sanity_check_segment_list(): neither one segment nor all may exceed half of
 * RAM. */
static bool check_total(const struct machine *machine, const struct plan *plan, struct error *error)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < plan->segment_count; i++)
		total += range_size(plan->segments[i].memory);
	if (machine->ram_total && total > machine->ram_total / 2) {
		error_set(error,
			  "The plan needs %" PRIu64 " MiB of memory; the kernel accepts at most "
						    "half of its RAM, which is %" PRIu64 " MiB.",
			  total >> 20, machine->ram_total >> 21);
		return error_remedy(
			error, "Use a smaller initrd or kernel, or a machine with more memory.");
	}
	return true;
}

bool plan_check_sizes(const struct machine *machine, const struct options *options,
		      const struct plan *plan, struct error *error)
{
	return check_total(machine, plan, error) &&
	       (!options->panic || crash_check_slack(machine, plan, error));
}

static bool check_entry(const struct options *options, const struct plan *plan, struct error *error)
{
	for (unsigned i = 0; i < plan->segment_count; i++)
		if (plan->entry >= plan->segments[i].memory.start &&
		    plan->entry < plan->segments[i].memory.end)
			return true;
	if (options->entry_given) {
		error_set(error,
			  "--entry=0x%" PRIx64
			  " lies in none of the segments that would be loaded.",
			  plan->entry);
		return error_remedy(error,
				    "Leave --entry out, or look at the segments with --plan.");
	}
	return error_set(error, "Internal error: the entry point 0x%" PRIx64 " lies in no segment.",
			 plan->entry);
}

bool plan_check(const struct machine *machine, const struct options *options,
		const struct plan *plan, struct error *error)
{
	struct range taken[PLAN_SEGMENTS_MAX];
	unsigned count;

	if (!plan->segment_count || plan->segment_count > PLAN_SEGMENTS_MAX)
		return error_set(error, "Internal error: a plan of %u segments.",
				 plan->segment_count);
	for (unsigned i = 0; i < plan->segment_count; i++)
		if (!check_segment(machine, options, &plan->segments[i], error))
			return false;
	count = sorted_segments(plan, taken);
	for (unsigned i = 1; i < count; i++)
		if (range_overlaps(taken[i - 1], taken[i]))
			return error_set(error,
					 "Internal error: two segments overlap at 0x%" PRIx64 ".",
					 taken[i].start);
	return plan_check_sizes(machine, options, plan, error) && check_entry(options, plan, error);
}
