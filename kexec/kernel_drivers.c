// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looking for a driver's structure in a linked kernel. Each word that points at the driver's name
 * may be the structure's; it is if every other word of the structure can be what BTF says it is. A
 * driver that is filled in when the kernel runs looks like nothing: so that another structure with
 * the same name is not taken for it, those that merely could be it count as well.
 */
#include "config.h"

#include "kexec/kernel_drivers.h"

/* Places where a name stands, as the end of longer texts too. */
#define TEXTS_MAX 64
/* Pointers to them that are looked around, of which there are a few, and sections: some 60. */
#define LOOKS_MAX 4096
#define SECTIONS_MAX 1024
#define NAME_MAX_LENGTH 128

struct looking {
	const struct kernel_drivers *kernel;
	enum driver_kind kind;
	const char *name;
	uint64_t texts[TEXTS_MAX];
	unsigned text_count;
	unsigned candidates, looks;
	bool has_functions, has_probe, has_objects, has_shutdown; /* of the last one */
	uint32_t section;
	uint64_t offset;
};

/* Every section is searched: those of a damaged file must not each be all of it. */
static bool sections_are_apart(struct bytes image, const struct elf_object *object,
			       struct error *error)
{
	uint64_t sum = 0;

	for (uint32_t i = 1; i < object->section_count; i++)
		if (!add_overflow_checked(sum, object->sections[i].bytes.size, &sum))
			sum = UINT64_MAX;
	if (object->section_count > SECTIONS_MAX || sum > image.size)
		return error_set(
			error,
			"The kernel has %u sections, which lie over each other or are too many.",
			object->section_count);
	return true;
}

bool kernel_drivers_open(struct bytes image, const struct btf *btf, struct arena *arena,
			 struct kernel_drivers *kernel, struct error *error)
{
	*kernel = (struct kernel_drivers){0};
	driver_layouts_read(btf, &kernel->layouts);
	return elf_object_open_linked(image, arena, &kernel->object, error) &&
	       sections_are_apart(image, &kernel->object, error) &&
	       elf_object_relatives(&kernel->object, arena, &kernel->moved, &kernel->moved_count,
				    error);
}

void kernel_drivers_close(struct kernel_drivers *kernel)
{
	elf_object_close(&kernel->object);
}

/* The section that has the address, or ELF_OUTSIDE. */
static uint32_t section_of(const struct kernel_drivers *kernel, uint64_t address)
{
	for (uint32_t i = 1; i < kernel->object.section_count; i++) {
		const struct elf_section *section = &kernel->object.sections[i];

		if (section->allocated && address >= section->address &&
		    address - section->address < section->size)
			return i;
	}
	return ELF_OUTSIDE;
}

static uint64_t moved_word(const struct kernel_drivers *kernel, uint64_t address)
{
	size_t low = 0, high = kernel->moved_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kernel->moved[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < kernel->moved_count && kernel->moved[low].address == address
		       ? kernel->moved[low].value
		       : 0;
}

/* The word at an offset of a section; the caller has seen that it is there. */
static uint64_t word_at(const struct kernel_drivers *kernel, const struct elf_section *section,
			uint64_t offset)
{
	if (kernel->moved_count)
		return moved_word(kernel, section->address + offset);
	return bytes_get(section->bytes.data + offset, DRIVER_POINTER_SIZE, kernel->object.order);
}

static bool is_text(const struct kernel_drivers *kernel, uint64_t address)
{
	uint32_t i = section_of(kernel, address);
	const struct elf_section *section = &kernel->object.sections[i];
	struct bytes rest = bytes_from(section->bytes, address - section->address);

	return i != ELF_OUTSIDE && !section->executable && rest.size &&
	       memchr(rest.data, '\0', rest.size < NAME_MAX_LENGTH ? rest.size : NAME_MAX_LENGTH);
}

static bool fits(const struct kernel_drivers *kernel, enum btf_word word, uint64_t value)
{
	uint32_t section;

	if (!value || word == BTF_NO_POINTER || word == BTF_ANYTHING)
		return true;
	section = section_of(kernel, value);
	if (word == BTF_FUNCTION)
		return section != ELF_OUTSIDE && kernel->object.sections[section].executable;
	if (word == BTF_TEXT)
		return is_text(kernel, value);
	return section != ELF_OUTSIDE && !kernel->object.sections[section].executable;
}

/* Whether the structure can lie there. */
static void look(struct looking *l, uint32_t index, uint64_t offset)
{
	const struct driver_layout *layout = &l->kernel->layouts.of[l->kind];
	const struct elf_section *section = &l->kernel->object.sections[index];
	bool functions = false, objects = false;
	struct bytes bytes;

	if (!bytes_slice(section->bytes, offset, layout->size, &bytes))
		return;
	for (uint32_t at = 0; at < layout->size; at += DRIVER_POINTER_SIZE) {
		enum btf_word word = layout->words[at / DRIVER_POINTER_SIZE];
		uint64_t value = word_at(l->kernel, section, offset + at);

		if (!fits(l->kernel, word, value))
			return;
		functions |= word == BTF_FUNCTION && value;
		objects |= word == BTF_OBJECT && value;
	}
	l->candidates++;
	l->section = index;
	l->offset = offset;
	l->has_functions = functions;
	l->has_objects = objects;
	l->has_probe = layout->has_probe && word_at(l->kernel, section, offset + layout->probe);
	l->has_shutdown =
		layout->has_shutdown && word_at(l->kernel, section, offset + layout->shutdown);
}

static void find_texts(struct looking *l)
{
	size_t size = strlen(l->name) + 1;

	for (uint32_t i = 1; i < l->kernel->object.section_count; i++) {
		const struct elf_section *section = &l->kernel->object.sections[i];
		struct bytes rest = section->bytes;
		const uint8_t *at;

		if (!section->allocated || section->executable)
			continue;
		while (rest.size && (at = memmem(rest.data, rest.size, l->name, size))) {
			if (l->text_count == TEXTS_MAX)
				return;
			rest = bytes_from(rest, (size_t)(at - rest.data));
			l->texts[l->text_count++] =
				section->address + (section->bytes.size - rest.size);
			rest = bytes_from(rest, 1);
		}
	}
}

static bool is_name(const struct looking *l, uint64_t value)
{
	for (unsigned i = 0; value && i < l->text_count; i++)
		if (l->texts[i] == value)
			return true;
	return false;
}

static void look_around(struct looking *l, uint32_t section, uint64_t offset)
{
	uint32_t name = l->kernel->layouts.of[l->kind].name;

	/* One more that could be it, and nothing is believed. */
	if (l->looks++ == LOOKS_MAX)
		l->candidates = 2;
	if (offset >= name && l->candidates < 2)
		look(l, section, offset - name);
}

static void find_pointers(struct looking *l)
{
	const struct kernel_drivers *kernel = l->kernel;

	for (size_t i = 0; i < kernel->moved_count; i++) {
		uint32_t section;

		if (!is_name(l, kernel->moved[i].value))
			continue;
		section = section_of(kernel, kernel->moved[i].address);
		look_around(l, section,
			    kernel->moved[i].address - kernel->object.sections[section].address);
	}
	for (uint32_t i = 1; !kernel->moved_count && i < kernel->object.section_count; i++) {
		const struct elf_section *section = &kernel->object.sections[i];

		if (!section->allocated || section->executable)
			continue;
		for (uint64_t at = 0; at + DRIVER_POINTER_SIZE <= section->bytes.size;
		     at += DRIVER_POINTER_SIZE)
			if (is_name(l, word_at(kernel, section, at)))
				look_around(l, i, at);
	}
}

static const char *why_unknown(const struct looking *l)
{
	if (!l->kernel->layouts.of[l->kind].known)
		return "it is built into the kernel, and no BTF says how its structure looks";
	if (!l->candidates || l->text_count == TEXTS_MAX)
		return "it is built into the kernel, in whose image its structure was not found";
	if (l->candidates > 1)
		return "it is built into the kernel, in whose image more than one structure may be "
		       "its own";
	if (!l->has_functions || (l->kind != DRIVER_PLATFORM && !(l->has_probe && l->has_objects)))
		return "it is built into the kernel, which fills its structure in when it runs";
	return NULL;
}

bool kernel_drivers_find(const struct kernel_drivers *kernel, enum driver_kind kind,
			 const char *name, struct arena *arena, struct driver *driver,
			 struct error *error)
{
	struct looking l = {.kernel = kernel, .kind = kind, .name = name};

	*driver = (struct driver){.kind = kind, .name = name};
	if (kernel->layouts.of[kind].known && *name) {
		find_texts(&l);
		if (l.text_count < TEXTS_MAX)
			find_pointers(&l);
	}
	driver->why = why_unknown(&l);
	if (driver->why)
		return true;
	driver->shutdown = l.has_shutdown ? SHUTDOWN_WITH : SHUTDOWN_WITHOUT;
	driver->section = arena_format(arena, error, "%s", kernel->object.sections[l.section].name);
	driver->offset = l.offset;
	return driver->section;
}
