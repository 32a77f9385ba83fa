// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of magic numbers, and the loop that every unpacker runs in. It owns what all formats
 * must do alike and names no library; each has a file of its own.
 */
#include "config.h"
#include "kexec/unpack.h"

static bool bzip2_probe(struct bytes in)
{
	/* "BZh", the block size, and the first block's mark: the digits of pi. */
	return bytes_equal_at(in, 0, "BZh", 3) &&
	       bytes_equal_at(in, 4, "\x31\x41\x59\x26\x53\x59", 6);
}

static bool lz4_probe(struct bytes in)
{
	/* The frame format, and the older one that the kernel's own build writes. */
	return bytes_equal_at(in, 0, "\x04\x22\x4d\x18", 4) ||
	       bytes_equal_at(in, 0, "\x02\x21\x4c\x18", 4);
}

static bool lzo_probe(struct bytes in)
{
	return bytes_equal_at(in, 0, "\x89LZO\0\r\n\x1a\n", 9);
}

static const struct unpacker bzip2 = { .name = "bzip2", .probe = bzip2_probe };
static const struct unpacker lz4 = { .name = "lz4", .probe = lz4_probe };
static const struct unpacker lzo = { .name = "lzo", .probe = lzo_probe };

/* lzma has no magic number and comes last. */
static const struct unpacker *const unpackers[] = {
	&unpack_gzip, &unpack_xz, &unpack_zstd, &bzip2, &lz4, &lzo, &unpack_lzma,
};

const struct unpacker *unpack_find(struct bytes in)
{
	for (size_t i = 0; i < sizeof(unpackers) / sizeof(unpackers[0]); i++)
		if (unpackers[i]->probe(in))
			return unpackers[i];
	return NULL;
}

bool unpack_run(const struct unpacker *unpacker, const char *path, struct bytes in,
		struct file_sink *sink, struct error *error)
{
	if (!unpacker->unpack && !unpacker->library) {
		error_remedy(error, "Unpack it first, and load the result.");
		return error_set(error, "%s is compressed with %s, which kexec does not unpack.",
				 path, unpacker->name);
	}
	if (!unpacker->unpack) {
		error_remedy(error, "Unpack it first, or use a kexec that was built with %s.",
			     unpacker->library);
		return error_set(error, "%s is compressed with %s; this kexec was built without "
				 "%s.", path, unpacker->name, unpacker->library);
	}
	if (!unpacker->unpack(in, sink, error))
		return error_context(error, "%s is compressed with %s and cannot be unpacked. ",
				     path, unpacker->name);
	if (sink->size == 0)
		return error_set(error, "%s is compressed with %s, and there is nothing in it.",
				 path, unpacker->name);
	return true;
}

/* Padding is zeros. Anything else would be left out silently, a second stream among it. */
static bool check_rest(struct bytes in, struct bytes rest, struct error *error)
{
	for (size_t i = 0; i < rest.size; i++)
		if (rest.data[i])
			return error_set(error,
					 "Its stream ends at byte %zu, and what follows is not "
					 "zero padding: 0x%02x at byte %zu.",
					 in.size - rest.size, rest.data[i],
					 in.size - rest.size + i);
	return true;
}

bool unpack_stream(struct bytes in, struct file_sink *sink,
		   enum unpack_result (*step)(void *library, struct unpack_step *step,
					      struct error *error),
		   void *library, struct error *error)
{
	struct unpack_step now = { .in = in, .out = sink->data + sink->size };
	enum unpack_result result;

	for (;;) {
		size_t unread = now.in.size, room = now.room;

		result = step(library, &now, error);
		sink->size = (size_t)(now.out - sink->data);
		if (result == UNPACK_FAILED)
			return false;
		if (result == UNPACK_END)
			return check_rest(in, now.in, error);
		if (now.in.size != unread || now.room != room)
			continue;
		/* Only what stands still gets room: a stream of the limit's very size may end. */
		if (now.room)
			return error_set(error, "Its stream is cut short: it does not end with "
					 "the last of %zu bytes.", in.size);
		if (!file_sink_reserve(sink, 1, error))
			return false;
		now.room = sink->capacity - sink->size;
	}
}
