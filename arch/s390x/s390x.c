// SPDX-License-Identifier: GPL-2.0-or-later
/* s390x's row of the architecture table. */
#include "arch/arch.h"
#include "arch/s390x/image.h"
#include "arch/s390x/machine.h"
#include "arch/s390x/purgatory.h"

static const char *const machines[] = { "s390x", NULL };

static const struct format *const formats[] = { &s390x_image, NULL };

const struct arch arch_s390x = {
	.name = "s390x",
	.machines = machines,
	.elf_machine = 22 /* EM_S390 */,
	.order = BIG,
	.page_size = 4096,
	.strict_loader_options = true,
	.joins_append = true,
	.built_in_cmdline = true,
	/* The capture kernel makes its own core headers: there is nothing to keep up to date. */
	.machine_read = s390x_machine_read,
	.formats = formats,
	.purgatory = purgatory_s390x,
};
