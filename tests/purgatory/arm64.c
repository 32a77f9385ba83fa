// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arm64's purgatory, run at arbitrary pages of an ordinary process for that processor: it verifies
 * and jumps with the registers of the boot protocol, or says what is wrong and stops; and both its
 * digests know FIPS 180-4's answers. A signal handler plays the serial port. What takes privileges
 * (MMU, caches) is left out by a flag; the boot tests have that. Prints TAP; the argument is the
 * flat image.
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

#define REGIONS	     0x40000000ul
#define REGIONS_SIZE 0x80000
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

static const struct purgatory_region regions[] = {
	{ REGIONS, 1 },
	{ REGIONS + 0x1001, 55 },
	{ REGIONS + 0x2003, 64 },
	{ REGIONS + 0x3000, 4097 },
	{ REGIONS + 0x10000, 100007 },
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

static void handle(int signal, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaction(signal, &action, NULL);
}

static void enter(void)
{
	static uint8_t stack[65536];
	const stack_t own = { .ss_sp = stack, .ss_size = sizeof(stack) };

	sigaltstack(&own, NULL);
	handle(SIGTRAP, stopped);
	handle(SIGSEGV, touched);
	alarm(60);
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
	pid_t child;
	int status;

	*result = (struct result){ .end = ENDED_LOST };
	__builtin___clear_cache((char *)place, (char *)place + image_size);
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
	block->flags = PURGATORY_VERIFY | PURGATORY_UNPRIVILEGED;
	block->entry = (uint64_t)landing;
	block->arguments[0] = DTB;
	block->arguments[1] = block->arguments[2] = 77;
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

static const struct {
	const char *message, *digest;
	unsigned times;
} vectors[] = {
	/* FIPS 180-4 and its examples. */
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 1 },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 1 },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", 1 },
	{ "aaaaaaaaaa", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
	  100000 },
};

static void digest(bool fast, const void *data, size_t size, unsigned times, size_t piece,
		   char text[65])
{
	struct sha256 sha;
	uint8_t bytes[SHA256_SIZE];

	sha256_start(&sha);
	if (fast)
		sha256_accelerate(&sha, NULL);
	for (unsigned i = 0; i < times; i++)
		for (size_t at = 0; at < size; at += piece)
			sha256_add(&sha, (const uint8_t *)data + at,
				   size - at < piece ? size - at : piece);
	sha256_finish(&sha, bytes);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
}

static void test_digests(void)
{
	char text[65], other[65];
	struct sha256 plain, fast;
	bool alike = true;

	sha256_start(&plain);
	fast = plain;
	sha256_accelerate(&fast, NULL);
	check(fast.add_blocks != plain.add_blocks, "this processor's own instructions are used");
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		for (unsigned own = 0; own < 2; own++) {
			digest(own, vectors[i].message, strlen(vectors[i].message),
			       vectors[i].times, 64, text);
			check(!strcmp(text, vectors[i].digest),
			      own ? "a known answer, its own instructions"
				  : "a known answer, portable");
		}
	for (size_t size = 0; size < 700 && alike; size += 1 + size / 50) {
		digest(false, (const void *)(REGIONS + size % 17), size, 1, 64, text);
		digest(true, (const void *)(REGIONS + size % 17), size, 1, 1 + size % 200, other);
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
	test_pages();
	test_flipped();
	test_console();
	test_digests();
	printf("1..%u\n", count);
	return failures != 0;
}
