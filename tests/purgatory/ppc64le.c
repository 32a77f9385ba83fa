// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ppc64le's purgatory, run at arbitrary pages of an ordinary process for that processor: it
 * verifies and jumps, and it stops when anything changed. A signal handler plays the four
 * privileged instructions on its way out. Prints TAP; the argument is the flat image. Built by
 * ppc64le.tap.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "purgatory/purgatory.h"
#include "purgatory/sha256.h"

#define NIP 32 /* in gp_regs, arch/powerpc/include/uapi/asm/ptrace.h */
#define SRR0 26
#define SRR1 27
#define RUNNING_MSR 0x8000000000001001u /* 64-bit, little-endian */
#define SAMPLES_TO_STOP 12

#define REGIONS 0x40000000ul
#define REGIONS_SIZE 0x80000
#define DTB (REGIONS + 0x3000)
#define KERNEL 0x12340000ul /* nothing is there: nobody gets that far */
#define CPU 0x9a

enum end { ENDED_LOST, ENDED_JUMPED, ENDED_STOPPED };

struct result {
	enum end end;
	uint64_t srr0, srr1, nip, gpr[32];
	unsigned samples;
	uint64_t sample;
};

static const struct purgatory_region regions[] = {
	{REGIONS, 1}, {REGIONS + 0x1001, 55},	   {REGIONS + 0x2003, 64},
	{DTB, 4097},  {REGIONS + 0x10000, 100007},
};
#define REGION_COUNT (sizeof(regions) / sizeof(regions[0]))

static struct result *result;
static uint8_t *image;
static size_t image_size, memory_size;
static uint8_t *place;
static struct purgatory_parameters *block;
static unsigned count, failures;

static void check(bool good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++count, what);
	failures += !good;
}

static void finish(enum end end, const mcontext_t *context)
{
	result->end = end;
	result->nip = context->gp_regs[NIP];
	for (unsigned i = 0; i < 32; i++)
		result->gpr[i] = context->gp_regs[i];
	_exit(0);
}

static void trapped(int signal, siginfo_t *info, void *context)
{
	mcontext_t *regs = &((ucontext_t *)context)->uc_mcontext;
	uint32_t instruction = *(const uint32_t *)regs->gp_regs[NIP];
	unsigned number = instruction >> 21 & 31;
	unsigned special = (instruction >> 16 & 0x1f) | (instruction >> 6 & 0x3e0);

	if (instruction == 0x4c000024) /* rfid */
		finish(ENDED_JUMPED, regs);
	if ((instruction & 0xfc1fffff) == 0x7c0000a6) /* mfmsr */
		regs->gp_regs[number] = RUNNING_MSR;
	else if ((instruction & 0xfc0007fe) == 0x7c0003a6 && special == SRR0) /* mtsrr0 */
		result->srr0 = regs->gp_regs[number];
	else if ((instruction & 0xfc0007fe) == 0x7c0003a6 && special == SRR1) /* mtsrr1 */
		result->srr1 = regs->gp_regs[number];
	else
		finish(ENDED_LOST, regs);
	regs->gp_regs[NIP] += 4;
}

static void lost(int signal, siginfo_t *info, void *context)
{
	finish(ENDED_LOST, &((ucontext_t *)context)->uc_mcontext);
}

/* A loop of two instructions that is still there after a dozen looks is where it stays. */
static void sampled(int signal, siginfo_t *info, void *context)
{
	mcontext_t *regs = &((ucontext_t *)context)->uc_mcontext;

	if (regs->gp_regs[NIP] - result->sample + 4 > 8) {
		result->sample = regs->gp_regs[NIP];
		result->samples = 0;
	}
	if (++result->samples == SAMPLES_TO_STOP)
		finish(ENDED_STOPPED, regs);
}

static void handle(int signal, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaction(signal, &action, NULL);
}

static void enter(void)
{
	static uint8_t stack[65536];
	const struct itimerval often = {{0, 20000}, {0, 20000}};
	const stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};

	sigaltstack(&own, NULL);
	handle(SIGILL, trapped);
	handle(SIGSEGV, lost);
	handle(SIGBUS, lost);
	handle(SIGTRAP, lost);
	handle(SIGPROF, sampled);
	setitimer(ITIMER_PROF, &often, NULL);
	alarm(60);
	/* As kexec_sequence() leaves the registers; r1 and r2 must not matter. */
	__asm__ volatile("mtctr %0\n\t"
			 "mr 4, %0\n\t"
			 "li 3, %1\n\t"
			 "li 5, 0\n\t"
			 "li 1, 0\n\t"
			 "li 2, 0\n\t"
			 "bctr"
			 :
			 : "b"(place), "i"(CPU)
			 : "memory");
	__builtin_unreachable();
}

static void run(void)
{
	pid_t child;
	int status;

	*result = (struct result){.end = ENDED_LOST};
	fflush(stdout);
	child = fork();
	if (!child)
		enter();
	waitpid(child, &status, 0);
}

static void put_at(uintptr_t address)
{
	void *wanted = (void *)address;

	place = mmap(wanted, memory_size, PROT_READ | PROT_WRITE | PROT_EXEC,
		     MAP_ANONYMOUS | MAP_FIXED | MAP_SHARED, -1, 0);
	if (place != wanted) {
		printf("Bail out! no memory at 0x%lx\n", (unsigned long)address);
		exit(1);
	}
	memcpy(place, image, image_size);
	block = (struct purgatory_parameters *)(place + PURGATORY_PARAMETERS);
	block->flags = PURGATORY_VERIFY;
	block->entry = KERNEL;
	block->arguments[0] = DTB;
	block->arguments[1] = 0x30000000;
	block->arguments[2] = 0x30001234;
}

/* The regions as they are now are what was loaded; the tree is one of version 17. */
static void seal(void)
{
	struct sha256 sha;

	memcpy((void *)DTB, "\xd0\x0d\xfe\xed", 4);
	memcpy((void *)(DTB + 20), "\0\0\0\x11", 4);
	memcpy((void *)(DTB + 28), "\0\0\0\1", 4);
	memcpy(block->regions, regions, sizeof(regions));
	block->region_count = REGION_COUNT;
	sha256_start(&sha);
	for (size_t i = 0; i < REGION_COUNT; i++)
		sha256_add(&sha, (const void *)regions[i].start, regions[i].size);
	sha256_finish(&sha, block->sha256);
}

static bool landed(void)
{
	return result->end == ENDED_JUMPED && result->srr0 == KERNEL &&
	       result->srr1 == (RUNNING_MSR & ~1ul) && result->gpr[3] == DTB &&
	       result->gpr[4] == KERNEL && !result->gpr[5] && !result->gpr[6] && !result->gpr[7] &&
	       result->gpr[8] == 0x30000000 && result->gpr[9] == 0x30001234 &&
	       result->gpr[12] == KERNEL;
}

static void test_head(void)
{
	uint32_t first, slave;
	bool empty = true;

	memcpy(&first, image, 4);
	memcpy(&slave, image + 0x60, 4);
	check(first >> 26 == 18 && (first & 3) == 0 && (first & 0x03fffffc) >= 0x100,
	      "the first word branches beyond the 0x100 bytes that the next kernel's replace");
	for (size_t i = 4; i < 0x60; i++)
		empty = empty && !image[i];
	check(empty && slave == 0x48000000, "there is nothing else before 0x60, where slaves wait");
}

static void test_pages(void)
{
	static const uintptr_t pages[] = {0x20000000, 0x2fff0000, 0x5a5a0000, 0x123456780000};
	uint8_t *before = malloc(image_size);

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		put_at(pages[i]);
		seal();
		memcpy(before, place, image_size);
		run();
		check(landed(),
		      "it verifies, and jumps big-endian with the registers of the boot protocol");
		check(!memcmp((const void *)(DTB + 28), "\0\0\0\x9a", 4),
		      "the tree names the boot processor");
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
}

static void test_unchecked(void)
{
	seal();
	block->sha256[0] ^= 1;
	run();
	check(result->end == ENDED_STOPPED, "a wrong digest stops it");
	block->flags = 0;
	run();
	check(landed(), "without a check it jumps whatever is there");
	memcpy((void *)(DTB + 20), "\0\0\0\1", 4);
	memcpy((void *)(DTB + 28), "\0\0\0\1", 4);
	run();
	check(landed() && !memcmp((const void *)(DTB + 28), "\0\0\0\1", 4),
	      "a tree of version 1 has no place for the boot processor");
}

static void read_image(const char *path)
{
	FILE *file = fopen(path, "rb");

	image = calloc(1, 1 << 20);
	image_size = file ? fread(image, 1, 1 << 20, file) : 0;
	if (image_size < PURGATORY_PARAMETERS + sizeof(*block)) {
		printf("Bail out! %s cannot be read\n", path);
		exit(1);
	}
	fclose(file);
	block = (struct purgatory_parameters *)(image + PURGATORY_PARAMETERS);
	memory_size = block->memory_size;
}

int main(int argc, char **argv)
{
	read_image(argc > 1 ? argv[1] : "");
	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_SHARED, -1,
		      0);
	if (mmap((void *)REGIONS, REGIONS_SIZE, PROT_READ | PROT_WRITE,
		 MAP_ANONYMOUS | MAP_FIXED | MAP_SHARED, -1, 0) != (void *)REGIONS) {
		printf("Bail out! no memory for the regions\n");
		return 1;
	}
	for (size_t i = 0; i < REGIONS_SIZE; i++)
		((uint8_t *)REGIONS)[i] = (uint8_t)(i * 2654435761u >> 13);
	check(block->magic == PURGATORY_MAGIC && memory_size >= image_size,
	      "the block is where it belongs");
	test_head();
	test_pages();
	test_flipped();
	test_unchecked();
	printf("1..%u\n", count);
	return failures != 0;
}
