// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHA-256 by KIMD, "compute intermediate message digest" of the message-security assist
 * (z/Architecture Principles of Operation, SA22-7832). The state in memory is the parameter block
 * that it takes.
 */
#include "purgatory/accelerate.h"

#define ASSIST_FACILITY 17 /* as STORE FACILITY LIST EXTENDED numbers them, from the left */
#define KIMD_QUERY 0
#define KIMD_SHA256 2

/* Not static: its test compares it with the portable one. Takes `count` > 0 blocks. */
__attribute__((visibility("hidden"))) void
sha256_add_blocks_s390x(uint32_t state[8], const uint8_t *data, size_t count);

static int bit(const uint8_t *bits, unsigned number)
{
	return bits[number / 8] >> (7 - number % 8) & 1;
}

/* It may stop before it is through, with condition code 3, and then wants to be asked again. */
static void kimd(uint64_t function, void *parameters, const uint8_t *data, uint64_t size)
{
	register uint64_t r0 __asm__("0") = function;
	register void *r1 __asm__("1") = parameters;
	register uint64_t address __asm__("2") = (uintptr_t)data;
	register uint64_t left __asm__("3") = size;

	__asm__ volatile("0:\t.insn rre, 0xb93e0000, %%r0, %[address]\n\t"
			 "brc 1, 0b"
			 : [address] "+d"(address), "+d"(left)
			 : "d"(r0), "a"(r1)
			 : "cc", "memory");
}

void sha256_add_blocks_s390x(uint32_t state[8], const uint8_t *data, size_t count)
{
	if (count)
		kimd(KIMD_SHA256, state, data, (uint64_t)count * SHA256_BLOCK);
}

static int have_kimd(void)
{
	uint64_t facilities[4] = {0}, functions[2] = {0};
	register uint64_t last __asm__("0") = sizeof(facilities) / sizeof(facilities[0]) - 1;

	__asm__ volatile(".insn s, 0xb2b00000, %0" /* STFLE */
			 : "=Q"(facilities), "+d"(last)
			 :
			 : "cc", "memory");
	if (!bit((const uint8_t *)facilities, ASSIST_FACILITY))
		return 0;
	kimd(KIMD_QUERY, functions, NULL, 0);
	return bit((const uint8_t *)functions, KIMD_SHA256);
}

void sha256_accelerate(struct sha256 *sha, const struct purgatory_parameters *parameters)
{
	if (have_kimd())
		sha->add_blocks = sha256_add_blocks_s390x;
}
