// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Carrying out what quiesce.c decided: the only file that writes to sysfs. A driver may take any
 * time, or for ever, to let a device go, in a state in which no signal reaches the process. So each
 * device has a process of its own, which is left behind when its time is up.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kexec/check_report.h"
#include "kexec/escape.h"
#include "kexec/machine_uses.h"
#include "kexec/options.h"

/* PCI local bus specification: the command register, and its bit for bus mastering. */
#define PCI_COMMAND 4
#define PCI_COMMAND_MASTER 0x4

/* Of the processes that let devices go, in 15 characters at most: a later run knows them by it. */
#define PROCESS_NAME "kexec-unbinding"

struct work {
	FILE *out;
	const struct sysroot *root;
	const struct options *options;
	struct candidate *candidates;
	size_t count;
	struct use_facts facts;
	struct arena *arena;
	int *status;
	struct error *error;
};

/* What the process of a device answers. */
struct answer {
	int number;  /* errno; 0: done */
	size_t disk; /* which of the disks is in use, from 1; 0: none */
};

#define NEEDS_RESET                                                                                \
	"See in the kernel's messages what the driver waits for; a machine that must not stay "    \
	"needs a reset from outside."

static void worsen(struct work *w, int status)
{
	if (*w->status < status)
		*w->status = status;
}

/* Each line at once: the machine may be gone before the stream is flushed. */
static bool say(struct work *w, const struct quiesce_step *step, const char *what)
{
	const char *name = escape_terminal(step->candidate->device->name, w->arena, w->error);

	if (!name || !what)
		return false;
	fprintf(w->out, "%s: %s\n", name, what);
	fflush(w->out);
	return true;
}

static const char *driver_of(struct work *w, const struct quiesce_step *step)
{
	return escape_terminal(step->candidate->device->driver, w->arena, w->error);
}

/* Nobody holds the disks; whoever does need not have shown in what was read. */
static size_t disk_in_use(const struct sysroot *root, const struct quiesce_step *step)
{
	for (size_t i = 0; i < step->disk_count; i++) {
		int fd = openat(root->fd, step->disks[i]->node + 1,
				O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);

		if (fd < 0 && errno == EBUSY)
			return i + 1;
		if (fd >= 0)
			close(fd);
	}
	return 0;
}

static struct answer act(const struct sysroot *root, const struct quiesce_step *step,
			 const char *file)
{
	const char *text = step->method == QUIESCE_UNBIND ? step->candidate->device->name : "1";
	struct answer answer = {.disk = disk_in_use(root, step)};
	int fd;

	if (answer.disk)
		return answer;
	fd = openat(root->fd, file + 1, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		answer.number = errno;
	if (fd >= 0)
		close(fd);
	return answer;
}

/* Whoever waits for the end of our output must not wait for this process. */
static void be_child(const struct sysroot *root, const struct quiesce_step *step, const char *file,
		     int out)
{
	struct sysroot own = *root;
	struct answer answer;
	ssize_t ignored;

	setsid();
	prctl(PR_SET_NAME, PROCESS_NAME);
	/* A stream that was closed from the start has lent its number to one of these. */
	own.fd = fcntl(root->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	out = fcntl(out, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		close(fd);
	answer = act(&own, step, file);
	ignored = write(out, &answer, sizeof(answer));
	_exit(ignored == sizeof(answer) ? 0 : 1);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether something came before the time was up. */
static bool wait_for(int fd, int seconds)
{
	int64_t end = milliseconds() + seconds * 1000, left;
	struct pollfd poller = {.fd = fd, .events = POLLIN};

	while ((left = end - milliseconds()) > 0)
		if (poll(&poller, 1, (int)left) > 0)
			return true;
	return false;
}

enum outcome { DONE, REFUSED, STUCK };

/* From the other end of the pipe. Only a process that no signal ends is stuck. */
static enum outcome read_answer(int fd, int seconds, pid_t child, struct answer *answer)
{
	if (wait_for(fd, seconds)) {
		if (read(fd, answer, sizeof(*answer)) != sizeof(*answer))
			answer->number = ECHILD;
		return answer->number || answer->disk ? REFUSED : DONE;
	}
	kill(child, SIGKILL);
	answer->number = ETIME;
	return wait_for(fd, 1) ? REFUSED : STUCK;
}

static enum outcome run_child(struct work *w, const struct quiesce_step *step, const char *file,
			      struct answer *answer)
{
	enum outcome outcome = REFUSED;
	int ends[2];
	pid_t child;

	*answer = (struct answer){0, 0};
	if (pipe2(ends, O_CLOEXEC)) {
		answer->number = errno;
		return REFUSED;
	}
	child = fork();
	if (!child) {
		close(ends[0]);
		be_child(w->root, step, file, ends[1]);
	}
	answer->number = child < 0 ? errno : 0;
	close(ends[1]);
	if (child > 0) {
		outcome = read_answer(ends[0], w->options->quiesce.seconds, child, answer);
		waitpid(child, NULL, outcome == STUCK ? WNOHANG : 0);
	}
	close(ends[0]);
	return outcome;
}

static bool has_driver(struct work *w, const struct candidate *candidate)
{
	const char *path = arena_format(w->arena, w->error, "%s/driver", candidate->directory),
		   *driver;
	struct error ignored = {0};

	return path && sysroot_link(w->root, w->arena, path, &driver, &ignored) == SYSROOT_OK;
}

static bool is_master(struct work *w, const struct candidate *candidate)
{
	const char *path = arena_format(w->arena, w->error, "%s/config", candidate->directory);
	struct error ignored = {0};
	struct bytes config;

	return candidate->device->bus == DRIVER_PCI && path &&
	       sysroot_head(w->root, w->arena, path, PCI_COMMAND + 2, &config, &ignored) ==
		       SYSROOT_OK &&
	       config.size == PCI_COMMAND + 2 &&
	       bytes_get(config.data + PCI_COMMAND, 2, LITTLE) & PCI_COMMAND_MASTER;
}

/* What the kernel shows of it now, not what was asked for. */
static bool say_done(struct work *w, const struct quiesce_step *step)
{
	if (step->method == QUIESCE_RESET)
		return say(w, step, "reset");
	if (has_driver(w, step->candidate)) {
		worsen(w, EXIT_AT_RISK);
		return say(w, step, "unbound, but it has a driver again");
	}
	return say(
		w, step,
		arena_format(w->arena, w->error, "unbound from %s%s", driver_of(w, step),
			     is_master(w, step->candidate) ? "; bus mastering is still on" : ""));
}

static bool say_refused(struct work *w, const struct quiesce_step *step,
			const struct answer *answer)
{
	const char *verb = step->method == QUIESCE_RESET ? "reset" : "unbound";

	if (answer->disk) {
		worsen(w, EXIT_WARNINGS);
		return say(w, step,
			   arena_format(w->arena, w->error,
					"left alone: %s is in use, though nothing shows by what",
					step->disks[answer->disk - 1]->place.name));
	}
	worsen(w, EXIT_AT_RISK);
	return say(w, step,
		   arena_format(w->arena, w->error, "could not be %s: %s", verb,
				strerror(answer->number)));
}

static bool be_stuck(struct work *w, const struct quiesce_step *step,
		     const struct quiesce_step *end)
{
	const char *verb = step->method == QUIESCE_RESET ? "resetting" : "unbinding";

	if (!say(w, step,
		 arena_format(w->arena, w->error, "stuck: %s it has not ended after %d seconds",
			      verb, w->options->quiesce.seconds)))
		return false;
	for (const struct quiesce_step *other = step + 1; other < end; other++)
		if (!say(w, other, "not tried, since another is stuck"))
			return false;
	error_remedy(w->error, NEEDS_RESET);
	return error_set(
		w->error,
		"Nothing was started: %s %.100s has not ended after %d seconds. This kernel waits "
		"for that before it ends, by a jump or in any other way.",
		verb, step->candidate->device->name, w->options->quiesce.seconds);
}

static bool say_plan(struct work *w, const struct quiesce_step *step)
{
	if (step->method == QUIESCE_RESET)
		return say(w, step, "would be reset");
	return say(
		w, step,
		arena_format(w->arena, w->error, "would be unbound from %s", driver_of(w, step)));
}

static bool take(struct work *w, const struct quiesce_step *step, const struct quiesce_step *end)
{
	const char *file = arena_format(w->arena, w->error, "%s/%s", step->candidate->directory,
					step->method == QUIESCE_UNBIND ? "driver/unbind" : "reset");
	struct answer answer;

	if (!file)
		return false;
	switch (run_child(w, step, file, &answer)) {
	case DONE:
		return say_done(w, step);
	case REFUSED:
		/* Another one may have taken it along, as an adapter does with what hangs on it. */
		if (step->method == QUIESCE_UNBIND && !has_driver(w, step->candidate))
			return say(w, step, "gone already");
		return say_refused(w, step, &answer);
	case STUCK:
		break;
	}
	return be_stuck(w, step, end);
}

static bool take_all(struct work *w, const struct quiesce *quiesce)
{
	const struct quiesce_step *end = quiesce->steps + quiesce->count;

	for (const struct quiesce_step *step = quiesce->steps; step < end; step++) {
		bool done;

		if (step->method == QUIESCE_LEAVE) {
			worsen(w, EXIT_WARNINGS);
			done = say(w, step,
				   arena_format(w->arena, w->error, "left alone: %s", step->why));
		} else {
			done = w->options->dry_run ? say_plan(w, step) : take(w, step, end);
		}
		if (!done)
			return false;
	}
	return true;
}

static bool add_candidate(struct work *w, size_t *capacity, const struct device *device,
			  bool at_risk)
{
	struct candidate *room =
		arena_grow(w->arena, w->candidates, w->count, capacity, sizeof(*room), w->error);

	if (!room || !machine_candidate_read(w->root, device, w->arena, &room[w->count], w->error))
		return false;
	room[w->count++].at_risk = at_risk;
	w->candidates = room;
	return true;
}

/* What was named, and has no driver. */
static bool add_unbound(struct work *w, size_t *capacity, const char *word)
{
	const char *names[] = {word, arena_format(w->arena, w->error, "0000:%s", word)};

	for (size_t i = 0; i < w->count; i++)
		if (quiesce_names(word, w->candidates[i].device->name))
			return true;
	for (unsigned bus = 0; names[1] && bus < DRIVER_BUS; bus++) {
		for (unsigned i = 0; i < 2; i++) {
			struct device *device = arena_alloc(w->arena, sizeof(*device), w->error);
			bool found;

			if (!device || !machine_device_read(w->root, bus, names[i], w->arena,
							    device, &found, w->error))
				return false;
			if (found)
				return add_candidate(w, capacity, device, false);
		}
	}
	return names[1];
}

/* Modules are looked into only where it counts what their drivers have. */
static bool read_candidates(struct work *w)
{
	const struct quiesce_choice *choice = &w->options->quiesce;
	struct report report = {0};
	size_t capacity = 0;

	if (!(choice->at_risk ? check_machine(w->root, w->options, w->arena, &report, w->error)
			      : machine_devices_read(w->root, w->arena, &report.devices, w->error)))
		return false;
	for (size_t i = 0; i < report.devices.count; i++) {
		const struct report_entry *entry = report.entries ? &report.entries[i] : NULL;

		if (!add_candidate(w, &capacity, entry ? entry->device : &report.devices.list[i],
				   entry && entry->judgement.verdict == VERDICT_RISK))
			return false;
	}
	for (unsigned i = 0; i < choice->device_count; i++)
		if (!add_unbound(w, &capacity, choice->devices[i]))
			return false;
	for (unsigned i = 0; i < report.unseen_count; i++) {
		const char *text = escape_terminal(report.unseen[i], w->arena, w->error);

		if (!text)
			return false;
		fprintf(w->out, "%s\n", text);
		worsen(w, EXIT_WARNINGS);
	}
	return true;
}

/*
 * A device that is being unbound shows no driver any more, so nothing else tells of one that has
 * been stuck since an earlier run.
 */
static bool nothing_is_stuck(struct work *w)
{
	const char *number;

	if (!machine_process_find(w->root, PROCESS_NAME, w->arena, &number, w->error))
		return false;
	if (!number)
		return true;
	error_remedy(w->error, NEEDS_RESET);
	return error_set(w->error,
			 "Nothing was started: an earlier --quiesce has not ended (process %.20s). "
			 "This kernel "
			 "waits for that before it ends, by a jump or in any other way.",
			 number);
}

bool quiesce_machine(FILE *out, const struct sysroot *root, const struct options *options,
		     struct arena *arena, int *status, struct error *error)
{
	struct work w = {
		.out = out,
		.root = root,
		.options = options,
		.arena = arena,
		.status = status,
		.error = error,
	};
	struct quiesce quiesce;

	*status = EXIT_CLEAR;
	/* Whoever read our output may have been cut off by what was just done. */
	if (!options->dry_run)
		signal(SIGPIPE, SIG_IGN);
	if (!nothing_is_stuck(&w) || !read_candidates(&w) ||
	    !machine_uses_read(root, arena, &w.facts, error) ||
	    !quiesce_decide(w.candidates, w.count, &options->quiesce, &w.facts, arena, &quiesce,
			    error))
		return false;
	if (w.facts.denied)
		fprintf(out, "This user may not see what is mounted for other users' processes; "
			     "root's answer may differ.\n");
	if (!quiesce.count)
		fprintf(out, options->quiesce.driver_count || options->quiesce.device_count
				     ? "No device was chosen.\n"
				     : "No device is known to be at risk.\n");
	return take_all(&w, &quiesce);
}
