// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmlinux: the kernel as an ELF file, and what it is given beside that. A zImage is only wrapped
 * around one; image.c of kexec/ has taken the wrapping off before this is asked. The kernel may be
 * loaded anywhere below the end of real mode, and copies itself to address 0 before anything else
 * (arch/powerpc/kernel/head_64.S), over what lies there: so all the rest is placed above its size.
 * A crash kernel is told to stay where it is, and only its interrupt vectors go to 0.
 */
#include <inttypes.h>

#include "arch/arch.h"
#include "arch/ppc64le/capture.h"
#include "arch/ppc64le/machine.h"
#include "arch/ppc64le/tree.h"
#include "arch/ppc64le/vmlinux.h"
#include "kexec/crash.h"
#include "kexec/elf.h"
#include "kexec/purgatory.h"

#define EM_PPC64 21
#define PAGE_OFFSET 0xc000000000000000u /* arch/powerpc/include/asm/page.h */
#define KERNEL_ALIGN 0x100000 /* more than p_align, 64 KiB, which the kernel's own loader keeps */

/* The slave code, arch/powerpc/purgatory/trampoline_64.S: waits at 0x60 of these for the next
 * kernel. */
#define SLAVE_CODE 0x100
#define BRANCH 4 /* purgatory's own first instruction stays */

/* What entry.S takes, by number: purgatory/ppc64le/entry.S. */
enum { ARGUMENT_DTB, ARGUMENT_OPAL_BASE, ARGUMENT_OPAL_ENTRY, ARGUMENT_BACKUP };

static bool vmlinux_probe(struct bytes kernel)
{
	return elf_is(kernel, 64, LITTLE, EM_PPC64);
}

static bool vmlinux_check(struct bytes kernel, struct error *error)
{
	struct elf_image elf;

	return elf_read(kernel, &elf, error);
}

static bool check_linux(const struct planning *p, const struct elf_image *elf, struct error *error)
{
	const struct elf_load *first = &elf->loads[0];

	if (!first->physical && first->virtual == PAGE_OFFSET && first->bytes.size >= SLAVE_CODE &&
	    elf->entry == PAGE_OFFSET)
		return true;
	error_set(error,
		  "%s is an ELF file for ppc64le, but not a Linux kernel as such, which begins at "
		  "0x%" PRIx64 " and is entered there.",
		  p->image->kernel_file.path, (uint64_t)PAGE_OFFSET);
	return error_remedy(error, "Give a vmlinux, or a zImage, which has one in it.");
}

static bool check_machine(const struct planning *p, struct error *error)
{
	const struct ppc64le_machine *facts = p->machine->facts;

	if (!facts->tree) {
		error_set(error, "There is no device tree at %s, so the memory is unknown.",
			  facts->source);
		return error_remedy(error, "Mount /proc, and run kexec as root.");
	}
	if (p->options->panic && p->machine->crash.count && !p->machine->crash_usable.count) {
		error_set(error,
			  "The crash reservation at 0x%" PRIx64
			  " lies where a kernel cannot start: in a guest without radix page tables "
			  "real mode reaches the first block of memory, which ends at 0x%" PRIx64
			  ", and at most 1 GiB.",
			  crash_region(p->machine).start, facts->first_block);
		return error_remedy(error,
				    "Boot the running kernel with a crashkernel= that has no "
				    "address in it.");
	}
	if (facts->kernel_end)
		return true;
	return error_set(error,
			 "%s/chosen has no linux,kernel-end, so it is unknown which memory the "
			 "running kernel still needs.",
			 facts->source);
}

static bool add_kernel(const struct planning *p, const struct elf_image *elf, struct range *memory,
		       struct error *error)
{
	uint64_t size = elf_span(elf).end;

	if (!plan_place(p, "kernel", size, (struct placement){.align = KERNEL_ALIGN},
			&memory->start, error))
		return false;
	memory->end = memory->start + size;
	if (!elf_add(p, elf, memory->start, error))
		return false;
	elf_close_holes(p->plan);
	return true;
}

static bool add_initrd(const struct planning *p, struct placement where, struct range *memory,
		       struct error *error)
{
	const struct file *initrd = &p->image->initrd;
	uint64_t address;

	*memory = (struct range){0, 0};
	if (!initrd->bytes.size)
		return true;
	if (!plan_place_and_add(p, "initrd", initrd->path, initrd->bytes, initrd->bytes.size, where,
				&address, error))
		return false;
	*memory = (struct range){address, address + initrd->bytes.size};
	return true;
}

/*
 * The kernel copies the first 0x100 bytes of the entry segment to address 0 and sends the other
 * processors to 0x60 there, where the next kernel will look for them: its own code has to be there.
 */
static bool put_slave_code(const struct planning *p, const struct elf_image *elf,
			   struct error *error)
{
	struct segment *segment = plan_segment(p->plan, "purgatory");
	char *image = arena_copy(p->arena, segment->bytes, error);

	if (!image)
		return false;
	memcpy(image + BRANCH, elf->loads[0].bytes.data + BRANCH, SLAVE_CODE - BRANCH);
	segment->bytes.data = (const uint8_t *)image;
	return true;
}

/* The next kernel reads all of this in the tree; it is put down for people. */
static bool tell_memory(const struct planning *p, struct error *error)
{
	const struct ppc64le_machine *facts = p->machine->facts;
	const struct range region = crash_region(p->machine);
	struct memmap crash = {0};
	const struct memmap *const parts[] = {p->options->panic ? &crash : &p->machine->firmware,
					      &facts->kept};

	if (p->options->panic &&
	    (!memmap_append(&crash, p->arena, (struct range){0, region.end}, MEMORY_RAM, error) ||
	     !memmap_append(&crash, p->arena, (struct range){0x10000, region.start},
			    MEMORY_RESERVED, error)))
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (size_t j = 0; j < parts[i]->count; j++)
			if (!memmap_append(&p->plan->memory, p->arena, parts[i]->entries[j].range,
					   parts[i]->entries[j].type, error))
				return false;
	return memmap_tidy(&p->plan->memory, p->arena, error);
}

/* How purgatory verifies, and where it says so: on bare metal, nowhere. */
static bool settle_purgatory(const struct planning *p, struct purgatory_jump *jump,
			     struct error *error)
{
	const struct ppc64le_machine *facts = p->machine->facts;

	if (facts->terminal) {
		jump->serial_base = facts->terminal;
		jump->serial_flags = PURGATORY_SERIAL_TERMINAL;
	} else if (!plan_fact(p, "purgatory", "console", error, "none: it stops in silence")) {
		return false;
	}
	if (!facts->vector_sha || p->options->no_checks)
		return true;
	jump->flags = PURGATORY_VECTOR_SHA;
	return plan_fact(p, "purgatory", "instructions", error, "vshasigmaw");
}

static bool vmlinux_plan(const struct planning *p, struct error *error)
{
	const struct ppc64le_machine *facts = p->machine->facts;
	struct purgatory_jump jump = {.mode = PURGATORY_ENTRY_64};
	struct placement upwards = {0}, downwards = {.from_top = true};
	struct range kernel, initrd;
	struct capture capture;
	struct elf_image elf;

	if (p->image->container &&
	    !plan_fact(p, "image", "container", error, "%s", p->image->container))
		return false;
	if (!elf_read(image_kernel(p->image), &elf, error))
		return error_context(error, "%s: ", p->image->kernel_file.path);
	if (!check_linux(p, &elf, error) || !check_machine(p, error) ||
	    !add_kernel(p, &elf, &kernel, error))
		return false;
	/* In a reservation, what lies lowest is in reach of real mode first. */
	if (p->options->panic)
		downwards = upwards;
	else
		upwards.above = downwards.above = range_size(kernel);
	if (!purgatory_place(p, downwards, error) || !capture_add(p, &capture, error) ||
	    !add_initrd(p, upwards, &initrd, error) ||
	    !tree_add(p, initrd, &capture, downwards, &jump.arguments[ARGUMENT_DTB], error))
		return false;
	jump.arguments[ARGUMENT_BACKUP] = capture.backup.start;
	jump.entry = kernel.start;
	jump.arguments[ARGUMENT_OPAL_BASE] = facts->opal_base;
	jump.arguments[ARGUMENT_OPAL_ENTRY] = facts->opal_entry;
	return settle_purgatory(p, &jump, error) && purgatory_finish(p, &jump, error) &&
	       put_slave_code(p, &elf, error) && tell_memory(p, error);
}

const struct format ppc64le_vmlinux = {
	.name = "elf-ppc64",
	.probe = vmlinux_probe,
	.check = vmlinux_check,
	.plan = vmlinux_plan,
	.by_file = true,
};

/* What -t may call a vmlinux that was wrapped for firmware. */
const struct format ppc64le_zimage = {
	.name = "zImage-ppc64",
	.probe = vmlinux_probe,
	.check = vmlinux_check,
	.plan = vmlinux_plan,
	.by_file = true,
};
