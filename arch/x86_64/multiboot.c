// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Multiboot kernels of the first version: a header near the start of the file says what the kernel
 * demands and, where it is no ELF file, where it belongs. Multiboot Specification 0.6.96.
 */
#include "arch/x86_64/multiboot.h"

#include <inttypes.h>

#include "arch/arch.h"
#include "arch/x86_64/linux.h"

/* The header's offset in the file, or SIZE_MAX. */
static size_t find_header(struct bytes kernel)
{
	size_t end = kernel.size < MULTIBOOT_SEARCH ? kernel.size : MULTIBOOT_SEARCH;

	for (size_t at = 0; at + 12 <= end; at += 4) {
		const le32 *word = (const le32 *)(kernel.data + at);

		if (get(word[0]) == MULTIBOOT_MAGIC &&
		    (uint32_t)(get(word[0]) + get(word[1]) + get(word[2])) == 0)
			return at;
	}
	return SIZE_MAX;
}

static bool multiboot_probe(struct bytes kernel)
{
	return find_header(kernel) != SIZE_MAX;
}

static bool check_demands(uint32_t flags, const struct multiboot_given *given, struct error *error)
{
	uint32_t known = MULTIBOOT_ALIGN_MODULES | MULTIBOOT_WANT_MEMORY | MULTIBOOT_WANT_VIDEO;

	if (flags & MULTIBOOT_DEMANDS & ~known)
		return error_set(error,
				 "The Multiboot header's flags 0x%08" PRIx32
				 " demand what the specification does not know (0x%" PRIx32 ").",
				 flags, flags & MULTIBOOT_DEMANDS & ~known);
	if ((flags & MULTIBOOT_WANT_VIDEO) && !given->screen.known)
		return error_set(error,
				 "The kernel demands a screen, and this machine's is none that can "
				 "be handed over: neither text nor a linear framebuffer.");
	return true;
}

static bool find_kernel(struct bytes kernel, size_t at, uint32_t flags, struct elf_image *elf,
			uint64_t *entry, struct error *error)
{
	const struct multiboot_header *header;
	struct multiboot_addresses addresses;

	if (!(flags & MULTIBOOT_HAS_ADDRESSES))
		return multiboot_by_elf(kernel, elf, entry, error);
	header = bytes_at(kernel, at, sizeof(*header));
	if (!header)
		return error_set(
			error, "The Multiboot header, 0x%zx bytes into the file, is cut off.", at);
	addresses = (struct multiboot_addresses){
		.header_offset = at,
		.header = get(header->header_addr),
		.load = get(header->load_addr),
		.load_end = get(header->load_end_addr),
		.bss_end = get(header->bss_end_addr),
	};
	*entry = get(header->entry_addr);
	return multiboot_by_addresses(kernel, &addresses, elf, error);
}

/* The information in one piece: the structure, then what it points to. */
struct layout {
	size_t modules, map, strings, size;
};

static struct layout lay_out(const struct planning *p, const struct multiboot_given *given)
{
	struct layout l = { .modules = sizeof(struct multiboot_info) };

	l.map = l.modules + given->module_count * sizeof(struct multiboot_module_entry);
	l.strings = l.map + p->plan->memory.count * sizeof(struct multiboot_map_entry);
	l.size = l.strings + strlen(given->cmdline) + 1 + strlen(given->loader) + 1;
	for (unsigned i = 0; i < given->module_count; i++)
		l.size += strlen(given->modules[i].line) + 1;
	return l;
}

/* Where strings are put, one behind the other. */
struct strings {
	uint8_t *at;
	uint64_t address;
};

static void put_string(struct strings *strings, const char *text, le32 *pointer)
{
	size_t size = strlen(text) + 1;

	memcpy(strings->at, text, size);
	put(pointer, (uint32_t)strings->address);
	strings->at += size;
	strings->address += size;
}

static void put_screen(const struct multiboot_screen *screen, struct multiboot_info *info)
{
	if (!screen->known)
		return;
	put(&info->flags, get(info->flags) | MULTIBOOT_INFO_FRAMEBUFFER);
	put(&info->framebuffer_addr, screen->address);
	put(&info->framebuffer_pitch, screen->pitch);
	put(&info->framebuffer_width, screen->width);
	put(&info->framebuffer_height, screen->height);
	info->framebuffer_bpp = screen->bpp;
	info->framebuffer_type = screen->type;
	memcpy(info->colours, screen->colours, sizeof(info->colours));
}

static void put_modules(const struct multiboot_given *given, struct strings *strings,
			struct multiboot_module_entry *entries)
{
	for (unsigned i = 0; i < given->module_count; i++) {
		put(&entries[i].start, given->modules[i].start);
		put(&entries[i].end, given->modules[i].end);
		put_string(strings, given->modules[i].line, &entries[i].string);
	}
}

static void put_map(const struct memmap *map, struct multiboot_map_entry *entries)
{
	for (size_t i = 0; i < map->count; i++) {
		put(&entries[i].size, sizeof(*entries) - sizeof(entries->size));
		put(&entries[i].address, map->entries[i].range.start);
		put(&entries[i].length, range_size(map->entries[i].range));
		put(&entries[i].type, multiboot_memory_type(map->entries[i].type));
	}
}

static bool add_info(const struct planning *p, const struct multiboot_given *given,
		     uint64_t *address, struct error *error)
{
	const struct memmap *map = &p->plan->memory;
	struct layout l = lay_out(p, given);
	struct multiboot_info *info;
	struct strings strings;
	uint8_t *out;

	if (!multiboot_add_info(p, l.size, &out, address, error))
		return false;
	strings = (struct strings){ out + l.strings, *address + l.strings };
	info = (struct multiboot_info *)out;
	put(&info->flags, MULTIBOOT_INFO_MEMORY | MULTIBOOT_INFO_CMDLINE | MULTIBOOT_INFO_MODULES |
				  MULTIBOOT_INFO_MAP | MULTIBOOT_INFO_LOADER);
	put(&info->mem_lower, given->lower);
	put(&info->mem_upper, given->upper);
	put(&info->mods_count, given->module_count);
	put(&info->mods_addr, (uint32_t)(*address + l.modules));
	put(&info->mmap_length, (uint32_t)(map->count * sizeof(struct multiboot_map_entry)));
	put(&info->mmap_addr, (uint32_t)(*address + l.map));
	put_string(&strings, given->cmdline, &info->cmdline);
	put_string(&strings, given->loader, &info->boot_loader_name);
	put_modules(given, &strings, (struct multiboot_module_entry *)(out + l.modules));
	put_map(map, (struct multiboot_map_entry *)(out + l.map));
	put_screen(&given->screen, info);
	return true;
}

static bool multiboot_plan(const struct planning *p, struct error *error)
{
	struct bytes kernel = image_kernel(p->image);
	struct multiboot_given given;
	struct elf_image elf;
	size_t at = find_header(kernel);
	uint64_t entry, info;
	uint32_t flags;

	if (at == SIZE_MAX)
		return error_set(error, "The file has no Multiboot header.");
	flags = get(((const struct multiboot_header *)(kernel.data + at))->flags);
	if (!plan_fact(p, "multiboot", "header", error, "at byte 0x%zx, flags 0x%08" PRIx32, at,
		       flags) ||
	    !multiboot_prepare(p, &given, error))
		return false;
	if (!check_demands(flags, &given, error) ||
	    !find_kernel(kernel, at, flags, &elf, &entry, error))
		return error_context(error, "%s: ", p->image->kernel_file.path);
	return elf_add_entered(p, &elf, 0, entry, error) &&
	       multiboot_add_modules(p, &given, error) && add_info(p, &given, &info, error) &&
	       multiboot_finish(p,
				&(struct multiboot_entry){
					.entry = entry, .eax = MULTIBOOT_IN_EAX, .info = info },
				error);
}

const struct format x86_64_multiboot = {
	.name = "multiboot-x86",
	.probe = multiboot_probe,
	.plan = multiboot_plan,
	.modules = true,
};
