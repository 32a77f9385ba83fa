/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Just enough of a bare x86_64 machine to run purgatory in an ordinary process: the image executes
 * natively, and what only ring 0 may do traps and is emulated. The bytes under test are those that
 * the command carries; nothing in them knows that they are tested.
 */
#ifndef TESTS_UNIT_PURGATORY_BARE_MACHINE_H
#define TESTS_UNIT_PURGATORY_BARE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bare_machine_end {
	ENDED_LOST,	/* it did what no purgatory should; see `lost` */
	ENDED_JUMPED,	/* it executed the ud2 that marks a landing */
	ENDED_HALTED,	/* hlt with interrupts off: it stopped for good */
};

/* Segment registers in the order of the instruction encoding. */
enum { SEGMENT_ES, SEGMENT_CS, SEGMENT_SS, SEGMENT_DS, SEGMENT_FS, SEGMENT_GS, SEGMENT_REGISTERS };

struct port_write {
	uint16_t port;
	uint8_t value;
};

struct bare_machine {
	/* Set before the run. */
	uint16_t serial_port;
	uint8_t line_status;	/* the port's register of that name; 0x60: ready, empty */

	/* What came of it. */
	enum bare_machine_end end;
	char lost[128];
	uint64_t rip, rsp;
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r[8];	/* r[0] is r8 */
	bool code32, interrupts;
	uint16_t segments[SEGMENT_REGISTERS];
	uint64_t cr0, cr4, efer;
	uint64_t gdt_base;
	uint16_t gdt_limit;
	uint8_t line_control;
	uint16_t divisor;
	char serial[2048];	/* NUL-terminated */
	size_t serial_size;
	struct port_write writes[1024];
	size_t write_count;	/* all of them; the first 1024 are kept */
	uint16_t screen[25 * 80];	/* 0xb8000, when the test mapped it */
};

/*
 * `size` bytes of readable, writable and executable memory at just that address, or the test fails.
 * `shared` memory keeps what a run wrote.
 */
void *bare_machine_map(uint64_t address, size_t size, bool shared);
void bare_machine_unmap(uint64_t address, size_t size);

/* A machine with a serial port at 0x3f8. Released with bare_machine_close(). */
struct bare_machine *bare_machine_open(void);
void bare_machine_close(struct bare_machine *machine);

/* Puts a landing (ud2) at `address`. */
void bare_machine_land_at(uint64_t address);

/* Runs a copy of this process from `start`, in the state that the kernel leaves it in. */
void bare_machine_run(struct bare_machine *machine, uint64_t start);

/*
 * What was written last to an indexed register (index port, then the port behind it); -1 when
 * nothing.
 */
int bare_machine_indexed(const struct bare_machine *machine, uint16_t port, uint8_t index);

/* Row of the screen as text, without trailing blanks. */
void bare_machine_row(const struct bare_machine *machine, unsigned row, char text[81]);

#endif
