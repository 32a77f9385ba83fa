// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan as a picture of physical memory: rows of characters, each character the same amount of
 * memory. What is smaller than one is drawn as one and marked; long stretches of the same are left out
 * and say how long they are. It knows ranges and characters, and draws what it is given.
 */
#include "kexec/plan_print.h"

#include <inttypes.h>
#include <stdlib.h>

#include "kexec/escape.h"

/* Characters in a row: with a label of 13 ("0x1f80000000") and two bars, a line has 80 columns. */
#define ROW 64
/* More rows than these, and the scale becomes coarser. */
#define ROWS_WHOLE 22	/* with all RAM drawn */
#define ROWS_MOST 26	/* with long stretches of RAM left out */
/* A stretch of this many equal rows is left out. */
#define ROWS_LONG 3

/* Kinds of pieces: the memory types, and these. */
enum {
	KIND_NOTHING = MEMORY_TYPES,
	KIND_CRASH,
	KIND_RUNNING,
	KIND_SEGMENT,
};

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
	[KIND_NOTHING] = { ' ', "0" },
	[KIND_CRASH] = { '=', "35" },
	[KIND_RUNNING] = { 'o', "36" },
};

static const char *const segment_colours[] = { "1;97;44", "1;97;45", "1;30;43", "1;30;46", "1;97;41", "1;30;42" };

/* A stretch of memory of one kind, and the characters [cell, next piece's cell) that it gets. */
struct piece {
	struct range range;
	unsigned kind;
	unsigned segment;	/* index into `sorted`, for KIND_SEGMENT */
	uint64_t cell;
};

struct picture {
	FILE *out;
	bool colour;
	const struct machine *machine;
	const struct segment *sorted[PLAN_SEGMENTS_MAX];
	char letters[PLAN_SEGMENTS_MAX];
	unsigned segment_count;
	struct piece *pieces;	/* ascending, without gaps from address 0 on */
	size_t piece_count;
	uint64_t scale;		/* bytes in one character; a power of two */
	uint64_t cells;		/* characters in all */
	bool leave_out_ram;
};

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static size_t add_ends(uint64_t *ends, size_t count, struct range range)
{
	if (range.start < range.end) {
		ends[count++] = range.start;
		ends[count++] = range.end;
	}
	return count;
}

static bool holds(struct range range, uint64_t address)
{
	return address >= range.start && address < range.end;
}

/* What lies at `address`: the plan's segments before all else, then the running kernel's own places. */
static struct piece look_up(const struct picture *picture, uint64_t address, size_t *entry)
{
	const struct memmap *map = &picture->machine->firmware, *crash = &picture->machine->crash;
	struct piece piece = { .kind = KIND_NOTHING };

	for (unsigned i = 0; i < picture->segment_count; i++)
		if (holds(picture->sorted[i]->memory, address))
			return (struct piece){ .kind = KIND_SEGMENT, .segment = i };
	if (holds(picture->machine->kernel_code, address))
		return (struct piece){ .kind = KIND_RUNNING };
	for (size_t i = 0; i < crash->count; i++)
		if (holds(crash->entries[i].range, address))
			return (struct piece){ .kind = KIND_CRASH };
	while (*entry < map->count && map->entries[*entry].range.end <= address)
		++*entry;
	if (*entry < map->count && holds(map->entries[*entry].range, address))
		piece.kind = map->entries[*entry].type;
	return piece;
}

/* Cuts memory at every end of every range, and joins what is alike again. */
static bool cut(struct picture *picture, struct arena *arena, struct error *error)
{
	const struct machine *machine = picture->machine;
	size_t most = machine->firmware.count + machine->crash.count + picture->segment_count + 1, count = 1, entry = 0;
	uint64_t *ends = arena_array(arena, 2 * most + 1, sizeof(*ends), error);

	picture->pieces = arena_array(arena, 2 * most + 1, sizeof(*picture->pieces), error);
	if (!ends || !picture->pieces)
		return false;
	for (size_t i = 0; i < machine->firmware.count; i++)
		count = add_ends(ends, count, machine->firmware.entries[i].range);
	for (size_t i = 0; i < machine->crash.count; i++)
		count = add_ends(ends, count, machine->crash.entries[i].range);
	for (unsigned i = 0; i < picture->segment_count; i++)
		count = add_ends(ends, count, picture->sorted[i]->memory);
	count = add_ends(ends, count, machine->kernel_code);
	qsort(ends, count, sizeof(*ends), compare_numbers);
	for (size_t i = 0; i + 1 < count; i++) {
		struct piece piece, *last = picture->pieces + picture->piece_count - 1;

		if (ends[i] == ends[i + 1])
			continue;
		piece = look_up(picture, ends[i], &entry);
		if (picture->piece_count && last->kind == piece.kind && last->segment == piece.segment) {
			last->range.end = ends[i + 1];
			continue;
		}
		piece.range = (struct range){ ends[i], ends[i + 1] };
		picture->pieces[picture->piece_count++] = piece;
	}
	return true;
}

static bool is_background(unsigned kind)
{
	return kind == MEMORY_RAM || kind == KIND_NOTHING;
}

/*
 * The fewest characters that a piece may have: one for a segment and for the first of the special
 * ranges that share a character; RAM and nothing give way.
 */
static uint64_t fewest(const struct picture *picture, size_t i)
{
	const struct piece *piece = &picture->pieces[i];

	if (piece->kind == KIND_SEGMENT)
		return 1;
	if (is_background(piece->kind))
		return 0;
	while (i--) {
		const struct piece *before = &picture->pieces[i];

		if ((before->range.end - 1) / picture->scale != piece->range.start / picture->scale)
			return 1;
		if (!is_background(before->kind))
			return before->kind == KIND_SEGMENT;
	}
	return 1;
}

static uint64_t nearest_cell(const struct picture *picture, uint64_t address)
{
	return address / picture->scale + (address % picture->scale >= (picture->scale + 1) / 2);
}

/*
 * Gives the pieces [first, last) their characters, from `at` on. All start at their nearest character;
 * then whoever has too few pushes its neighbours towards lower addresses, and at `at` they are pushed up
 * again. So nothing leaves the stretch of memory that it is in as long as that has room.
 */
static uint64_t lay_out_stretch(struct picture *picture, size_t first, size_t last, uint64_t at)
{
	struct piece *pieces = picture->pieces;
	const uint64_t end = nearest_cell(picture, pieces[last - 1].range.end);
	uint64_t down = end;

	for (size_t i = last; i-- > first;) {
		uint64_t width = fewest(picture, i), ideal = nearest_cell(picture, pieces[i].range.start);

		down = down > width ? down - width : 0;
		pieces[i].cell = down = ideal < down ? ideal : down;
	}
	for (size_t i = first; i < last; i++) {
		if (pieces[i].cell < at)
			pieces[i].cell = at;
		at = pieces[i].cell + fewest(picture, i);
	}
	return at > end ? at : end;
}

/* Stretches of memory are laid out one by one; the gaps between them take what is left. */
static void lay_out(struct picture *picture)
{
	uint64_t at = 0, start;

	for (size_t first = 0, last; first < picture->piece_count; first = last) {
		struct piece *piece = &picture->pieces[first];

		last = first + 1;
		if (piece->kind == KIND_NOTHING) {
			piece->cell = at;
			continue;
		}
		while (last < picture->piece_count && picture->pieces[last].kind != KIND_NOTHING)
			last++;
		start = nearest_cell(picture, piece->range.start);
		/* What is smaller than half a character stays in the row where it begins. */
		if (start == nearest_cell(picture, piece->range.end))
			start = piece->range.start / picture->scale;
		if (start > at)
			at = start;
		at = lay_out_stretch(picture, first, last, at);
	}
	picture->cells = at;
}

static uint64_t piece_end(const struct picture *picture, size_t i)
{
	return i + 1 < picture->piece_count ? picture->pieces[i + 1].cell : picture->cells;
}

/* The number of whole rows from `row` on that the piece fills and that are left out; 0 for none. */
static uint64_t left_out(const struct picture *picture, size_t i, uint64_t row)
{
	const struct piece *piece = &picture->pieces[i];
	uint64_t rows;

	if (piece->kind == KIND_SEGMENT)
		return 0;
	if ((piece->kind == MEMORY_RAM || piece->kind == KIND_CRASH) && !picture->leave_out_ram)
		return 0;
	if (piece->cell > row * ROW || piece_end(picture, i) < (row + 1) * ROW)
		return 0;
	rows = piece_end(picture, i) / ROW - row;
	return rows < ROWS_LONG ? 0 : rows;
}

static const char *kind_name(unsigned kind)
{
	if (kind == KIND_CRASH)
		return "Crash kernel reservation";
	if (kind == KIND_RUNNING)
		return "running kernel";
	return memory_type_name((enum memory_type)kind);
}

static const char *segment_colour(unsigned segment)
{
	return segment_colours[segment % (sizeof(segment_colours) / sizeof(segment_colours[0]))];
}

static const char *piece_colour(const struct piece *piece)
{
	return piece->kind == KIND_SEGMENT ? segment_colour(piece->segment) : looks[piece->kind].colour;
}

static void print_label(const struct picture *picture, uint64_t row)
{
	char label[24];

	snprintf(label, sizeof(label), "0x%" PRIx64, row * ROW * picture->scale);
	/* Without 0x where even 13 columns are too few: addresses above 16 TiB. */
	fprintf(picture->out, "%13s ", strlen(label) > 13 ? label + 2 : label);
}

static void print_run(const struct picture *picture, const struct piece *piece, uint64_t length)
{
	char symbol = piece->kind == KIND_SEGMENT ? picture->letters[piece->segment] : looks[piece->kind].symbol;
	bool colour = picture->colour && symbol != ' ' && length;

	if (colour)
		fprintf(picture->out, "\033[%sm", piece_colour(piece));
	while (length--)
		fputc(symbol, picture->out);
	if (colour)
		fprintf(picture->out, "\033[0m");
}

/* One row; piece `i` is the first that reaches into it. */
static void print_row(const struct picture *picture, size_t i, uint64_t row)
{
	const struct piece nothing = { .kind = KIND_NOTHING };
	uint64_t cell = row * ROW;
	const uint64_t row_end = cell + ROW;

	print_label(picture, row);
	fputc('|', picture->out);
	for (; i < picture->piece_count && cell < row_end; i++) {
		uint64_t end = piece_end(picture, i) < row_end ? piece_end(picture, i) : row_end;

		print_run(picture, &picture->pieces[i], end - cell);
		cell = end;
	}
	print_run(picture, &nothing, row_end - cell);
	fprintf(picture->out, "|\n");
}

static void print_left_out(const struct picture *picture, unsigned kind, uint64_t row, uint64_t rows)
{
	char text[ROW + 1], size[PLAN_SIZE_TEXT];
	int length, before;

	length = snprintf(text, sizeof(text), "%s %s (%" PRIu64 " rows left out)",
			  plan_size_text(rows * ROW * picture->scale, size),
			  kind == KIND_NOTHING ? "without memory" : kind_name(kind), rows);
	if (length > ROW)
		length = ROW;
	before = (ROW - length) / 2;
	print_label(picture, row);
	fprintf(picture->out, ":%*s%s%*s:\n", before, "", text, ROW - length - before, "");
}

/* Draws the rows, or only counts them. */
static uint64_t draw(const struct picture *picture, bool print)
{
	const uint64_t rows = picture->cells / ROW + (picture->cells % ROW != 0);
	uint64_t row = 0, drawn = 0;
	size_t i = 0;

	while (row < rows) {
		uint64_t skip;

		while (i + 1 < picture->piece_count && piece_end(picture, i) <= row * ROW)
			i++;
		skip = left_out(picture, i, row);
		/* Counting goes by whole pieces, or it would take forever at a very fine scale. */
		if (!print && !skip && drawn > 2 * ROWS_MOST)
			return drawn;
		if (print && skip)
			print_left_out(picture, picture->pieces[i].kind, row, skip);
		else if (print)
			print_row(picture, i, row);
		row += skip ? skip : 1;
		drawn++;
	}
	return drawn;
}

/*
 * The segments should fill about three rows, or all RAM sixteen where there is none; from there the
 * scale is doubled until the picture fits on a screen.
 */
static void choose_scale(struct picture *picture)
{
	uint64_t wanted = 0;

	for (unsigned i = 0; i < picture->segment_count; i++)
		wanted += range_size(picture->sorted[i]->memory) / (3 * ROW);
	if (!wanted)
		wanted = memmap_total(&picture->machine->firmware, MEMORY_RAM) / (16 * ROW);
	picture->scale = picture->machine->page_size ? picture->machine->page_size : 4096;
	while (picture->scale < wanted && picture->scale < 1ull << 56)
		picture->scale *= 2;
	for (;; picture->scale *= 2) {
		lay_out(picture);
		picture->leave_out_ram = false;
		if (draw(picture, false) <= ROWS_WHOLE)
			return;
		picture->leave_out_ram = true;
		if (draw(picture, false) <= ROWS_MOST || picture->scale >= 1ull << 57)
			return;
	}
}

/* A letter for each name: one that it contains, else any that is free. Pieces of one name share it. */
static void choose_letters(struct picture *picture)
{
	static const char any[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	for (unsigned i = 0; i < picture->segment_count; i++) {
		const char *name = picture->sorted[i]->name;
		char candidates[128];
		unsigned same = 0, length = 0;

		while (strcmp(picture->sorted[same]->name, name))
			same++;
		if (same < i) {
			picture->letters[i] = picture->letters[same];
			continue;
		}
		for (; *name && length < sizeof(candidates) - sizeof(any); name++)
			if (*name >= 'a' && *name <= 'z')
				candidates[length++] = (char)(*name - 'a' + 'A');
		memcpy(candidates + length, any, sizeof(any));
		for (length = 0; memchr(picture->letters, candidates[length], i); length++)
			;
		picture->letters[i] = candidates[length];
	}
}

static void print_scale(const struct picture *picture)
{
	char character[PLAN_SIZE_TEXT], row[PLAN_SIZE_TEXT];

	fprintf(picture->out, "Physical memory: one character is %s, one row %s\n\n%14s ",
		plan_size_text(picture->scale, character), plan_size_text(picture->scale * ROW, row), "");
	for (unsigned quarter = 0; quarter < 4; quarter++) {
		char text[PLAN_SIZE_TEXT + 1] = "+0";

		if (quarter) {
			text[0] = '+';
			plan_size_text(picture->scale * ROW / 4 * quarter, text + 1);
		}
		fprintf(picture->out, quarter < 3 ? "%-16s" : "%s\n", text);
	}
}

static void print_symbol(const struct picture *picture, const char *colour, char symbol)
{
	if (picture->colour)
		fprintf(picture->out, "  \033[%sm%c\033[0m  ", colour, symbol);
	else
		fprintf(picture->out, "  %c  ", symbol);
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

static bool print_segments(const struct picture *picture, struct arena *arena, struct error *error)
{
	bool enlarged = false;
	char size[PLAN_SIZE_TEXT];
	int digits = 1;

	for (unsigned i = 0; i < picture->segment_count; i++)
		while (digits < 16 && (picture->sorted[i]->memory.end - 1) >> 4 * digits)
			digits++;
	for (unsigned i = 0; i < picture->segment_count; i++) {
		const struct segment *s = picture->sorted[i];
		const char *source = escape_terminal(s->source ? s->source : "", arena, error);
		bool small = range_size(s->memory) < picture->scale;

		if (!source)
			return false;
		enlarged |= small;
		print_symbol(picture, segment_colour(i), picture->letters[i]);
		fprintf(picture->out, "%-12s  0x%0*" PRIx64 "-0x%0*" PRIx64 "  %9s%c  ", s->name, digits,
			s->memory.start, digits, s->memory.end - 1, plan_size_text(range_size(s->memory), size),
			small ? '+' : ' ');
		print_path(picture->out, source, 80 - (5 + 14 + 5 + 2 * (size_t)digits + 14));
	}
	if (enlarged)
		fprintf(picture->out, "     + smaller than one character, drawn as one\n");
	return true;
}

static void print_kind(const struct picture *picture, unsigned kind, uint64_t size, size_t ranges)
{
	char text[PLAN_SIZE_TEXT];

	if (!ranges)
		return;
	print_symbol(picture, looks[kind].colour, looks[kind].symbol);
	fprintf(picture->out, "%-25s  %9s in %zu range%s\n", kind_name(kind), plan_size_text(size, text), ranges,
		ranges == 1 ? "" : "s");
}

static void print_kinds(const struct picture *picture)
{
	const struct machine *machine = picture->machine;

	for (unsigned type = 0; type < MEMORY_TYPES; type++) {
		size_t ranges = 0;

		for (size_t i = 0; i < machine->firmware.count; i++)
			ranges += machine->firmware.entries[i].type == type;
		print_kind(picture, type, memmap_total(&machine->firmware, (enum memory_type)type), ranges);
	}
	print_kind(picture, KIND_CRASH, memmap_total(&machine->crash, MEMORY_RAM), machine->crash.count);
	print_kind(picture, KIND_RUNNING, range_size(machine->kernel_code),
		   machine->kernel_code.start < machine->kernel_code.end);
}

bool plan_map_print(FILE *out, const struct machine *machine, const struct plan *plan, bool colour,
		    struct arena *arena, struct error *error)
{
	struct picture picture = { .out = out, .colour = colour, .machine = machine };

	if (plan->by == BY_FILE) {
		fprintf(out, "kexec_file_load: the running kernel chooses the addresses itself.\n");
		if (plan->fallback && plan->fallback->by == BY_SEGMENTS) {
			plan = plan->fallback;
			fprintf(out, "Should it refuse, kexec_load would do this:\n");
		}
	}
	if (plan->by == BY_SEGMENTS)
		picture.segment_count = plan_sorted(plan, picture.sorted);
	choose_letters(&picture);
	if (!cut(&picture, arena, error))
		return false;
	if (!picture.piece_count) {
		fprintf(out, "The memory map of this machine is unknown.\n");
		return true;
	}
	choose_scale(&picture);
	print_scale(&picture);
	draw(&picture, true);
	fprintf(out, "\n");
	if (!print_segments(&picture, arena, error))
		return false;
	print_kinds(&picture);
	if (plan->by == BY_SEGMENTS)
		fprintf(out, "     entry point 0x%" PRIx64 "\n", plan->entry);
	return true;
}
