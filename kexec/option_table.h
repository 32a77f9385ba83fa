/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of options: one row for each long name, for all four architectures and all image types.
 * The parser, the usage text and the tests of man page and completions read it. Names, and which
 * architectures of kexec-tools know them, are compatibility facts; the rest is ours to choose.
 */
#ifndef KEXEC_OPTION_TABLE_H
#define KEXEC_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Architectures whose kexec-tools knows an option; 0 for options of ours and of forks. */
enum {
	KNOWN_X86_64 = 1 << 0,
	KNOWN_ARM64 = 1 << 1,
	KNOWN_PPC64LE = 1 << 2,
	KNOWN_S390X = 1 << 3,
	KNOWN_EVERYWHERE = KNOWN_X86_64 | KNOWN_ARM64 | KNOWN_PPC64LE | KNOWN_S390X,
};

/*
 * Loader options describe the kernel to load: together with an action that loads nothing they are
 * an error where struct arch has strict_loader_options.
 */
enum option_class { OPTION_GENERAL, OPTION_LOADER, OPTION_ARCHITECTURE };

enum option_argument { ARGUMENT_NONE, ARGUMENT_REQUIRED, ARGUMENT_OPTIONAL };

enum option_effect {
	EFFECT_NONE,		/* that it was given is all there is to know */
	EFFECT_FLAG,		/* sets the bool at `field` of struct options */
	EFFECT_TEXT,		/* the last argument goes to the const char * at `field` */
	EFFECT_LOAD, EFFECT_PANIC, EFFECT_UNLOAD, EFFECT_EXEC, EFFECT_FORCE, EFFECT_JUMP_BACK,
	EFFECT_LIST,		/* the argument is added to the struct option_list at `field` */
	EFFECT_NUMBER,		/* a number below 1000, to the unsigned at `field` */
	EFFECT_CHOICE,		/* its place among `choices`, from 1, goes to the enum at `field` */
	EFFECT_CALL,		/* `value` is an enum call_choice */
	EFFECT_ARGS,		/* `value` is an enum args_style */
	EFFECT_MEM_MIN, EFFECT_MEM_MAX, EFFECT_ENTRY,
	EFFECT_APPEND, EFFECT_INITRD, EFFECT_SERIAL, EFFECT_SERIAL_BAUD, EFFECT_PLAN,
	EFFECT_CHECK, EFFECT_QUIESCE,
};

struct option_row {
	const char *name;		/* long name */
	char letter;			/* short name, or 0 */
	enum option_argument argument;
	const char *argument_name;	/* for people: "FILE"; NULL without an argument */
	unsigned known;			/* KNOWN_*: where kexec-tools has it */
	enum option_class class;
	enum option_effect effect;
	size_t field;			/* offset in struct options, for flags and texts */
	int value;
	const char *choices;		/* a blank behind each; the first is the default */
	const char *same_as;		/* for another name of an option: its canonical long name */
	/* Formats of x86_64 that honour it, a blank on both sides of each; NULL: all of them. */
	const char *x86_formats;
	/* Ignoring it where it has no meaning is right, and not worth a word. */
	bool quiet;
	/* Why it is an error in this version: a sentence. NULL: it works. */
	const char *later;
	const char *help;		/* a few words, without a full stop */
};

extern const struct option_row option_table[];
extern const unsigned option_table_size;

/* The row of a long name (not of a prefix), or NULL. */
const struct option_row *option_find(const char *name);
/* The row of a letter, or NULL. */
const struct option_row *option_find_letter(char letter);
/* The KNOWN_ bit of a struct arch name; 0 for a name that no table has. */
unsigned option_known_bit(const char *arch_name);

#endif
