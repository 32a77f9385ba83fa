// SPDX-License-Identifier: GPL-2.0-or-later
/* The arena: a list of blocks, small requests packed into them, large ones given their own. */
#include "kexec/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_SIZE ((size_t)64 << 10)
#define ALIGNMENT ((size_t)16)
#define FIRST_CAPACITY 8

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	max_align_t data[];
};

void *arena_alloc(struct arena *arena, size_t size, struct error *error)
{
	struct arena_block *block = arena->blocks;
	size_t wanted = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	size_t block_size = wanted > BLOCK_SIZE ? wanted : BLOCK_SIZE;
	void *result;

	if (wanted < size || block_size > SIZE_MAX - sizeof(*block)) {
		error_set(error, "A request for %zu bytes of memory cannot be met.", size);
		return NULL;
	}
	if (!block || wanted > block->size - block->used) {
		block = calloc(1, sizeof(*block) + block_size);
		if (!block) {
			error_set(error, "Out of memory: %zu more bytes were needed.", size);
			return NULL;
		}
		block->size = block_size;
		/* A block that is full at once goes behind the one that still has room. */
		if (arena->blocks && wanted == block_size) {
			block->next = arena->blocks->next;
			arena->blocks->next = block;
		} else {
			block->next = arena->blocks;
			arena->blocks = block;
		}
	}
	result = (uint8_t *)block->data + block->used;
	block->used += wanted;
	return result;
}

void *arena_array(struct arena *arena, size_t count, size_t size, struct error *error)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		error_set(error, "A table of %zu entries is too large.", count);
		return NULL;
	}
	return arena_alloc(arena, total, error);
}

void *arena_grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size,
		 struct error *error)
{
	size_t larger = *capacity ? 2 * *capacity : FIRST_CAPACITY;
	void *moved;

	if (count < *capacity)
		return array;
	moved = arena_array(arena, larger, size, error);
	if (!moved)
		return NULL;
	if (count)
		memcpy(moved, array, count * size);
	*capacity = larger;
	return moved;
}

char *arena_format(struct arena *arena, struct error *error, const char *format, ...)
{
	va_list args;
	char *text;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0) {
		error_set(error, "A text could not be formatted.");
		return NULL;
	}
	text = arena_alloc(arena, (size_t)size + 1, error);
	if (!text)
		return NULL;
	va_start(args, format);
	vsnprintf(text, (size_t)size + 1, format, args);
	va_end(args);
	return text;
}

char *arena_copy(struct arena *arena, struct bytes bytes, struct error *error)
{
	char *copy;

	if (bytes.size == SIZE_MAX) {
		error_set(error, "A copy of %zu bytes cannot be made.", bytes.size);
		return NULL;
	}
	copy = arena_alloc(arena, bytes.size + 1, error);
	if (copy && bytes.size)
		memcpy(copy, bytes.data, bytes.size);
	return copy;
}

void arena_release(struct arena *arena)
{
	struct arena_block *next;

	for (struct arena_block *block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	arena->blocks = NULL;
}
