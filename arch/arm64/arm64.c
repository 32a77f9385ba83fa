// SPDX-License-Identifier: GPL-2.0-or-later
/* arm64's row of the architecture table. */
#include "arch/arch.h"
#include "arch/arm64/linux.h"
#include "arch/arm64/machine.h"
#include "arch/arm64/purgatory.h"

static const char *const machines[] = { "aarch64", "arm64", NULL };

static const struct format *const formats[] = {
	&arm64_vmlinux, &arm64_image, &arm64_uimage, &arm64_zboot, &arm64_uki, NULL,
};

const struct arch arch_arm64 = {
	.name = "arm64",
	.machines = machines,
	.elf_machine = 183 /* EM_AARCH64 */,
	.order = LITTLE,
	.page_size = 4096,
	.strict_loader_options = false,
	.device_tree = true,
	.joins_append = false,
	/* 48-bit virtual addresses, memory from 0 on: Documentation/arch/arm64/memory.rst */
	.linear_map = 0xffff000000000000,
	.machine_read = arm64_machine_read,
	.formats = formats,
	.purgatory = purgatory_arm64,
};
