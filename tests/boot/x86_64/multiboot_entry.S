/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The start of a kernel that is both a Multiboot and a Multiboot2 kernel: both headers, and an
 * entry that runs wherever the loader put it.
 */
#define RELOCATABLE 10

	.text
	.balign	8
header2:
	.long	0xe85250d6, 0, header2_end - header2, -(0xe85250d6 + (header2_end - header2))
	.short	1, 0			/* must be told: memory, modules, ACPI, where it is */
	.long	28, 4, 6, 3, 14, 21
	.balign	8
	.short	7, 1			/* EFI boot services would be nice */
	.long	8
	.short	RELOCATABLE, 0
	.long	24, 0x400000, 0xffffffff, 0x200000, 2
	.short	0, 0
	.long	8
header2_end:
	.balign	4
	.long	0x1badb002, 3, -(0x1badb002 + 3)

	.globl	start
	.hidden	start
start:
	movl	%eax, %edi
	/* ESP is not defined: a word of the information is the stack until the address is known. */
	movl	4(%ebx), %edx
	leal	8(%ebx), %esp
	call	1f
1:	popl	%ecx
	movl	%edx, 4(%ebx)
	leal	stack_end - 1b(%ecx), %esp
	pushfl
	popl	%eax
	pushl	%eax
	pushl	%ebx
	pushl	%edi
	call	kernel_main
2:	cli
	hlt
	jmp	2b

	.bss
	.balign	16
	.skip	16384
stack_end:

	.section .note.GNU-stack, "", @progbits
