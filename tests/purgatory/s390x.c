// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * s390x's purgatory, run at arbitrary pages of an ordinary process for that processor: entered as
 * after a reset, and called as the crash entry is. It verifies and goes on as it should, and says
 * why it stops when anything changed. A signal handler plays the privileged instructions, and KIMD
 * where the processor has none for SHA-256. Prints TAP; the argument is the flat image. Built by
 * s390x.tap.
 */
#include "tests/purgatory/process.h"

#include "purgatory/accelerate.h"

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

/* purgatory/s390x/accelerate.c */
void sha256_add_blocks_s390x(uint32_t state[8], const uint8_t *data, size_t blocks);

static struct result *result;

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

/* Called as the crash entry is; `argument` is 0 or 1. */
static void run_call(int argument)
{
	static const uint64_t before[KEPT] = {6, 7, 8, 9, 10, 11, 12, ~0ul};
	uint64_t after[KEPT] = {0};

	result->answer = call(place, argument, before, after);
	result->kept = !memcmp(before, after, sizeof(before));
	finish(ENDED_RETURNED);
}

static void enter(void)
{
	handle(SIGILL, trapped);
	handle(SIGSEGV, lost);
	handle(SIGBUS, lost);
}

static void enter_after_reset(void)
{
	enter();
	after_reset(place);
}

static void enter_to_verify(void)
{
	enter();
	run_call(0);
}

static void enter_to_boot(void)
{
	enter();
	run_call(1);
}

static void run(void (*how)(void))
{
	*result = (struct result){.end = ENDED_LOST};
	run_in_child(how);
}

static void put_at(uintptr_t address, bool crash)
{
	put_image_at(address);
	block->entry = crash ? (uintptr_t)landing : KERNEL;
	block->arguments[0] = crash;
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
		run(enter_after_reset);
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
		run(enter_to_verify);
		check(answered(0), "called with 0 it verifies and returns 0, registers kept");
		run(enter_to_boot);
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
		run(crash ? enter_to_boot : enter_after_reset);
		check(stopped(), "one flipped bit stops it, with a reason and a code");
		run(enter_to_verify);
		check(!crash || answered(1), "asked before, it says no and does nothing else");
		*byte ^= 0x10;
	}
	seal();
	block->region_count = PURGATORY_REGIONS + 1;
	run(crash ? enter_to_boot : enter_after_reset);
	check(result->end == ENDED_STOPPED && result->psw[1] == WAIT_CODE,
	      "an impossible number of regions stops it");
	seal();
	run(crash ? enter_to_boot : enter_after_reset);
	check(crash ? result->end == ENDED_CRASHED : jumped(),
	      "with everything in place it goes on again");
	munmap(place, memory_size);
}

static void test_unchecked(void)
{
	put_at(0x20000000, false);
	seal();
	block->sha256[31] ^= 1;
	run(enter_after_reset);
	check(stopped(), "a wrong digest stops it");
	block->flags = 0;
	run(enter_after_reset);
	check(jumped() && !result->said, "without a check it goes on whatever is there");
}

static void accelerate(struct sha256 *sha)
{
	sha->add_blocks = sha256_add_blocks_s390x;
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
	struct sha256 plain, chosen;

	signal_stack();
	handle(SIGILL, trapped);
	sha256_start(&plain);
	chosen = plain;
	sha256_accelerate(&chosen, NULL);
	check((chosen.add_blocks != plain.add_blocks) == processor_digests(),
	      "KIMD is used where this processor has it for SHA-256, and only there");
	check_digests(accelerate);
}

int main(int argc, char **argv)
{
	result = begin(argc, argv, 0, sizeof(*result));
	test_after_reset();
	test_crash();
	test_flipped(false);
	test_flipped(true);
	test_unchecked();
	test_digests();
	return end_of_tests();
}
