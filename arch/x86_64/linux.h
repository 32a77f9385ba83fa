/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every Linux image on x86_64 has in common once its kernel segments are known: where the
 * initrd, boot_params and purgatory go, and how the kernel is entered.
 */
#ifndef ARCH_X86_64_LINUX_H
#define ARCH_X86_64_LINUX_H

#include "arch/x86_64/boot_params.h"

/*
 * The first address that no segment may reach: 4 GiB for kernels that begin without paging; 64 TiB
 * where the next kernel runs with 4-level paging; 0 (none) otherwise.
 */
uint64_t linux_limit(const struct boot_request *request);

/* Adds the initrd, if there is one, where the header allows it. */
bool linux_add_initrd(const struct planning *p, struct boot_request *request, struct error *error)
	must_check;

/* Adds initrd, boot_params and purgatory, which jumps to `entry`. The kernel is there already. */
bool linux_finish(const struct planning *p, struct boot_request *request, uint64_t entry,
		  struct error *error) must_check;

/* The setup header of a bzImage of any age, or NULL. */
const struct setup_header *bzimage_header(struct bytes kernel);
/*
 * The code behind the setup sectors. Fails when the file is shorter than the kernel that the header
 * says is in it.
 */
bool bzimage_find_payload(const struct setup_header *header, struct bytes kernel,
			  struct bytes *payload, struct error *error) must_check;
/* The highest setup_data type that this kernel knows; UINT_MAX for one that does not say. */
unsigned bzimage_setup_type_max(const struct setup_header *header, struct bytes payload);
/* The version that the image names, as a fact. */
bool bzimage_describe(const struct planning *p, const struct setup_header *header,
		      struct error *error) must_check;

/*
 * A bzImage of protocol 2.02 or later for a 32-bit entry, 64-bit or not: fills the header, with
 * what older protocols left unsaid, finds the code and adds it as the segment "kernel".
 */
bool legacy_add_kernel(const struct planning *p, struct boot_request *request,
		       struct bytes *payload, struct error *error) must_check;

/* The whole plan for a bzImage whose setup code begins in real mode (--real-mode). */
bool real_mode_plan(const struct planning *p, struct error *error) must_check;

extern const struct format x86_64_bzimage64, x86_64_vmlinux, x86_64_uki, x86_64_multiboot,
	x86_64_multiboot2;
extern const struct format x86_64_bzimage, x86_64_elf_x86;
/* Recognised in order to be refused in plain words. */
extern const struct format x86_64_nbi, x86_64_beoboot;

#endif
