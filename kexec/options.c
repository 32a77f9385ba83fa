// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From argv to struct options, in one pass. getopt_long() is given exactly the options that
 * kexec-tools has on this architecture, so that every abbreviation means what it means there; what
 * it does not recognise is then looked up among the other rows of the table. Rules between options
 * are not for this file, nor does it open anything: whether a file exists is found out by others.
 */
#include "kexec/options_internal.h"

#include "arch/arch.h"
#include "kexec/check.h"
#include "kexec/option_table.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

/* getopt_long()'s code of the long option in row 0; letters lie below. */
#define FIRST_LONG 256

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

bool options_number(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 0);
	return *text && !*end && !errno;
}

static bool parse_address(struct parse *p, const struct option_row *row, const char *text,
			  uint64_t *address)
{
	if (options_number(text, address))
		return true;
	error_headline(p->error, "Bad option value in --%s=%s", row->name, text);
	error_set(p->error, "--%s takes one address below 2^64, decimal or with 0x in front.",
		  row->name);
	return error_usage(p->error, EXIT_USAGE);
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
	return error_usage(p->error, EXIT_USAGE);
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
	return error_usage(p->error, EXIT_USAGE);
}

static bool add_to_list(struct parse *p, const struct option_row *row, const char *value)
{
	struct option_list *list = (struct option_list *)((char *)p->options + row->field);

	if (list->count < OPTION_LIST_MAX) {
		list->items[list->count++] = value;
		return true;
	}
	error_set(p->error, "--%s was given more than %d times.", row->name, OPTION_LIST_MAX);
	return error_usage(p->error, EXIT_USAGE);
}

static bool parse_small_number(struct parse *p, const struct option_row *row, const char *text)
{
	uint64_t number;

	if (options_number(text, &number) && number < 1000) {
		*(unsigned *)((char *)p->options + row->field) = (unsigned)number;
		return true;
	}
	error_headline(p->error, "Bad option value in --%s=%s", row->name, text);
	error_set(p->error, "--%s takes a number from 0 to 999.", row->name);
	return error_usage(p->error, EXIT_USAGE);
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

static void act(struct options *o, bool load, bool exec)
{
	o->load = load;
	o->exec = exec;
	o->shutdown = false;
}

/* Later actions override earlier ones; the rest is for options_settle(). */
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
	case EFFECT_QUIESCE:
		return quiesce_parse(value, &o->quiesce, p->arena, p->error);
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
	return error_usage(p->error, EXIT_USAGE);
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
		return error_usage(p->error, EXIT_USAGE);
	}
	if (found[0]->argument == ARGUMENT_NONE && value) {
		error_headline(p->error, "%s: option '--%s' doesn't allow an argument", p->program,
			       found[0]->name);
		return error_usage(p->error, EXIT_USAGE);
	}
	if (found[0]->argument == ARGUMENT_REQUIRED && !value) {
		if (optind >= argc) {
			error_headline(p->error, "%s: option '--%s' requires an argument",
				       p->program, found[0]->name);
			return error_usage(p->error, EXIT_USAGE);
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
	return error_usage(p->error, EXIT_USAGE);
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

static bool parse_all(struct parse *p, int argc, char **argv)
{
	struct option longs[OPTIONS_GIVEN_MAX + 1];
	char letters[2 * OPTIONS_GIVEN_MAX + 2];
	const struct option_row *row;
	bool ok = true;

	show_known(p, longs, letters);
	opterr = 0;
	optind = 0; /* glibc: forget an earlier scan, and look at POSIXLY_CORRECT again */
	while (ok && !options_are_over(p->options)) {
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
	if (!options_are_over(p->options) && optind < argc)
		p->options->kernel = argv[optind];
	return ok;
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
	return parse_all(&p, argc, argv) && options_settle(&p);
}
