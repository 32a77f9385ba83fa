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
#include "kexec/machine_types.h"
#include "kexec/modules.h"

/* The modules of the machine, each read once. */
struct library {
	struct module_file *files;
	struct driver_module *read;	/* of each file */
	const char **why;		/* it could not be read, or NULL */
	bool *tried;
	size_t count;
	struct machine_types types;
	struct driver_layouts layouts;
	struct module_reader reader;
	const struct sysroot *root;	/* that the modules are in; NULL: they are somewhere else */
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

static bool same_name(const char *file, const char *module)
{
	/* Files are named with dashes or not; the kernel knows only underscores. */
	for (; *file && *module; file++, module++)
		if (*file != *module && !(*file == '-' && *module == '_'))
			return false;
	return !*file && !*module;
}

static bool add_unseen(struct library *l, const char *text)
{
	if (text && l->report->unseen_count < REPORT_UNSEEN_MAX)
		l->report->unseen[l->report->unseen_count++] = text;
	return text;
}

/* They are opened by name: whoever watches the tree must hear of them. */
static void mention(const struct library *l, const char *path)
{
	if (l->root)
		sysroot_mention(l->root, path + strlen(l->root->path));
}

/* Without modules or types the report is shorter, and says so. */
static bool library_open(struct library *l, const struct sysroot *root,
			 const struct options *options)
{
	struct error problem = { 0 };
	const char *directory = options->modules;

	if (!directory && !l->report->devices.release)
		return add_unseen(l, "No module was read: the kernel's release is not known.");
	if (!directory) {
		l->root = root;
		directory = arena_format(l->arena, l->error, "%s/lib/modules/%s", root->path,
					 l->report->devices.release);
	}
	if (!directory)
		return false;
	l->report->modules = directory;
	mention(l, directory);
	if (!modules_list(directory, l->arena, &l->files, &l->count, &problem) ||
	    !machine_types_read(root, NULL, directory, l->arena, &l->types, &problem)) {
		l->count = 0;
		return add_unseen(l, arena_format(l->arena, l->error, "No module was read. %s",
						  problem.cause));
	}
	l->report->types = l->types.source;
	/* One at least, which tells that there are modules. */
	mention(l, l->files[0].path);
	driver_layouts_read(&l->types.btf, &l->layouts);
	l->read = arena_array(l->arena, l->count, sizeof(*l->read), l->error);
	l->why = l->read ? arena_array(l->arena, l->count, sizeof(*l->why), l->error) : NULL;
	l->tried = l->why ? arena_array(l->arena, l->count, sizeof(*l->tried), l->error) : NULL;
	return l->tried;
}

/* The module's place in the library; l->count when there is no such file. */
static size_t library_find(struct library *l, const char *module)
{
	struct error problem = { 0 };
	struct arena scratch = { 0 };
	struct bytes bytes;
	size_t i = 0;

	while (i < l->count && !same_name(l->files[i].name, module))
		i++;
	if (i == l->count || l->tried[i])
		return i;
	l->tried[i] = true;
	mention(l, l->files[i].path);
	if (!module_reader_read(&l->reader, l->files[i].path, &bytes, &problem) ||
	    !driver_module_read(bytes, &l->types.btf, &l->layouts, l->arena, &scratch, &l->read[i],
				&problem))
		l->why[i] = arena_format(l->arena, l->error, "%s", problem.cause);
	arena_release(&scratch);
	return i;
}

/* The kernel that was unpacked for its types will do; else it is looked for. */
static bool open_image(struct library *l)
{
	struct bytes image = machine_types_image(&l->types);
	const struct btf *btf = &l->types.btf;
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

static const struct driver *driver_in(const struct driver_module *module, enum driver_kind kind,
				      const char *name)
{
	for (size_t i = 0; i < module->count; i++)
		if (module->drivers[i].kind == kind && !strcmp(module->drivers[i].name, name))
			return &module->drivers[i];
	return NULL;
}

/*
 * Whether the virtio bus resets its devices: the kernel's memory tells, or the file when it is a
 * module.
 */
static enum driver_shutdown virtio_bus(struct library *l)
{
	enum driver_shutdown live = l->live.drivers.bus[DRIVER_VIRTIO];
	size_t i = live == SHUTDOWN_UNKNOWN ? library_find(l, "virtio") : l->count;
	const struct driver *bus =
		i < l->count && !l->why[i] ? driver_in(&l->read[i], DRIVER_BUS, "virtio") : NULL;

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
static const char *find_in_image(struct library *l, struct report_entry *entry)
{
	struct error ignored = { 0 };
	struct driver *driver;

	if (!open_image(l))
		return "it is built into the kernel, whose image cannot be looked into";
	driver = arena_alloc(l->arena, sizeof(*driver), &ignored);
	if (!driver || !kernel_drivers_find(&l->kernel, entry->device->bus, entry->device->driver,
					    l->arena, driver, &ignored))
		return "there is no memory left";
	entry->file = l->image.source ? l->image.source : l->types.source;
	entry->in_file = driver->shutdown;
	if (!driver->why)
		entry->driver = driver;
	return driver->why;
}

/* What the module's file tells; the few words say why it tells nothing. */
static const char *find_in_file(struct library *l, struct report_entry *entry)
{
	const struct device *device = entry->device;
	size_t i = library_find(l, device->module);

	if (i == l->count)
		return "the file of its module was not found";
	entry->file = l->files[i].path;
	if (l->why[i])
		return l->why[i];
	entry->in_tree = l->read[i].in_tree ? YES : NO;
	entry->is_signed = l->read[i].is_signed ? YES : NO;
	entry->driver = driver_in(&l->read[i], device->bus, device->driver);
	if (!entry->driver)
		return l->read[i].unreadable[device->bus]
			       ? "no BTF says how its structure looks"
			       : "its structure was not found in the module";
	entry->in_file = entry->driver->shutdown;
	return entry->driver->why;
}

/*
 * Memory has what the kernel will call; the file is for whoever may not read it, and for the
 * evidence.
 */
static void find_driver(struct library *l, struct report_entry *entry)
{
	const struct device *device = entry->device;
	struct driver_facts *facts = &entry->facts;

	facts->bus = SHUTDOWN_WITHOUT;
	if (device->bus == DRIVER_VIRTIO || !strcmp(device->driver, "virtio-pci"))
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
static bool judge_disagreement(struct library *l, struct report_entry *entry)
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

static bool judge_all(struct library *l)
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
static bool find_more(struct library *l, const struct sysroot *root, const struct options *options)
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
static bool open_memory(struct library *l, const struct sysroot *root)
{
	return machine_live_read(root, l->types.running ? &l->types.btf : NULL, l->arena, &l->live,
				 l->error);
}

bool check_machine(const struct sysroot *root, const struct options *options, struct arena *arena,
		   struct report *report, struct error *error)
{
	struct library l = {
		.types = MACHINE_TYPES_NONE, .image = MACHINE_TYPES_NONE, .sysroot = root,
		.reader = MODULE_READER_CLOSED, .report = report,
		.arena = arena, .error = error,
	};
	bool done;

	*report = (struct report){ 0 };
	done = machine_devices_read(root, arena, &report->devices, error) &&
	       library_open(&l, root, options) && open_memory(&l, root) && judge_all(&l) &&
	       (!(options->check & CHECK_MACHINE) || find_more(&l, root, options));
	module_reader_close(&l.reader);
	kernel_drivers_close(&l.kernel);
	machine_types_close(&l.image);
	machine_types_close(&l.types);
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
