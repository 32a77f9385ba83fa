// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as the head of /proc/kcore: what is found in it is memory that the machine has, and
 * asking for more of the file comes to an end. The first byte is the byte order.
 */
#include "config.h"
#include "kexec/kcore.h"
#include "tests/fuzz/fuzz.h"

#define SYMBOL 0xffffffff81000000u

/* As machine_crash.c reads a file: more of it for as long as that is said to be worth it. */
static struct bytes read_head(struct bytes file, enum byte_order order)
{
	struct bytes head = { file.data, 0 };

	for (unsigned rounds = 0;; rounds++) {
		uint64_t needs = kcore_needs(head, order);

		promise(rounds < 64);
		if (needs <= head.size || head.size == file.size)
			return head;
		head.size = needs < file.size ? (size_t)needs : file.size;
	}
}

static bool overlaps(const struct memmap *ram, struct range memory)
{
	for (size_t i = 0; i < ram->count; i++)
		if (range_overlaps(ram->entries[i].range, memory))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct memory pieces[] = {
		{ { 0x1000, 0x9fc00 }, MEMORY_RAM },
		{ { 0x100000, 0x40000000 }, MEMORY_RAM },
		{ { 0x4000000000, 0x8000000000 }, MEMORY_RAM },
	};
	const struct memmap ram = { pieces, 3, 3 };
	const uint64_t symbols[] = { 0, SYMBOL, UINT64_MAX };

	if (!size)
		return 0;
	for (size_t i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		enum byte_order order = data[0] & 1 ? BIG : LITTLE;
		struct bytes head = read_head((struct bytes){ data + 1, size - 1 }, order);
		struct kcore kcore = { .linear = 7 };
		uint64_t symbol = symbols[i];

		if (i == 2 && !kcore_symbol(head, "_stext", &symbol))
			continue;
		kcore_parse(head, order, symbol, &ram, &kcore);
		promise(kcore.linear_known || kcore.linear == 7);
		if (!range_size(kcore.image)) {
			promise(!kcore.image_virtual);
			continue;
		}
		promise(kcore.linear_known && symbol);
		promise(kcore.image.start < kcore.image.end && overlaps(&ram, kcore.image));
		promise(symbol - kcore.image_virtual < range_size(kcore.image));
		promise(kcore.image_virtual - kcore.image.start != kcore.linear);
	}
	return 0;
}
