/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files like powerpc's zImage, of every kind that there is. */
#ifndef TESTS_IMAGES_ZIMAGE_H
#define TESTS_IMAGES_ZIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the kernel lies in such a file. */
#define IMAGES_ZIMAGE_KERNEL 0x1000

/* An ELF file of `class` (32 or 64) around a kernel. Memory to free(), or NULL. */
uint8_t *images_zimage(unsigned class, bool big_endian, const uint8_t *kernel,
		       size_t kernel_size, size_t *size);

#endif
