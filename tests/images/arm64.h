/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small arm64 kernels for tests, in every wrapping that one comes in. Like images.h it uses nothing
 * of the loader.
 */
#ifndef TESTS_IMAGES_ARM64_H
#define TESTS_IMAGES_ARM64_H

#include <stddef.h>
#include <stdint.h>

/* The fields of an Image's header that tests turn (Documentation/arch/arm64/booting.rst). */
struct images_arm64 {
	uint64_t text_offset, image_size, flags;
	size_t file_size; /* at least 64; bytes behind the header are a pattern */
	size_t section; /* a PE header follows, with one section from here to the end; 0: none */
};

/* What Debian's 6.1 kernel has in these fields; the file itself is only 192 KiB. */
extern const struct images_arm64 images_debian_arm64;

/* Each returns memory to free(); NULL only when there is no memory. */
uint8_t *images_arm64(const struct images_arm64 *wanted, size_t *size);
/* An EFI zboot image around `payload`, which its header says is compressed so ("gzip"). */
uint8_t *images_zboot(const char *compression, const uint8_t *payload, size_t payload_size,
		      size_t *size);
/* U-Boot's legacy header in front of `payload`; `compression` is 0 for none, 1 for gzip. */
uint8_t *images_uimage(uint8_t compression, const uint8_t *payload, size_t payload_size,
		       size_t *size);
/* The Image as the loads of an ELF file: all of it but the last page, that page, and bss. */
uint8_t *images_arm64_vmlinux(const struct images_arm64 *wanted, size_t *size);

#endif
