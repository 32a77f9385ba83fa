// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding driver structures in a module. A symbol of the structure's size is a candidate; it is one
 * if every pointer in it points at what the BTF says that word is for, and its name is a text. A
 * module that registers drivers but has no such symbol (it was stripped, or the structure is part
 * of a larger one) is searched for the same picture at every pointer to a text.
 */
#include "config.h"
#include "kexec/drivers.h"

#include "kexec/elf_object.h"

#define NAME_MAX_LENGTH 128
#define SIGNATURE_MARK "~Module signature appended~\n"
#define REGISTRARS_MAX 5

static const struct {
	const char *name, *structure, *name_member;
	/*
	 * What modules import to register such a driver;
	 * include/linux/{pci,platform_device,virtio}.h.
	 */
	const char *registrars[REGISTRARS_MAX];
} kinds[DRIVER_KINDS] = {
	[DRIVER_PCI] = { "pci", "pci_driver", "name", { "__pci_register_driver" } },
	[DRIVER_PLATFORM] = { "platform", "platform_driver", "driver.name",
			      { "__platform_driver_register", "__platform_driver_probe",
				"__platform_register_drivers", "__platform_create_bundle" } },
	[DRIVER_VIRTIO] = { "virtio", "virtio_driver", "driver.name",
			    { "register_virtio_driver", "__register_virtio_driver" } },
	[DRIVER_BUS] = { "bus", "bus_type", "name", { "bus_register" } },
};

const char *driver_kind_name(enum driver_kind kind)
{
	return kinds[kind].name;
}

static void layout_read(const struct btf *btf, enum driver_kind kind, struct driver_layout *layout)
{
	struct btf_struct structure;

	*layout = (struct driver_layout){ 0 };
	if (!btf_struct(btf, kinds[kind].structure, &structure))
		return;
	layout->size = structure.size;
	layout->has_shutdown = btf_member(&structure, "shutdown", &layout->shutdown);
	layout->has_probe = btf_member(&structure, "probe", &layout->probe);
	layout->known = layout->size && layout->size % DRIVER_POINTER_SIZE == 0 &&
			layout->size <= DRIVER_WORDS_MAX * DRIVER_POINTER_SIZE &&
			btf_member(&structure, kinds[kind].name_member, &layout->name) &&
			btf_words(&structure, DRIVER_POINTER_SIZE, layout->words,
				  layout->size / DRIVER_POINTER_SIZE);
}

void driver_layouts_read(const struct btf *btf, struct driver_layouts *layouts)
{
	for (unsigned kind = 0; kind < DRIVER_KINDS; kind++)
		layout_read(btf, kind, &layouts->of[kind]);
}

struct pointers {
	bool read;
	struct elf_pointer *list;
	size_t count;
};

struct search {
	struct elf_object object;
	struct driver_layouts layouts;
	bool registers[DRIVER_KINDS];
	struct pointers *pointers;	/* of each section, read when they are needed */
	struct driver_module *module;
	size_t capacity;
	struct arena *arena, *scratch;
	struct error *error;
};

/* The text that a pointer points at, or NULL when there is none that could be a name. */
static const char *text_at(const struct search *s, const struct elf_pointer *pointer)
{
	const struct elf_section *section = &s->object.sections[pointer->section];
	struct bytes rest;
	const uint8_t *end;

	if (pointer->section == ELF_OUTSIDE || section->executable)
		return NULL;
	rest = bytes_from(section->bytes, pointer->target);
	if (!rest.size)
		return NULL;
	end = memchr(rest.data, '\0', rest.size < NAME_MAX_LENGTH ? rest.size : NAME_MAX_LENGTH);
	if (!end || end == rest.data)
		return NULL;
	for (const uint8_t *c = rest.data; c < end; c++)
		if (*c < ' ' || *c == 0x7f)
			return NULL;
	return (const char *)rest.data;
}

static bool fits(const struct search *s, const struct elf_pointer *pointer, enum btf_word word)
{
	bool outside = pointer->section == ELF_OUTSIDE;
	bool executable = s->object.sections[pointer->section].executable;

	switch (word) {
	case BTF_NO_POINTER:
		return false;
	case BTF_FUNCTION:
		return outside || executable;
	case BTF_TEXT:
		return text_at(s, pointer);
	case BTF_OBJECT:
		return !executable;
	case BTF_ANYTHING:
		break;
	}
	return true;
}

/* What was found in the words of a structure. */
struct picture {
	const char *name;
	const struct elf_pointer *shutdown;
	unsigned functions, objects;
	bool probe;
};

static size_t first_pointer(const struct pointers *pointers, uint64_t offset)
{
	size_t low = 0, high = pointers->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pointers->list[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether the structure of this kind lies at `offset` of the section. */
static bool look(const struct search *s, const struct driver_layout *layout, uint32_t section,
		 uint64_t offset, struct picture *found)
{
	const struct pointers *pointers = &s->pointers[section];
	struct bytes bytes;

	*found = (struct picture){ 0 };
	if (!bytes_slice(s->object.sections[section].bytes, offset, layout->size, &bytes))
		return false;
	for (size_t i = first_pointer(pointers, offset); i < pointers->count; i++) {
		const struct elf_pointer *pointer = &pointers->list[i];
		uint64_t at = pointer->offset - offset;
		enum btf_word word;

		if (at >= layout->size)
			break;
		word = layout->words[at / DRIVER_POINTER_SIZE];
		if (at % DRIVER_POINTER_SIZE || !fits(s, pointer, word))
			return false;
		if (at == layout->name)
			found->name = text_at(s, pointer);
		if (layout->has_shutdown && at == layout->shutdown)
			found->shutdown = pointer;
		found->functions += word == BTF_FUNCTION;
		found->objects += word == BTF_OBJECT;
		found->probe |= layout->has_probe && at == layout->probe;
	}
	return found->name;
}

static bool read_pointers(struct search *s, uint32_t section)
{
	struct pointers *pointers = &s->pointers[section];

	if (pointers->read)
		return true;
	pointers->read = true;
	return elf_object_pointers(&s->object, section, s->scratch, &pointers->list,
				   &pointers->count, s->error);
}

static const char *copy_text(struct search *s, const char *text)
{
	return arena_copy(s->arena, (struct bytes){(const uint8_t *)text, strlen(text)}, s->error);
}

/* The function's name: the relocation names it, or only its section. Empty when nothing tells. */
static const char *function_name(const struct search *s, const struct elf_pointer *pointer)
{
	const struct elf_symbol *named = &s->object.symbols[pointer->symbol];

	if (named->name[0] && named->section == ELF_OUTSIDE)
		return named->name;
	for (uint32_t i = 0; i < s->object.symbol_count; i++) {
		const struct elf_symbol *symbol = &s->object.symbols[i];

		if (symbol->function && symbol->section == pointer->section &&
		    symbol->value == pointer->target)
			return symbol->name;
	}
	return "";
}

static bool add(struct search *s, const struct driver *driver, const struct picture *found)
{
	struct driver_module *module = s->module;
	const char *callback = found->shutdown ? function_name(s, found->shutdown) : "";
	struct driver *drivers = arena_grow(s->arena, module->drivers, module->count, &s->capacity,
					    sizeof(*drivers), s->error);
	struct driver *added;

	if (!drivers)
		return false;
	module->drivers = drivers;
	added = &drivers[module->count++];
	*added = *driver;
	added->shutdown = found->shutdown ? SHUTDOWN_WITH : SHUTDOWN_WITHOUT;
	/* No PCI driver works without a probe function: whoever fills it in may fill in more. */
	if (driver->kind == DRIVER_PCI && !found->shutdown && !found->probe) {
		added->shutdown = SHUTDOWN_UNKNOWN;
		added->why = "the module fills the structure in when it runs";
	}
	added->registers = s->registers[driver->kind];
	added->name = copy_text(s, found->name);
	added->section = copy_text(s, driver->section);
	if (driver->symbol)
		added->symbol = copy_text(s, driver->symbol);
	if (*callback)
		added->callback = copy_text(s, callback);
	return added->name && added->section && (!driver->symbol || added->symbol) &&
	       (!*callback || added->callback);
}

/*
 * A module that registers drivers may leave all but the name for later, as ssb does. Where another
 * one registers them (comedi_pci, mlxsw_pci) the picture must be complete: operations of other
 * kinds have names and functions too.
 */
static bool is_wrapped(enum driver_kind kind, const struct picture *found)
{
	return kind == DRIVER_PCI && found->probe && found->objects;
}

static bool find_by_symbols(struct search *s)
{
	for (uint32_t i = 0; i < s->object.symbol_count; i++) {
		const struct elf_symbol *symbol = &s->object.symbols[i];
		const struct elf_section *section = &s->object.sections[symbol->section];

		if (!symbol->object || !section->writable || section->executable ||
		    !section->relocations)
			continue;
		for (unsigned kind = 0; kind < DRIVER_KINDS; kind++) {
			const struct driver_layout *layout = &s->layouts.of[kind];
			struct driver driver = {
				.kind = kind, .symbol = symbol->name, .section = section->name,
				.offset = symbol->value,
			};
			struct picture found;

			if (!layout->known || layout->size != symbol->size)
				continue;
			if (!read_pointers(s, symbol->section))
				return false;
			if (look(s, layout, symbol->section, symbol->value, &found) &&
			    (s->registers[kind] || is_wrapped(kind, &found)) &&
			    !add(s, &driver, &found))
				return false;
		}
	}
	return true;
}

static bool has_kind(const struct driver_module *module, enum driver_kind kind)
{
	for (size_t i = 0; i < module->count; i++)
		if (module->drivers[i].kind == kind)
			return true;
	return false;
}

/* Each pointer to a text may be the name of a structure. */
static bool find_in_section(struct search *s, enum driver_kind kind, uint32_t section)
{
	const struct driver_layout *layout = &s->layouts.of[kind];
	const struct pointers *pointers = &s->pointers[section];

	for (size_t i = 0; i < pointers->count; i++) {
		struct driver driver = {.kind = kind, .section = s->object.sections[section].name};
		struct picture found;

		if (pointers->list[i].offset < layout->name || !text_at(s, &pointers->list[i]))
			continue;
		driver.offset = pointers->list[i].offset - layout->name;
		if (look(s, layout, section, driver.offset, &found) && found.probe &&
		    found.functions > 1 && !add(s, &driver, &found))
			return false;
	}
	return true;
}

static bool find_by_contents(struct search *s)
{
	for (unsigned kind = 0; kind < DRIVER_BUS; kind++) {
		if (!s->registers[kind] || !s->layouts.of[kind].known || has_kind(s->module, kind))
			continue;
		for (uint32_t i = 1; i < s->object.section_count; i++) {
			const struct elf_section *section = &s->object.sections[i];

			if (!section->writable || section->executable || !section->relocations)
				continue;
			if (!read_pointers(s, i) || !find_in_section(s, kind, i))
				return false;
		}
	}
	return true;
}

static void find_registrars(struct search *s)
{
	for (uint32_t i = 0; i < s->object.symbol_count; i++) {
		const struct elf_symbol *symbol = &s->object.symbols[i];

		if (symbol->section != ELF_OUTSIDE)
			continue;
		for (unsigned kind = 0; kind < DRIVER_KINDS; kind++)
			for (unsigned j = 0; j < REGISTRARS_MAX && kinds[kind].registrars[j]; j++)
				if (!strcmp(kinds[kind].registrars[j], symbol->name))
					s->registers[kind] = true;
	}
}

/* A bus that is a module has its types in the BTF of each module that uses them. */
static void read_own_layouts(struct search *s, const struct btf *base)
{
	const struct elf_section *section = elf_object_section(&s->object, ".BTF"),
				 *own_base = elf_object_section(&s->object, ".BTF.base");
	struct btf btf, small;
	struct error ignored = { 0 };
	bool wanted = false;

	for (unsigned kind = 0; kind < DRIVER_KINDS; kind++)
		wanted |= s->registers[kind] && !s->layouts.of[kind].known;
	if (!wanted || !section)
		return;
	/* Types that cannot be read are types that are not there: the drivers are unknown then. */
	if (own_base && own_base->bytes.size) {
		if (!btf_read_base(own_base->bytes, base, s->scratch, &small, &ignored))
			return;
		base = &small;
	}
	if (!btf_read(section->bytes, base, s->scratch, &btf, &ignored))
		return;
	for (unsigned kind = 0; kind < DRIVER_KINDS; kind++)
		if (!s->layouts.of[kind].known)
			layout_read(&btf, kind, &s->layouts.of[kind]);
}

static void read_origin(struct bytes file, const struct elf_object *object,
			struct driver_module *module)
{
	const struct elf_section *info = elf_object_section(object, ".modinfo");
	size_t mark = sizeof(SIGNATURE_MARK) - 1;

	module->is_signed = file.size >= mark &&
			    bytes_equal_at(file, file.size - mark, SIGNATURE_MARK, mark);
	module->in_tree =
		info && info->bytes.size &&
		memmem(info->bytes.data, info->bytes.size, "intree=Y", sizeof("intree=Y"));
}

static bool search(struct search *s, struct bytes file, const struct btf *btf)
{
	if (!elf_object_open(file, s->scratch, &s->object, s->error))
		return false;
	read_origin(file, &s->object, s->module);
	find_registrars(s);
	s->pointers =
		arena_array(s->scratch, s->object.section_count, sizeof(*s->pointers), s->error);
	if (!s->pointers)
		return false;
	read_own_layouts(s, btf);
	for (unsigned kind = 0; kind < DRIVER_KINDS; kind++)
		s->module->unreadable[kind] = s->registers[kind] && !s->layouts.of[kind].known;
	return find_by_symbols(s) && find_by_contents(s);
}

bool driver_module_read(struct bytes file, const struct btf *btf,
			const struct driver_layouts *layouts, struct arena *arena,
			struct arena *scratch, struct driver_module *module, struct error *error)
{
	struct search s = {
		.layouts = *layouts, .module = module, .arena = arena, .scratch = scratch,
		.error = error,
	};
	bool read;

	*module = (struct driver_module){ 0 };
	read = search(&s, file, btf);
	elf_object_close(&s.object);
	return read;
}
