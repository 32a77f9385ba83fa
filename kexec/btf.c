// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading BTF (include/uapi/linux/btf.h). Types are walked once, to index them; after that each
 * look at one goes through the same checks, since a type may name any other by number.
 */
#include "config.h"
#include "kexec/btf.h"

#include <inttypes.h>

#define BTF_MAGIC 0xeb9f
#define BTF_VERSION 1
#define BTF_HEADER_SIZE 24
#define TYPE_SIZE 12
#define MEMBER_SIZE 12

enum {
	KIND_INT = 1, KIND_PTR, KIND_ARRAY, KIND_STRUCT, KIND_UNION, KIND_ENUM, KIND_FWD,
	KIND_TYPEDEF, KIND_VOLATILE, KIND_CONST, KIND_RESTRICT, KIND_FUNC, KIND_FUNC_PROTO,
	KIND_VAR, KIND_DATASEC, KIND_FLOAT, KIND_DECL_TAG, KIND_TYPE_TAG, KIND_ENUM64,
};

/* Qualifiers in front of a type, and structures inside of each other: more is an endless loop. */
#define QUALIFIERS_MAX 32
#define NESTING_MAX 16
/* All members looked at in one search or walk: nesting multiplies them. */
#define STEPS_MAX 65536
/* A search of all types by name counts as so many. */
#define SEARCH_STEPS 2048

/* struct btf_type, decoded. */
struct type {
	const struct btf *btf;
	uint32_t name, kind, count, other;	/* `other`: a size, or a type's number */
	bool bits;				/* members' offsets hold a size too */
	uint32_t at;				/* what follows it, in btf->types */
};

static uint32_t number_at(const struct btf *btf, uint32_t at)
{
	return (uint32_t)bytes_get(btf->types.data + at, 4, btf->order);
}

/* Bytes behind a type's first twelve; false for a kind, and so a size, that is not known. */
static bool size_behind(uint32_t kind, uint32_t count, uint64_t *size)
{
	/* For each kind: bytes once, and bytes for each member. */
	static const struct { uint8_t once, each; } sizes[] = {
		[KIND_INT] = { 4, 0 }, [KIND_PTR] = { 0, 0 }, [KIND_ARRAY] = { 12, 0 },
		[KIND_STRUCT] = { 0, 12 }, [KIND_UNION] = { 0, 12 }, [KIND_ENUM] = { 0, 8 },
		[KIND_FUNC_PROTO] = { 0, 8 }, [KIND_VAR] = { 4, 0 }, [KIND_DATASEC] = { 0, 12 },
		[KIND_DECL_TAG] = { 4, 0 }, [KIND_ENUM64] = { 0, 12 },
	};

	if (kind < KIND_INT || kind > KIND_ENUM64)
		return false;
	*size = sizes[kind].once + (uint64_t)sizes[kind].each * count;
	return true;
}

static bool read_header(struct bytes blob, struct btf *btf, struct error *error)
{
	const uint8_t *header = bytes_at(blob, 0, BTF_HEADER_SIZE);
	uint64_t size, fields[4];

	if (!header)
		return error_set(error, "The BTF has %zu bytes, less than its header.", blob.size);
	btf->order = bytes_get(header, 2, LITTLE) == BTF_MAGIC ? LITTLE : BIG;
	if (bytes_get(header, 2, btf->order) != BTF_MAGIC || header[2] != BTF_VERSION)
		return error_set(error,
				 "The BTF begins with %02x %02x and version %u; eb 9f (or 9f "
				 "eb) and version 1 were expected.",
				 header[0], header[1], header[2]);
	size = bytes_get(header + 4, 4, btf->order);
	for (unsigned i = 0; i < 4; i++)
		fields[i] = bytes_get(header + 8 + 4 * i, 4, btf->order);
	if (size < BTF_HEADER_SIZE ||
	    !bytes_slice(blob, size + fields[0], fields[1], &btf->types) ||
	    !bytes_slice(blob, size + fields[2], fields[3], &btf->strings))
		return error_set(error,
				 "The BTF's types (%" PRIu64 " bytes at %" PRIu64 ") or strings "
				 "(%" PRIu64 " bytes at %" PRIu64 ") lie outside of its %zu bytes.",
				 fields[1], size + fields[0], fields[3], size + fields[2],
				 blob.size);
	if (btf->strings.size && btf->strings.data[btf->strings.size - 1])
		return error_set(error, "The BTF's strings do not end with a zero byte.");
	return true;
}

/* Counts the types, or with `offsets` writes down where they are. */
static bool walk_types(const struct btf *btf, uint32_t *offsets, uint32_t *count,
		       struct error *error)
{
	uint64_t at = 0, behind;

	*count = 0;
	while (at < btf->types.size) {
		uint32_t info;

		if (btf->types.size - at < TYPE_SIZE)
			break;
		info = number_at(btf, (uint32_t)at + 4);
		if (!size_behind(info >> 24 & 0x1f, info & 0xffff, &behind))
			return error_set(error,
					 "Type %" PRIu32 " of the BTF is of kind %u, which is not "
					 "known.",
					 btf->first + *count, info >> 24 & 0x1f);
		if (behind > btf->types.size - at - TYPE_SIZE)
			break;
		if (offsets)
			offsets[*count] = (uint32_t)at;
		at += TYPE_SIZE + behind;
		++*count;
	}
	if (at != btf->types.size)
		return error_set(error, "The BTF's types are cut off in type %" PRIu32 ".",
				 btf->first + *count);
	return true;
}

bool btf_read(struct bytes blob, const struct btf *base, struct arena *arena, struct btf *btf,
	      struct error *error)
{
	*btf = (struct btf){ .base = base, .first = 1 };
	if (!read_header(blob, btf, error))
		return false;
	if (base) {
		if (base->order != btf->order)
			return error_set(error, "The BTF is not of its kernel's byte order.");
		btf->first = base->first + base->count;
		btf->strings_start = base->strings_start + (uint32_t)base->strings.size;
	}
	if (!walk_types(btf, NULL, &btf->count, error))
		return false;
	btf->offsets = arena_array(arena, (size_t)btf->count + 1, sizeof(*btf->offsets), error);
	return btf->offsets && walk_types(btf, btf->offsets, &btf->count, error);
}

bool btf_read_base(struct bytes blob, const struct btf *kernel, struct arena *arena,
		   struct btf *btf, struct error *error)
{
	if (!btf_read(blob, NULL, arena, btf, error))
		return false;
	if (btf->order != kernel->order)
		return error_set(error, "The BTF is not of its kernel's byte order.");
	btf->whole = kernel;
	return true;
}

/* Whether a blob begins at the bytes; then it gets its size. */
static bool is_blob(struct bytes at, enum byte_order order, struct bytes *blob)
{
	uint64_t header, types, types_size, strings, strings_size;

	if (at.size < BTF_HEADER_SIZE || at.data[2] != BTF_VERSION || at.data[3])
		return false;
	header = bytes_get(at.data + 4, 4, order);
	types = bytes_get(at.data + 8, 4, order);
	types_size = bytes_get(at.data + 12, 4, order);
	strings = bytes_get(at.data + 16, 4, order);
	strings_size = bytes_get(at.data + 20, 4, order);
	/* Two bytes are found by chance; that the parts follow each other is not. */
	return header >= BTF_HEADER_SIZE && header < 4096 && !types && strings == types_size &&
	       strings_size && bytes_slice(at, 0, header + strings + strings_size, blob) &&
	       !blob->data[blob->size - 1];
}

bool btf_search(struct bytes image, struct bytes *blob)
{
	static const struct { enum byte_order order; uint8_t magic[4]; } marks[] = {
		{ LITTLE, { 0x9f, 0xeb, BTF_VERSION, 0 } }, { BIG, { 0xeb, 0x9f, BTF_VERSION, 0 } },
	};
	struct bytes found;

	*blob = (struct bytes){ NULL, 0 };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		struct bytes rest = image;
		const uint8_t *at;

		while (rest.size && (at = memmem(rest.data, rest.size, marks[i].magic, 4))) {
			rest = bytes_from(rest, (size_t)(at - rest.data));
			if (is_blob(rest, marks[i].order, &found) && found.size > blob->size)
				*blob = found;
			rest = bytes_from(rest, 1);
		}
	}
	return blob->size;
}

static const char *string(const struct btf *btf, uint32_t offset)
{
	while (btf->base && offset < btf->strings_start)
		btf = btf->base;
	offset -= btf->strings_start;
	return offset < btf->strings.size ? (const char *)btf->strings.data + offset : "";
}

static bool type_at(const struct btf *btf, uint32_t id, struct type *type)
{
	uint32_t at, info;

	while (btf->base && id < btf->first)
		btf = btf->base;
	if (id < btf->first || id - btf->first >= btf->count)
		return false;
	at = btf->offsets[id - btf->first];
	info = number_at(btf, at + 4);
	*type = (struct type){
		.btf = btf, .name = number_at(btf, at), .kind = info >> 24 & 0x1f,
		.count = info & 0xffff, .bits = info >> 31, .other = number_at(btf, at + 8),
		.at = at + TYPE_SIZE,
	};
	return true;
}

/* The type behind typedefs and qualifiers. Number 0 is void, and no type. */
static bool resolve(const struct btf *btf, uint32_t id, struct type *type)
{
	for (unsigned i = 0; i < QUALIFIERS_MAX; i++) {
		if (!type_at(btf, id, type))
			return false;
		if (type->kind != KIND_TYPEDEF && type->kind != KIND_VOLATILE &&
		    type->kind != KIND_CONST && type->kind != KIND_RESTRICT &&
		    type->kind != KIND_TYPE_TAG)
			return true;
		id = type->other;
	}
	return false;
}

/*
 * A structure of a module's own base becomes the kernel's. Two of that name and size would have to
 * be told apart by their members, which are not there.
 */
static bool complete(struct type *type, unsigned *steps)
{
	const struct btf *whole = type->btf->whole;
	const char *name = string(type->btf, type->name);
	struct type found, candidate;
	unsigned count = 0;

	if (!whole || (type->kind != KIND_STRUCT && type->kind != KIND_UNION))
		return true;
	*steps += SEARCH_STEPS;
	if (*steps > STEPS_MAX)
		return false;
	for (uint32_t i = 0; i < whole->count; i++) {
		if (!type_at(whole, whole->first + i, &candidate) || candidate.kind != type->kind ||
		    candidate.other != type->other || strcmp(string(whole, candidate.name), name))
			continue;
		found = candidate;
		count++;
	}
	if (count != 1)
		return false;
	*type = found;
	return true;
}

struct member {
	const char *name;
	uint32_t type, offset;		/* `offset` in bytes, that of its unit for a bit field */
};

static struct member member_at(const struct type *type, uint32_t index)
{
	uint32_t at = type->at + index * MEMBER_SIZE;
	uint32_t bits = number_at(type->btf, at + 8);

	return (struct member){
		.name = string(type->btf, number_at(type->btf, at)),
		.type = number_at(type->btf, at + 4),
		.offset = (type->bits ? bits & 0xffffff : bits) / 8,
	};
}

bool btf_struct(const struct btf *btf, const char *name, struct btf_struct *out)
{
	for (; btf; btf = btf->base) {
		/* What has no members is as good as not there. */
		if (btf->whole)
			btf = btf->whole;
		for (uint32_t i = 0; i < btf->count; i++) {
			struct type type;

			if (number_at(btf, btf->offsets[i] + 4) >> 24 != KIND_STRUCT &&
			    number_at(btf, btf->offsets[i] + 4) >> 24 != (0x80 | KIND_STRUCT))
				continue;
			if (!type_at(btf, btf->first + i, &type) ||
			    strcmp(string(btf, type.name), name))
				continue;
			*out = (struct btf_struct){ btf, btf->first + i, type.other };
			return true;
		}
	}
	return false;
}

/* Looks for the first `length` bytes of the path among the members, and in anonymous ones. */
static bool find_member(const struct type *in, const char *name, size_t length, unsigned depth,
			unsigned *steps, struct member *found)
{
	for (uint32_t i = 0; i < in->count; i++) {
		struct member member = member_at(in, i);
		struct type type;

		if (++*steps > STEPS_MAX)
			return false;
		if (!strncmp(member.name, name, length) && !member.name[length]) {
			*found = member;
			return true;
		}
		if (member.name[0] || depth == NESTING_MAX ||
		    !resolve(in->btf, member.type, &type) || !complete(&type, steps) ||
		    (type.kind != KIND_STRUCT && type.kind != KIND_UNION))
			continue;
		if (find_member(&type, name, length, depth + 1, steps, found) &&
		    !__builtin_add_overflow(found->offset, member.offset, &found->offset))
			return true;
	}
	return false;
}

bool btf_member(const struct btf_struct *in, const char *path, uint32_t *offset)
{
	struct type type;
	struct member member;
	unsigned steps = 0;

	*offset = 0;
	if (!type_at(in->btf, in->id, &type))
		return false;
	for (;;) {
		size_t length = strcspn(path, ".");

		if ((type.kind != KIND_STRUCT && type.kind != KIND_UNION) ||
		    !find_member(&type, path, length, 0, &steps, &member) ||
		    __builtin_add_overflow(*offset, member.offset, offset))
			return false;
		if (!path[length])
			return *offset < in->size;
		path += length + 1;
		if (!resolve(type.btf, member.type, &type) || !complete(&type, &steps))
			return false;
	}
}

struct walk {
	enum btf_word *words;
	size_t count;
	unsigned pointer_size, steps;
};

static enum btf_word pointed_at(const struct type *pointer)
{
	struct type type;

	if (!resolve(pointer->btf, pointer->other, &type))
		return BTF_OBJECT;
	if (type.kind == KIND_FUNC_PROTO)
		return BTF_FUNCTION;
	return type.kind == KIND_INT && type.other == 1 ? BTF_TEXT : BTF_OBJECT;
}

static void fill(struct walk *walk, uint64_t offset, uint64_t size, enum btf_word word)
{
	uint64_t end = (offset + size + walk->pointer_size - 1) / walk->pointer_size;

	for (uint64_t i = offset / walk->pointer_size; i < end && i < walk->count; i++)
		walk->words[i] = word;
}

static bool walk_struct(struct walk *walk, const struct type *in, uint64_t start, unsigned depth)
{
	for (uint32_t i = 0; i < in->count; i++) {
		struct member member = member_at(in, i);
		uint64_t offset = start + member.offset, end = (uint64_t)in->other + start;
		struct type type;

		if (depth == NESTING_MAX || walk->steps++ >= STEPS_MAX ||
		    !resolve(in->btf, member.type, &type) || !complete(&type, &walk->steps))
			return false;
		if (type.kind == KIND_STRUCT && !walk_struct(walk, &type, offset, depth + 1))
			return false;
		if (type.kind == KIND_UNION)
			fill(walk, offset, type.other, BTF_ANYTHING);
		if (type.kind == KIND_ARRAY) {
			/* Up to the next member: how many elements it has does not matter. */
			if (i + 1 < in->count)
				end = start + member_at(in, i + 1).offset;
			if (end > offset)
				fill(walk, offset, end - offset, BTF_ANYTHING);
		}
		if (type.kind == KIND_PTR)
			fill(walk, offset, walk->pointer_size, pointed_at(&type));
	}
	return true;
}

bool btf_words(const struct btf_struct *in, unsigned pointer_size, enum btf_word *words,
	       size_t count)
{
	struct walk walk = { .words = words, .count = count, .pointer_size = pointer_size };
	struct type type;

	for (size_t i = 0; i < count; i++)
		words[i] = BTF_NO_POINTER;
	return type_at(in->btf, in->id, &type) && walk_struct(&walk, &type, 0, 0);
}
