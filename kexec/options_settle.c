// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules between options, once all of argv is known: which actions remain, which options do not
 * go together, and what only means something on one architecture. In what order the options came
 * is nothing that this file knows; where order counts, options.c has dealt with it.
 */
#include "kexec/options_internal.h"

#include "arch/arch.h"
#include "kexec/check.h"
#include "kexec/option_table.h"

#define NOT_BY_FILE "--%s not supported with kexec_file_load"

static void drop_actions(struct options *o)
{
	o->load = o->unload = o->exec = o->shutdown = o->sync = o->ifdown = false;
}

static bool parse_serial_port(struct parse *p)
{
	struct options *o = p->options;
	uint64_t number;

	if (!strcmp(p->serial, "ttyS0")) {
		o->serial_base = 0x3f8;
		return true;
	}
	if (!strcmp(p->serial, "ttyS1")) {
		o->serial_base = 0x2f8;
		return true;
	}
	if (!strncmp(p->serial, "0x", 2) && options_number(p->serial, &number) &&
	    number <= UINT16_MAX) {
		o->serial_base = (uint16_t)number;
		return true;
	}
	error_headline(p->error, "Bad serial port base '%s'", p->serial);
	error_set(p->error, "--serial takes ttyS0, ttyS1 or an I/O port from 0x0 to 0xffff.");
	return error_usage(p->error, EXIT_FAILED);
}

static bool parse_serial_baud(struct parse *p)
{
	uint64_t number;

	if (options_number(p->serial_baud, &number) && number >= 9600 && number <= 115200 &&
	    115200 % number == 0) {
		p->options->serial_baud = (uint32_t)number;
		return true;
	}
	error_headline(p->error, "Bad serial port baud rate '%s'", p->serial_baud);
	error_set(p->error, "--serial-baud takes a rate from 9600 to 115200 that divides 115200.");
	return error_usage(p->error, EXIT_FAILED);
}

static bool settle_serial(struct parse *p)
{
	if (p->known_bit == KNOWN_ARM64)
		p->options->serial_name = p->serial;
	if (p->known_bit != KNOWN_X86_64)
		return true;
	return (!p->serial || parse_serial_port(p)) && (!p->serial_baud || parse_serial_baud(p));
}

/* Where kexec-tools does so: what describes a kernel is an error when none is loaded. */
static bool settle_loader_options(struct parse *p)
{
	const struct options *o = p->options;

	if (!p->arch->strict_loader_options || o->load)
		return true;
	for (unsigned i = 0; i < o->given_count; i++) {
		if (option_find(o->given[i])->class != OPTION_LOADER)
			continue;
		error_set(p->error, "--%s describes a kernel to load, and %s loads none.",
			  o->given[i], o->status ? "--status" : o->exec ? "--exec" : "--unload");
		return error_usage(p->error, EXIT_USAGE);
	}
	return true;
}

static bool later(struct parse *p, const char *name)
{
	error_set(p->error, "--%s: %s", name, option_find(name)->later);
	return error_status(p->error, EXIT_USAGE);
}

/* Options whose work comes in a later version, with the lines that callers know for them. */
static bool settle_later(struct parse *p)
{
	const struct options *o = p->options;

	if (options_given(o, "load-live-update")) {
		error_headline(p->error, "--load-live-update can only be used with xen");
		return later(p, "load-live-update");
	}
	if (options_given(o, "exec-live-update")) {
		error_headline(p->error, "--exec-live-update only works under xen.");
		return later(p, "exec-live-update");
	}
	if (options_given(o, "load-preserve-context")) {
		if (!o->mem_max_given)
			error_headline(p->error,
				       "Please specify memory range used by kexeced kernel");
		else if (o->call == CALL_FILE)
			error_headline(p->error, NOT_BY_FILE, "load-preserve-context");
		return later(p, "load-preserve-context");
	}
	if (options_given(o, "load-jump-back-helper")) {
		if (o->call == CALL_FILE)
			error_headline(p->error, NOT_BY_FILE, "load-jump-back-helper");
		return later(p, "load-jump-back-helper");
	}
	return true;
}

/* A plan acts on nothing: what would act beside it is dropped, or is an error. */
static bool settle_plan(struct parse *p)
{
	struct options *o = p->options;

	if (o->sysroot && o->plan == PLAN_NONE && !o->check && !o->capture && !o->quiesce.asked)
		o->plan = PLAN_TEXT;
	if (o->plan == PLAN_NONE || o->status)
		return true;
	if (o->unload || !o->load) {
		error_set(p->error, "--plan shows how a kernel would be loaded, not %s.",
			  o->unload ? "--unload" : "--exec");
		return error_status(p->error, EXIT_USAGE);
	}
	o->exec = o->shutdown = o->sync = o->ifdown = false;
	return true;
}

/* A check acts on nothing; with a kernel it looks at how that one would be loaded. */
static bool settle_check(struct parse *p)
{
	struct options *o = p->options;
	bool plans = o->check & CHECK_MACHINE && o->kernel;

	if (!o->check)
		return true;
	if (o->unload || !o->load || (o->panic && !plans) || o->plan != PLAN_NONE) {
		error_set(p->error, "--check only looks; it does not go with %s.",
			  o->plan != PLAN_NONE ? "--plan" : o->unload ? "--unload" :
			  o->panic ? "--load-panic" : o->status ? "--status" : "--exec");
		return error_status(p->error, EXIT_USAGE);
	}
	drop_actions(o);
	o->load = plans;
	if (!(o->check & CHECK_DRIVERS) || o->modules)
		return true;
	error_set(p->error, "--check=drivers needs --modules=/lib/modules/VERSION.");
	return error_status(p->error, EXIT_USAGE);
}

/* A capture is of the machine, and of nothing that is to be loaded or done. */
static bool settle_capture(struct parse *p)
{
	struct options *o = p->options;

	if (!o->capture)
		return true;
	for (unsigned i = 0; i < o->given_count; i++) {
		if (!strcmp(o->given[i], "capture") || !strcmp(o->given[i], "sysroot"))
			continue;
		error_set(p->error, "--capture goes with no option but --sysroot; --%s was given.",
			  o->given[i]);
		return error_status(p->error, EXIT_USAGE);
	}
	if (o->kernel) {
		error_set(p->error, "--capture takes no kernel; %.200s was given.", o->kernel);
		return error_status(p->error, EXIT_USAGE);
	}
	drop_actions(o);
	return true;
}

/* Whoever says whom to trust wants that looked at: to load without would be the worst answer. */
static bool settle_trust(struct parse *p)
{
	const struct options *o = p->options;
	const char *name = o->trust.count ? "trust" : "revoked";

	if (!o->load || o->verify != VERIFY_NOTHING || (!o->trust.count && !o->revoked.count))
		return true;
	error_set(p->error, "--%s has a meaning only with --verify, which was not given.", name);
	error_remedy(p->error, "Add --verify, or leave --%s out.", name);
	return error_status(p->error, EXIT_USAGE);
}

bool options_settle(struct parse *p)
{
	struct options *o = p->options;

	if (options_are_over(o)) {
		drop_actions(o);
		return true;
	}
	o->load_given = options_given(o, "load") || options_given(o, "load-hardboot");
	/* -u -p is -p -u, and -e -f is -e, when there is nothing to load. */
	if (!o->kernel && ((o->unload && o->panic) || (o->exec && options_given(o, "exec"))))
		o->load = false;
	o->ifdown = o->exec && !options_given(o, "no-ifdown");
	if (options_given(o, "no-sync"))
		o->sync = false;

	if (o->status)
		drop_actions(o);
	if (!settle_capture(p) || !settle_loader_options(p) || !settle_serial(p) ||
	    !settle_later(p) || !settle_check(p) || !settle_plan(p) || !settle_trust(p) ||
	    !quiesce_settle(o, p->error))
		return false;
	if (o->load && !o->kernel) {
		error_headline(p->error, "No kernel specified");
		return error_usage(p->error, EXIT_FAILED);
	}
	return true;
}
