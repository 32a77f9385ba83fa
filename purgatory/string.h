/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The four memory functions that a compiler may call on its own, for code without a C library. In a
 * program with one, the C library's are used.
 */
#ifndef PURGATORY_STRING_H
#define PURGATORY_STRING_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#endif
