// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arm64's purgatory, run at arbitrary pages of an ordinary process for that processor: it verifies
 * and jumps with the registers of the boot protocol, or says what is wrong and stops; and both its
 * digests know FIPS 180-4's answers. A signal handler plays the serial port. What takes privileges
 * (MMU, caches) is left out by a flag; the boot tests have that. Prints TAP; the argument is the
 * flat image.
 */
#include "tests/purgatory/process.h"

#include "purgatory/accelerate.h"

#define DTB	     0x123456789000u
#define PORT	     0x50000000ul
#define TEXT_MAX     1024

enum end { ENDED_LOST, ENDED_JUMPED, ENDED_STOPPED };

struct result {
	enum end end;
	uint64_t x[4];
	size_t said;
	char text[TEXT_MAX];
};

static struct result *result;

/* The next kernel: it looks at its registers, and brings its own stack. */
void landing(void);
void landed_here(uint64_t x0, uint64_t x1, uint64_t x2, uint64_t x3);
uint8_t landing_stack[65536] __attribute__((aligned(16)));
__asm__(".text\n"
	".balign 4\n"
	"landing:\n\t"
	"adrp x9, landing_stack + 65536\n\t"
	"add x9, x9, :lo12:landing_stack + 65536\n\t"
	"mov sp, x9\n\t"
	"b landed_here\n");

void landed_here(uint64_t x0, uint64_t x1, uint64_t x2, uint64_t x3)
{
	*result = (struct result){ .end = ENDED_JUMPED,
				   .x = { x0, x1, x2, x3 },
				   .said = result->said };
	_exit(0);
}

static void stopped(int signal, siginfo_t *info, void *context)
{
	result->end = ENDED_STOPPED;
	_exit(0);
}

/* Status registers of both kinds say ready; stores to the first register are bytes sent. */
static void touched(int signal, siginfo_t *info, void *context)
{
	mcontext_t *at = &((ucontext_t *)context)->uc_mcontext;
	uint32_t instruction = *(const uint32_t *)at->pc;
	uint64_t offset = (uint64_t)info->si_addr - PORT;
	bool store = (instruction & 0x3fc00000) == 0x39000000,
	     load = (instruction & 0x3fc00000) == 0x39400000;
	bool pl011 = block->flags & PURGATORY_SERIAL_PL011;
	uint64_t status = pl011 ? 0x18 : block->flags & PURGATORY_SERIAL_WORDS ? 20 : 5;

	if (store && offset == 0 && result->said < TEXT_MAX - 1)
		result->text[result->said++] =
			(char)((instruction & 31) == 31 ? 0 : at->regs[instruction & 31]);
	else if (load && offset == status)
		at->regs[instruction & 31] = pl011 ? 0 : 0x60;
	else
		_exit(1);
	at->pc += 4;
}

static void enter(void)
{
	handle(SIGTRAP, stopped);
	handle(SIGSEGV, touched);
	/* Registers are anything when the kernel comes here (machine_kexec.c), but for x0 to x3. */
	__asm__ volatile("mov x9, %0\n\tmov x0, xzr\n\tmov x19, #-1\n\tmov x29, #-1\n\tmov x30, "
			 "#-1\n\tmov sp, x0\n\tbr x9"
			 :
			 : "r"(place)
			 : "memory");
	__builtin_unreachable();
}

static void run(void)
{
	*result = (struct result){ .end = ENDED_LOST };
	run_in_child(enter);
}

static void put_at(uintptr_t address)
{
	put_image_at(address);
	block->flags |= PURGATORY_UNPRIVILEGED;
	block->entry = (uint64_t)landing;
	block->arguments[0] = DTB;
	block->arguments[1] = block->arguments[2] = 77;
}

static bool landed(void)
{
	return result->end == ENDED_JUMPED && result->x[0] == DTB && !result->x[1] &&
	       !result->x[2] && !result->x[3];
}

static void test_pages(void)
{
	static const uintptr_t pages[] = { 0x20000000, 0x2fff0000, 0x5a5a1000, 0x123456780000 };
	uint8_t *before = malloc(image_size);

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		put_at(pages[i]);
		seal();
		memcpy(before, place, image_size);
		run();
		check(landed(),
		      "it verifies, and jumps with the device tree in x0 and zeros in x1 to x3");
		check(!memcmp(before, place, image_size), "it does not write into itself");
		munmap(place, memory_size);
	}
	free(before);
}

static void test_flipped(void)
{
	put_at(0x20000000);
	for (size_t i = 0; i < REGION_COUNT; i++) {
		uint8_t *byte = (uint8_t *)(regions[i].start + regions[i].size - 1);

		seal();
		*byte ^= 0x10;
		run();
		check(result->end == ENDED_STOPPED, "one flipped bit stops it");
		*byte ^= 0x10;
	}
	seal();
	block->region_count = PURGATORY_REGIONS + 1;
	run();
	check(result->end == ENDED_STOPPED, "an impossible number of regions stops it");
	seal();
	run();
	check(landed(), "with everything in place it jumps again");
	block->sha256[31] ^= 1;
	block->flags = PURGATORY_UNPRIVILEGED;
	run();
	check(landed(), "without a check it jumps whatever is there");
}

static void test_console(void)
{
	static const uint64_t kinds[] = { PURGATORY_SERIAL_PL011, PURGATORY_SERIAL_WORDS, 0 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		put_at(0x20000000);
		seal();
		block->sha256[0] ^= 1;
		block->serial_base = PORT;
		block->flags |= PURGATORY_CONSOLE_SERIAL | kinds[i];
		run();
		check(result->end == ENDED_STOPPED &&
			      strstr(result->text, "changed after it was loaded") &&
			      strstr(result->text, "\r\n"),
		      "it says why it stops, on each kind of port");
	}
	block->flags = PURGATORY_UNPRIVILEGED | PURGATORY_CONSOLE_SERIAL;
	run();
	check(landed() && result->said > 20, "without a check it says that there was none");
}

static void accelerate(struct sha256 *sha)
{
	sha256_accelerate(sha, NULL);
}

static void test_digests(void)
{
	struct sha256 plain, fast;

	sha256_start(&plain);
	fast = plain;
	accelerate(&fast);
	check(fast.add_blocks != plain.add_blocks, "this processor's own instructions are used");
	check_digests(accelerate);
}

int main(int argc, char **argv)
{
	result = begin(argc, argv, 0, sizeof(*result));
	test_pages();
	test_flipped();
	test_console();
	test_digests();
	return end_of_tests();
}
