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
