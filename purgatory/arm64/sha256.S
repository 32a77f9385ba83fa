/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks of SHA-256 with the SHA2 instructions (Arm Architecture Reference Manual, C7: SHA256H and
 * the rest), four rounds at a time. The whole schedule of constants stays in registers; only those
 * that a caller does not expect to keep are used.
 */
	.arch	armv8-a+crypto

/* Four rounds with the four words of m0, and their successors sixteen words on into m0. */
.macro rounds k, m0, m1, m2, m3
	add	v2.4s, \m0\().4s, \k\().4s
	sha256su0 \m0\().4s, \m1\().4s
	mov	v3.16b, v0.16b
	sha256h	q0, q1, v2.4s
	sha256h2 q1, q3, v2.4s
	sha256su1 \m0\().4s, \m2\().4s, \m3\().4s
.endm

.macro last_rounds k, m0
	add	v2.4s, \m0\().4s, \k\().4s
	mov	v3.16b, v0.16b
	sha256h	q0, q1, v2.4s
	sha256h2 q1, q3, v2.4s
.endm

	.text
	.globl sha256_add_blocks_arm64
	.hidden sha256_add_blocks_arm64
	.hidden sha256_constants
	.type sha256_add_blocks_arm64, @function
/* x0: the eight words of the state; x1: data; x2: blocks. */
sha256_add_blocks_arm64:
	cbz	x2, 2f
	adrp	x3, sha256_constants
	add	x3, x3, :lo12:sha256_constants
	ld1	{v16.4s - v19.4s}, [x3], #64
	ld1	{v20.4s - v23.4s}, [x3], #64
	ld1	{v24.4s - v27.4s}, [x3], #64
	ld1	{v28.4s - v31.4s}, [x3]
	ld1	{v0.4s, v1.4s}, [x0]

1:	ld1	{v4.16b - v7.16b}, [x1], #64
	rev32	v4.16b, v4.16b
	rev32	v5.16b, v5.16b
	rev32	v6.16b, v6.16b
	rev32	v7.16b, v7.16b
	rounds	v16, v4, v5, v6, v7
	rounds	v17, v5, v6, v7, v4
	rounds	v18, v6, v7, v4, v5
	rounds	v19, v7, v4, v5, v6
	rounds	v20, v4, v5, v6, v7
	rounds	v21, v5, v6, v7, v4
	rounds	v22, v6, v7, v4, v5
	rounds	v23, v7, v4, v5, v6
	rounds	v24, v4, v5, v6, v7
	rounds	v25, v5, v6, v7, v4
	rounds	v26, v6, v7, v4, v5
	rounds	v27, v7, v4, v5, v6
	last_rounds v28, v4
	last_rounds v29, v5
	last_rounds v30, v6
	last_rounds v31, v7
	ld1	{v4.4s, v5.4s}, [x0]
	add	v0.4s, v0.4s, v4.4s
	add	v1.4s, v1.4s, v5.4s
	st1	{v0.4s, v1.4s}, [x0]
	subs	x2, x2, #1
	b.ne	1b
2:	ret
	.size sha256_add_blocks_arm64, . - sha256_add_blocks_arm64

	.section .note.GNU-stack, "", @progbits
