// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bare machine: a child process whose signal handler plays the privileged half of the
 * processor, the serial port and the ports of a VGA adapter. It knows the few instructions that
 * purgatory needs and takes any other trap for a fault. Only for x86_64 hosts.
 */
#include "config.h"

#include "tests/unit/purgatory/bare_machine.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#define SECONDS 20u		/* for one run; it takes milliseconds */
#define SCREEN 0xb8000
#define USER_CODE32 0x23	/* for 32-bit code, arch/x86/include/asm/segment.h */
#define EFER 0xc0000080
#define DESCRIPTOR_ACCESSED ((uint64_t)1 << 40)

/* Flat descriptors, not accessed yet: Documentation/arch/x86/boot.rst asks for no others. */
#define CODE_64 0x00af9a000000ffff
#define CODE_32 0x00cf9a000000ffff
#define DATA 0x00cf92000000ffff

static struct bare_machine *machine;	/* in the child */
static bool screen_mapped;

void *bare_machine_map(uint64_t address, size_t size, bool shared)
{
	void *wanted = (void *)(uintptr_t)address;
	void *result = mmap(
		wanted, size, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | (shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);

	if (result != wanted)
		fail_msg("0x%zx bytes at 0x%llx cannot be mapped here", size,
			 (unsigned long long)address);
	if (address == SCREEN)
		screen_mapped = true;
	return result;
}

void bare_machine_unmap(uint64_t address, size_t size)
{
	munmap((void *)(uintptr_t)address, size);
	if (address == SCREEN)
		screen_mapped = false;
}

struct bare_machine *bare_machine_open(void)
{
	struct bare_machine *result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE,
					   MAP_ANONYMOUS | MAP_SHARED, -1, 0);

	assert_ptr_not_equal(result, MAP_FAILED);
	result->serial_port = 0x3f8;
	result->line_status = 0x60;
	return result;
}

void bare_machine_close(struct bare_machine *which)
{
	munmap(which, sizeof(*which));
}

void bare_machine_land_at(uint64_t address)
{
	memcpy((void *)(uintptr_t)address, "\x0f\x0b", 2);
}

static void finish(enum bare_machine_end end, const greg_t *regs)
{
	machine->end = end;
	machine->rip = (uint64_t)regs[REG_RIP];
	machine->rsp = (uint64_t)regs[REG_RSP];
	machine->rax = (uint64_t)regs[REG_RAX];
	machine->rbx = (uint64_t)regs[REG_RBX];
	machine->rcx = (uint64_t)regs[REG_RCX];
	machine->rdx = (uint64_t)regs[REG_RDX];
	machine->rsi = (uint64_t)regs[REG_RSI];
	machine->rdi = (uint64_t)regs[REG_RDI];
	machine->rbp = (uint64_t)regs[REG_RBP];
	for (unsigned i = 0; i < 8; i++)
		machine->r[i] = (uint64_t)regs[REG_R8 + (int)i];
	if (screen_mapped)
		memcpy(machine->screen, (const void *)SCREEN, sizeof(machine->screen));
	_exit(0);
}

static void lose(const greg_t *regs, const char *why)
{
	snprintf(machine->lost, sizeof(machine->lost), "%s at 0x%llx", why,
		 (unsigned long long)regs[REG_RIP]);
	finish(ENDED_LOST, regs);
}

/* The descriptor of a selector, as the processor would find it in the table that was loaded. */
static uint64_t descriptor(const greg_t *regs, uint16_t selector)
{
	uint64_t found;

	if (selector & 7 || selector + 7u > machine->gdt_limit)
		lose(regs, "a selector outside of the descriptor table");
	memcpy(&found, (const uint8_t *)(uintptr_t)machine->gdt_base + selector, sizeof(found));
	if (!(found & DESCRIPTOR_ACCESSED))
		lose(regs, "a descriptor that the processor would write to");
	return found & ~DESCRIPTOR_ACCESSED;
}

static void load_gdt(greg_t *regs)
{
	const uint8_t *operand = (const uint8_t *)regs[REG_RSP];

	memcpy(&machine->gdt_limit, operand, sizeof(machine->gdt_limit));
	memcpy(&machine->gdt_base, operand + 2, sizeof(machine->gdt_base));
}

static void far_return(greg_t *regs)
{
	const uint64_t *stack = (const uint64_t *)regs[REG_RSP];
	uint16_t selector = (uint16_t)stack[1];
	uint64_t found = descriptor(regs, selector);

	if (found != CODE_64 && found != CODE_32)
		lose(regs, "a far return to a segment that is not flat code");
	machine->segments[SEGMENT_CS] = selector;
	regs[REG_RIP] = (greg_t)stack[0];
	regs[REG_RSP] += 16;
	if (found == CODE_32) {
		machine->code32 = true;
		regs[REG_CSGSFS] = (regs[REG_CSGSFS] & ~(greg_t)0xffff) | USER_CODE32;
	}
}

static void load_segment(greg_t *regs, uint8_t modrm)
{
	unsigned which = modrm >> 3 & 7;

	if ((modrm & 0xc7) != 0xc0 || which == SEGMENT_CS || which >= SEGMENT_REGISTERS)
		lose(regs, "a segment load of an unexpected form");
	if (descriptor(regs, (uint16_t)regs[REG_RAX]) != DATA)
		lose(regs, "a segment that is not flat data");
	machine->segments[which] = (uint16_t)regs[REG_RAX];
}

static void output(uint16_t port, uint8_t value)
{
	bool divisor = machine->line_control & 0x80;

	if (machine->write_count < sizeof(machine->writes) / sizeof(machine->writes[0]))
		machine->writes[machine->write_count] = (struct port_write){ port, value };
	machine->write_count++;
	if (port == machine->serial_port + 3)
		machine->line_control = value;
	else if (port == machine->serial_port && divisor)
		machine->divisor = (uint16_t)((machine->divisor & 0xff00) | value);
	else if (port == machine->serial_port + 1 && divisor)
		machine->divisor = (uint16_t)((machine->divisor & 0x00ff) | value << 8);
	else if (port == machine->serial_port && machine->serial_size < sizeof(machine->serial) - 1)
		machine->serial[machine->serial_size++] = (char)value;
}

/* mov to and from control registers, through EAX. */
static void control_register(greg_t *regs, const uint8_t *code)
{
	uint64_t *which = code[2] == 0xc0 ? &machine->cr0 : code[2] == 0xe0 ? &machine->cr4 : NULL;

	if (!which)
		lose(regs, "an unexpected control register");
	else if (code[1] == 0x20)
		regs[REG_RAX] = (greg_t)*which;
	else
		*which = (uint64_t)regs[REG_RAX];
}

static void model_specific_register(greg_t *regs, bool write)
{
	if ((uint32_t)regs[REG_RCX] != EFER)
		lose(regs, "an unexpected model-specific register");
	if (write) {
		machine->efer = (uint64_t)(uint32_t)regs[REG_RDX] << 32 | (uint32_t)regs[REG_RAX];
		return;
	}
	regs[REG_RAX] = (greg_t)(uint32_t)machine->efer;
	regs[REG_RDX] = (greg_t)(machine->efer >> 32);
}

static void emulate(int signal, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	const uint8_t *code = (const uint8_t *)regs[REG_RIP];

	if (signal == SIGILL && code[0] == 0x0f && code[1] == 0x0b)
		finish(ENDED_JUMPED, regs);
	/*
	 * A general protection fault has no address; any other one is a wild access, or a jump to
	 * nowhere.
	 */
	if (signal != SIGSEGV || info->si_code != SI_KERNEL)
		lose(regs, "a fault that is no privileged instruction");
	if (code[0] == 0xfa) {				/* cli */
		machine->interrupts = false;
		regs[REG_RIP] += 1;
	} else if (code[0] == 0xf4) {			/* hlt */
		finish(machine->interrupts ? ENDED_LOST : ENDED_HALTED, regs);
	} else if (code[0] == 0xee) {			/* outb %al, %dx */
		output((uint16_t)regs[REG_RDX], (uint8_t)regs[REG_RAX]);
		regs[REG_RIP] += 1;
	} else if (code[0] == 0xec) {			/* inb %dx, %al */
		uint8_t value = (uint16_t)regs[REG_RDX] == machine->serial_port + 5
					? machine->line_status
					: 0;

		regs[REG_RAX] = (regs[REG_RAX] & ~(greg_t)0xff) | value;
		regs[REG_RIP] += 1;
	} else if (!memcmp(code, "\x0f\x01\x14\x24", 4)) {	/* lgdt (%rsp) */
		load_gdt(regs);
		regs[REG_RIP] += 4;
	} else if (code[0] == 0x48 && code[1] == 0xcb) {	/* lretq */
		far_return(regs);
	} else if (code[0] == 0x8e) {			/* mov %eax, segment */
		load_segment(regs, code[1]);
		regs[REG_RIP] += 2;
	} else if (code[0] == 0x0f && (code[1] == 0x20 || code[1] == 0x22)) {
		control_register(regs, code);
		regs[REG_RIP] += 3;
	} else if (code[0] == 0x0f && (code[1] == 0x30 || code[1] == 0x32)) {	/* wrmsr, rdmsr */
		model_specific_register(regs, code[1] == 0x30);
		regs[REG_RIP] += 2;
	} else {
		lose(regs, "a privileged instruction that this machine does not know");
	}
}

static void child(uint64_t start)
{
	/* The image brings its own stack, so small that a signal frame must not go there. */
	static uint8_t signal_stack[64 << 10] __attribute__((aligned(16)));
	stack_t stack = { .ss_sp = signal_stack, .ss_size = sizeof(signal_stack) };
	struct sigaction action = { .sa_sigaction = emulate, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGFPE, &action, NULL);
	sigaction(SIGTRAP, &action, NULL);
	alarm(SECONDS);
	__asm__ volatile("jmp *%0" : : "a"(start) : "memory");
	__builtin_unreachable();
}

void bare_machine_run(struct bare_machine *which, uint64_t start)
{
	struct bare_machine fresh = {
		.serial_port = which->serial_port,
		.line_status = which->line_status,
		.interrupts = true,
		.cr0 = 0x80000011,	/* PG, ET, PE */
		.cr4 = 0x1020,		/* LA57, PAE */
		.efer = 0xd00,		/* NXE, LMA, LME */
	};
	int status;
	pid_t pid;

	*which = fresh;
	fflush(NULL);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (!pid) {
		machine = which;
		child(start);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("purgatory ended with wait status 0x%x (a signal 14: not within %u "
			 "seconds)",
			 (unsigned)status, SECONDS);
}

int bare_machine_indexed(const struct bare_machine *which, uint16_t port, uint8_t index)
{
	int value = -1;

	for (size_t i = 0; i + 1 < which->write_count; i++)
		if (which->writes[i].port == port && which->writes[i].value == index &&
		    which->writes[i + 1].port == port + 1)
			value = which->writes[i + 1].value;
	return value;
}

void bare_machine_row(const struct bare_machine *which, unsigned row, char text[81])
{
	size_t size = 80;

	for (size_t i = 0; i < 80; i++)
		text[i] = (char)which->screen[row * 80 + i];
	while (size && (text[size - 1] == ' ' || !text[size - 1]))
		size--;
	text[size] = '\0';
}
