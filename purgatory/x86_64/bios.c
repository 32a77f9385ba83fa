// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linux gives the interrupt controllers (8259A) other vectors and may stop the timer (8254). Setup
 * code allows interrupts and calls the BIOS, whose handlers expect both as in the IBM PC/AT:
 * vectors 0x08 and 0x70, and 18.2 interrupts a second. All others stay masked, since the devices
 * belong to nobody now.
 */
#include "purgatory/x86_64/bios.h"

#include "purgatory/x86_64/io.h"

#define MASTER 0x20		/* command; data is one above */
#define SLAVE 0xa0
#define TIMER 0x40
#define TIMER_MODE 0x43

static void restore_controller(uint16_t port, uint8_t vector, uint8_t cascade, uint8_t mask)
{
	port_write(port, 0x11);			/* begin; edges, cascaded, with a fourth word */
	port_write((uint16_t)(port + 1), vector);
	port_write((uint16_t)(port + 1), cascade);
	port_write((uint16_t)(port + 1), 0x01);	/* 8086 mode, ends of interrupts by command */
	port_write((uint16_t)(port + 1), mask);
}

void bios_restore(const struct purgatory_parameters *parameters)
{
	if (parameters->entry_mode != PURGATORY_ENTRY_16)
		return;
	restore_controller(SLAVE, 0x70, 2, 0xff);
	/* The timer's, and those of the other controller. */
	restore_controller(MASTER, 0x08, 4, 0xfa);
	port_write(TIMER_MODE, 0x34);		/* counter 0, both bytes, divides by */
	port_write(TIMER, 0);			/* 65536 */
	port_write(TIMER, 0);
}
