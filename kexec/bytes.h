/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes from outside: views that never own, wire integers that cannot be read without naming their
 * byte order, and arithmetic that reports overflow. Everything that parses stands on this file; it
 * knows nothing of what the bytes mean.
 */
#ifndef KEXEC_BYTES_H
#define KEXEC_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define must_check __attribute__((warn_unused_result))

/* A view of memory that somebody else owns and nobody writes. {NULL, 0} is the empty view. */
struct bytes {
	const uint8_t *data;
	size_t size;
};

/*
 * Wire integers: little and big endian, alignment 1, so that a layout struct can be laid over any
 * address. get() and put() below are the only way in and out.
 */
typedef struct { uint8_t b[2]; } le16;
typedef struct { uint8_t b[4]; } le32;
typedef struct { uint8_t b[8]; } le64;
typedef struct { uint8_t b[2]; } be16;
typedef struct { uint8_t b[4]; } be32;
typedef struct { uint8_t b[8]; } be64;

enum byte_order { LITTLE, BIG };

/*
 * The `size` (1 to 8) bytes at `b` as a number; for fields whose byte order is known only at run
 * time.
 */
static inline uint64_t bytes_get(const uint8_t *b, size_t size, enum byte_order order)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | b[order == BIG ? i : size - 1 - i];
	return value;
}

static inline void bytes_put(uint8_t *b, size_t size, enum byte_order order, uint64_t value)
{
	for (size_t i = 0; i < size; i++, value >>= 8)
		b[order == BIG ? size - 1 - i : i] = (uint8_t)value;
}

static inline uint16_t get_le16(le16 v) { return (uint16_t)bytes_get(v.b, sizeof(v.b), LITTLE); }
static inline uint32_t get_le32(le32 v) { return (uint32_t)bytes_get(v.b, sizeof(v.b), LITTLE); }
static inline uint64_t get_le64(le64 v) { return bytes_get(v.b, sizeof(v.b), LITTLE); }
static inline uint16_t get_be16(be16 v) { return (uint16_t)bytes_get(v.b, sizeof(v.b), BIG); }
static inline uint32_t get_be32(be32 v) { return (uint32_t)bytes_get(v.b, sizeof(v.b), BIG); }
static inline uint64_t get_be64(be64 v) { return bytes_get(v.b, sizeof(v.b), BIG); }

static inline void put_le16(le16 *v, uint16_t n) { bytes_put(v->b, sizeof(v->b), LITTLE, n); }
static inline void put_le32(le32 *v, uint32_t n) { bytes_put(v->b, sizeof(v->b), LITTLE, n); }
static inline void put_le64(le64 *v, uint64_t n) { bytes_put(v->b, sizeof(v->b), LITTLE, n); }
static inline void put_be16(be16 *v, uint16_t n) { bytes_put(v->b, sizeof(v->b), BIG, n); }
static inline void put_be32(be32 *v, uint32_t n) { bytes_put(v->b, sizeof(v->b), BIG, n); }
static inline void put_be64(be64 *v, uint64_t n) { bytes_put(v->b, sizeof(v->b), BIG, n); }

/* get(field) and put(&field, number), for any wire integer. */
#define get(v) _Generic((v), le16: get_le16, le32: get_le32, le64: get_le64, \
			     be16: get_be16, be32: get_be32, be64: get_be64)(v)
#define put(p, n) _Generic(*(p), le16: put_le16, le32: put_le32, le64: put_le64, \
				 be16: put_be16, be32: put_be32, be64: put_be64)(p, n)

/* The sum, or false when it does not fit into 64 bits. */
static inline bool must_check add_overflow_checked(uint64_t a, uint64_t b, uint64_t *sum)
{
	return !__builtin_add_overflow(a, b, sum);
}

/* `value` rounded up to a multiple of `align` (a power of two), or false when that does not fit. */
static inline bool must_check align_up_checked(uint64_t value, uint64_t align, uint64_t *result)
{
	if (__builtin_add_overflow(value, align - 1, result))
		return false;
	*result &= ~(align - 1);
	return true;
}

static inline uint64_t align_down(uint64_t value, uint64_t align)
{
	return value & ~(align - 1);
}

static inline bool is_power_of_two(uint64_t value)
{
	return value && !(value & (value - 1));
}

/*
 * The part [offset, offset + size) of `in`; false, with `out` untouched, when `in` has no such
 * part.
 */
static inline bool must_check bytes_slice(struct bytes in, uint64_t offset, uint64_t size,
					  struct bytes *out)
{
	if (offset > in.size || size > in.size - offset)
		return false;
	*out = (struct bytes){ in.data + offset, (size_t)size };
	return true;
}

/* Everything from `offset` on; the empty view when `offset` lies at or behind the end. */
static inline struct bytes bytes_from(struct bytes in, uint64_t offset)
{
	if (offset >= in.size)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ in.data + offset, (size_t)(in.size - offset) };
}

/*
 * A pointer to `size` bytes at `offset`, or NULL when they are not all inside. Lay only structs of
 * wire integers (alignment 1) over the result.
 */
static inline const void *bytes_at(struct bytes in, uint64_t offset, uint64_t size)
{
	struct bytes part;

	return bytes_slice(in, offset, size, &part) ? part.data : NULL;
}

static inline bool bytes_equal_at(struct bytes in, uint64_t offset, const void *what, size_t size)
{
	const void *p = bytes_at(in, offset, size);

	return p && !memcmp(p, what, size);
}

#endif
