/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A 16550-compatible serial port at an I/O port, polled. */
#ifndef PURGATORY_X86_64_SERIAL_H
#define PURGATORY_X86_64_SERIAL_H

#include <stdint.h>

/* 8 data bits, no parity, 1 stop bit at `baud`; 0 leaves the port as it is. */
void serial_open(uint16_t base, uint64_t baud);
void serial_write(uint16_t base, char c);
void serial_close(uint16_t base);

#endif
