/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One arena per run holds whatever reading and planning make: zeroed memory that is released all at
 * once. It knows nothing of what is stored. Sizes taken from a file are checked against the file
 * before they come here.
 */
#ifndef KEXEC_ARENA_H
#define KEXEC_ARENA_H

#include "kexec/error.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;
};

/* `size` zeroed bytes, aligned for any type, or NULL with the error set. */
void *arena_alloc(struct arena *arena, size_t size, struct error *error) must_check;
/* A zeroed array of `count` elements; the product is checked. */
void *arena_array(struct arena *arena, size_t count, size_t size, struct error *error) must_check;
/*
 * Room for one more in an array with `count` elements, all of which *capacity has room for: the
 * array itself, or one of twice the size with the same elements, and *capacity says so. NULL with
 * the error set. For `array` NULL, both numbers are 0.
 */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size,
		 struct error *error) must_check;
/* Formatted text, or NULL with the error set. */
char *arena_format(struct arena *arena, struct error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4))) must_check;
/* A writable copy of `bytes`, with a NUL behind it, or NULL with the error set. */
char *arena_copy(struct arena *arena, struct bytes bytes, struct error *error) must_check;
void arena_release(struct arena *arena);

#endif
