// SPDX-License-Identifier: GPL-2.0-or-later
/* The words that --check takes. What each leads to is elsewhere. */
#include "kexec/check.h"

static const struct { const char *name; unsigned bit; } forms[] = {
	{ "drivers", CHECK_DRIVERS }, { "json", CHECK_JSON }, { "verbose", CHECK_VERBOSE },
};

bool check_parse(const char *words, unsigned *set, struct error *error)
{
	*set |= CHECK_MACHINE;
	while (words) {
		size_t length = strcspn(words, ","), i;

		for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
			if (strlen(forms[i].name) == length &&
			    !memcmp(forms[i].name, words, length))
				break;
		if (i == sizeof(forms) / sizeof(forms[0])) {
			error_headline(error, "Bad option value in --check=%.200s", words);
			error_set(error, "--check takes the words verbose, json and drivers, "
					 "separated by commas.");
			return error_usage(error, EXIT_USAGE);
		}
		*set |= forms[i].bit;
		words = words[length] ? words + length + 1 : NULL;
	}
	if (*set & CHECK_DRIVERS)
		*set &= ~(unsigned)CHECK_MACHINE;
	return true;
}
