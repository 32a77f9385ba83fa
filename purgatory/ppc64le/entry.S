/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way into and out of purgatory on ppc64le. The kernel's kexec_sequence() (misc_64.S of
 * arch/powerpc/kernel) comes here in real mode with the processor's hardware number in r3, in
 * little-endian as it runs itself; the next one is entered big-endian, as firmware would, with the
 * device tree in r3 and its own address in r4 (Documentation/arch/powerpc/booting.rst), and sees
 * to its byte order itself.
 *
 * Arguments of the parameter block: 0 is the device tree, 1 OPAL's base and 2 its entry. For a
 * crash kernel, 3 is where the first 64 KiB of memory are saved, which begin at 4: that kernel
 * stays where it was loaded, but the processor takes its interrupts there.
 */
#include "purgatory/purgatory.h"

#define FDT_VERSION 20			/* in struct fdt_header, big-endian as all of it */
#define FDT_BOOT_CPU 28
#define FDT_BOOT_CPU_SINCE 2
#define MSR_LE_BIT 1
#define DELAY 0x10000
#define RUN_AT_LOAD 0x5c		/* of the kernel: 1 keeps it from moving to address 0 */
#define BACKUP_SIZE 0x10000		/* as in arch/ppc64le/capture.c */

/* rd: the address of a symbol; r31 holds that of `here`. */
.macro address rd, symbol
	addis	\rd, 31, (\symbol - here)@ha
	addi	\rd, \rd, (\symbol - here)@l
.endm

	.section .head, "ax", @progbits
	.globl purgatory_start
	.hidden purgatory_start
purgatory_start:
	b	master
	/* The loader puts the next kernel's bytes over these: a flag, and where processors wait. */
	.org	0x5c
	.long	0
	.org	0x60
	b	.
	.org	0x100

	.text
master:
	or	1, 1, 1			/* low priority: other threads are still on their way */
	mr	30, 3
	mfmsr	28
	bcl	20, 31, here
here:
	mflr	31
	address	29, purgatory_parameters
	address	1, purgatory_stack_end
	li	0, 0
	stdu	0, -32(1)		/* the first frame, and the end of the chain */
	or	2, 2, 2			/* normal priority */
	mr	3, 29
	address	12, purgatory_verify	/* a function finds its data by its address in r12 */
	mtctr	12
	bctrl
	cmpwi	3, 0
	beq	stop

	/* Slaves have long left their old place by now; who has not gets a little more time. */
	lis	6, DELAY >> 16
	mtctr	6
	bdnz	.

	ld	3, PURGATORY_AT_ARGUMENTS + 24(29)
	cmpdi	3, 0
	beq	2f
	ld	4, PURGATORY_AT_ARGUMENTS + 32(29)
	li	5, BACKUP_SIZE / 8
	mtctr	5
	li	6, 0
0:	ldx	7, 4, 6
	stdx	7, 3, 6
	addi	6, 6, 8
	bdnz	0b
	ld	4, PURGATORY_AT_ENTRY(29)
	li	6, 1
	stw	6, RUN_AT_LOAD(4)

2:	ld	3, PURGATORY_AT_ARGUMENTS(29)
	li	4, FDT_VERSION
	lwbrx	6, 3, 4
	cmplwi	6, FDT_BOOT_CPU_SINCE
	blt	1f
	li	4, FDT_BOOT_CPU
	stwbrx	30, 3, 4		/* the processor that this is, whichever was planned for */
1:	ld	4, PURGATORY_AT_ENTRY(29)
	ld	8, PURGATORY_AT_ARGUMENTS + 8(29)
	ld	9, PURGATORY_AT_ARGUMENTS + 16(29)
	li	5, 0
	li	6, 0
	li	7, 0
	mr	12, 4
	clrrdi	11, 28, MSR_LE_BIT
	mtsrr0	4
	mtsrr1	11
	rfid

stop:
	or	1, 1, 1
	b	stop

	.section .note.GNU-stack, "", @progbits
