/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel modules made by hand: relocatable 64-bit ELF for any of the four processors, with the
 * sections that finding drivers looks at, and nothing that could run.
 */
#ifndef TESTS_SUPPORT_MODULE_H
#define TESTS_SUPPORT_MODULE_H

#include "kexec/bytes.h"

enum module_section {
	IN_NOTHING,
	IN_TEXT,
	IN_DATA,
	IN_STRINGS,
	IN_MODINFO,
	IN_BTF,
	IN_BTF_BASE,
	SECTIONS
};

struct module_relocation {
	uint64_t at;			/* in .data */
	uint32_t symbol;
	int64_t addend;
};

struct module {
	enum byte_order order;
	uint16_t machine;		/* EM_* */
	struct bytes btf, btf_base;
	size_t data_size;
	char strings[512], names[1024];
	size_t strings_size, names_size;
	uint8_t symbols[64 * 24];
	uint32_t symbol_count;
	struct module_relocation relocations[64];
	size_t relocation_count;
	bool in_tree, is_signed;
	uint8_t file[16384];
	size_t file_size;
};

/*
 * Starts a module with `data_size` bytes of .data. Symbol 1 to 3 stand for .text, .data and
 * strings.
 */
void module_begin(struct module *m, uint16_t machine, enum byte_order order, size_t data_size);
/* Returns where the text stands among the strings. */
uint32_t module_string(struct module *m, const char *text);
/* Returns the symbol's number. IN_NOTHING: it is imported. */
uint32_t module_symbol(struct module *m, const char *name, enum module_section section,
		       uint64_t value, uint64_t size);
/* A pointer at offset `at` of .data to `symbol` + `addend`. */
void module_pointer(struct module *m, uint64_t at, uint32_t symbol, int64_t addend);
struct bytes module_finish(struct module *m);

#endif
