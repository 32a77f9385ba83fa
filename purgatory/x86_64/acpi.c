// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ACPI's root pointer lies in memory that the loader cannot read: /dev/mem is closed on most
 * machines. Here it can be, and so it is copied now. ACPI Specification 6.5, 5.2.5.3;
 * Multiboot2 2.0, 3.6.15 and 3.6.16.
 */
#include "purgatory/x86_64/acpi.h"

#include "purgatory/string.h"

#define TAG_HEADER 8
#define OLD_SIZE 20
#define OLD_TAG 32		/* header and pointer, up to a multiple of eight */
#define NEW_SIZE 36
#define REVISION 15

/* Type 0, size 8: no tags follow. */
static void end_tags(uint8_t *tag)
{
	static const uint8_t end[TAG_HEADER] = { 0, 0, 0, 0, TAG_HEADER };

	memcpy(tag, end, sizeof(end));
}

void acpi_fill_tags(const struct purgatory_parameters *parameters)
{
	uint8_t *tag = (uint8_t *)(uintptr_t)parameters->arguments[3];
	const uint8_t *pointer = (const uint8_t *)(uintptr_t)parameters->arguments[4];

	if (!tag)
		return;
	if (memcmp(pointer, "RSD PTR ", 8)) {
		end_tags(tag);
		return;
	}
	memcpy(tag + TAG_HEADER, pointer, OLD_SIZE);
	tag += OLD_TAG;
	if (pointer[REVISION] < 2)
		end_tags(tag);
	else
		memcpy(tag + TAG_HEADER, pointer, NEW_SIZE);
}
