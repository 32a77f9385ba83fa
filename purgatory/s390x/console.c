// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What purgatory says goes to the service processor (SCLP) as one message for its ASCII console,
 * and only when the machine is about to stop: the crash entry is asked while the crashed kernel
 * still owns the service processor. Whoever has no such console sees the code of the wait state.
 * Numbers from drivers/s390/char/sclp.h and sclp_early_core.c.
 */
#include "purgatory/console.h"

#include "purgatory/string.h"

#define WRITE_EVENT_MASK 0x00780005
#define WRITE_EVENT_DATA 0x00760005
#define VT220 0x1a /* a type of event, and its bit in a mask */
#define VT220_MASK 0x00000040
#define BUSY 2

/* Reads of an answer before it is given up: a good part of a second at the least. */
#define PATIENCE 100000000

#define TEXT_MAX 960

/* Below 2 GiB, as purgatory is, and within a page. */
struct events {
	uint16_t length;
	uint8_t function, control[3];
	volatile uint16_t response;
	uint16_t reserved, mask_length;
	uint32_t receive, send, sclp_receive, sclp_send;
};

struct message {
	uint16_t length;
	uint8_t function, control[3];
	volatile uint16_t response;
	uint16_t event_length;
	uint8_t event_type, event_flags;
	uint16_t reserved;
	char text[TEXT_MAX];
};

static struct events events __attribute__((aligned(32)));
static struct message message __attribute__((aligned(1024)));
static size_t said;

_Static_assert(sizeof(events) == 28 && offsetof(struct message, text) == 14, "sclp.h");

/* For entry.S. */
void purgatory_speak(void);

void console_open(const struct purgatory_parameters *parameters)
{
	said = 0;
}

static void put_byte(char c)
{
	if (said < TEXT_MAX)
		message.text[said++] = c;
}

void console_write(const struct purgatory_parameters *parameters, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n')
			put_byte('\r');
		put_byte(text[i]);
	}
}

void console_close(const struct purgatory_parameters *parameters) {}

/* SERVICE CALL, and its answer; interrupts are off, so it is looked for. */
static void call(uint32_t command, void *block, const volatile uint16_t *response)
{
	uint32_t condition = BUSY;

	for (unsigned i = 0; i < PATIENCE && condition == BUSY; i++)
		__asm__ volatile(".insn rre, 0xb2200000, %[command], %[block]\n\t"
				 "ipm %[condition]\n\t"
				 "srl %[condition], 28"
				 : [condition] "=d"(condition)
				 : [command] "d"(command), [block] "a"(block)
				 : "cc", "memory");
	for (unsigned i = 0; i < PATIENCE && !condition && !*response; i++)
		;
}

void purgatory_speak(void)
{
	events = (struct events){
		.length = sizeof(events), .mask_length = sizeof(events.send), .send = VT220_MASK};
	call(WRITE_EVENT_MASK, &events, &events.response);
	message.length = (uint16_t)(offsetof(struct message, text) + said);
	message.event_length = (uint16_t)(message.length - offsetof(struct message, event_length));
	message.event_type = VT220;
	call(WRITE_EVENT_DATA, &message, &message.response);
}
