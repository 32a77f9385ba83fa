/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VGA text screen, 80 by 25 at 0xb8000. */
#ifndef PURGATORY_X86_64_VGA_H
#define PURGATORY_X86_64_VGA_H

/* Puts a VGA-compatible adapter into 80x25 text mode; the fonts in its memory stay as they are. */
void vga_reset(void);
/* Begins a new line at the bottom of the screen. */
void vga_open(void);
void vga_write(char c);

#endif
