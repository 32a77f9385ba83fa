// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where kernels of several architectures map memory at fixed distances: what is needed for a core
 * whose program headers name physical addresses only, such as an emulator's or a hypervisor's dump
 * of a guest. The numbers behind the mappings come from VMCOREINFO
 *
 * (Documentation/admin-guide/kdump/vmcoreinfo.rst). Only x86_64 needs its page table: where its
 * linear map begins stands nowhere else.
 */
#include "kexec/vmcore.h"

#include "kexec/vmcoreinfo.h"

#include <elf.h>

static void add(struct vmcore *core, uint64_t first, uint64_t last, uint64_t physical)
{
	core->mappings[core->mapping_count++] = (struct vmcore_mapping){first, last, physical};
}

/*
 * arch/x86/include/asm/page_64_types.h: __START_KERNEL_map; what it maps begins at phys_base. The
 * table itself is in there. Bits 12 to 51 of its entries are an address; one of them may say that
 * the memory is encrypted (sme_mask).
 */
static void map_x86_64(struct vmcore *core)
{
	const uint64_t first = UINT64_C(0xffffffff80000000);
	uint64_t base, table, five_levels = 0, encrypted = 0;
	bool known;

	if (!vmcoreinfo_number(core->info, "NUMBER", "phys_base", &base))
		return;
	add(core, first, UINT64_MAX, base);
	if (!vmcoreinfo_symbol(core->info, "init_top_pgt", &table) || table < first)
		return;
	/* Kernels that do not say either have neither. */
	known = vmcoreinfo_number(core->info, "NUMBER", "pgtable_l5_enabled", &five_levels);
	core->page_levels = known && five_levels ? 5 : 4;
	known = vmcoreinfo_number(core->info, "NUMBER", "sme_mask", &encrypted);
	core->page_mask = UINT64_C(0x000ffffffffff000) & ~(known ? encrypted : 0);
	core->page_table = table - first + base;
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

/* Intel SDM volume 3, "Paging": bit 0: present; bit 7: a page of 2 MiB or 1 GiB, not a table. */
bool vmcore_walk(const struct vmcore *core, uint64_t virtual, uint64_t *physical, uint64_t *left)
{
	uint64_t table = core->page_table, entry, size;

	for (unsigned level = core->page_levels; level; level--) {
		const unsigned shift = 12 + 9 * (level - 1);

		if (!vmcore_read_physical(core, table + (virtual >> shift & 511) * 8, 8, &entry) ||
		    !(entry & 1))
			return false;
		table = entry & core->page_mask;
		if (level > 1 && (level > 3 || !(entry & 0x80)))
			continue;
		size = UINT64_C(1) << shift;
		*physical = (table & ~(size - 1)) + (virtual & (size - 1));
		*left = size - (virtual & (size - 1));
		return true;
	}
	return false;
}
