// SPDX-License-Identifier: GPL-2.0-or-later
/* Carries ppc64le's purgatory inside the command. It knows nothing of what the image does. */
#include "config.h"

#include "arch/ppc64le/purgatory.h"

#ifdef HAVE_PURGATORY_PPC64LE
/* The path is relative to the build's top directory, from where make runs the compiler. */
__asm__(".pushsection .rodata, \"a\"\n"
	".balign 16\n"
	".globl purgatory_ppc64le_image, purgatory_ppc64le_image_end\n"
	".hidden purgatory_ppc64le_image, purgatory_ppc64le_image_end\n"
	"purgatory_ppc64le_image:\n"
	".incbin \"purgatory/ppc64le.bin\"\n"
	"purgatory_ppc64le_image_end:\n"
	".popsection\n");
extern const uint8_t purgatory_ppc64le_image[], purgatory_ppc64le_image_end[];

struct bytes purgatory_ppc64le(void)
{
	return (struct bytes){purgatory_ppc64le_image,
			      (size_t)(purgatory_ppc64le_image_end - purgatory_ppc64le_image)};
}
#else
struct bytes purgatory_ppc64le(void)
{
	return (struct bytes){NULL, 0};
}
#endif
