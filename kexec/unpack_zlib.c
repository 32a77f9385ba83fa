// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gzip, by zlib: one member with its header and checksum (RFC 1952). The only file that knows zlib,
 * or that it was left out.
 */
#include "config.h"
#include "kexec/unpack.h"

static bool gzip_probe(struct bytes in)
{
	/* Both bytes of the magic, and deflate, the only method there is. */
	return bytes_equal_at(in, 0, "\x1f\x8b\x08", 3);
}

#ifdef HAVE_ZLIB
#include <limits.h>
#include <zlib.h>

/* The largest window that deflate has, plus zlib's mark for "gzip, and nothing else". */
#define WINDOW_BITS (MAX_WBITS + 16)

/* zlib counts in unsigned int. */
static unsigned portion(size_t size)
{
	return size < UINT_MAX ? (unsigned)size : UINT_MAX;
}

static enum unpack_result gzip_step(void *library, struct unpack_step *step, struct error *error)
{
	z_stream *stream = library;
	int result;

	stream->next_in = (Bytef *)step->in.data;
	stream->avail_in = portion(step->in.size);
	stream->next_out = step->out;
	stream->avail_out = portion(step->room);
	result = inflate(stream, Z_NO_FLUSH);
	step->in = (struct bytes){ stream->next_in,
				  step->in.size - (size_t)(stream->next_in - step->in.data) };
	step->room -= (size_t)(stream->next_out - step->out);
	step->out = stream->next_out;
	if (result == Z_STREAM_END)
		return UNPACK_END;
	/* Z_BUF_ERROR is no error: it means that this call could do nothing. */
	if (result == Z_OK || result == Z_BUF_ERROR)
		return UNPACK_MORE;
	error_set(error, "zlib says: %s.", stream->msg ? stream->msg : zError(result));
	return UNPACK_FAILED;
}

static bool gzip_unpack(struct bytes in, struct file_sink *sink, struct error *error)
{
	z_stream stream = { .next_in = NULL };
	int result = inflateInit2(&stream, WINDOW_BITS);
	bool unpacked;

	if (result != Z_OK)
		return error_set(error, "zlib cannot start: %s.", zError(result));
	unpacked = unpack_stream(in, sink, gzip_step, &stream, error);
	inflateEnd(&stream);
	return unpacked;
}
#else
#define gzip_unpack NULL
#endif

const struct unpacker unpack_gzip = {
	.name = "gzip",
	.library = "zlib",
	.probe = gzip_probe,
	.unpack = gzip_unpack,
};
