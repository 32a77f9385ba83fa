// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decoding a finished boot_params segment for the reader of a plan. It reads the bytes that will be
 * loaded, not the intentions behind them.
 */
#include <inttypes.h>

#include "arch/x86_64/boot_params.h"

#define HEX "0x%" PRIx64

static uint64_t join(le32 low, le32 high)
{
	return (uint64_t)get(high) << 32 | get(low);
}

static bool describe_screen(const struct planning *p, const struct boot_params *params,
			    struct error *error)
{
	/* include/uapi/linux/screen_info.h */
	const uint8_t *screen = params->screen_info;
	uint64_t base = bytes_get(screen + 0x18, 4, LITTLE) | bytes_get(screen + 0x3a, 4, LITTLE)
								      << 32;

	switch (screen[0x0f]) {
	case 0:
		return plan_fact(p, "boot_params", "screen", error, "none");
	case 0x23:
	case 0x70:
		return plan_fact(p, "boot_params", "screen", error,
				 "%s framebuffer, %u x %u, %u bits, at " HEX,
				 screen[0x0f] == 0x70 ? "EFI" : "VESA",
				 (unsigned)bytes_get(screen + 0x12, 2, LITTLE),
				 (unsigned)bytes_get(screen + 0x14, 2, LITTLE),
				 (unsigned)bytes_get(screen + 0x16, 2, LITTLE), base);
	default:
		return plan_fact(p, "boot_params", "screen", error,
				 "text, %u columns, %u lines, type 0x%x", screen[0x07],
				 screen[0x0e], screen[0x0f]);
	}
}

static bool describe_header(const struct planning *p, const struct boot_params *params,
			    struct error *error)
{
	const struct setup_header *h = &params->hdr;

	return plan_fact(p, "boot_params", "protocol", error, "%u.%02u", get(h->version) >> 8,
			 get(h->version) & 0xff) &&
	       plan_fact(p, "boot_params", "type_of_loader", error, "0x%02x", h->type_of_loader) &&
	       plan_fact(p, "boot_params", "loadflags", error, "0x%02x", h->loadflags) &&
	       plan_fact(p, "boot_params", "xloadflags", error, "0x%04x", get(h->xloadflags)) &&
	       plan_fact(p, "boot_params", "code32_start", error, HEX,
			 (uint64_t)get(h->code32_start)) &&
	       plan_fact(p, "boot_params", "cmd_line_ptr", error, HEX,
			 join(h->cmd_line_ptr, params->ext_cmd_line_ptr)) &&
	       plan_fact(p, "boot_params", "ramdisk_image", error, HEX,
			 join(h->ramdisk_image, params->ext_ramdisk_image)) &&
	       plan_fact(p, "boot_params", "ramdisk_size", error, "%" PRIu64,
			 join(h->ramdisk_size, params->ext_ramdisk_size)) &&
	       plan_fact(p, "boot_params", "hardware_subarch", error, "%" PRIu32,
			 get(h->hardware_subarch)) &&
	       plan_fact(p, "boot_params", "setup_data", error, HEX, get(h->setup_data));
}

static bool describe_node(const struct planning *p, const struct setup_data *node,
			  const uint8_t *data, struct error *error)
{
	const struct efi_setup_data *efi = (const struct efi_setup_data *)data;

	switch (get(node->type)) {
	case SETUP_E820_EXT:
		return plan_fact(p, "setup_data", "E820_EXT", error, "%zu more memory map entries",
				 get(node->len) / sizeof(struct e820_entry));
	case SETUP_RNG_SEED:
		return plan_fact(p, "setup_data", "RNG_SEED", error, "%" PRIu32 " bytes",
				 get(node->len));
	case SETUP_EFI:
		return plan_fact(p, "setup_data", "EFI", error,
				 "fw_vendor " HEX ", config tables " HEX ", SMBIOS " HEX,
				 get(efi->fw_vendor), get(efi->tables), get(efi->smbios));
	default:
		return plan_fact(p, "setup_data", "other", error, "type %" PRIu32, get(node->type));
	}
}

static bool describe_setup_data(const struct planning *p, struct bytes segment, uint64_t address,
				const struct boot_params *params, struct error *error)
{
	uint64_t at = get(params->hdr.setup_data);

	while (at) {
		const struct setup_data *node = bytes_at(segment, at - address, sizeof(*node));
		const uint8_t *data =
			node ? bytes_at(segment, at - address + sizeof(*node), get(node->len))
			     : NULL;

		if (!data)
			return error_set(error,
					 "Internal error: setup_data at " HEX
					 " lies outside its segment.",
					 at);
		if (!describe_node(p, node, data, error))
			return false;
		at = get(node->next);
	}
	return true;
}

static bool describe_efi(const struct planning *p, const struct boot_params *params,
			 struct error *error)
{
	const struct efi_info *efi = &params->efi_info;

	if (!get(efi->loader_signature))
		return true;
	return plan_fact(p, "efi", "system table", error, HEX, join(efi->systab, efi->systab_hi)) &&
	       plan_fact(p, "efi", "runtime map", error, "%" PRIu32 " ranges at " HEX,
			 get(efi->memmap_size) / get(efi->memdesc_size),
			 join(efi->memmap, efi->memmap_hi));
}

bool boot_params_describe(const struct planning *p, struct bytes segment, uint64_t address,
			  struct error *error)
{
	const struct boot_params *params = bytes_at(segment, 0, sizeof(*params));

	if (!params)
		return error_set(error, "Internal error: boot_params of %zu bytes.", segment.size);
	return describe_header(p, params, error) && describe_screen(p, params, error) &&
	       plan_fact(p, "boot_params", "e820_entries", error, "%u", params->e820_entries) &&
	       plan_fact(p, "boot_params", "acpi_rsdp_addr", error, HEX,
			 get(params->acpi_rsdp_addr)) &&
	       plan_fact(p, "boot_params", "edd", error, "%u disks, %u MBR signatures",
			 params->eddbuf_entries, params->edd_mbr_sig_buf_entries) &&
	       plan_fact(p, "boot_params", "secure_boot", error, "%u", params->secure_boot) &&
	       describe_efi(p, params, error) &&
	       describe_setup_data(p, segment, address, params, error);
}
