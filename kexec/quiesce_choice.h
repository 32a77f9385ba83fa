/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of --quiesce=WORD[,WORD...]: at-risk, driver:NAME, or a device's name, where a PCI
 * device of domain 0 may go without "0000:". It knows words, not devices.
 */
#ifndef KEXEC_QUIESCE_CHOICE_H
#define KEXEC_QUIESCE_CHOICE_H

#include "kexec/arena.h"

#define QUIESCE_NAMES_MAX 64
/* How long one device may take. systemd-shutdown gives all its programs together 90 seconds. */
#define QUIESCE_SECONDS 10

struct quiesce_choice {
	bool asked; /* --quiesce was given */
	bool at_risk;
	int seconds; /* for each device */
	const char *drivers[QUIESCE_NAMES_MAX], *devices[QUIESCE_NAMES_MAX];
	unsigned driver_count, device_count;
};

/* Adds the words; NULL means at-risk. Fails with a usage error. */
bool quiesce_parse(const char *words, struct quiesce_choice *choice, struct arena *arena,
		   struct error *error) must_check;

struct options;

/* What --quiesce and --dry-run go with; takes away what --quiesce alone does not do. */
bool quiesce_settle(struct options *options, struct error *error) must_check;

/* Whether `name` is the device that `word` names. */
bool quiesce_names(const char *word, const char *name);

#endif
