/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command line as a person writes it, parsed, and what came of it as one line of text: for tests
 * that are tables of such pairs.
 */
#ifndef TESTS_COMMAND_LINE_H
#define TESTS_COMMAND_LINE_H

#include "kexec/options.h"

#define WORDS_MAX 32

struct command_line {
	char buffer[1024];
	char *argv[WORDS_MAX + 1];
	int argc;
	struct arena arena;
	struct error error;
	struct options options;
	bool ok;
	char text[1024];
};

/*
 * Splits `words` at blanks (a part in single quotes stays together) and parses it for the named
 * architecture. Release with command_line_release().
 */
void command_line_parse(struct command_line *c, const char *arch, const char *words);
void command_line_release(struct command_line *c);

/*
 * Everything that is not as it would be without options, in the order of struct options:
 * "load ifdown call=file kernel=K". An error: "error 1 usage".
 */
const char *command_line_describe(struct command_line *c);

#endif
