/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way into and out of purgatory on arm64. The kernel comes here with the MMU and the data cache
 * off, interrupts masked, at EL1 or EL2 (arch/arm64/kernel/machine_kexec.c); the next one is
 * entered in the same state, with the device tree in x0 (Documentation/arch/arm64/booting.rst). In
 * between, memory is read through the caches, which makes the digest some hundred times faster than
 * without them.
 *
 * Throughout, x19 is the parameter block, x20 the system control register as it was (0 while MMU
 * and caches are as they were), x21 the register that lets SIMD trap, and x22 1 at EL2 without VHE.
 */
#include "purgatory/purgatory.h"

#define EL2 (2 << 2)			/* CurrentEL */
#define SCTLR_M (1 << 0)
#define SCTLR_A (1 << 1)
#define SCTLR_C (1 << 2)
#define SCTLR_SA (1 << 3)
#define SCTLR_I (1 << 12)
#define SCTLR_WXN (1 << 19)
#define HCR_E2H_BIT 34
#define CPTR_TFP (1 << 10)		/* CPTR_EL2 without VHE: trap floating point and SIMD */
#define CPACR_FPEN (3 << 20)		/* CPACR_EL1, and CPTR_EL2 with VHE: do not */

/* rd: the address of a symbol that may be further away than 1 MiB. */
.macro address rd, symbol
	adrp	\rd, \symbol
	add	\rd, \rd, :lo12:\symbol
.endm

/* Runs a data cache operation on every line from x0 up to x1. Changes x0, x2 and x3. */
.macro each_line operation
	mrs	x3, ctr_el0
	ubfx	x3, x3, #16, #4		/* DminLine: log2 of the words in the smallest line */
	mov	x2, #4
	lsl	x2, x2, x3
	sub	x3, x2, #1
	bic	x0, x0, x3
1:	dc	\operation, x0
	add	x0, x0, x2
	cmp	x0, x1
	b.lo	1b
	dsb	sy
.endm

	.section .head, "ax", @progbits
	.globl purgatory_start
	.hidden purgatory_start
purgatory_start:
	adr	x19, purgatory_parameters
	ldr	x0, [x19, #PURGATORY_AT_FLAGS]
	mov	x1, #(PURGATORY_VERIFY | PURGATORY_CONSOLE_SERIAL)
	tst	x0, x1
	b.ne	check
leave:
	ldr	x4, [x19, #PURGATORY_AT_ENTRY]
	ldr	x0, [x19, #PURGATORY_AT_ARGUMENTS]
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	br	x4

	.text
check:
	address	x1, purgatory_stack_end
	mov	sp, x1
	mov	x29, xzr
	mov	x20, xzr
	tst	x0, #PURGATORY_UNPRIVILEGED
	b.ne	verify_only
	bl	enable_simd
	bl	enable_caches
	mov	x0, x19
	bl	purgatory_verify
	mov	w25, w0
	cbz	x20, 1f
	bl	disable_caches
1:	bl	restore_simd
	cbnz	w25, leave
stop:
	wfi
	b	stop

/* In a process: there is nothing that may be switched on or off. */
verify_only:
	mov	x0, x19
	bl	purgatory_verify
	cbnz	w0, leave
	brk	#0

enable_simd:
	mov	x22, xzr
	mrs	x0, CurrentEL
	cmp	x0, #EL2
	b.eq	1f
	mrs	x21, cpacr_el1
	orr	x0, x21, #CPACR_FPEN
	msr	cpacr_el1, x0
	isb
	ret
1:	mrs	x0, hcr_el2
	mrs	x21, cptr_el2
	bic	x1, x21, #CPTR_TFP
	orr	x2, x21, #CPACR_FPEN
	tbnz	x0, #HCR_E2H_BIT, 2f
	mov	x22, #1
2:	cmp	x22, #0
	csel	x1, x1, x2, ne
	msr	cptr_el2, x1
	isb
	ret

restore_simd:
	mrs	x0, CurrentEL
	cmp	x0, #EL2
	b.eq	1f
	msr	cpacr_el1, x21
	isb
	ret
1:	msr	cptr_el2, x21
	isb
	ret

/*
 * Turns MMU and caches on over the tables that mmu_prepare() makes; x20 stays 0 if it made none.
 * Until then every access goes to memory directly, past lines that may have been fetched before:
 * those are dropped, first so that none is written back over what is written here, then so that
 * none is read.
 */
enable_caches:
	mov	x26, x30
	address	x0, purgatory_memory_start
	address	x1, purgatory_memory_end
	each_line civac
	mov	x0, x19
	mov	x1, x22
	bl	mmu_prepare
	cbz	x0, 3f
	ldp	x4, x5, [x0]		/* struct mmu: TTBR0, TCR, MAIR */
	ldr	x6, [x0, #16]
	address	x0, purgatory_memory_start
	address	x1, purgatory_memory_end
	each_line ivac
	mrs	x0, CurrentEL
	cmp	x0, #EL2
	b.eq	1f

	msr	ttbr0_el1, x4
	msr	tcr_el1, x5
	msr	mair_el1, x6
	isb
	tlbi	vmalle1
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	mrs	x20, sctlr_el1
	bl	caches_on
	msr	sctlr_el1, x0
	b	2f

1:	msr	ttbr0_el2, x4
	msr	tcr_el2, x5
	msr	mair_el2, x6
	isb
	tlbi	alle2
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	mrs	x20, sctlr_el2
	bl	caches_on
	msr	sctlr_el2, x0

2:	isb
3:	mov	x30, x26
	ret

/*
 * x0: the system control register of x20 with MMU and caches on, and without the checks that C may
 * fail.
 */
caches_on:
	mov	x1, #(SCTLR_A | SCTLR_SA)
	orr	x1, x1, #SCTLR_WXN
	bic	x0, x20, x1
	mov	x1, #(SCTLR_M | SCTLR_C)
	orr	x1, x1, #SCTLR_I
	orr	x0, x0, x1
	ret

/*
 * Turns them off again, once everything that was written here is in memory. The next kernel's image
 * was only read, so no line of it can be dirty. Nothing touches the stack from the first clean on.
 */
disable_caches:
	address	x0, purgatory_start
	address	x1, purgatory_memory_end
	each_line civac
	mrs	x0, CurrentEL
	cmp	x0, #EL2
	b.eq	1f
	msr	sctlr_el1, x20
	isb
	tlbi	vmalle1
	b	2f
1:	msr	sctlr_el2, x20
	isb
	tlbi	alle2
2:	dsb	sy
	ic	iallu
	dsb	sy
	isb
	ret

	.section .note.GNU-stack, "", @progbits
