// SPDX-License-Identifier: GPL-2.0-or-later
/* arm64's row of the architecture table. */
#include "arch/arch.h"

static const char *const machines[] = { "aarch64", "arm64", NULL };
static const struct format *const formats[] = { NULL };

const struct arch arch_arm64 = {
	.name = "arm64",
	.machines = machines,
	.elf_machine = 183 /* EM_AARCH64 */,
	.order = LITTLE,
	.page_size = 4096,
	.strict_loader_options = false,
	.device_tree = true,
	.joins_append = false,
	.machine_read = machine_read_iomem,
	.formats = formats,
	.not_yet = "This version of kexec-ng does not plan loads for arm64 machines yet.",
};
