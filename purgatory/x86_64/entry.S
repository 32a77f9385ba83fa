/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way into and out of purgatory on x86_64. Entered by the kernel in long mode with paging on,
 * an identity map, interrupts off, and descriptor tables that are no longer valid
 * (machine_kexec_64.c); left by the 64-bit or the 32-bit boot protocol
 * (Documentation/arch/x86/boot.rst), with boot_params in arguments[0]. Between the two,
 * arguments[5] bytes of memory are copied from [6] to [7]. No exception can be handled here:
 * whatever faults, resets the machine.
 */
#include "purgatory/purgatory.h"

#define CODE 0x10		/* __BOOT_CS and __BOOT_DS of both protocols */
#define DATA 0x18

#define CODE_16 0x08
#define DATA_16 0x10
#define REAL_STACK 0xe000	/* real_mode.c's HEAP_END */

#define CR0_PE 0x1
#define CR0_PG 0x80000000
#define CR4_PAE 0x20
#define CR4_LA57 0x1000
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100

	.section .head, "ax", @progbits
	.code64
	.globl purgatory_start
	.hidden purgatory_start
purgatory_start:
	cli
	cld
	leaq	purgatory_stack_end(%rip), %rsp
	leaq	gdt_64(%rip), %rax
	pushq	%rax
	pushw	$gdt_64_end - gdt_64 - 1
	lgdt	(%rsp)
	leaq	purgatory_stack_end(%rip), %rsp
	movl	$DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	leaq	1f(%rip), %rax
	pushq	$CODE
	pushq	%rax
	lretq
1:	leaq	purgatory_parameters(%rip), %rdi
	call	purgatory_verify
	testl	%eax, %eax
	jz	stop
	/*
	 * What a kernel before Linux 5.5 kept in low memory, for the dump; 0 bytes for any other
	 * kernel.
	 */
	movq	purgatory_parameters + PURGATORY_AT_ARGUMENTS + 40(%rip), %rcx
	movq	purgatory_parameters + PURGATORY_AT_ARGUMENTS + 48(%rip), %rsi
	movq	purgatory_parameters + PURGATORY_AT_ARGUMENTS + 56(%rip), %rdi
	rep movsb
	cmpq	$PURGATORY_ENTRY_64, purgatory_parameters + PURGATORY_AT_ENTRY_MODE(%rip)
	jne	leave_32
	jmp	leave_64

	.text
stop:
	cli
	hlt
	jmp	stop

/*
 * 64-bit boot protocol: RSI is boot_params; ELF boot notes are given in RDI. The rest is zero so
 * that nothing leaks into the next kernel.
 */
leave_64:
	movq	purgatory_parameters + PURGATORY_AT_ARGUMENTS(%rip), %rsi
	movq	purgatory_parameters + PURGATORY_AT_ARGUMENTS + 8(%rip), %rdi
	pushq	purgatory_parameters + PURGATORY_AT_ENTRY(%rip)
	xorl	%eax, %eax
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%ebp, %ebp
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d
	ret

/*
 * 32-bit boot protocol: through compatibility mode, where paging may be switched off, which ends
 * long mode (Intel SDM 3A, 10.8.5.4). This image lies below 4 GiB then; the loader sees to it.
 * Multiboot's machine state differs only in EAX and EBX, which are arguments[1] and [2], and 0 for
 * Linux.
 */
leave_32:
	leaq	purgatory_parameters(%rip), %rdi
	call	acpi_fill_tags
	leaq	purgatory_parameters(%rip), %rdi
	call	bios_restore
	movl	purgatory_parameters + PURGATORY_AT_ARGUMENTS(%rip), %esi
	movl	purgatory_parameters + PURGATORY_AT_ENTRY(%rip), %edi
	movl	purgatory_parameters + PURGATORY_AT_ARGUMENTS + 8(%rip), %ebp
	movl	purgatory_parameters + PURGATORY_AT_ARGUMENTS + 16(%rip), %ebx
	cmpq	$PURGATORY_ENTRY_16, purgatory_parameters + PURGATORY_AT_ENTRY_MODE(%rip)
	jne	1f
	leaq	leave_16(%rip), %rdi
1:	leaq	gdt_32(%rip), %rax
	pushq	%rax
	pushw	$gdt_32_end - gdt_32 - 1
	lgdt	(%rsp)
	leaq	purgatory_stack_end(%rip), %rsp
	leaq	1f(%rip), %rax
	pushq	$CODE
	pushq	%rax
	lretq

	.code32
1:	movl	$DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%cr0, %eax
	andl	$~CR0_PG, %eax
	movl	%eax, %cr0
	movl	$MSR_EFER, %ecx
	rdmsr
	andl	$~EFER_LME, %eax
	wrmsr
	movl	%cr4, %eax
	andl	$~(CR4_PAE | CR4_LA57), %eax
	movl	%eax, %cr4
	pushl	%edi
	movl	%ebp, %eax
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	ret

/*
 * Real mode: from 32 bits without paging, ESI the start of the kernel's segment, through a 16-bit
 * code segment that begins at real_16 (Intel SDM 3A, 10.9.2). Descriptors go onto the stack, for
 * they hold the address. The kernel's setup code begins 0x20 paragraphs into its segment, with all
 * other segments at its start.
 */
leave_16:
	call	1f
1:	popl	%eax
	addl	$real_16 - 1b, %eax
	movl	%eax, %ebx
	shll	$16, %eax
	movw	$0xffff, %ax
	shrl	$16, %ebx
	orl	$0x9b00, %ebx
	pushl	$0x9300			/* data: from 0 on, 64 KiB */
	pushl	$0xffff
	pushl	%ebx			/* code: from real_16 on, 64 KiB */
	pushl	%eax
	pushl	$0
	pushl	$0
	pushl	%esp
	pushw	$3 * 8 - 1
	lgdt	(%esp)
	pushl	$0			/* the vectors of real mode */
	pushw	$0x3ff
	lidt	(%esp)
	movl	%esi, %edx
	shrl	$4, %edx
	pushl	$CODE_16
	pushl	$0
	lretl

	.code16
real_16:
	movw	$DATA_16, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	%ax, %fs
	movw	%ax, %gs
	movl	%cr0, %eax
	andb	$~CR0_PE, %al
	movl	%eax, %cr0
	movw	%dx, %ss
	movl	$REAL_STACK, %esp
	movw	%dx, %ds
	movw	%dx, %es
	movw	%dx, %fs
	movw	%dx, %gs
	addw	$0x20, %dx
	pushw	%dx
	pushw	$0
	lretw
	.code32

/* Accessed bits are set, so that loading a segment writes nothing. */
	.section .rodata, "a", @progbits
	.balign	8
gdt_64:
	.quad	0, 0
	.quad	0x00af9b000000ffff	/* CODE: 64-bit */
	.quad	0x00cf93000000ffff	/* DATA: flat */
gdt_64_end:
gdt_32:
	.quad	0, 0
	.quad	0x00cf9b000000ffff	/* CODE: 32-bit, flat */
	.quad	0x00cf93000000ffff	/* DATA: flat */
gdt_32_end:

	.section .note.GNU-stack, "", @progbits
