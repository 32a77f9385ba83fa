/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways into and out of purgatory on s390x. There are two. After a reset (DIAG 308) the
 * processor comes here through a restart PSW, in 31-bit mode, and leaves through one for the next
 * kernel's "startup" (arch/s390/kernel/relocate_kernel.S, arch/s390/boot/head.S). The crash entry
 * is called as a function, in 64-bit mode and twice (arch/s390/kernel/machine_kexec.c): with 0 in
 * %r2 it verifies and returns 0 when all is well; with 1, once the system has been reset, it
 * verifies again and goes on to the next kernel's "startup_kdump", which takes its memory by
 * itself.
 *
 * Arguments of the parameter block: 0 is 1 for the crash entry, 0 otherwise.
 */
#include "purgatory/purgatory.h"

#define FRAME 160			/* what a function may save in its caller's frame */
#define SAVED 80			/* %r6 to %r15 */
#define CRASH (PURGATORY_AT_ARGUMENTS + 4)
#define SIGP_SET_ARCHITECTURE 0x12
#define Z_ARCHITECTURE 1

	.section .head, "ax", @progbits
	.globl purgatory_start
	.hidden purgatory_start
purgatory_start:
	/* Before 1: nothing but what both modes understand. */
	larl	%r3, purgatory_parameters
	l	%r4, CRASH(%r3)
	ltr	%r4, %r4
	jnz	1f
	slr	%r0, %r0
	lhi	%r1, Z_ARCHITECTURE
	sigp	%r1, %r0, SIGP_SET_ARCHITECTURE
	sam64
	lghi	%r2, 1
1:	larl	%r1, purgatory_stack_end
	stmg	%r6, %r15, -SAVED(%r1)
	lay	%r15, -(SAVED + FRAME)(%r1)
	xc	0(8, %r15), 0(%r15)	/* the end of the chain of frames */
	larl	%r13, purgatory_parameters
	lgfr	%r12, %r2
	lgr	%r2, %r13
	brasl	%r14, purgatory_verify
	ltgr	%r12, %r12
	jz	return
	ltgfr	%r2, %r2
	jz	stop
	lg	%r1, PURGATORY_AT_ENTRY(%r13)
	lt	%r2, CRASH(%r13)
	jnz	2f
	/* A short PSW, as the running kernel would have left it at 0: disabled, 31-bit, no DAT. */
	oihf	%r1, 0x00080000
	oilf	%r1, 0x80000000
	stg	%r1, FRAME(%r15)
	lpsw	FRAME(%r15)
2:	br	%r1

return:
	xilf	%r2, 1			/* purgatory_verify() says 1 for good, the kernel 0 */
	lmg	%r6, %r15, FRAME(%r15)
	br	%r14

stop:
	brasl	%r14, purgatory_speak
	larl	%r1, stopped
	lpswe	0(%r1)

	.section .rodata
	.balign	8
stopped:	/* a disabled wait; operators see its address, "KEXEC" */
	.quad	0x0002000180000000, 0x4b45584543

	.section .note.GNU-stack, "", @progbits
