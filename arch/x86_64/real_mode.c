// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --real-mode: the kernel's own setup code begins where a BIOS boot loader would begin it, and asks
 * the BIOS for memory and screen once more. Documentation/arch/x86/boot.rst, "The Real-Mode Kernel
 * Header". What the running kernel knows is not handed on that way; purgatory puts the interrupt
 * controllers and the timer back as a BIOS has them.
 */
#include <inttypes.h>

#include "arch/x86_64/linux.h"
#include "arch/x86_64/machine.h"
#include "kexec/purgatory.h"

#define SECTOR 512
#define LOADER_KEXEC 0xd0	/* type_of_loader */

/* One segment: setup code, its heap and, down from the end, its stack; then the command line. */
#define SEGMENT 0x10000
#define SETUP_MAX 0x8000
#define HEAP_END 0xe000
#define HEAP_END_PTR (HEAP_END - 0x200)	/* "0x0200 less than the end of the stack/heap", boot.rst */
#define ENTRY 0x200		/* behind the boot sector */
/* Above what a BIOS uses, and below where video memory begins. */
#define LOWEST 0x10000
#define HIGHEST 0xa0000

#define EFI_SIGNATURE 0x1c0	/* efi_info.loader_signature in boot_params */

static bool check_machine(const struct planning *p, struct error *error)
{
	const struct x86_64_machine *facts = p->machine->facts;
	const le32 *signature = bytes_at(facts->boot_params, EFI_SIGNATURE, sizeof(*signature));

	if (p->options->panic) {
		error_set(error,
			  "--real-mode cannot be combined with -p: real mode reaches nothing above "
			  "1 MiB.");
		return error_remedy(error, "Leave --real-mode out.");
	}
	if (!facts->efi && (!signature || !get(*signature)))
		return true;
	error_set(error, "--real-mode needs a BIOS, and this machine was started by UEFI.");
	return error_remedy(error, "Leave --real-mode out.");
}

/* The command line, then the setup_data list, behind the segment. */
struct layout {
	size_t cmdline, setup_data, size;
};

static struct layout lay_out(const struct planning *p, const struct boot_request *request)
{
	struct layout l = { .cmdline = SEGMENT };

	l.setup_data = (l.cmdline + strlen(p->cmdline) + 1 + 15) & ~(size_t)15;
	l.size = l.setup_data + setup_data_size(p, request, false);
	return l;
}

static void fill_header(const struct planning *p, const struct boot_request *request,
			const struct layout *l, uint64_t address, uint8_t *out)
{
	struct setup_header *header = (struct setup_header *)(out + SETUP_HEADER_OFFSET);
	struct boot_params *list = (struct boot_params *)out;

	put(&header->vid_mode, 0xffff);
	header->type_of_loader = LOADER_KEXEC;
	header->loadflags |= CAN_USE_HEAP;
	put(&header->heap_end_ptr, HEAP_END_PTR);
	put(&header->code32_start, (uint32_t)request->kernel);
	put(&header->ramdisk_image, (uint32_t)request->initrd);
	put(&header->ramdisk_size, (uint32_t)request->initrd_size);
	put(&header->cmd_line_ptr, (uint32_t)(address + l->cmdline));
	memcpy(out + l->cmdline, p->cmdline, strlen(p->cmdline) + 1);
	/* Before 2.09 code stands where the list's pointer would. */
	if (l->size > l->setup_data)
		setup_data_write(p, request, false, out + l->setup_data, address + l->setup_data,
				 list);
}

static bool add_setup(const struct planning *p, const struct boot_request *request,
		      uint64_t *address, struct error *error)
{
	const struct placement where = { .above = LOWEST, .below = HIGHEST };
	struct bytes kernel = image_kernel(p->image), setup;
	uint8_t sectors = request->header.setup_sects;
	size_t size = ((sectors ? sectors : 4) + 1u) * SECTOR;
	struct layout l = lay_out(p, request);
	uint8_t *out;

	if (size > SETUP_MAX || !bytes_slice(kernel, 0, size, &setup))
		return error_set(error,
				 "%s: the setup code has %zu bytes; at most %d were expected.",
				 p->image->kernel_file.path, size, SETUP_MAX);
	out = arena_alloc(p->arena, l.size, error);
	if (!out || !plan_place_and_add(p, "setup", p->image->kernel_file.path,
					(struct bytes){out, l.size}, l.size, where, address, error))
		return false;
	memcpy(out, setup.data, setup.size);
	fill_header(p, request, &l, *address, out);
	return plan_fact(p, "real mode", "setup code", error, "%zu bytes, at 0x%" PRIx64, size,
			 *address) &&
	       plan_fact(p, "real mode", "command line", error, "at 0x%" PRIx64,
			 *address + l.cmdline);
}

bool real_mode_plan(const struct planning *p, struct error *error)
{
	const struct placement low = { .above = LOWEST, .below = HIGHEST };
	struct purgatory_jump jump = { .mode = PURGATORY_ENTRY_16 };
	struct boot_request request = { .cmdline = p->cmdline };
	struct bytes payload;
	uint64_t setup;

	if (!check_machine(p, error) || !legacy_add_kernel(p, &request, &payload, error) ||
	    !boot_params_check_cmdline(p, &request, error) ||
	    !linux_add_initrd(p, &request, error) || !add_setup(p, &request, &setup, error))
		return false;
	jump.entry = setup + ENTRY;
	jump.arguments[0] = setup;
	return purgatory_place(p, low, error) && purgatory_finish(p, &jump, error);
}
