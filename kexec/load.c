// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The only place that makes the two kexec system calls. It passes a plan on as it is, repeats a
 * call only where the kernel asked for it, and leaves what a refusal means to load_reason.c. It
 * never decides what to load.
 */
#include "kexec/load.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "arch/arch.h"

#define BUSY_TRIES 5
#define BUSY_SLEEP_MILLISECONDS 150

/* struct kexec_segment, include/uapi/linux/kexec.h. */
struct kexec_segment {
	const void *buffer;
	size_t buffer_size;
	uintptr_t memory;
	size_t memory_size;
};

/* Flags that older kernels refuse with EINVAL, the newest first, and what to say without them. */
static const struct optional_flag {
	enum plan_by by;
	uint64_t flag;
	const char *note;
} optional_flags[] = {
	{BY_FILE, KEXEC_FILE_FORCE_DTB,
	 "--force-dtb came with Linux 6.18, and the running kernel is older: loaded without it."},
	{BY_FILE, KEXEC_FILE_NO_CMA,
	 "--no-cma came with Linux 6.17, and the running kernel is older: loaded without it."},
	{BY_FILE, KEXEC_FILE_DEBUG, NULL},
	{BY_SEGMENTS, KEXEC_DEBUG, NULL},
};

/* Each of the four calls below returns 0 or an errno. */

static int call_file(const struct plan *plan, uint64_t flags)
{
	/* No command line at all has length 0; the kernel counts the NUL of any other. */
	size_t size = plan->cmdline ? strlen(plan->cmdline) + 1 : 0;

	if (arch_nr_kexec_file_load < 0)
		return ENOSYS;
	if (syscall(arch_nr_kexec_file_load, plan->kernel_fd, plan->initrd_fd, size, plan->cmdline,
		    (unsigned long)flags))
		return errno;
	return 0;
}

static int call_segments(const struct plan *plan, uint64_t flags)
{
	struct kexec_segment segments[PLAN_SEGMENTS_MAX];

	if (arch_nr_kexec_load < 0)
		return ENOSYS;
	for (unsigned i = 0; i < plan->segment_count; i++) {
		const struct segment *segment = &plan->segments[i];

		segments[i] = (struct kexec_segment){
			.buffer = segment->bytes.data,
			.buffer_size = segment->bytes.size,
			.memory = (uintptr_t)segment->memory.start,
			.memory_size = (size_t)range_size(segment->memory),
		};
	}
	if (syscall(arch_nr_kexec_load, (unsigned long)plan->entry,
		    (unsigned long)plan->segment_count, segments, (unsigned long)flags))
		return errno;
	return 0;
}

/* A plan without segments, or with KEXEC_FILE_UNLOAD, unloads. */
static int call_once(const struct plan *plan, uint64_t flags)
{
	return plan->by == BY_FILE ? call_file(plan, flags) : call_segments(plan, flags);
}

/* Another kexec call holds the lock only for moments, but the kernel does not wait for it. */
static int call_patiently(struct load *load, const struct plan *plan, uint64_t flags)
{
	const struct timespec pause = {.tv_nsec = BUSY_SLEEP_MILLISECONDS * 1000000L};

	for (int try = 1;; try++) {
		load->refused = call_once(plan, flags);
		load->calls++;
		if (load->refused != EBUSY || try == BUSY_TRIES)
			return load->refused;
		nanosleep(&pause, NULL);
	}
}

static void note(struct load *load, const char *text)
{
	if (text && load->note_count < LOAD_NOTES_MAX)
		load->notes[load->note_count++] = text;
}

static int call(struct load *load, const struct plan *plan)
{
	const size_t count = sizeof(optional_flags) / sizeof(optional_flags[0]);
	uint64_t flags = plan->flags;
	int refused = call_patiently(load, plan, flags);

	for (size_t i = 0; i < count && refused == EINVAL; i++) {
		if (optional_flags[i].by != plan->by || !(flags & optional_flags[i].flag))
			continue;
		flags &= ~optional_flags[i].flag;
		refused = call_patiently(load, plan, flags);
	}
	for (size_t i = 0; i < count && !refused; i++)
		if (optional_flags[i].by == plan->by &&
		    (plan->flags & ~flags & optional_flags[i].flag))
			note(load, optional_flags[i].note);
	return refused;
}

bool load_falls_back(int refused)
{
	return refused == ENOSYS || refused == EINVAL || refused == ENOEXEC ||
	       refused == EOPNOTSUPP;
}

/* With -s alone kexec-tools says only this when there is no such call; scripts know the line. */
static bool not_available(struct error *error)
{
	error_status(error, EXIT_NO_FILE_CALL);
	return error_headline(error, "syscall kexec_file_load not available.");
}

bool load_plan(struct load *load, const struct plan *plan, struct error *error)
{
	bool by_file = plan->by == BY_FILE;
	bool panic = plan->flags & (by_file ? KEXEC_FILE_ON_CRASH : KEXEC_ON_CRASH);

	if (load->machine->captured)
		return error_set(error,
				 "A plan for a captured machine cannot be loaded on this one.");
	if (!call(load, plan))
		return true;
	if (by_file && load->call == CALL_FILE && load_falls_back(load->refused)) {
		if (load->refused == ENOSYS)
			return not_available(error);
		error_status(error, EXIT_NO_FILE_CALL);
	}
	error_headline(error, "%s failed: %s", by_file ? "kexec_file_load" : "kexec_load",
		       strerror(load->refused));
	return load_reason(load, plan->by, panic, plan, load->refused, error);
}

bool load_unload(struct load *load, bool panic, struct error *error)
{
	const struct plan by_file = {
		.by = BY_FILE,
		.flags = KEXEC_FILE_UNLOAD | (panic ? KEXEC_FILE_ON_CRASH : 0),
		.kernel_fd = -1,
		.initrd_fd = -1,
	};
	const struct plan by_segments = {
		.by = BY_SEGMENTS,
		.flags = (uint64_t)load->machine->arch->elf_machine << 16 |
			 (panic ? KEXEC_ON_CRASH : 0),
	};
	const struct plan *plan = &by_file;

	if (load->call == CALL_SEGMENTS || (load->call == CALL_AUTO && load->machine->xen))
		plan = &by_segments;
	if (call(load, plan) == ENOSYS && load->call == CALL_AUTO && plan == &by_file) {
		plan = &by_segments;
		call(load, plan);
	}
	if (!load->refused)
		return true;
	if (load->call == CALL_FILE && load->refused == ENOSYS)
		return not_available(error);
	error_headline(error, "kexec unload failed: %s", strerror(load->refused));
	return load_reason(load, plan->by, panic, NULL, load->refused, error);
}
