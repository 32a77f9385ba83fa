/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A picture of physical memory, before it is drawn: which stretch of memory gets which characters,
 * all at one scale. It knows ranges, characters and rows, not what a character looks like.
 */
#ifndef KEXEC_PICTURE_H
#define KEXEC_PICTURE_H

#include "kexec/plan.h"

/* Characters in a row: with a label of 13 ("0x1f80000000") and two bars, a line has 80 columns. */
#define PICTURE_ROW 64

/* Kinds of pieces: the memory types, and these. */
enum {
	PICTURE_NOTHING = MEMORY_TYPES,	/* addresses that the memory map does not mention */
	PICTURE_CRASH,			/* reserved for a crash kernel */
	PICTURE_RUNNING,		/* the running kernel's code */
	PICTURE_SEGMENT,
	PICTURE_KINDS,
};

/* A stretch of memory of one kind; its characters end where the next piece's begin. */
struct picture_piece {
	struct range range;
	unsigned kind;
	unsigned segment;	/* index into `segments`, for PICTURE_SEGMENT */
	uint64_t cell;		/* its first character, counted from address 0 */
};

struct picture {
	const struct machine *machine;
	const struct segment *segments[PLAN_SEGMENTS_MAX];	/* by address */
	unsigned segment_count;

	/* Filled by picture_make(). */
	struct picture_piece *pieces;	/* ascending, without gaps from address 0 on */
	size_t piece_count;
	uint64_t scale;		/* bytes in one character; a power of two */
	uint64_t cells;		/* characters in all */
	bool leave_out_ram;	/* long stretches of RAM are left out as well */
};

/*
 * Chooses a scale so that the picture fits on a screen, and gives every piece its characters: each
 * segment and each special range at least one, all in the order of their addresses. No pieces come
 * of a machine without a memory map.
 */
bool picture_make(struct picture *picture, struct arena *arena, struct error *error) must_check;

/* The first character that no longer belongs to piece `i`. */
uint64_t picture_piece_end(const struct picture *picture, size_t i);

/* One line of the picture: a row to draw, or a stretch of equal rows that is left out. */
struct picture_line {
	uint64_t row;		/* from address 0; it begins at character row * PICTURE_ROW */
	uint64_t rows;		/* how many are left out; 0: this one is drawn */
	size_t piece;		/* the first that reaches into the row */
	bool started;
};

/* The next line; the first for a zeroed `line`. False behind the last one. */
bool picture_next(const struct picture *picture, struct picture_line *line);

#endif
