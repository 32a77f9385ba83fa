// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmlinux: the kernel as an ELF file. Its first loadable bytes are the header of an Image
 * (arch/arm64/kernel/head.S), and laid out by address its loads are that Image.
 */
#include "arch/arch.h"

#include <inttypes.h>

#include "arch/arm64/linux.h"
#include "kexec/elf.h"

#define EM_AARCH64 183
#define SPAN_MAX                                                                                   \
	((uint64_t)1 << 30) /* as UNPACK_LIMIT: ten times the largest distribution kernel */

static bool vmlinux_probe(struct bytes kernel)
{
	return elf_is(kernel, 64, LITTLE, EM_AARCH64) || elf_is(kernel, 64, BIG, EM_AARCH64);
}

static bool lay_out(const struct planning *p, const struct elf_image *elf, struct bytes *kernel,
		    struct error *error)
{
	uint64_t start = elf->loads[0].physical, end = start;
	uint8_t *copy;

	for (unsigned i = 0; i < elf->load_count; i++)
		if (elf->loads[i].physical + elf->loads[i].bytes.size > end)
			end = elf->loads[i].physical + elf->loads[i].bytes.size;
	if (end - start > SPAN_MAX)
		return error_set(error,
				 "%s spreads over %" PRIu64
				 " MiB of addresses; a kernel takes up at most %" PRIu64 ".",
				 p->image->kernel_file.path, (end - start) >> 20, SPAN_MAX >> 20);
	copy = arena_alloc(p->arena, (size_t)(end - start), error);
	if (!copy)
		return false;
	for (unsigned i = 0; i < elf->load_count; i++)
		if (elf->loads[i].bytes.size)
			memcpy(copy + (elf->loads[i].physical - start), elf->loads[i].bytes.data,
			       elf->loads[i].bytes.size);
	*kernel = (struct bytes){ copy, (size_t)(end - start) };
	return true;
}

static bool vmlinux_plan(const struct planning *p, struct error *error)
{
	struct elf_image elf;
	struct bytes kernel;

	if (!elf_read(image_kernel(p->image), &elf, error))
		return error_context(error, "%s: ", p->image->kernel_file.path);
	if (!arm64_image_header(elf.loads[0].bytes)) {
		error_set(error,
			  "%s is an ELF executable for arm64, but not a Linux kernel; this version "
			  "of kexec-ng starts no others.",
			  p->image->kernel_file.path);
		return error_remedy(error, "Give a vmlinux or an Image.");
	}
	return lay_out(p, &elf, &kernel, error) &&
	       arm64_linux_plan(p, kernel, range_size(elf_span(&elf)), error);
}

const struct format arm64_vmlinux = {
	.name = "vmlinux",
	.probe = vmlinux_probe,
	.plan = vmlinux_plan,
};
