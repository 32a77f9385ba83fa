/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Module files below a directory: which there are, and their bytes, unpacked where they are packed.
 * It knows file names and compression, not what is in a module.
 */
#ifndef KEXEC_MODULES_H
#define KEXEC_MODULES_H

#include "kexec/file.h"
#include "kexec/arena.h"

struct module_file {
	const char *path;
	const char *name;		/* "e1000e", as in the file's name */
};

/*
 * Every *.ko, *.ko.gz, *.ko.xz and *.ko.zst below the directory, ascending by path. Links are not
 * followed.
 */
bool modules_list(const char *directory, struct arena *arena, struct module_file **files,
		  size_t *count, struct error *error) must_check;

/* Reads one module after the other, and unpacks them all into the same memory. */
struct module_reader {
	struct file file;
	struct file_sink sink;
};

#define MODULE_READER_CLOSED \
	((struct module_reader){ .file = FILE_CLOSED, .sink = FILE_SINK_CLOSED })

/* The module's bytes, which last until the next one is read. */
bool module_reader_read(struct module_reader *reader, const char *path, struct bytes *out,
			struct error *error) must_check;
void module_reader_close(struct module_reader *reader);

#endif
