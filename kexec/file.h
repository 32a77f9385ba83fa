/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that the user names, opened once and mapped read-only until exit. It knows descriptors and
 * mappings, not formats.
 */
#ifndef KEXEC_FILE_H
#define KEXEC_FILE_H

#include "kexec/error.h"

struct file {
	const char *path;	/* as given */
	int fd;			/* -1 when not open; close-on-exec */
	struct bytes bytes;
};

/*
 * Opens and maps `path`: a regular file, or a block device. An empty file, a directory, a pipe or a
 * character device is refused. The error's cause names the file; `open_errno` (may be NULL) gets the errno of a
 * failed open, or 0.
 */
bool file_open(struct file *file, const char *path, int *open_errno, struct error *error) must_check;
void file_close(struct file *file);

/*
 * A growing buffer in a memfd, for what is unpacked: at most `limit` bytes, mapped in one place for
 * good, sealed at the end so that nothing can change it and it can be handed to the kernel.
 */
struct file_sink {
	uint8_t *data;		/* start of a reservation of `limit` bytes */
	size_t size, capacity, limit;
	int fd;
};

bool file_sink_open(struct file_sink *sink, const char *name, size_t limit, struct error *error) must_check;
/* Room for at least `wanted` more bytes behind sink->size, up to the limit; false when the limit is reached. */
bool file_sink_reserve(struct file_sink *sink, size_t wanted, struct error *error) must_check;
/* Seals, remaps read-only and turns the sink into a file called `path`. The sink is empty afterwards. */
bool file_sink_finish(struct file_sink *sink, const char *path, struct file *file, struct error *error) must_check;
void file_sink_close(struct file_sink *sink);

#endif
