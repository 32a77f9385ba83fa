// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line: what each option means, which order matters, and what is refused in which
 * words. The lists of kexec-tools' options here are facts of their own, not taken from the table
 * under test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "kexec/option_table.h"
#include "tests/unit/kexec/command_line.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define X "x86_64"
#define ARM "arm64"
#define PPC "ppc64le"
#define S390 "s390x"

/* What kexec-tools 2.0.32 knows: "=" behind a name that takes an argument, "/x" for a letter. */
static const char *const general_options[] = {
	"help/h", "version/v", "debug/d", "force/f", "no-checks/i", "no-ifdown/x", "no-sync/y",
	"load/l",
	"unload/u", "exec/e", "exec-live-update", "entry=", "type=/t", "load-panic/p",
	"load-preserve-context", "load-jump-back-helper", "load-live-update", "mem-min=",
	"mem-max=",
	"reuseinitrd", "kexec-file-syscall/s", "kexec-syscall/c", "kexec-syscall-auto/a",
	"status/S",
	"hotplug", "no-cma", "force-dtb", "print-ckr-size", NULL,
};
static const char *const x86_64_options[] = {
	"append=", "command-line=", "reuse-cmdline", "initrd=", "ramdisk=", "args-elf",
	"args-linux",
	"args-none", "module=", "real-mode", "entry-32bit", "dtb=", "reset-vga", "serial=",
	"serial-baud=", "console-vga", "console-serial", "elf32-core-headers", "elf64-core-headers",
	"pass-memmap-cmdline", "noefi", "reuse-video-type", NULL,
};
static const char *const arm64_options[] = {
	"append=", "command-line=", "dtb=", "initrd=", "ramdisk=", "serial=", "reuse-cmdline", NULL,
};
static const char *const ppc64_options[] = {
	"append=", "command-line=", "initrd=", "ramdisk=", "dtb=", "devicetreeblob=",
	"reuse-cmdline",
	"args-linux", "elf64-core-headers", "dt-no-old-root", NULL,
};
static const char *const s390_options[] = {
	"append=", "command-line=", "initrd=", "reuse-cmdline", NULL,
};
static const struct { const char *arch; const char *const *options; } incumbents[] = {
	{ X, x86_64_options }, { ARM, arm64_options }, { PPC, ppc64_options }, { S390,
	  s390_options },
};
/* Everything else that is accepted. */
static const char *const other_options[] = {
	"plan",	    "check",	"check-first",	 "quiesce", "dry-run",	"capture=",
	"modules=", "sysroot=", "verify",	 "trust=",  "revoked=", "initrd-add=",
	"profile=", "addons",	"load-hardboot", "atags",   "no-dtb",	NULL};

static struct command_line line;

static int teardown(void **state)
{
	command_line_release(&line);
	return 0;
}

static const char *parse(const char *arch, const char *words)
{
	command_line_release(&line);
	command_line_parse(&line, arch, words);
	return command_line_describe(&line);
}

/* ---- Names and abbreviations ---- */

struct incumbent {
	char names[64][32];
	struct option longs[65];
	unsigned count;
};

static void incumbent_add(struct incumbent *in, const char *const *options)
{
	for (; *options; options++) {
		size_t length = strcspn(*options, "=/");
		char *name = in->names[in->count];

		memcpy(name, *options, length);
		name[length] = '\0';
		in->longs[in->count] = (struct option){
			name, (*options)[length] == '=' ? required_argument : no_argument, NULL,
			1000 + (int)in->count
		};
		in->count++;
	}
}

static void incumbent_make(struct incumbent *in, const char *const *options)
{
	*in = (struct incumbent){ .count = 0 };
	incumbent_add(in, general_options);
	incumbent_add(in, options);
}

static const char *canonical(const char *name)
{
	if (!strcmp(name, "command-line"))
		return "append";
	if (!strcmp(name, "ramdisk"))
		return "initrd";
	if (!strcmp(name, "devicetreeblob"))
		return "dtb";
	return name;
}

/* What getopt_long() makes of --PREFIX with only kexec-tools' options: a name, or NULL. */
static const char *getopt_resolves(const struct incumbent *in, const char *prefix)
{
	char word[64], *argv[] = { "kexec", word, "0x1000", NULL };
	int code;

	snprintf(word, sizeof(word), "--%s", prefix);
	opterr = 0;
	optind = 0;
	code = getopt_long(3, argv, "", in->longs, NULL);
	return code >= 1000 ? in->longs[code - 1000].name : NULL;
}

static const char *we_resolve(const char *arch, const char *prefix)
{
	char words[128];

	snprintf(words, sizeof(words), "kexec --%s 0x1000", prefix);
	parse(arch, words);
	return line.options.given_count ? line.options.given[0] : NULL;
}

static void test_abbreviations_mean_what_they_mean_to_kexec_tools(void **state)
{
	unsigned resolved = 0, ambiguous = 0;

	for (size_t a = 0; a < COUNT(incumbents); a++) {
		struct incumbent in;

		incumbent_make(&in, incumbents[a].options);
		for (unsigned i = 0; i < in.count; i++) {
			for (size_t length = 1; length <= strlen(in.names[i]); length++) {
				char prefix[32] = "";
				const char *theirs, *ours;

				memcpy(prefix, in.names[i], length);
				theirs = getopt_resolves(&in, prefix);
				ours = we_resolve(incumbents[a].arch, prefix);
				if (theirs) {
					assert_non_null(ours);
					assert_string_equal(ours, canonical(theirs));
					resolved++;
				} else {
					assert_null(ours);
					assert_non_null(strstr(line.error.headline, "ambiguous"));
					ambiguous++;
				}
			}
		}
	}
	/* Both kinds were there: hundreds of the one, dozens of the other. */
	assert_true(resolved > 500);
	assert_true(ambiguous > 50);
}

static bool listed(const char *const *options, const struct option_row *row)
{
	for (; *options; options++) {
		size_t length = strcspn(*options, "=/");

		if (strncmp(row->name, *options, length) || row->name[length])
			continue;
		assert_int_equal((*options)[length] == '=', row->argument == ARGUMENT_REQUIRED);
		assert_int_equal(strchr(*options, '/') ? strchr(*options, '/')[1] : 0, row->letter);
		return true;
	}
	return false;
}

static void test_the_table_says_who_knows_what(void **state)
{
	for (unsigned i = 0; i < option_table_size; i++) {
		const struct option_row *row = &option_table[i];
		unsigned known = listed(general_options, row) ? KNOWN_EVERYWHERE : 0;

		for (size_t a = 0; a < COUNT(incumbents); a++)
			if (listed(incumbents[a].options, row))
				known |= option_known_bit(incumbents[a].arch);
		assert_int_equal(row->known, known);
		assert_int_equal(!known, listed(other_options, row));
		assert_non_null(row->help);
		assert_int_equal(!row->argument, !row->argument_name);
		if (row->same_as)
			assert_null(option_find(row->same_as)->same_as);
	}
}

static void test_every_option_is_taken_on_every_architecture(void **state)
{
	for (size_t a = 0; a < COUNT(incumbents); a++) {
		for (unsigned i = 0; i < option_table_size; i++) {
			assert_string_equal(we_resolve(incumbents[a].arch, option_table[i].name),
					    canonical(option_table[i].name));
		}
	}
}

static void test_ours_can_be_abbreviated_where_nothing_else_is_meant(void **state)
{
	assert_string_equal(parse(X, "kexec --pl K"), "load plan kernel=K");
	assert_string_equal(parse(X, "kexec --sys=/tree K"), "load plan sysroot=/tree kernel=K");
	assert_string_equal(parse(S390, "kexec -l --ramd I K"), "load sync kernel=K initrd=I");
	/* Theirs wins on arm64, where only one of theirs begins so; on x86_64 two of theirs do. */
	assert_string_equal(parse(ARM, "kexec --p"), "print-crash-size");
	assert_string_equal(parse(X, "kexec --p"), "error 1 usage");
	/* Two of the others begin so. */
	assert_string_equal(parse(S390, "kexec --console x"), "error 1 usage");
	assert_string_equal(line.error.headline,
			    "kexec: option '--console' is ambiguous; "
			    "possibilities: '--console-serial' '--console-vga'");
}

/* ---- The words of getopt_long() ---- */

/* What getopt_long() itself prints for these words, without its newline. */
static void getopt_says(const struct incumbent *in, char *words, char *said, size_t size)
{
	char *argv[8], *save = NULL;
	int argc = 0, copy = dup(STDERR_FILENO), code;
	FILE *file = tmpfile();
	size_t length;

	while (argc < 7 && (argv[argc] = strtok_r(argc ? NULL : words, " ", &save)))
		argc++;
	argv[argc] = NULL;
	assert_non_null(file);
	assert_true(copy >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
	opterr = 1;
	optind = 0;
	do
		code = getopt_long(argc, argv, "h?vdfixyluet:pscaS", in->longs, NULL);
	while (code != -1 && code != '?');
	fflush(stderr);
	assert_true(dup2(copy, STDERR_FILENO) >= 0);
	close(copy);
	rewind(file);
	length = fread(said, 1, size - 1, file);
	said[length] = '\0';
	said[strcspn(said, "\n")] = '\0';
	fclose(file);
}

static void test_refusals_in_the_words_of_getopt_long(void **state)
{
	static const char *const refused[] = {
		"kexec --bogus", "/sbin/kexec --bogus=value K", "kexec -Z", "kexec -lZ K",
		"kexec -o",
		"kexec --mem-max", "kexec -l --append", "kexec -t", "kexec -lt", "kexec --typ",
		"kexec --loa K", "kexec --e=3", "kexec --m=3", "kexec --load=yes K", "kexec --he=x",
		"kexec --=x", "kexec -l K --nonsense", "kexec -load",
	};

	for (size_t i = 0; i < COUNT(refused); i++) {
		struct incumbent in;
		char words[128], said[1024];

		incumbent_make(&in, x86_64_options);
		strcpy(words, refused[i]);
		getopt_says(&in, words, said, sizeof(said));
		assert_string_equal(parse(X, refused[i]), "error 1 usage");
		/* Which possibilities there are is theirs; in which order, the table's. */
		said[strcspn(said, ";")] = '\0';
		line.error.headline[strcspn(line.error.headline, ";")] = '\0';
		assert_string_equal(line.error.headline, said);
		assert_true(*said);
	}
}

static void test_a_lone_question_mark_says_nothing(void **state)
{
	assert_string_equal(parse(X, "kexec -?"), "error 1 usage");
	assert_string_equal(line.error.headline, "");
	assert_string_equal(line.error.cause, "");
	assert_string_equal(parse(X, "kexec -l? K"), "error 1 usage");
	assert_string_equal(line.error.headline, "");
}

/* ---- Meanings ---- */

struct meaning {
	const char *arch, *words, *meaning;
};

static void check(const struct meaning *meanings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *meaning = parse(meanings[i].arch, meanings[i].words);

		if (strcmp(meaning, meanings[i].meaning))
			print_error("%s: %s\n%s\n%s\n", meanings[i].arch, meanings[i].words,
				    line.error.headline, line.error.cause);
		assert_string_equal(meaning, meanings[i].meaning);
	}
}

static const struct meaning forms[] = {
	{ X, "kexec K -l", "load sync kernel=K" },
	{ X, "kexec K -l extra operands", "load sync kernel=K" },
	{ X, "kexec -l -- -K", "load sync kernel=-K" },
	{ X, "kexec -l K -- -e", "load sync kernel=K" },
	{ X, "kexec -lc K", "load sync by-segments kernel=K" },
	{ X, "kexec -clp K", "load panic by-segments kernel=K" },
	{ X, "kexec -su", "unload sync by-file" },
	{ X, "kexec -ltbzImage64 K", "load sync type=bzImage64 kernel=K" },
	{ X, "kexec -l -t bzImage K", "load sync type=bzImage kernel=K" },
	{ X, "kexec -l --type=a --type b K", "load sync type=b kernel=K" },
	{ X, "kexec -l K --initrd I --append=--load", "load sync kernel=K initrd=I append=--load" },
	{ X, "kexec -l K --append --", "load sync kernel=K append=--" },
	{ X, "kexec -l K --plan=map --sysroot T", "load plan=map sysroot=T kernel=K" },
	{ X, "kexec K1 --sysroot T K2", "load plan sysroot=T kernel=K1" },
	{ X, "kexec K1 --pl K2", "load plan kernel=K1" },
	{ X, "kexec -h --bogus", "help" },
	{ X, "kexec --serial=foo -v", "version" },
	{ X, "kexec --print-ckr-size --bogus", "print-crash-size" },
};

static void test_forms(void **state)
{
	check(forms, COUNT(forms));
}

static const struct meaning actions[] = {
	{ X, "kexec K", "load shutdown sync kernel=K" },
	{ X, "kexec -s K", "load shutdown sync by-file kernel=K" },
	{ X, "kexec -l K", "load sync kernel=K" },
	{ X, "kexec -f K", "load exec sync ifdown kernel=K" },
	{ X, "kexec -f -x K", "load exec sync kernel=K" },
	{ X, "kexec -x -y -f K", "load exec kernel=K" },
	{ X, "kexec -e", "exec sync ifdown" },
	{ X, "kexec -e -x -y", "exec" },
	{ X, "kexec -y -l K", "load kernel=K" },
	{ X, "kexec -p K", "load panic kernel=K" },
	{ X, "kexec -u", "unload sync" },
	/* The later of these counts, as it always has. */
	{ X, "kexec -l -e K", "exec sync ifdown kernel=K" },
	{ X, "kexec -e -l K", "load sync kernel=K" },
	{ X, "kexec -l -u K", "unload sync kernel=K" },
	{ X, "kexec -l -f K", "load exec sync ifdown kernel=K" },
	/* Unload, then load. */
	{ X, "kexec -u -l K", "unload load sync kernel=K" },
	{ X, "kexec -u -p K", "unload load panic kernel=K" },
	/* A later -l leaves the network alone. */
	{ X, "kexec -f -l K", "load sync kernel=K" },
	{ X, "kexec -f -p K", "load panic kernel=K" },
	/* In any order. */
	{ X, "kexec -p -u", "unload panic" },
	{ X, "kexec -u -p", "unload panic" },
	{ X, "kexec -u -c -p", "unload panic by-segments" },
	{ X, "kexec -e -f", "exec sync ifdown" },
	{ X, "kexec -f -e", "exec sync ifdown" },
	{ X, "kexec -fe", "exec sync ifdown" },
	{ X, "kexec -e -f K", "load exec sync ifdown kernel=K" },
	{ X, "kexec -d -p K", "load panic debug kernel=K" },
	{ X, "kexec -p -d K", "load panic debug kernel=K" },
	{ X, "kexec -p -l K", "load panic kernel=K" },
	{ X, "kexec -l -p K", "load panic kernel=K" },
	/* The last one. */
	{ X, "kexec -s -c -l K", "load sync by-segments kernel=K" },
	{ X, "kexec -c -s -l K", "load sync by-file kernel=K" },
	{ X, "kexec -c -a -l K", "load sync kernel=K" },
};

static void test_actions(void **state)
{
	check(actions, COUNT(actions));
}

/* It never acts, and loads only to the point where it is known whether that would work. */
static const struct meaning checks[] = {
	{ X, "kexec --check", "check" },
	{ X, "kexec --check --append=quiet", "check append=quiet" },
	{ X, "kexec --check K", "load check kernel=K" },
	{ X, "kexec --check -f K", "load check kernel=K" },
	{ X, "kexec --check -s -p K", "load panic by-file check kernel=K" },
	{ X, "kexec --check -p", "error 1" },
	{ X, "kexec --check -e", "error 1" },
	{ X, "kexec --check -u", "error 1" },
	{ X, "kexec --check=drivers --modules=M K", "check kernel=K" },
	{ X, "kexec --check=drivers --modules=M -p K", "error 1" },
	{ X, "kexec --check=drivers", "error 1" },
};

static void test_checks(void **state)
{
	check(checks, COUNT(checks));
}

static const struct meaning statuses[] = {
	{ X, "kexec -S", "status-of-crash" },
	{ X, "kexec -S -l", "status-of-load" },
	{ X, "kexec -l -S", "status-of-load" },
	{ X, "kexec -S --load", "status-of-load" },
	{ X, "kexec -S -p", "status-of-crash panic" },
	{ X, "kexec -S -l -p", "status-of-crash panic" },
	{ X, "kexec -S -d", "status-of-crash debug" },
	{ X, "kexec -S --hotplug", "status-of-crash hotplug" },
	{ X, "kexec -S -e", "status-of-crash" },
	{ X, "kexec -S -f K", "status-of-crash kernel=K" },
	{ X, "kexec -S -u", "status-of-crash" },
};

static void test_status(void **state)
{
	check(statuses, COUNT(statuses));
}

static const struct meaning values[] = {
	{ X, "kexec -l --mem-min=0x100000 --mem-max 0x1ffffff K",
	  "load sync mem-min=0x100000 mem-max=0x1ffffff kernel=K" },
	{ X, "kexec -l --mem-min=010 --mem-max=16 K",
	  "load sync mem-min=0x8 mem-max=0x10 kernel=K" },
	{ X, "kexec -l --mem-max=1 --mem-max=0xffffffffffffffff K",
	  "load sync mem-max=0xffffffffffffffff kernel=K" },
	{ X, "kexec -l --mem-min=0x1000 --mem-min= K", "load sync kernel=K" },
	{ X, "kexec -l --entry=0x1000 --entry=0x2000 K", "load sync entry=0x2000 kernel=K" },
	{ X, "kexec -l --append a --append b K", "load sync kernel=K append=b" },
	{ X, "kexec -l --append a --command-line b K", "load sync kernel=K append=b" },
	{ ARM, "kexec -l --append a --command-line b K", "load sync kernel=K append=b" },
	{ PPC, "kexec -l --append a --command-line b K", "load sync kernel=K append=b" },
	{ S390, "kexec -l --append a --command-line b --append c K",
	  "load sync kernel=K append='a b c'" },
	{ S390, "kexec -l --append a --reuse-cmdline K",
	  "load sync kernel=K append=a reuse-cmdline" },
	{ X, "kexec -l --append= K", "load sync kernel=K append=" },
	{ X, "kexec -l --initrd A --ramdisk B K",
	  "load sync kernel=K initrd=B "
	  "note: Only the last --initrd counts: A will not be loaded." },
	{ X, "kexec -l --initrd A --initrd A K", "load sync kernel=K initrd=A" },
	{ PPC, "kexec -l --dtb A --devicetreeblob B K", "load sync kernel=K dtb=B" },
	{ X, "kexec -l --args-elf --args-linux K", "load sync kernel=K args-linux" },
	{ X, "kexec -l --args-none K", "load sync kernel=K args-none" },
	{ X, "kexec -l --serial=ttyS1 --serial-baud=19200 --console-serial K",
	  "load sync kernel=K console-serial serial-base=0x2f8 serial-baud=19200" },
	{ X, "kexec -l --serial=ttyS0 --console-vga --reset-vga K",
	  "load sync kernel=K console-vga reset-vga" },
	{ X, "kexec -l --serial=0xffff K", "load sync kernel=K serial-base=0xffff" },
	{ ARM, "kexec -l --serial=ttyAMA0 K", "load sync kernel=K serial-name=ttyAMA0" },
	{ X, "kexec -l --noefi --reuse-video-type --pass-memmap-cmdline K",
	  "load sync kernel=K no-efi reuse-video-type" },
	{ X, "kexec -l --entry-32bit K", "load sync kernel=K entry-32bit" },
	{ X, "kexec -l --no-cma --force-dtb --hotplug K",
	  "load sync no-cma force-dtb hotplug kernel=K" },
	{ X, "kexec -l --module=m --dtb=D K", "load sync kernel=K dtb=D" },
	{ X, "kexec -l --reuseinitrd K", "load sync kernel=K reuse-initrd" },
	{ X, "kexec -s --real-mode -l K", "load sync by-file kernel=K real-mode" },
	{ X, "kexec --plan -f K", "load plan kernel=K" },
	{ X, "kexec --plan=text --plan=json -l K", "load plan=json kernel=K" },
};

static void test_values(void **state)
{
	check(values, COUNT(values));
}

/* Options that describe a kernel, with an action that loads none. */
static void test_loader_options_without_a_load(void **state)
{
	static const char *const loader[] = {
		"--append=x", "--command-line=x", "--reuse-cmdline", "--initrd=I", "--ramdisk=I",
		"--args-elf", "--args-linux", "--args-none", "--module=m", "--real-mode",
		"--entry-32bit", "--dtb=D",
	};
	static const char *const others[] = {
		"--reset-vga", "--serial=ttyS0", "--serial-baud=9600", "--console-vga",
		"--console-serial", "--elf32-core-headers", "--elf64-core-headers",
		"--pass-memmap-cmdline", "--noefi", "--reuse-video-type", "--no-checks", "--atags",
	};
	static const char *const acts[] = { "-e", "-u", "-S", "-u -p" };
	char words[64];

	for (size_t i = 0; i < COUNT(acts); i++) {
		for (size_t j = 0; j < COUNT(loader); j++) {
			snprintf(words, sizeof(words), "kexec %s %s", acts[i], loader[j]);
			assert_string_equal(parse(X, words), "error 1 usage");
			assert_string_equal(line.error.headline, "");
			assert_non_null(strstr(line.error.cause, "--"));
			parse(ARM, words);
			assert_true(line.ok);
		}
		for (size_t j = 0; j < COUNT(others); j++) {
			snprintf(words, sizeof(words), "kexec %s %s", acts[i], others[j]);
			parse(X, words);
			assert_true(line.ok);
		}
	}
	assert_string_equal(parse(X, "kexec -u --ramdisk=I"), "error 1 usage");
	assert_string_equal(line.error.cause,
			    "--initrd describes a kernel to load, and --unload loads none.");
	assert_string_equal(parse(PPC, "kexec -e --devicetreeblob=D"), "error 1 usage");
	assert_string_equal(parse(PPC, "kexec -e --dt-no-old-root"),
			    "exec sync ifdown no-old-root");
	assert_string_equal(parse(S390, "kexec -u --append=x"), "error 1 usage");
	assert_string_equal(parse(ARM, "kexec -u --append=x"), "unload sync append=x");
	assert_string_equal(parse(X, "kexec -u -l --append=x K"),
			    "unload load sync kernel=K append=x");
}

struct refusal {
	const char *arch, *words, *status, *headline, *cause;
};

static const struct refusal refusals[] = {
	{ X, "kexec", "error 255 usage", "No kernel specified", "" },
	{ X, "kexec -l", "error 255 usage", "No kernel specified", "" },
	{ X, "kexec -f", "error 255 usage", "No kernel specified", "" },
	{ X, "kexec -p", "error 255 usage", "No kernel specified", "" },
	{ X, "kexec -s", "error 255 usage", "No kernel specified", "" },
	{ X, "kexec --plan", "error 255 usage", "No kernel specified", "" },
	{ X, "kexec --mem-min=zz -l K", "error 1 usage", "Bad option value in --mem-min=zz",
	  "--mem-min" },
	{ X, "kexec --mem-max=5x -l K", "error 1 usage", "Bad option value in --mem-max=5x",
	  "--mem-max" },
	{ X, "kexec --entry zz -l K", "error 1 usage", "Bad option value in --entry=zz",
	  "--entry" },
	{ X, "kexec --mem-max= -l K", "error 1 usage", "Bad option value in --mem-max=", "" },
	{ X, "kexec --mem-max=0x10000000000000000 -l K", "error 1 usage", "Bad option value in",
	  "2^64" },
	{ X, "kexec --plan=tree K", "error 1 usage", "Bad option value in --plan=tree", "json" },
	{ X, "kexec --serial=foo -l K", "error 255 usage", "Bad serial port base 'foo'", "ttyS0" },
	{ X, "kexec --serial=0x10000 -l K", "error 255 usage", "Bad serial port base '0x10000'",
	  "" },
	{ X, "kexec --serial=1016 -l K", "error 255 usage", "Bad serial port base '1016'", "0x" },
	{ X, "kexec --serial= -l K", "error 255 usage", "Bad serial port base ''", "" },
	{ X, "kexec --serial-baud=0 -l K", "error 255 usage", "Bad serial port baud rate '0'",
	  "9600" },
	{ X, "kexec --serial-baud=9601 -l K", "error 255 usage", "Bad serial port baud rate", "" },
	{ X, "kexec --serial-baud=4800 -l K", "error 255 usage", "Bad serial port baud rate", "" },
	{ X, "kexec --plan -u", "error 1", "", "--unload" },
	{ X, "kexec --plan -u -l K", "error 1", "", "--unload" },
	{ X, "kexec --plan -e", "error 1", "", "--exec" },
	{ X, "kexec --sysroot=T -e", "error 1", "", "--exec" },
	{ X, "kexec --load-preserve-context K", "error 1",
	  "Please specify memory range used by kexeced kernel", "--load-preserve-context" },
	{ X, "kexec -s --load-preserve-context --mem-max=0x2000000 K", "error 1",
	  "--load-preserve-context not supported with kexec_file_load", "" },
	{ X, "kexec --load-preserve-context --mem-max=0x2000000 K", "error 1", "", "yet" },
	{ X, "kexec --load-jump-back-helper -s", "error 1",
	  "--load-jump-back-helper not supported with kexec_file_load", "" },
	{ X, "kexec --load-jump-back-helper -c --entry=0x1000", "error 1", "", "yet" },
	{ X, "kexec --exec-live-update", "error 1", "--exec-live-update only works under xen.",
	  "" },
	{ X, "kexec --load-live-update K", "error 1",
	  "--load-live-update can only be used with xen", "" },
};

static void test_refusals(void **state)
{
	for (size_t i = 0; i < COUNT(refusals); i++) {
		assert_string_equal(parse(refusals[i].arch, refusals[i].words), refusals[i].status);
		if (!*refusals[i].headline)
			assert_string_equal(line.error.headline, "");
		else if (strncmp(line.error.headline, refusals[i].headline,
				 strlen(refusals[i].headline)))
			fail_msg("%s: %s", refusals[i].words, line.error.headline);
		assert_non_null(strstr(line.error.cause, refusals[i].cause));
	}
}

static void test_an_unknown_architecture_is_an_error(void **state)
{
	assert_string_equal(parse("vax", "kexec -l K"), "error 255");
	assert_non_null(strstr(line.error.cause, "vax"));
}

static void test_posixly_correct(void **state)
{
	setenv("POSIXLY_CORRECT", "1", 1);
	assert_string_equal(parse(X, "kexec -l K -e"), "load sync kernel=K");
	unsetenv("POSIXLY_CORRECT");
	assert_string_equal(parse(X, "kexec -l K -e"), "exec sync ifdown kernel=K");
}

static void without_effect(const char *arch, const char *format, const char *words,
			   const char *expected)
{
	char found[128] = "";
	const char *name;
	unsigned cursor = 0;

	parse(arch, words);
	while ((name = options_without_effect(&line.options, arch, format, &cursor))) {
		strcat(found, name);
		strcat(found, " ");
	}
	assert_string_equal(found, expected);
}

static void test_without_effect(void **state)
{
	without_effect(X, "bzImage64", "kexec -l --module=m --dtb=D --args-elf --append=x K",
		       "module dtb args-elf ");
	without_effect(X, "bzImage", "kexec -l --dtb=D --entry-32bit K", "");
	without_effect(X, "elf-x86_64", "kexec -l --args-linux --args-none --entry-32bit K",
		       "entry-32bit ");
	without_effect(X, "elf-x86", "kexec -l --args-elf K", "");
	without_effect(X, "bzImage64", "kexec -l --args-linux --elf32-core-headers --atags K", "");
	without_effect(X, "bzImage64", "kexec -l --ramdisk=I --dt-no-old-root K", "");
	without_effect(ARM, "Image", "kexec -l --dtb=D --serial=x --console-vga --real-mode K",
		       "console-vga real-mode ");
	without_effect(S390, "image", "kexec -l --dtb=D --ramdisk=I --serial=x K", "dtb serial ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_abbreviations_mean_what_they_mean_to_kexec_tools),
		cmocka_unit_test(test_the_table_says_who_knows_what),
		cmocka_unit_test(test_every_option_is_taken_on_every_architecture),
		cmocka_unit_test(test_ours_can_be_abbreviated_where_nothing_else_is_meant),
		cmocka_unit_test(test_refusals_in_the_words_of_getopt_long),
		cmocka_unit_test(test_a_lone_question_mark_says_nothing),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_loader_options_without_a_load),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_an_unknown_architecture_is_an_error),
		cmocka_unit_test(test_posixly_correct),
		cmocka_unit_test(test_without_effect),
	};

	unsetenv("POSIXLY_CORRECT");
	return cmocka_run_group_tests(tests, NULL, teardown);
}
