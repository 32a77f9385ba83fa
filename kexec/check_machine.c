// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --check: each device that has a driver, and what is known of that driver from its module. It
 * brings devices, modules and types together; what follows from them kexec/verdict.c decides.
 */
#include "config.h"

#include <stdlib.h>

#include "kexec/check_report.h"
#include "kexec/cmdline.h"
#include "kexec/kernel_drivers.h"
#include "kexec/module_library.h"

/* What is looked at for a report. */
struct look {
	struct module_library modules;
	struct machine_live live;
	/* The kernel's image, for what is built in: opened when the memory cannot be read. */
	struct machine_types image;
	struct kernel_drivers kernel;
	bool image_tried, image_open;
	size_t hidden;			/* devices with drivers built in that cannot be seen */
	const struct sysroot *sysroot;
	struct report *report;
	struct arena *arena;
	struct error *error;
};

static bool add_unseen(struct look *l, const char *text)
{
	if (text && l->report->unseen_count < REPORT_UNSEEN_MAX)
		l->report->unseen[l->report->unseen_count++] = text;
	return text;
}

/* Without modules or types the report is shorter, and says so. */
static bool open_modules(struct look *l, const struct options *options)
{
	const char *directory = options->modules;
	struct error problem = { 0 };

	if (!directory && !l->report->devices.release)
		return add_unseen(l, "No module was read: the kernel's release is not known.");
	if (!directory)
		directory = arena_format(l->arena, l->error, "%s/lib/modules/%s", l->sysroot->path,
					 l->report->devices.release);
	if (!directory)
		return false;
	l->report->modules = directory;
	if (!module_library_open(&l->modules, l->sysroot, directory, !options->modules, l->arena,
				 &problem) ||
	    !module_library_types(&l->modules, &problem))
		return add_unseen(l, arena_format(l->arena, l->error, "No module was read. %s",
						  problem.cause));
	l->report->types = l->modules.types.source;
	return true;
}

/* The kernel that was unpacked for its types will do; else it is looked for. */
static bool open_image(struct look *l)
{
	struct bytes image = machine_types_image(&l->modules.types);
	const struct btf *btf = &l->modules.types.btf;
	struct error ignored = { 0 };

	if (l->image_tried || !l->report->modules)
		return l->image_open;
	l->image_tried = true;
	if (!image.size) {
		if (!machine_types_read_image(l->sysroot, l->report->modules, l->arena, &l->image,
					      &ignored))
			return false;
		image = machine_types_image(&l->image);
		btf = &l->image.btf;
	}
	l->image_open = kernel_drivers_open(image, btf, l->arena, &l->kernel, &ignored);
	return l->image_open;
}

/*
 * Whether the virtio bus resets its devices: the kernel's memory tells, or the file when it is a
 * module.
 */
static enum driver_shutdown virtio_bus(struct look *l)
{
	enum driver_shutdown live = l->live.drivers.bus[DRIVER_VIRTIO];
	const struct driver *bus =
		live != SHUTDOWN_UNKNOWN
			? NULL
			: library_module_driver(module_library_find(&l->modules, "virtio"),
						DRIVER_BUS, "virtio");

	if (!bus && live == SHUTDOWN_UNKNOWN && open_image(l)) {
		struct error ignored = { 0 };
		struct driver found;

		if (kernel_drivers_find(&l->kernel, DRIVER_BUS, "virtio", l->arena, &found,
					&ignored))
			return found.shutdown;
	}
	return bus ? bus->shutdown : live;
}

/* What the kernel's image tells of a driver that is built in. */
static const char *find_in_image(struct look *l, struct report_entry *entry)
{
	struct error ignored = { 0 };
	struct driver *driver;

	if (!open_image(l))
		return "it is built into the kernel, whose image cannot be looked into";
	driver = arena_alloc(l->arena, sizeof(*driver), &ignored);
	if (!driver || !kernel_drivers_find(&l->kernel, entry->device->bus, entry->device->driver,
					    l->arena, driver, &ignored))
		return "there is no memory left";
	entry->file = l->image.source ? l->image.source : l->modules.types.source;
	entry->in_file = driver->shutdown;
	if (!driver->why)
		entry->driver = driver;
	return driver->why;
}

/* What the module's file tells; the few words say why it tells nothing. */
static const char *find_in_file(struct look *l, struct report_entry *entry)
{
	const struct device *device = entry->device;
	const struct library_module *module = module_library_find(&l->modules, device->module);

	if (!module)
		return "the file of its module was not found";
	entry->file = module->path;
	if (module->why)
		return module->why;
	entry->in_tree = module->content.in_tree ? YES : NO;
	entry->is_signed = module->content.is_signed ? YES : NO;
	entry->driver = library_module_driver(module, device->bus, device->driver);
	if (!entry->driver)
		return module->content.unreadable[device->bus]
			       ? "no BTF says how its structure looks"
			       : "its structure was not found in the module";
	entry->in_file = entry->driver->shutdown;
	return entry->driver->why;
}

/*
 * Memory has what the kernel will call; the file is for whoever may not read it, and for the
 * evidence.
 */
static void find_driver(struct look *l, struct report_entry *entry)
{
	const struct device *device = entry->device;
	struct driver_facts *facts = &entry->facts;

	facts->bus = SHUTDOWN_WITHOUT;
	if (device_on_virtio(device))
		facts->bus = virtio_bus(l);
	entry->in_tree = entry->is_signed = UNKNOWN;
	entry->live = live_drivers_find(&l->live.drivers, device->bus, device->driver);
	if (device->module)
		facts->why = find_in_file(l, entry);
	else if (l->live.unseen)
		facts->why = find_in_image(l, entry);
	else
		facts->why = "it is built into the kernel, whose memory has no such driver";
	l->hidden += !device->module && l->live.unseen && entry->in_file == SHUTDOWN_UNKNOWN;
	facts->shutdown = entry->in_file;
	if (entry->live && (entry->live->shutdown != SHUTDOWN_UNKNOWN || !device->module)) {
		facts->shutdown = entry->live->shutdown;
		facts->why = entry->live->why;
	}
	if (facts->shutdown == SHUTDOWN_WITHOUT && facts->bus == SHUTDOWN_UNKNOWN)
		facts->why = "the virtio bus, which might reset it, is built into the kernel";
}

/* Then the file is not what runs, or the driver fills its structure in when it runs. */
static bool judge_disagreement(struct look *l, struct report_entry *entry)
{
	struct judgement *j = &entry->judgement;
	bool with;

	if (!entry->live || entry->live->shutdown == SHUTDOWN_UNKNOWN ||
	    entry->in_file == SHUTDOWN_UNKNOWN || entry->live->shutdown == entry->in_file)
		return true;
	with = entry->live->shutdown == SHUTDOWN_WITH;
	j->reason = arena_format(
		l->arena, l->error,
		"%s The file of its module %s callback, and the running "
		"kernel's memory %s: what runs was not loaded from that file, or sets its "
		"callback by itself.",
		j->reason, with ? "has no" : "has a", with ? "has one" : "has none");
	if (j->verdict == VERDICT_CLEAR) {
		j->verdict = VERDICT_WARNING;
		j->remedy = "Boot the kernel whose modules are installed, and look again.";
	}
	return j->reason;
}

/* Worst first, then by bus and name as they were read. */
static int compare_entries(const void *a, const void *b)
{
	const struct report_entry *left = a, *right = b;

	if (left->judgement.verdict != right->judgement.verdict)
		return left->judgement.verdict > right->judgement.verdict ? -1 : 1;
	return left->device < right->device ? -1 : left->device > right->device;
}

static bool judge_all(struct look *l)
{
	struct report *report = l->report;

	report->entries = arena_array(l->arena, report->devices.count + 1, sizeof(*report->entries),
				      l->error);
	if (!report->entries)
		return false;
	for (size_t i = 0; i < report->devices.count; i++) {
		struct report_entry *entry = &report->entries[i];

		entry->device = &report->devices.list[i];
		find_driver(l, entry);
		if (!verdict_judge(entry->device, &entry->facts, l->arena, &entry->judgement,
				   l->error) ||
		    !judge_disagreement(l, entry))
			return false;
		report->verdicts[entry->judgement.verdict]++;
		if (entry->judgement.verdict > report->verdict)
			report->verdict = entry->judgement.verdict;
	}
	qsort(report->entries, report->devices.count, sizeof(*report->entries), compare_entries);
	return true;
}

/* A machine that cannot be read has a report on its devices all the same; it just has no plan. */
static bool find_more(struct look *l, const struct sysroot *root, const struct options *options)
{
	struct finding unread = { "machine", false, { VERDICT_CLEAR, NULL, NULL } };
	struct findings *findings = &l->report->findings;
	struct error problem = { 0 };
	struct machine_state state;
	const char *cmdline = NULL;
	struct machine machine;

	if (!machine_read(root, l->arena, &machine, &problem)) {
		if (options->kernel) {
			*l->error = problem;
			return false;
		}
		unread.judgement.reason = arena_format(l->arena, l->error, "%s", problem.cause);
		return unread.judgement.reason && findings_add(findings, &unread);
	}
	if (!machine_state_read(root, machine.release, l->arena, &state, l->error))
		return false;
	if (options->kernel) {
		if (!check_load(root, &machine, &state, options, l->arena, findings, &cmdline,
				l->error))
			return false;
	} else if (options->append || options->reuse_cmdline) {
		cmdline = cmdline_compose(&machine, options, l->arena, l->error);
		if (!cmdline)
			return false;
	}
	if (!findings_judge(&machine, &state, cmdline, l->arena, findings, l->error))
		return false;
	findings_sort(findings);
	return true;
}

/* The types are the running kernel's own where they came from it. */
static bool open_memory(struct look *l, const struct sysroot *root)
{
	return machine_live_read(root, l->modules.types.running ? &l->modules.types.btf : NULL,
				 l->arena, &l->live, l->error);
}

bool check_machine(const struct sysroot *root, const struct options *options, struct arena *arena,
		   struct report *report, struct error *error)
{
	struct look l = {
		.modules = MODULE_LIBRARY_CLOSED, .image = MACHINE_TYPES_NONE, .sysroot = root,
		.report = report, .arena = arena, .error = error,
	};
	bool done;

	*report = (struct report){ 0 };
	done = machine_devices_read(root, arena, &report->devices, error) &&
	       open_modules(&l, options) && open_memory(&l, root) && judge_all(&l) &&
	       (!(options->check & CHECK_MACHINE) ||
		(check_newer(root, report, arena, error) && find_more(&l, root, options)));
	kernel_drivers_close(&l.kernel);
	machine_types_close(&l.image);
	module_library_close(&l.modules);
	if (!done)
		return false;
	if (report->findings.verdict > report->verdict)
		report->verdict = report->findings.verdict;
	/* That nothing was seen clears nobody. */
	if (!report->devices.seen) {
		if (report->verdict == VERDICT_CLEAR)
			report->verdict = VERDICT_WARNING;
		add_unseen(&l,
			   arena_format(arena, error,
					"No device was found below %s/sys/bus, so that nothing can "
					"be said of them.",
					root->path));
	}
	if (l.hidden)
		add_unseen(&l, arena_format(
				       arena, error,
				       "The driver of %zu device%s is built into the kernel, whose "
				       "image does not tell enough of it. %s",
				       l.hidden, l.hidden == 1 ? "" : "s", l.live.unseen));
	if (report->devices.denied)
		add_unseen(&l, arena_format(arena, error,
					    "This user may not read %s and perhaps other files; "
					    "root's report may differ.",
					    report->devices.denied));
	return true;
}
