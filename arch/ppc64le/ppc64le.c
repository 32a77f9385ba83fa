// SPDX-License-Identifier: GPL-2.0-or-later
/* ppc64le's row of the architecture table. */
#include "arch/arch.h"

static const char *const machines[] = { "ppc64le", "ppc64", NULL };
static const struct format *const formats[] = { NULL };

const struct arch arch_ppc64le = {
	.name = "ppc64le",
	.machines = machines,
	.elf_machine = 21 /* EM_PPC64 */,
	.order = LITTLE,
	.page_size = 4096,
	.strict_loader_options = true,
	.device_tree = true,
	.joins_append = false,
	.formats = formats,
	.not_yet = "This version of kexec-ng does not plan loads for ppc64le machines yet.",
};
