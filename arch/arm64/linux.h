/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every Linux image on arm64 has in common once its bytes lie one behind the other: where
 * kernel, initrd, device tree and purgatory go, and how the kernel is entered.
 */
#ifndef ARCH_ARM64_LINUX_H
#define ARCH_ARM64_LINUX_H

#include "kexec/plan.h"

/* The first 64 bytes of an Image, Documentation/arch/arm64/booting.rst. */
struct arm64_image_header {
	le32 code0, code1;
	le64 text_offset, image_size, flags;
	le64 reserved[3];
	uint8_t magic[4];
	le32 pe_offset;
};

/* The header of an Image, or NULL for anything else. */
const struct arm64_image_header *arm64_image_header(struct bytes kernel);

/*
 * The whole plan for an Image: `kernel` begins with the header, and fills at least `memory_size`
 * bytes.
 */
bool arm64_linux_plan(const struct planning *p, struct bytes kernel, uint64_t memory_size,
		      struct error *error) must_check;

extern const struct format arm64_image, arm64_vmlinux, arm64_uimage, arm64_zboot;
/* Recognised in order to be refused in plain words. */
extern const struct format arm64_uki;

#endif
