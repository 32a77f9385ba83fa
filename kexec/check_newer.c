// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A remedy that may be installed already: a newer kernel that shuts down a device which the running
 * one leaves alone. strverscmp(3) tells which release is newer.
 */
#include "config.h"

#include <stdlib.h>

#include "kexec/check_report.h"
#include "kexec/module_library.h"

/* The newest ones: each may have to be unpacked for its types, which takes a second. */
#define KERNELS_MAX 4

struct kernel {
	const char *release;
	struct module_library modules;
};

struct search {
	struct kernel kernels[KERNELS_MAX];
	size_t count;
};

/* Newest first. */
static int compare_releases(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)b, *(const char *const *)a);
}

/* Where there is nothing to be seen, there is nothing to be offered. */
static bool find_kernels(struct search *s, const struct sysroot *root, const char *release,
			 struct arena *arena, struct error *error)
{
	const char *const *names;
	struct error problem = { 0 };
	const char **newer;
	size_t count, newer_count = 0;

	if (sysroot_list(root, arena, "/lib/modules", &names, &count, &problem) != SYSROOT_OK)
		return true;
	newer = arena_array(arena, count + 1, sizeof(*newer), error);
	if (!newer)
		return false;
	for (size_t i = 0; i < count; i++)
		if (strverscmp(names[i], release) > 0)
			newer[newer_count++] = names[i];
	qsort(newer, newer_count, sizeof(*newer), compare_releases);
	for (size_t i = 0; i < newer_count && s->count < KERNELS_MAX; i++) {
		struct kernel *kernel = &s->kernels[s->count];
		const char *directory = arena_format(arena, error, "%s/lib/modules/%s", root->path,
						     newer[i]);

		if (!directory)
			return false;
		*kernel = (struct kernel){ .release = newer[i] };
		/* Packages that were removed leave directories behind. */
		if (module_library_open(&kernel->modules, root, directory, true, arena, &problem))
			s->count++;
		else
			module_library_close(&kernel->modules);
	}
	return true;
}

/* The file that says so, or NULL: the device's module, or the virtio bus it hangs on. */
static const char *file_with_callback(struct kernel *kernel, const struct device *device)
{
	const struct library_module *module;
	const struct driver *driver;
	struct error ignored = { 0 };

	/* A library whose types cannot be read has no modules any more. */
	if (!module_library_has(&kernel->modules, device->module) ||
	    (!kernel->modules.types.source && !module_library_types(&kernel->modules, &ignored)))
		return NULL;
	module = module_library_find(&kernel->modules, device->module);
	driver = library_module_driver(module, device->bus, device->driver);
	if (driver && driver->shutdown == SHUTDOWN_WITH)
		return module->path;
	if (!device_on_virtio(device))
		return NULL;
	module = module_library_find(&kernel->modules, "virtio");
	driver = library_module_driver(module, DRIVER_BUS, "virtio");
	return driver && driver->shutdown == SHUTDOWN_WITH ? module->path : NULL;
}

static bool offer(struct search *s, struct report_entry *entry, struct arena *arena,
		  struct error *error)
{
	struct judgement *j = &entry->judgement;

	if (j->verdict == VERDICT_CLEAR || entry->facts.shutdown != SHUTDOWN_WITHOUT ||
	    !entry->device->module)
		return true;
	for (size_t i = 0; i < s->count; i++) {
		struct kernel *kernel = &s->kernels[i];
		const char *file = file_with_callback(kernel, entry->device);

		if (!file)
			continue;
		entry->newer_kernel = kernel->release;
		entry->newer_file = file;
		j->remedy = arena_format(arena, error,
					 "%s Or boot %s, which is installed, through the firmware "
					 "once: it shuts this device down.",
					 j->remedy, kernel->release);
		return j->remedy;
	}
	return true;
}

bool check_newer(const struct sysroot *root, struct report *report, struct arena *arena,
		 struct error *error)
{
	struct search s = { 0 };
	bool done;

	if (!report->devices.release || report->verdict == VERDICT_CLEAR)
		return true;
	done = find_kernels(&s, root, report->devices.release, arena, error);
	for (size_t i = 0; i < report->devices.count && done; i++)
		done = offer(&s, &report->entries[i], arena, error);
	for (size_t i = 0; i < s.count; i++)
		module_library_close(&s.kernels[i].modules);
	return done;
}
