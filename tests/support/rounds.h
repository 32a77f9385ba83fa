/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests over generated inputs, in rounds. All numbers of a round follow from its seed, which a
 * failure names; with ROUND_SEED=0x... in the environment every round is that one.
 */
#ifndef TESTS_SUPPORT_ROUNDS_H
#define TESTS_SUPPORT_ROUNDS_H

/* cmocka.h wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

/* Of the round that has been started. */
extern uint64_t round_seed;

/* Says which seed it was before the test fails. */
#define check(condition) do {								\
	if (!(condition))								\
		fail_msg("ROUND_SEED=0x%llx: not so: %s",				\
			 (unsigned long long)round_seed, #condition);			\
} while (0)

/* In a function that returns the first condition that does not hold, or NULL. */
#define rule(condition) do {								\
	if (!(condition))								\
		return #condition;							\
} while (0)

void round_start(uint64_t number);
uint64_t random_next(void);
/* From 0 to limit - 1; the limit is not 0. */
uint64_t below(uint64_t limit);
bool one_in(uint64_t n);
/* From 1 to 2^bits, of any magnitude. */
uint64_t any_size(unsigned bits);

#endif
