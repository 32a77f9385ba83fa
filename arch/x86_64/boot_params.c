// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making boot_params for the next kernel: its header, what the running kernel was told by firmware
 * and the next one can no longer ask for (screen, disks, ACPI root), and the memory map. One
 * segment holds the page, the command line, the EFI memory map and the setup_data list, in this
 * order.
 */
#include "arch/x86_64/boot_params.h"

#include <inttypes.h>

#include "arch/x86_64/machine.h"

/* Boot loader id of kexec, Documentation/arch/x86/boot.rst (type_of_loader). */
#define LOADER_KEXEC 0xd0

#define ALIGN 16

struct layout {
	bool efi;
	size_t cmdline, efi_map, setup_data, size; /* offsets from the start of the segment */
};

static size_t align(size_t size)
{
	return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

uint32_t e820_type(enum memory_type type)
{
	/* arch/x86/include/asm/e820/types.h */
	static const uint32_t types[MEMORY_TYPES] = {
		[MEMORY_RAM] = 1,      [MEMORY_RESERVED] = 2,
		[MEMORY_ACPI] = 3,     [MEMORY_NVS] = 4,
		[MEMORY_UNUSABLE] = 5, [MEMORY_PMEM] = 7,
		[MEMORY_PRAM] = 12,    [MEMORY_SOFT_RESERVED] = 0xefffffff,
	};

	return types[type];
}

uint64_t boot_params_root_pointer(const struct x86_64_machine *facts)
{
	const struct boot_params *old = bytes_at(facts->boot_params, 0, sizeof(*old));
	uint64_t found = old ? get(old->acpi_rsdp_addr) : 0;

	return found ? found : facts->efi_acpi20 ? facts->efi_acpi20 : facts->efi_acpi;
}

/* What firmware told the running kernel, which its boot_params still hold. */
static void carry_over(const struct x86_64_machine *facts, struct boot_params *params)
{
	const struct boot_params *old = bytes_at(facts->boot_params, 0, sizeof(*old));

	if (old) {
		memcpy(params->screen_info, old->screen_info, sizeof(params->screen_info));
		memcpy(params->edid_info, old->edid_info, sizeof(params->edid_info));
		memcpy(params->edd_mbr_sig_buffer, old->edd_mbr_sig_buffer,
		       sizeof(params->edd_mbr_sig_buffer));
		memcpy(params->eddbuf, old->eddbuf, sizeof(params->eddbuf));
		params->eddbuf_entries = old->eddbuf_entries;
		params->edd_mbr_sig_buf_entries = old->edd_mbr_sig_buf_entries;
		params->secure_boot = old->secure_boot;
		params->hdr.hardware_subarch = old->hdr.hardware_subarch;
		params->hdr.hardware_subarch_data = old->hdr.hardware_subarch_data;
	}
	put(&params->acpi_rsdp_addr, boot_params_root_pointer(facts));
}

static void fill_memory_map(const struct memmap *map, struct boot_params *params)
{
	size_t count = map->count < E820_ENTRIES_MAX ? map->count : E820_ENTRIES_MAX;

	params->e820_entries = (uint8_t)count;
	for (size_t i = 0; i < count; i++) {
		const struct memory *memory = &map->entries[i];

		put(&params->e820_table[i].address, memory->range.start);
		put(&params->e820_table[i].size, range_size(memory->range));
		put(&params->e820_table[i].type, e820_type(memory->type));
	}
	/* The old ways to tell the size of memory, in KiB above 1 MiB; ext_mem_k is at screen_info
	 * + 2. */
	for (size_t i = 0; i < map->count; i++) {
		const struct memory *memory = &map->entries[i];
		uint64_t above;

		if (memory->type != MEMORY_RAM || memory->range.start > 0x100000 ||
		    memory->range.end <= 0x100000)
			continue;
		above = (memory->range.end - 0x100000) >> 10;
		put(&params->alt_mem_k, above > UINT32_MAX ? UINT32_MAX : (uint32_t)above);
		bytes_put(params->screen_info + 2, 2, LITTLE, above > 0xfc00 ? 0xfc00 : above);
	}
}

static void fill_header(const struct planning *p, const struct boot_request *request,
			const struct layout *layout, uint64_t address, struct boot_params *params)
{
	uint64_t cmdline = address + layout->cmdline;

	params->hdr = request->header;
	params->hdr.type_of_loader = LOADER_KEXEC;
	put(&params->hdr.vid_mode, 0xffff);
	put(&params->hdr.code32_start, (uint32_t)request->kernel);
	put(&params->hdr.ramdisk_image, (uint32_t)request->initrd);
	put(&params->ext_ramdisk_image, (uint32_t)(request->initrd >> 32));
	put(&params->hdr.ramdisk_size, (uint32_t)request->initrd_size);
	put(&params->ext_ramdisk_size, (uint32_t)(request->initrd_size >> 32));
	put(&params->hdr.cmd_line_ptr, (uint32_t)cmdline);
	put(&params->ext_cmd_line_ptr, (uint32_t)(cmdline >> 32));
}

bool boot_params_hand_on_memory(const struct planning *p, struct error *error)
{
	const struct memmap *map = &p->machine->firmware;
	struct memmap *out = &p->plan->memory;

	/* A capture kernel's map has been made (capture.c). */
	if (p->options->panic)
		return true;
	*out = (struct memmap){ 0 };
	for (size_t i = 0; i < map->count; i++)
		if (!memmap_append(out, p->arena, map->entries[i].range, map->entries[i].type,
				   error))
			return false;
	if (!out->count)
		return error_set(error, "The machine's memory map is empty: neither "
					"/sys/firmware/memmap nor /proc/iomem shows RAM.");
	return true;
}

bool boot_params_check_cmdline(const struct planning *p, const struct boot_request *request,
			       struct error *error)
{
	size_t length = strlen(request->cmdline), most = get(request->header.cmdline_size);

	if (length <= most)
		return true;
	error_set(error, "The command line has %zu characters; %s takes at most %zu.", length,
		  p->image->kernel_file.path, most);
	return error_remedy(error, "Shorten --append, or leave out --reuse-cmdline.");
}

bool boot_params_add(const struct planning *p, const struct boot_request *request,
		     uint64_t *address, struct error *error)
{
	struct layout layout;
	const char *why_not;
	uint8_t *segment;
	struct boot_params *params;

	if (!boot_params_check_cmdline(p, request, error) || !boot_params_hand_on_memory(p, error))
		return false;
	layout.efi = efi_handed_on(p, &request->header, &why_not);
	layout.cmdline = BOOT_PARAMS_SIZE;
	layout.efi_map = align(layout.cmdline + strlen(request->cmdline) + 1);
	layout.setup_data = align(layout.efi_map + (layout.efi ? efi_memory_map_size(p) : 0));
	layout.size = layout.setup_data + setup_data_size(p, request, layout.efi);
	segment = arena_alloc(p->arena, layout.size, error);
	if (!segment || !plan_place_and_add(p, "boot_params", "made here",
					    (struct bytes){ segment, layout.size }, layout.size,
					    request->where, address, error))
		return false;
	params = (struct boot_params *)segment;
	fill_header(p, request, &layout, *address, params);
	carry_over(p->machine->facts, params);
	fill_memory_map(&p->plan->memory, params);
	memcpy(segment + layout.cmdline, request->cmdline, strlen(request->cmdline));
	if (layout.efi)
		efi_write(p, segment + layout.efi_map, *address + layout.efi_map, params);
	setup_data_write(p, request, layout.efi, segment + layout.setup_data,
			 *address + layout.setup_data, params);
	if (!boot_params_describe(p, (struct bytes){ segment, layout.size }, *address, error))
		return false;
	return layout.efi || plan_fact(p, "efi", "not handed on", error, "%s", why_not);
}
