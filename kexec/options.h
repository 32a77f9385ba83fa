/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every wish, from argv, in one struct. Parsing is one pass over one table (options.c); it opens no
 * file and asks nothing of the machine but the name of its architecture.
 */
#ifndef KEXEC_OPTIONS_H
#define KEXEC_OPTIONS_H

#include "kexec/memmap.h"
#include "kexec/quiesce_choice.h"

enum call_choice {
	CALL_AUTO,	/* -a, the default: kexec_file_load, with kexec_load as the fallback */
	CALL_FILE,	/* -s */
	CALL_SEGMENTS,	/* -c: kexec_load */
};

enum plan_form { PLAN_NONE, PLAN_TEXT, PLAN_JSON, PLAN_MAP };

enum args_style { ARGS_DEFAULT, ARGS_LINUX, ARGS_ELF, ARGS_NONE };

/* --verify: what must carry a good signature before anything is loaded. */
enum verify_choice {
	VERIFY_NOTHING,
	VERIFY_ALL,	/* kernel, initrd, device tree and command line */
	VERIFY_KERNEL,	/* the kernel alone; the rest is reported */
	VERIFY_SHOW,	/* nothing must; all is reported */
};

#define OPTION_LIST_MAX 16

/* The arguments of an option that may be given several times. */
struct option_list {
	const char *items[OPTION_LIST_MAX];
	unsigned count;
};

#define OPTIONS_GIVEN_MAX 96
#define OPTIONS_NOTES_MAX 4

struct options {
	/* What to do. */
	bool help, version, status, print_crash_size;
	/* What remains after the order-free rules. All false with status; only load with a plan. */
	bool load, unload, exec, shutdown;
	bool panic;				/* -p: the crash kernel */
	bool sync, ifdown;
	bool load_given;			/* -l itself: what -S, without -p, asks about */
	bool debug;
	enum plan_form plan;
	unsigned check;				/* CHECK_*: the words of --check; 0 without it */
	bool check_first;			/* --check-first */
	struct quiesce_choice quiesce;		/* the words of --quiesce */
	bool dry_run;				/* --dry-run, of --quiesce */
	const char *modules;			/* --modules=DIR, or NULL */
	const char *capture;			/* --capture=DIR, or NULL */
	const char *sysroot;			/* --sysroot=DIR, or NULL */

	/* How to load. */
	enum call_choice call;
	const char *type;			/* -t, or NULL */
	bool no_checks;				/* -i */
	uint64_t mem_min, mem_max;		/* mem_max is inclusive; UINT64_MAX: no limit */
	bool mem_min_given, mem_max_given;
	uint64_t entry;
	bool entry_given;
	bool no_cma, force_dtb, hotplug;

	/* What to load. */
	const char *kernel;			/* the first operand, or NULL */
	const char *initrd, *dtb;		/* or NULL */
	const char *append;			/* the last one (s390x: all, joined), or NULL */
	bool reuse_cmdline, reuse_initrd;
	enum args_style args;
	enum verify_choice verify;
	unsigned profile;			/* --profile=N, of a unified kernel image */
	bool addons;				/* --addons: those of such an image count */
	struct option_list trust, revoked;	/* --trust, --revoked */
	struct option_list module;		/* --module: "FILE ARGUMENTS" */
	struct option_list initrd_add;		/* --initrd-add: joined behind initrd */
	bool real_mode, entry_32bit, no_efi, reuse_video_type, no_old_root;
	bool pass_memmap_cmdline;

	/* Where purgatory speaks. */
	bool console_vga, console_serial, reset_vga;
	uint16_t serial_base;			/* I/O port: 0x3f8 for ttyS0 */
	uint32_t serial_baud;			/* 0: leave the port as it is */
	const char *serial_name;		/* arm64: --serial=NAME */

	/* Options that were given, each once, by canonical long name. */
	const char *given[OPTIONS_GIVEN_MAX];
	unsigned given_count;
	const char *notes[OPTIONS_NOTES_MAX];	/* sentences for stderr when a kernel is loaded */
	unsigned note_count;
};

/*
 * Parses argv and permutes it as getopt_long() does. `arch_name` is the struct arch name ("x86_64",
 * ...) whose options decide what an abbreviation means. Allocates joined texts from `arena`. With
 * help, version or print_crash_size the rest of argv has not been looked at.
 * On failure error->usage tells whether the usage text belongs on stdout; error->headline and
 * error->cause are both empty after -?, which says nothing.
 */
bool options_parse(struct options *options, int argc, char **argv, const char *arch_name,
		   struct arena *arena, struct error *error) must_check;

/* Whether the option was given, by its canonical long name ("append" also for --command-line). */
bool options_given(const struct options *options, const char *name);

/*
 * The options given that do nothing for an image of this format on this architecture, one a call:
 * start with *cursor = 0; NULL at the end. Those that are rightly ignored are left out.
 */
const char *options_without_effect(const struct options *options, const char *arch_name,
				   const char *format, unsigned *cursor);

#endif
