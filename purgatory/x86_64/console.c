// SPDX-License-Identifier: GPL-2.0-or-later
/* x86_64's consoles: what the block's flags choose of the serial port and the VGA screen. */
#include "purgatory/console.h"

#include "purgatory/x86_64/serial.h"
#include "purgatory/x86_64/vga.h"

void console_open(const struct purgatory_parameters *parameters)
{
	if (parameters->flags & PURGATORY_RESET_VGA)
		vga_reset();
	if (parameters->flags & PURGATORY_CONSOLE_VGA)
		vga_open();
	if (parameters->flags & PURGATORY_CONSOLE_SERIAL)
		serial_open((uint16_t)parameters->serial_base, parameters->serial_baud);
}

void console_write(const struct purgatory_parameters *parameters, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (parameters->flags & PURGATORY_CONSOLE_VGA)
			vga_write(text[i]);
		if (!(parameters->flags & PURGATORY_CONSOLE_SERIAL))
			continue;
		if (text[i] == '\n')
			serial_write((uint16_t)parameters->serial_base, '\r');
		serial_write((uint16_t)parameters->serial_base, text[i]);
	}
}

void console_close(const struct purgatory_parameters *parameters)
{
	if (parameters->flags & PURGATORY_CONSOLE_SERIAL)
		serial_close((uint16_t)parameters->serial_base);
}
