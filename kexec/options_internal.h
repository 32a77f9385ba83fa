/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the scan of argv hands to the rules between options. Nobody else includes it. */
#ifndef KEXEC_OPTIONS_INTERNAL_H
#define KEXEC_OPTIONS_INTERNAL_H

#include "kexec/options.h"

struct parse {
	struct options *options;
	const struct arch *arch;
	unsigned known_bit;
	const char *program;		/* argv[0], for getopt's own words */
	/* Looked at when all of argv has been read, because -h and -v win over a bad value. */
	const char *serial, *serial_baud;
	struct arena *arena;
	struct error *error;
};

/* Whether an option was met that makes the rest of argv irrelevant. */
static inline bool options_are_over(const struct options *options)
{
	return options->help || options->version || options->print_crash_size;
}

/* As strtoul() with base 0 reads it, which is what scripts were written against. */
bool options_number(const char *text, uint64_t *number) must_check;

/* Applies the rules to p->options, which is the outcome of options_parse() afterwards. */
bool options_settle(struct parse *p) must_check;

#endif
