// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where kernels of several architectures map memory at fixed distances: what is needed for a core
 * whose program headers name physical addresses only, such as an emulator's or a hypervisor's dump
 * of a guest. The numbers behind the mappings come from VMCOREINFO
 * (Documentation/admin-guide/kdump/vmcoreinfo.rst); page tables are not walked.
 */
#include "kexec/vmcore.h"

#include "kexec/vmcoreinfo.h"

#include <elf.h>

static void add(struct vmcore *core, uint64_t first, uint64_t last, uint64_t physical)
{
	core->mappings[core->mapping_count++] = (struct vmcore_mapping){first, last, physical};
}

/* arch/x86/include/asm/page_64_types.h: __START_KERNEL_map; what it maps begins at phys_base. */
static void map_x86_64(struct vmcore *core)
{
	const uint64_t first = UINT64_C(0xffffffff80000000);
	uint64_t base;

	if (vmcoreinfo_number(core->info, "NUMBER", "phys_base", &base))
		add(core, first, UINT64_MAX, base);
}

/*
 * arch/arm64/include/asm/memory.h since Linux 5.4: the linear map lies between -(1 << VA_BITS) and
 * -(1 << (min(VA_BITS, 48) - 1)), the kernel's image above it.
 */
static void map_arm64(struct vmcore *core)
{
	uint64_t bits, offset, linear, image;

	if (!vmcoreinfo_number(core->info, "NUMBER", "VA_BITS", &bits) || bits < 36 || bits > 52)
		return;
	linear = -(UINT64_C(1) << bits);
	image = -(UINT64_C(1) << ((bits < 48 ? bits : 48) - 1));
	if (vmcoreinfo_number(core->info, "NUMBER", "PHYS_OFFSET", &offset))
		add(core, linear, image - 1, offset);
	if (vmcoreinfo_number(core->info, "NUMBER", "kimage_voffset", &offset))
		add(core, image, UINT64_MAX, image - offset);
}

/* arch/powerpc/include/asm/page.h: PAGE_OFFSET; no more than 60 bits behind it are an address. */
static void map_ppc64(struct vmcore *core)
{
	add(core, UINT64_C(0xc000000000000000), UINT64_C(0xcfffffffffffffff), 0);
}

/* Before Linux 6.10 addresses are physical; since then the kernel and the rest lie elsewhere. */
static void map_s390(struct vmcore *core)
{
	uint64_t identity = 0, kernel = UINT64_MAX, where;

	if (vmcoreinfo_address(core->info, "IDENTITYBASE", &identity) &&
	    vmcoreinfo_address(core->info, "KERNELOFFPHYS", &where) &&
	    vmcoreinfo_address(core->info, "KERNELOFFSET", &kernel))
		add(core, kernel, UINT64_MAX, where);
	add(core, identity, kernel, 0);
}

/* riscv, and whatever else says where its linear map begins. */
static void map_linear(struct vmcore *core)
{
	uint64_t first, base;

	if (vmcoreinfo_number(core->info, "NUMBER", "PAGE_OFFSET", &first) &&
	    (vmcoreinfo_number(core->info, "NUMBER", "phys_ram_base", &base) ||
	     vmcoreinfo_number(core->info, "NUMBER", "PHYS_OFFSET", &base)))
		add(core, first, UINT64_MAX, base);
}

void vmcore_map_kernel(struct vmcore *core)
{
	core->mapping_count = 0;
	if (core->machine == EM_X86_64)
		map_x86_64(core);
	else if (core->machine == EM_AARCH64)
		map_arm64(core);
	else if (core->machine == EM_PPC64)
		map_ppc64(core);
	else if (core->machine == EM_S390)
		map_s390(core);
	else
		map_linear(core);
}
