// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a PE image: its sections, its certificates, and what a digest of it covers. */
#include "config.h"
#include "kexec/pe.h"
#include "tests/fuzz/fuzz.h"

static bool inside(struct bytes file, struct bytes part)
{
	return !part.size ||
	       (part.data >= file.data && part.data + part.size <= file.data + file.size);
}

static unsigned touch(struct bytes bytes)
{
	volatile unsigned sum = 0;

	for (size_t i = 0; i < bytes.size; i++)
		sum += bytes.data[i];
	return sum;
}

static void check_digested(const struct pe *pe)
{
	struct arena arena = {0};
	struct error error = {0};
	const struct bytes *parts;
	bool covers_all;
	size_t count, total = 0;

	promise(pe_digested(pe, &arena, &parts, &count, &covers_all, &error));
	promise(count <= PE_SECTIONS_MAX + 4);
	for (size_t i = 0; i < count; i++) {
		promise(parts[i].size && inside(pe->file, parts[i]));
		total += parts[i].size;
	}
	/* All but the checksum, the directory's entry and the certificates, at least once. */
	if (covers_all)
		promise(total + 12 + pe->certificates.size + 7 >= pe->file.size);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes file = {data, size};
	struct error error = {0};
	struct bytes message;
	size_t cursor = 0, rounds = 0;
	bool damaged;
	struct pe pe;

	if (!pe_parse(file, &pe, &error)) {
		promise(error.cause[0]);
		return 0;
	}
	promise(pe_is(file));
	for (unsigned i = 0; i < pe.section_count; i++) {
		struct pe_section section = pe_section(&pe, i);

		promise(strlen(section.name) <= 8 && inside(file, section.bytes));
		promise(section.bytes.size <= section.virtual_size &&
			section.bytes.size <= section.raw_size);
		touch(section.bytes);
	}
	while (pe_certificate_next(&pe, &cursor, &message, &damaged)) {
		promise(inside(pe.certificates, message) && !(damaged && message.size));
		touch(message);
		promise(++rounds <= size);
	}
	check_digested(&pe);
	return 0;
}
