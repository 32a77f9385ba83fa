// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zstd, by libzstd: one frame (RFC 8878). The only file that knows libzstd, or that it was left
 * out.
 */
#include "config.h"
#include "kexec/unpack.h"

static bool zstd_probe(struct bytes in)
{
	return bytes_equal_at(in, 0, "\x28\xb5\x2f\xfd", 4);
}

#ifdef HAVE_LIBZSTD
#include <zstd.h>

/* 128 MiB, the window of `zstd -22 --ultra`, with which kernels are built. */
#define WINDOW_LOG 27

static enum unpack_result zstd_step(void *library, struct unpack_step *step, struct error *error)
{
	ZSTD_inBuffer in = {step->in.data, step->in.size, 0};
	ZSTD_outBuffer out = {step->out, step->room, 0};
	size_t result = ZSTD_decompressStream(library, &out, &in);

	if (ZSTD_isError(result)) {
		error_set(error, "libzstd says: %s. (Windows of up to %u MiB are accepted.)",
			  ZSTD_getErrorName(result), 1u << (WINDOW_LOG - 20));
		return UNPACK_FAILED;
	}
	step->in = (struct bytes){ step->in.data + in.pos, step->in.size - in.pos };
	step->out += out.pos;
	step->room -= out.pos;
	return result == 0 ? UNPACK_END : UNPACK_MORE;
}

static bool zstd_unpack(struct bytes in, struct file_sink *sink, struct error *error)
{
	ZSTD_DCtx *context = ZSTD_createDCtx();
	bool unpacked;

	if (!context)
		return error_set(error, "libzstd cannot start: there is not enough memory.");
	if (ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG)))
		unpacked = error_set(error, "libzstd cannot work with windows of %u MiB.",
				     1u << (WINDOW_LOG - 20));
	else
		unpacked = unpack_stream(in, sink, zstd_step, context, error);
	ZSTD_freeDCtx(context);
	return unpacked;
}
#else
#define zstd_unpack NULL
#endif

const struct unpacker unpack_zstd = {
	.name = "zstd",
	.library = "libzstd",
	.probe = zstd_probe,
	.unpack = zstd_unpack,
};
