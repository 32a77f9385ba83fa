/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device means for the next kernel: a verdict, the reason in a sentence, and what can be
 * done. It judges facts that others found, and finds none itself.
 */
#ifndef KEXEC_VERDICT_H
#define KEXEC_VERDICT_H

#include "kexec/machine_devices.h"

enum verdict { VERDICT_CLEAR, VERDICT_WARNING, VERDICT_RISK };

/* Exit statuses of --check; errors have others. */
enum { EXIT_CLEAR = 0, EXIT_WARNINGS = 10, EXIT_AT_RISK = 20 };

/* What is known about the driver of a device. */
struct driver_facts {
	enum driver_shutdown shutdown;
	/* whether the bus itself shuts the device down: virtio's may */
	enum driver_shutdown bus;
	const char *why;		/* a few words when `shutdown` is unknown */
};

struct judgement {
	enum verdict verdict;
	const char *reason;		/* a sentence */
	const char *remedy;		/* an imperative sentence, or NULL */
};

/* "clear", "warning", "at risk". */
const char *verdict_name(enum verdict verdict);
/* "network", "storage", ... for a PCI class code; "device" for the others. */
const char *verdict_class_name(const struct device *device);

bool verdict_judge(const struct device *device, const struct driver_facts *facts,
		   struct arena *arena,
		   struct judgement *judgement, struct error *error) must_check;

#endif
