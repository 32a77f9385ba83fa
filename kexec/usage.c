// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The usage text, made from the option table and from the architectures' image types. It decides
 * how things look on a terminal of 80 columns, and nothing else.
 */
#include "config.h"

#include "kexec/usage.h"

#include "arch/arch.h"
#include "kexec/option_table.h"

#define WIDTH 80
#define HELP_COLUMN 30		/* behind the longest name, --load-preserve-context */

static const char *const class_titles[] = {
	[OPTION_GENERAL] = "General options",
	[OPTION_LOADER] = "The kernel to load",
	[OPTION_ARCHITECTURE] = "For some architectures",
};

void usage_print_version(FILE *out)
{
	fprintf(out, "kexec-tools %s (%s)\n", COMPATIBLE_VERSION, PACKAGE_STRING);
}

/* Words from column `column` on, which is where every further line begins too. */
struct wrap {
	FILE *out;
	int column, at;
};

static void print_word(struct wrap *wrap, const char *word, size_t length)
{
	if (wrap->at + 1 + (int)length > WIDTH) {
		fprintf(wrap->out, "\n%*s", wrap->column, "");
		wrap->at = wrap->column;
	} else if (wrap->at > wrap->column) {
		fputc(' ', wrap->out);
		wrap->at++;
	}
	fwrite(word, 1, length, wrap->out);
	wrap->at += (int)length;
}

static void print_words(struct wrap *wrap, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, " ");

		print_word(wrap, text, length);
		text += length + (text[length] == ' ');
	}
}

/* Where an option works, unless that is everywhere. */
static void print_architectures(struct wrap *wrap, const struct option_row *row)
{
	char tag[32];
	unsigned known = row->same_as ? option_find(row->same_as)->known : row->known;

	if (known == KNOWN_EVERYWHERE || !known)
		return;
	for (const struct arch *const *arch = arch_table; *arch; arch++) {
		if (!(known & option_known_bit((*arch)->name)))
			continue;
		snprintf(tag, sizeof(tag), "[%s]", (*arch)->name);
		print_words(wrap, tag);
	}
}

static void print_option(FILE *out, const struct option_row *row)
{
	static const char *const argument_formats[] = {
		[ARGUMENT_NONE] = "%s", [ARGUMENT_REQUIRED] = "=%s", [ARGUMENT_OPTIONAL] = "[=%s]",
	};
	struct wrap wrap = { out, HELP_COLUMN, HELP_COLUMN };
	int used = row->letter ? fprintf(out, "  -%c, ", row->letter) : fprintf(out, "      ");

	used += fprintf(out, "--%s", row->name);
	used += fprintf(out, argument_formats[row->argument],
			row->argument_name ? row->argument_name : "");
	fprintf(out, "%*s", HELP_COLUMN - used, "");
	print_words(&wrap, row->help);
	print_architectures(&wrap, row);
	print_words(&wrap, row->later ? "(not yet)" : "");
	fputc('\n', out);
}

static void print_formats(FILE *out, const struct arch *arch)
{
	bool any = false;

	fprintf(out, "  %-8s", arch->name);
	for (const struct format *const *format = arch->formats; *format; format++) {
		if ((*format)->refusal)
			continue;
		fprintf(out, " %s", (*format)->name);
		any = true;
	}
	fprintf(out, any ? "\n" : " none in this version\n");
}

void usage_print(FILE *out)
{
	usage_print_version(out);
	fprintf(out, "Usage: kexec [OPTION]... [KERNEL]\n"
		     "Load KERNEL, and start it from the running one. Without an action\n"
		     "(-l, -e, -f, -p, -u, -S): load it, then run shutdown -r now.\n");
	for (unsigned class = 0; class < sizeof(class_titles) / sizeof(class_titles[0]); class++) {
		fprintf(out, "\n%s:\n", class_titles[class]);
		for (unsigned i = 0; i < option_table_size; i++)
			if (option_table[i].class == class)
				print_option(out, &option_table[i]);
	}
	fprintf(out, "\nImage types, for -t and found by looking otherwise:\n");
	for (const struct arch *const *arch = arch_table; *arch; arch++)
		print_formats(out, *arch);
	fprintf(out, "\nkexec(8) explains each option and the exit status.\n");
}
