// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing core headers in the target's byte order. All of them are 64-bit: a header of 32 bits
 * could name no memory above 4 GiB, and every kernel that reads these is a 64-bit one. It knows
 * offsets of fields and nothing of machines.
 */
#include "kexec/elfcore.h"

/* elf(5): sizes, types, and the offsets of what is not zero. */
#define EHDR_SIZE 64
#define PHDR_SIZE 56
#define CLASS_64 2
#define DATA_LITTLE 1
#define DATA_BIG 2
#define VERSION 1
#define ET_CORE 4
#define PT_LOAD 1
#define PT_NOTE 4
#define ANY_ACCESS 7 /* PF_R | PF_W | PF_X */

static void put_header(const struct elfcore *core, size_t count, uint8_t *out)
{
	static const uint8_t magic[4] = { 0x7f, 'E', 'L', 'F' };

	memcpy(out, magic, sizeof(magic));
	out[4] = CLASS_64;
	out[5] = core->order == BIG ? DATA_BIG : DATA_LITTLE;
	out[6] = VERSION;
	bytes_put(out + 16, 2, core->order, ET_CORE);
	bytes_put(out + 18, 2, core->order, core->machine);
	bytes_put(out + 20, 4, core->order, VERSION);
	bytes_put(out + 32, 8, core->order, EHDR_SIZE); /* e_phoff */
	bytes_put(out + 52, 2, core->order, EHDR_SIZE); /* e_ehsize */
	bytes_put(out + 54, 2, core->order, PHDR_SIZE);
	bytes_put(out + 56, 2, core->order, count); /* e_phnum */
}

static void put_program_header(const struct elfcore *core, uint32_t type, uint32_t flags,
			       const struct elfcore_load *load, uint8_t *out)
{
	bytes_put(out, 4, core->order, type);
	bytes_put(out + 4, 4, core->order, flags);
	bytes_put(out + 8, 8, core->order, load->contents); /* p_offset */
	bytes_put(out + 16, 8, core->order, load->virtual);
	bytes_put(out + 24, 8, core->order, load->memory.start); /* p_paddr */
	bytes_put(out + 32, 8, core->order, range_size(load->memory)); /* p_filesz */
	bytes_put(out + 40, 8, core->order, range_size(load->memory)); /* p_memsz */
}

bool elfcore_make(const struct elfcore *core, struct arena *arena, struct bytes *out,
		  struct error *error)
{
	size_t count, size;
	uint8_t *bytes, *at;

	if (core->note_count > ELFCORE_HEADERS_MAX ||
	    core->load_count > ELFCORE_HEADERS_MAX - core->note_count)
		return error_set(error,
				 "The core headers would need %zu entries for notes and %zu for "
				 "ranges of memory; an ELF file has room for %d in all.",
				 core->note_count, core->load_count, ELFCORE_HEADERS_MAX);
	count = core->note_count + core->load_count;
	size = EHDR_SIZE + count * PHDR_SIZE;
	bytes = arena_alloc(arena, size, error);
	if (!bytes)
		return false;
	put_header(core, count, bytes);
	at = bytes + EHDR_SIZE;
	for (size_t i = 0; i < core->note_count; i++, at += PHDR_SIZE) {
		const struct elfcore_load note = { .memory = core->notes[i],
						   .contents = core->notes[i].start };

		put_program_header(core, PT_NOTE, 0, &note, at);
	}
	for (size_t i = 0; i < core->load_count; i++, at += PHDR_SIZE)
		put_program_header(core, PT_LOAD, ANY_ACCESS, &core->loads[i], at);
	*out = (struct bytes){ bytes, size };
	return true;
}
