// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arm64's console: a serial port at a physical address, as the running kernel left it. Two kinds
 * are known, Arm's PL011 (TRM DDI 0183) and the 16550. One that never gets ready is given up.
 */
#include "purgatory/console.h"

#define PL011_DATA  0x00
#define PL011_FLAGS 0x18
#define PL011_BUSY  0x08u
#define PL011_FULL  0x20u

#define UART_DATA   0 /* 16550: register numbers */
#define UART_STATUS 5
#define UART_READY  0x20u /* room for a byte */
#define UART_IDLE   0x40u /* all of them gone */

/* Reads of a status register before a port is given up: tens of milliseconds at the least. */
#define PATIENCE 1000000

static uint32_t read32(uint64_t address)
{
	return *(const volatile uint32_t *)(uintptr_t)address;
}

static uint32_t port_read(const struct purgatory_parameters *parameters, unsigned number)
{
	uint64_t base = parameters->serial_base;

	if (parameters->flags & PURGATORY_SERIAL_PL011)
		return read32(base + PL011_FLAGS);
	if (parameters->flags & PURGATORY_SERIAL_WORDS)
		return read32(base + 4 * number);
	return *(const volatile uint8_t *)(uintptr_t)(base + number);
}

static void port_write(const struct purgatory_parameters *parameters, char c)
{
	uint64_t base = parameters->serial_base;

	if (parameters->flags & (PURGATORY_SERIAL_PL011 | PURGATORY_SERIAL_WORDS))
		*(volatile uint32_t *)(uintptr_t)base = (uint8_t)c;
	else
		*(volatile uint8_t *)(uintptr_t)base = (uint8_t)c;
}

/* The data register of both kinds is the first, and so the status is all that differs. */
static int port_ready(const struct purgatory_parameters *parameters)
{
	uint32_t status = port_read(parameters, UART_STATUS);

	return parameters->flags & PURGATORY_SERIAL_PL011 ? !(status & PL011_FULL)
							  : !!(status & UART_READY);
}

static int port_idle(const struct purgatory_parameters *parameters)
{
	uint32_t status = port_read(parameters, UART_STATUS);

	return parameters->flags & PURGATORY_SERIAL_PL011 ? !(status & PL011_BUSY)
							  : !!(status & UART_IDLE);
}

static void put_byte(const struct purgatory_parameters *parameters, char c)
{
	static uint8_t given_up;

	for (unsigned tries = 0; !given_up && !port_ready(parameters); tries++)
		given_up = tries == PATIENCE;
	if (!given_up)
		port_write(parameters, c);
}

void console_open(const struct purgatory_parameters *parameters) {}

void console_write(const struct purgatory_parameters *parameters, const char *text, size_t size)
{
	if (!(parameters->flags & PURGATORY_CONSOLE_SERIAL))
		return;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n')
			put_byte(parameters, '\r');
		put_byte(parameters, text[i]);
	}
}

void console_close(const struct purgatory_parameters *parameters)
{
	if (!(parameters->flags & PURGATORY_CONSOLE_SERIAL))
		return;
	for (unsigned tries = 0; tries < PATIENCE && !port_idle(parameters); tries++)
		;
}
