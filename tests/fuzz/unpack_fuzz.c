// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a compressed file: what comes out stays under the limit, or there is a sentence. */
#include "config.h"
#include "kexec/unpack.h"
#include "tests/fuzz/fuzz.h"

#define LIMIT ((size_t)64 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes in = { data, size };
	const struct unpacker *unpacker = unpack_find(in);
	struct error error = { 0 };
	struct file_sink sink;
	struct file file;

	if (!unpacker)
		return 0;
	promise(file_sink_open(&sink, "fuzz", LIMIT, &error));
	if (!unpack_run(unpacker, "fuzz", in, &sink, &error)) {
		promise(sink.size <= LIMIT);
		promise(error.cause[0]);
		file_sink_close(&sink);
		return 0;
	}
	promise(file_sink_finish(&sink, "fuzz", &file, &error));
	promise(file.bytes.size > 0 && file.bytes.size <= LIMIT);
	file_close(&file);
	return 0;
}
