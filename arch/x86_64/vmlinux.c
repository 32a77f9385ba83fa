// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmlinux: the kernel as an ELF file. It is entered as arch/x86/kernel/head_64.S wants it, at its
 * physical entry point with boot_params in rsi, and may be moved in steps of 2 MiB, since it
 * computes where it lies. An ELF file without a setup header says nothing of itself, so one is made
 * up.
 */
#include <inttypes.h>

#include "arch/arch.h"
#include "arch/x86_64/linux.h"
#include "arch/x86_64/standalone.h"

#define EM_X86_64 62
#define EM_386 3
#define ET_EXEC 2
#define START_KERNEL_MAP 0xffffffff80000000u /* arch/x86/include/asm/page_64_types.h */
#define MOVE_ALIGN 0x200000		     /* head_64.S refuses anything finer */
/* arch/x86/Kconfig: CONFIG_PAGE_OFFSET; and what low memory there is room for below it, boot.rst */
#define PAGE_OFFSET_32_LEAST 0x40000000u
#define PAGE_OFFSET_32_ALIGN 0x1000000u
#define INITRD_ADDR_MAX_32   0x37ffffff
#define COMMAND_LINE_SIZE 2048		     /* arch/x86/include/asm/setup.h */

static bool vmlinux_probe(struct bytes kernel)
{
	return elf_is(kernel, 64, LITTLE, EM_X86_64);
}

/*
 * Linux is linked into the kernel map at its physical address plus START_KERNEL_MAP and, alone
 * among kernels that are, has a physical entry point.
 */
static bool is_linux(const struct elf_image *elf)
{
	const struct elf_load *first = &elf->loads[0];

	return elf->type == ET_EXEC && first->virtual == first->physical + START_KERNEL_MAP &&
	       elf->entry >= first->physical && elf->entry - first->physical < first->bytes.size;
}

/* An ordinary program looks the same, and would be the end of the machine. */
static bool refuse_other(const struct planning *p, const char *what, struct error *error)
{
	error_set(error, "%s is %s, but not a Linux kernel.", p->image->kernel_file.path, what);
	return error_remedy(error,
			    "Give a vmlinux or a bzImage; for a program that runs without an "
			    "operating system, say so with --args-elf or --args-none.");
}

static void make_header(struct setup_header *header)
{
	put(&header->boot_flag, BOOT_FLAG);
	put(&header->header, SETUP_MAGIC);
	put(&header->version, 0x20f);
	put(&header->initrd_addr_max, 0x7fffffff);
	put(&header->kernel_alignment, MOVE_ALIGN);
	put(&header->xloadflags, XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G | XLF_EFI_KEXEC);
	put(&header->cmdline_size, COMMAND_LINE_SIZE - 1);
	header->relocatable_kernel = 1;
}

/* Whether the loads may stay at their link addresses. */
static bool fits_where_linked(const struct planning *p, const struct elf_image *elf,
			      struct error *error)
{
	uint64_t page = p->machine->page_size, address;
	struct range span = elf_span(elf);
	struct placement linked = { .above = align_down(span.start, page), .from_top = false };

	if (!add_overflow_checked(span.end, page - 1, &linked.below))
		return error_set(error,
				 "The kernel is linked at 0x%" PRIx64 ", where no memory can be.",
				 span.start);
	return plan_place(p, "kernel", span.end - linked.above, linked, &address, error);
}

/* How far the loads must move from their link addresses: not at all, where that is free. */
static bool find_delta(const struct planning *p, const struct elf_image *elf, uint64_t *delta,
		       struct error *error)
{
	struct range span = elf_span(elf);
	struct placement moved = { .align = MOVE_ALIGN,
				   .above = align_down(span.start, MOVE_ALIGN),
				   .below = (uint64_t)1 << 46 };
	struct error ignored = { 0 };
	uint64_t address, lead = span.start - moved.above;

	*delta = 0;
	if (fits_where_linked(p, elf, &ignored))
		return true;
	if (!plan_place(p, "kernel", lead + (span.end - span.start), moved, &address, error))
		return false;
	*delta = address - moved.above;
	return true;
}

static bool vmlinux_plan(const struct planning *p, struct error *error)
{
	struct boot_request request = { .setup_type_max = UINT32_MAX };
	struct elf_image elf;
	uint64_t delta = 0;

	if (!elf_read(image_kernel(p->image), &elf, error))
		return error_context(error, "%s: ", p->image->kernel_file.path);
	if (standalone_wanted(p->options))
		return standalone_plan(p, &elf, error);
	if (!is_linux(&elf))
		return refuse_other(p, "an ELF executable for x86_64", error);
	if (p->options->entry_32bit) {
		error_set(error,
			  "--entry-32bit needs a bzImage: a vmlinux has only a 64-bit entry.");
		return error_remedy(error, "Leave --entry-32bit out.");
	}
	make_header(&request.header);
	if (!find_delta(p, &elf, &delta, error) || !elf_add(p, &elf, delta, error))
		return false;
	elf_close_holes(p->plan);
	request.kernel = elf.loads[0].physical + delta;
	return linux_finish(p, &request, elf.entry + delta, error);
}

const struct format x86_64_vmlinux = {
	.name = "elf-x86_64",
	.probe = vmlinux_probe,
	.plan = vmlinux_plan,
};

static bool elf_x86_probe(struct bytes kernel)
{
	return elf_is(kernel, 32, LITTLE, EM_386);
}

/* Linked into the map of low memory, wherever CONFIG_PAGE_OFFSET has that; a physical entry. */
static bool is_linux_32(const struct elf_image *elf)
{
	const struct elf_load *first = &elf->loads[0];
	uint64_t offset = first->virtual - first->physical;

	for (unsigned i = 1; i < elf->load_count; i++)
		if (elf->loads[i].virtual - elf->loads[i].physical != offset)
			return false;
	return elf->type == ET_EXEC && offset >= PAGE_OFFSET_32_LEAST &&
	       !(offset % PAGE_OFFSET_32_ALIGN) && elf->entry >= first->physical &&
	       elf->entry - first->physical < first->bytes.size;
}

/* It runs where it was linked: only a bzImage has what would move it. */
static bool elf_x86_plan(const struct planning *p, struct error *error)
{
	struct boot_request request = { .below_4g = true, .takes_dtb = true };
	struct elf_image elf;

	if (!elf_read(image_kernel(p->image), &elf, error))
		return error_context(error, "%s: ", p->image->kernel_file.path);
	if (standalone_wanted(p->options))
		return standalone_plan(p, &elf, error);
	if (!is_linux_32(&elf))
		return refuse_other(p, "a 32-bit ELF executable", error);
	if (p->options->panic) {
		error_set(error, "%s cannot be moved into the crash kernel's memory.",
			  p->image->kernel_file.path);
		return error_remedy(error, "Give a bzImage that is relocatable.");
	}
	make_header(&request.header);
	put(&request.header.xloadflags, 0);
	put(&request.header.initrd_addr_max, INITRD_ADDR_MAX_32);
	request.setup_type_max = UINT32_MAX;
	if (!fits_where_linked(p, &elf, error) || !elf_add(p, &elf, 0, error))
		return false;
	request.kernel = elf.loads[0].physical;
	return linux_finish(p, &request, elf.entry, error);
}

const struct format x86_64_elf_x86 = {
	.name = "elf-x86",
	.probe = elf_x86_probe,
	.plan = elf_x86_plan,
};
