// SPDX-License-Identifier: GPL-2.0-or-later
/* A file like powerpc's zImage: nothing to run, one section with a kernel, and the names. */
#include "tests/images/zimage.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/bytes.h"

#define NAMES "\0.kernel:vmlinux.strip\0.shstrtab"
#define SECTIONS 3 /* none, the kernel, the names */

struct layout {
	uint8_t *file;
	bool wide;
	enum byte_order order;
	size_t table; /* of section headers */
};

/* Offsets and sizes of these fields in both kinds of file: Elf32_Shdr and Elf64_Shdr. */
static void put_section(const struct layout *l, unsigned number, uint32_t name, uint32_t type,
			size_t offset, size_t size)
{
	uint8_t *at = l->file + l->table +
		      number * (l->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));

	bytes_put(at, 4, l->order, name);
	bytes_put(at + 4, 4, l->order, type);
	bytes_put(at + (l->wide ? 24 : 16), l->wide ? 8 : 4, l->order, offset);
	bytes_put(at + (l->wide ? 32 : 20), l->wide ? 8 : 4, l->order, size);
	bytes_put(at + (l->wide ? 48 : 32), l->wide ? 8 : 4, l->order, 1);
}

static void put_header(const struct layout *l)
{
	uint8_t *at = l->file, *sizes = at + (l->wide ? 52 : 40);

	memcpy(at, ELFMAG, SELFMAG);
	at[EI_CLASS] = l->wide ? ELFCLASS64 : ELFCLASS32;
	at[EI_DATA] = l->order == BIG ? ELFDATA2MSB : ELFDATA2LSB;
	at[EI_VERSION] = EV_CURRENT;
	bytes_put(at + 16, 2, l->order, ET_EXEC);
	bytes_put(at + 18, 2, l->order, l->wide ? EM_PPC64 : EM_PPC);
	bytes_put(at + 20, 4, l->order, EV_CURRENT);
	bytes_put(at + (l->wide ? 40 : 32), l->wide ? 8 : 4, l->order, l->table);
	bytes_put(sizes, 2, l->order, l->wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr));
	bytes_put(sizes + 6, 2, l->order, l->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
	bytes_put(sizes + 8, 2, l->order, SECTIONS);
	bytes_put(sizes + 10, 2, l->order, SECTIONS - 1);
}

uint8_t *images_zimage(unsigned class, bool big_endian, const uint8_t *kernel,
		       size_t kernel_size, size_t *size)
{
	struct layout l = {.wide = class == 64, .order = big_endian ? BIG : LITTLE};
	size_t names = IMAGES_ZIMAGE_KERNEL + kernel_size;

	l.table = (names + sizeof(NAMES) + 7) & ~(size_t)7;
	*size = l.table + SECTIONS * (l.wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
	l.file = calloc(1, *size);
	if (!l.file)
		return NULL;
	put_header(&l);
	if (kernel_size)
		memcpy(l.file + IMAGES_ZIMAGE_KERNEL, kernel, kernel_size);
	memcpy(l.file + names, NAMES, sizeof(NAMES));
	put_section(&l, 1, 1, SHT_PROGBITS, IMAGES_ZIMAGE_KERNEL, kernel_size);
	put_section(&l, 2, sizeof("\0.kernel:vmlinux.strip"), SHT_STRTAB, names, sizeof(NAMES));
	return l.file;
}
