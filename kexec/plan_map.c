// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drawing a plan as a picture of physical memory: symbols, colours, labels and the legend. Plain
 * ASCII, since a serial console is where such a picture is needed; where things are is decided in
 * picture.c.
 */
#include "kexec/plan_print.h"

#include <inttypes.h>

#include "kexec/escape.h"
#include "kexec/picture.h"

#define ROW PICTURE_ROW

struct look {
	char symbol;
	const char *colour;	/* select graphic rendition: ECMA-48, 8.3.117 */
};

static const struct look looks[] = {
	[MEMORY_RAM] = { '.', "32" },
	[MEMORY_RESERVED] = { '#', "31" },
	[MEMORY_ACPI] = { '%', "33" },
	[MEMORY_NVS] = { '&', "33" },
	[MEMORY_UNUSABLE] = { '!', "31" },
	[MEMORY_PMEM] = { '^', "36" },
	[MEMORY_PRAM] = { '~', "36" },
	[MEMORY_SOFT_RESERVED] = { '$', "36" },
	[PICTURE_NOTHING] = { ' ', "0" },
	[PICTURE_CRASH] = { '=', "35" },
	[PICTURE_RUNNING] = { 'o', "36" },
};

static const char *const segment_colours[] = { "1;97;44", "1;97;45", "1;30;43",
					       "1;30;46", "1;97;41", "1;30;42" };

/* What drawing needs at hand. */
struct drawing {
	FILE *out;
	bool colour;
	struct picture picture;
	char letters[PLAN_SEGMENTS_MAX];
};

static const char *kind_name(unsigned kind)
{
	if (kind == PICTURE_CRASH)
		return "Crash kernel reservation";
	if (kind == PICTURE_RUNNING)
		return "running kernel";
	return memory_type_name((enum memory_type)kind);
}

/* Pieces that share a letter share a colour. */
static const char *segment_colour(const struct drawing *d, unsigned segment)
{
	const char *first = memchr(d->letters, d->letters[segment], segment + 1);

	return segment_colours[(size_t)(first - d->letters) %
			       (sizeof(segment_colours) / sizeof(segment_colours[0]))];
}

static void print_label(const struct drawing *d, uint64_t row)
{
	char label[24];

	snprintf(label, sizeof(label), "0x%" PRIx64, row * ROW * d->picture.scale);
	/* Without 0x where even 13 columns are too few: addresses above 16 TiB. */
	fprintf(d->out, "%13s ", strlen(label) > 13 ? label + 2 : label);
}

static void print_run(const struct drawing *d, const struct picture_piece *piece, uint64_t length)
{
	char symbol = piece->kind == PICTURE_SEGMENT ? d->letters[piece->segment]
						     : looks[piece->kind].symbol;
	bool colour = d->colour && symbol != ' ' && length;

	if (colour)
		fprintf(d->out, "\033[%sm",
			piece->kind == PICTURE_SEGMENT ? segment_colour(d, piece->segment)
						       : looks[piece->kind].colour);
	while (length--)
		fputc(symbol, d->out);
	if (colour)
		fprintf(d->out, "\033[0m");
}

/* One row; piece `i` is the first that reaches into it. */
static void print_row(const struct drawing *d, size_t i, uint64_t row)
{
	const struct picture_piece nothing = { .kind = PICTURE_NOTHING };
	uint64_t cell = row * ROW;
	const uint64_t row_end = cell + ROW;

	print_label(d, row);
	fputc('|', d->out);
	for (; i < d->picture.piece_count && cell < row_end; i++) {
		uint64_t end = picture_piece_end(&d->picture, i);

		if (end > row_end)
			end = row_end;
		print_run(d, &d->picture.pieces[i], end - cell);
		cell = end;
	}
	print_run(d, &nothing, row_end - cell);
	fprintf(d->out, "|\n");
}

static void print_left_out(const struct drawing *d, unsigned kind, uint64_t row, uint64_t rows)
{
	char text[ROW + 1], size[PLAN_SIZE_TEXT];
	int length, before;

	length = snprintf(text, sizeof(text), "%s %s (%" PRIu64 " rows left out)",
			  plan_size_text(rows * ROW * d->picture.scale, size),
			  kind == PICTURE_NOTHING ? "without memory" : kind_name(kind), rows);
	if (length > ROW)
		length = ROW;
	before = (ROW - length) / 2;
	print_label(d, row);
	fprintf(d->out, ":%*s%s%*s:\n", before, "", text, ROW - length - before, "");
}

static void draw(const struct drawing *d)
{
	const struct picture *picture = &d->picture;
	struct picture_line line = { 0 };

	while (picture_next(picture, &line)) {
		if (line.rows)
			print_left_out(d, picture->pieces[line.piece].kind, line.row, line.rows);
		else
			print_row(d, line.piece, line.row);
	}
}

/*
 * A letter for each name: one that it contains, else any that is free. Pieces of one name share it.
 */
static void choose_letters(struct drawing *d)
{
	static const char any[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	for (unsigned i = 0; i < d->picture.segment_count; i++) {
		const char *name = d->picture.segments[i]->name;
		char candidates[128];
		unsigned same = 0, length = 0;

		while (strcmp(d->picture.segments[same]->name, name))
			same++;
		if (same < i) {
			d->letters[i] = d->letters[same];
			continue;
		}
		for (; *name && length < sizeof(candidates) - sizeof(any); name++)
			if (*name >= 'a' && *name <= 'z')
				candidates[length++] = (char)(*name - 'a' + 'A');
		memcpy(candidates + length, any, sizeof(any));
		for (length = 0; memchr(d->letters, candidates[length], i); length++)
			;
		d->letters[i] = candidates[length];
	}
}

static void print_scale(const struct drawing *d)
{
	char character[PLAN_SIZE_TEXT], row[PLAN_SIZE_TEXT];

	fprintf(d->out, "Physical memory: one character is %s, one row %s\n\n%14s ",
		plan_size_text(d->picture.scale, character),
		plan_size_text(d->picture.scale * ROW, row), "");
	for (unsigned quarter = 0; quarter < 4; quarter++) {
		char text[PLAN_SIZE_TEXT + 1] = "+0";

		if (quarter) {
			text[0] = '+';
			plan_size_text(d->picture.scale * ROW / 4 * quarter, text + 1);
		}
		fprintf(d->out, quarter < 3 ? "%-16s" : "%s\n", text);
	}
}

static void print_symbol(const struct drawing *d, const char *colour, char symbol)
{
	if (d->colour)
		fprintf(d->out, "  \033[%sm%c\033[0m  ", colour, symbol);
	else
		fprintf(d->out, "  %c  ", symbol);
}

/* The end of a path, as much as fits into `columns`, behind "..." when something is missing. */
static void print_path(FILE *out, const char *path, size_t columns)
{
	size_t width = escape_width(path);

	if (width > columns) {
		for (; width > columns - 3; width--)
			for (path++; ((uint8_t)*path & 0xc0) == 0x80; path++)
				;
		fputs("...", out);
	}
	fprintf(out, "%s\n", path);
}

static bool print_segments(const struct drawing *d, struct arena *arena, struct error *error)
{
	bool enlarged = false;
	char size[PLAN_SIZE_TEXT];
	int digits = 1;

	for (unsigned i = 0; i < d->picture.segment_count; i++)
		while (digits < 16 && (d->picture.segments[i]->memory.end - 1) >> 4 * digits)
			digits++;
	for (unsigned i = 0; i < d->picture.segment_count; i++) {
		const struct segment *s = d->picture.segments[i];
		const char *source = escape_terminal(s->source ? s->source : "", arena, error);
		bool small = range_size(s->memory) < d->picture.scale;

		if (!source)
			return false;
		enlarged |= small;
		print_symbol(d, segment_colour(d, i), d->letters[i]);
		fprintf(d->out, "%-12s  0x%0*" PRIx64 "-0x%0*" PRIx64 "  %9s%c  ", s->name, digits,
			s->memory.start, digits, s->memory.end - 1,
			plan_size_text(range_size(s->memory), size), small ? '+' : ' ');
		print_path(d->out, source, 80 - (5 + 14 + 5 + 2 * (size_t)digits + 14));
	}
	if (enlarged)
		fprintf(d->out, "     + smaller than one character, drawn as one\n");
	return true;
}

static void print_kind(const struct drawing *d, unsigned kind, uint64_t size, size_t ranges)
{
	char text[PLAN_SIZE_TEXT];

	if (!ranges)
		return;
	print_symbol(d, looks[kind].colour, looks[kind].symbol);
	fprintf(d->out, "%-25s  %9s in %zu range%s\n", kind_name(kind), plan_size_text(size, text),
		ranges, ranges == 1 ? "" : "s");
}

static void print_kinds(const struct drawing *d)
{
	const struct machine *machine = d->picture.machine;

	for (unsigned type = 0; type < MEMORY_TYPES; type++) {
		size_t ranges = 0;

		for (size_t i = 0; i < machine->firmware.count; i++)
			ranges += machine->firmware.entries[i].type == type;
		print_kind(d, type, memmap_total(&machine->firmware, (enum memory_type)type),
			   ranges);
	}
	print_kind(d, PICTURE_CRASH, memmap_total(&machine->crash, MEMORY_RAM),
		   machine->crash.count);
	print_kind(d, PICTURE_RUNNING, range_size(machine->kernel_code),
		   machine->kernel_code.start < machine->kernel_code.end);
}

bool plan_map_print(FILE *out, const struct machine *machine, const struct plan *plan, bool colour,
		    struct arena *arena, struct error *error)
{
	struct drawing d = { .out = out, .colour = colour, .picture = { .machine = machine } };

	if (plan->by == BY_FILE) {
		fprintf(out, "kexec_file_load: the running kernel chooses the addresses itself.\n");
		if (plan->fallback && plan->fallback->by == BY_SEGMENTS) {
			plan = plan->fallback;
			fprintf(out, "Should it refuse, kexec_load would do this:\n");
		}
	}
	if (plan->by == BY_SEGMENTS)
		d.picture.segment_count = plan_sorted(plan, d.picture.segments);
	choose_letters(&d);
	if (!picture_make(&d.picture, arena, error))
		return false;
	if (!d.picture.piece_count) {
		fprintf(out, "The memory map of this machine is unknown.\n");
		return true;
	}
	print_scale(&d);
	draw(&d);
	fprintf(out, "\n");
	if (!print_segments(&d, arena, error))
		return false;
	print_kinds(&d);
	if (plan->by == BY_SEGMENTS)
		fprintf(out, "     entry point 0x%" PRIx64 "\n", plan->entry);
	return true;
}
