/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compressed files, recognised by their first bytes and unpacked as a stream into a sink. It knows
 * compression formats and their libraries, not what is inside.
 */
#ifndef KEXEC_UNPACK_H
#define KEXEC_UNPACK_H

#include "kexec/file.h"

/* The most that an image may unpack to: 1 GiB, ten times the largest distribution kernel. */
#define UNPACK_LIMIT ((size_t)1 << 30)

struct unpacker {
	const char *name;	/* "gzip", "xz", "lzma", "zstd", ...: for messages and the plan */
	const char *library;	/* "zlib": for the message when it was left out of this build */
	bool (*probe)(struct bytes in);
	/*
	 * Unpacks all of `in` into the sink. NULL when the library was left out. A truncated or damaged
	 * stream fails, as does anything but zero bytes behind it.
	 */
	bool (*unpack)(struct bytes in, struct file_sink *sink, struct error *error);
};

/* The unpacker whose magic `in` begins with, or NULL when it is not compressed in any known way. */
const struct unpacker *unpack_find(struct bytes in);
/* Runs it, with a sentence when its library is missing. `path` is for messages. */
bool unpack_run(const struct unpacker *unpacker, const char *path, struct bytes in, struct file_sink *sink,
		struct error *error) must_check;

extern const struct unpacker unpack_gzip, unpack_xz, unpack_lzma, unpack_zstd;

#endif
