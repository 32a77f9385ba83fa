/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A purgatory in an ordinary process for its processor: memory for it, regions that it verifies, a
 * child that it runs in, and TAP. How it is entered, and what becomes of instructions that a
 * process may not use, is the test's own business.
 */
#ifndef TESTS_PURGATORY_PROCESS_H
#define TESTS_PURGATORY_PROCESS_H

#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "purgatory/purgatory.h"
#include "purgatory/sha256.h"

#define REGIONS 0x40000000ul
#define REGIONS_SIZE 0x80000
#define REGION_COUNT 5

extern const struct purgatory_region regions[REGION_COUNT];
extern uint8_t *image; /* the flat image, as it was built */
extern size_t image_size, memory_size;
extern uint8_t *place; /* where the image lies now */
extern struct purgatory_parameters *block; /* there */

void check(bool good, const char *what);

/*
 * Reads the image that the program's argument names, fills the regions and `more` bytes behind
 * them, and checks that the block is where it belongs. Memory that is shared with children, of
 * `result_size` bytes, or the end of the program.
 */
void *begin(int argc, char **argv, size_t more, size_t result_size);
/* The plan, and the exit status. */
int end_of_tests(void);

/* Puts the image to an address, with PURGATORY_VERIFY set alone; munmap() takes it away. */
void put_image_at(uintptr_t address);
/* The regions as they are now are what was loaded. */
void seal(void);

/* In a child, with its own stack for signals, for a minute at most; waits for its end. */
void run_in_child(void (*enter)(void));
void signal_stack(void);
void handle(int signal, void (*handler)(int, siginfo_t *, void *));

/*
 * Known answers, and every length whole and in pieces: without and with the processor's own
 * instructions.
 */
void check_digests(void (*accelerate)(struct sha256 *sha));

#endif
