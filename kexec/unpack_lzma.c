// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xz and its predecessor, the bare .lzma file, by liblzma. The only file that knows liblzma, or
 * that it was left out.
 */
#include "config.h"
#include "kexec/unpack.h"

/* The .lzma header, and the five bytes that its range coder begins with. */
struct lzma_header {
	uint8_t properties;
	le32 dictionary;
	le64 unpacked;
	uint8_t coder[5];
};

/* Larger sizes than this are not believed; liblzma's own tools draw the line at the same place. */
#define LZMA_BELIEVED ((uint64_t)1 << 38)
#define LZMA_UNKNOWN UINT64_MAX

static bool xz_probe(struct bytes in)
{
	return bytes_equal_at(in, 0, "\xfd\x37zXZ\0", 6);
}

/*
 * .lzma has no magic number, so every field must be one that an encoder writes: lc + lp of at most
 * 4, a dictionary of 2^n or 2^n + 2^(n-1) and at least 4 KiB, a size that is unknown or believable,
 * and the zero byte that every range coder begins with.
 */
static bool lzma_probe(struct bytes in)
{
	const struct lzma_header *header = bytes_at(in, 0, sizeof(*header));
	uint32_t dictionary;
	uint64_t unpacked;

	if (!header || header->properties >= 9 * 5 * 5 || header->coder[0])
		return false;
	if (header->properties % 9 + header->properties / 9 % 5 > 4)
		return false;
	dictionary = get(header->dictionary);
	/* Three times 2^(n-1) is 2^n + 2^(n-1). */
	if (dictionary < 4096 || !(is_power_of_two(dictionary) ||
				   (dictionary % 3 == 0 && is_power_of_two(dictionary / 3))))
		return false;
	unpacked = get(header->unpacked);
	return unpacked && (unpacked < LZMA_BELIEVED || unpacked == LZMA_UNKNOWN);
}

#ifdef HAVE_LIBLZMA
#include <lzma.h>

/* Twice the dictionary that the kernel's own build asks for, 128 MiB (scripts/xz_wrap.sh). */
#define MEMORY_LIMIT ((uint64_t)256 << 20)

static void explain(lzma_ret result, lzma_stream *stream, struct error *error)
{
	switch (result) {
	case LZMA_MEMLIMIT_ERROR:
		error_set(error, "Unpacking it takes %ju MiB of memory; the limit is %ju MiB.",
			  (uintmax_t)((lzma_memusage(stream) + (1u << 20) - 1) >> 20),
			  (uintmax_t)(MEMORY_LIMIT >> 20));
		break;
	case LZMA_MEM_ERROR:
		error_set(error, "There is not enough memory for liblzma.");
		break;
	case LZMA_OPTIONS_ERROR:
		error_set(error, "It uses a filter or an option that liblzma does not know.");
		break;
	case LZMA_UNSUPPORTED_CHECK:
		error_set(error, "Its integrity check is of a kind that liblzma does not know.");
		break;
	default:
		error_set(error, "Its stream is damaged.");
	}
}

static enum unpack_result lzma_step(void *library, struct unpack_step *step, struct error *error)
{
	lzma_stream *stream = library;
	lzma_ret result;

	stream->next_in = step->in.data;
	stream->avail_in = step->in.size;
	stream->next_out = step->out;
	stream->avail_out = step->room;
	result = lzma_code(stream, LZMA_RUN);
	step->in = (struct bytes){ stream->next_in, stream->avail_in };
	step->out = stream->next_out;
	step->room = stream->avail_out;
	if (result == LZMA_STREAM_END)
		return UNPACK_END;
	/* LZMA_BUF_ERROR is no error: it means that the last two calls could do nothing. */
	if (result == LZMA_OK || result == LZMA_BUF_ERROR)
		return UNPACK_MORE;
	explain(result, stream, error);
	return UNPACK_FAILED;
}

static bool run(lzma_ret started, lzma_stream *stream, struct bytes in, struct file_sink *sink,
		struct error *error)
{
	bool unpacked = false;

	if (started == LZMA_OK)
		unpacked = unpack_stream(in, sink, lzma_step, stream, error);
	else
		explain(started, stream, error);
	lzma_end(stream);
	return unpacked;
}

static bool xz_unpack(struct bytes in, struct file_sink *sink, struct error *error)
{
	lzma_stream stream = LZMA_STREAM_INIT;

	return run(lzma_stream_decoder(&stream, MEMORY_LIMIT, LZMA_TELL_UNSUPPORTED_CHECK), &stream,
		   in, sink, error);
}

static bool lzma_unpack(struct bytes in, struct file_sink *sink, struct error *error)
{
	lzma_stream stream = LZMA_STREAM_INIT;

	return run(lzma_alone_decoder(&stream, MEMORY_LIMIT), &stream, in, sink, error);
}
#else
#define xz_unpack NULL
#define lzma_unpack NULL
#endif

const struct unpacker unpack_xz = {
	.name = "xz",
	.library = "liblzma",
	.probe = xz_probe,
	.unpack = xz_unpack,
};

const struct unpacker unpack_lzma = {
	.name = "lzma",
	.library = "liblzma",
	.probe = lzma_probe,
	.unpack = lzma_unpack,
};
