// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Taking the argument of --quiesce apart, and holding it against the other options. Names become
 * parts of paths later on, so none may have a slash or be a directory by itself.
 */
#include "kexec/quiesce_choice.h"

#include "kexec/options.h"

static bool refuse(const char *words, struct error *error)
{
	error_headline(error, "Bad option value in --quiesce=%.200s", words);
	error_set(error,
		  "--quiesce takes at-risk, driver:NAME, or names of devices as in "
		  "/sys/bus/pci/devices, at "
		  "most %d of each, separated by commas.",
		  QUIESCE_NAMES_MAX);
	return error_usage(error, EXIT_USAGE);
}

static bool is_name(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") && strcmp(name, "..");
}

bool quiesce_parse(const char *words, struct quiesce_choice *choice, struct arena *arena,
		   struct error *error)
{
	static const char driver[] = "driver:";
	const char *at = words;

	choice->asked = true;
	choice->seconds = QUIESCE_SECONDS;
	choice->at_risk |= !words;
	while (at) {
		size_t length = strcspn(at, ",");
		char *word = arena_copy(arena, (struct bytes){(const uint8_t *)at, length}, error);

		if (!word)
			return false;
		at = at[length] ? at + length + 1 : NULL;
		if (!strcmp(word, "at-risk"))
			choice->at_risk = true;
		else if (!strncmp(word, driver, strlen(driver)) && is_name(word + strlen(driver)) &&
			 choice->driver_count < QUIESCE_NAMES_MAX)
			choice->drivers[choice->driver_count++] = word + strlen(driver);
		else if (strncmp(word, driver, strlen(driver)) && is_name(word) &&
			 choice->device_count < QUIESCE_NAMES_MAX)
			choice->devices[choice->device_count++] = word;
		else
			return refuse(words, error);
	}
	return true;
}

static bool conflict(struct error *error, const char *why)
{
	error_set(error, "%s", why);
	return error_status(error, EXIT_USAGE);
}

bool quiesce_settle(struct options *o, struct error *error)
{
	bool loads = o->kernel || o->load_given || o->panic;

	if (!o->quiesce.asked)
		return !o->dry_run ||
		       conflict(
			       error,
			       "--dry-run goes with --quiesce; --plan shows what would be loaded.");
	if (o->check || o->plan != PLAN_NONE || o->status || o->unload || (loads && !o->exec))
		return conflict(
			error,
			"--quiesce goes with --exec, with --force, or alone: what it takes away, a "
			"running system or an orderly shutdown may still need.");
	if (o->sysroot && !o->dry_run)
		return conflict(
			error,
			"--quiesce acts on this machine; with --sysroot it takes --dry-run.");
	if (o->exec && !o->dry_run)
		return true;
	o->load = o->exec = o->shutdown = o->sync = o->ifdown = false;
	return true;
}

/* PCI addresses are "DOMAIN:BUS:DEVICE.FUNCTION". */
bool quiesce_names(const char *word, const char *name)
{
	static const char domain[] = "0000:";

	return !strcmp(word, name) ||
	       (!strncmp(name, domain, strlen(domain)) && !strcmp(word, name + strlen(domain)));
}
