// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory of a capture kernel: the reservations, what lies below 1 MiB, where processors have to
 * be started from, and whatever firmware keeps for itself. The rest is the dump. It does not know
 * how a memory map is written down for the kernel.
 */
#include "arch/x86_64/capture.h"

#include <inttypes.h>
#include <stdlib.h>

#include "arch/x86_64/machine.h"
#include "kexec/crash.h"

#define LOW_MEMORY ((uint64_t)1 << 20)
#define LOW_RAM_END 0xa0000 /* where the screen begins; RAM never does again below 1 MiB */

/*
 * Below 1 MiB the capture kernel works itself; the kernel that crashed kept nothing there
 * (Linux 5.5, "x86/kdump: Always reserve the low 1M when the crashkernel option is specified").
 */
static const struct range low_memory = { 0, LOW_MEMORY };

/* What entry.S takes, by number: purgatory/purgatory.h. */
enum { ARGUMENT_SAVED_SIZE = 5, ARGUMENT_SAVED_FROM, ARGUMENT_SAVED_TO };

static bool append_low_memory(const struct planning *p, struct memmap *out, struct error *error)
{
	const struct memmap *ram = &p->machine->ram;

	for (size_t i = 0; i < ram->count; i++) {
		struct range low = ram->entries[i].range;

		if (low.end > LOW_MEMORY)
			low.end = LOW_MEMORY;
		if (low.start < low.end &&
		    !memmap_append(out, p->arena, low, MEMORY_RAM, error))
			return false;
	}
	return true;
}

/* Devices' memory of which the next kernel would make RAM, before it has read the dump there. */
static enum memory_type harmless(enum memory_type type)
{
	return type == MEMORY_SOFT_RESERVED ? MEMORY_RESERVED : type;
}

/* Segments that the capture kernel reads late, and does not know of by boot_params. */
static bool keep_off(const struct planning *p, const char *name, struct error *error)
{
	const struct segment *segment = plan_segment(p->plan, name);

	return !segment || memmap_remove(&p->plan->memory, p->arena, segment->memory, error);
}

static bool make_map(const struct planning *p, struct error *error)
{
	const struct memmap *firmware = &p->machine->firmware, *crash = &p->machine->crash;
	struct memmap *out = &p->plan->memory;

	*out = (struct memmap){ 0 };
	if (!append_low_memory(p, out, error))
		return false;
	for (size_t i = 0; i < firmware->count; i++)
		if (firmware->entries[i].type != MEMORY_RAM &&
		    !memmap_append(out, p->arena, firmware->entries[i].range,
				   harmless(firmware->entries[i].type), error))
			return false;
	for (size_t i = 0; i < crash->count; i++)
		if (!memmap_append(out, p->arena, crash->entries[i].range, MEMORY_RAM, error))
			return false;
	/* All other segments are reserved by the kernel, which boot_params tells of them. */
	return memmap_tidy(out, p->arena, error) && keep_off(p, "elfcorehdr", error) &&
	       keep_off(p, "backup", error);
}

/* What is put behind a command line. `text` is NULL when making it failed. */
static const char *append(const struct planning *p, const char *cmdline, const char *text,
			  struct error *error)
{
	if (!text || !*cmdline)
		return text;
	return arena_format(p->arena, error, "%s %s", cmdline, text);
}

/* KIB@KIB, or another sign for memory that is not RAM (memmap= in kernel-parameters.txt). */
static const char *add_range(const struct planning *p, const char *cmdline,
			     const struct memory *memory, struct error *error)
{
	struct range range = memory->range;
	bool ram = memory->type == MEMORY_RAM;
	char sign;

	switch (memory->type) {
	case MEMORY_RAM:
		sign = '@';
		break;
	case MEMORY_ACPI:
	case MEMORY_NVS:
		sign = '#';
		break;
	case MEMORY_PMEM:
	case MEMORY_PRAM:
		sign = '!';
		break;
	default:
		return cmdline;
	}
	/* In whole KiB: RAM may shrink, nothing else may. */
	range.start = (range.start + (ram ? 1023 : 0)) >> 10;
	range.end = (range.end >> 10) + (!ram && range.end & 1023);
	if (range.start >= range.end)
		return cmdline;
	return append(p, cmdline,
		      arena_format(p->arena, error, "memmap=%" PRIu64 "K%c%" PRIu64 "K",
				   range_size(range), sign, range.start),
		      error);
}

static const char *add_memory_map(const struct planning *p, const char *cmdline,
				  struct error *error)
{
	const struct memmap *map = &p->plan->memory;

	cmdline = append(p, cmdline, "memmap=exactmap", error);
	for (size_t i = 0; cmdline && i < map->count; i++)
		cmdline = add_range(p, cmdline, &map->entries[i], error);
	return cmdline;
}

/*
 * Kernels before 5.1 do not look for the ACPI root in boot_params, and without EFI they would not
 * find it at all.
 */
static const char *add_acpi_root(const struct planning *p, const struct boot_request *request,
				 const char *cmdline, struct error *error)
{
	const struct x86_64_machine *facts = p->machine->facts;
	uint64_t root = facts->efi_acpi20 ? facts->efi_acpi20 : facts->efi_acpi;
	const char *why_not;

	if (!root || efi_handed_on(p, &request->header, &why_not))
		return cmdline;
	return append(p, cmdline, arena_format(p->arena, error, "acpi_rsdp=0x%" PRIx64, root),
		      error);
}

/* "5.4.0-..." and the like: whether that is before Linux 5.5. What cannot be read is not. */
static bool is_old(const char *release)
{
	char *end;
	unsigned long major = strtoul(release, &end, 10);

	if (end == release || *end != '.')
		return false;
	return major < 5 || (major == 5 && strtoul(end + 1, NULL, 10) < 5);
}

/* From the first page with RAM to the last, below 640 KiB. */
static struct range low_ram(const struct machine *machine)
{
	struct range low = { LOW_RAM_END, 0 };

	for (size_t i = 0; i < machine->ram.count; i++) {
		struct range ram = machine->ram.entries[i].range;

		if (ram.start >= LOW_RAM_END)
			continue;
		if (ram.start < low.start)
			low.start = ram.start & ~(machine->page_size - 1);
		if (ram.end > low.end)
			low.end = (ram.end + machine->page_size - 1) & ~(machine->page_size - 1);
	}
	if (low.end > LOW_RAM_END)
		low.end = LOW_RAM_END;
	return low.start < low.end ? low : (struct range){ 0, 0 };
}

/* A kernel that is too old to keep off low memory: purgatory saves it for the dump. */
static bool add_backup(const struct planning *p, uint64_t limit, struct crash_headers *wish,
		       struct purgatory_jump *jump, struct error *error)
{
	struct range low = low_ram(p->machine);

	if (!is_old(p->machine->release) || !range_size(low))
		return true;
	if (!plan_place_and_add(p, "backup", "RAM below 640 KiB", (struct bytes){ NULL, 0 },
				range_size(low), (struct placement){ .below = limit },
				&wish->moved_to, error))
		return false;
	wish->left_out = (struct range){ 0, 0 };
	wish->moved = low;
	jump->arguments[ARGUMENT_SAVED_SIZE] = range_size(low);
	jump->arguments[ARGUMENT_SAVED_FROM] = low.start;
	jump->arguments[ARGUMENT_SAVED_TO] = wish->moved_to;
	return plan_fact(p, "purgatory", "saves", error, "0x%" PRIx64 "-0x%" PRIx64, low.start,
			 low.end - 1);
}

bool capture_prepare(const struct planning *p, struct boot_request *request, uint64_t limit,
		     struct purgatory_jump *jump, struct error *error)
{
	struct crash_headers wish = { .below = limit, .left_out = low_memory };
	const char *cmdline = p->cmdline;
	uint64_t headers;

	if (!add_backup(p, limit, &wish, jump, error) ||
	    !crash_add_headers(p, &wish, &headers, error) || !make_map(p, error))
		return false;
	if (p->options->pass_memmap_cmdline)
		cmdline = add_memory_map(p, cmdline, error);
	if (cmdline)
		cmdline = add_acpi_root(p, request, cmdline, error);
	if (cmdline)
		cmdline = append(
			p, cmdline,
			arena_format(p->arena, error, "elfcorehdr=%" PRIu64 "K", headers >> 10),
			error);
	request->cmdline = p->plan->cmdline = cmdline;
	return cmdline;
}
