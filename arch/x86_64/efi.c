// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handing EFI on: the next kernel gets the system table and the virtual addresses at which this one
 * mapped the runtime services, since SetVirtualAddressMap() can be called only once per boot.
 */
#include "arch/x86_64/boot_params.h"
#include "arch/x86_64/machine.h"
#include "kexec/cmdline.h"

#define EFI_LOADER_SIGNATURE_64 0x34364c45 /* "EL64" */

static const struct boot_params *running(const struct x86_64_machine *facts)
{
	return bytes_at(facts->boot_params, 0, sizeof(struct boot_params));
}

bool efi_handed_on(const struct planning *p, const struct setup_header *header,
		   const char **why_not)
{
	const struct x86_64_machine *facts = p->machine->facts;
	const struct boot_params *params = running(facts);

	*why_not = NULL;
	if (!facts->efi)
		*why_not = "this machine does not run with EFI runtime services";
	else if (p->options->no_efi)
		*why_not = "--noefi was given";
	else if (!(get(header->xloadflags) & XLF_EFI_KEXEC))
		*why_not = "the kernel does not take it over (no XLF_EFI_KEXEC)";
	else if (facts->efi_bits != 64)
		*why_not = "the firmware is not 64-bit";
	else if (!params || get(params->efi_info.loader_signature) != EFI_LOADER_SIGNATURE_64)
		*why_not = "the running kernel's boot_params do not name a 64-bit EFI system table";
	else if (!facts->runtime_map_count)
		*why_not = "/sys/firmware/efi/runtime-map is empty or hidden";
	else if (get(params->efi_info.memdesc_version) != 1)
		*why_not = "the firmware's memory descriptors are not of version 1";
	return !*why_not;
}

size_t efi_memory_map_size(const struct planning *p)
{
	const struct x86_64_machine *facts = p->machine->facts;

	return facts->runtime_map_count * sizeof(struct efi_memory_descriptor);
}

void efi_write(const struct planning *p, uint8_t *out, uint64_t address, struct boot_params *params)
{
	const struct x86_64_machine *facts = p->machine->facts;
	struct efi_memory_descriptor *map = (struct efi_memory_descriptor *)out;
	struct efi_info *info = &params->efi_info;

	*info = running(facts)->efi_info;
	put(&info->memdesc_size, sizeof(*map));
	put(&info->memmap, (uint32_t)address);
	put(&info->memmap_hi, (uint32_t)(address >> 32));
	put(&info->memmap_size, (uint32_t)efi_memory_map_size(p));
	for (size_t i = 0; i < facts->runtime_map_count; i++) {
		const struct efi_runtime_range *range = &facts->runtime_map[i];

		put(&map[i].type, range->type);
		put(&map[i].physical, range->physical);
		put(&map[i].virtual, range->virtual);
		put(&map[i].pages, range->pages);
		put(&map[i].attribute, range->attribute);
	}
}
