// SPDX-License-Identifier: GPL-2.0-or-later
/* Carries s390x's purgatory inside the command. It knows nothing of what the image does. */
#include "config.h"

#include "arch/s390x/purgatory.h"

#ifdef HAVE_PURGATORY_S390X
/* The path is relative to the build's top directory, from where make runs the compiler. */
__asm__(".pushsection .rodata, \"a\"\n"
	".balign 16\n"
	".globl purgatory_s390x_image, purgatory_s390x_image_end\n"
	".hidden purgatory_s390x_image, purgatory_s390x_image_end\n"
	"purgatory_s390x_image:\n"
	".incbin \"purgatory/s390x.bin\"\n"
	"purgatory_s390x_image_end:\n"
	".popsection\n");
extern const uint8_t purgatory_s390x_image[], purgatory_s390x_image_end[];

struct bytes purgatory_s390x(void)
{
	return (struct bytes){purgatory_s390x_image,
			      (size_t)(purgatory_s390x_image_end - purgatory_s390x_image)};
}
#else
struct bytes purgatory_s390x(void)
{
	return (struct bytes){NULL, 0};
}
#endif
