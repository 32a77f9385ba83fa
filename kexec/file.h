/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that the user names, opened once and mapped read-only until exit. It knows descriptors and
 * mappings, not formats. A mapping costs no private memory, however large the file, and nothing of
 * it is read before somebody looks. The price: a file that somebody cuts short while it is mapped
 * ends whoever reads behind its new end with SIGBUS. The size is that of the moment of opening.
 */
#ifndef KEXEC_FILE_H
#define KEXEC_FILE_H

#include "kexec/error.h"

struct file {
	const char *path;	/* as given */
	int fd;			/* -1 when not open; close-on-exec */
	struct bytes bytes;
};

/* A file that is not open: what to start from, and what file_close() leaves. */
#define FILE_CLOSED ((struct file){ .fd = -1 })

/* The most that is read from what has no mapping: 1 GiB. */
#define FILE_DEVICE_LIMIT ((size_t)1 << 30)

/*
 * Opens and maps `path`: a regular file or a block device. A character device (raw flash) has no
 * mapping, nor has a file of sysfs: those are read into a sealed memfd, which stands in for them.
 * An empty file, a directory, a pipe or a socket is refused. The error's cause names the file;
 * `open_errno` (may be NULL) gets the errno of a failed open, or 0. On failure `file` is closed.
 */
bool file_open(struct file *file, const char *path, int *open_errno, struct error *error)
	must_check;
/*
 * Puts a sealed copy in the place of the file, which nobody can change from then on: what is
 * checked afterwards is what will be used. On failure the file is closed or as it was.
 */
bool file_seal(struct file *file, struct error *error) must_check;
/* Closes and unmaps; a closed file stays closed. */
void file_close(struct file *file);

/*
 * A growing buffer in a memfd, for what is unpacked: at most `limit` bytes, mapped in one place for
 * good, sealed at the end so that nothing can change it and it can be handed to the kernel.
 */
struct file_sink {
	uint8_t *data;		/* `limit` bytes of address space; `capacity` of them are memory */
	size_t size, capacity, limit;
	int fd;			/* -1 when not open; close-on-exec */
};

/* A sink that is not open: what file_sink_finish() and file_sink_close() leave. */
#define FILE_SINK_CLOSED ((struct file_sink){ .fd = -1 })

/* `name` is for /proc/PID/maps. */
bool file_sink_open(struct file_sink *sink, const char *name, size_t limit, struct error *error)
	must_check;
/*
 * Room for at least `wanted` more bytes behind sink->size, or for as many as the limit leaves;
 * false when sink->size has reached it.
 */
bool file_sink_reserve(struct file_sink *sink, size_t wanted, struct error *error) must_check;
/*
 * Seals, remaps read-only and turns the sink into a file called `path`. The sink is closed
 * afterwards, whatever the result. An empty sink is refused.
 */
bool file_sink_finish(struct file_sink *sink, const char *path, struct file *file,
		      struct error *error) must_check;
void file_sink_close(struct file_sink *sink);

#endif
