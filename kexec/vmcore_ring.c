// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lockless ring buffer of Linux 5.10 and later: descriptors, infos and text blocks as
 * kernel/printk/printk_ringbuffer.[ch] writes them, at the offsets that VMCOREINFO gives. A crash
 * may come at any moment and memory may be damaged, so that each record is believed only as far as
 * its three parts agree.
 */
#include "kexec/vmcore_log.h"

#include "kexec/vmcoreinfo.h"

#include <inttypes.h>

/* A record takes 2^PRB_AVGBITS, 32 bytes of text on average: the ring with the most has so many. */
#define COUNT_BITS_MAX (VMCORE_LOG_BITS_MAX - 5)
/* No structure of a log is larger. */
#define STRUCTURE_MAX 1024

enum {
	STATUS_LAYOUT = VMCORE_RECORDS + 2, /* VMCOREINFO does not describe the ring */
	STATUS_DESCRIPTORS =
		VMCORE_RECORDS + 4,	     /* there cannot be so many, or they cannot be read */
	STATUS_INFOS = VMCORE_RECORDS + 5,   /* cannot be read */
	STATUS_TEXT = VMCORE_RECORDS + 6,    /* cannot be read */
	STATUS_DAMAGED = VMCORE_RECORDS + 9, /* contradictions */
};

/* Sizes and offsets of the kernel's structures. */
struct layout {
	uint64_t ring_size, descriptor_ring, text_ring;
	uint64_t count_bits, descriptors, infos, head_id, tail_id;
	uint64_t descriptor_size, state, position;
	uint64_t begin, next;
	uint64_t info_size, time, length;
	uint64_t size_bits, data;
};

#define MEMBER(kind, name, field)                                                                  \
	{                                                                                          \
		kind, name, offsetof(struct layout, field)                                         \
	}
static const struct {
	const char *kind, *name;
	size_t field;
} members[] = {
	MEMBER("SIZE", "printk_ringbuffer", ring_size),
	MEMBER("OFFSET", "printk_ringbuffer.desc_ring", descriptor_ring),
	MEMBER("OFFSET", "printk_ringbuffer.text_data_ring", text_ring),
	MEMBER("OFFSET", "prb_desc_ring.count_bits", count_bits),
	MEMBER("OFFSET", "prb_desc_ring.descs", descriptors),
	MEMBER("OFFSET", "prb_desc_ring.infos", infos),
	MEMBER("OFFSET", "prb_desc_ring.head_id", head_id),
	MEMBER("OFFSET", "prb_desc_ring.tail_id", tail_id),
	MEMBER("SIZE", "prb_desc", descriptor_size),
	MEMBER("OFFSET", "prb_desc.state_var", state),
	MEMBER("OFFSET", "prb_desc.text_blk_lpos", position),
	MEMBER("OFFSET", "prb_data_blk_lpos.begin", begin),
	MEMBER("OFFSET", "prb_data_blk_lpos.next", next),
	MEMBER("SIZE", "printk_info", info_size),
	MEMBER("OFFSET", "printk_info.ts_nsec", time),
	MEMBER("OFFSET", "printk_info.text_len", length),
	MEMBER("OFFSET", "prb_data_ring.size_bits", size_bits),
	MEMBER("OFFSET", "prb_data_ring.data", data),
};

struct ring {
	const struct vmcore *core;
	struct layout layout;
	struct vmcore_window descriptors, infos, texts;
	uint64_t count, size;	/* descriptors; bytes of text: powers of two */
	uint64_t mask, id_mask; /* of a long; of an id, which has two bits less */
	uint64_t head_id, tail_id;
	uint64_t text_used; /* bytes of text that records have claimed so far */
};

/* State of a descriptor: the two highest bits of its state_var. */
enum { RESERVED = 0, COMMITTED = 1, FINALIZED = 2, REUSABLE = 3 };

struct descriptor {
	uint64_t id, begin, next;
	unsigned state;
};

static bool read_layout(struct ring *ring, struct error *error)
{
	const struct layout *l = &ring->layout;
	const unsigned size = ring->core->long_size;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		uint64_t *field = (uint64_t *)((char *)&ring->layout + members[i].field);

		if (!vmcoreinfo_number(ring->core->info, members[i].kind, members[i].name, field))
			return vmcore_log_fail(error, STATUS_LAYOUT, "VMCOREINFO has no %s(%s).",
					       members[i].kind, members[i].name);
		if (*field > STRUCTURE_MAX)
			return vmcore_log_fail(error, STATUS_LAYOUT,
					       "VMCOREINFO says that %s(%s) is %" PRIu64 ".",
					       members[i].kind, members[i].name, *field);
	}
	if (l->state + size > l->descriptor_size ||
	    l->position + l->begin + size > l->descriptor_size ||
	    l->position + l->next + size > l->descriptor_size || l->time + 8 > l->info_size ||
	    l->length + 2 > l->info_size)
		return vmcore_log_fail(
			error, STATUS_LAYOUT,
			"VMCOREINFO describes structures with fields outside of them.");
	return true;
}

/* A field of the ring, which lies at `at`. */
static uint64_t field(const struct ring *ring, const uint8_t *at, uint64_t offset, unsigned size)
{
	return bytes_get(at + offset, size, ring->core->order);
}

/* An array must fit into the file, or else walking through it could take as long as it liked. */
static bool open_array(const struct ring *ring, struct vmcore_window *window, const char *what,
		       uint64_t base, uint64_t count, uint64_t size, struct arena *arena,
		       struct error *error)
{
	if (count * size > ring->core->source->size)
		return vmcore_log_fail(error, STATUS_DESCRIPTORS,
				       "The log claims %" PRIu64 " %s of %" PRIu64
				       " bytes, more than the file has.",
				       count, what, size);
	return vmcore_window_open(window, ring->core, base, count * size, arena, error);
}

static bool open_ring(struct ring *ring, struct arena *arena, struct error *error)
{
	const struct layout *l = &ring->layout;
	const unsigned size = ring->core->long_size;
	/* Room for any field at any offset, so that those of a wrong layout are zero. */
	uint8_t bytes[3 * STRUCTURE_MAX] = {0};
	uint64_t symbol, address, count_bits, size_bits;

	if (!vmcoreinfo_symbol(ring->core->info, "prb", &symbol) ||
	    !vmcore_read_number(ring->core, symbol, size, &address, error) ||
	    !vmcore_read(ring->core, address, bytes, l->ring_size, error))
		return error_context(error, "The kernel's log cannot be found: ");
	count_bits = field(ring, bytes, l->descriptor_ring + l->count_bits, 4);
	size_bits = field(ring, bytes, l->text_ring + l->size_bits, 4);
	if (!count_bits || count_bits > COUNT_BITS_MAX || size_bits < 3 ||
	    size_bits > VMCORE_LOG_BITS_MAX)
		return vmcore_log_fail(error, STATUS_DESCRIPTORS,
				       "The log claims 2^%" PRIu64 " descriptors and 2^%" PRIu64
				       " bytes of text; at most 2^%d and 2^%d can be.",
				       count_bits, size_bits, COUNT_BITS_MAX, VMCORE_LOG_BITS_MAX);
	ring->mask = UINT64_MAX >> (64 - 8 * size);
	ring->id_mask = ring->mask >> 2;
	ring->count = UINT64_C(1) << count_bits;
	ring->size = UINT64_C(1) << size_bits;
	ring->head_id = field(ring, bytes, l->descriptor_ring + l->head_id, size) & ring->id_mask;
	ring->tail_id = field(ring, bytes, l->descriptor_ring + l->tail_id, size) & ring->id_mask;
	return open_array(ring, &ring->descriptors, "descriptors",
			  field(ring, bytes, l->descriptor_ring + l->descriptors, size),
			  ring->count, l->descriptor_size, arena, error) &&
	       open_array(ring, &ring->infos, "infos",
			  field(ring, bytes, l->descriptor_ring + l->infos, size), ring->count,
			  l->info_size, arena, error) &&
	       open_array(ring, &ring->texts, "bytes of text",
			  field(ring, bytes, l->text_ring + l->data, size), ring->size, 1, arena,
			  error);
}

static bool read_descriptor(struct ring *ring, uint64_t index, struct descriptor *descriptor,
			    struct error *error)
{
	const struct layout *l = &ring->layout;
	const unsigned size = ring->core->long_size;
	const uint8_t *at = vmcore_window_at(&ring->descriptors, index * l->descriptor_size,
					     l->descriptor_size, error);
	uint64_t state;

	if (!at)
		return error_status(error, STATUS_DESCRIPTORS);
	state = field(ring, at, l->state, size);
	descriptor->id = state & ring->id_mask;
	descriptor->state = (unsigned)(state >> (8 * size - 2));
	descriptor->begin = field(ring, at, l->position + l->begin, size);
	descriptor->next = field(ring, at, l->position + l->next, size);
	return true;
}

static bool is_written(const struct descriptor *descriptor)
{
	return descriptor->state == COMMITTED || descriptor->state == FINALIZED;
}

/*
 * Where a block lies: get_data() of printk_ringbuffer.c. One that would reach over the end of the
 * ring lies at its beginning instead; since Linux 6.18 one that just fits does not.
 */
static bool find_block(const struct ring *ring, const struct descriptor *d, uint64_t *offset,
		       uint64_t *span, struct error *error)
{
	const uint64_t turns = ring->mask & ~(ring->size - 1), in_turn = ring->size - 1;
	const unsigned size = ring->core->long_size;

	*offset = d->begin & in_turn;
	if ((d->begin & turns) == (d->next & turns) && d->begin < d->next) {
		*span = d->next - d->begin;
	} else if (((d->begin + ring->size) & turns) == (d->next & turns)) {
		*span = d->next & in_turn;
		if (*span)
			*offset = 0;
		else
			*span = ring->size - *offset;
	} else {
		*span = 0;
	}
	if (*span < size || (d->begin | d->next) & (size - 1))
		return vmcore_log_fail(error, STATUS_DAMAGED,
				       "record 0x%" PRIx64 " lies from 0x%" PRIx64 " to 0x%" PRIx64
				       " in a ring of 0x%" PRIx64 " bytes.",
				       d->id, d->begin, d->next, ring->size);
	return true;
}

/* The text of a record: empty for one without a block. */
static bool read_text(struct ring *ring, const struct descriptor *d, uint64_t length,
		      struct bytes *words, struct error *error)
{
	const unsigned size = ring->core->long_size;
	uint64_t offset, span, id;
	const uint8_t *at;

	*words = (struct bytes){NULL, 0};
	/* FAILED_LPOS and EMPTY_LINE_LPOS, which no block can have. */
	if (d->begin & d->next & 1)
		return true;
	if (!find_block(ring, d, &offset, &span, error))
		return false;
	if (length > span - size)
		length = span - size;
	at = vmcore_window_at(&ring->texts, offset, size + length, error);
	if (!at)
		return error_status(error, STATUS_TEXT);
	id = field(ring, at, 0, size);
	if (id != d->id)
		return vmcore_log_fail(error, STATUS_DAMAGED,
				       "the text of record 0x%" PRIx64 " belongs to 0x%" PRIx64 ".",
				       d->id, id);
	/* Blocks that overlap could make the output as large as they liked. */
	ring->text_used += span;
	if (ring->text_used > ring->size)
		return vmcore_log_fail(error, STATUS_DAMAGED,
				       "with record 0x%" PRIx64
				       " there is more text than the ring has room for.",
				       d->id);
	*words = (struct bytes){at + size, length};
	return true;
}

static bool print_record(struct ring *ring, const struct descriptor *d, struct vmcore_text *text,
			 struct error *error)
{
	const struct layout *l = &ring->layout;
	const uint64_t index = d->id & (ring->count - 1);
	const uint8_t *info =
		vmcore_window_at(&ring->infos, index * l->info_size, l->info_size, error);
	struct bytes words;

	if (!info)
		return error_status(error, STATUS_INFOS);
	if (!read_text(ring, d, field(ring, info, l->length, 2), &words, error))
		return false;
	vmcore_text_stamp(text, field(ring, info, l->time, 8));
	vmcore_text_add(text, words, false);
	vmcore_text_newline(text);
	return true;
}

/*
 * The newest record, found by looking at all of them: for a ring whose own idea of it is wrong.
 * Ids of one ring lie close together, also where they wrap around.
 */
static bool find_newest(struct ring *ring, uint64_t *newest)
{
	struct error ignored = {0};
	struct descriptor d;
	bool found = false;

	for (uint64_t index = 0; index < ring->count; index++) {
		if (!read_descriptor(ring, index, &d, &ignored) || !is_written(&d) ||
		    (d.id & (ring->count - 1)) != index)
			continue;
		if (!found || ((d.id - *newest) & ring->id_mask) <= ring->id_mask / 2)
			*newest = d.id;
		found = true;
	}
	return found;
}

/* How many descriptors there are from the tail to the head; makes both up when they are wrong. */
static uint64_t count_records(struct ring *ring, struct vmcore_damage *damage)
{
	const uint64_t distance = (ring->head_id - ring->tail_id) & ring->id_mask;

	if (distance < ring->count)
		return distance + 1;
	vmcore_log_fail(&damage->first, STATUS_DAMAGED,
			"from id 0x%" PRIx64 " to 0x%" PRIx64 " is too far for %" PRIu64
			" descriptors, so that each was looked at.",
			ring->tail_id, ring->head_id, ring->count);
	if (!find_newest(ring, &ring->head_id))
		return 0;
	ring->tail_id = (ring->head_id - (ring->count - 1)) & ring->id_mask;
	return ring->count;
}

/* From the oldest to the newest. Reserved ones were being written, reusable ones are gone. */
bool vmcore_ring_print(const struct vmcore *core, struct vmcore_text *text,
		       struct vmcore_damage *damage, struct arena *arena, struct error *error)
{
	struct ring ring = {.core = core};
	struct error why = {0};
	uint64_t records;

	if (!read_layout(&ring, error) || !open_ring(&ring, arena, error))
		return false;
	records = count_records(&ring, damage);
	damage->total = records;
	for (uint64_t i = 0; i < records && !text->failed; i++) {
		const uint64_t id = (ring.tail_id + i) & ring.id_mask;
		struct descriptor d;
		bool whole = read_descriptor(&ring, id & (ring.count - 1), &d, &why);

		if (whole && !is_written(&d))
			continue;
		if (whole && d.id != id)
			whole = vmcore_log_fail(
				&why, STATUS_DAMAGED,
				"where record 0x%" PRIx64 " belongs is 0x%" PRIx64 ".", id, d.id);
		if (whole && print_record(&ring, &d, text, &why))
			continue;
		vmcore_damage_add(damage, &why);
		why = (struct error){0};
	}
	return true;
}
