// SPDX-License-Identifier: GPL-2.0-or-later
/* x86_64's row of the architecture table. */
#include "arch/arch.h"
#include "arch/x86_64/linux.h"
#include "arch/x86_64/machine.h"
#include "arch/x86_64/purgatory.h"

static const char *const machines[] = { "x86_64", NULL };

static const struct format *const formats[] = {
	&x86_64_multiboot2, &x86_64_vmlinux, &x86_64_multiboot, &x86_64_elf_x86,
	&x86_64_bzimage64, &x86_64_bzimage, &x86_64_beoboot, &x86_64_nbi, &x86_64_uki, NULL,
};

const struct arch arch_x86_64 = {
	.name = "x86_64",
	.machines = machines,
	.elf_machine = 62 /* EM_X86_64 */,
	.order = LITTLE,
	.page_size = 4096,
	.strict_loader_options = true,
	/*
	 * page_offset_base without KASLR and 5-level paging, Documentation/arch/x86/x86_64/mm.rst
	 */
	.linear_map = 0xffff888000000000,
	/* Linux 6.5 to 6.9 know only this flag, and later ones take it still. */
	.hotplug_flag = KEXEC_UPDATE_ELFCOREHDR,
	.machine_read = x86_64_machine_read,
	.formats = formats,
	.purgatory = purgatory_x86_64,
};
