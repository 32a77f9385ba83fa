/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A linked kernel made by hand: an ELF file with code, data and texts at addresses, whose words
 * stand in the file or, as in kernels that move themselves, in .rela.dyn.
 */
#ifndef TESTS_SUPPORT_LINKED_H
#define TESTS_SUPPORT_LINKED_H

#include "kexec/bytes.h"

#define LINKED_TEXT 0xffffffff81000000
#define LINKED_DATA 0xffffffff82000000
#define LINKED_STRINGS 0xffffffff83000000

struct linked {
	enum byte_order order;
	uint16_t machine;
	bool moves; /* words go into .rela.dyn */
	uint8_t data[512], strings[256], relocations[32 * 24];
	size_t strings_size, relocations_size;
	uint8_t file[4096];
};

void linked_begin(struct linked *l, uint16_t machine, enum byte_order order, bool moves);
/* Returns the text's address. */
uint64_t linked_text(struct linked *l, const char *text);
/* A word at an offset of .data. */
void linked_word(struct linked *l, uint64_t at, uint64_t value);
struct bytes linked_finish(struct linked *l);

#endif
