// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From argv to struct options, in one pass. getopt_long() is given exactly the options that
 * kexec-tools has on this architecture, so that every abbreviation means what it means there; what
 * it does not recognise is then looked up among the other rows of the table. This file opens
 * nothing: whether a file exists or a kernel is loaded is found out later, by others.
 */
#include "kexec/options.h"

#include "arch/arch.h"
#include "kexec/check.h"
#include "kexec/option_table.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

/* getopt_long()'s code of the long option in row 0; letters lie below. */
#define FIRST_LONG 256
#define NOT_BY_FILE "--%s not supported with kexec_file_load"

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

static bool usage_error(struct error *error, int status)
{
	error->usage = true;
	return error_status(error, status);
}

static bool is_known(const struct parse *p, const struct option_row *row)
{
	return row->known & p->known_bit;
}

static const char *canonical_name(const struct option_row *row)
{
	return row->same_as ? row->same_as : row->name;
}

static void remember(struct options *options, const struct option_row *row)
{
	const char *name = canonical_name(row);

	if (!options_given(options, name))
		options->given[options->given_count++] = name;
}

static bool note(struct parse *p, const char *format, const char *what)
{
	char *text = arena_format(p->arena, p->error, format, what);

	if (!text)
		return false;
	if (p->options->note_count < OPTIONS_NOTES_MAX)
		p->options->notes[p->options->note_count++] = text;
	return true;
}

/* As strtoul() with base 0 reads it, which is what scripts were written against. */
static bool parse_number(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 0);
	return *text && !*end && !errno;
}

static bool parse_address(struct parse *p, const struct option_row *row, const char *text,
			  uint64_t *address)
{
	if (parse_number(text, address))
		return true;
	error_headline(p->error, "Bad option value in --%s=%s", row->name, text);
	error_set(p->error, "--%s takes one address below 2^64, decimal or with 0x in front.",
		  row->name);
	return usage_error(p->error, EXIT_USAGE);
}

static bool parse_plan(struct parse *p, const char *form)
{
	static const struct { const char *name; enum plan_form form; } forms[] = {
		{ "text", PLAN_TEXT }, { "json", PLAN_JSON }, { "map", PLAN_MAP },
	};

	if (!form)
		form = "text";
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!strcmp(forms[i].name, form)) {
			p->options->plan = forms[i].form;
			return true;
		}
	}
	error_headline(p->error, "Bad option value in --plan=%s", form);
	error_set(p->error, "A plan can be printed as text, json or map.");
	return usage_error(p->error, EXIT_USAGE);
}

/* The place of a word in the row's choices, from 1; an enum has 0 for what is not given. */
static bool parse_choice(struct parse *p, const struct option_row *row, const char *word)
{
	const char *at = row->choices;
	int *field = (int *)((char *)p->options + row->field);

	for (int place = 1; *at; place++) {
		size_t length = strcspn(at, " ");

		if (!word || (strlen(word) == length && !strncmp(at, word, length))) {
			*field = place;
			return true;
		}
		at += length + 1;
	}
	error_headline(p->error, "Bad option value in --%s=%s", row->name, word);
	error_set(p->error, "--%s takes one of these words: %s", row->name, row->choices);
	return usage_error(p->error, EXIT_USAGE);
}

static bool add_to_list(struct parse *p, const struct option_row *row, const char *value)
{
	struct option_list *list = (struct option_list *)((char *)p->options + row->field);

	if (list->count < OPTION_LIST_MAX) {
		list->items[list->count++] = value;
		return true;
	}
	error_set(p->error, "--%s was given more than %d times.", row->name, OPTION_LIST_MAX);
	return usage_error(p->error, EXIT_USAGE);
}

static bool parse_small_number(struct parse *p, const struct option_row *row, const char *text)
{
	uint64_t number;

	if (parse_number(text, &number) && number < 1000) {
		*(unsigned *)((char *)p->options + row->field) = (unsigned)number;
		return true;
	}
	error_headline(p->error, "Bad option value in --%s=%s", row->name, text);
	error_set(p->error, "--%s takes a number from 0 to 999.", row->name);
	return usage_error(p->error, EXIT_USAGE);
}

static bool add_append(struct parse *p, const char *text)
{
	struct options *o = p->options;

	if (o->append && p->arch->joins_append)
		text = arena_format(p->arena, p->error, "%s %s", o->append, text);
	o->append = text;
	return text;
}

static bool set_initrd(struct parse *p, const char *file)
{
	const char *before = p->options->initrd;

	p->options->initrd = file;
	if (!before || !strcmp(before, file))
		return true;
	return note(p, "Only the last --initrd counts: %s will not be loaded.", before);
}

static void drop_actions(struct options *o)
{
	o->load = o->unload = o->exec = o->shutdown = o->sync = o->ifdown = false;
}

static void act(struct options *o, bool load, bool exec)
{
	o->load = load;
	o->exec = exec;
	o->shutdown = false;
}

/* What a row does to the options. Later actions override earlier ones; settle() mends the rest. */
static bool apply(struct parse *p, const struct option_row *row, const char *value)
{
	struct options *o = p->options;

	remember(o, row);
	switch (row->effect) {
	case EFFECT_NONE:
		break;
	case EFFECT_FLAG:
		*(bool *)((char *)o + row->field) = true;
		break;
	case EFFECT_TEXT:
		*(const char **)((char *)o + row->field) = value;
		break;
	case EFFECT_LIST:
		return add_to_list(p, row, value);
	case EFFECT_NUMBER:
		return parse_small_number(p, row, value);
	case EFFECT_CHOICE:
		return parse_choice(p, row, value);
	case EFFECT_LOAD:
		act(o, true, false);
		break;
	case EFFECT_PANIC:
		act(o, true, false);
		o->panic = true;
		o->sync = false;
		break;
	case EFFECT_UNLOAD:
		act(o, false, o->exec);
		o->unload = true;
		break;
	case EFFECT_EXEC:
	case EFFECT_FORCE:
		act(o, row->effect == EFFECT_FORCE, true);
		o->sync = true;
		break;
	case EFFECT_JUMP_BACK:
		act(o, false, o->exec);
		break;
	case EFFECT_CALL:
		o->call = row->value;
		break;
	case EFFECT_ARGS:
		o->args = row->value;
		break;
	case EFFECT_MEM_MIN:
		/* Scripts write --mem-min="$EMPTY" and mean no limit. */
		o->mem_min = 0;
		o->mem_min_given = *value;
		return !*value || parse_address(p, row, value, &o->mem_min);
	case EFFECT_MEM_MAX:
		o->mem_max_given = true;
		return parse_address(p, row, value, &o->mem_max);
	case EFFECT_ENTRY:
		o->entry_given = true;
		return parse_address(p, row, value, &o->entry);
	case EFFECT_APPEND:
		return add_append(p, value);
	case EFFECT_INITRD:
		return set_initrd(p, value);
	case EFFECT_SERIAL:
		p->serial = value;
		break;
	case EFFECT_SERIAL_BAUD:
		p->serial_baud = value;
		break;
	case EFFECT_PLAN:
		return parse_plan(p, value);
	case EFFECT_CHECK:
		return check_parse(value, &o->check, p->error);
	}
	return true;
}

/*
 * The rows that begin with the `length` bytes at `text`, among those that getopt_long() was shown
 * or among the others. An exact match counts alone; two names of one option count once.
 */
static unsigned match(const struct parse *p, const char *text, size_t length, bool shown,
		      const struct option_row *found[OPTIONS_GIVEN_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < option_table_size; i++) {
		const struct option_row *row = &option_table[i];

		if (is_known(p, row) != shown || strncmp(row->name, text, length))
			continue;
		if (!row->name[length]) {
			found[0] = row;
			return 1;
		}
		if (!count || canonical_name(row) != canonical_name(found[count - 1]))
			found[count++] = row;
	}
	return count;
}

static bool ambiguous(struct parse *p, const char *text, const struct option_row *const *found,
		      unsigned count)
{
	char *list = p->error->headline;
	size_t room = sizeof(p->error->headline), used;

	error_headline(p->error, "%s: option '--%.100s' is ambiguous; possibilities:", p->program,
		       text);
	for (unsigned i = 0; i < count; i++) {
		used = strlen(list);
		if (strlen(found[i]->name) + sizeof(" '--'") > room - used)
			break;
		strcpy(list + used, " '--");
		strcat(list, found[i]->name);
		strcat(list, "'");
	}
	return usage_error(p->error, EXIT_USAGE);
}

/* argv[optind - 1] is a long option that getopt_long() could not resolve: ours, or nobody's. */
static bool apply_unrecognized(struct parse *p, int argc, char **argv)
{
	const struct option_row *found[OPTIONS_GIVEN_MAX];
	const char *text = argv[optind - 1] + 2;
	size_t length = strcspn(text, "=");
	const char *value = text[length] ? text + length + 1 : NULL;
	unsigned count = match(p, text, length, true, found);

	if (!count)
		count = match(p, text, length, false, found);
	if (count > 1)
		return ambiguous(p, text, found, count);
	if (!count) {
		error_headline(p->error, "%s: unrecognized option '--%s'", p->program, text);
		return usage_error(p->error, EXIT_USAGE);
	}
	if (found[0]->argument == ARGUMENT_NONE && value) {
		error_headline(p->error, "%s: option '--%s' doesn't allow an argument", p->program,
			       found[0]->name);
		return usage_error(p->error, EXIT_USAGE);
	}
	if (found[0]->argument == ARGUMENT_REQUIRED && !value) {
		if (optind >= argc) {
			error_headline(p->error, "%s: option '--%s' requires an argument",
				       p->program, found[0]->name);
			return usage_error(p->error, EXIT_USAGE);
		}
		value = argv[optind++];
	}
	return apply(p, found[0], value);
}

/* getopt_long() refused something: in its own words, which it was told not to print. */
static bool refused(struct parse *p, int code, int argc, char **argv)
{
	if (!optopt)
		return apply_unrecognized(p, argc, argv);
	if (optopt >= FIRST_LONG)
		error_headline(p->error, "%s: option '--%s' %s", p->program,
			       option_table[optopt - FIRST_LONG].name,
			       code == ':' ? "requires an argument" : "doesn't allow an argument");
	else if (optopt != '?')
		error_headline(p->error, code == ':' ? "%s: option requires an argument -- '%c'"
						     : "%s: invalid option -- '%c'",
			       p->program, optopt);
	return usage_error(p->error, EXIT_USAGE);
}

static void show_known(const struct parse *p, struct option *longs, char *letters)
{
	static const int has_arg[] = { no_argument, required_argument, optional_argument };
	unsigned count = 0;

	*letters++ = ':'; /* tell a missing argument from an unknown option */
	for (unsigned i = 0; i < option_table_size; i++) {
		const struct option_row *row = &option_table[i];

		if (!is_known(p, row))
			continue;
		longs[count++] = (struct option){
			row->name, has_arg[row->argument], NULL, FIRST_LONG + (int)i
		};
		if (row->letter)
			*letters++ = row->letter;
		if (row->letter && row->argument)
			*letters++ = ':';
	}
	longs[count] = (struct option){ 0 };
	*letters = '\0';
}

static bool is_over(const struct options *o)
{
	return o->help || o->version || o->print_crash_size;
}

static bool parse_all(struct parse *p, int argc, char **argv)
{
	struct option longs[OPTIONS_GIVEN_MAX + 1];
	char letters[2 * OPTIONS_GIVEN_MAX + 2];
	const struct option_row *row;
	bool ok = true;

	show_known(p, longs, letters);
	opterr = 0;
	optind = 0; /* glibc: forget an earlier scan, and look at POSIXLY_CORRECT again */
	while (ok && !is_over(p->options)) {
		int code;

		optopt = 0;
		code = getopt_long(argc, argv, letters, longs, NULL);
		if (code == -1)
			break;
		if (code == '?' || code == ':') {
			ok = refused(p, code, argc, argv);
			continue;
		}
		row = code >= FIRST_LONG ? &option_table[code - FIRST_LONG]
					 : option_find_letter((char)code);
		ok = apply(p, row, optarg);
	}
	if (!is_over(p->options) && optind < argc)
		p->options->kernel = argv[optind];
	return ok;
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
	if (!strncmp(p->serial, "0x", 2) && parse_number(p->serial, &number) &&
	    number <= UINT16_MAX) {
		o->serial_base = (uint16_t)number;
		return true;
	}
	error_headline(p->error, "Bad serial port base '%s'", p->serial);
	error_set(p->error, "--serial takes ttyS0, ttyS1 or an I/O port from 0x0 to 0xffff.");
	return usage_error(p->error, EXIT_FAILED);
}

static bool parse_serial_baud(struct parse *p)
{
	uint64_t number;

	if (parse_number(p->serial_baud, &number) && number >= 9600 && number <= 115200 &&
	    115200 % number == 0) {
		p->options->serial_baud = (uint32_t)number;
		return true;
	}
	error_headline(p->error, "Bad serial port baud rate '%s'", p->serial_baud);
	error_set(p->error, "--serial-baud takes a rate from 9600 to 115200 that divides 115200.");
	return usage_error(p->error, EXIT_FAILED);
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
		return usage_error(p->error, EXIT_USAGE);
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
	/* With -s the planner refuses it, as kexec-tools does. */
	if (o->load && o->real_mode && p->known_bit == KNOWN_X86_64 && o->call != CALL_FILE)
		return later(p, "real-mode");
	return true;
}

/* A plan acts on nothing: what would act beside it is dropped, or is an error. */
static bool settle_plan(struct parse *p)
{
	struct options *o = p->options;

	if (o->sysroot && o->plan == PLAN_NONE && !o->check)
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

/* All of argv is known: the rules that do not depend on the order of the options. */
static bool settle(struct parse *p)
{
	struct options *o = p->options;

	o->load_given = options_given(o, "load") || options_given(o, "load-hardboot");
	/* -u -p is -p -u, and -e -f is -e, when there is nothing to load. */
	if (!o->kernel && ((o->unload && o->panic) || (o->exec && options_given(o, "exec"))))
		o->load = false;
	o->ifdown = o->exec && !options_given(o, "no-ifdown");
	if (options_given(o, "no-sync"))
		o->sync = false;

	if (o->status)
		drop_actions(o);
	if (!settle_loader_options(p) || !settle_serial(p) || !settle_later(p) || !settle_check(p) ||
	    !settle_plan(p))
		return false;
	if (o->load && !o->kernel) {
		error_headline(p->error, "No kernel specified");
		return usage_error(p->error, EXIT_FAILED);
	}
	return true;
}

bool options_parse(struct options *options, int argc, char **argv, const char *arch_name,
		   struct arena *arena, struct error *error)
{
	struct parse p = {
		.options = options, .arch = arch_find(arch_name),
		.known_bit = option_known_bit(arch_name),
		.program = argc > 0 ? argv[0] : "kexec", .arena = arena, .error = error,
	};

	*options = (struct options){
		.load = true, .shutdown = true, .sync = true,
		.mem_max = UINT64_MAX, .serial_base = 0x3f8,
	};
	if (!p.arch || !p.known_bit)
		return error_set(error, "%s is not an architecture with options.", arch_name);
	if (!parse_all(&p, argc, argv))
		return false;
	if (!is_over(options))
		return settle(&p);
	drop_actions(options);
	return true;
}
