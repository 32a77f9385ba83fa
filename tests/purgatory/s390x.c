// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * s390x's purgatory, run at arbitrary pages of an ordinary process for that processor: entered as
 * after a reset, and called as the crash entry is. It verifies and goes on as it should, and says
 * why it stops when anything changed. A signal handler plays the privileged instructions, and KIMD
 * where the processor has none for SHA-256. Prints TAP; the argument is the flat image. Built by
 * s390x.tap.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "purgatory/accelerate.h"
#include "purgatory/purgatory.h"
#include "purgatory/sha256.h"

#define REGIONS 0x40000000ul
#define REGIONS_SIZE 0x80000
#define KERNEL 0x10000 /* nothing is there: nobody gets that far */
#define SHORT_PSW 0x0008000080000000u
#define WAIT_MASK 0x0002000180000000u
#define WAIT_CODE 0x4b45584543u
#define CONDITION (3ul << 44) /* in a PSW's mask */
#define TEXT_MAX 1024
#define KEPT 8 /* %r6 to %r13; a caller without %r14 and %r15 would not come back */
#define KIMD_AT_ONCE 3

enum end { ENDED_LOST, ENDED_RETURNED, ENDED_JUMPED, ENDED_CRASHED, ENDED_STOPPED };

struct result {
	enum end end;
	uint64_t psw[2];
	unsigned privileged, architecture, masks;
	int answer;
	bool kept;
	size_t said;
	char text[TEXT_MAX];
};

static const struct purgatory_region regions[] = {
	{REGIONS, 1},
	{REGIONS + 0x1001, 55},
	{REGIONS + 0x2003, 64},
	{REGIONS + 0x3000, 4097},
	{REGIONS + 0x10000, 100007},
};
#define REGION_COUNT (sizeof(regions) / sizeof(regions[0]))

/* purgatory/s390x/accelerate.c */
void sha256_add_blocks_s390x(uint32_t state[8], const uint8_t *data, size_t blocks);

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

static void finish(enum end end)
{
	result->end = end;
	_exit(0);
}

/* The next kernel's startup_kdump, which brings its own stack. */
void landing(void);
void landed_here(void);
uint8_t landing_stack[65536] __attribute__((aligned(16)));
/* int call(entry, argument, before, after): %r6 to %r13 are loaded, and stored afterwards. */
int call(void *entry, int argument, const uint64_t *before, uint64_t *after);
void after_reset(void *entry);
__asm__(".text\n"
	".balign 4\n"
	"landing:\n\t"
	"larl %r15, landing_stack + 65536 - 160\n\t"
	"jg landed_here\n"
	"call:\n\t"
	"stmg %r6, %r15, 48(%r15)\n\t"
	"lay %r15, -176(%r15)\n\t"
	"stg %r5, 160(%r15)\n\t"
	"lgr %r1, %r2\n\t"
	"lgfr %r2, %r3\n\t"
	"lmg %r6, %r13, 0(%r4)\n\t"
	"basr %r14, %r1\n\t"
	"lg %r5, 160(%r15)\n\t"
	"stmg %r6, %r13, 0(%r5)\n\t"
	"lmg %r6, %r15, 224(%r15)\n\t"
	"br %r14\n"
	/* In 31-bit mode, with nothing in the registers that helps. */
	"after_reset:\n\t"
	"lgr %r14, %r2\n\t"
	"lghi %r0, -1\n\t"
	"lgr %r1, %r0\n\t"
	"lgr %r2, %r0\n\t"
	"lgr %r3, %r0\n\t"
	"lgr %r15, %r0\n\t"
	"sam31\n\t"
	"br %r14\n");

void landed_here(void)
{
	finish(ENDED_CRASHED);
}

struct write_data {
	uint16_t length;
	uint8_t control[4];
	uint16_t response, event_length;
	uint8_t type, flags;
	uint16_t reserved;
	char text[];
};

static bool within_page(uint64_t at, size_t size)
{
	return at < 0x80000000 && at % 8 == 0 && at / 4096 == (at + size - 1) / 4096;
}

/* The service processor: send masks first, then what is sent. */
static bool service(uint32_t command, uint64_t at)
{
	static const uint8_t masks[] = {0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0x40};
	struct write_data *data = (struct write_data *)at;

	if (!within_page(at, data->length))
		return false;
	data->response = 0x20;
	if (command == 0x780005) {
		result->masks++;
		return data->length == 28 && !memcmp((uint8_t *)at + 8, masks, sizeof(masks));
	}
	if (command != 0x760005 || !result->masks || data->type != 0x1a ||
	    data->event_length + 8 != data->length || data->length < 14)
		return false;
	result->said = data->length - 14;
	if (result->said < TEXT_MAX)
		memcpy(result->text, data->text, result->said);
	return true;
}

static void digest_some(unsigned long *registers, unsigned pair, unsigned long *mask)
{
	struct sha256 sha;
	size_t blocks = registers[pair + 1] / SHA256_BLOCK;

	if (blocks > KIMD_AT_ONCE)
		blocks = KIMD_AT_ONCE;
	sha256_start(&sha);
	sha.add_blocks((uint32_t *)registers[1], (const uint8_t *)registers[pair], blocks);
	registers[pair] += blocks * SHA256_BLOCK;
	registers[pair + 1] -= blocks * SHA256_BLOCK;
	*mask = (*mask & ~CONDITION) | (registers[pair + 1] ? CONDITION : 0);
}

static void trapped(int signal, siginfo_t *info, void *context)
{
	mcontext_t *at = &((ucontext_t *)context)->uc_mcontext;
	const uint8_t *code = info->si_addr;
	uint64_t base = code[2] >> 4 ? at->gregs[code[2] >> 4] : 0;
	uint64_t operand = base + ((code[2] & 15) << 8 | code[3]);
	unsigned first = code[3] >> 4, second = code[3] & 15;

	if (code[0] == 0xb9 && code[1] == 0x3e && (at->gregs[0] & 0x7f) == 2) {
		digest_some(at->gregs, second, &at->psw.mask);
		at->psw.addr = (uintptr_t)code + 4;
		return;
	}
	result->privileged++;
	if (code[0] == 0x82) { /* lpsw */
		memcpy(result->psw, (const void *)operand, 8);
		finish(operand % 8 ? ENDED_LOST : ENDED_JUMPED);
	}
	if (code[0] == 0xb2 && code[1] == 0xb2) { /* lpswe */
		memcpy(result->psw, (const void *)operand, 16);
		finish(operand % 8 ? ENDED_LOST : ENDED_STOPPED);
	}
	if (code[0] == 0xae && (code[1] & 0xf0) == 0x10 && operand == 0x12) /* sigp */
		result->architecture = (unsigned)at->gregs[1];
	else if (code[0] == 0xb2 && code[1] == 0x20 && /* servc */
		 service((uint32_t)at->gregs[first], at->gregs[second]))
		at->psw.mask &= ~CONDITION;
	else
		finish(ENDED_LOST);
	at->psw.addr = (uintptr_t)code + 4;
}

static void lost(int signal, siginfo_t *info, void *context)
{
	finish(ENDED_LOST);
}

static void handle(int signal, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaction(signal, &action, NULL);
}

/* Called as the crash entry is; `argument` is 0 or 1. */
static void run_call(int argument)
{
	static const uint64_t before[KEPT] = {6, 7, 8, 9, 10, 11, 12, ~0ul};
	uint64_t after[KEPT] = {0};

	result->answer = call(place, argument, before, after);
	result->kept = !memcmp(before, after, sizeof(before));
	finish(ENDED_RETURNED);
}

enum way { AFTER_RESET, VERIFY, BOOT };

static void run(enum way way)
{
	static uint8_t stack[65536];
	const stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
	pid_t child;
	int status;

	*result = (struct result){.end = ENDED_LOST};
	fflush(stdout);
	child = fork();
	if (!child) {
		sigaltstack(&own, NULL);
		handle(SIGILL, trapped);
		handle(SIGSEGV, lost);
		handle(SIGBUS, lost);
		alarm(60);
		if (way == AFTER_RESET)
			after_reset(place);
		run_call(way == BOOT);
	}
	waitpid(child, &status, 0);
}

static void put_at(uintptr_t address, bool crash)
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
	block->entry = crash ? (uintptr_t)landing : KERNEL;
	block->arguments[0] = crash;
}

/* The regions as they are now are what was loaded. */
static void seal(void)
{
	struct sha256 sha;

	memcpy(block->regions, regions, sizeof(regions));
	block->region_count = REGION_COUNT;
	sha256_start(&sha);
	for (size_t i = 0; i < REGION_COUNT; i++)
		sha256_add(&sha, (const void *)regions[i].start, regions[i].size);
	sha256_finish(&sha, block->sha256);
}

static bool jumped(void)
{
	return result->end == ENDED_JUMPED && result->architecture == 1 &&
	       result->privileged == 2 && result->psw[0] == (SHORT_PSW | KERNEL);
}

static bool stopped(void)
{
	return result->end == ENDED_STOPPED && result->psw[0] == WAIT_MASK &&
	       result->psw[1] == WAIT_CODE && strstr(result->text, "changed after it was loaded") &&
	       strstr(result->text, "\r\n");
}

static bool answered(int answer)
{
	return result->end == ENDED_RETURNED && result->answer == answer && result->kept &&
	       !result->privileged;
}

static void test_after_reset(void)
{
	static const uintptr_t pages[] = {0x20000000, 0x2fff0000, 0x5a5a1000, 0x7ff00000};
	uint8_t *before = malloc(image_size);

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		put_at(pages[i], false);
		seal();
		memcpy(before, place, image_size);
		run(AFTER_RESET);
		check(jumped(),
		      "it verifies, and leaves by the PSW that the kernel would have used");
		check(!memcmp(before, place, image_size), "it does not write into itself");
		munmap(place, memory_size);
	}
	free(before);
}

static void test_crash(void)
{
	static const uintptr_t pages[] = {0x20000000, 0x5a5a1000, 0x123456780000};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		put_at(pages[i], true);
		seal();
		run(VERIFY);
		check(answered(0), "called with 0 it verifies and returns 0, registers kept");
		run(BOOT);
		check(result->end == ENDED_CRASHED && !result->privileged,
		      "called with 1 it goes to the entry in 64-bit mode");
		munmap(place, memory_size);
	}
}

static void test_flipped(bool crash)
{
	put_at(0x20000000, crash);
	for (size_t i = 0; i < REGION_COUNT; i++) {
		uint8_t *byte = (uint8_t *)(regions[i].start + regions[i].size - 1);

		seal();
		*byte ^= 0x10;
		run(crash ? BOOT : AFTER_RESET);
		check(stopped(), "one flipped bit stops it, with a reason and a code");
		run(VERIFY);
		check(!crash || answered(1), "asked before, it says no and does nothing else");
		*byte ^= 0x10;
	}
	seal();
	block->region_count = PURGATORY_REGIONS + 1;
	run(crash ? BOOT : AFTER_RESET);
	check(result->end == ENDED_STOPPED && result->psw[1] == WAIT_CODE,
	      "an impossible number of regions stops it");
	seal();
	run(crash ? BOOT : AFTER_RESET);
	check(crash ? result->end == ENDED_CRASHED : jumped(),
	      "with everything in place it goes on again");
	munmap(place, memory_size);
}

static void test_unchecked(void)
{
	put_at(0x20000000, false);
	seal();
	block->sha256[31] ^= 1;
	run(AFTER_RESET);
	check(stopped(), "a wrong digest stops it");
	block->flags = 0;
	run(AFTER_RESET);
	check(jumped() && !result->said, "without a check it goes on whatever is there");
}

static const struct {
	const char *message, *digest;
	unsigned times;
} vectors[] = {
	/* FIPS 180-4 and its examples. */
	{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 1},
	{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 1},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", 1},
	{"aaaaaaaaaa", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", 100000},
};

static void digest(bool own, const void *data, size_t size, unsigned times, size_t piece,
		   char text[65])
{
	struct sha256 sha;
	uint8_t bytes[SHA256_SIZE];

	sha256_start(&sha);
	if (own)
		sha.add_blocks = sha256_add_blocks_s390x;
	for (unsigned i = 0; i < times; i++)
		for (size_t at = 0; at < size; at += piece)
			sha256_add(&sha, (const uint8_t *)data + at,
				   size - at < piece ? size - at : piece);
	sha256_finish(&sha, bytes);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
}

/* Whether this processor has KIMD for SHA-256: the third bit of what function 0 answers. */
static bool processor_digests(void)
{
	uint8_t functions[16] = {0};

	__asm__ volatile("lghi 0, 0\n\tlgr 1, %0\n\tlghi 2, 0\n\tlghi 3, 0\n\t"
			 ".insn rre, 0xb93e0000, 0, 2"
			 :
			 : "a"(functions)
			 : "0", "1", "2", "3", "cc", "memory");
	return functions[0] & 0x20;
}

static void test_digests(void)
{
	static uint8_t stack[65536];
	const stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
	char text[65], other[65];
	struct sha256 plain, chosen;
	bool alike = true;

	sigaltstack(&own, NULL);
	handle(SIGILL, trapped);
	sha256_start(&plain);
	chosen = plain;
	sha256_accelerate(&chosen, NULL);
	check((chosen.add_blocks != plain.add_blocks) == processor_digests(),
	      "KIMD is used where this processor has it for SHA-256, and only there");
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		for (unsigned fast = 0; fast < 2; fast++) {
			digest(fast, vectors[i].message, strlen(vectors[i].message),
			       vectors[i].times, 64, text);
			check(!strcmp(text, vectors[i].digest),
			      fast ? "a known answer, KIMD" : "a known answer, portable");
		}
	for (size_t size = 0; size < 700 && alike; size += 1 + size / 50) {
		digest(false, (const void *)(REGIONS + size % 17), size, 1, 64, text);
		digest(true, (const void *)(REGIONS + size % 17), size, 1, 1 + size % 500, other);
		alike = !strcmp(text, other);
	}
	check(alike, "both agree on every length, whole and in pieces");
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
	test_after_reset();
	test_crash();
	test_flipped(false);
	test_flipped(true);
	test_unchecked();
	test_digests();
	printf("1..%u\n", count);
	return failures != 0;
}
