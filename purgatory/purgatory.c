// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What purgatory does on every machine: it compares what lies in memory with what the loader put
 * there, and says what it found. It knows neither how it was entered nor how to leave; entry.S of
 * each architecture does. It keeps no state between calls, because s390x calls it twice.
 */
#include "purgatory/purgatory.h"

#include "purgatory/accelerate.h"
#include "purgatory/console.h"
#include "purgatory/sha256.h"
#include "purgatory/string.h"

_Static_assert(offsetof(struct purgatory_parameters, flags) == PURGATORY_AT_FLAGS, "entry.S");
_Static_assert(offsetof(struct purgatory_parameters, entry) == PURGATORY_AT_ENTRY, "entry.S");
_Static_assert(offsetof(struct purgatory_parameters, entry_mode) == PURGATORY_AT_ENTRY_MODE,
	       "entry.S");
_Static_assert(offsetof(struct purgatory_parameters, arguments) == PURGATORY_AT_ARGUMENTS,
	       "entry.S");
_Static_assert(sizeof(struct purgatory_parameters) == 0x1a0, "purgatory.ld keeps this much room");

/* For entry.S: 1 to jump, 0 to stop. */
int purgatory_verify(const struct purgatory_parameters *parameters);

static void say(const struct purgatory_parameters *parameters, const char *text)
{
	size_t size = 0;

	while (text[size])
		size++;
	console_write(parameters, text, size);
}

static void say_number(const struct purgatory_parameters *parameters, uint64_t number)
{
	char digits[20];
	size_t first = sizeof(digits);

	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	console_write(parameters, digits + first, sizeof(digits) - first);
}

static void say_digest(const struct purgatory_parameters *parameters, const char *what,
		       const uint8_t *digest)
{
	static const char hexadecimal[] = "0123456789abcdef";
	char text[2 * SHA256_SIZE];

	for (size_t i = 0; i < SHA256_SIZE; i++) {
		text[2 * i] = hexadecimal[digest[i] >> 4];
		text[2 * i + 1] = hexadecimal[digest[i] & 15];
	}
	say(parameters, what);
	console_write(parameters, text, sizeof(text));
	say(parameters, "\n");
}

/* The sum is for people; one that does not fit into 64 bits only prints oddly. */
static uint64_t digest_regions(const struct purgatory_parameters *parameters,
			       uint8_t digest[SHA256_SIZE])
{
	struct sha256 sha;
	uint64_t total = 0;

	sha256_start(&sha);
	sha256_accelerate(&sha, parameters);
	for (uint64_t i = 0; i < parameters->region_count; i++) {
		const struct purgatory_region *region = &parameters->regions[i];

		sha256_add(&sha, (const void *)(uintptr_t)region->start, (size_t)region->size);
		total += region->size;
	}
	sha256_finish(&sha, digest);
	return total;
}

/* Lines have at most 80 columns, for the VGA screen. */
static int verify(const struct purgatory_parameters *parameters)
{
	uint8_t digest[SHA256_SIZE];
	uint64_t total;

	if (!(parameters->flags & PURGATORY_VERIFY)) {
		say(parameters,
		    "purgatory: starting the next kernel without a check, as was asked for.\n");
		return 1;
	}
	if (parameters->region_count > PURGATORY_REGIONS) {
		say(parameters, "purgatory: its own parameters were overwritten: they list ");
		say_number(parameters, parameters->region_count);
		say(parameters, " regions.\n");
		return 0;
	}
	total = digest_regions(parameters, digest);
	if (memcmp(digest, parameters->sha256, SHA256_SIZE)) {
		say(parameters,
		    "purgatory: the next kernel was changed after it was loaded. Its SHA-256:\n");
		say_digest(parameters, "  expected ", parameters->sha256);
		say_digest(parameters, "  found    ", digest);
		return 0;
	}
	say(parameters, "purgatory: the SHA-256 of ");
	say_number(parameters, parameters->region_count);
	say(parameters, " segments, ");
	say_number(parameters, total);
	say(parameters, " bytes, is as loaded.\n");
	return 1;
}

int purgatory_verify(const struct purgatory_parameters *parameters)
{
	int intact;

	console_open(parameters);
	intact = verify(parameters);
	if (!intact)
		say(parameters,
		    "purgatory: stopped. The next kernel is not started; reset the machine.\n");
	console_close(parameters);
	return intact;
}
