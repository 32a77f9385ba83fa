// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Multiboot kernels of the second version: tags say what the kernel demands, and tags tell it what
 * there is. Multiboot2 Specification 2.0. Whatever belongs to EFI boot services is out of reach:
 * they ended when the running kernel began.
 */
#include "arch/x86_64/multiboot.h"

#include <inttypes.h>

#include "arch/arch.h"
#include "arch/x86_64/linux.h"

/* Tags of the header, 3.1.4 to 3.1.13. */
enum {
	TAG_END = 0, TAG_INFORMATION = 1, TAG_ADDRESSES = 2, TAG_ENTRY = 3, TAG_CONSOLE = 4,
	TAG_FRAMEBUFFER = 5, TAG_ALIGN_MODULES = 6, TAG_EFI_BOOT_SERVICES = 7, TAG_ENTRY_EFI32 = 8,
	TAG_ENTRY_EFI64 = 9, TAG_RELOCATABLE = 10,
};

/* Tags of the information, 3.6.3 to 3.6.22. */
enum {
	INFO_CMDLINE = 1, INFO_LOADER = 2, INFO_MODULE = 3, INFO_MEMORY = 4, INFO_MAP = 6,
	INFO_FRAMEBUFFER = 8, INFO_ACPI_OLD = 14, INFO_ACPI_NEW = 15, INFO_LOAD_BASE = 21,
};

/* ACPI 6.5, 5.2.5.3: the root pointer of version 1, and of all later ones. */
#define ROOT_POINTER_OLD 20
#define ROOT_POINTER_NEW 36

#define CONSOLE_REQUIRED 0x1
#define PREFER_HIGHEST 2
#define ALIGNMENT_MAX ((uint64_t)1 << 30)

/* What the header asks for. */
struct wishes {
	bool has_addresses, has_entry, relocatable;
	struct multiboot_addresses addresses;
	uint64_t entry;
	uint64_t lowest, below, align;	/* of a kernel that may be moved */
	uint32_t preference;
};

static size_t find_header(struct bytes kernel)
{
	size_t end = kernel.size < MULTIBOOT2_SEARCH ? kernel.size : MULTIBOOT2_SEARCH;

	for (size_t at = 0; at + sizeof(struct multiboot2_header) <= end; at += 8) {
		const struct multiboot2_header *h =
			(const struct multiboot2_header *)(kernel.data + at);

		if (get(h->magic) == MULTIBOOT2_MAGIC &&
		    (uint32_t)(get(h->magic) + get(h->architecture) + get(h->length) +
			       get(h->checksum)) == 0)
			return at;
	}
	return SIZE_MAX;
}

static bool multiboot2_probe(struct bytes kernel)
{
	return find_header(kernel) != SIZE_MAX;
}

/*
 * Whether this loader can tell the kernel that. What is not there, no module for one, counts as
 * told.
 */
static bool is_told(uint32_t type, const struct multiboot_given *given, const struct wishes *wishes)
{
	return (type >= INFO_CMDLINE && type <= INFO_MEMORY) || type == INFO_MAP ||
	       (type == INFO_FRAMEBUFFER && given->screen.known) ||
	       (type == INFO_ACPI_OLD && given->root_pointer) ||
	       (type == INFO_ACPI_NEW && given->root_pointer_is_new) ||
	       (type == INFO_LOAD_BASE && wishes->relocatable);
}

/* What a kernel demands that it may not get; 11 to 20 are of EFI. */
static const char *demand_name(uint32_t type)
{
	if (type == INFO_ACPI_OLD)
		return " (a copy of ACPI's root pointer)";
	if (type == INFO_ACPI_NEW)
		return " (a copy of ACPI's root pointer, of version 2 or later)";
	if (type == 11 || type == 12)
		return " (EFI's system table)";
	if (type >= 17 && type <= 20)
		return " (EFI boot services)";
	return type == INFO_FRAMEBUFFER ? " (a screen)" : "";
}

static bool check_requests(struct bytes body, const struct multiboot_given *given,
			   const struct wishes *wishes, struct error *error)
{
	for (size_t at = 0; at + sizeof(le32) <= body.size; at += sizeof(le32)) {
		uint32_t type = get(*(const le32 *)(body.data + at));

		if (type && !is_told(type, given, wishes))
			return error_set(
				error,
				"The kernel demands information of Multiboot2 type %" PRIu32
				"%s, which is not to be had here.",
				type, demand_name(type));
	}
	return true;
}

/* Tags that change where the kernel goes. The body has been seen to be long enough. */
static void take_place(uint16_t type, const uint8_t *body, struct wishes *wishes)
{
	const le32 *word = (const le32 *)body;

	if (type == TAG_ADDRESSES) {
		wishes->has_addresses = true;
		wishes->addresses.header = get(word[0]);
		wishes->addresses.load = get(word[1]);
		wishes->addresses.load_end = get(word[2]);
		wishes->addresses.bss_end = get(word[3]);
		wishes->addresses.load_from_start = get(word[1]) == UINT32_MAX;
	} else if (type == TAG_ENTRY) {
		wishes->has_entry = true;
		wishes->entry = get(word[0]);
	} else {
		wishes->relocatable = true;
		wishes->lowest = get(word[0]);
		wishes->below = (uint64_t)get(word[1]) + 1;
		wishes->align = get(word[2]) ? get(word[2]) : 1;
		wishes->preference = get(word[3]);
	}
}

static bool refuse_tag(uint16_t type, struct error *error)
{
	if (type == TAG_EFI_BOOT_SERVICES)
		return error_set(error,
				 "The kernel demands EFI boot services, which ended when the "
				 "running kernel began.");
	return error_set(error,
			 "The Multiboot2 header has a tag of type %u, which the specification does "
			 "not know, and does not call it optional.", type);
}

/* One tag. Of those that may be passed over, only what cannot be honoured is. */
static bool take_tag(const struct multiboot2_tag *tag, struct bytes body,
		     const struct multiboot_given *given, struct wishes *wishes,
		     struct error *error)
{
	static const uint8_t sizes[TAG_RELOCATABLE + 1] = {
		[TAG_ADDRESSES] = 16, [TAG_ENTRY] = 4, [TAG_CONSOLE] = 4, [TAG_RELOCATABLE] = 16,
	};
	bool optional = get(tag->flags) & MULTIBOOT2_OPTIONAL;
	uint16_t type = get(tag->type);

	if (type <= TAG_RELOCATABLE && body.size < sizes[type])
		return error_set(error,
				 "The Multiboot2 header's tag of type %u has %zu bytes of "
				 "contents; %u were expected.", type, body.size, sizes[type]);
	switch (type) {
	case TAG_ADDRESSES:
	case TAG_ENTRY:
	case TAG_RELOCATABLE:
		take_place(type, body.data, wishes);
		return true;
	case TAG_INFORMATION:
		return optional || check_requests(body, given, wishes, error);
	case TAG_CONSOLE:
	case TAG_FRAMEBUFFER:
		if (optional || given->screen.known ||
		    (type == TAG_CONSOLE && !(body.data[0] & CONSOLE_REQUIRED)))
			return true;
		return error_set(error,
				 "The kernel demands a screen, and this machine's is none that can "
				 "be handed over: neither text nor a linear framebuffer.");
	case TAG_ALIGN_MODULES:
		return true;
	case TAG_ENTRY_EFI32:
	case TAG_ENTRY_EFI64:
		/* 3.1.7: without boot services, the ordinary entry is meant. */
		return true;
	default:
		return optional || refuse_tag(type, error);
	}
}

/* Where the next tag begins; what says so is a size in the file. */
static bool next_tag(struct bytes header, uint64_t at, const struct multiboot2_tag **tag,
		     struct bytes *body, struct error *error)
{
	uint32_t size;

	*tag = bytes_at(header, at, sizeof(**tag));
	if (!*tag || !get((*tag)->type)) {
		*tag = NULL;
		return true;
	}
	size = get((*tag)->size);
	if (size >= sizeof(**tag) && bytes_slice(header, at + sizeof(**tag), size - sizeof(**tag),
						 body))
		return true;
	return error_set(error,
			 "The Multiboot2 header's tag of type %u has a size of %" PRIu32 " bytes; "
			 "8 to %" PRIu64
			 " were expected.", get((*tag)->type), size, header.size - at);
}

/* Twice: whether the kernel may be moved decides what it can be told. */
static bool read_tags(struct bytes header, const struct multiboot_given *given,
		      struct wishes *wishes, struct error *error)
{
	for (int pass = 0; pass < 2; pass++) {
		uint64_t at = sizeof(struct multiboot2_header);

		for (;;) {
			const struct multiboot2_tag *tag;
			struct bytes body = { NULL, 0 };

			if (!next_tag(header, at, &tag, &body, error))
				return false;
			if (!tag)
				break;
			if ((pass || get(tag->type) == TAG_RELOCATABLE) &&
			    !take_tag(tag, body, given, wishes, error))
				return false;
			at += align_down((uint64_t)get(tag->size) + 7, 8);
		}
	}
	return true;
}

static bool read_header(struct bytes kernel, size_t at, const struct multiboot_given *given,
			struct wishes *wishes, struct error *error)
{
	const struct multiboot2_header *fixed = bytes_at(kernel, at, sizeof(*fixed));
	struct bytes header;

	*wishes = (struct wishes){ .addresses.header_offset = at };
	if (!fixed)
		return error_set(error, "The file has no Multiboot2 header.");
	if (get(fixed->architecture) != MULTIBOOT2_I386)
		return error_set(error,
				 "The Multiboot2 header is for architecture %" PRIu32
				 "; 0, i386 in protected mode, was expected.",
				 get(fixed->architecture));
	if (get(fixed->length) < sizeof(*fixed) ||
	    !bytes_slice(kernel, at, get(fixed->length), &header))
		return error_set(error,
				 "The Multiboot2 header, 0x%zx bytes into the file, has a length "
				 "of %" PRIu32
				 "; 16 to %zu were expected.",
				 at, get(fixed->length), kernel.size - at);
	return read_tags(header, given, wishes, error);
}

static bool find_kernel(struct bytes kernel, const struct wishes *wishes, struct elf_image *elf,
			uint64_t *entry, struct error *error)
{
	if (wishes->has_addresses) {
		if (!wishes->has_entry)
			return error_set(error,
					 "The Multiboot2 header says where the kernel goes, but "
					 "not where it begins.");
		if (!multiboot_by_addresses(kernel, &wishes->addresses, elf, error))
			return false;
	} else if (!multiboot_by_elf(kernel, elf, entry, error)) {
		return false;
	}
	if (wishes->has_entry)
		*entry = wishes->entry;
	return true;
}

/* How far the kernel must move: not at all where it may stay and the way there is free. */
static bool find_delta(const struct planning *p, const struct wishes *wishes,
		       const struct elf_image *elf, uint64_t *delta, struct error *error)
{
	struct range span = elf_span(elf);
	uint64_t page = p->machine->page_size, address;
	uint64_t align = wishes->align > page ? wishes->align : page;
	struct placement where = {
		.align = align,
		.above = wishes->lowest,
		.below = wishes->below,
		.from_top = wishes->preference == PREFER_HIGHEST,
	};

	*delta = 0;
	if (!wishes->relocatable)
		return true;
	if (!is_power_of_two(wishes->align) || wishes->align > ALIGNMENT_MAX)
		return error_set(error,
				 "The Multiboot2 header asks for an alignment of 0x%" PRIx64
				 "; a power of two up to 1 GiB was expected.", wishes->align);
	if (span.start & (page - 1))
		return error_set(error,
				 "The kernel may be moved, but is linked at 0x%" PRIx64
				 ", in the middle of a page.", span.start);
	if (!plan_place(p, "kernel", range_size(span), where, &address, error))
		return false;
	*delta = address - span.start;
	return true;
}

/* The information is written twice: once for its size, without bytes. */
struct info {
	uint8_t *bytes;
	size_t size;
	size_t acpi_tags;	/* where they begin; 0: there are none */
};

/* Where the contents go, or NULL. */
static uint8_t *add_tag(struct info *info, uint32_t type, size_t contents)
{
	size_t size = sizeof(struct multiboot2_info_tag) + contents;
	struct multiboot2_info_tag *tag;

	info->size += (size + 7) & ~(size_t)7;
	if (!info->bytes)
		return NULL;
	tag = (struct multiboot2_info_tag *)(info->bytes + info->size - ((size + 7) & ~(size_t)7));
	put(&tag->type, type);
	put(&tag->size, (uint32_t)size);
	return (uint8_t *)(tag + 1);
}

static void add_numbers(struct info *info, uint32_t type, unsigned count, uint32_t first,
			uint32_t second)
{
	le32 *word = (le32 *)add_tag(info, type, count * sizeof(le32));

	if (!word)
		return;
	put(&word[0], first);
	if (count > 1)
		put(&word[1], second);
}

/* A text behind `before` bytes of numbers. */
static uint8_t *add_text(struct info *info, uint32_t type, size_t before, const char *text)
{
	size_t size = strlen(text) + 1;
	uint8_t *out = add_tag(info, type, before + size);

	if (out)
		memcpy(out + before, text, size);
	return out;
}

static void add_modules(struct info *info, const struct multiboot_given *given)
{
	for (unsigned i = 0; i < given->module_count; i++) {
		const struct multiboot_module *module = &given->modules[i];
		le32 *word = (le32 *)add_text(info, INFO_MODULE, 2 * sizeof(le32), module->line);

		if (word) {
			put(&word[0], module->start);
			put(&word[1], module->end);
		}
	}
}

static void add_map(struct info *info, const struct memmap *map)
{
	struct multiboot2_map_entry *entry;
	uint8_t *out = add_tag(info, INFO_MAP, 2 * sizeof(le32) + map->count * sizeof(*entry));

	if (!out)
		return;
	put((le32 *)out, sizeof(*entry)); /* the version behind it is 0 */
	entry = (struct multiboot2_map_entry *)(out + 2 * sizeof(le32));
	for (size_t i = 0; i < map->count; i++) {
		put(&entry[i].address, map->entries[i].range.start);
		put(&entry[i].length, range_size(map->entries[i].range));
		put(&entry[i].type, multiboot_memory_type(map->entries[i].type));
	}
}

static void add_screen(struct info *info, const struct multiboot_screen *screen)
{
	struct multiboot2_framebuffer *out;
	/* Only one kind has colours behind it. */
	size_t size = screen->type == MULTIBOOT_SCREEN_RGB ? sizeof(*out)
							   : offsetof(struct multiboot2_framebuffer,
								      colours);

	if (!screen->known)
		return;
	out = (struct multiboot2_framebuffer *)add_tag(info, INFO_FRAMEBUFFER, size);
	if (!out)
		return;
	put(&out->address, screen->address);
	put(&out->pitch, screen->pitch);
	put(&out->width, screen->width);
	put(&out->height, screen->height);
	out->bpp = screen->bpp;
	out->type = screen->type;
	if (screen->type == MULTIBOOT_SCREEN_RGB)
		memcpy(out->colours, screen->colours, sizeof(out->colours));
}

/* Total size and a reserved word, then the tags. */
static void write_info(const struct planning *p, const struct multiboot_given *given, bool moved,
		       uint64_t base, struct info *info)
{
	info->size = 2 * sizeof(le32);
	add_text(info, INFO_CMDLINE, 0, given->cmdline);
	add_text(info, INFO_LOADER, 0, given->loader);
	add_numbers(info, INFO_MEMORY, 2, given->lower, given->upper);
	add_map(info, &p->plan->memory);
	add_modules(info, given);
	add_screen(info, &given->screen);
	if (moved)
		add_numbers(info, INFO_LOAD_BASE, 1, (uint32_t)base, 0);
	/* Last, for purgatory, which fills them, cuts off what there is nothing for. */
	if (given->root_pointer) {
		info->acpi_tags = info->size;
		add_tag(info, INFO_ACPI_OLD, ROOT_POINTER_OLD);
		add_tag(info, INFO_ACPI_NEW, ROOT_POINTER_NEW);
	}
	add_tag(info, TAG_END, 0);
	if (info->bytes)
		put((le32 *)info->bytes, (uint32_t)info->size);
}

static bool add_info(const struct planning *p, const struct multiboot_given *given,
		     const struct wishes *wishes, uint64_t base, struct multiboot_entry *entry,
		     struct error *error)
{
	struct info info = { NULL, 0, 0 };

	write_info(p, given, wishes->relocatable, base, &info);
	if (!multiboot_add_info(p, info.size, &info.bytes, &entry->info, error))
		return false;
	write_info(p, given, wishes->relocatable, base, &info);
	if (!info.acpi_tags)
		return true;
	entry->acpi_tags = entry->info + info.acpi_tags;
	entry->root_pointer = given->root_pointer;
	return plan_fact(p, "multiboot", "ACPI root pointer", error, "copied from 0x%" PRIx64,
			 given->root_pointer);
}

static bool multiboot2_plan(const struct planning *p, struct error *error)
{
	struct bytes kernel = image_kernel(p->image);
	size_t at = find_header(kernel);
	struct multiboot_given given;
	struct wishes wishes;
	struct elf_image elf;
	struct multiboot_entry entry = { .eax = MULTIBOOT2_IN_EAX };
	uint64_t delta, base;

	if (!plan_fact(p, "multiboot", "header", error, "version 2, at byte 0x%zx", at) ||
	    !multiboot_prepare(p, &given, error))
		return false;
	if (!read_header(kernel, at, &given, &wishes, error) ||
	    !find_kernel(kernel, &wishes, &elf, &entry.entry, error) ||
	    !find_delta(p, &wishes, &elf, &delta, error))
		return error_context(error, "%s: ", p->image->kernel_file.path);
	base = elf.loads[0].physical + delta;
	entry.entry += delta;
	return elf_add_entered(p, &elf, delta, entry.entry, error) &&
	       multiboot_add_modules(p, &given, error) &&
	       add_info(p, &given, &wishes, base, &entry, error) &&
	       multiboot_finish(p, &entry, error);
}

const struct format x86_64_multiboot2 = {
	.name = "multiboot2-x86",
	.probe = multiboot2_probe,
	.plan = multiboot2_plan,
	.modules = true,
};
