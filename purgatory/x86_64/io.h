/* SPDX-License-Identifier: GPL-2.0-or-later */
/* I/O ports. The port is always in DX: whoever emulates these has two instructions to know. */
#ifndef PURGATORY_X86_64_IO_H
#define PURGATORY_X86_64_IO_H

#include <stdint.h>

static inline void port_write(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "d"(port) : "memory");
}

static inline uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port) : "memory");
	return value;
}

#endif
