// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the two versions of Multiboot have in common: which bytes go where, modules, and what the
 * machine can tell. It knows nothing of how either version writes that down. Everything lies below
 * 4 GiB, since paging is off when such a kernel begins.
 */
#include "arch/x86_64/multiboot.h"

#include <inttypes.h>

#include "arch/x86_64/boot_params.h"
#include "arch/x86_64/linux.h"
#include "arch/x86_64/machine.h"
#include "kexec/purgatory.h"

#define EM_386 3
#define EM_X86_64 62
#define MIB ((uint64_t)1 << 20)
#define FOUR_GIB ((uint64_t)1 << 32)

/* Screens, include/uapi/linux/screen_info.h. */
#define SCREEN_VGA_TEXT 1
#define VIDEO_TYPE_VLFB 0x23
#define VIDEO_TYPE_EFI 0x70
#define VIDEO_CAPABILITY_64BIT_BASE 0x2

bool multiboot_by_addresses(struct bytes kernel, const struct multiboot_addresses *addresses,
			    struct elf_image *elf, struct error *error)
{
	uint64_t load = addresses->load, before = addresses->header - load, start, size, memory;
	struct bytes part;

	if (addresses->load_from_start) {
		before = addresses->header_offset;
		load = addresses->header - before;
	}
	if (before > addresses->header || before > addresses->header_offset)
		return error_set(error,
				 "The Multiboot header, 0x%zx bytes into the file, says that it is "
				 "to be at 0x%" PRIx32 " and the file's first byte at 0x%" PRIx32
				 ", which cannot be.",
				 addresses->header_offset, addresses->header, addresses->load);
	start = addresses->header_offset - before;
	size = addresses->load_end ? addresses->load_end - load : kernel.size - start;
	if ((addresses->load_end && addresses->load_end <= load) ||
	    !bytes_slice(kernel, start, size, &part) || !part.size)
		return error_set(error,
				 "The Multiboot header wants memory from 0x%" PRIx64
				 " to 0x%" PRIx32 " filled from byte 0x%" PRIx64
				 " of the file on, which has %zu bytes.",
				 load, addresses->load_end, start, kernel.size);
	memory = addresses->bss_end ? addresses->bss_end - load : size;
	if ((addresses->bss_end && addresses->bss_end < load) || memory < size ||
	    load + memory > FOUR_GIB)
		return error_set(
			error,
			"The Multiboot header says that the kernel's memory ends at 0x%" PRIx32
			"; from 0x%" PRIx64 " to below 4 GiB was expected.",
			addresses->bss_end, load + size);
	*elf = (struct elf_image){
		.class = 32,
		.loads = { { .physical = load, .virtual = load, .memory_size = memory,
			     .bytes = part } },
		.load_count = 1,
	};
	return true;
}

/* An entry that lies in a load by virtual addresses is one. */
static uint64_t physical_entry(const struct elf_image *elf)
{
	for (unsigned i = 0; i < elf->load_count; i++) {
		const struct elf_load *load = &elf->loads[i];

		if (elf->entry >= load->virtual && elf->entry - load->virtual < load->memory_size)
			return elf->entry - load->virtual + load->physical;
	}
	return elf->entry;
}

bool multiboot_by_elf(struct bytes kernel, struct elf_image *elf, uint64_t *entry,
		      struct error *error)
{
	struct range span;

	if (!elf_is(kernel, 32, LITTLE, EM_386) && !elf_is(kernel, 64, LITTLE, EM_X86_64))
		return error_set(error,
				 "The Multiboot header gives no addresses, and the file is no ELF "
				 "file for x86 from which they could be taken.");
	if (!elf_read(kernel, elf, error))
		return false;
	span = elf_span(elf);
	if (span.end > FOUR_GIB)
		return error_set(error,
				 "The kernel is linked at 0x%" PRIx64 " to 0x%" PRIx64
				 "; a Multiboot kernel begins below 4 GiB.",
				 span.start, span.end - 1);
	*entry = physical_entry(elf);
	return true;
}

/* The running kernel's struct screen_info, at the start of boot_params. */
static void find_screen(const struct planning *p, struct multiboot_screen *screen)
{
	const struct x86_64_machine *facts = p->machine->facts;
	const uint8_t *info = bytes_at(facts->boot_params, 0, 0x40);
	uint8_t type = info ? info[0x0f] : 0;

	*screen = (struct multiboot_screen){ 0 };
	if (type == SCREEN_VGA_TEXT) {
		*screen = (struct multiboot_screen){
			.known = (info[0x06] == 2 || info[0x06] == 3) && info[0x07] && info[0x0e],
			.address = 0xb8000, .pitch = 2u * info[0x07], .width = info[0x07],
			.height = info[0x0e], .bpp = 16, .type = MULTIBOOT_SCREEN_TEXT,
		};
	} else if (type == VIDEO_TYPE_VLFB || type == VIDEO_TYPE_EFI) {
		uint64_t capabilities = bytes_get(info + 0x36, 4, LITTLE);

		screen->address = bytes_get(info + 0x18, 4, LITTLE);
		if (capabilities & VIDEO_CAPABILITY_64BIT_BASE)
			screen->address |= bytes_get(info + 0x3a, 4, LITTLE) << 32;
		screen->width = (uint32_t)bytes_get(info + 0x12, 2, LITTLE);
		screen->height = (uint32_t)bytes_get(info + 0x14, 2, LITTLE);
		screen->pitch = (uint32_t)bytes_get(info + 0x24, 2, LITTLE);
		screen->bpp = (uint8_t)bytes_get(info + 0x16, 2, LITTLE);
		screen->type = MULTIBOOT_SCREEN_RGB;
		/* There: size, position. Here: position, size. */
		for (unsigned i = 0; i < 6; i++)
			screen->colours[i] = info[0x26 + (i ^ 1)];
		/* Fewer bits would need a palette, which nobody can ask the adapter for. */
		screen->known = screen->address && screen->bpp >= 15;
	}
}

static void find_memory_sizes(const struct planning *p, struct multiboot_given *given)
{
	for (size_t i = 0; i < p->plan->memory.count; i++) {
		const struct memory *memory = &p->plan->memory.entries[i];
		struct range ram = memory->range;

		if (memory->type != MEMORY_RAM)
			continue;
		if (ram.start <= 0x1000 && !given->lower)
			given->lower = (uint32_t)((ram.end < 0xa0000 ? ram.end : 0xa0000) >> 10);
		if (ram.start <= MIB && ram.end > MIB)
			given->upper =
				(uint32_t)((ram.end < FOUR_GIB ? ram.end : FOUR_GIB) - MIB) >> 10;
	}
}

static bool describe(const struct planning *p, const struct multiboot_given *given,
		     struct error *error)
{
	const struct multiboot_screen *screen = &given->screen;

	if (!plan_fact(p, "multiboot", "command line", error, "%s", given->cmdline))
		return false;
	if (!screen->known)
		return plan_fact(p, "multiboot", "screen", error, "none");
	return plan_fact(p, "multiboot", "screen", error,
			 "%s, %" PRIu32 "x%" PRIu32 ", %u bits, at 0x%" PRIx64,
			 screen->type == MULTIBOOT_SCREEN_TEXT ? "text" : "linear framebuffer",
			 screen->width, screen->height, screen->bpp, screen->address);
}

bool multiboot_prepare(const struct planning *p, struct multiboot_given *given, struct error *error)
{
	const struct x86_64_machine *facts = p->machine->facts;
	const char *file = p->image->kernel_file.path;
	const char *blank = *p->cmdline ? " " : "";

	*given = (struct multiboot_given){ .loader = "kexec-ng" };
	if (p->options->panic) {
		error_set(error,
			  "%s is a Multiboot kernel, and the protocol has no words for a crash "
			  "kernel's memory (-p).", file);
		return error_remedy(error, "Give a bzImage or a vmlinux.");
	}
	if (!boot_params_hand_on_memory(p, error))
		return false;
	given->root_pointer = boot_params_root_pointer(facts);
	given->root_pointer_is_new =
		given->root_pointer && given->root_pointer == facts->efi_acpi20;
	find_screen(p, &given->screen);
	find_memory_sizes(p, given);
	/* Xen takes the first word of each line away, unless the loader calls itself GRUB 2. */
	given->cmdline = arena_format(p->arena, error, "%s%s%s", file, blank, p->cmdline);
	return given->cmdline && describe(p, given, error);
}

bool multiboot_add_modules(const struct planning *p, struct multiboot_given *given,
			   struct error *error)
{
	const struct placement where = { .above = MIB, .below = FOUR_GIB, .from_top = true };

	for (unsigned i = 0; i < p->image->module_count; i++) {
		const struct image_module *module = &p->image->modules[i];
		struct bytes bytes = image_module_bytes(module);
		uint64_t address;

		if (!plan_place_and_add(p, "module", module->file.path, bytes, bytes.size, where,
					&address, error) ||
		    !plan_fact(p, "multiboot", "module", error, "0x%" PRIx64 "-0x%" PRIx64 " %s",
			       address, address + bytes.size - 1, module->line))
			return false;
		given->modules[given->module_count++] = (struct multiboot_module){
			.start = (uint32_t)address,
			.end = (uint32_t)(address + bytes.size),
			.line = module->line,
		};
	}
	return true;
}

bool multiboot_add_info(const struct planning *p, size_t size, uint8_t **info, uint64_t *address,
			struct error *error)
{
	const struct placement where = { .above = MIB, .below = FOUR_GIB, .from_top = true };

	*info = arena_alloc(p->arena, size, error);
	return *info && plan_place_and_add(p, "multiboot_info", "made here",
					   (struct bytes){ *info, size }, size, where, address,
					   error);
}

bool multiboot_finish(const struct planning *p, const struct multiboot_entry *entry,
		      struct error *error)
{
	const struct placement where = { .above = MIB, .below = FOUR_GIB, .from_top = true };
	const struct purgatory_jump jump = {
		.entry = entry->entry,
		.mode = PURGATORY_ENTRY_32,
		.arguments = { 0, entry->eax, entry->info, entry->acpi_tags, entry->root_pointer },
	};

	return purgatory_place(p, where, error) && purgatory_finish(p, &jump, error);
}

uint32_t multiboot_memory_type(enum memory_type type)
{
	uint32_t number = e820_type(type);

	/*
	 * Both specifications, "memory map": 1, 3, 4 and 5 as in e820, and anything else is
	 * reserved.
	 */
	return number <= 5 ? number : 2;
}
