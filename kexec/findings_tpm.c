// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether the TPM may keep the next kernel's disks locked. A kexec passes firmware by: no PCR is
 * reset, and what the first boot measured stands; what systemd measures in the initrd comes on top
 * a second time (systemd-pcrphase.service(8), PCR 11). What a key is bound to is in the disk's
 * header, which is not read: only crypttab(5) and the command line tell that the TPM has a part in
 * it.
 */
#include "config.h"

#include <stdio.h>

#include "kexec/findings.h"

#define NAMES_MAX 200
#define OPTION "tpm2-device="

static bool has_option(const char *options, size_t length)
{
	const char *end = options + length;

	while (options < end) {
		size_t size = strcspn(options, ", \t\n");

		if (!strncmp(options, OPTION, strlen(OPTION)))
			return true;
		options += size + 1;
	}
	return false;
}

/* The names (first field) of the lines of crypttab whose options (fourth field) want the TPM. */
static void find_names(const char *text, char names[NAMES_MAX])
{
	size_t used = 0;

	names[0] = '\0';
	while (*text) {
		size_t length = strcspn(text, "\n");
		const char *line = text + strspn(text, " \t"), *at = line, *end = text + length;
		size_t name = strcspn(line, " \t\n");

		for (unsigned field = 0; field < 3 && at < end; field++) {
			at += strcspn(at, " \t\n");
			at += strspn(at, " \t");
		}
		if (*line != '#' && at < end && has_option(at, (size_t)(end - at)) &&
		    used + name + 3 < NAMES_MAX)
			used += (size_t)snprintf(names + used, NAMES_MAX - used, "%s%.*s",
						 used ? ", " : "", (int)name, line);
		text += length + (text[length] == '\n');
	}
}

/* rd.luks.options= and luks.options= (systemd-cryptsetup-generator(8)), with or without UUID= in
 * front. */
static bool on_cmdline(const char *cmdline)
{
	static const char parameter[] = "luks.options=";

	for (const char *at = cmdline; at && (at = strstr(at, parameter)); at++) {
		const char *value = at + strlen(parameter);
		size_t length = strcspn(value, " ");
		const char *option = memmem(value, length, OPTION, strlen(OPTION));

		if ((at == cmdline || at[-1] == ' ' ||
		     (at - cmdline > 2 && !strncmp(at - 3, "rd.", 3))) &&
		    option && (option == value || option[-1] == ',' || option[-1] == '='))
			return true;
	}
	return false;
}

static bool locked(const struct judging *j, const char *what)
{
	return judging_add(
		j, "TPM", VERDICT_WARNING,
		"Have a recovery key and a console at hand, or bind the key to PCR 7 alone.",
		"The TPM unlocks %s: a kexec resets none of its registers, and what the next "
		"initrd "
		"measures comes on top, so the key may be withheld.",
		what);
}

bool findings_judge_tpm(const struct judging *j)
{
	static const char name[] = "TPM", what[] = "Whether the TPM unlocks disks";
	const char *table = judging_text(j, STATE_CRYPTTAB), *encrypted = j->state->encrypted;
	const char *cmdline = j->cmdline ? j->cmdline : j->machine->cmdline;
	char names[NAMES_MAX] = "";

	if (!judging_text(j, STATE_TPM) && !judging_text(j, STATE_MODULES))
		return judging_unseen(j, name, STATE_MODULES, what);
	if (!judging_text(j, STATE_TPM))
		return judging_add(j, name, VERDICT_CLEAR, NULL, "This machine has no TPM.");
	if (!encrypted)
		return judging_add_unseen(j, name,
					  "%s could not be seen: the disks of this machine are not "
					  "shown.",
					  what);
	if (!*encrypted)
		return judging_add(j, name, VERDICT_CLEAR, NULL,
				   "No disk is in use by dm-crypt, which a TPM "
				   "would unlock.");
	if (table)
		find_names(table, names);
	if (*names)
		return locked(j, names);
	if (on_cmdline(cmdline ? cmdline : ""))
		return locked(j, encrypted);
	if (j->state->files[STATE_CRYPTTAB].denied || j->state->files[STATE_CRYPTTAB].problem)
		return judging_unseen(j, name, STATE_CRYPTTAB, what);
	return judging_add_unseen(
		j, name,
		"Whether the TPM unlocks %s could not be seen: neither /etc/crypttab "
		"nor the command line says so, and the disk's own header, which may, is not "
		"looked into.",
		encrypted);
}
