// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files are found by the module's name alone: where below the directory one lies, distributions
 * decide. All that was read stays in the caller's arena.
 */
#include "config.h"
#include "kexec/module_library.h"

static bool same_name(const char *file, const char *module)
{
	/* Files are named with dashes or not; the kernel knows only underscores. */
	for (; *file && *module; file++, module++)
		if (*file != *module && !(*file == '-' && *module == '_'))
			return false;
	return !*file && !*module;
}

/* They are opened by name: whoever watches the tree must hear of them. */
static void mention(const struct module_library *l, const char *path)
{
	if (l->inside)
		sysroot_mention(l->root, path + strlen(l->root->path));
}

bool module_library_open(struct module_library *l, const struct sysroot *root,
			 const char *directory, bool inside, struct arena *arena,
			 struct error *error)
{
	*l = MODULE_LIBRARY_CLOSED;
	l->directory = directory;
	l->root = root;
	l->inside = inside;
	l->arena = arena;
	mention(l, directory);
	if (!modules_list(directory, arena, &l->files, &l->count, error))
		return false;
	l->modules = arena_array(arena, l->count, sizeof(*l->modules), error);
	if (l->modules)
		return true;
	l->count = 0;
	return false;
}

/* Its place; l->count when there is no such file. */
static size_t place_of(const struct module_library *l, const char *module)
{
	size_t i = 0;

	while (i < l->count && !same_name(l->files[i].name, module))
		i++;
	return i;
}

bool module_library_has(const struct module_library *l, const char *module)
{
	return place_of(l, module) < l->count;
}

bool module_library_types(struct module_library *l, struct error *error)
{
	if (!machine_types_read(l->root, NULL, l->directory, l->arena, &l->types, error)) {
		l->count = 0;
		return false;
	}
	/* One at least, which tells that there are modules. */
	mention(l, l->files[0].path);
	driver_layouts_read(&l->types.btf, &l->layouts);
	return true;
}

const struct library_module *module_library_find(struct module_library *l, const char *name)
{
	struct error problem = { 0 }, ignored = { 0 };
	struct library_module *module;
	struct arena scratch = { 0 };
	struct bytes bytes;
	size_t i = place_of(l, name);

	if (i == l->count)
		return NULL;
	module = &l->modules[i];
	if (module->tried)
		return module;
	module->tried = true;
	module->path = l->files[i].path;
	mention(l, module->path);
	if (!module_reader_read(&l->reader, module->path, &bytes, &problem) ||
	    !driver_module_read(bytes, &l->types.btf, &l->layouts, l->arena, &scratch,
				&module->content, &problem)) {
		module->why = arena_format(l->arena, &ignored, "%s", problem.cause);
		if (!module->why)
			module->why = "there is no memory left";
	}
	arena_release(&scratch);
	return module;
}

const struct driver *library_module_driver(const struct library_module *module,
					   enum driver_kind kind, const char *name)
{
	for (size_t i = 0; module && !module->why && i < module->content.count; i++) {
		const struct driver *driver = &module->content.drivers[i];

		if (driver->kind == kind && !strcmp(driver->name, name))
			return driver;
	}
	return NULL;
}

void module_library_close(struct module_library *l)
{
	module_reader_close(&l->reader);
	machine_types_close(&l->types);
}
