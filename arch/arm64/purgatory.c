// SPDX-License-Identifier: GPL-2.0-or-later
/* Carries arm64's purgatory inside the command. It knows nothing of what the image does. */
#include "config.h"

#include "arch/arm64/purgatory.h"

#ifdef HAVE_PURGATORY_ARM64
/* The path is relative to the build's top directory, from where make runs the compiler. */
__asm__(".pushsection .rodata, \"a\"\n"
	".balign 16\n"
	".globl purgatory_arm64_image, purgatory_arm64_image_end\n"
	".hidden purgatory_arm64_image, purgatory_arm64_image_end\n"
	"purgatory_arm64_image:\n"
	".incbin \"purgatory/arm64.bin\"\n"
	"purgatory_arm64_image_end:\n"
	".popsection\n");
extern const uint8_t purgatory_arm64_image[], purgatory_arm64_image_end[];

struct bytes purgatory_arm64(void)
{
	return (struct bytes){ purgatory_arm64_image,
			       (size_t)(purgatory_arm64_image_end - purgatory_arm64_image) };
}
#else
struct bytes purgatory_arm64(void)
{
	return (struct bytes){ NULL, 0 };
}
#endif
