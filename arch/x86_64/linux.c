// SPDX-License-Identifier: GPL-2.0-or-later
/* The part of an x86_64 plan that does not depend on how the kernel image is packed. */
#include "arch/x86_64/linux.h"

#include "arch/x86_64/capture.h"
#include "arch/x86_64/machine.h"
#include "kexec/purgatory.h"

#define GIB ((uint64_t)1 << 30)
/* 46 bits: the physical addresses that 4-level paging reaches,
 * Documentation/arch/x86/x86_64/5level-paging.rst. */
#define LIMIT_4_LEVEL ((uint64_t)1 << 46)

/* Where the kernel's own loader starts looking (arch/x86/kernel/kexec-bzimage64.c): clear of what a
 * BIOS keeps. */
#define LOWEST_PURGATORY 0x3000
#define LOWEST_BOOT_PARAMS 0x3000
#define LOWEST_INITRD 0x1000000

uint64_t linux_limit(const struct boot_request *request)
{
	if (request->below_4g)
		return 4 * GIB;
	return get(request->header.xloadflags) & XLF_5LEVEL_ENABLED ? 0 : LIMIT_4_LEVEL;
}

bool linux_add_initrd(const struct planning *p, struct boot_request *request, struct error *error)
{
	const struct file *initrd = &p->image->initrd;
	const struct setup_header *header = &request->header;
	uint64_t highest = (uint64_t)get(header->initrd_addr_max) + 1;
	bool anywhere =
		(get(header->xloadflags) & XLF_CAN_BE_LOADED_ABOVE_4G) && !request->below_4g;

	if (!initrd->bytes.size)
		return true;
	request->initrd_size = initrd->bytes.size;
	return plan_place_and_add(p, "initrd", initrd->path, initrd->bytes, initrd->bytes.size,
				  (struct placement){ .above = LOWEST_INITRD,
						      .below = anywhere ? linux_limit(request)
									: highest,
						      .from_top = true },
				  &request->initrd, error);
}

bool linux_finish(const struct planning *p, struct boot_request *request, uint64_t entry,
		  struct error *error)
{
	uint64_t limit = linux_limit(request);
	struct purgatory_jump jump = {
		.entry = entry,
		.mode = request->below_4g ? PURGATORY_ENTRY_32 : PURGATORY_ENTRY_64,
	};

	request->cmdline = p->cmdline;
	request->where =
		(struct placement){ .above = LOWEST_BOOT_PARAMS, .below = limit, .from_top = true };
	return linux_add_initrd(p, request, error) &&
	       (!p->options->panic || capture_prepare(p, request, limit, &jump, error)) &&
	       boot_params_add(p, request, &jump.arguments[0], error) &&
	       purgatory_place(p,
			       (struct placement){ .above = LOWEST_PURGATORY,
						   .below = limit,
						   .from_top = true },
			       error) &&
	       purgatory_finish(p, &jump, error);
}
