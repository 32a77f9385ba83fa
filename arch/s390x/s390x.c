// SPDX-License-Identifier: GPL-2.0-or-later
/* s390x's row of the architecture table. */
#include "arch/arch.h"

static const char *const machines[] = { "s390x", NULL };
static const struct format *const formats[] = { NULL };

const struct arch arch_s390x = {
	.name = "s390x",
	.machines = machines,
	.elf_machine = 22 /* EM_S390 */,
	.order = BIG,
	.page_size = 4096,
	.strict_loader_options = true,
	.joins_append = true,
	.machine_read = machine_read_iomem,
	.formats = formats,
	.not_yet = "This version of kexec-ng does not plan loads for s390x machines yet.",
};
