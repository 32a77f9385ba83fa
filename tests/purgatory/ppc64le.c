// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ppc64le's purgatory, run at arbitrary pages of an ordinary process for that processor: it
 * verifies, by either digest, and jumps, and it stops when anything changed and says so. A signal
 * handler plays the privileged instructions, and the hypervisor, whose calls are replaced by traps
 * (a process would ask its kernel). Prints TAP; the argument is the flat image. Built by
 * ppc64le.tap.
 */
#include "tests/purgatory/process.h"

#include <sys/time.h>

#define NIP 32 /* in gp_regs, arch/powerpc/include/uapi/asm/ptrace.h */
#define SRR0 26
#define SRR1 27
#define RUNNING_MSR 0x8000000000001001u /* 64-bit, little-endian */
#define VECTORS 0x2000000u		/* the bit of the MSR that lets them be used */
#define HYPERVISOR_CALL 0x44000022u	/* sc 1 */
#define TRAP 0x7fe00008u
#define PUT_TERM_CHAR 0x58
#define BUSY 1
#define SAMPLES_TO_STOP 12

#define DTB (REGIONS + 0x3000)
#define MESSAGE (REGIONS + REGIONS_SIZE)
#define MESSAGE_SIZE 0x100000
#define KERNEL 0x12340000ul /* nothing is there: nobody gets that far */
#define CPU 0x9a
#define TERMINAL 0x71000000u
#define SAVED 0x10000u
#define RUN_AT_LOAD 0x5c

enum end { ENDED_LOST, ENDED_JUMPED, ENDED_STOPPED };

struct result {
	enum end end;
	uint64_t srr0, srr1, nip, gpr[32];
	unsigned samples;
	uint64_t sample;
	uint64_t msr, msr_seen; /* as it is; every bit that was ever on */
	unsigned calls;
	char text[2000];
	size_t text_size;
};

static struct result *result;

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
		regs->gp_regs[number] = result->msr;
	else if ((instruction & 0xfc1fffff) == 0x7c000164) /* mtmsrd */
		result->msr_seen |= result->msr = regs->gp_regs[number];
	else if ((instruction & 0xfc0007fe) == 0x7c0003a6 && special == SRR0) /* mtsrr0 */
		result->srr0 = regs->gp_regs[number];
	else if ((instruction & 0xfc0007fe) == 0x7c0003a6 && special == SRR1) /* mtsrr1 */
		result->srr1 = regs->gp_regs[number];
	else
		finish(ENDED_LOST, regs);
	regs->gp_regs[NIP] += 4;
}

/* H_PUT_TERM_CHAR: up to 16 characters in two registers; every third call finds it busy. */
static void called(int signal, siginfo_t *info, void *context)
{
	mcontext_t *regs = &((ucontext_t *)context)->uc_mcontext;
	uint64_t size = regs->gp_regs[5];

	if (*(const uint32_t *)regs->gp_regs[NIP] != TRAP || regs->gp_regs[3] != PUT_TERM_CHAR ||
	    regs->gp_regs[4] != TERMINAL || !size || size > 16 ||
	    result->text_size + size >= sizeof(result->text))
		finish(ENDED_LOST, regs);
	regs->gp_regs[NIP] += 4;
	regs->gp_regs[3] = ++result->calls % 3 ? 0 : BUSY;
	for (uint64_t i = 0; i < size && result->calls % 3; i++)
		result->text[result->text_size++] =
			(char)(regs->gp_regs[6 + i / 8] >> (56 - i % 8 * 8));
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

static void enter(void)
{
	const struct itimerval often = {{0, 20000}, {0, 20000}};

	handle(SIGILL, trapped);
	handle(SIGSEGV, lost);
	handle(SIGBUS, lost);
	handle(SIGTRAP, called);
	handle(SIGPROF, sampled);
	setitimer(ITIMER_PROF, &often, NULL);
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
	*result = (struct result){.end = ENDED_LOST, .msr = RUNNING_MSR};
	run_in_child(enter);
}

static void put_at(uintptr_t address)
{
	put_image_at(address);
	for (size_t i = PURGATORY_PARAMETERS + sizeof(*block); i < image_size; i += 4)
		if (*(uint32_t *)(place + i) == HYPERVISOR_CALL)
			*(uint32_t *)(place + i) = TRAP;
	block->entry = KERNEL;
	block->arguments[0] = DTB;
	block->arguments[1] = 0x30000000;
	block->arguments[2] = 0x30001234;
}

/* The tree among the regions is one of version 17. */
static void seal_tree(void)
{
	memcpy((void *)DTB, "\xd0\x0d\xfe\xed", 4);
	memcpy((void *)(DTB + 20), "\0\0\0\x11", 4);
	memcpy((void *)(DTB + 28), "\0\0\0\1", 4);
	seal();
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

static bool said(const char *text)
{
	return strstr(result->text, text) != NULL;
}

static void test_pages(uint64_t flags)
{
	static const uintptr_t pages[] = {0x20000000, 0x2fff0000, 0x5a5a0000, 0x123456780000};
	uint8_t *before = malloc(image_size);

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		put_at(pages[i]);
		seal_tree();
		block->flags |= flags;
		memcpy(before, place, image_size);
		run();
		check(landed(),
		      "it verifies, and jumps big-endian with the registers of the boot protocol");
		check(!(result->msr_seen & VECTORS) == !(flags & PURGATORY_VECTOR_SHA),
		      "it switches vectors on where they are to be used, and only there");
		check(!memcmp((const void *)(DTB + 28), "\0\0\0\x9a", 4),
		      "the tree names the boot processor");
		check(!memcmp(before, place, image_size), "it does not write into itself");
		check(!result->calls, "it calls no hypervisor that it was not told of");
		munmap(place, memory_size);
	}
	free(before);
}

static void test_flipped(uint64_t flags)
{
	put_at(0x20000000);
	block->flags |= flags | PURGATORY_SERIAL_TERMINAL;
	block->serial_base = TERMINAL;
	for (size_t i = 0; i < REGION_COUNT; i++) {
		uint8_t *byte = (uint8_t *)(regions[i].start + regions[i].size - 1);

		seal_tree();
		*byte ^= 0x10;
		run();
		check(result->end == ENDED_STOPPED && said("was changed after it was loaded") &&
			      said("purgatory: stopped. The next kernel is not started; reset the "
				   "machine.\r\n"),
		      "one flipped bit stops it, and it says so");
		*byte ^= 0x10;
	}
	seal_tree();
	block->region_count = PURGATORY_REGIONS + 1;
	run();
	check(result->end == ENDED_STOPPED && said("they list 17 regions."),
	      "an impossible number of regions stops it");
	seal_tree();
	run();
	check(landed() && said("purgatory: the SHA-256 of 5 segments, 104224 bytes, is as loaded."),
	      "with everything in place it jumps again, and says so");
}

static void test_unchecked(uint64_t flags)
{
	seal_tree();
	block->sha256[0] ^= 1;
	run();
	check(result->end == ENDED_STOPPED, "a wrong digest stops it");
	block->flags = flags;
	run();
	check(landed(), "without a check it jumps whatever is there");
	memcpy((void *)(DTB + 20), "\0\0\0\1", 4);
	memcpy((void *)(DTB + 28), "\0\0\0\1", 4);
	run();
	check(landed() && !memcmp((const void *)(DTB + 28), "\0\0\0\1", 4),
	      "a tree of version 1 has no place for the boot processor");
	munmap(place, memory_size);
}

/* A crash kernel stays where it is, and what its interrupt vectors will lie on is saved before. */
static void test_crash(void)
{
	const uint8_t *low = (const uint8_t *)MESSAGE;
	uint8_t *saved = (uint8_t *)MESSAGE + 2 * SAVED, *kernel = saved + 2 * SAVED;

	for (size_t i = 0; i < 5 * SAVED; i++)
		((uint8_t *)MESSAGE)[i] = (uint8_t)(i * 2246822519u >> 11);
	put_at(0x20000000);
	seal_tree();
	block->entry = (uintptr_t)kernel;
	run();
	check(result->srr0 == (uintptr_t)kernel && memcmp(kernel + RUN_AT_LOAD, "\1\0\0\0", 4) &&
		      memcmp(saved, low, SAVED),
	      "an ordinary kernel is left as it is, and nothing is saved");
	seal_tree();
	memset(saved - 8, 0xa5, SAVED + 16);
	block->arguments[3] = (uintptr_t)saved;
	block->arguments[4] = (uintptr_t)low;
	run();
	check(result->end == ENDED_JUMPED && result->srr0 == (uintptr_t)kernel &&
		      result->gpr[3] == DTB && result->gpr[4] == (uintptr_t)kernel &&
		      !result->gpr[5] && !result->gpr[6] && !result->gpr[7],
	      "a crash kernel is entered as any other");
	check(!memcmp(saved, low, SAVED) && saved[-1] == 0xa5 && saved[SAVED] == 0xa5,
	      "the first 64 KiB are saved, and no more");
	check(!memcmp(kernel + RUN_AT_LOAD, "\1\0\0\0", 4), "it is told to stay where it is");
	seal_tree();
	memset(saved, 0xa5, SAVED);
	block->sha256[0] ^= 1;
	run();
	check(result->end == ENDED_STOPPED && saved[0] == 0xa5 && saved[SAVED - 1] == 0xa5,
	      "a wrong digest stops it before it saves anything");
	munmap(place, memory_size);
}

/* FIPS 180-2, appendix B, and NIST's example of nothing at all. */
static void test_published(uint64_t flags)
{
	static const struct {
		const char *text;
		size_t repeat;
		uint8_t digest[SHA256_SIZE];
	} published[] = {
		{"", 1,
		 "\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99\x6f\xb9\x24"
		 "\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4\x95\x99\x1b\x78\x52\xb8\x55"},
		{"abc", 1,
		 "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
		 "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		 "\x24\x8d\x6a\x61\xd2\x06\x38\xb8\xe5\xc0\x26\x93\x0c\x3e\x60\x39"
		 "\xa3\x3c\xe4\x59\x64\xff\x21\x67\xf6\xec\xed\xd4\x19\xdb\x06\xc1"},
		{"a", 1000000,
		 "\xcd\xc7\x6e\x5c\x99\x14\xfb\x92\x81\xa1\xc7\xe2\x84\xd7\x3e\x67"
		 "\xf1\x80\x9a\x48\xa4\x97\x20\x0e\x04\x6d\x39\xcc\xc7\x11\x2c\xd0"},
	};

	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		size_t size = strlen(published[i].text) * published[i].repeat;

		/* Not where a vector would like it. */
		for (size_t j = 0; j < size; j++)
			((char *)MESSAGE)[1 + j] = published[i].text[j % strlen(published[i].text)];
		put_at(0x20000000);
		block->flags |= flags;
		block->region_count = size != 0;
		block->regions[0] = (struct purgatory_region){MESSAGE + 1, size};
		memcpy(block->sha256, published[i].digest, SHA256_SIZE);
		run();
		check(result->end == ENDED_JUMPED, "a published digest is the one that it finds");
		block->sha256[31] ^= 1;
		run();
		check(result->end == ENDED_STOPPED, "and no other");
		munmap(place, memory_size);
	}
}

int main(int argc, char **argv)
{
	result = begin(argc, argv, MESSAGE_SIZE, sizeof(*result));
	test_head();
	for (size_t i = 0; i < 2; i++) {
		uint64_t flags = i ? PURGATORY_VECTOR_SHA : 0;

		test_pages(flags);
		test_flipped(flags);
		test_unchecked(flags);
		test_published(flags);
	}
	test_crash();
	return end_of_tests();
}
