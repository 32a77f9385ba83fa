// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make_core KEY=VALUE...: a made-up kernel core on standard output, or with "expected" among the
 * words what is to be printed for it. For scripts; the keys are the table's.
 */
#include "tests/support/cores.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

struct word {
	const char *text;
	unsigned value;
};

static const struct word words[] = {
	{"lockless", CORE_LOCKLESS},
	{"records", CORE_RECORDS},
	{"flat", CORE_FLAT},
	{"no-log", CORE_NO_LOG},
	{"no-info", CORE_NO_INFO},
	{"little", LITTLE},
	{"big", BIG},
	{"x86_64", EM_X86_64},
	{"i386", EM_386},
	{"arm64", EM_AARCH64},
	{"ppc64", EM_PPC64},
	{"s390", EM_S390},
	{"mips", EM_MIPS},
};

static unsigned number(const char *text)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].text, text))
			return words[i].value;
	return (unsigned)strtoul(text, NULL, 0);
}

int main(int argc, char **argv)
{
	struct core_wish wish = {.class = 64,
				 .long_size = 8,
				 .machine = EM_X86_64,
				 .records = 20,
				 .size_bits = 12,
				 .count_bits = 6,
				 .plain = true};
	const struct {
		const char *key;
		unsigned *value;
		bool *flag;
	} keys[] = {
		{"log=", NULL, NULL},
		{"class=", &wish.class, NULL},
		{"long=", &wish.long_size, NULL},
		{"order=", NULL, NULL},
		{"machine=", NULL, NULL},
		{"records=", &wish.records, NULL},
		{"size-bits=", &wish.size_bits, NULL},
		{"count-bits=", &wish.count_bits, NULL},
		{"plain=", NULL, &wish.plain},
		{"split=", NULL, &wish.split},
		{"no-virtual=", NULL, &wish.no_virtual},
		{"many-headers=", NULL, &wish.many_headers},
	};
	bool expected = false;
	struct core core;

	for (int i = 1; i < argc; i++) {
		expected |= !strcmp(argv[i], "expected");
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			size_t length = strlen(keys[k].key);
			unsigned value = number(argv[i] + strcspn(argv[i], "=") + 1);

			if (strncmp(argv[i], keys[k].key, length))
				continue;
			if (k == 0)
				wish.log = (enum core_form)value;
			else if (keys[k].value)
				*keys[k].value = value;
			else if (keys[k].flag)
				*keys[k].flag = value;
			else if (k == 3)
				wish.order = (enum byte_order)value;
			else
				wish.machine = (uint16_t)value;
		}
	}
	core_make(&core, &wish);
	if (expected)
		fwrite(core.expected, 1, core.expected_size, stdout);
	else
		fwrite(core.data, 1, core.size, stdout);
	core_free(&core);
	return fclose(stdout) != 0;
}
