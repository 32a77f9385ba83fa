// SPDX-License-Identifier: GPL-2.0-or-later
/* Carries x86_64's purgatory inside the command. It knows nothing of what the image does. */
#include "config.h"

#include "arch/x86_64/purgatory.h"

#ifdef HAVE_PURGATORY_X86_64
/* The path is relative to the build's top directory, from where make runs the compiler. */
__asm__(".pushsection .rodata, \"a\"\n"
	".balign 16\n"
	".globl purgatory_x86_64_image, purgatory_x86_64_image_end\n"
	".hidden purgatory_x86_64_image, purgatory_x86_64_image_end\n"
	"purgatory_x86_64_image:\n"
	".incbin \"purgatory/x86_64.bin\"\n"
	"purgatory_x86_64_image_end:\n"
	".popsection\n");
extern const uint8_t purgatory_x86_64_image[], purgatory_x86_64_image_end[];

struct bytes purgatory_x86_64(void)
{
	return (struct bytes){ purgatory_x86_64_image,
			       (size_t)(purgatory_x86_64_image_end - purgatory_x86_64_image) };
}
#else
struct bytes purgatory_x86_64(void)
{
	return (struct bytes){ NULL, 0 };
}
#endif
