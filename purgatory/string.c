// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory functions, one byte at a time: nothing in purgatory moves more than a block of a digest
 * with them, and bytes need no alignment, which matters where the MMU is off.
 */
#include "purgatory/string.h"

#include <stdint.h>

/* Keeps the compiler from seeing a loop as the function that it implements, and calling that. */
#define NOT_AN_IDIOM(p) __asm__("" : "+r"(p))

void *memcpy(void *to, const void *from, size_t size)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	for (; size; size--) {
		*t++ = *f++;
		NOT_AN_IDIOM(t);
	}
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	uint8_t *t = (uint8_t *)to + size;
	const uint8_t *f = (const uint8_t *)from + size;

	if ((uintptr_t)to <= (uintptr_t)from)
		return memcpy(to, from, size);
	for (; size; size--) {
		*--t = *--f;
		NOT_AN_IDIOM(t);
	}
	return to;
}

void *memset(void *to, int value, size_t size)
{
	uint8_t *t = to;

	for (; size; size--) {
		*t++ = (uint8_t)value;
		NOT_AN_IDIOM(t);
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (; size; size--, x++, y++) {
		if (*x != *y)
			return *x < *y ? -1 : 1;
		NOT_AN_IDIOM(x);
	}
	return 0;
}
