/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parameter block of purgatory: what the loader writes and the code that runs between two
 * kernels reads. Both include this file, so it includes nothing but fixed-width types.
 *
 * The image is flat and position independent. Execution starts at its first byte; bytes 0 to 0xff
 * are the architecture's own (ppc64le: slave processors are released at 0x60), and the block stands
 * at PURGATORY_PARAMETERS. Numbers are in the target's byte order. The loader copies the image,
 * fills in the block and gives the segment `memory_size` bytes of memory; what lies behind the
 * image (bss and stack) starts out as zeros. The image may be entered more than once (s390x's crash
 * entry: verify and return; then boot), so it never writes into itself.
 */
#ifndef PURGATORY_PURGATORY_H
#define PURGATORY_PURGATORY_H

#define PURGATORY_PARAMETERS 0x100
#define PURGATORY_MAGIC 0x4b4558454e473031u	/* "KEXENG01" */

#define PURGATORY_REGIONS 16	/* as many as the kernel takes segments */
#define PURGATORY_ARGUMENTS 8
#define PURGATORY_REGISTERS_32 3	/* x86_64: so many of these go into 32-bit registers */

/* flags */
#define PURGATORY_VERIFY 0x1		/* compare the digest before the jump */
#define PURGATORY_CONSOLE_VGA 0x2	/* speak on the VGA text screen (x86_64) */
#define PURGATORY_CONSOLE_SERIAL 0x4	/* speak on the serial port */
#define PURGATORY_RESET_VGA 0x8	/* set the VGA adapter to text mode first (x86_64) */
#define PURGATORY_SERIAL_PL011 0x10	/* arm64: the port is a PL011, not a 16550 */
#define PURGATORY_SERIAL_WORDS 0x20	/* arm64: a 16550 whose registers are 32-bit words */
#define PURGATORY_UNPRIVILEGED 0x40	/* arm64: in a process, for tests: leave the MMU alone */
#define PURGATORY_SERIAL_TERMINAL 0x100	/* ppc64le: serial_base is a hypervisor's terminal */
#define PURGATORY_VECTOR_SHA 0x200	/* ppc64le: the processors have vshasigmaw */

/* entry_mode */
#define PURGATORY_ENTRY_64 0		/* x86_64: 64-bit boot protocol; the only mode elsewhere */
#define PURGATORY_ENTRY_32 1		/* x86_64: 32-bit boot protocol, all below 4 GiB */
#define PURGATORY_ENTRY_16 2		/* x86_64: real mode; purgatory itself lies below 1 MiB */

/* Offsets in the block, for assembly. */
#define PURGATORY_AT_FLAGS 0x10
#define PURGATORY_AT_ENTRY 0x18
#define PURGATORY_AT_ENTRY_MODE 0x20
#define PURGATORY_AT_ARGUMENTS 0x28

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct purgatory_region {
	uint64_t start, size;	/* physical, bytes */
};

struct purgatory_parameters {
	uint64_t magic;
	uint64_t memory_size;	/* bytes from its first one on; set when the image is linked */
	uint64_t flags;
	uint64_t entry;		/* physical address to jump to */
	uint64_t entry_mode;
	/*
	 * x86_64: [0] is boot_params (rsi, esi), or the start of the real-mode segment;
	 * ENTRY_64: [1] rdi; ENTRY_32: [1] eax, [2] ebx, [3] tags for [4], ACPI's root pointer, or
	 * 0; [5] bytes are copied from [6] to [7]
	 */
	uint64_t arguments[PURGATORY_ARGUMENTS];
	/* x86_64: I/O port; arm64: physical address; ppc64le: a terminal's unit address; 0: none */
	uint64_t serial_base;
	uint64_t serial_baud;	/* 0: leave the speed as it is */
	uint8_t sha256[32];	/* over the regions' bytes, in order */
	uint64_t region_count;
	struct purgatory_region regions[PURGATORY_REGIONS];
};

#endif /* __ASSEMBLER__ */
#endif
