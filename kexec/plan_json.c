// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan as JSON, in the shape that kexec/plan_print.h documents. It knows commas and quotes;
 * what is worth telling is decided there.
 */
#include "config.h"

#include <inttypes.h>

#include "arch/arch.h"
#include "kexec/digest.h"
#include "kexec/escape.h"
#include "kexec/plan_print.h"

/* Numbers up to here are exact in every JSON reader (RFC 8259, section 6). */
#define EXACT_NUMBERS (1ull << 53)

struct json {
	FILE *out;
	const struct image *image;
	unsigned depth;
	bool first;		/* nothing stands yet in the innermost object or array */
	bool failed;		/* the error is set; what follows is not printed any more */
	struct arena *arena;
	struct error *error;
};

static void text(struct json *j, const char *value)
{
	const char *escaped = j->failed ? NULL : escape_json(value, j->arena, j->error);

	if (!escaped)
		j->failed = true;
	else
		fprintf(j->out, "%s", escaped);
}

/* What stands before a value: a comma where needed, a new line, and the name inside an object. */
static void begin(struct json *j, const char *name)
{
	if (!j->first)
		fprintf(j->out, ",");
	if (j->depth)
		fprintf(j->out, "\n%*s", (int)(2 * j->depth), "");
	j->first = false;
	if (name) {
		text(j, name);
		fprintf(j->out, ": ");
	}
}

static void open_with(struct json *j, const char *name, char bracket)
{
	begin(j, name);
	fprintf(j->out, "%c", bracket);
	j->depth++;
	j->first = true;
}

static void close_with(struct json *j, char bracket)
{
	j->depth--;
	if (!j->first)
		fprintf(j->out, "\n%*s", (int)(2 * j->depth), "");
	fprintf(j->out, "%c", bracket);
	j->first = false;
}

static void put_text(struct json *j, const char *name, const char *value)
{
	begin(j, name);
	if (value)
		text(j, value);
	else
		fprintf(j->out, "null");
}

static void put_bool(struct json *j, const char *name, bool value)
{
	begin(j, name);
	fprintf(j->out, value ? "true" : "false");
}

static void put_size(struct json *j, const char *name, uint64_t value)
{
	begin(j, name);
	fprintf(j->out, value < EXACT_NUMBERS ? "%" PRIu64 : "\"0x%" PRIx64 "\"", value);
}

static void put_address(struct json *j, const char *name, uint64_t value)
{
	begin(j, name);
	fprintf(j->out, "\"0x%" PRIx64 "\"", value);
}

static void put_null(struct json *j, const char *name)
{
	begin(j, name);
	fprintf(j->out, "null");
}

static void put_digest(struct json *j, struct bytes bytes)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[2 * DIGEST_SIZE + 1];

	if (j->failed || !digest_sha256(&bytes, 1, digest, j->error)) {
		j->failed = true;
		return;
	}
	digest_hex(digest, hex);
	put_text(j, "sha256", hex);
}

static void put_machine(struct json *j, const struct machine *machine)
{
	open_with(j, "machine", '{');
	put_text(j, "architecture", machine->arch->name);
	put_text(j, "release", machine->release);
	put_bool(j, "captured", machine->captured);
	put_size(j, "page_size", machine->page_size);
	put_size(j, "ram", machine->ram_total);
	put_text(j, "memory_source", machine->memory_source);
	close_with(j, '}');
}

static void put_flags(struct json *j, const struct plan *plan)
{
	const char *names = plan_flags_text(plan, j->arena, j->error);

	if (!names) {
		j->failed = true;
		return;
	}
	open_with(j, "flags", '{');
	put_address(j, "value", plan->flags);
	open_with(j, "names", '[');
	while (*names) {
		int length = (int)strcspn(names, " ");

		begin(j, NULL);
		fprintf(j->out, "\"%.*s\"", length, names);
		names += length;
		names += *names == ' ';
	}
	close_with(j, ']');
	close_with(j, '}');
}

static void put_file(struct json *j, const char *role, const struct file *file,
		     const char *compression)
{
	if (!file->path || !file->bytes.data)
		return;
	open_with(j, NULL, '{');
	put_text(j, "role", role);
	put_text(j, "path", file->path);
	put_size(j, "size", file->bytes.size);
	put_text(j, "compression", compression);
	if (compression)
		put_size(j, "unpacked_size", j->image->kernel_unpacked.bytes.size);
	else
		put_null(j, "unpacked_size");
	put_digest(j, file->bytes);
	close_with(j, '}');
}

static void put_files(struct json *j)
{
	open_with(j, "files", '[');
	put_file(j, "kernel", &j->image->kernel_file, j->image->compression);
	put_file(j, "initrd", &j->image->initrd, NULL);
	put_file(j, "dtb", &j->image->dtb, NULL);
	close_with(j, ']');
}

static void put_segments(struct json *j, const struct plan *plan)
{
	open_with(j, "segments", '[');
	for (unsigned i = 0; i < plan->segment_count; i++) {
		const struct segment *s = &plan->segments[i];

		open_with(j, NULL, '{');
		put_text(j, "name", s->name);
		put_text(j, "source", s->source);
		put_address(j, "start", s->memory.start);
		put_address(j, "end", s->memory.end);
		put_size(j, "memory_size", range_size(s->memory));
		put_size(j, "copied_size", s->bytes.size);
		put_digest(j, s->bytes);
		put_bool(j, "unchecked", s->unchecked);
		close_with(j, '}');
	}
	close_with(j, ']');
}

static void put_memory(struct json *j, const struct memmap *map)
{
	open_with(j, "memory", '[');
	for (size_t i = 0; i < map->count; i++) {
		open_with(j, NULL, '{');
		put_address(j, "start", map->entries[i].range.start);
		put_address(j, "end", map->entries[i].range.end);
		put_text(j, "type", memory_type_name(map->entries[i].type));
		close_with(j, '}');
	}
	close_with(j, ']');
}

static void put_facts(struct json *j, const struct plan *plan)
{
	open_with(j, "facts", '[');
	for (size_t i = 0; i < plan->fact_count; i++) {
		open_with(j, NULL, '{');
		put_text(j, "group", plan->facts[i].group);
		put_text(j, "name", plan->facts[i].name);
		put_text(j, "value", plan->facts[i].value);
		close_with(j, '}');
	}
	close_with(j, ']');
}

static void put_plan(struct json *j, const struct plan *plan)
{
	put_text(j, "system_call", plan_call_name(plan));
	put_text(j, "why", plan->why);
	put_flags(j, plan);
	put_text(j, "format", plan->format);
	put_text(j, "command_line", plan->cmdline);
	put_files(j);
	if (plan->by == BY_SEGMENTS)
		put_address(j, "entry", plan->entry);
	else
		put_null(j, "entry");
	put_segments(j, plan);
	if (plan->by == BY_SEGMENTS)
		put_memory(j, &plan->memory);
	else
		put_null(j, "memory");
	put_facts(j, plan);
	open_with(j, "notes", '[');
	for (unsigned i = 0; i < plan->note_count; i++)
		put_text(j, NULL, plan->notes[i]);
	close_with(j, ']');
	if (plan->fallback) {
		open_with(j, "fallback", '{');
		put_plan(j, plan->fallback);
		close_with(j, '}');
	} else {
		put_null(j, "fallback");
	}
}

bool plan_json_print(FILE *out, const struct machine *machine, const struct image *image,
		     const struct plan *plan, struct arena *arena, struct error *error)
{
	struct json j = {
		.out = out, .image = image, .first = true, .arena = arena, .error = error,
	};

	open_with(&j, NULL, '{');
	put_size(&j, "version", 1);
	put_text(&j, "program", PACKAGE_STRING);
	put_machine(&j, machine);
	put_plan(&j, plan);
	close_with(&j, '}');
	fprintf(out, "\n");
	return !j.failed;
}
