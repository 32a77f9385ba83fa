// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan as text for a person, and what the three forms share. It knows the order in which
 * somebody reads a plan: what is done and why, what is told to the next kernel, where everything
 * goes. It decides nothing and never looks at the terminal.
 */
#include "kexec/plan_print.h"

#include <errno.h>
#include <inttypes.h>

#include "arch/arch.h"
#include "kexec/digest.h"
#include "kexec/escape.h"

const char *plan_size_text(uint64_t size, char text[PLAN_SIZE_TEXT])
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned unit = 0;

	while (unit < 6 && size >> (10 * (unit + 1)))
		unit++;
	if (size & ((1ull << 10 * unit) - 1)) {
		uint64_t whole = size >> (10 * unit), rest = size - (whole << (10 * unit));
		/* The rest is smaller than 2^60; ten of it fit. */
		unsigned tenth = (unsigned)(rest * 10 >> (10 * unit));

		if (whole < 100 && tenth)
			snprintf(text, PLAN_SIZE_TEXT, "%" PRIu64 ".%u %s", whole, tenth,
				 units[unit]);
		else
			snprintf(text, PLAN_SIZE_TEXT, "%" PRIu64 " %s", whole, units[unit]);
	} else {
		snprintf(text, PLAN_SIZE_TEXT, "%" PRIu64 " %s", size >> (10 * unit), units[unit]);
	}
	return text;
}

const char *plan_call_name(const struct plan *plan)
{
	return plan->by == BY_FILE ? "kexec_file_load" : "kexec_load";
}

struct flag {
	uint64_t bit;
	const char *name;
};

static const struct flag segment_flags[] = {
	{ KEXEC_ON_CRASH, "KEXEC_ON_CRASH" },
	{ KEXEC_PRESERVE_CONTEXT, "KEXEC_PRESERVE_CONTEXT" },
	{ KEXEC_UPDATE_ELFCOREHDR, "KEXEC_UPDATE_ELFCOREHDR" },
	{ KEXEC_CRASH_HOTPLUG_SUPPORT, "KEXEC_CRASH_HOTPLUG_SUPPORT" },
	{ KEXEC_DEBUG, "KEXEC_DEBUG" },
	{ 0, NULL },
};

static const struct flag file_flags[] = {
	{ KEXEC_FILE_UNLOAD, "KEXEC_FILE_UNLOAD" },
	{ KEXEC_FILE_ON_CRASH, "KEXEC_FILE_ON_CRASH" },
	{ KEXEC_FILE_NO_INITRAMFS, "KEXEC_FILE_NO_INITRAMFS" },
	{ KEXEC_FILE_DEBUG, "KEXEC_FILE_DEBUG" },
	{ KEXEC_FILE_NO_CMA, "KEXEC_FILE_NO_CMA" },
	{ KEXEC_FILE_FORCE_DTB, "KEXEC_FILE_FORCE_DTB" },
	{ 0, NULL },
};

/*
 * The upper half of kexec_load's flags is an ELF machine (KEXEC_ARCH_MASK,
 * include/uapi/linux/kexec.h).
 */
static const struct flag architectures[] = {
	{ 21, "KEXEC_ARCH_PPC64" },
	{ 22, "KEXEC_ARCH_S390" },
	{ 62, "KEXEC_ARCH_X86_64" },
	{ 183, "KEXEC_ARCH_AARCH64" },
	{ 0, NULL },
};

const char *plan_flags_text(const struct plan *plan, struct arena *arena, struct error *error)
{
	uint64_t left = plan->flags;
	const char *text = "";

	if (plan->by == BY_SEGMENTS) {
		for (const struct flag *flag = architectures; flag->name; flag++) {
			if (left >> 16 != flag->bit)
				continue;
			text = flag->name;
			left &= 0xffff;
		}
	}
	for (const struct flag *flag = plan->by == BY_FILE ? file_flags : segment_flags; flag->name;
	     flag++) {
		if (!(left & flag->bit))
			continue;
		text = arena_format(arena, error, "%s%s%s", text, *text ? " " : "", flag->name);
		if (!text)
			return NULL;
		left &= ~flag->bit;
	}
	if (left)
		text = arena_format(arena, error, "%s%s0x%" PRIx64, text, *text ? " " : "", left);
	return text;
}

unsigned plan_sorted(const struct plan *plan, const struct segment *sorted[PLAN_SEGMENTS_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < plan->segment_count && i < PLAN_SEGMENTS_MAX; i++) {
		unsigned at = count++;

		for (; at && sorted[at - 1]->memory.start > plan->segments[i].memory.start; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &plan->segments[i];
	}
	return count;
}

/* What printing text needs at hand. */
struct text {
	FILE *out;
	const struct machine *machine;
	const struct image *image;
	bool colour;
	struct arena *arena;
	struct error *error;
};

static void heading(const struct text *t, const char *what)
{
	fprintf(t->out, t->colour ? "\n\033[1m%s\033[0m" : "\n%s", what);
}

static bool digest_line(const struct text *t, struct bytes bytes)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[2 * DIGEST_SIZE + 1];

	if (!digest_sha256(&bytes, 1, digest, t->error))
		return false;
	digest_hex(digest, hex);
	fprintf(t->out, "      sha256 %s\n", hex);
	return true;
}

static bool print_machine(const struct text *t)
{
	const struct machine *machine = t->machine;
	const char *release =
		escape_terminal(machine->release ? machine->release : "?", t->arena, t->error);
	char size[PLAN_SIZE_TEXT];

	if (!release)
		return false;
	fprintf(t->out, "%s, Linux %s", machine->arch->name, release);
	if (machine->ram_total)
		fprintf(t->out, ", %s of RAM", plan_size_text(machine->ram_total, size));
	if (machine->memory_source)
		fprintf(t->out, ", map from %s", machine->memory_source);
	fprintf(t->out, "%s\n", machine->captured ? " (captured)" : "");
	return true;
}

static bool print_call(const struct text *t, const struct plan *plan)
{
	const char *why = escape_terminal(plan->why ? plan->why : "", t->arena, t->error);
	const char *flags = plan_flags_text(plan, t->arena, t->error);

	if (!why || !flags)
		return false;
	fprintf(t->out, "  system call  %s%s%s\n", plan_call_name(plan), *why ? ": " : "", why);
	fprintf(t->out, "  flags        0x%" PRIx64 "%s%s\n", plan->flags, *flags ? " " : "",
		flags);
	fprintf(t->out, "  format       %s\n", plan->format ? plan->format : "?");
	if (plan->by == BY_FILE) {
		fprintf(t->out,
			"  entry        chosen by the running kernel, as is every address\n");
		return true;
	}
	fprintf(t->out, "  entry        0x%" PRIx64, plan->entry);
	for (unsigned i = 0; i < plan->segment_count; i++)
		if (plan->entry >= plan->segments[i].memory.start &&
		    plan->entry < plan->segments[i].memory.end)
			fprintf(t->out, ", in %s", plan->segments[i].name);
	fprintf(t->out, "\n");
	return true;
}

static bool print_cmdline(const struct text *t, const struct plan *plan)
{
	const char *cmdline = plan->cmdline ? plan->cmdline : "";
	const char *shown = escape_terminal(cmdline, t->arena, t->error);

	if (!shown)
		return false;
	heading(t, "Command line");
	if (*cmdline)
		fprintf(t->out, ", %zu bytes\n  %s\n", strlen(cmdline), shown);
	else
		fprintf(t->out,
			plan->cmdline ? ", empty\n" : ", the one inside the kernel's file\n");
	return true;
}

static bool print_segments(const struct text *t, const struct plan *plan)
{
	const struct segment *sorted[PLAN_SEGMENTS_MAX];
	unsigned count = plan_sorted(plan, sorted);
	char size[PLAN_SIZE_TEXT];
	uint64_t total = 0;

	for (unsigned i = 0; i < count; i++)
		total += range_size(sorted[i]->memory);
	heading(t, "Segments");
	fprintf(t->out, ", %u of at most %d, %s of memory\n", count, PLAN_SEGMENTS_MAX,
		plan_size_text(total, size));
	fprintf(t->out, "  %14s  %10s  %9s  %10s  %-12s %s\n", "address", "memory", "", "copied",
		"name", "source");
	for (unsigned i = 0; i < count; i++) {
		const struct segment *s = sorted[i];
		const char *source =
			escape_terminal(s->source ? s->source : "", t->arena, t->error);
		char address[24], memory[24];

		if (!source)
			return false;
		snprintf(address, sizeof(address), "0x%" PRIx64, s->memory.start);
		snprintf(memory, sizeof(memory), "0x%" PRIx64, range_size(s->memory));
		fprintf(t->out, "  %14s  %10s  %9s  %10zu  %-12s %s%s\n", address, memory,
			plan_size_text(range_size(s->memory), size), s->bytes.size, s->name, source,
			s->unchecked ? " (unchecked)" : "");
		if (!digest_line(t, s->bytes))
			return false;
	}
	return true;
}

static bool print_file(const struct text *t, const char *role, const struct file *file,
		       const char *compression)
{
	const char *path;

	if (!file->path || !file->bytes.data) {
		fprintf(t->out, "  %-7s none\n", role);
		return true;
	}
	path = escape_terminal(file->path, t->arena, t->error);
	if (!path)
		return false;
	fprintf(t->out, "  %-7s %s, %zu bytes", role, path, file->bytes.size);
	if (compression)
		fprintf(t->out, ", %s, unpacked to %zu bytes", compression,
			t->image->kernel_unpacked.bytes.size);
	fprintf(t->out, "\n");
	return digest_line(t, file->bytes);
}

static bool print_files(const struct text *t)
{
	heading(t, "Files");
	fprintf(t->out, ", handed to the kernel as descriptors\n");
	return print_file(t, "kernel", &t->image->kernel_file, t->image->compression) &&
	       print_file(t, "initrd", &t->image->initrd, NULL);
}

static void print_memory(const struct text *t, const struct memmap *map)
{
	char size[PLAN_SIZE_TEXT];

	if (!map->count)
		return;
	heading(t, "Memory");
	fprintf(t->out, " that the next kernel is told of, %zu range%s\n", map->count,
		map->count == 1 ? "" : "s");
	fprintf(t->out, "  %14s  %14s  %9s  %s\n", "first byte", "last byte", "size", "type");
	for (size_t i = 0; i < map->count; i++) {
		const struct memory *entry = &map->entries[i];
		char first[24], last[24];

		snprintf(first, sizeof(first), "0x%" PRIx64, entry->range.start);
		snprintf(last, sizeof(last), "0x%" PRIx64, entry->range.end - 1);
		fprintf(t->out, "  %14s  %14s  %9s  %s\n", first, last,
			plan_size_text(range_size(entry->range), size),
			memory_type_name(entry->type));
	}
}

/*
 * Facts stay in the order in which planning stated them; a group is printed where it first appears.
 */
static bool print_facts(const struct text *t, const struct plan *plan)
{
	for (size_t i = 0; i < plan->fact_count; i++) {
		const char *group = plan->facts[i].group;
		int width = 0;
		size_t first = 0;

		while (strcmp(plan->facts[first].group, group))
			first++;
		if (first < i)
			continue;
		for (size_t j = i; j < plan->fact_count; j++)
			if (!strcmp(plan->facts[j].group, group) &&
			    (int)strlen(plan->facts[j].name) > width)
				width = (int)strlen(plan->facts[j].name);
		heading(t, group);
		fprintf(t->out, "\n");
		for (size_t j = i; j < plan->fact_count; j++) {
			const char *value;

			if (strcmp(plan->facts[j].group, group))
				continue;
			value = escape_terminal(plan->facts[j].value, t->arena, t->error);
			if (!value)
				return false;
			fprintf(t->out, "  %-*s  %s\n", width, plan->facts[j].name, value);
		}
	}
	return true;
}

static bool print_notes(const struct text *t, const struct plan *plan)
{
	if (plan->note_count) {
		heading(t, "Notes");
		fprintf(t->out, "\n");
	}
	for (unsigned i = 0; i < plan->note_count; i++) {
		const char *note = escape_terminal(plan->notes[i], t->arena, t->error);

		if (!note)
			return false;
		fprintf(t->out, "  %s\n", note);
	}
	return true;
}

static bool print_text(const struct text *t, const struct plan *plan)
{
	if (!print_call(t, plan) || !print_cmdline(t, plan))
		return false;
	if (plan->by == BY_FILE) {
		if (!print_files(t))
			return false;
	} else if (!print_segments(t, plan)) {
		return false;
	}
	if (!print_facts(t, plan))
		return false;
	/* Where firmware's own tables go on describing memory, there is nothing to tell. */
	if (plan->by == BY_SEGMENTS && plan->memory.count)
		print_memory(t, &plan->memory);
	if (!print_notes(t, plan))
		return false;
	if (!plan->fallback)
		return true;
	heading(t, "Should the running kernel refuse that system call or this type of image");
	fprintf(t->out, "\n");
	return print_text(t, plan->fallback);
}

bool plan_print(FILE *out, const struct machine *machine, const struct image *image,
		const struct plan *plan, enum plan_form form, bool colour, struct arena *arena,
		struct error *error)
{
	const struct text t = { out, machine, image, colour, arena, error };
	bool printed;

	if (form == PLAN_JSON)
		printed = plan_json_print(out, machine, image, plan, arena, error);
	else if (form == PLAN_MAP)
		printed = plan_map_print(out, machine, plan, colour, arena, error);
	else
		printed = print_machine(&t) && print_text(&t, plan);
	if (!printed)
		return false;
	if (fflush(out) || ferror(out))
		return error_set(error, "The plan could not be written: %s.", strerror(errno));
	return true;
}
