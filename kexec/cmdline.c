// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The next kernel's command line: the running kernel's without what its boot loader and its crash
 * reservation put there, then what was appended. It knows tokens split at blanks, and not what they
 * mean.
 */
#include "kexec/cmdline.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool begins_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/*
 * Takes every token that begins with `prefix` out, with one blank beside it. The other blanks stay
 * as they were: the result is compared with measured command lines, to the byte.
 */
static void remove_tokens(char *cmdline, const char *prefix)
{
	char *token = cmdline;

	while (*token) {
		char *end = token;

		while (*end && !is_blank(*end))
			end++;
		if (end == token || !begins_with(token, prefix)) {
			token = *end ? end + 1 : end;
			continue;
		}
		if (*end)
			end++;
		else if (token > cmdline)
			token--;
		memmove(token, end, strlen(end) + 1);
	}
}

const char *cmdline_compose(const struct machine *machine, const struct options *options,
			    struct arena *arena, struct error *error)
{
	const char *append = options->append ? options->append : "";
	struct bytes running;
	char *reused;

	if (!options->reuse_cmdline)
		return append;
	if (!machine->cmdline) {
		error_set(error, "The command line that --reuse-cmdline asks for is not known.");
		error_remedy(error, "Give the whole command line with --command-line.");
		return NULL;
	}
	running.data = (const uint8_t *)machine->cmdline;
	running.size = strcspn(machine->cmdline, "\r\n");
	reused = arena_copy(arena, running, error);
	if (!reused)
		return NULL;
	remove_tokens(reused, "BOOT_IMAGE");
	if (options->panic)
		remove_tokens(reused, "crashkernel");
	if (!*reused || !*append)
		return *reused ? reused : append;
	return arena_format(arena, error, "%s %s", reused, append);
}

bool cmdline_has(const char *cmdline, const char *parameter)
{
	size_t length = strlen(parameter);
	bool takes_value = length && parameter[length - 1] == '=';

	while (*cmdline) {
		if (begins_with(cmdline, parameter) &&
		    (takes_value || !cmdline[length] || is_blank(cmdline[length])))
			return true;
		while (*cmdline && !is_blank(*cmdline))
			cmdline++;
		while (is_blank(*cmdline))
			cmdline++;
	}
	return false;
}
