// SPDX-License-Identifier: GPL-2.0-or-later
/* ppc64le's row of the architecture table. */
#include "arch/arch.h"
#include "arch/ppc64le/machine.h"
#include "arch/ppc64le/purgatory.h"
#include "arch/ppc64le/vmlinux.h"

/* Not "ppc64": purgatory is entered in the byte order of the running kernel. */
static const char *const machines[] = {"ppc64le", NULL};

static const struct format *const formats[] = {&ppc64le_vmlinux, &ppc64le_zimage, NULL};

const struct arch arch_ppc64le = {
	.name = "ppc64le",
	.machines = machines,
	.elf_machine = 21 /* EM_PPC64 */,
	.order = LITTLE,
	.page_size = 4096,
	.strict_loader_options = true,
	.device_tree = true,
	.joins_append = false,
	.linear_map = 0xc000000000000000, /* PAGE_OFFSET, arch/powerpc/include/asm/page.h */
	.hotplug_flag = KEXEC_CRASH_HOTPLUG_SUPPORT,
	.machine_read = ppc64le_machine_read,
	.formats = formats,
	.purgatory = purgatory_ppc64le,
};
