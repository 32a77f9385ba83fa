// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan as JSON, in the shape that kexec/plan_print.h documents. It decides names and order;
 * what is worth telling is decided there, and how JSON is written in kexec/json.c.
 */
#include "config.h"

#include "arch/arch.h"
#include "kexec/digest.h"
#include "kexec/json.h"
#include "kexec/plan_print.h"

static void put_digest(struct json *j, struct bytes bytes)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[2 * DIGEST_SIZE + 1];

	if (j->failed || !digest_sha256(&bytes, 1, digest, j->error)) {
		j->failed = true;
		return;
	}
	digest_hex(digest, hex);
	json_text(j, "sha256", hex);
}

static void put_machine(struct json *j, const struct machine *machine)
{
	json_open(j, "machine", '{');
	json_text(j, "architecture", machine->arch->name);
	json_text(j, "release", machine->release);
	json_bool(j, "captured", machine->captured);
	json_number(j, "page_size", machine->page_size);
	json_number(j, "ram", machine->ram_total);
	json_text(j, "memory_source", machine->memory_source);
	json_close(j, '}');
}

static void put_flags(struct json *j, const struct plan *plan)
{
	const char *names = plan_flags_text(plan, j->arena, j->error);

	if (!names) {
		j->failed = true;
		return;
	}
	json_open(j, "flags", '{');
	json_address(j, "value", plan->flags);
	json_open(j, "names", '[');
	while (*names) {
		size_t length = strcspn(names, " ");

		json_text_part(j, NULL, names, length);
		names += length;
		names += *names == ' ';
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void put_file(struct json *j, const char *role, const struct file *file,
		     const char *compression, size_t unpacked_size)
{
	if (!file->path || !file->bytes.data)
		return;
	json_open(j, NULL, '{');
	json_text(j, "role", role);
	json_text(j, "path", file->path);
	json_number(j, "size", file->bytes.size);
	json_text(j, "compression", compression);
	if (compression)
		json_number(j, "unpacked_size", unpacked_size);
	else
		json_null(j, "unpacked_size");
	put_digest(j, file->bytes);
	json_close(j, '}');
}

static void put_files(struct json *j, const struct image *image)
{
	json_open(j, "files", '[');
	put_file(j, "kernel", &image->kernel_file, image->compression,
		 image->kernel_unpacked.bytes.size);
	put_file(j, "initrd", &image->initrd, NULL, 0);
	put_file(j, "dtb", &image->dtb, NULL, 0);
	json_close(j, ']');
}

static void put_segments(struct json *j, const struct plan *plan)
{
	json_open(j, "segments", '[');
	for (unsigned i = 0; i < plan->segment_count; i++) {
		const struct segment *s = &plan->segments[i];

		json_open(j, NULL, '{');
		json_text(j, "name", s->name);
		json_text(j, "source", s->source);
		json_address(j, "start", s->memory.start);
		json_address(j, "end", s->memory.end);
		json_number(j, "memory_size", range_size(s->memory));
		json_number(j, "copied_size", s->bytes.size);
		put_digest(j, s->bytes);
		json_bool(j, "unchecked", s->unchecked);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_memory(struct json *j, const struct memmap *map)
{
	json_open(j, "memory", '[');
	for (size_t i = 0; i < map->count; i++) {
		json_open(j, NULL, '{');
		json_address(j, "start", map->entries[i].range.start);
		json_address(j, "end", map->entries[i].range.end);
		json_text(j, "type", memory_type_name(map->entries[i].type));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_facts(struct json *j, const struct plan *plan)
{
	json_open(j, "facts", '[');
	for (size_t i = 0; i < plan->fact_count; i++) {
		json_open(j, NULL, '{');
		json_text(j, "group", plan->facts[i].group);
		json_text(j, "name", plan->facts[i].name);
		json_text(j, "value", plan->facts[i].value);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_plan(struct json *j, const struct image *image, const struct plan *plan)
{
	json_text(j, "system_call", plan_call_name(plan));
	json_text(j, "why", plan->why);
	put_flags(j, plan);
	json_text(j, "format", plan->format);
	json_text(j, "command_line", plan->cmdline);
	put_files(j, image);
	if (plan->by == BY_SEGMENTS)
		json_address(j, "entry", plan->entry);
	else
		json_null(j, "entry");
	put_segments(j, plan);
	if (plan->by == BY_SEGMENTS)
		put_memory(j, &plan->memory);
	else
		json_null(j, "memory");
	put_facts(j, plan);
	json_open(j, "notes", '[');
	for (unsigned i = 0; i < plan->note_count; i++)
		json_text(j, NULL, plan->notes[i]);
	json_close(j, ']');
	if (plan->fallback) {
		json_open(j, "fallback", '{');
		put_plan(j, image, plan->fallback);
		json_close(j, '}');
	} else {
		json_null(j, "fallback");
	}
}

bool plan_json_print(FILE *out, const struct machine *machine, const struct image *image,
		     const struct plan *plan, struct arena *arena, struct error *error)
{
	struct json j = { .out = out, .first = true, .arena = arena, .error = error };

	json_open(&j, NULL, '{');
	json_number(&j, "version", 1);
	json_text(&j, "program", PACKAGE_STRING);
	put_machine(&j, machine);
	put_plan(&j, image, plan);
	json_close(&j, '}');
	fprintf(out, "\n");
	return !j.failed;
}
