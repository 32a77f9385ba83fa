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
#include "kexec/elf.h"

#define EM_X86_64 62
#define EM_386 3
#define ET_EXEC 2
#define START_KERNEL_MAP 0xffffffff80000000u /* arch/x86/include/asm/page_64_types.h */
#define MOVE_ALIGN 0x200000		     /* head_64.S refuses anything finer */
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

/* How far the loads must move from their link addresses: not at all, where that is free. */
static bool find_delta(const struct planning *p, const struct elf_image *elf, uint64_t *delta,
		       struct error *error)
{
	struct range span = elf_span(elf);
	uint64_t base = align_down(span.start, p->machine->page_size);
	uint64_t limit = (uint64_t)1 << 46;
	struct placement linked = { .above = base, .from_top = false };
	struct placement moved = { .align = MOVE_ALIGN,
				   .above = align_down(span.start, MOVE_ALIGN),
				   .below = limit };
	struct error ignored = { 0 };
	uint64_t address, lead = span.start - moved.above;

	if (!add_overflow_checked(base, span.end - base + p->machine->page_size - 1, &linked.below))
		return error_set(error,
				 "The kernel is linked at 0x%" PRIx64 ", where no memory can be.",
				 span.start);
	if (plan_place(p, "kernel", span.end - base, linked, &address, &ignored)) {
		*delta = 0;
		return true;
	}
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
	if (!is_linux(&elf)) {
		error_set(error,
			  "%s is an ELF executable for x86_64, but not a Linux kernel; this "
			  "version of kexec-ng starts no others.",
			  p->image->kernel_file.path);
		return error_remedy(error, "Give a vmlinux or a bzImage.");
	}
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

const struct format x86_64_elf_x86 = {
	.name = "elf-x86",
	.probe = elf_x86_probe,
	.refusal = "a 32-bit ELF file, which this version of kexec-ng does not load.",
};
