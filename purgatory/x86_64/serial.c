// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The serial port. Registers are those of the PC16550D data sheet. Every wait is bounded: a port
 * that is not there must not keep a crash kernel from starting.
 */
#include "purgatory/x86_64/serial.h"

#include "purgatory/x86_64/io.h"

/* Offsets from the base. With LCR_DIVISOR set, the first two are the divisor. */
enum { DATA = 0, INTERRUPTS = 1, FIFO = 2, LINE_CONTROL = 3, MODEM_CONTROL = 4, LINE_STATUS = 5 };

#define LCR_8N1 0x03
#define LCR_DIVISOR 0x80
#define MCR_DTR_RTS 0x03
#define FCR_ENABLE_AND_CLEAR 0x07
#define LSR_CAN_TAKE_ONE 0x20
#define LSR_ALL_SENT 0x40
#define CLOCK 115200u		/* 1.8432 MHz / 16 */

/* One read takes about a microsecond, and a character at 1200 baud 8.3 ms. */
#define TRIES 50000u

/* A port that kept us waiting once is not spoken to again. */
static int gave_up;

void serial_open(uint16_t base, uint64_t baud)
{
	uint64_t divisor;

	if (!baud)
		return;
	divisor = baud < CLOCK ? CLOCK / baud : 1;
	if (divisor > 0xffff)
		divisor = 0xffff;
	port_write(base + INTERRUPTS, 0);
	port_write(base + LINE_CONTROL, LCR_DIVISOR | LCR_8N1);
	port_write(base + DATA, (uint8_t)divisor);
	port_write(base + INTERRUPTS, (uint8_t)(divisor >> 8));
	port_write(base + LINE_CONTROL, LCR_8N1);
	port_write(base + FIFO, FCR_ENABLE_AND_CLEAR);
	port_write(base + MODEM_CONTROL, MCR_DTR_RTS);
}

static void wait_for(uint16_t base, uint8_t status)
{
	for (unsigned tries = 0; tries < TRIES; tries++)
		if (port_read(base + LINE_STATUS) & status)
			return;
	gave_up = 1;
}

void serial_write(uint16_t base, char c)
{
	if (!gave_up)
		wait_for(base, LSR_CAN_TAKE_ONE);
	if (!gave_up)
		port_write(base + DATA, (uint8_t)c);
}

void serial_close(uint16_t base)
{
	if (!gave_up)
		wait_for(base, LSR_ALL_SENT);
}
