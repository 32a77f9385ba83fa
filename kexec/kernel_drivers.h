/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drivers that are built into a kernel, found in its image (an ELF file, unpacked): where nobody
 * may read the running kernel's memory, or where it does not run. There are no names of symbols in
 * it, so a structure is known by its contents alone, and one that is not alone in that is not
 * believed.
 */
#ifndef KEXEC_KERNEL_DRIVERS_H
#define KEXEC_KERNEL_DRIVERS_H

#include "kexec/drivers.h"
#include "kexec/elf_object.h"

struct kernel_drivers {
	struct elf_object object;
	struct driver_layouts layouts;
	/* Words that are filled in when the kernel finds out where it is; empty: all stand in the
	 * file. */
	struct elf_relative *moved;
	size_t moved_count;
};

/* The image must outlive the result. Close it in any case. */
bool kernel_drivers_open(struct bytes image, const struct btf *btf, struct arena *arena,
			 struct kernel_drivers *kernel, struct error *error) must_check;
void kernel_drivers_close(struct kernel_drivers *kernel);

/*
 * The driver of this name and kind; `shutdown` is unknown, with `why`, unless exactly one structure
 * in the image could be it. `offset` is one in `section`. False only when memory runs out.
 */
bool kernel_drivers_find(const struct kernel_drivers *kernel, enum driver_kind kind,
			 const char *name, struct arena *arena, struct driver *driver,
			 struct error *error) must_check;

#endif
