// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tests of purgatory in a process share. It knows nothing of any processor. */
#include "tests/purgatory/process.h"

#include <sys/wait.h>

const struct purgatory_region regions[REGION_COUNT] = {
	{ REGIONS, 1 },
	{ REGIONS + 0x1001, 55 },
	{ REGIONS + 0x2003, 64 },
	{ REGIONS + 0x3000, 4097 },
	{ REGIONS + 0x10000, 100007 },
};
uint8_t *image;
size_t image_size, memory_size;
uint8_t *place;
struct purgatory_parameters *block;
static unsigned count, failures;

void check(bool good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++count, what);
	failures += !good;
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

/* Children write there too, and are seen. */
static void *map(uintptr_t address, size_t size, int protection)
{
	void *wanted = (void *)address;
	void *got = mmap(wanted, size, PROT_READ | PROT_WRITE | protection,
			 MAP_ANONYMOUS | MAP_SHARED | (wanted ? MAP_FIXED : 0), -1, 0);

	if (got == MAP_FAILED || (wanted && got != wanted)) {
		printf("Bail out! no memory at 0x%lx\n", (unsigned long)address);
		exit(1);
	}
	return got;
}

void *begin(int argc, char **argv, size_t more, size_t result_size)
{
	read_image(argc > 1 ? argv[1] : "");
	map(REGIONS, REGIONS_SIZE + more, 0);
	for (size_t i = 0; i < REGIONS_SIZE; i++)
		((uint8_t *)REGIONS)[i] = (uint8_t)(i * 2654435761u >> 13);
	check(block->magic == PURGATORY_MAGIC && memory_size >= image_size,
	      "the block is where it belongs");
	return map(0, result_size, 0);
}

int end_of_tests(void)
{
	printf("1..%u\n", count);
	return failures != 0;
}

void put_image_at(uintptr_t address)
{
	place = map(address, memory_size, PROT_EXEC);
	memcpy(place, image, image_size);
	block = (struct purgatory_parameters *)(place + PURGATORY_PARAMETERS);
	block->flags = PURGATORY_VERIFY;
}

void seal(void)
{
	struct sha256 sha;

	memcpy(block->regions, regions, sizeof(regions));
	block->region_count = REGION_COUNT;
	sha256_start(&sha);
	for (size_t i = 0; i < REGION_COUNT; i++)
		sha256_add(&sha, (const void *)regions[i].start, regions[i].size);
	sha256_finish(&sha, block->sha256);
}

void signal_stack(void)
{
	static uint8_t stack[65536];
	const stack_t own = { .ss_sp = stack, .ss_size = sizeof(stack) };

	sigaltstack(&own, NULL);
}

void handle(int signal, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaction(signal, &action, NULL);
}

void run_in_child(void (*enter)(void))
{
	pid_t child;
	int status;

	__builtin___clear_cache((char *)place, (char *)place + image_size);
	fflush(stdout);
	child = fork();
	if (!child) {
		signal_stack();
		alarm(60);
		enter();
		_exit(1);
	}
	waitpid(child, &status, 0);
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

static void digest(void (*accelerate)(struct sha256 *sha), const void *data, size_t size,
		   unsigned times, size_t piece, char text[65])
{
	struct sha256 sha;
	uint8_t bytes[SHA256_SIZE];

	sha256_start(&sha);
	if (accelerate)
		accelerate(&sha);
	for (unsigned i = 0; i < times; i++)
		for (size_t at = 0; at < size; at += piece)
			sha256_add(&sha, (const uint8_t *)data + at,
				   size - at < piece ? size - at : piece);
	sha256_finish(&sha, bytes);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
}

void check_digests(void (*accelerate)(struct sha256 *sha))
{
	char text[65], other[65];
	bool alike = true;

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		for (unsigned own = 0; own < 2; own++) {
			digest(own ? accelerate : NULL, vectors[i].message,
			       strlen(vectors[i].message), vectors[i].times, 64, text);
			check(!strcmp(text, vectors[i].digest),
			      own ? "a known answer, its own instructions"
				  : "a known answer, portable");
		}
	for (size_t size = 0; size < 700 && alike; size += 1 + size / 50) {
		const void *data = (const void *)(REGIONS + size % 17);

		digest(NULL, data, size, 1, 64, text);
		digest(accelerate, data, size, 1, 1 + size % 200, other);
		alike = !strcmp(text, other);
		digest(accelerate, data, size, 1, 1 + size % 500, other);
		alike = alike && !strcmp(text, other);
	}
	check(alike, "both agree on every length, whole and in pieces");
}
