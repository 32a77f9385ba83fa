/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fuzz target is: one function that takes any bytes, runs a parser on them and stops the
 * program when the parser breaks a promise. It keeps no state from one call to the next.
 *
 * How to add one for a parser called NAME:
 *  1. tests/fuzz/NAME_fuzz.c with LLVMFuzzerTestOneInput().
 *  2. its line in FUZZ_TARGETS of Makefile.am, and its _SOURCES and _LDADD, like the others.
 *  3. tests/fuzz/corpus/NAME/: a few small valid inputs (under 2 KiB), then
 *     `tests/fuzz/run 300 NAME`, which adds the small inputs that reach new code.
 * "make check" replays every corpus in every build; "tests/fuzz/run SECONDS [NAME]" looks for more.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the program, which is how a fuzzer notices, unless the condition holds. */
#define promise(condition)                                                                       \
	do {                                                                                     \
		if (!(condition)) {                                                              \
			fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__,       \
				#condition);                                                     \
			abort();                                                                 \
		}                                                                                \
	} while (0)

#endif
