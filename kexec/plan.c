// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making a plan: which image format, which system call, where each segment goes. It knows the rules
 * that hold on every machine (those of kernel/kexec_core.c) and leaves boot protocols to the
 * formats in arch/. A pure function: every fact comes in, nothing goes out but the plan.
 */
#include "kexec/plan.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "arch/arch.h"
#include "kexec/cmdline.h"
#include "kexec/crash.h"

/* An option that only kexec_load can honour, when it was given; NULL otherwise. */
static const char *option_for_segments(const struct options *options, const struct arch *arch)
{
	if (options->mem_min_given)
		return "mem-min";
	if (options->mem_max_given)
		return "mem-max";
	if (options->entry_given)
		return "entry";
	if (options->entry_32bit)
		return "entry-32bit";
	if (options->real_mode)
		return "real-mode";
	if (options->reuse_initrd)
		return "reuseinitrd";
	return options->dtb && arch->device_tree ? "dtb" : NULL;
}

static bool say_unknown_type(const struct image *image, struct bytes kernel, struct error *error)
{
	const char *path = image->kernel_file.path;
	/* The bytes to be told are not those that the file begins with. */
	const char *where = image->kernel_unpacked.bytes.size ? "The kernel inside of " : "";

	error_headline(error, "Cannot determine the file type of %s", path);
	if (bytes_equal_at(kernel, 0, "\177ELF", 4))
		error_set(error,
			  "%s%s is an ELF file, but not one that this architecture can start.",
			  where, path);
	else if (kernel.size < 4)
		error_set(error, "%s%s holds only %zu byte(s).", where, path, kernel.size);
	else
		error_set(error,
			  "%s%s begins with the bytes %02x %02x %02x %02x, which no kernel format "
			  "here does.",
			  where, path, kernel.data[0], kernel.data[1], kernel.data[2],
			  kernel.data[3]);
	return error_remedy(
		error,
		"Name a kernel that was built for this architecture; kexec -h lists the types.");
}

static const struct format *format_find(const struct arch *arch, const struct options *options,
					const struct image *image, struct error *error)
{
	struct bytes kernel = image_kernel(image);
	const struct format *found = NULL, *named = NULL;

	for (const struct format *const *format = arch->formats; *format; format++) {
		if (!found && (*format)->probe(kernel))
			found = *format;
		if (options->type && !strcmp(options->type, (*format)->name))
			named = *format;
	}
	if (options->type && !named) {
		error_headline(error, "Unsupported kernel type %s", options->type);
		error_set(error, "-t names %s, which is not an image type of %s.", options->type,
			  arch->name);
		error_remedy(error,
			     "Leave -t out, or take a type from the list that kexec -h prints.");
		return NULL;
	}
	if (!found) {
		say_unknown_type(image, kernel, error);
		return NULL;
	}
	if (named && (!named->probe(kernel) || (named->uki && !image->uki))) {
		error_headline(error, "Wrong file type %s, file matches type %s", named->name,
			       found->name);
		error_set(error, "-t says %s, but %s is a %s.", named->name,
			  image->kernel_file.path, found->name);
		error_remedy(error, "Leave -t out, or write -t %s.", found->name);
		return NULL;
	}
	if (named)
		found = named;
	if (found->refusal) {
		error_headline(error, "Cannot load %s", image->kernel_file.path);
		error_set(error, "%s is of type %s: %s", image->kernel_file.path, found->name,
			  found->refusal);
		return NULL;
	}
	return found;
}

/* Of a unified kernel image, or an addon to it. */
static bool has_own_device_tree(const struct planning *p)
{
	struct plan_device_tree tree;

	return plan_device_tree(p, &tree) && tree.inside;
}

bool plan_takes_modules(const struct machine *machine, const struct image *image)
{
	for (const struct format *const *format = machine->arch->formats; *format; format++)
		if ((*format)->modules && (*format)->probe(image_kernel(image)))
			return true;
	return false;
}

static bool choose_file(const struct planning *p, const struct format *format,
			enum call_choice call, struct error *error)
{
	const char *option = option_for_segments(p->options, p->machine->arch);
	const char *path = p->image->kernel_file.path;
	struct plan_device_tree tree;

	if (p->options->real_mode || p->options->entry_32bit) {
		error_headline(error, "Kexec2 syscall does not support 16bit or 32bit entry yet");
		error_set(error,
			  "--%s cannot be combined with -s: kexec_file_load knows only the 64-bit "
			  "entry.",
			  p->options->real_mode ? "real-mode" : "entry-32bit");
		return error_remedy(error, "Leave -s out, or use -c.");
	}
	if (!format->by_file) {
		error_status(error, EXIT_NO_FILE_CALL);
		error_headline(error, "Cannot load %s", path);
		error_set(error,
			  "%s is of type %s, which no kernel accepts through kexec_file_load (-s).",
			  path, format->name);
		return error_remedy(error, "Leave -s out, or use -c.");
	}
	p->plan->by = BY_FILE;
	p->plan->why = call == CALL_FILE
			       ? "-s was given"
			       : "it is tried first, and the running kernel checks the image";
	if (option && !plan_note(p, error, "--%s has no effect with kexec_file_load (-s).", option))
		return false;
	if (!plan_device_tree(p, &tree) || !tree.inside)
		return true;
	return plan_note(
		p, error,
		"The device tree in %s has no effect with kexec_file_load (%s), which hands "
		"over the running kernel's.",
		tree.source, call == CALL_FILE ? "-s" : "the only call under lockdown");
}

static bool choose_call(const struct planning *p, const struct format *format,
			enum call_choice call, struct error *error)
{
	const char *option = option_for_segments(p->options, p->machine->arch);
	struct plan *plan = p->plan;

	if (call == CALL_FILE)
		return choose_file(p, format, call, error);
	plan->by = BY_SEGMENTS;
	if (call == CALL_SEGMENTS && p->options->call == CALL_SEGMENTS)
		plan->why = "-c was given";
	else if (call == CALL_SEGMENTS)
		plan->why = "kexec_file_load is not to be had";
	else if (p->machine->xen)
		plan->why = "a Xen dom0 has no kexec_file_load";
	else if (!format->by_file)
		plan->why = "kexec_file_load does not take this image type";
	else if (has_own_device_tree(p) && p->machine->lockdown == LOCKDOWN_NONE)
		plan->why = "only it can hand the image's device tree over";
	else if (option)
		plan->why = arena_format(p->arena, error, "only it can honour --%s", option);
	else
		return choose_file(p, format, call, error);
	return plan->why;
}

static void plan_by_file(const struct planning *p)
{
	const struct options *options = p->options;
	struct plan *plan = p->plan;

	plan->kernel_fd = image_kernel_fd(p->image);
	plan->initrd_fd = p->image->initrd.fd;
	if (p->machine->arch->built_in_cmdline && !options->append && !options->reuse_cmdline)
		plan->cmdline = NULL;
	plan->flags = (options->panic ? KEXEC_FILE_ON_CRASH : 0) |
		      (plan->initrd_fd < 0 ? KEXEC_FILE_NO_INITRAMFS : 0) |
		      (options->debug ? KEXEC_FILE_DEBUG : 0) |
		      (options->no_cma ? KEXEC_FILE_NO_CMA : 0) |
		      (options->force_dtb ? KEXEC_FILE_FORCE_DTB : 0);
}

static bool plan_by_segments(const struct planning *p, const struct format *format,
			     struct error *error)
{
	const struct options *options = p->options;
	struct plan *plan = p->plan;

	if (options->no_cma && !plan_note(p, error, "--no-cma has no effect with kexec_load."))
		return false;
	if (options->force_dtb &&
	    !plan_note(p, error, "--force-dtb has no effect with kexec_load."))
		return false;
	plan->kernel_fd = plan->initrd_fd = -1;
	plan->flags = (uint64_t)p->machine->arch->elf_machine << 16 |
		      (options->panic ? KEXEC_ON_CRASH : 0) | (options->debug ? KEXEC_DEBUG : 0);
	if (!format->plan(p, error)) {
		if (!error->headline[0])
			error_headline(error, "Cannot load %s", p->image->kernel_file.path);
		return plan->no_room.name && crash_say_no_room(p, format, error);
	}
	if (options->entry_given)
		plan->entry = options->entry;
	return true;
}

/*
 * What has no effect on kexec_file_load must not make it fail either. Where the running kernel
 * updates the core headers, it makes room for that without being asked.
 */
static void rehearse_without(struct options *options, struct image *image,
			     const struct machine *machine)
{
	options->mem_min_given = options->mem_max_given = options->pass_memmap_cmdline = false;
	options->mem_min = 0;
	options->mem_max = UINT64_MAX;
	options->hotplug = machine->crash_elfcorehdr_size > 0;
	options->dtb = NULL;
	image->dtb = FILE_CLOSED;
	image->sections = NULL;
	/* Nobody will see its digest. */
	options->no_checks = true;
}

/*
 * kexec_file_load frees the crash kernel that is loaded before it looks at the new one. So the same
 * is planned by segments first: what fails there would fail in the kernel too.
 */
static bool rehearse(const struct planning *p, const struct format *format, struct error *error)
{
	const struct arch *arch = p->machine->arch;
	struct planning trial = *p;
	struct options options = *p->options;
	struct image image = *p->image;
	struct plan plan = {
		.by = BY_FILE, .kernel_fd = -1, .initrd_fd = -1, .cmdline = p->cmdline,
	};

	if (!format->plan || !arch->purgatory || !arch->purgatory().size)
		return crash_check_files(p, format, error);
	rehearse_without(&options, &image, p->machine);
	trial.options = &options;
	trial.image = &image;
	trial.plan = &plan;
	if (format->plan(&trial, error) && plan_check_sizes(p->machine, &options, &plan, error))
		return true;
	if (!error->headline[0])
		error_headline(error, "Cannot load %s", p->image->kernel_file.path);
	p->plan->no_room = plan.no_room;
	return plan.no_room.name && crash_say_no_room(&trial, format, error);
}

/* What came from a unified kernel image, and what of it nobody looks at. */
static bool describe_uki(const struct planning *p, struct error *error)
{
	const struct image *image = p->image;

	if (!image->uki)
		return !p->options->profile ||
		       plan_note(p, error,
				 "--profile has no effect: %s is no unified kernel image.",
				 image->kernel_file.path);
	return plan_fact(p, "uki", "profile", error, "%u", p->options->profile) &&
	       (!*image->left_out ||
		plan_fact(p, "uki", "left out", error, "%s", image->left_out)) &&
	       plan_describe_device_trees(p, error) &&
	       (!image->addon_count ||
		plan_fact(p, "uki", "addons", error, "%u", image->addon_count));
}

bool plan_make(const struct machine *machine, const struct options *options,
	       const struct image *image, enum call_choice call, struct arena *arena,
	       struct plan *plan, struct error *error)
{
	struct planning p = {
		.machine = machine,
		.options = options,
		.image = image,
		.arena = arena,
		.plan = plan,
	};
	const struct format *format;

	*plan = (struct plan){ .kernel_fd = -1, .initrd_fd = -1 };
	format = format_find(machine->arch, options, image, error);
	if (!format)
		return false;
	if (format->check && !format->check(image_kernel(image), error)) {
		error_headline(error, "Cannot load %s", image->kernel_file.path);
		return error_context(error, "%s: ", image->kernel_file.path);
	}
	plan->format = format->name;
	p.cmdline = image_cmdline(image, options);
	if (!p.cmdline)
		p.cmdline = cmdline_compose(machine, options, arena, error);
	plan->cmdline = plan->asked_cmdline = p.cmdline;
	if (!p.cmdline || !describe_uki(&p, error) || !choose_call(&p, format, call, error))
		return false;
	if (plan->by == BY_FILE) {
		plan_by_file(&p);
		return !options->panic || rehearse(&p, format, error);
	}
	return plan_by_segments(&p, format, error) && plan_check(machine, options, plan, error);
}

struct segment *plan_segment(struct plan *plan, const char *name)
{
	for (unsigned i = 0; i < plan->segment_count; i++)
		if (!strcmp(plan->segments[i].name, name))
			return &plan->segments[i];
	return NULL;
}

bool plan_add(const struct planning *p, const char *name, const char *source, struct bytes bytes,
	      uint64_t address, uint64_t memory_size, struct error *error)
{
	struct plan *plan = p->plan;
	uint64_t end;

	if (!align_up_checked(memory_size, p->machine->page_size, &memory_size) ||
	    !add_overflow_checked(address, memory_size, &end))
		return error_set(error,
				 "The segment %s of %" PRIu64 " bytes at 0x%" PRIx64
				 " reaches past the end of the address space.",
				 name, memory_size, address);
	if (plan->segment_count == PLAN_SEGMENTS_MAX)
		return error_set(error,
				 "%s needs more than %d segments, which is the most that the "
				 "kernel accepts.",
				 p->image->kernel_file.path, PLAN_SEGMENTS_MAX);
	plan->segments[plan->segment_count++] = (struct segment){
		.name = name,
		.source = source,
		.bytes = bytes,
		.memory = { address, end },
	};
	return true;
}

bool plan_place_and_add(const struct planning *p, const char *name, const char *source,
			struct bytes bytes, uint64_t memory_size, struct placement where,
			uint64_t *address, struct error *error)
{
	return plan_place(p, name, memory_size, where, address, error) &&
	       plan_add(p, name, source, bytes, *address, memory_size, error);
}

bool plan_fact(const struct planning *p, const char *group, const char *name, struct error *error,
	       const char *format, ...)
{
	struct plan *plan = p->plan;
	struct plan_fact *facts;
	char value[512];
	va_list args;
	char *copy;

	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	copy = arena_format(p->arena, error, "%s", value);
	facts = arena_grow(p->arena, plan->facts, plan->fact_count, &plan->fact_capacity,
			   sizeof(*facts), error);
	if (!copy || !facts)
		return false;
	plan->facts = facts;
	facts[plan->fact_count++] = (struct plan_fact){ group, name, copy };
	return true;
}

bool plan_note(const struct planning *p, struct error *error, const char *format, ...)
{
	struct plan *plan = p->plan;
	char note[512];
	va_list args;

	va_start(args, format);
	vsnprintf(note, sizeof(note), format, args);
	va_end(args);
	if (plan->note_count == sizeof(plan->notes) / sizeof(plan->notes[0]))
		return true;
	plan->notes[plan->note_count] = arena_format(p->arena, error, "%s", note);
	return plan->notes[plan->note_count++];
}
