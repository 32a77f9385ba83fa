// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --check with a kernel: the load is planned as it would be done, and what planning says becomes
 * findings. It opens the files and loads nothing; how a plan is made is known elsewhere.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "kexec/check_report.h"
#include "kexec/plan_print.h"
#include "kexec/requests.h"
#include "kexec/verify.h"

struct loading {
	const struct sysroot *root;
	const struct machine *machine;
	const struct machine_state *state;
	const struct options *options;
	struct image image;
	struct arena *arena;
	struct findings *findings;
	struct error *error;
};

static bool add(const struct loading *l, const char *name, bool seen, enum verdict verdict,
		const char *reason, const char *remedy)
{
	const struct finding finding = {name, seen, {verdict, reason, remedy}};

	if (!reason)
		return false;
	return findings_add(l->findings, &finding) ||
	       error_set(l->error, "There are more than %d findings.", FINDINGS_MAX);
}

/* What went wrong, with `why` in front; some errors have only the line that scripts match. */
static bool add_problem(const struct loading *l, const char *name, bool seen, enum verdict verdict,
			const char *why, const struct error *problem)
{
	const char *cause = problem->cause[0] ? problem->cause : problem->headline;
	int length = (int)strcspn(cause, "\n");
	const char *end = length && cause[length - 1] == '.' ? "" : ".";
	const char *remedy = NULL;

	if (seen && problem->remedy[0]) {
		remedy = arena_format(l->arena, l->error, "%s", problem->remedy);
		if (!remedy)
			return false;
	}
	return add(l, name, seen, verdict,
		   arena_format(l->arena, l->error, "%s%.*s%s", why, length, cause, end), remedy);
}

static bool add_room(const struct loading *l, const struct plan *plan)
{
	char text[PLAN_SIZE_TEXT];
	uint64_t size = 0;

	for (unsigned i = 0; i < plan->segment_count; i++)
		size += range_size(plan->segments[i].memory);
	return add(l, "room", true, VERDICT_CLEAR,
		   arena_format(l->arena, l->error,
				"There is room in memory for its %u segments, %s.",
				plan->segment_count, plan_size_text(size, text)),
		   NULL);
}

/* Where kexec_file_load puts it only the running kernel knows; kexec_load needs the same memory. */
static bool check_room(const struct loading *l, const struct plan *plan)
{
	struct error problem = {0};
	struct plan segments;

	if (plan->by == BY_SEGMENTS)
		return add_room(l, plan);
	if (l->options->panic)
		return true;
	if (plan_make(l->machine, l->options, &l->image, CALL_SEGMENTS, l->arena, &segments,
		      &problem))
		return add_room(l, &segments);
	if (l->options->call == CALL_AUTO && l->machine->usable.count)
		return add_problem(l, "room", true, VERDICT_WARNING,
				   "kexec_load, which is tried when kexec_file_load is refused, "
				   "cannot load it. ",
				   &problem);
	return add_problem(l, "room", false, VERDICT_CLEAR,
			   "Whether there is room in memory could not be seen. ", &problem);
}

/* The crash kernel may be another one, but whoever has one mostly uses the same. */
static bool check_crash_room(const struct loading *l)
{
	const struct memmap *crash = &l->machine->crash;
	struct options options = *l->options;
	struct error problem = {0};
	char text[PLAN_SIZE_TEXT];
	struct plan plan;

	if (options.panic || !crash->count)
		return true;
	options.panic = true;
	if (plan_make(l->machine, &options, &l->image, options.call, l->arena, &plan, &problem))
		return add(l, "crash room", true, VERDICT_CLEAR,
			   arena_format(l->arena, l->error,
					"As a crash kernel it fits into the reservation, %s.",
					plan_size_text(
						range_size(crash->entries[crash->count - 1].range),
						text)),
			   NULL);
	if (plan.no_room.name)
		return add_problem(l, "crash room", true, VERDICT_WARNING,
				   "As a crash kernel it does not fit. ", &problem);
	return add_problem(l, "crash room", false, VERDICT_CLEAR,
			   "Whether it fits as a crash kernel could not be seen. ", &problem);
}

/* Without --verify it counts what the running kernel will make of it. */
static bool check_own_signature(const struct loading *l, const struct plan *plan)
{
	static const char
		name[] = "signature",
		remedy[] = "Sign it with a key that this machine trusts, or take a kernel that is.";
	bool forced = judging_configured(l->state, "CONFIG_KEXEC_SIG_FORCE");
	bool wanted = l->machine->lockdown != LOCKDOWN_NONE || (plan->by == BY_FILE && forced);
	struct verify_forecast forecast;
	struct error problem = {0};

	if (!verify_forecast(&l->image, l->root, l->arena, &forecast, &problem))
		return add_problem(l, name, false, VERDICT_CLEAR,
				   "Whether the kernel is signed could not be seen. ", &problem);
	if (!wanted)
		return add(l, name, true, VERDICT_CLEAR,
			   arena_format(l->arena, l->error,
					"%s The running kernel is not known to ask for one.",
					forecast.text),
			   NULL);
	if (!forecast.taken)
		return add(l, name, true, VERDICT_RISK,
			   arena_format(l->arena, l->error,
					"%s The running kernel takes only signed kernels.",
					forecast.text),
			   remedy);
	if (!forecast.trusted && forecast.variables)
		return add(l, name, true, VERDICT_WARNING, forecast.text, remedy);
	return add(l, name, forecast.trusted, VERDICT_CLEAR, forecast.text, NULL);
}

static bool check_signature(const struct loading *l, const struct plan *plan)
{
	struct error problem = {0};
	struct verify_report lines;

	if (l->options->verify == VERIFY_NOTHING)
		return check_own_signature(l, plan);
	if (!verify_image(l->options, l->root, &l->image, plan->asked_cmdline, plan->cmdline,
			  l->arena, &lines, &problem))
		return add_problem(l, "signature", true, VERDICT_RISK, "", &problem);
	if (l->options->verify != VERIFY_SHOW)
		return add(l, "signature", true, VERDICT_CLEAR,
			   "What --verify asks for is signed by a trusted key.", NULL);
	for (unsigned i = 0; i < lines.count && l->findings->count < FINDINGS_MAX / 2; i++)
		if (!add(l, "signature", true, VERDICT_CLEAR, lines.lines[i], NULL))
			return false;
	return true;
}

struct refusal {
	const char *why, *remedy;
};

/* Why the running kernel takes nothing by the plan's system call; `why` is a clause or NULL. */
static struct refusal find_refusal(const struct loading *l, const struct plan *plan)
{
	const char *forbidden = judging_forbidden(l->machine, l->options->panic);
	bool locked_down = l->machine->lockdown != LOCKDOWN_NONE;
	bool configured = l->state->files[STATE_CONFIG].bytes.data;

	if (l->state->without_kexec)
		return (struct refusal){"the running kernel was built without kexec",
					"Boot a kernel with CONFIG_KEXEC or CONFIG_KEXEC_FILE."};
	if (forbidden)
		return (struct refusal){forbidden, JUDGING_FORBIDDEN_REMEDY};
	if (plan->by == BY_SEGMENTS && locked_down)
		return (struct refusal){"the running kernel is locked down and refuses kexec_load",
					"Use -s with a signed kernel of a type that it takes."};
	if (plan->by == BY_SEGMENTS && configured && !judging_configured(l->state, "CONFIG_KEXEC"))
		return (struct refusal){"the running kernel was built without kexec_load",
					"Use -s, or boot a kernel with CONFIG_KEXEC."};
	if (plan->by == BY_FILE && l->options->call == CALL_FILE && configured &&
	    !judging_configured(l->state, "CONFIG_KEXEC_FILE"))
		return (struct refusal){"the running kernel was built without kexec_file_load",
					"Use -c, or boot a kernel with CONFIG_KEXEC_FILE."};
	return (struct refusal){NULL, NULL};
}

static bool add_kernel(const struct loading *l, const struct plan *plan)
{
	const struct refusal refusal = find_refusal(l, plan);

	if (refusal.why)
		return add(l, "kernel", true, VERDICT_RISK,
			   arena_format(l->arena, l->error, "%s (%s) cannot be loaded: %s.",
					l->options->kernel, plan->format, refusal.why),
			   refusal.remedy);
	return add(l, "kernel", true, VERDICT_CLEAR,
		   arena_format(l->arena, l->error,
				"%s is a kernel for this machine (%s), to be loaded by %s: %s.",
				l->options->kernel, plan->format, plan_call_name(plan), plan->why),
		   NULL);
}

static bool check_plan(const struct loading *l, const char **cmdline)
{
	struct error problem = {0};
	struct plan plan;

	if (!requests_check(l->options, l->machine, &problem) ||
	    !plan_make(l->machine, l->options, &l->image, l->options->call, l->arena, &plan,
		       &problem))
		return add_problem(l, "kernel", true, VERDICT_RISK, "It cannot be loaded. ",
				   &problem);
	/* A unified image's own goes when the image is closed. */
	if (plan.cmdline) {
		*cmdline = arena_format(l->arena, l->error, "%s", plan.cmdline);
		if (!*cmdline)
			return false;
	}
	return add_kernel(l, &plan) && check_room(l, &plan) && check_crash_room(l) &&
	       check_signature(l, &plan);
}

bool check_load(const struct sysroot *root, const struct machine *machine,
		const struct machine_state *state, const struct options *options,
		struct arena *arena, struct findings *findings, const char **cmdline,
		struct error *error)
{
	struct loading l = {root, machine, state, options, IMAGE_CLOSED, arena, findings, error};
	bool done;

	*cmdline = NULL;
	if (!image_open(&l.image, options, error))
		return false;
	done = (!plan_takes_modules(l.machine, &l.image) ||
		image_open_modules(&l.image, options, error)) &&
	       check_plan(&l, cmdline);
	image_close(&l.image);
	return done;
}
