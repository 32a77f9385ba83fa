// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ppc64le's console: the terminal that a hypervisor gives its guest, by H_PUT_TERM_CHAR (PAPR,
 * 14.15.3.1). On bare metal the console is OPAL's, and purgatory is silent there.
 */
#include "purgatory/console.h"

#define H_PUT_TERM_CHAR 0x58
#define H_BUSY 1
#define H_LONG_BUSY_FIRST 9900
#define H_LONG_BUSY_LAST 9905

/* Calls that find the terminal busy before it is given up: a second or so, each being slow. */
#define PATIENCE 1000000

struct chunk {
	uint64_t words[2]; /* as the call takes them: the first character in the highest byte */
	uint64_t size;
};

static int64_t put_term_char(uint64_t terminal, const struct chunk *chunk)
{
	register uint64_t r3 __asm__("r3") = H_PUT_TERM_CHAR;
	register uint64_t r4 __asm__("r4") = terminal;
	register uint64_t r5 __asm__("r5") = chunk->size;
	register uint64_t r6 __asm__("r6") = chunk->words[0];
	register uint64_t r7 __asm__("r7") = chunk->words[1];

	__asm__ volatile("sc 1"
			 : "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7)
			 :
			 : "r0", "r8", "r9", "r10", "r11", "r12", "ctr", "xer", "cr0", "cr1", "cr5",
			   "cr6", "cr7", "memory");
	return (int64_t)r3;
}

static int busy(int64_t answer)
{
	return answer == H_BUSY || (answer >= H_LONG_BUSY_FIRST && answer <= H_LONG_BUSY_LAST);
}

static void chunk_send(uint64_t terminal, struct chunk *chunk)
{
	static uint8_t given_up;
	int64_t answer = H_BUSY;

	for (unsigned tries = 0; !given_up && busy(answer) && tries < PATIENCE; tries++)
		answer = put_term_char(terminal, chunk);
	given_up |= busy(answer);
	*chunk = (struct chunk){{0, 0}, 0};
}

static void chunk_add(uint64_t terminal, struct chunk *chunk, char c)
{
	chunk->words[chunk->size / 8] |= (uint64_t)(uint8_t)c << (56 - chunk->size % 8 * 8);
	if (++chunk->size == sizeof(chunk->words))
		chunk_send(terminal, chunk);
}

void console_open(const struct purgatory_parameters *parameters) {}

void console_write(const struct purgatory_parameters *parameters, const char *text, size_t size)
{
	struct chunk chunk = {{0, 0}, 0};

	if (!(parameters->flags & PURGATORY_SERIAL_TERMINAL))
		return;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n')
			chunk_add(parameters->serial_base, &chunk, '\r');
		chunk_add(parameters->serial_base, &chunk, text[i]);
	}
	if (chunk.size)
		chunk_send(parameters->serial_base, &chunk);
}

void console_close(const struct purgatory_parameters *parameters) {}
