// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ELF files that are neither Linux nor Multiboot, and run without an operating system: they lie
 * where they are linked, and are entered at their entry point with nothing (--args-none), or with
 * ELF boot notes (--args-elf), which say who started them and with which command line. Nobody can
 * tell from such a file that it is no ordinary program, so the user has to say it.
 */
#include "config.h"
#include "arch/x86_64/standalone.h"

#include "arch/arch.h"
#include "kexec/purgatory.h"

#define ET_EXEC 2
#define MIB ((uint64_t)1 << 20)
#define FOUR_GIB ((uint64_t)1 << 32)

/* coreboot's and FILO's elf_boot.h; an i386 program finds the magic in EAX and the notes in EBX. */
#define NOTES_MAGIC 0x0e1fb007
#define NOTE_LOADER 2
#define NOTE_LOADER_VERSION 3
#define NOTE_COMMAND_LINE 4
#define NOTE_COUNT 3

struct notes_header {
	le32 magic, size;
	le16 checksum, count;
};

/* As in an ELF file; these have no names. */
struct note_header {
	le32 name_size, size, type;
};

struct note {
	uint32_t type;
	const char *text;
};

static size_t note_size(const struct note *note)
{
	return sizeof(struct note_header) + (strlen(note->text) + 4) / 4 * 4;
}

/* RFC 1071, over words of 16 bits; `size` is even. */
static uint16_t internet_checksum(const uint8_t *data, size_t size)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += bytes_get(data + i, 2, LITTLE);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static bool add_notes(const struct planning *p, uint64_t *address, struct error *error)
{
	const struct placement where = { .above = MIB, .below = FOUR_GIB, .from_top = true };
	const struct note notes[NOTE_COUNT] = {
		{ NOTE_LOADER, "kexec-ng" },
		{ NOTE_LOADER_VERSION, PACKAGE_VERSION },
		{ NOTE_COMMAND_LINE, p->cmdline },
	};
	size_t size = sizeof(struct notes_header), at = size;
	struct notes_header *header;
	uint8_t *out;

	for (unsigned i = 0; i < NOTE_COUNT; i++)
		size += note_size(&notes[i]);
	out = arena_alloc(p->arena, size, error);
	if (!out)
		return false;
	header = (struct notes_header *)out;
	put(&header->magic, NOTES_MAGIC);
	put(&header->size, (uint32_t)size);
	put(&header->count, NOTE_COUNT);
	for (unsigned i = 0; i < NOTE_COUNT; at += note_size(&notes[i++])) {
		struct note_header *note = (struct note_header *)(out + at);

		put(&note->size, (uint32_t)strlen(notes[i].text) + 1);
		put(&note->type, notes[i].type);
		strcpy((char *)(note + 1), notes[i].text);
	}
	put(&header->checksum, internet_checksum(out, size));
	return plan_place_and_add(p, "boot_notes", "made here", (struct bytes){ out, size }, size,
				  where, address, error);
}

static bool check(const struct planning *p, const struct elf_image *elf, struct error *error)
{
	const char *file = p->image->kernel_file.path;

	if (p->options->panic) {
		error_set(error,
			  "%s is loaded as a program that is no Linux (--args-elf or --args-none), "
			  "and would not know of a crash kernel's memory (-p).",
			  file);
		return error_remedy(error, "Give a bzImage or a vmlinux.");
	}
	if (p->image->initrd.bytes.size) {
		error_set(error,
			  "An initial RAM disk was given, and %s is loaded as a program that is no "
			  "Linux (--args-elf or --args-none) and has no use for it.",
			  file);
		return error_remedy(error, "Leave --initrd out, or these options if it is Linux.");
	}
	if (elf->type != ET_EXEC)
		return error_set(error,
				 "%s is an ELF file of type %u; only an executable that is linked "
				 "to fixed addresses (type %u) can be started on its own.",
				 file, elf->type, ET_EXEC);
	return true;
}

bool standalone_plan(const struct planning *p, const struct elf_image *elf, struct error *error)
{
	const struct placement where = { .above = MIB, .below = FOUR_GIB, .from_top = true };
	struct purgatory_jump jump = {
		.entry = elf->entry,
		.mode = elf->class == 32 ? PURGATORY_ENTRY_32 : PURGATORY_ENTRY_64,
	};
	uint64_t notes;

	if (!check(p, elf, error))
		return false;
	if (!elf_add_entered(p, elf, 0, elf->entry, error))
		return error_context(error, "%s: ", p->image->kernel_file.path);
	if (p->options->args == ARGS_ELF) {
		if (!add_notes(p, &notes, error))
			return false;
		jump.arguments[1] = elf->class == 32 ? NOTES_MAGIC : notes;
		jump.arguments[2] = elf->class == 32 ? notes : 0;
	}
	return purgatory_place(p, where, error) && purgatory_finish(p, &jump, error);
}
