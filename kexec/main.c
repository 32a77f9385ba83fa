// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec: the command. Parse, read the machine, open the image, plan, then print or load: the order
 * of things, what is said and the exit status. How each step works is known elsewhere.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "arch/arch.h"
#include "kexec/capture.h"
#include "kexec/check_report.h"
#include "kexec/crash.h"
#include "kexec/image.h"
#include "kexec/load.h"
#include "kexec/plan_print.h"
#include "kexec/quiesce.h"
#include "kexec/reboot.h"
#include "kexec/requests.h"
#include "kexec/status.h"
#include "kexec/usage.h"
#include "kexec/verify.h"

struct run {
	struct arena arena;
	struct sysroot root;
	struct options options;
	struct machine machine;
	struct image image;
	struct plan plan, fallback;
	struct load load;
	int status; /* exit status of a run without an error: -S has one */
	bool lost;  /* the crash kernel that was there before */
	struct error error;
	struct error earlier; /* why the file call was refused; the second try failed as well */
};

/* One or more lines for stderr. What could drive a terminal (it may come from a file) does not. */
static void say(const char *text)
{
	if (!*text)
		return;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		fputc((c < ' ' && c != '\n' && c != '\t') || c == 0x7f ? '?' : c, stderr);
	}
	fputc('\n', stderr);
}

/* The line that callers match comes first, then the usage text if it belongs here, then why. */
static void print_error(const struct error *error)
{
	say(error->headline);
	if (error->usage) {
		usage_print(stdout);
		fflush(stdout);
	}
	say(error->cause);
	say(error->remedy);
}

static bool finish_output(struct error *error)
{
	if (!fflush(stdout) && !ferror(stdout))
		return true;
	error_status(error, EXIT_USAGE);
	return error_set(error, "Standard output cannot be written: %s.", strerror(errno));
}

/*
 * The architecture decides what an abbreviation means, and a captured machine, which an option
 * names, may be of another one than this.
 */
static bool parse(struct run *run, int argc, char **argv)
{
	const struct arch *here, *there;
	bool parsed;

	if (!sysroot_open(&run->root, NULL, &run->error))
		return false;
	here = machine_arch(&run->root, &run->arena, &run->error);
	if (!here)
		return false;
	parsed = options_parse(&run->options, argc, argv, here->name, &run->arena, &run->error);
	if (!run->options.sysroot)
		return parsed;
	sysroot_close(&run->root);
	run->error = (struct error){0};
	if (!sysroot_open(&run->root, run->options.sysroot, &run->error))
		return false;
	there = machine_arch(&run->root, &run->arena, &run->error);
	return there &&
	       options_parse(&run->options, argc, argv, there->name, &run->arena, &run->error);
}

/* Exit status as the kernel's file says it: 1 when something is loaded. */
static bool report_status(struct run *run)
{
	bool panic = run->options.panic || !run->options.load_given;
	enum tristate loaded = status_read(&run->root, panic, &run->arena, &run->error);

	run->status = loaded == UNKNOWN ? EXIT_FAILED : loaded;
	return !*run->error.cause;
}

static bool print_crash_size(struct run *run)
{
	if (!machine_read(&run->root, &run->arena, &run->machine, &run->error))
		return false;
	printf("%" PRIu64 "\n", range_size(crash_region(&run->machine)));
	return finish_output(&run->error);
}

static void say_notes(const char *const *notes, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		say(notes[i]);
}

/* What was given in vain. Said once, however many system calls are tried. */
static void say_option_notes(const struct run *run)
{
	const char *name;
	char note[256];
	unsigned cursor = 0;

	say_notes(run->options.notes, run->options.note_count);
	while ((name = options_without_effect(&run->options, run->machine.arch->name,
					      run->plan.format, &cursor))) {
		snprintf(note, sizeof(note), "--%s has no effect on a kernel of type %s.", name,
			 run->plan.format);
		say(note);
	}
}

/* Before anything happens, and said whether it may happen or not. */
static bool verify(struct run *run)
{
	struct verify_report report;
	bool verified = verify_image(&run->options, &run->root, &run->image,
				     run->plan.asked_cmdline, run->plan.cmdline, &run->arena,
				     &report, &run->error);

	say_notes(report.lines, report.count);
	return verified;
}

/* Everything up to the moment where something would happen. */
static bool make_plan(struct run *run)
{
	const struct options *options = &run->options;

	return machine_read(&run->root, &run->arena, &run->machine, &run->error) &&
	       requests_check(options, &run->machine, &run->error) &&
	       image_open(&run->image, options, &run->error) &&
	       (!plan_takes_modules(&run->machine, &run->image) ||
		image_open_modules(&run->image, options, &run->error)) &&
	       plan_make(&run->machine, options, &run->image, options->call, &run->arena,
			 &run->plan, &run->error) &&
	       verify(run);
}

static bool has_colours(void)
{
	const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no_colour && *no_colour) && terminal &&
	       strcmp(terminal, "dumb");
}

/* --check-first: nothing is loaded while a device is at risk. */
static bool passes_check(struct run *run)
{
	struct report report;

	if (!run->options.check_first)
		return true;
	return check_machine(&run->root, &run->options, &run->arena, &report, &run->error) &&
	       check_report_pass(&report, &run->error);
}

static bool print_plan(struct run *run)
{
	struct error ignored = {0};

	if (!make_plan(run) || !passes_check(run))
		return false;
	/* What a refused file call would lead to is worth seeing, but no reason to fail. */
	if (run->plan.by == BY_FILE && run->options.call == CALL_AUTO &&
	    plan_make(&run->machine, &run->options, &run->image, CALL_SEGMENTS, &run->arena,
		      &run->fallback, &ignored))
		run->plan.fallback = &run->fallback;
	say_option_notes(run);
	say_notes(run->plan.notes, run->plan.note_count);
	if (run->machine.denied) {
		error_set(&ignored, "This user may not read %s: root's plan may differ.",
			  run->machine.denied);
		say(ignored.cause);
	}
	return plan_print(stdout, &run->machine, &run->image, &run->plan, run->options.plan,
			  has_colours(), &run->arena, &run->error) &&
	       finish_output(&run->error);
}

/* A list that is not complete is printed all the same. */
static bool check(struct run *run)
{
	static const int statuses[] = {
		[VERDICT_CLEAR] = EXIT_CLEAR, [VERDICT_WARNING] = EXIT_WARNINGS,
		[VERDICT_RISK] = EXIT_AT_RISK,
	};
	const struct options *options = &run->options;
	struct error output = {0};
	struct report report;
	bool checked;

	if (options->check & CHECK_DRIVERS) {
		checked = check_drivers(stdout, &run->root, options, &run->arena, &run->error);
	} else {
		checked = check_machine(&run->root, options, &run->arena, &report, &run->error) &&
			  check_report_print(stdout, &report, options->check, has_colours(),
					     &run->arena, &run->error);
		if (checked)
			run->status = statuses[report.verdict];
	}

	if (finish_output(&output))
		return checked;
	run->error = output;
	return false;
}

/* What is not in the capture is said: it is what a report that is made from it will lack. */
static bool capture(struct run *run)
{
	struct capture_summary summary;
	struct error note = {0};

	if (!capture_machine(&run->root, run->options.capture, &run->arena, &summary, &run->error))
		return false;
	if (summary.addresses_hidden)
		say("/proc/iomem shows this user only zeros: as root, the capture would have "
		    "addresses.");
	if (summary.unreadable) {
		if (summary.unreadable == 1)
			error_set(&note, "%s could not be read.", summary.first_unreadable);
		else
			error_set(&note,
				  "%zu files could not be read, %s among them: see %s/manifest.",
				  summary.unreadable, summary.first_unreadable,
				  run->options.capture);
		say(note.cause);
	}
	return true;
}

static bool load_once(struct run *run)
{
	const struct options *options = &run->options;
	struct error ignored = {0};

	say_notes(run->plan.notes, run->plan.note_count);
	/* A broken standard error is no reason not to load. */
	if (options->debug && !plan_print(stderr, &run->machine, &run->image, &run->plan, PLAN_TEXT,
					  false, &run->arena, &ignored))
		say(ignored.cause);
	if (!load_plan(&run->load, &run->plan, &run->error))
		return false;
	say_notes(run->load.notes, run->load.note_count);
	return true;
}

/* The second try is planned from the start: it needs room in memory where the first needed none. */
static bool load_by_segments(struct run *run)
{
	run->earlier = run->error;
	run->error = (struct error){0};
	if (!plan_make(&run->machine, &run->options, &run->image, CALL_SEGMENTS, &run->arena,
		       &run->plan, &run->error) ||
	    !load_once(run))
		return false;
	run->earlier = (struct error){0};
	return true;
}

/* The kernel frees a crash kernel before it looks at the next: whoever relied on it must know. */
static bool has_lost_crash_kernel(struct run *run)
{
	struct error ignored = {0};

	return run->options.panic && run->machine.crash_loaded == YES &&
	       status_read(&run->root, true, &run->arena, &ignored) == NO;
}

static bool load_kernel(struct run *run)
{
	if (!make_plan(run) || !passes_check(run))
		return false;
	say_option_notes(run);
	run->load.machine = &run->machine;
	run->load.kernel = run->options.kernel;
	run->load.call = run->options.call;
	if (load_once(run) ||
	    (run->plan.by == BY_FILE && run->options.call == CALL_AUTO &&
	     load_falls_back(run->load.refused) && load_by_segments(run)))
		return true;
	if (run->plan.by == BY_FILE)
		verify_explain(&run->image, &run->root, run->load.refused,
			       load_met_lockdown(&run->load, run->options.panic), &run->arena,
			       &run->error);
	run->lost = has_lost_crash_kernel(run);
	return false;
}

/* Unloading needs the machine's facts only to explain a failure, and an initramfs may lack them. */
static bool unload_kernel(struct run *run)
{
	const struct arch *arch = machine_arch(&run->root, &run->arena, &run->error);
	struct error ignored = {0};

	if (!arch)
		return false;
	if (!machine_read(&run->root, &run->arena, &run->machine, &ignored))
		run->machine = (struct machine){
			.arch = arch,
			.privileged = UNKNOWN,
			.load_disabled = UNKNOWN,
			.limit_reboot = -1,
			.limit_panic = -1,
		};
	run->load = (struct load){.machine = &run->machine, .call = run->options.call};
	return load_unload(&run->load, run->options.panic, &run->error);
}

static bool nothing_loaded(struct run *run)
{
	struct error ignored = {0};

	/* Where nothing says so, as in an initramfs without /sys, the kernel may be there. */
	if (status_without_kexec(&run->root, &run->arena)) {
		error_set(&run->error, "The running kernel was built without kexec.");
		error_remedy(&run->error, "Boot a kernel with CONFIG_KEXEC or CONFIG_KEXEC_FILE.");
	} else if (status_read(&run->root, false, &run->arena, &ignored) == NO) {
		error_remedy(&run->error, "Load a kernel first: kexec -l KERNEL.");
	} else {
		return false;
	}
	error_status(&run->error, EXIT_USAGE);
	error_headline(&run->error, "Nothing has been loaded!");
	return true;
}

/* What was taken down stays so when the kernel that was to come does not. */
static bool start_kernel(struct run *run)
{
	if (reboot_kexec(&run->error))
		return true;
	if (run->options.ifdown)
		error_context(&run->error, "The network interfaces have been taken down already. ");
	return false;
}

/* Output that cannot be written is no reason to stay when devices have been let go. */
static bool quiesce(struct run *run)
{
	const struct options *options = &run->options;

	return !options->quiesce.asked ||
	       (quiesce_machine(stdout, &run->root, options, &run->arena, &run->status,
				&run->error) &&
		(options->exec || finish_output(&run->error)));
}

/* From a loaded kernel to the end of this one, as far as the options go. */
static bool leave(struct run *run)
{
	const struct options *options = &run->options;
	struct error problem = {0};

	if ((options->exec || options->shutdown) && nothing_loaded(run))
		return false;
	if (options->sync)
		reboot_sync();
	if (!quiesce(run))
		return false;
	if (options->ifdown && !reboot_interfaces_down(&problem))
		print_error(&problem);
	if (options->exec)
		return start_kernel(run);
	return !options->shutdown || reboot_shutdown(&run->error);
}

static bool act(struct run *run, int argc, char **argv)
{
	static char help[16384];
	const struct options *options = &run->options;

	if (!parse(run, argc, argv))
		return false;
	if (options->help || options->version) {
		/* In one piece: a reader that has seen enough would end the program otherwise. */
		setvbuf(stdout, help, _IOFBF, sizeof(help));
		if (options->help)
			usage_print(stdout);
		else
			usage_print_version(stdout);
		return finish_output(&run->error);
	}
	if (options->print_crash_size)
		return print_crash_size(run);
	if (options->status)
		return report_status(run);
	if (options->capture)
		return capture(run);
	if (options->check)
		return check(run);
	if (options->plan != PLAN_NONE)
		return print_plan(run);
	return (!options->unload || unload_kernel(run)) && (!options->load || load_kernel(run)) &&
	       leave(run);
}

/* A mapped file that becomes shorter takes its pages along: nothing of it has been loaded then. */
static void file_shrank(int signal)
{
	static const char text[] = "A file became shorter while it was read. Nothing was loaded; "
				   "try again when it is complete.\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_FAILED);
	_exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
	struct run run = {.root = {.fd = -1}};

	run.image = IMAGE_CLOSED;
	signal(SIGBUS, file_shrank);
	if (!act(&run, argc, argv)) {
		print_error(&run.error);
		print_error(&run.earlier);
		if (run.lost)
			say("The crash kernel that was loaded before is gone: none is loaded now.");
		run.status = run.error.status ? run.error.status : EXIT_FAILED;
	}
	image_close(&run.image);
	sysroot_close(&run.root);
	arena_release(&run.arena);
	return run.status;
}
