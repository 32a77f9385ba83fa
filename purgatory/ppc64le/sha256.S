/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks of SHA-256 with vshasigmaw (Power ISA 2.07, 6.13 "Vector SHA-2"), which does each of the
 * four sigmas in one instruction. The eight working variables lie in a vector each, the same in all
 * four words; the schedule is extended four words at a time. Purgatory is compiled without vectors,
 * so no register of those has to be kept.
 *
 * In little-endian, lvx puts the first word in memory into the last word of the vector.
 */
	.machine power8

#define BUFFER -64		/* below the stack pointer: the ABI leaves 288 bytes alone there */

/* vshasigmaw's two immediates: which pair of functions, and which of the pair, for each word. */
#define SMALL 0
#define BIG 1
#define ZERO 0
#define ONE 15

/* One round; the caller passes a to h as they are called by now. `word`: of v12, from the right. */
.macro round a, b, c, d, e, f, g, h, word
	vspltw	13, 12, 3 - \word		/* the constant and the message */
	vadduwm	\h, \h, 13
	vshasigmaw 14, \e, BIG, ONE
	vsel	15, \g, \f, \e			/* e chooses: f where it is 1, g where it is 0 */
	vadduwm	\h, \h, 14
	vxor	13, \a, \b
	vadduwm	\h, \h, 15
	vshasigmaw 14, \a, BIG, ZERO
	vsel	15, \b, \c, 13			/* where a and b differ, c has the majority */
	vadduwm	\d, \d, \h
	vadduwm	14, 14, 15
	vadduwm	\h, \h, 14
.endm

/* Four rounds with the words of x; afterwards a to h have moved by four. */
.macro rounds x, a, b, c, d, e, f, g, h
	lvx	12, 0, 9
	addi	9, 9, 16
	vadduwm	12, 12, \x
	round	\a, \b, \c, \d, \e, \f, \g, \h, 0
	round	\h, \a, \b, \c, \d, \e, \f, \g, 1
	round	\g, \h, \a, \b, \c, \d, \e, \f, 2
	round	\f, \g, \h, \a, \b, \c, \d, \e, 3
.endm

/* Sixteen words in x0 to x3: their successors, by four, into x0. v16 is zero. */
.macro extend x0, x1, x2, x3
	vsldoi	13, \x1, \x0, 12		/* words 1 to 4 */
	vsldoi	14, \x3, \x2, 12		/* words 9 to 12 */
	vshasigmaw 13, 13, SMALL, ZERO
	vadduwm	\x0, \x0, 14
	vsldoi	15, 16, \x3, 8			/* words 14 and 15, for the first two */
	vadduwm	\x0, \x0, 13
	vshasigmaw 15, 15, SMALL, ONE
	vadduwm	\x0, \x0, 15
	vsldoi	15, \x0, 16, 8			/* those two, for the others */
	vshasigmaw 15, 15, SMALL, ONE
	vadduwm	\x0, \x0, 15
.endm

/* Four big-endian words of the message into one vector. */
.macro message x, at
	.irp	n, 0, 4, 8, 12
	li	10, \at + \n
	lwbrx	11, 4, 10
	stw	11, BUFFER + \at + \n(1)
	.endr
	li	10, BUFFER + \at
	lvx	\x, 1, 10
.endm

	.text
	.globl sha256_add_blocks_ppc64le
	.hidden sha256_add_blocks_ppc64le
	.hidden sha256_constants
	.type sha256_add_blocks_ppc64le, @function
/* r3: the eight words of the state; r4: data; r5: blocks; r12: this address, as in every call. */
sha256_add_blocks_ppc64le:
	cmpdi	5, 0
	beqlr
	mtctr	5
	addis	8, 12, (sha256_constants - sha256_add_blocks_ppc64le)@ha
	addi	8, 8, (sha256_constants - sha256_add_blocks_ppc64le)@l
	vspltisw 16, 0
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	lwz	10, 4 * \n(3)
	stw	10, BUFFER + 4 * \n(1)
	.endr
	li	10, BUFFER
	lvx	8, 1, 10
	li	10, BUFFER + 16
	lvx	9, 1, 10
	.irp	n, 0, 1, 2, 3
	vspltw	\n, 8, 3 - \n
	vspltw	4 + \n, 9, 3 - \n
	.endr

1:	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	vor	17 + \n, \n, \n
	.endr
	mr	9, 8
	message	8, 0
	message	9, 16
	message	10, 32
	message	11, 48
	rounds	8, 0, 1, 2, 3, 4, 5, 6, 7
	rounds	9, 4, 5, 6, 7, 0, 1, 2, 3
	rounds	10, 0, 1, 2, 3, 4, 5, 6, 7
	rounds	11, 4, 5, 6, 7, 0, 1, 2, 3
	.rept	3
	extend	8, 9, 10, 11
	rounds	8, 0, 1, 2, 3, 4, 5, 6, 7
	extend	9, 10, 11, 8
	rounds	9, 4, 5, 6, 7, 0, 1, 2, 3
	extend	10, 11, 8, 9
	rounds	10, 0, 1, 2, 3, 4, 5, 6, 7
	extend	11, 8, 9, 10
	rounds	11, 4, 5, 6, 7, 0, 1, 2, 3
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	vadduwm	\n, \n, 17 + \n
	.endr
	addi	4, 4, 64
	bdnz	1b

	/* All words of a vector are the same, so the one that stvewx picks is right. */
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	li	10, 4 * \n
	stvewx	\n, 3, 10
	.endr
	blr

	.section .note.GNU-stack, "", @progbits
