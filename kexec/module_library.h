/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules of one kernel, and what its types say of their drivers: each module is read when it
 * is asked for, and once. Names of modules and drivers are the kernel's; it judges nothing.
 */
#ifndef KEXEC_MODULE_LIBRARY_H
#define KEXEC_MODULE_LIBRARY_H

#include "kexec/drivers.h"
#include "kexec/machine_types.h"
#include "kexec/modules.h"

struct library_module {
	const char *path;
	const char *why;		/* it cannot be read; NULL: it was */
	struct driver_module content;
	bool tried;
};

struct module_library {
	const char *directory;
	struct module_file *files;
	struct library_module *modules;	/* of each file */
	size_t count;
	struct machine_types types;
	struct driver_layouts layouts;
	struct module_reader reader;
	const struct sysroot *root;	/* where types are looked for */
	bool inside;			/* the directory is in it */
	struct arena *arena;
};

#define MODULE_LIBRARY_CLOSED \
	((struct module_library){ .types = MACHINE_TYPES_NONE, .reader = MODULE_READER_CLOSED })

/* Lists the modules. What was opened must be closed, and so may be what was not. */
bool module_library_open(struct module_library *library, const struct sysroot *root,
			 const char *directory, bool inside, struct arena *arena,
			 struct error *error) must_check;
/* Whether it has a module of that name, read or not. */
bool module_library_has(const struct module_library *library, const char *module);
/* Without them no module can be read: when this fails, the library has none any more. */
bool module_library_types(struct module_library *library, struct error *error) must_check;
/* NULL when there is no such file. */
const struct library_module *module_library_find(struct module_library *library,
						 const char *module);
/* The driver in a module that was read, or NULL; `module` may be NULL. */
const struct driver *library_module_driver(const struct library_module *module,
					   enum driver_kind kind, const char *name);
void module_library_close(struct module_library *library);

#endif
