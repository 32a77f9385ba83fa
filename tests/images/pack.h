/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compressing for tests, with the libraries themselves. A build that leaves a library out cannot
 * make its format; what is told of such files is tested with magic numbers alone.
 */
#ifndef TESTS_IMAGES_PACK_H
#define TESTS_IMAGES_PACK_H

#include <stddef.h>
#include <stdint.h>

/* "gzip", "xz", "lzma" and "zstd", as far as this build has them; NULL-terminated. */
extern const char *const pack_formats[];

/* One whole stream, with an integrity check where the format has one. Memory to free(), or NULL. */
uint8_t *pack(const char *format, const uint8_t *data, size_t size, size_t *packed_size);

#endif
