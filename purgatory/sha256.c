// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHA-256, sixteen rounds at a time: the eight working variables trade names instead of places, and
 * the message schedule lives in sixteen words. It uses general registers only and assumes nothing
 * about byte order or alignment.
 */
#include "purgatory/sha256.h"

#include "purgatory/string.h"

/* FIPS 180-4, 4.2.2: the fractional parts of the cube roots of the first 64 primes.
 * Vectors are loaded from multiples of 16. */
_Alignas(16) const uint32_t sha256_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* Both helpers are spelled so that gcc and clang make one instruction of each. */
static inline uint32_t rotate_right(uint32_t value, unsigned bits)
{
	return value >> bits | value << (32 - bits);
}

static inline uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

#define SUM0(x) (rotate_right(x, 2) ^ rotate_right(x, 13) ^ rotate_right(x, 22))
#define SUM1(x) (rotate_right(x, 6) ^ rotate_right(x, 11) ^ rotate_right(x, 25))
#define SIGMA0(x) (rotate_right(x, 7) ^ rotate_right(x, 18) ^ (x) >> 3)
#define SIGMA1(x) (rotate_right(x, 17) ^ rotate_right(x, 19) ^ (x) >> 10)
#define CHOOSE(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MAJORITY(x, y, z) (((x) & (y)) | ((z) & ((x) | (y))))

#define ROUND(a, b, c, d, e, f, g, h, i, word)					\
	do {									\
		h += SUM1(e) + CHOOSE(e, f, g) + sha256_constants[round + (i)] + (word);	\
		d += h;								\
		h += SUM0(a) + MAJORITY(a, b, c);				\
	} while (0)

/* The first sixteen words are the message; each later one replaces the word sixteen before it. */
#define FIRST(i) (w[i] = load_be32(data + 4 * (i)))
#define LATER(i)                                                                                   \
	(w[i] += SIGMA1(w[((i) + 14) & 15]) + w[((i) + 9) & 15] + SIGMA0(w[((i) + 1) & 15]))

#define EIGHT_ROUNDS(i, WORD)							\
	do {									\
		ROUND(a, b, c, d, e, f, g, h, (i) + 0, WORD((i) + 0));		\
		ROUND(h, a, b, c, d, e, f, g, (i) + 1, WORD((i) + 1));		\
		ROUND(g, h, a, b, c, d, e, f, (i) + 2, WORD((i) + 2));		\
		ROUND(f, g, h, a, b, c, d, e, (i) + 3, WORD((i) + 3));		\
		ROUND(e, f, g, h, a, b, c, d, (i) + 4, WORD((i) + 4));		\
		ROUND(d, e, f, g, h, a, b, c, (i) + 5, WORD((i) + 5));		\
		ROUND(c, d, e, f, g, h, a, b, (i) + 6, WORD((i) + 6));		\
		ROUND(b, c, d, e, f, g, h, a, (i) + 7, WORD((i) + 7));		\
	} while (0)

static void add_blocks(uint32_t state[8], const uint8_t *data, size_t count)
{
	uint32_t w[16];

	for (; count; count--, data += SHA256_BLOCK) {
		uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
		uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
		unsigned round = 0;

		EIGHT_ROUNDS(0, FIRST);
		EIGHT_ROUNDS(8, FIRST);
		for (round = 16; round < 64; round += 16) {
			EIGHT_ROUNDS(0, LATER);
			EIGHT_ROUNDS(8, LATER);
		}
		state[0] += a;
		state[1] += b;
		state[2] += c;
		state[3] += d;
		state[4] += e;
		state[5] += f;
		state[6] += g;
		state[7] += h;
	}
}

void sha256_start(struct sha256 *sha)
{
	/* FIPS 180-4, 5.3.3 */
	*sha = (struct sha256){
		.add_blocks = add_blocks,
		.state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 },
	};
}

void sha256_add(struct sha256 *sha, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	size_t waiting = sha->size % SHA256_BLOCK;

	if (!size)
		return;
	sha->size += size;
	if (waiting) {
		size_t wanted = SHA256_BLOCK - waiting;
		size_t taken = size < wanted ? size : wanted;

		memcpy(sha->block + waiting, bytes, taken);
		if (taken < wanted)
			return;
		sha->add_blocks(sha->state, sha->block, 1);
		bytes += taken;
		size -= taken;
	}
	sha->add_blocks(sha->state, bytes, size / SHA256_BLOCK);
	memcpy(sha->block, bytes + size / SHA256_BLOCK * SHA256_BLOCK, size % SHA256_BLOCK);
}

void sha256_finish(struct sha256 *sha, uint8_t digest[SHA256_SIZE])
{
	static const uint8_t padding[SHA256_BLOCK] = { 0x80 };
	uint64_t bits = sha->size * 8;
	uint8_t length[8];

	for (size_t i = 0; i < sizeof(length); i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	/* Up to eight bytes short of a block's end: that is where the length goes. */
	sha256_add(sha, padding, SHA256_BLOCK - (sha->size + sizeof(length)) % SHA256_BLOCK);
	sha256_add(sha, length, sizeof(length));
	for (size_t i = 0; i < SHA256_SIZE; i++)
		digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - i % 4 * 8));
}
