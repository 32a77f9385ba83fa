// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as what UEFI's variables hold. By the first byte: signature lists; or SBAT levels, and
 * behind an 0xff the components to hold against them.
 */
#include "config.h"
#include "kexec/efi_signatures.h"
#include "kexec/sbat.h"
#include "tests/fuzz/fuzz.h"

static unsigned check_lists(struct bytes lists)
{
	struct efi_signatures cursor = {.lists = lists};
	struct error error = {0};
	struct efi_signature found;
	bool whole = efi_signatures_check(lists, &error);
	volatile unsigned sum = 0;
	size_t seen = 0;

	promise(whole == !error.cause[0]);
	while (efi_signature_next(&cursor, &found)) {
		promise(found.data.size && found.data.data >= lists.data &&
			found.data.data + found.data.size <= lists.data + lists.size);
		promise(found.kind == EFI_SIGNATURE_X509 || found.kind == EFI_SIGNATURE_OTHER ||
			found.data.size == 32);
		for (size_t i = 0; i < found.data.size; i++)
			sum += found.data.data[i];
		promise(++seen <= lists.size / 17);
	}
	promise(!whole || !cursor.lists.size);
	return sum;
}

static void check_levels(struct bytes level, struct bytes components)
{
	char why[SBAT_WHY_SIZE] = "";
	struct error error = {0};
	bool accepted;

	promise(sbat_level_check(level, &error) == !error.cause[0]);
	accepted = sbat_accepts(components, level, why);
	promise(accepted == !why[0] && memchr(why, 0, sizeof(why)));
	for (const char *c = why; *c; c++)
		promise(*c >= ' ' && *c <= '~');
	/* What is new enough for these levels is so for none. */
	promise(!accepted || sbat_accepts(components, (struct bytes){NULL, 0}, why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes rest = {data + 1, size - 1};
	const uint8_t *between;

	if (!size)
		return 0;
	if (data[0] % 2) {
		check_lists(rest);
		return 0;
	}
	between = rest.size ? memchr(rest.data, 0xff, rest.size) : NULL;
	if (between)
		check_levels((struct bytes){rest.data, (size_t)(between - rest.data)},
			     bytes_from(rest, (uint64_t)(between - rest.data) + 1));
	else
		check_levels(rest, rest);
	return 0;
}
