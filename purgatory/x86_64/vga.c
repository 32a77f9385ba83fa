// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text on a VGA adapter: the last line of the screen is written and the others move up. The
 * register values are those of the BIOS's mode 3 (80x25, 16 colours, 9x16 characters), which every
 * description of the VGA lists. It cannot tell whether there is an adapter; writes to one that is
 * not there are lost.
 */
#include "purgatory/x86_64/vga.h"

#include "purgatory/x86_64/io.h"

#include <stddef.h>

#define SCREEN ((volatile uint16_t *)0xb8000)
#define COLUMNS 80
#define ROWS 25
#define LIGHT_GREY 0x0700	/* on black, in a cell's upper byte */

/* Ports */
#define ATTRIBUTE 0x3c0
#define MISCELLANEOUS 0x3c2
#define SEQUENCER 0x3c4
#define DAC_MASK 0x3c6
#define DAC_INDEX 0x3c8
#define DAC_DATA 0x3c9
#define GRAPHICS 0x3ce
#define CRTC 0x3d4
#define STATUS 0x3da		/* reading it makes ATTRIBUTE expect an index */

#define CRTC_PROTECT 0x11	/* bit 7 write-protects the first eight CRTC registers */
#define PALETTE_ON 0x20

static const uint8_t sequencer[] = { 0x03, 0x00, 0x03, 0x00, 0x02 };
static const uint8_t crtc[] = {
	0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00,
	0x00, 0x00, 0x00, 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff,
};
static const uint8_t graphics[] = { 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff };
static const uint8_t attribute[] = {
	0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a,
	0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x0c, 0x00, 0x0f, 0x08, 0x00,
};

static size_t column;

static void write_indexed(uint16_t port, uint8_t index, uint8_t value)
{
	port_write(port, index);
	port_write(port + 1, value);
}

/* The first 64 colours: two bits each of red, green and blue, the low bits in bits 5 to 3. */
static void reset_colours(void)
{
	port_write(DAC_MASK, 0xff);
	port_write(DAC_INDEX, 0);
	for (unsigned i = 0; i < 64; i++) {
		port_write(DAC_DATA, (uint8_t)((i >> 2 & 1) * 0x2a + (i >> 5 & 1) * 0x15));
		port_write(DAC_DATA, (uint8_t)((i >> 1 & 1) * 0x2a + (i >> 4 & 1) * 0x15));
		port_write(DAC_DATA, (uint8_t)((i & 1) * 0x2a + (i >> 3 & 1) * 0x15));
	}
}

void vga_reset(void)
{
	port_write(MISCELLANEOUS, 0x67);
	write_indexed(SEQUENCER, 0, 0x01);	/* hold it while its clock changes */
	for (uint8_t i = 1; i < sizeof(sequencer); i++)
		write_indexed(SEQUENCER, i, sequencer[i]);
	write_indexed(SEQUENCER, 0, sequencer[0]);
	write_indexed(CRTC, CRTC_PROTECT, crtc[CRTC_PROTECT] & 0x7f);
	for (uint8_t i = 0; i < sizeof(crtc); i++)
		write_indexed(CRTC, i, i == CRTC_PROTECT ? crtc[i] & 0x7f : crtc[i]);
	write_indexed(CRTC, CRTC_PROTECT, crtc[CRTC_PROTECT]);
	for (uint8_t i = 0; i < sizeof(graphics); i++)
		write_indexed(GRAPHICS, i, graphics[i]);
	(void)port_read(STATUS);
	for (uint8_t i = 0; i < sizeof(attribute); i++) {
		port_write(ATTRIBUTE, i);
		port_write(ATTRIBUTE, attribute[i]);
	}
	port_write(ATTRIBUTE, PALETTE_ON);
	reset_colours();
	for (size_t i = 0; i < ROWS * COLUMNS; i++)
		SCREEN[i] = LIGHT_GREY | ' ';
}

static void new_line(void)
{
	for (size_t i = 0; i < (ROWS - 1) * COLUMNS; i++)
		SCREEN[i] = SCREEN[i + COLUMNS];
	for (size_t i = (ROWS - 1) * COLUMNS; i < ROWS * COLUMNS; i++)
		SCREEN[i] = LIGHT_GREY | ' ';
	column = 0;
}

void vga_open(void)
{
	new_line();
}

void vga_write(char c)
{
	if (c == '\n' || column == COLUMNS)
		new_line();
	if (c != '\n')
		SCREEN[(ROWS - 1) * COLUMNS + column++] = (uint16_t)(LIGHT_GREY | (uint8_t)c);
}
