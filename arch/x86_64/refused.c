// SPDX-License-Identifier: GPL-2.0-or-later
/* Image types that are recognised in order to be refused by name instead of as "unknown". */
#include "arch/arch.h"
#include "arch/x86_64/linux.h"

#define MULTIBOOT_SEARCH 8192	/* Multiboot specification 0.6.96, 3.1 */
#define MULTIBOOT2_SEARCH 32768 /* Multiboot2 specification 2.0, 3.1 */

static bool multiboot_probe(struct bytes kernel)
{
	for (size_t at = 0; at + 12 <= kernel.size && at + 12 <= MULTIBOOT_SEARCH; at += 4) {
		const le32 *word = (const le32 *)(kernel.data + at);

		if (get(word[0]) == 0x1badb002 &&
		    (uint32_t)(get(word[0]) + get(word[1]) + get(word[2])) == 0)
			return true;
	}
	return false;
}

static bool multiboot2_probe(struct bytes kernel)
{
	for (size_t at = 0; at + 16 <= kernel.size && at + 16 <= MULTIBOOT2_SEARCH; at += 8) {
		const le32 *word = (const le32 *)(kernel.data + at);

		if (get(word[0]) == 0xe85250d6 &&
		    (uint32_t)(get(word[0]) + get(word[1]) + get(word[2]) + get(word[3])) == 0)
			return true;
	}
	return false;
}

/* Net Boot Image Proposal 0.15, as Etherboot and iPXE read it. */
static bool nbi_probe(struct bytes kernel)
{
	const le32 *magic = bytes_at(kernel, 0, 512);

	return magic && get(*magic) == 0x1b031336;
}

const struct format x86_64_nbi = {
	.name = "nbi-x86",
	.probe = nbi_probe,
	.refusal = "an image for booting over a network, of a kind that nobody makes any more "
		   "(mknbi); load the kernel that it was made from.",
};

const struct format x86_64_multiboot2 = {
	.name = "multiboot2-x86",
	.probe = multiboot2_probe,
	.refusal = "a multiboot2 kernel, which this version of kexec-ng does not load.",
};

const struct format x86_64_multiboot = {
	.name = "multiboot-x86",
	.probe = multiboot_probe,
	.refusal = "a multiboot kernel (Xen, memtest86+), which this version of kexec-ng does not "
		   "load.",
};
