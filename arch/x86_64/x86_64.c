// SPDX-License-Identifier: GPL-2.0-or-later
/* x86_64's row of the architecture table. */
#include "arch/arch.h"

static const char *const machines[] = { "x86_64", NULL };
static const struct format *const formats[] = { NULL };

const struct arch arch_x86_64 = {
	.name = "x86_64",
	.machines = machines,
	.elf_machine = 62 /* EM_X86_64 */,
	.order = LITTLE,
	.page_size = 4096,
	.strict_loader_options = true,
	.joins_append = false,
	.formats = formats,
	.not_yet = "This version of kexec-ng does not plan loads for x86_64 machines yet.",
};
