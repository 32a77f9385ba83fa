// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --module="FILE ARGUMENTS": the file up to the first blank, unpacked where it is compressed, as a
 * Multiboot kernel expects it; as it is where no kexec has an unpacker, for an initrd below Xen is
 * Linux's to unpack. What the arguments mean is between that kernel and its module.
 */
#include "config.h"
#include "kexec/image_parts.h"
#include "kexec/unpack.h"

#include <stdlib.h>

static bool unpack(struct image_module *module, struct error *error)
{
	const struct unpacker *unpacker = unpack_find(module->file.bytes);
	const char *path = module->file.path;
	struct file_sink sink;

	if (!unpacker || (!unpacker->unpack && !unpacker->library))
		return true;
	if (!file_sink_open(&sink, "module", UNPACK_LIMIT, error))
		return false;
	if (unpack_run(unpacker, path, module->file.bytes, &sink, error))
		return file_sink_finish(&sink, path, &module->unpacked, error);
	file_sink_close(&sink);
	return false;
}

static bool open_module(struct image *image, const struct options *options, const char *line,
			struct error *error)
{
	struct image_module *module = &image->modules[image->module_count];
	char *path = strndup(line, strcspn(line, " \t"));
	int problem = 0;

	if (!path)
		return error_set(error, "There is no memory left for the name of a module.");
	*module = (struct image_module){.file = FILE_CLOSED, .unpacked = FILE_CLOSED, .line = line};
	if (!image_open_input(&module->file, path, options, &problem, error)) {
		if (problem)
			image_cannot_open(path, problem, error);
		free(path);
		return false;
	}
	image->module_count++;
	return unpack(module, error);
}

bool image_open_modules(struct image *image, const struct options *options, struct error *error)
{
	for (unsigned i = 0; i < options->module.count; i++) {
		if (open_module(image, options, options->module.items[i], error))
			continue;
		if (!error->headline[0])
			error_headline(error, "Cannot load %s", options->kernel);
		return false;
	}
	return true;
}

void image_close_modules(struct image *image)
{
	for (unsigned i = 0; i < image->module_count; i++) {
		struct image_module *module = &image->modules[i];
		const char *path = module->file.path;

		file_close(&module->unpacked);
		file_close(&module->file);
		free((void *)path);
	}
	image->module_count = 0;
}
