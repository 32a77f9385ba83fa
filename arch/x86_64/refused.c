// SPDX-License-Identifier: GPL-2.0-or-later
/* Image types that are recognised in order to be refused by name instead of as "unknown". */
#include "arch/arch.h"
#include "arch/x86_64/linux.h"

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

/*
 * boot.h of BProc 4: the magic, a byte for the architecture (1: i386), then sizes of what follows.
 */
static bool beoboot_probe(struct bytes kernel)
{
	return bytes_at(kernel, 0, 16) && bytes_equal_at(kernel, 0, "BeoB", 4);
}

const struct format x86_64_beoboot = {
	.name = "beoboot-x86",
	.probe = beoboot_probe,
	.refusal = "an image for the nodes of a BProc cluster, of a kind that nobody makes any "
		   "more (beoboot); load the kernel and the initrd that it was made from.",
};
