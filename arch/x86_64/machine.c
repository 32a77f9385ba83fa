// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading an x86_64 machine: boot_params and EFI state of the running kernel, and the memory map,
 * for which firmware's word and the running kernel's are held against each other. It does not know
 * what the next kernel will be told.
 */
#include "arch/x86_64/machine.h"

#include <inttypes.h>
#include <stdlib.h>

#include "arch/x86_64/firmware_map.h"
#include "kexec/cmdline.h"

#define BOOT_PARAMS_SIZE 4096
#define BOOT_PARAMS "/sys/kernel/boot_params/data"
#define RUNTIME_MAP "/sys/firmware/efi/runtime-map"
#define SYSTAB "/sys/firmware/efi/systab"
#define EFI_PAGE_SHIFT 12

/* The interrupt vectors and the BIOS data area. No kernel uses this page, and firmware may. */
#define FIRST_PAGE_END 0x1000

static bool read_boot_params(const struct sysroot *root, struct arena *arena,
			     struct machine *machine, struct x86_64_machine *facts,
			     struct error *error)
{
	if (!machine_bytes(root, arena, machine, BOOT_PARAMS, &facts->boot_params, error))
		return false;
	if (!facts->boot_params.data || facts->boot_params.size == BOOT_PARAMS_SIZE)
		return true;
	return error_set(error, "%s" BOOT_PARAMS " has %zu bytes; %d were expected.", root->path,
			 facts->boot_params.size, BOOT_PARAMS_SIZE);
}

/*
 * The kernel takes the flag la57 away when the processor could use 5-level paging and the kernel
 * does not (arch/x86/kernel/cpu/common.c), so the flag tells what is in use.
 */
static bool read_paging(const struct sysroot *root, struct arena *arena, struct machine *machine,
			struct x86_64_machine *facts, struct error *error)
{
	const char *text = NULL, *flags, *end, *found;

	if (!machine_text(root, arena, machine, "/proc/cpuinfo", &text, error))
		return false;
	flags = text ? strstr(text, "\nflags\t") : NULL;
	if (!flags)
		return true;
	end = flags + 1 + strcspn(flags + 1, "\n");
	for (found = strstr(flags, " la57"); found && found < end;
	     found = strstr(found + 1, " la57"))
		if (found[5] == ' ' || found[5] == '\n' || !found[5])
			facts->five_level = true;
	return true;
}

/* KEY=0xADDRESS of systab; *value stays when there is no such line. */
static bool systab_find(const struct sysroot *root, const char *text, const char *key,
			uint64_t *value, struct error *error)
{
	size_t length = strlen(key);
	const char *line = text;

	while (line && strncmp(line, key, length)) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (line && line[length] == '0' && line[length + 1] == 'x') {
		char *end;
		unsigned long long address = strtoull(line + length, &end, 16);

		if (end > line + length + 2 && (!*end || *end == '\n') &&
		    end - line - length <= 18) {
			*value = address;
			return true;
		}
	}
	if (!line)
		return true;
	return error_set(
		error, "%s" SYSTAB " has the line \"%s\"; %s0xADDRESS was expected.", root->path,
		error_quote((struct bytes){ (const uint8_t *)line, strcspn(line, "\n") }).text,
		key);
}

static bool read_systab(const struct sysroot *root, struct arena *arena, struct machine *machine,
			struct x86_64_machine *facts, struct error *error)
{
	const char *text = NULL;

	if (!machine_text(root, arena, machine, SYSTAB, &text, error))
		return false;
	return !text || (systab_find(root, text, "ACPI20=", &facts->efi_acpi20, error) &&
			 systab_find(root, text, "ACPI=", &facts->efi_acpi, error) &&
			 systab_find(root, text, "SMBIOS3=", &facts->efi_smbios, error) &&
			 systab_find(root, text, "SMBIOS=", &facts->efi_smbios, error));
}

static enum sysroot_result read_runtime_range(const struct sysroot *root, struct arena *arena,
					      const char *name, struct efi_runtime_range *range,
					      struct error *error)
{
	const char *directory = arena_format(arena, error, RUNTIME_MAP "/%s", name);
	uint64_t type;
	const struct sysroot_field fields[] = {
		{ "type", &type },
		{ "phys_addr", &range->physical },
		{ "virt_addr", &range->virtual },
		{ "num_pages", &range->pages },
		{ "attribute", &range->attribute },
	};
	enum sysroot_result result;

	if (!directory)
		return SYSROOT_FAILED;
	result = sysroot_fields(root, arena, directory, fields, sizeof(fields) / sizeof(*fields),
				error);
	if (result != SYSROOT_OK)
		return result;
	if (type > UINT32_MAX) {
		error_set(error, "%s%s/type holds 0x%" PRIx64 "; a number of 32 bits was expected.",
			  root->path, directory, type);
		return SYSROOT_FAILED;
	}
	if (range->pages > (UINT64_MAX - range->physical) >> EFI_PAGE_SHIFT) {
		error_set(error,
			  "%s%s has 0x%" PRIx64 " pages at 0x%" PRIx64 ", which reach past the end "
			  "of the address space.",
			  root->path, directory, range->pages, range->physical);
		return SYSROOT_FAILED;
	}
	range->type = (uint32_t)type;
	return SYSROOT_OK;
}

static bool read_runtime_map(const struct sysroot *root, struct arena *arena,
			     struct machine *machine, struct x86_64_machine *facts,
			     struct error *error)
{
	struct efi_runtime_range *map = NULL;
	const char *const *names = NULL;
	size_t count = 0;
	enum sysroot_result result = sysroot_list(root, arena, RUNTIME_MAP, &names, &count, error);

	if (result == SYSROOT_OK) {
		map = arena_array(arena, count, sizeof(*map), error);
		if (!map)
			return false;
	}
	for (size_t i = 0; i < count && result == SYSROOT_OK; i++)
		result = read_runtime_range(root, arena, names[i], &map[i], error);
	if (result == SYSROOT_OK) {
		facts->runtime_map = map;
		facts->runtime_map_count = count;
	}
	return machine_passes_over(root, arena, machine, RUNTIME_MAP, result, error);
}

static bool read_efi(const struct sysroot *root, struct arena *arena, struct machine *machine,
		     struct x86_64_machine *facts, struct error *error)
{
	uint64_t bits = 0;

	if (!machine_number(root, arena, machine, "/sys/firmware/efi/fw_platform_size", &bits,
			    error) ||
	    !machine_number(root, arena, machine, "/sys/firmware/efi/fw_vendor",
			    &facts->efi_fw_vendor, error) ||
	    !machine_number(root, arena, machine, "/sys/firmware/efi/runtime", &facts->efi_runtime,
			    error) ||
	    !machine_number(root, arena, machine, "/sys/firmware/efi/config_table",
			    &facts->efi_config_table, error) ||
	    !read_systab(root, arena, machine, facts, error) ||
	    !read_runtime_map(root, arena, machine, facts, error))
		return false;
	facts->efi = bits || facts->runtime_map_count;
	/*
	 * Kernels before 3.15 ran only on firmware of their own width, and had no file to say so.
	 */
	facts->efi_bits = !facts->efi ? 0 : bits ? (unsigned)bits : 64;
	if (bits == 0 || bits == 32 || bits == 64)
		return true;
	return error_set(error,
			 "%s/sys/firmware/efi/fw_platform_size holds %" PRIu64 "; 32 or 64 was "
			 "expected.",
			 root->path, bits);
}

/* The RAM that the running kernel uses, less what must stay as it is. */
static bool find_ram(const struct machine *machine, const struct x86_64_machine *facts,
		     const struct iomem *iomem, struct arena *arena, struct memmap *ram,
		     struct error *error)
{
	const struct memmap *firmware = &machine->firmware;
	bool hidden = iomem->masked || !iomem->count;

	for (size_t i = 0; hidden && i < firmware->count; i++)
		if (!memmap_append(ram, arena, firmware->entries[i].range,
				   firmware->entries[i].type, error))
			return false;
	if (!hidden && !iomem_append_ram(iomem, arena, ram, error))
		return false;
	/*
	 * Runtime services may lie in memory that the map calls RAM: tables that the first kernel
	 * kept (efi_mem_reserve()) are boot services data with a runtime mapping.
	 */
	for (size_t i = 0; i < facts->runtime_map_count; i++) {
		const struct efi_runtime_range *kept = &facts->runtime_map[i];
		struct range range = { kept->physical,
				       kept->physical + (kept->pages << EFI_PAGE_SHIFT) };

		if (!memmap_append(ram, arena, range, MEMORY_RESERVED, error))
			return false;
	}
	return memmap_append(ram, arena, (struct range){ 0, FIRST_PAGE_END }, MEMORY_RESERVED,
			     error) &&
	       memmap_tidy(ram, arena, error);
}

/*
 * Firmware's map is what the next kernel is told. Where the running kernel was told to add the EFI
 * map to it, or there is none, or Xen stands between, the running kernel's own map has to do.
 * Segments go only where both see RAM, so memory that mem= or memmap= hid stays hidden.
 */
static bool read_memory(const struct sysroot *root, struct arena *arena, struct machine *machine,
			const struct x86_64_machine *facts, struct error *error)
{
	struct memmap ram = { 0 };
	struct iomem iomem;

	machine->memory_source = "/sys/firmware/memmap";
	if (!machine->xen && !cmdline_has(machine->cmdline, "add_efi_memmap") &&
	    !firmware_map_read(root, arena, machine, error))
		return false;
	if (!machine_iomem(root, arena, machine, &iomem, error))
		return false;
	if (!machine->firmware.count) {
		machine->memory_source = "/proc/iomem";
		if (!iomem.masked &&
		    (!iomem_append_firmware(&iomem, arena, &machine->firmware, error) ||
		     !memmap_tidy(&machine->firmware, arena, error)))
			return false;
	}
	if (!find_ram(machine, facts, &iomem, arena, &ram, error) ||
	    !memmap_common_ram(&machine->firmware, &ram, arena, &machine->usable, error))
		return false;
	memmap_shrink(&machine->usable, machine->page_size);
	return true;
}

bool x86_64_machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
			 struct error *error)
{
	struct x86_64_machine *facts = arena_alloc(arena, sizeof(*facts), error);

	if (!facts)
		return false;
	machine->facts = facts;
	return read_boot_params(root, arena, machine, facts, error) &&
	       read_paging(root, arena, machine, facts, error) &&
	       read_efi(root, arena, machine, facts, error) &&
	       read_memory(root, arena, machine, facts, error);
}
