/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What only an x86_64 machine has: the running kernel's boot_params and its EFI state.
 * machine->facts of such a machine points to a struct x86_64_machine.
 */
#ifndef ARCH_X86_64_MACHINE_H
#define ARCH_X86_64_MACHINE_H

#include "kexec/machine.h"

/* One of /sys/firmware/efi/runtime-map/N. */
struct efi_runtime_range {
	uint32_t type;
	uint64_t physical, virtual, pages, attribute;
};

struct x86_64_machine {
	struct bytes boot_params;	/* /sys/kernel/boot_params/data, 4096 bytes; or empty */
	bool five_level;		/* running with 5-level paging (la57 in /proc/cpuinfo) */

	/*
	 * EFI, when the running kernel has runtime services; addresses are physical, 0 when absent.
	 */
	bool efi;			/* /sys/firmware/efi and a runtime map are there */
	unsigned efi_bits;		/* fw_platform_size: 64 or 32 */
	uint64_t efi_fw_vendor, efi_runtime, efi_config_table;
	uint64_t efi_smbios;		/* SMBIOS= of systab, or SMBIOS3= when there is no other */
	uint64_t efi_acpi20, efi_acpi;	/* ACPI20= and ACPI= of systab: the RSDP */
	const struct efi_runtime_range *runtime_map;	/* ascending by N */
	size_t runtime_map_count;
};

bool x86_64_machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
			 struct error *error) must_check;

#endif
