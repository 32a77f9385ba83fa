// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Laying out a picture of memory: cutting it into pieces, giving them characters, choosing the
 * scale. What is smaller than a character gets one, and its neighbours give way; long stretches of
 * the same are left out. A pure function of ranges.
 */
#include "kexec/picture.h"

#include <stdlib.h>

#define ROW PICTURE_ROW
/* More lines than these, and the scale becomes coarser. */
#define LINES_WHOLE 22	/* with all RAM drawn */
#define LINES_MOST 26	/* with long stretches of RAM left out */
/* A stretch of this many equal rows is left out. */
#define ROWS_LONG 3

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

/*
 * What lies at `address`: the plan's segments before all else, then the running kernel's own
 * places.
 */
static struct picture_piece look_up(const struct picture *picture, uint64_t address, size_t *entry)
{
	const struct memmap *map = &picture->machine->firmware, *crash = &picture->machine->crash;
	struct picture_piece piece = { .kind = PICTURE_NOTHING };

	for (unsigned i = 0; i < picture->segment_count; i++)
		if (holds(picture->segments[i]->memory, address))
			return (struct picture_piece){ .kind = PICTURE_SEGMENT, .segment = i };
	if (holds(picture->machine->kernel_code, address))
		return (struct picture_piece){ .kind = PICTURE_RUNNING };
	for (size_t i = 0; i < crash->count; i++)
		if (holds(crash->entries[i].range, address))
			return (struct picture_piece){ .kind = PICTURE_CRASH };
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
	size_t most = machine->firmware.count + machine->crash.count + picture->segment_count + 1;
	size_t count = 1, entry = 0;
	uint64_t *ends = arena_array(arena, 2 * most + 1, sizeof(*ends), error);

	picture->pieces = arena_array(arena, 2 * most + 1, sizeof(*picture->pieces), error);
	if (!ends || !picture->pieces)
		return false;
	for (size_t i = 0; i < machine->firmware.count; i++)
		count = add_ends(ends, count, machine->firmware.entries[i].range);
	for (size_t i = 0; i < machine->crash.count; i++)
		count = add_ends(ends, count, machine->crash.entries[i].range);
	for (unsigned i = 0; i < picture->segment_count; i++)
		count = add_ends(ends, count, picture->segments[i]->memory);
	count = add_ends(ends, count, machine->kernel_code);
	qsort(ends, count, sizeof(*ends), compare_numbers);
	for (size_t i = 0; i + 1 < count; i++) {
		struct picture_piece piece, *last = picture->pieces + picture->piece_count - 1;

		if (ends[i] == ends[i + 1])
			continue;
		piece = look_up(picture, ends[i], &entry);
		if (picture->piece_count && last->kind == piece.kind &&
		    last->segment == piece.segment) {
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
	return kind == MEMORY_RAM || kind == PICTURE_NOTHING;
}

/*
 * The fewest characters that a piece may have: one for a segment and for the first of the special
 * ranges that share a character; RAM and nothing give way.
 */
static uint64_t fewest(const struct picture *picture, size_t i)
{
	const struct picture_piece *piece = &picture->pieces[i];

	if (piece->kind == PICTURE_SEGMENT)
		return 1;
	if (is_background(piece->kind))
		return 0;
	while (i--) {
		const struct picture_piece *before = &picture->pieces[i];

		if ((before->range.end - 1) / picture->scale != piece->range.start / picture->scale)
			return 1;
		if (!is_background(before->kind))
			return before->kind == PICTURE_SEGMENT;
	}
	return 1;
}

static uint64_t nearest_cell(const struct picture *picture, uint64_t address)
{
	return address / picture->scale + (address % picture->scale >= (picture->scale + 1) / 2);
}

/*
 * Gives the pieces [first, last) their characters, from `at` on. All start at their nearest
 * character; then whoever has too few pushes its neighbours towards lower addresses, and at `at`
 * they are pushed up again. So nothing leaves the stretch of memory that it is in as long as that
 * has room.
 */
static uint64_t lay_out_stretch(struct picture *picture, size_t first, size_t last, uint64_t at)
{
	struct picture_piece *pieces = picture->pieces;
	const uint64_t end = nearest_cell(picture, pieces[last - 1].range.end);
	uint64_t down = end;

	for (size_t i = last; i-- > first;) {
		uint64_t ideal = nearest_cell(picture, pieces[i].range.start);
		uint64_t width = fewest(picture, i);

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
		struct picture_piece *piece = &picture->pieces[first];

		last = first + 1;
		if (piece->kind == PICTURE_NOTHING) {
			piece->cell = at;
			continue;
		}
		while (last < picture->piece_count && picture->pieces[last].kind != PICTURE_NOTHING)
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

uint64_t picture_piece_end(const struct picture *picture, size_t i)
{
	return i + 1 < picture->piece_count ? picture->pieces[i + 1].cell : picture->cells;
}

/* The number of whole rows from `row` on that the piece fills and that are left out; 0 for none. */
static uint64_t left_out(const struct picture *picture, size_t i, uint64_t row)
{
	const struct picture_piece *piece = &picture->pieces[i];
	uint64_t rows;

	if (piece->kind == PICTURE_SEGMENT)
		return 0;
	if ((piece->kind == MEMORY_RAM || piece->kind == PICTURE_CRASH) && !picture->leave_out_ram)
		return 0;
	if (piece->cell > row * ROW || picture_piece_end(picture, i) < (row + 1) * ROW)
		return 0;
	rows = picture_piece_end(picture, i) / ROW - row;
	return rows < ROWS_LONG ? 0 : rows;
}

bool picture_next(const struct picture *picture, struct picture_line *line)
{
	if (line->started)
		line->row += line->rows ? line->rows : 1;
	line->started = true;
	if (line->row * ROW >= picture->cells)
		return false;
	while (line->piece + 1 < picture->piece_count &&
	       picture_piece_end(picture, line->piece) <= line->row * ROW)
		line->piece++;
	line->rows = left_out(picture, line->piece, line->row);
	return true;
}

static bool fits(const struct picture *picture, unsigned most)
{
	struct picture_line line = { 0 };
	unsigned lines = 0;

	while (lines <= most && picture_next(picture, &line))
		lines++;
	return lines <= most;
}

/*
 * The segments should fill about three rows, or all RAM sixteen where there is none; from there the
 * scale is doubled until the picture fits on a screen.
 */
static void choose_scale(struct picture *picture)
{
	uint64_t wanted = 0;

	for (unsigned i = 0; i < picture->segment_count; i++)
		wanted += range_size(picture->segments[i]->memory) / (3 * ROW);
	if (!wanted)
		wanted = memmap_total(&picture->machine->firmware, MEMORY_RAM) / (16 * ROW);
	picture->scale = picture->machine->page_size ? picture->machine->page_size : 4096;
	while (picture->scale < wanted && picture->scale < 1ull << 56)
		picture->scale *= 2;
	for (;; picture->scale *= 2) {
		lay_out(picture);
		picture->leave_out_ram = false;
		if (fits(picture, LINES_WHOLE))
			return;
		picture->leave_out_ram = true;
		if (fits(picture, LINES_MOST) || picture->scale >= 1ull << 57)
			return;
	}
}

bool picture_make(struct picture *picture, struct arena *arena, struct error *error)
{
	if (!cut(picture, arena, error))
		return false;
	if (picture->piece_count)
		choose_scale(picture);
	return true;
}
