// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walking a tree of modules without following links, /lib/modules/VERSION/build among them.
 * Unpacking goes into one sink for all modules: 4,000 of them would cost 4,000 times the sink's
 * first growth.
 */
#include "config.h"
#include "kexec/modules.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kexec/unpack.h"

#define DEPTH_MAX 32
#define FILES_MAX 65536
/* The largest module of a distribution has 20 MB. */
#define MODULE_LIMIT ((size_t)256 << 20)

struct walk {
	struct module_file *files;
	size_t count, capacity;
	struct arena *arena;
	struct error *error;
};

static void close_stream(DIR **stream)
{
	if (*stream)
		closedir(*stream);
}

/* How long the module's name is in a file's; 0 when it is no module's. */
static size_t name_length(const char *file)
{
	static const char *const endings[] = { ".ko", ".ko.gz", ".ko.xz", ".ko.zst" };
	size_t length = strlen(file);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i]);

		if (length > ending && !strcmp(file + length - ending, endings[i]))
			return length - ending;
	}
	return 0;
}

static bool add_file(struct walk *w, const char *path, const char *name, size_t length)
{
	struct module_file *files;

	if (w->count == FILES_MAX)
		return error_set(w->error, "There are more than %d modules.", FILES_MAX);
	files = arena_grow(w->arena, w->files, w->count, &w->capacity, sizeof(*files), w->error);
	if (!files)
		return false;
	w->files = files;
	w->files[w->count].path = path;
	w->files[w->count].name =
		arena_copy(w->arena, (struct bytes){ (const uint8_t *)name, length }, w->error);
	return w->files[w->count++].name;
}

static bool walk(struct walk *w, const char *directory, unsigned depth)
{
	__attribute__((cleanup(close_stream))) DIR *stream = opendir(directory);
	struct dirent *entry;

	if (!stream)
		return error_set(w->error, "%s cannot be read: %s.", directory, strerror(errno));
	while (errno = 0, (entry = readdir(stream))) {
		size_t length = name_length(entry->d_name);
		struct stat status;
		const char *path;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		path = arena_format(w->arena, w->error, "%s/%s", directory, entry->d_name);
		if (!path)
			return false;
		if (lstat(path, &status))
			return error_set(w->error, "%s cannot be examined: %s.", path,
					 strerror(errno));
		if (S_ISREG(status.st_mode) && length && !add_file(w, path, entry->d_name, length))
			return false;
		if (S_ISDIR(status.st_mode) && depth < DEPTH_MAX && !walk(w, path, depth + 1))
			return false;
	}
	if (errno)
		return error_set(w->error, "%s cannot be read: %s.", directory, strerror(errno));
	return true;
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct module_file *)a)->path, ((const struct module_file *)b)->path);
}

bool modules_list(const char *directory, struct arena *arena, struct module_file **files,
		  size_t *count, struct error *error)
{
	struct walk w = { .arena = arena, .error = error };

	if (!walk(&w, directory, 0))
		return false;
	if (!w.count)
		return error_set(error, "There is no module below %s.", directory);
	qsort(w.files, w.count, sizeof(*w.files), compare_files);
	*files = w.files;
	*count = w.count;
	return true;
}

bool module_reader_read(struct module_reader *reader, const char *path, struct bytes *out,
			struct error *error)
{
	const struct unpacker *unpacker;

	file_close(&reader->file);
	if (!file_open(&reader->file, path, NULL, error))
		return false;
	*out = reader->file.bytes;
	/* lzma has no magic number, and no module is packed with it. */
	unpacker = unpack_find(*out);
	if (!unpacker || unpacker == &unpack_lzma)
		return true;
	if (reader->sink.fd < 0 && !file_sink_open(&reader->sink, "module", MODULE_LIMIT, error))
		return false;
	reader->sink.size = 0;
	if (!unpack_run(unpacker, path, *out, &reader->sink, error))
		return false;
	*out = (struct bytes){ reader->sink.data, reader->sink.size };
	return true;
}

void module_reader_close(struct module_reader *reader)
{
	file_close(&reader->file);
	file_sink_close(&reader->sink);
}
