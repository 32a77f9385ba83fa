// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading what a dump of the running kernel will need: where each processor leaves its registers,
 * where VMCOREINFO lies, and at which addresses the kernel sees itself and its memory. Only asked
 * of a machine with a crash reservation. What cannot be found out stays unknown.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "arch/arch.h"
#include "kexec/kcore.h"
#include "kexec/machine_live.h"

#define PROCESSORS "/sys/devices/system/cpu"
#define KALLSYMS "/proc/kallsyms"
#define VMCOREINFO "/sys/kernel/vmcoreinfo"

/* Hexadecimal digits with or without 0x, then `after`; *text moves behind that. */
static bool take_hexadecimal(const char **text, char after, uint64_t *out)
{
	char *end;

	if (!isxdigit((unsigned char)**text))
		return false;
	errno = 0;
	*out = strtoull(*text, &end, 16);
	if (errno || *end != after)
		return false;
	*text = after ? end + 1 : end;
	return true;
}

static struct bytes text_bytes(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

/* Address, then size, both hexadecimal, the second without 0x (kernel/ksysfs.c). */
static bool read_vmcoreinfo(const struct sysroot *root, struct arena *arena,
			    struct machine *machine, struct error *error)
{
	const char *text = NULL, *rest;
	struct range range;
	uint64_t size;

	if (!machine_text(root, arena, machine, VMCOREINFO, &text, error))
		return false;
	if (!text)
		return true;
	rest = text;
	if (take_hexadecimal(&rest, ' ', &range.start) && take_hexadecimal(&rest, '\0', &size) &&
	    size && add_overflow_checked(range.start, size, &range.end)) {
		machine->vmcoreinfo = range;
		return true;
	}
	return error_set(error,
			 "%s" VMCOREINFO " holds \"%s\"; 0xADDRESS SIZE, in hexadecimal, was "
			 "expected.",
			 root->path, error_quote(text_bytes(text)).text);
}

/* A processor that has no such file, or not for this user, is passed over: *notes is empty then. */
static bool read_notes(const struct sysroot *root, struct arena *arena, struct machine *machine,
		       const char *processor, struct range *notes, struct error *error)
{
	const char *path = arena_format(arena, error, PROCESSORS "/%s/crash_notes", processor);
	const char *size_path = arena_format(arena, error, "%s_size", path ? path : "");
	const char *text = NULL, *rest;
	uint64_t size = 0;

	*notes = (struct range){ 0, 0 };
	if (!path || !size_path || !machine_text(root, arena, machine, path, &text, error))
		return false;
	if (!text)
		return true;
	if (!machine_number(root, arena, machine, size_path, &size, error))
		return false;
	rest = text;
	if (take_hexadecimal(&rest, '\0', &notes->start) &&
	    add_overflow_checked(notes->start, size, &notes->end))
		return true;
	return error_set(error, "%s%s holds \"%s\"; a hexadecimal address was expected.",
			 root->path, path, error_quote(text_bytes(text)).text);
}

/* cpu0, cpu1, ..., and not cpufreq or cpuidle. */
static bool is_processor(const char *name, unsigned long *number)
{
	char *end;

	if (strncmp(name, "cpu", 3) || !isdigit((unsigned char)name[3]))
		return false;
	*number = strtoul(name + 3, &end, 10);
	return !*end;
}

struct processor {
	unsigned long number;
	struct range notes;
};

static int compare_processors(const void *a, const void *b)
{
	const struct processor *left = a, *right = b;

	return (left->number > right->number) - (left->number < right->number);
}

static bool read_processors(const struct sysroot *root, struct arena *arena,
			    struct machine *machine, struct error *error)
{
	const char *const *names = NULL;
	struct processor *found;
	struct range *notes;
	size_t count = 0, kept = 0;
	enum sysroot_result result = sysroot_list(root, arena, PROCESSORS, &names, &count, error);

	if (!machine_passes_over(root, arena, machine, PROCESSORS, result, error))
		return false;
	if (!count)
		return true;
	found = arena_array(arena, count, sizeof(*found), error);
	notes = arena_array(arena, count, sizeof(*notes), error);
	if (!found || !notes)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_processor(names[i], &found[kept].number))
			continue;
		if (!read_notes(root, arena, machine, names[i], &found[kept].notes, error))
			return false;
		kept += range_size(found[kept].notes) > 0;
	}
	qsort(found, kept, sizeof(*found), compare_processors);
	for (size_t i = 0; i < kept; i++)
		notes[i] = found[i].notes;
	machine->crash_notes = notes;
	machine->crash_notes_count = kept;
	return true;
}

/* "ADDRESS TYPE NAME" of /proc/kallsyms, whose addresses are 0 for a reader without privilege. */
static uint64_t find_symbol(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = text; (at = strstr(at, name)); at += length) {
		const char *line = at;
		uint64_t address;

		if (at - text < 4 || at[-1] != ' ' || (at[length] && at[length] != '\n'))
			continue;
		while (line > text && line[-1] != '\n')
			line--;
		if (take_hexadecimal(&line, ' ', &address))
			return address;
	}
	return 0;
}

/*
 * Where /proc/kcore tells nothing: the address of the first instruction by name, which must be the
 * start of "Kernel code" too, and the end of what belongs to the kernel.
 */
static void find_image(const struct machine *machine, const struct iomem *iomem, uint64_t text,
		       uint64_t stext, struct kcore *kcore)
{
	const struct iomem_entry *end = iomem_find(iomem, "Kernel bss");

	if (!end)
		end = iomem_find(iomem, "Kernel data");
	if (!end || !stext || text != stext || range_size(machine->kernel_code) == 0 ||
	    end->range.end <= machine->kernel_code.start)
		return;
	kcore->image = (struct range){ machine->kernel_code.start, end->range.end };
	kcore->image_virtual = stext;
}

static bool read_addresses(const struct sysroot *root, struct arena *arena,
			   struct machine *machine, const struct iomem *iomem, struct error *error)
{
	struct kcore kcore = { .linear = machine->arch->linear_map };
	/* Empty where there is none, or not for this user: lockdown hides it. */
	struct bytes head = machine_kcore_head(root, machine->arch->order, arena);
	uint64_t stext = 0, text = 0;
	const char *symbols = NULL;

	if (!kcore_symbol(head, "_stext", &stext)) {
		static const char *const endings[] = { " _stext", " _text" };
		enum sysroot_result result =
			sysroot_lines(root, arena, KALLSYMS, endings, 2, &symbols, error);

		if (!machine_passes_over(root, arena, machine, KALLSYMS, result, error))
			return false;
		stext = symbols ? find_symbol(symbols, "_stext") : 0;
		text = symbols ? find_symbol(symbols, "_text") : 0;
	}
	kcore_parse(head, machine->arch->order, stext, &machine->ram, &kcore);
	if (!kcore.linear_known && !range_size(kcore.image))
		find_image(machine, iomem, text, stext, &kcore);
	machine->kernel_image = kcore.image;
	machine->kernel_virtual = kcore.image_virtual;
	machine->linear_map = kcore.linear;
	return true;
}

bool machine_read_crash(const struct sysroot *root, struct arena *arena, struct machine *machine,
			const struct iomem *iomem, struct error *error)
{
	return iomem_append_system_ram(iomem, arena, &machine->ram, error) &&
	       memmap_tidy(&machine->ram, arena, error) &&
	       read_vmcoreinfo(root, arena, machine, error) &&
	       read_processors(root, arena, machine, error) &&
	       read_addresses(root, arena, machine, iomem, error);
}
