// SPDX-License-Identifier: GPL-2.0-or-later
/* A source and a sink in memory, and looking at what came out. */
#include "tests/support/core_log.h"

#include "kexec/escape.h"
#include "kexec/vmcore_log.h"

#include <stdio.h>
#include <stdlib.h>

struct reader {
	struct vmcore_source source;
	struct vmcore_sink sink;
	struct bytes file;
	struct core_log *log;
};

#define READER_OF(pointer, member)                                                                 \
	((const struct reader *)((const char *)(pointer)-offsetof(struct reader, member)))

static bool read_file(const struct vmcore_source *source, uint64_t offset, void *to, size_t size,
		      struct error *error)
{
	const struct reader *reader = READER_OF(source, source);
	const void *at = bytes_at(reader->file, offset, size);

	if (!at) {
		snprintf(reader->log->broken, sizeof(reader->log->broken),
			 "%zu bytes at %llu are behind the end", size, (unsigned long long)offset);
		return error_set(error, "broken");
	}
	memcpy(to, at, size);
	return true;
}

static bool write_text(const struct vmcore_sink *sink, struct bytes text, struct error *error)
{
	struct core_log *log = READER_OF(sink, sink)->log;

	if (log->size + text.size >= log->room) {
		log->room = (log->room + text.size) * 2 + 1;
		log->text = realloc(log->text, log->room);
		if (!log->text)
			abort();
	}
	memcpy(log->text + log->size, text.data, text.size);
	log->size += text.size;
	log->text[log->size] = '\0';
	return true;
}

static bool is_fit(struct bytes text)
{
	while (text.size) {
		size_t length = escape_harmless(text);

		if (!length && (*text.data < '\t' || *text.data > '\r'))
			return false;
		text = bytes_from(text, length ? length : 1);
	}
	return true;
}

void core_log_read(struct core_log *log, struct bytes file)
{
	struct reader reader = {
		.source = {.read = read_file, .size = file.size},
		.sink = {.write = write_text},
		.file = file,
		.log = log,
	};
	struct arena arena = {0};
	struct vmcore core;

	*log = (struct core_log){.room = 0};
	write_text(&reader.sink, (struct bytes){(const uint8_t *)"", 0}, NULL);
	log->whole = vmcore_open(&core, &reader.source, &arena, &log->error) &&
		     vmcore_log_print(&core, &reader.sink, &arena, &log->error);
	arena_release(&arena);
	if (log->broken[0])
		return;
	if (!log->whole && !log->error.cause[0] && !log->error.headline[0])
		strcpy(log->broken, "there is no sentence");
	else if (!log->whole && (log->error.status < 3 || log->error.status > 69))
		snprintf(log->broken, sizeof(log->broken), "the status is %d", log->error.status);
	else if (log->size > 8 * file.size + 65536)
		snprintf(log->broken, sizeof(log->broken), "%zu bytes are printed", log->size);
	else if (!is_fit((struct bytes){(const uint8_t *)log->text, log->size}))
		strcpy(log->broken, "a terminal would not like it");
}
