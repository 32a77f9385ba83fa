// SPDX-License-Identifier: GPL-2.0-or-later
/* A xorshift generator: small, the same everywhere, and good enough to choose among inputs. */
#include "tests/support/rounds.h"

#include <stdlib.h>

uint64_t round_seed;
static uint64_t state = 1;

void round_start(uint64_t number)
{
	const char *given = getenv("ROUND_SEED");

	round_seed = given ? strtoull(given, NULL, 0) : 0x9e3779b97f4a7c15u * (number + 1);
	state = round_seed ? round_seed : 1;
	/* Seeds that are alike begin alike. */
	for (int i = 0; i < 8; i++)
		random_next();
}

uint64_t random_next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

uint64_t below(uint64_t limit)
{
	return random_next() % limit;
}

bool one_in(uint64_t n)
{
	return !below(n);
}

uint64_t any_size(unsigned bits)
{
	return below((uint64_t)1 << (1 + below(bits))) + 1;
}
