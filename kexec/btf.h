/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF, the type information that kernels and modules carry (Documentation/bpf/btf.rst): where a
 * structure has its members. It knows names, offsets and what a word of a structure may point at;
 * it does not know what any structure is for. Every byte is checked before it is believed.
 */
#ifndef KEXEC_BTF_H
#define KEXEC_BTF_H

#include "kexec/arena.h"

/*
 * One set of types. A module's continues its kernel's (`base`): type numbers and string offsets
 * count on where those of the kernel end.
 */
struct btf {
	enum byte_order order;
	struct bytes types, strings;
	uint32_t *offsets;		/* of each type in `types` */
	/* the first type's number (1 without a base), and how many */
	uint32_t first, count;
	uint32_t strings_start;		/* what is taken off string offsets; 0 without a base */
	const struct btf *base;		/* or NULL */
	/*
	 * Of a module's own little base (.BTF.base, Linux 6.11): the kernel's types, where its
	 * structures have the members that they lack here. NULL for all others.
	 */
	const struct btf *whole;
};

/* Reads the headers of all types. The blob must outlive the result. */
bool btf_read(struct bytes blob, const struct btf *base, struct arena *arena, struct btf *btf,
	      struct error *error) must_check;

/*
 * A module's own base: structures that have a name and a size, and no members. `kernel` has those,
 * in the structure of that name and size.
 */
bool btf_read_base(struct bytes blob, const struct btf *kernel, struct arena *arena,
		   struct btf *btf, struct error *error) must_check;

/*
 * The largest blob that lies anywhere in a kernel image, in either byte order: the image may be an
 * ELF file or a flat one. False when there is none.
 */
bool btf_search(struct bytes image, struct bytes *blob) must_check;

struct btf_struct {
	const struct btf *btf;		/* where it was found: this one or a base of it */
	uint32_t id;
	uint32_t size;			/* in bytes */
};

/* A structure by name, in this set and then in its base. False when there is none. */
bool btf_struct(const struct btf *btf, const char *name, struct btf_struct *out) must_check;
/*
 * The offset in bytes of a member, "driver.name" for one of a structure inside; false when there is
 * none. Anonymous structures and unions are looked into.
 */
bool btf_member(const struct btf_struct *in, const char *path, uint32_t *offset) must_check;

/* What a pointer-sized word of a structure is declared to hold. */
enum btf_word {
	BTF_NO_POINTER,
	BTF_FUNCTION,		/* a pointer to a function */
	BTF_TEXT,		/* a pointer to char */
	BTF_OBJECT,		/* any other pointer */
	BTF_ANYTHING,		/* a union, or an array */
};
/*
 * Fills words[0 .. count - 1], each `pointer_size` bytes of the structure. False when the types are
 * nested too deeply or damaged.
 */
bool btf_words(const struct btf_struct *in, unsigned pointer_size, enum btf_word *words,
	       size_t count) must_check;

#endif
