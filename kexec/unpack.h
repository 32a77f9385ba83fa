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
	const char *library;	/* "zlib": for the message when it was left out; NULL: never in */
	bool (*probe)(struct bytes in);
	/*
	 * Unpacks all of `in` into the sink. NULL when the library was left out. A truncated or
	 * damaged stream fails, as does anything but zero bytes behind it.
	 */
	bool (*unpack)(struct bytes in, struct file_sink *sink, struct error *error);
};

/* The unpacker whose magic `in` begins with, or NULL when it is not compressed in any known way. */
const struct unpacker *unpack_find(struct bytes in);
/*
 * Runs it, with a sentence when its library is missing. `path` is for messages. The sink may hold
 * part of the result after a failure.
 */
bool unpack_run(const struct unpacker *unpacker, const char *path, struct bytes in,
		struct file_sink *sink, struct error *error) must_check;

extern const struct unpacker unpack_gzip, unpack_xz, unpack_lzma, unpack_zstd;

/* What an unpacker's library works on, one call at a time. */
struct unpack_step {
	struct bytes in;	/* still to be read; the step takes what it used off the front */
	uint8_t *out;		/* where `room` bytes may be written; the step moves both on */
	size_t room;
};

enum unpack_result {
	UNPACK_MORE,	/* it wants more input, more room, or another call */
	UNPACK_END,	/* the stream is complete; in.data is behind it */
	UNPACK_FAILED,	/* error set */
};

/*
 * For the unpackers: calls `step` until its stream ends, and owns what all of them must do alike:
 * the sink's growth and limit, streams that are cut short, and bytes behind the end.
 */
bool unpack_stream(struct bytes in, struct file_sink *sink,
		   enum unpack_result (*step)(void *library, struct unpack_step *step,
					      struct error *error),
		   void *library, struct error *error) must_check;

#endif
