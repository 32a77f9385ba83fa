/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report of --check on a machine: what it holds, and the shape of its JSON.
 *
 * --check=json prints one object: version (1; it grows when a name goes or changes its meaning),
 * program, release (of the kernel), verdict ("clear", "warning", "at risk"), modules and types
 * (what was read, or null), devices (worst first), unbound (how many devices have no driver), and
 * unseen (sentences). Each device has bus, name, class (a word), pci_class ("0x..." or null),
 * driver, module (null: built in), taint, in_tree and signed (of the module's file: true, false or
 * null), shutdown (true, false or null), bus_shutdown (the same, of the virtio bus), bus_master,
 * iommu, power_state, runtime_status, reset_methods, verdict, reason, remedy (or null), and as
 * evidence file, symbol, section, offset and callback, each null where there is none. in_file and
 * in_memory are what the module's file and the running kernel's memory say of the callback (true,
 * false or null); shutdown follows the memory where both are known. memory_symbol and
 * memory_callback are the names that the running kernel has for the driver's structure and for the
 * callback, or null. newer_kernel is the release of an installed kernel that is newer than the
 * running one and shuts the device down, and newer_file the module that shows it; or both are null.
 * sig_enforce (of the machine) tells whether the running kernel loads only
 * signed modules.
 *
 * findings is an array about the rest of the machine, worst first: each has name ("lockdown"),
 * verdict (null when it could not be seen), reason (or why it could not be seen) and remedy (or
 * null). Names may come and go with what there is to look at.
 */
#ifndef KEXEC_CHECK_REPORT_H
#define KEXEC_CHECK_REPORT_H

#include <stdio.h>

#include "kexec/check.h"
#include "kexec/findings.h"
#include "kexec/machine_live.h"
#include "kexec/verdict.h"

#define REPORT_UNSEEN_MAX 4

struct report_entry {
	const struct device *device;
	const struct driver *driver;	/* as found in its module; NULL when it was not */
	const char *file;		/* of the module, or NULL */
	enum tristate in_tree, is_signed;	/* what that file says of itself */
	enum driver_shutdown in_file;
	const struct live_driver *live;	/* the same in the kernel's memory; NULL: not seen */
	struct driver_facts facts;
	struct judgement judgement;
	/* An installed kernel that shuts the device down, and the file that shows it; or NULL. */
	const char *newer_kernel, *newer_file;
};

struct report {
	struct devices devices;
	struct report_entry *entries;	/* one for each of devices.list, worst first */
	struct findings findings;	/* empty for --check-first, which is about devices */
	enum verdict verdict;		/* the worst of both */
	size_t verdicts[3];		/* how many devices have each */
	const char *modules, *types;	/* what was read, or NULL */
	const char *unseen[REPORT_UNSEEN_MAX];	/* what could not be seen and why: sentences */
	unsigned unseen_count;
};

/* Reads the machine and judges it. What cannot be read makes the report shorter. */
bool check_machine(const struct sysroot *root, const struct options *options, struct arena *arena,
		   struct report *report, struct error *error) must_check;

/* Adds to the remedies the newer kernels that are installed and would shut a device down. */
bool check_newer(const struct sysroot *root, struct report *report, struct arena *arena,
		 struct error *error) must_check;

/*
 * Adds what loading options->kernel would come to. *cmdline gets the next kernel's command line;
 * NULL when the plan failed, or leaves the one inside the kernel. Fails when a file cannot be read.
 */
bool check_load(const struct sysroot *root, const struct machine *machine,
		const struct machine_state *state, const struct options *options,
		struct arena *arena, struct findings *findings, const char **cmdline,
		struct error *error) must_check;

bool check_report_print(FILE *out, const struct report *report, unsigned forms, bool colour,
			struct arena *arena, struct error *error) must_check;

/* For --check-first: fails while a device is at risk, and says what is wrong with the first one. */
bool check_report_pass(const struct report *report, struct error *error) must_check;

#endif
