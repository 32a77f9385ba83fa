// SPDX-License-Identifier: GPL-2.0-or-later
/* One function for each library, each with room for what cannot be compressed. */
#include "config.h"
#include "tests/images/pack.h"

#include <stdlib.h>
#include <string.h>

#ifdef HAVE_ZLIB
#include <zlib.h>

static size_t pack_gzip(const uint8_t *data, size_t size, uint8_t *out, size_t room)
{
	z_stream stream = { .next_in = (Bytef *)data, .avail_in = (uInt)size };
	int result;

	if (deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	stream.next_out = out;
	stream.avail_out = (uInt)room;
	result = deflate(&stream, Z_FINISH);
	deflateEnd(&stream);
	return result == Z_STREAM_END ? stream.total_out : 0;
}
#endif

#ifdef HAVE_LIBLZMA
#include <lzma.h>

static size_t pack_xz(const uint8_t *data, size_t size, uint8_t *out, size_t room)
{
	size_t used = 0;

	if (lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, data, size, out, &used, room))
		return 0;
	return used;
}

static size_t pack_lzma(const uint8_t *data, size_t size, uint8_t *out, size_t room)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_options_lzma options;
	lzma_ret result = LZMA_PROG_ERROR;

	if (lzma_lzma_preset(&options, 0) || lzma_alone_encoder(&stream, &options) != LZMA_OK)
		return 0;
	stream.next_in = data;
	stream.avail_in = size;
	stream.next_out = out;
	stream.avail_out = room;
	result = lzma_code(&stream, LZMA_FINISH);
	lzma_end(&stream);
	return result == LZMA_STREAM_END ? (size_t)(stream.next_out - out) : 0;
}
#endif

#ifdef HAVE_LIBZSTD
#include <zstd.h>

static size_t pack_zstd(const uint8_t *data, size_t size, uint8_t *out, size_t room)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t used;

	if (!context)
		return 0;
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	used = ZSTD_compress2(context, out, room, data, size);
	ZSTD_freeCCtx(context);
	return ZSTD_isError(used) ? 0 : used;
}
#endif

static const struct packer {
	const char *format;
	size_t (*pack)(const uint8_t *data, size_t size, uint8_t *out, size_t room);
} packers[] = {
#ifdef HAVE_ZLIB
	{ "gzip", pack_gzip },
#endif
#ifdef HAVE_LIBLZMA
	{ "xz", pack_xz },
	{ "lzma", pack_lzma },
#endif
#ifdef HAVE_LIBZSTD
	{ "zstd", pack_zstd },
#endif
	{ NULL, NULL },
};

const char *const pack_formats[] = {
#ifdef HAVE_ZLIB
	"gzip",
#endif
#ifdef HAVE_LIBLZMA
	"xz",
	"lzma",
#endif
#ifdef HAVE_LIBZSTD
	"zstd",
#endif
	NULL,
};

uint8_t *pack(const char *format, const uint8_t *data, size_t size, size_t *packed_size)
{
	const size_t room = size + size / 8 + 4096;
	uint8_t *out = malloc(room);

	*packed_size = 0;
	for (const struct packer *packer = packers; out && packer->format; packer++)
		if (!strcmp(packer->format, format))
			*packed_size = packer->pack(data, size, out, room);
	if (*packed_size)
		return out;
	free(out);
	return NULL;
}
