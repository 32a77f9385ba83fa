// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The drivers of a kernel package, as a table or as JSON. It decides what is counted, how the list
 * is sorted and how wide it is; what a driver is, kexec/drivers.c knows.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "kexec/check.h"
#include "kexec/drivers.h"
#include "kexec/escape.h"
#include "kexec/json.h"
#include "kexec/machine.h"
#include "kexec/machine_types.h"
#include "kexec/modules.h"

#define WIDTH 80

struct entry {
	const struct driver *driver;
	const struct module_file *file;
};

struct problem {
	const char *path, *why;
};

struct total {
	size_t drivers, with, without, unknown;
	enum tristate bus_shutdown;
};

struct listing {
	const struct options *options;
	struct machine_types types;
	struct driver_layouts layouts;
	struct entry *entries;
	struct problem *problems;
	size_t count, capacity, problem_count;
	struct total totals[DRIVER_BUS];
	struct arena *arena;
	struct error *error;
};

static bool add_entry(struct listing *l, const struct driver *driver,
		      const struct module_file *file)
{
	struct entry *entries = arena_grow(l->arena, l->entries, l->count, &l->capacity,
					   sizeof(*entries), l->error);

	if (!entries)
		return false;
	l->entries = entries;
	entries[l->count++] = (struct entry){ driver, file };
	return true;
}

/* The name of a bus that is a module says whose drivers it shuts down. */
static void note_bus(struct listing *l, const struct driver *bus)
{
	for (unsigned kind = 0; kind < DRIVER_BUS; kind++)
		if (!strcmp(bus->name, driver_kind_name(kind)))
			l->totals[kind].bus_shutdown = bus->shutdown == SHUTDOWN_WITH ? YES : NO;
}

static void count(struct total *total, enum driver_shutdown shutdown)
{
	total->drivers++;
	total->with += shutdown == SHUTDOWN_WITH;
	total->without += shutdown == SHUTDOWN_WITHOUT;
	total->unknown += shutdown == SHUTDOWN_UNKNOWN;
}

static bool add_module(struct listing *l, const struct driver_module *module,
		       const struct module_file *file)
{
	for (size_t i = 0; i < module->count; i++) {
		const struct driver *driver = &module->drivers[i];

		if (driver->kind == DRIVER_BUS) {
			note_bus(l, driver);
			continue;
		}
		count(&l->totals[driver->kind], driver->shutdown);
		if (!add_entry(l, driver, file))
			return false;
	}
	for (unsigned kind = 0; kind < DRIVER_BUS; kind++) {
		struct driver *driver;

		if (!module->unreadable[kind])
			continue;
		driver = arena_alloc(l->arena, sizeof(*driver), l->error);
		if (!driver)
			return false;
		*driver = (struct driver){
			.kind = kind, .registers = true,
			.why = "no BTF says how the structure looks",
		};
		count(&l->totals[kind], SHUTDOWN_UNKNOWN);
		if (!add_entry(l, driver, file))
			return false;
	}
	return true;
}

static bool add_problem(struct listing *l, const char *path, const struct error *problem)
{
	const char *why = arena_format(l->arena, l->error, "%s", problem->cause);

	l->problems[l->problem_count++] = (struct problem){ path, why };
	return why;
}

static bool read_module(struct listing *l, struct module_reader *reader,
			const struct module_file *file)
{
	struct arena scratch = { 0 };
	struct driver_module module;
	struct error problem = { 0 };
	struct bytes bytes;
	bool added;

	if (module_reader_read(reader, file->path, &bytes, &problem) &&
	    driver_module_read(bytes, &l->types.btf, &l->layouts, l->arena, &scratch, &module,
			       &problem))
		added = add_module(l, &module, file);
	else
		added = add_problem(l, file->path, &problem);
	arena_release(&scratch);
	return added;
}

/* Without a callback first: that is what somebody looks for. */
static int compare_entries(const void *a, const void *b)
{
	static const unsigned char order[] = {
		[SHUTDOWN_UNKNOWN] = 0, [SHUTDOWN_WITHOUT] = 1, [SHUTDOWN_WITH] = 2,
	};
	const struct entry *left = a, *right = b;
	int names;

	if (left->driver->kind != right->driver->kind)
		return left->driver->kind < right->driver->kind ? -1 : 1;
	if (left->driver->shutdown != right->driver->shutdown)
		return order[left->driver->shutdown] - order[right->driver->shutdown];
	names = strcmp(left->driver->name ? left->driver->name : "",
		       right->driver->name ? right->driver->name : "");
	return names ? names : strcmp(left->file->path, right->file->path);
}

static bool read_all(struct listing *l)
{
	struct module_reader reader = MODULE_READER_CLOSED;
	struct module_file *files;
	size_t files_count;
	bool read = true;

	if (!modules_list(l->options->modules, l->arena, &files, &files_count, l->error))
		return false;
	l->problems = arena_array(l->arena, files_count, sizeof(*l->problems), l->error);
	if (!l->problems)
		return false;
	for (size_t i = 0; i < files_count && read; i++)
		read = read_module(l, &reader, &files[i]);
	module_reader_close(&reader);
	if (l->count)
		qsort(l->entries, l->count, sizeof(*l->entries), compare_entries);
	return read;
}

static const char *shutdown_word(enum driver_shutdown shutdown)
{
	static const char *const words[] = {
		[SHUTDOWN_UNKNOWN] = "unknown", [SHUTDOWN_WITHOUT] = "no", [SHUTDOWN_WITH] = "yes",
	};

	return words[shutdown];
}

/* Prints at most `room` columns of the text, and blanks up to `width`. Returns the columns. */
static int print_cell(FILE *out, const char *text, int width, int room)
{
	int length = (int)escape_width(text);

	if (length <= room)
		return fprintf(out, "%s%*s", text, length < width ? width - length : 0, ""),
		       length < width ? width : length;
	/* What is cut is ASCII as a rule; where it is not, the line is shorter than it might be. */
	return fprintf(out, "%.*s...", room - 3, text), room;
}

static bool print_text(FILE *out, struct listing *l)
{
	fprintf(out, "%-8s  %-8s  %-30s  %s\n", "SHUTDOWN", "BUS", "DRIVER", "MODULE");
	for (size_t i = 0; i < l->count; i++) {
		const struct driver *driver = l->entries[i].driver;
		const char *name =
			escape_terminal(driver->name ? driver->name : "?", l->arena, l->error);
		const char *module = escape_terminal(l->entries[i].file->name, l->arena, l->error);
		int used;

		if (!name || !module)
			return false;
		used = fprintf(out, "%-8s  %-8s  ", shutdown_word(driver->shutdown),
			       driver_kind_name(driver->kind));
		used += print_cell(out, name, 30, 40);
		fprintf(out, "  ");
		print_cell(out, module, 0, WIDTH - used - 2);
		fprintf(out, "\n");
	}
	fprintf(out, "\n");
	for (unsigned kind = 0; kind < DRIVER_BUS; kind++) {
		const struct total *total = &l->totals[kind];

		fprintf(out, "%s: %zu drivers, %zu with a shutdown callback, %zu without",
			driver_kind_name(kind), total->drivers, total->with, total->without);
		if (total->unknown)
			fprintf(out, ", %zu unknown", total->unknown);
		fprintf(out, total->bus_shutdown == YES ? "; the bus has one\n" : "\n");
	}
	return true;
}

static void put_tristate(struct json *j, const char *name, enum tristate value)
{
	if (value == UNKNOWN)
		json_null(j, name);
	else
		json_bool(j, name, value == YES);
}

static void put_structures(struct json *j, const struct listing *l)
{
	static const char *const names[] = {"pci_driver", "platform_driver", "virtio_driver",
					    "bus_type"};

	json_open(j, "structures", '[');
	for (unsigned kind = 0; kind < DRIVER_KINDS; kind++) {
		const struct driver_layout *layout = &l->layouts.of[kind];

		if (!layout->known)
			continue;
		json_open(j, NULL, '{');
		json_text(j, "name", names[kind]);
		json_number(j, "size", layout->size);
		json_number(j, "name_at", layout->name);
		if (layout->has_shutdown)
			json_number(j, "shutdown_at", layout->shutdown);
		else
			json_null(j, "shutdown_at");
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_driver(struct json *j, const struct entry *entry)
{
	const struct driver *driver = entry->driver;

	json_open(j, NULL, '{');
	json_text(j, "bus", driver_kind_name(driver->kind));
	json_text(j, "name", driver->name);
	json_text(j, "module", entry->file->name);
	if (driver->shutdown == SHUTDOWN_UNKNOWN)
		json_null(j, "shutdown");
	else
		json_bool(j, "shutdown", driver->shutdown == SHUTDOWN_WITH);
	json_text(j, "why", driver->why);
	json_text(j, "callback", driver->callback);
	json_text(j, "symbol", driver->symbol);
	json_text(j, "section", driver->section);
	if (driver->section)
		json_number(j, "offset", driver->offset);
	else
		json_null(j, "offset");
	json_bool(j, "registers", driver->registers);
	json_close(j, '}');
}

static void put_totals(struct json *j, const struct listing *l)
{
	json_open(j, "totals", '[');
	for (unsigned kind = 0; kind < DRIVER_BUS; kind++) {
		json_open(j, NULL, '{');
		json_text(j, "bus", driver_kind_name(kind));
		json_number(j, "drivers", l->totals[kind].drivers);
		json_number(j, "with", l->totals[kind].with);
		json_number(j, "without", l->totals[kind].without);
		json_number(j, "unknown", l->totals[kind].unknown);
		put_tristate(j, "bus_shutdown", l->totals[kind].bus_shutdown);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static bool print_json(FILE *out, const struct listing *l)
{
	struct json j = { .out = out, .first = true, .arena = l->arena, .error = l->error };

	json_open(&j, NULL, '{');
	json_number(&j, "version", 1);
	json_text(&j, "program", PACKAGE_STRING);
	json_text(&j, "modules", l->options->modules);
	json_text(&j, "types", l->types.source);
	put_structures(&j, l);
	json_open(&j, "drivers", '[');
	for (size_t i = 0; i < l->count; i++)
		put_driver(&j, &l->entries[i]);
	json_close(&j, ']');
	json_open(&j, "unreadable", '[');
	for (size_t i = 0; i < l->problem_count; i++) {
		json_open(&j, NULL, '{');
		json_text(&j, "file", l->problems[i].path);
		json_text(&j, "why", l->problems[i].why);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	put_totals(&j, l);
	json_close(&j, '}');
	fprintf(out, "\n");
	return !j.failed;
}

static bool print(FILE *out, struct listing *l)
{
	const struct problem *first = l->problems;

	if (!(l->options->check & CHECK_JSON ? print_json(out, l) : print_text(out, l)))
		return false;
	if (!l->problem_count)
		return true;
	return error_set(l->error,
			 "The list is not complete: %zu of the modules cannot be read. The first "
			 "is %s: %s",
			 l->problem_count, first->path, first->why);
}

bool check_drivers(FILE *out, const struct sysroot *root, const struct options *options,
		   struct arena *arena, struct error *error)
{
	struct listing l = { .options = options, .arena = arena, .error = error };
	bool done;

	for (unsigned kind = 0; kind < DRIVER_BUS; kind++)
		l.totals[kind].bus_shutdown = UNKNOWN;
	if (!machine_types_read(root, options->kernel, options->modules, arena, &l.types, error))
		return false;
	driver_layouts_read(&l.types.btf, &l.layouts);
	if (!l.layouts.of[DRIVER_PCI].known && !l.layouts.of[DRIVER_PLATFORM].known)
		done = error_set(error, "%s describes neither struct pci_driver nor struct "
				 "platform_driver.", l.types.source);
	else
		done = read_all(&l) && print(out, &l);
	machine_types_close(&l.types);
	return done;
}
