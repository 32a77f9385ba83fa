// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing cores. The layouts are those of kernel/printk/printk_ringbuffer.h and of the older
 * kernel/printk.c, the notes those of Documentation/admin-guide/kdump/vmcoreinfo.rst.
 */
#include "tests/support/cores.h"

#include <elf.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Where the made-up kernel's memory lies: above what 32 bits can name, where there are 64. */
#define VIRTUAL_64 UINT64_C(0xffff888180000000)
#define PHYSICAL_64 UINT64_C(0x0000012180000000)
#define KERNEL_MAP_64 UINT64_C(0xffffffff91000000)
#define VIRTUAL_32 UINT64_C(0xc0800000)
#define PHYSICAL_32 UINT64_C(0x00800000)

struct writer {
	const struct core_wish *wish;
	struct core *core;
	uint8_t *memory;
	size_t memory_size, memory_used;
	size_t variables; /* where the next one goes, in front of everything else */
	uint64_t virtual, physical;
	char info[8192];
	size_t info_size;
	size_t expected_room;
};

/* A record's text, and how it is to be printed. */
static const struct {
	const char *text, *printed;
} specials[] = {
	{"Linux version 6.1.0 (gcc)", "Linux version 6.1.0 (gcc)"},
	{"", ""},
	{"two\nlines\tand a tab", "two\nlines\tand a tab"},
	{"gr\303\274n \342\202\254 \360\237\232\200", "gr\303\274n \342\202\254 \360\237\232\200"},
	{"\033[31mred\177", "\\x1b[31mred\\x7f"},
	{"no UTF-8: \377 \303", "no UTF-8: \\xff \\xc3"},
	{"CSI \302\2332J, RLO \342\200\256", "CSI \\xc2\\x9b2J, RLO \\xe2\\x80\\xae"},
};
#define SPECIALS (sizeof(specials) / sizeof(specials[0]))

static void *checked(void *p)
{
	if (!p) {
		perror("cores");
		exit(2);
	}
	return p;
}

static unsigned describe(const struct writer *w, unsigned record, char *text, char *printed,
			 size_t room)
{
	if (!w->wish->plain && record % 11 < SPECIALS) {
		snprintf(text, room, "%s", specials[record % 11].text);
		snprintf(printed, room, "%s", specials[record % 11].printed);
		return (unsigned)strlen(text);
	}
	snprintf(
		text, room, "device %u: %.*s", record, (int)(record * 7 % 61),
		"all kinds of text that a driver might have to say about its own state of affairs");
	snprintf(printed, room, "%s", text);
	return (unsigned)strlen(text);
}

static void expect(struct writer *w, const char *format, ...)
{
	va_list args;
	char line[512];
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (w->core->expected_size + (size_t)length + 1 > w->expected_room) {
		w->expected_room = (w->expected_room + sizeof(line)) * 2;
		w->core->expected = checked(realloc(w->core->expected, w->expected_room));
	}
	memcpy(w->core->expected + w->core->expected_size, line, (size_t)length + 1);
	w->core->expected_size += (size_t)length;
}

static uint64_t nanoseconds(unsigned record)
{
	return UINT64_C(1234567890) * record + 1234567;
}

static void expect_record(struct writer *w, unsigned record)
{
	char text[256], printed[256];
	uint64_t at = nanoseconds(record);

	describe(w, record, text, printed, sizeof(text));
	expect(w, "[%5" PRIu64 ".%06" PRIu64 "] %s\n", at / 1000000000, at / 1000 % 1000000,
	       printed);
	w->core->surviving++;
}

static void say(struct writer *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	w->info_size += (size_t)vsnprintf(w->info + w->info_size, sizeof(w->info) - w->info_size,
					  format, args);
	va_end(args);
}

/* Memory for a variable: its offset. */
static size_t place(struct writer *w, size_t size)
{
	size_t at = (w->memory_used + 63) / 64 * 64;

	w->memory_used = at + size;
	if (w->memory_used > w->memory_size) {
		fprintf(stderr, "cores: not enough memory\n");
		exit(2);
	}
	return at;
}

static void put_at(struct writer *w, size_t at, size_t size, uint64_t value)
{
	bytes_put(w->memory + at, size, w->wish->order, value);
}

static void say_symbol(struct writer *w, const char *name, size_t at)
{
	say(w, "SYMBOL(%s)=%" PRIx64 "\n", name, w->virtual + at);
}

static void put_pointer(struct writer *w, size_t at, size_t target)
{
	put_at(w, at, w->wish->long_size, w->virtual + target);
}

/* A variable of its own: `size` bytes with a value. */
static void put_variable(struct writer *w, const char *name, size_t size, uint64_t value)
{
	size_t at = w->variables;

	w->variables += 8;
	put_at(w, at, size, value);
	say_symbol(w, name, at);
}

/* ------------------------------------------------------------------------------------------- */

unsigned core_descriptor_size(const struct core_wish *wish)
{
	return 3 * wish->long_size;
}

struct lockless {
	struct writer *w;
	size_t ring, descriptors, infos, text;
	uint64_t count, size;
	uint64_t mask, id_mask; /* of a long, and of an id */
	uint64_t head_id, tail_id, head_lpos, tail_lpos;
	uint64_t *begins, *nexts;
	unsigned *records;
};

static size_t descriptor_at(const struct lockless *l, uint64_t id)
{
	return l->descriptors + (id & (l->count - 1)) * core_descriptor_size(l->w->wish);
}

static void put_state(struct lockless *l, uint64_t id, unsigned state)
{
	unsigned size = l->w->wish->long_size;

	put_at(l->w, descriptor_at(l, id), size, (uint64_t)state << (8 * size - 2) | id);
}

/* The oldest record becomes reusable. */
static void drop_oldest(struct lockless *l)
{
	uint64_t index = l->tail_id & (l->count - 1);

	put_state(l, l->tail_id, 3);
	if (!(l->begins[index] & 1))
		l->tail_lpos = l->nexts[index];
	l->tail_id = (l->tail_id + 1) & l->id_mask;
}

static bool wraps_alike(const struct lockless *l, uint64_t begin, uint64_t next)
{
	uint64_t last = l->w->wish->exact_fit ? next - 1 : next;

	return (begin & l->mask & ~(l->size - 1)) == (last & l->mask & ~(l->size - 1));
}

/* A block of text: its id goes in front of it, also where a block that wraps was to begin. */
static void write_block(struct lockless *l, uint64_t id, const char *text, unsigned length)
{
	unsigned size = l->w->wish->long_size;
	uint64_t room = (size + length + size - 1) / size * size;
	uint64_t index = id & (l->count - 1), begin = l->head_lpos, next = (begin + room) & l->mask;
	size_t at = l->text + (begin & (l->size - 1));

	if (!wraps_alike(l, begin, next))
		next = ((next & ~(l->size - 1)) + room) & l->mask;
	if (((next - l->tail_lpos) & l->mask) > l->size && l->tail_id == l->head_id)
		l->tail_lpos = begin;
	while (((next - l->tail_lpos) & l->mask) > l->size)
		drop_oldest(l);
	put_at(l->w, at, size, id);
	if (!wraps_alike(l, begin, (begin + room) & l->mask)) {
		at = l->text;
		put_at(l->w, at, size, id);
	}
	memcpy(l->w->memory + at + size, text, length);
	l->begins[index] = begin;
	l->nexts[index] = next;
	l->head_lpos = next;
}

static void write_lockless_record(struct lockless *l, unsigned record)
{
	const struct core_wish *wish = l->w->wish;
	uint64_t id = (l->head_id + 1) & l->id_mask, index = id & (l->count - 1);
	size_t info = l->infos + index * CORE_INFO_SIZE;
	char text[256], printed[256];
	unsigned length = describe(l->w, record, text, printed, sizeof(text));

	if (((id - l->tail_id) & l->id_mask) >= l->count)
		drop_oldest(l);
	l->begins[index] = l->nexts[index] = 3; /* an empty line: no block */
	if (length)
		write_block(l, id, text, length);
	l->head_id = id;
	l->records[index] = record;
	put_at(l->w, descriptor_at(l, id) + wish->long_size, wish->long_size, l->begins[index]);
	put_at(l->w, descriptor_at(l, id) + 2 * wish->long_size, wish->long_size, l->nexts[index]);
	put_at(l->w, info, 8, record);
	put_at(l->w, info + 8, 8, nanoseconds(record));
	put_at(l->w, info + 16, 2, length);
	put_at(l->w, info + 20, 4, 1);
	put_state(l, id, record + 1 == wish->records ? 1 : 2);
}

static void say_lockless(struct writer *w)
{
	const unsigned l = w->wish->long_size;

	say(w, "SIZE(printk_ringbuffer)=%u\nOFFSET(printk_ringbuffer.desc_ring)=0\n", 11 * l);
	say(w, "OFFSET(printk_ringbuffer.text_data_ring)=%u\n", 6 * l);
	say(w, "OFFSET(prb_desc_ring.count_bits)=0\n");
	say(w, "OFFSET(prb_desc_ring.descs)=%u\nOFFSET(prb_desc_ring.infos)=%u\n", l, 2 * l);
	say(w, "OFFSET(prb_desc_ring.head_id)=%u\nOFFSET(prb_desc_ring.tail_id)=%u\n", 3 * l,
	    4 * l);
	say(w, "SIZE(prb_desc)=%u\nOFFSET(prb_desc.state_var)=0\n", 3 * l);
	say(w, "OFFSET(prb_desc.text_blk_lpos)=%u\n", l);
	say(w, "OFFSET(prb_data_blk_lpos.begin)=0\nOFFSET(prb_data_blk_lpos.next)=%u\n", l);
	say(w, "SIZE(printk_info)=%u\n", CORE_INFO_SIZE);
	say(w, "OFFSET(printk_info.ts_nsec)=8\nOFFSET(printk_info.text_len)=16\n");
	say(w, "OFFSET(prb_data_ring.size_bits)=0\n");
	say(w, "OFFSET(prb_data_ring.data)=%u\nSIZE(atomic_long_t)=%u\n", l, l);
}

static void place_lockless(struct lockless *l, struct writer *w)
{
	const unsigned size = w->wish->long_size;

	l->ring = place(w, 11 * size);
	l->descriptors = place(w, l->count * core_descriptor_size(w->wish));
	l->infos = place(w, l->count * CORE_INFO_SIZE);
	l->text = place(w, l->size);
	w->core->ring = l->ring;
	w->core->descriptors = l->descriptors;
	w->core->infos = l->infos;
	w->core->text = l->text;
	put_at(w, l->ring, 4, w->wish->count_bits);
	put_pointer(w, l->ring + size, l->descriptors);
	put_pointer(w, l->ring + 2 * size, l->infos);
	put_at(w, l->ring + 6 * size, 4, w->wish->size_bits);
	put_pointer(w, l->ring + 7 * size, l->text);
}

/* The ids and positions begin just below where they wrap around, as the kernel's do. */
static void write_lockless(struct writer *w)
{
	const unsigned size = w->wish->long_size;
	struct lockless l = {
		.w = w,
		.count = UINT64_C(1) << w->wish->count_bits,
		.size = UINT64_C(1) << w->wish->size_bits,
		.mask = UINT64_MAX >> (64 - 8 * size),
	};

	l.id_mask = l.mask >> 2;
	l.head_id = l.tail_id = -(l.count + 1) & l.id_mask;
	l.head_lpos = l.tail_lpos = -l.size & l.mask;
	l.begins = checked(calloc(l.count, sizeof(*l.begins)));
	l.nexts = checked(calloc(l.count, sizeof(*l.nexts)));
	l.records = checked(calloc(l.count, sizeof(*l.records)));
	l.begins[l.count - 1] = l.nexts[l.count - 1] = 1;
	place_lockless(&l, w);
	put_state(&l, l.head_id, 3);
	for (unsigned i = 0; i < w->wish->records; i++)
		write_lockless_record(&l, i);
	for (uint64_t id = l.tail_id; w->wish->records; id = (id + 1) & l.id_mask) {
		if (id != (-(l.count + 1) & l.id_mask))
			expect_record(w, l.records[id & (l.count - 1)]);
		if (id == l.head_id)
			break;
	}
	put_at(w, l.ring + 3 * size, size, l.head_id);
	put_at(w, l.ring + 4 * size, size, l.tail_id);
	put_at(w, l.ring + 8 * size, size, l.head_lpos);
	put_at(w, l.ring + 9 * size, size, l.tail_lpos);
	put_variable(w, "prb", size, w->virtual + l.ring);
	say_lockless(w);
	free(l.begins);
	free(l.nexts);
	free(l.records);
}

/* ------------------------------------------------------------------------------------------- */

/* struct printk_log: u64 ts_nsec, u16 len, u16 text_len, u16 dict_len, u8 facility, u8 flags. */
#define RECORD_HEADER 16

/* Each record behind the one before; one of length 0 sends the reader back to the beginning. */
static void write_records(struct writer *w)
{
	const size_t size = (size_t)1 << w->wish->size_bits;
	const size_t text = place(w, size);
	unsigned *kept = checked(calloc(size / RECORD_HEADER + 1, sizeof(*kept)));
	size_t *starts = checked(calloc(size / RECORD_HEADER + 1, sizeof(*starts)));
	size_t first = 0, next = 0, count = 0;

	for (unsigned i = 0; i < w->wish->records; i++) {
		char words[256], printed[256];
		unsigned length = describe(w, i, words, printed, sizeof(words));
		size_t room = (RECORD_HEADER + length + 7) / 8 * 8;
		bool fits = next + room + RECORD_HEADER <= size;
		size_t at = fits ? next : 0;

		/* What lies in the way goes; nothing may be left behind a jump to the beginning. */
		while (count && ((starts[0] >= at && starts[0] < at + room + RECORD_HEADER) ||
				 (!fits && starts[0] >= next))) {
			count--;
			memmove(kept, kept + 1, count * sizeof(*kept));
			memmove(starts, starts + 1, count * sizeof(*starts));
		}
		if (!fits)
			memset(w->memory + text + next, 0, RECORD_HEADER);
		put_at(w, text + at, 8, nanoseconds(i));
		put_at(w, text + at + 8, 2, room);
		put_at(w, text + at + 10, 2, length);
		put_at(w, text + at + 12, 2, 0);
		put_at(w, text + at + 14, 1, 0);
		put_at(w, text + at + 15, 1, 6 << 5 | 2);
		memcpy(w->memory + text + at + RECORD_HEADER, words, length);
		kept[count] = i;
		starts[count++] = at;
		next = at + room;
	}
	first = count ? starts[0] : 0;
	for (size_t i = 0; i < count; i++)
		expect_record(w, kept[i]);
	w->core->text = text;
	put_variable(w, "log_buf", w->wish->long_size, w->virtual + text);
	put_variable(w, "log_buf_len", 4, size);
	put_variable(w, "log_first_idx", 4, first);
	put_variable(w, "log_next_idx", 4, next);
	say(w, "SIZE(printk_log)=%d\nOFFSET(printk_log.ts_nsec)=0\n", RECORD_HEADER);
	say(w, "OFFSET(printk_log.len)=8\nOFFSET(printk_log.text_len)=10\nOFFSET(printk_log.dict_"
	       "len)=12\n");
	free(kept);
	free(starts);
}

/* Characters one after the other; the expected text is the end of them. */
static void write_flat(struct writer *w)
{
	const size_t size = (size_t)1 << w->wish->size_bits;
	const size_t text = place(w, size);
	uint32_t end = 0;
	size_t first;

	for (unsigned i = 0; i < w->wish->records; i++) {
		char words[300];
		int length = snprintf(words, sizeof(words), "<6>[%5u.%06u] line %u of an old log\n",
				      i, i, i);

		for (int c = 0; c < length; c++)
			w->memory[text + (end++ & (size - 1))] = (uint8_t)words[c];
		expect(w, "%s", words);
		w->core->surviving++;
	}
	first = w->core->expected_size > size ? w->core->expected_size - size : 0;
	w->core->expected_size -= first;
	if (w->core->expected)
		memmove(w->core->expected, w->core->expected + first, w->core->expected_size + 1);
	w->core->text = text;
	put_variable(w, "log_buf", w->wish->long_size, w->virtual + text);
	put_variable(w, "log_buf_len", 4, size);
	put_variable(w, "log_end", 4, end);
	put_variable(w, "logged_chars", 4, w->core->expected_size);
}

/* ------------------------------------------------------------------------------------------- */

struct segment {
	uint32_t type;
	uint64_t offset, virtual, physical, size;
};

static void put_header(const struct core_wish *wish, uint8_t *at, const struct segment *segment)
{
	const enum byte_order o = wish->order;

	bytes_put(at, 4, o, segment->type);
	if (wish->class == 64) {
		bytes_put(at + 8, 8, o, segment->offset);
		bytes_put(at + 16, 8, o, segment->virtual);
		bytes_put(at + 24, 8, o, segment->physical);
		bytes_put(at + 32, 8, o, segment->size);
		bytes_put(at + 40, 8, o, segment->size);
	} else {
		bytes_put(at + 4, 4, o, segment->offset);
		bytes_put(at + 8, 4, o, segment->virtual);
		bytes_put(at + 12, 4, o, segment->physical);
		bytes_put(at + 16, 4, o, segment->size);
		bytes_put(at + 20, 4, o, segment->size);
	}
}

static void put_elf_header(const struct core_wish *wish, uint8_t *at, unsigned headers,
			   size_t sections)
{
	const bool wide = wish->class == 64;
	const enum byte_order o = wish->order;

	memcpy(at, ELFMAG, SELFMAG);
	at[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
	at[EI_DATA] = o == BIG ? ELFDATA2MSB : ELFDATA2LSB;
	at[EI_VERSION] = EV_CURRENT;
	bytes_put(at + 16, 2, o, ET_CORE);
	bytes_put(at + 18, 2, o, wish->machine);
	bytes_put(at + 20, 4, o, EV_CURRENT);
	bytes_put(at + (wide ? 32 : 28), wide ? 8 : 4, o, wide ? 64 : 52); /* e_phoff */
	bytes_put(at + (wide ? 52 : 40), 2, o, wide ? 64 : 52);		   /* e_ehsize */
	bytes_put(at + (wide ? 54 : 42), 2, o, wide ? 56 : 32);		   /* e_phentsize */
	bytes_put(at + (wide ? 56 : 44), 2, o, sections ? PN_XNUM : headers);
	if (!sections)
		return;
	/* More headers than e_phnum can say: section header 0 has their number. */
	bytes_put(at + (wide ? 40 : 32), wide ? 8 : 4, o, sections); /* e_shoff */
	bytes_put(at + (wide ? 58 : 46), 2, o, wide ? 64 : 40);	     /* e_shentsize */
	bytes_put(at + (wide ? 60 : 48), 2, o, 1);		     /* e_shnum */
	bytes_put(at + sections + (wide ? 44 : 28), 4, o, headers);  /* sh_info */
}

/* A note of a processor in front, whose name and description are no multiples of 4. */
static size_t put_notes(const struct writer *w, uint8_t *at)
{
	const enum byte_order o = w->wish->order;
	size_t size = 0;

	bytes_put(at, 4, o, 5);
	bytes_put(at + 4, 4, o, 7);
	bytes_put(at + 8, 4, o, NT_PRSTATUS);
	memcpy(at + 12, "CORE", 5);
	size = 12 + 8 + 8;
	if (w->wish->log == CORE_NO_INFO)
		return size;
	bytes_put(at + size, 4, o, 11);
	bytes_put(at + size + 4, 4, o, w->info_size);
	memcpy(at + size + 12, "VMCOREINFO", 11);
	memcpy(at + size + 24, w->info, w->info_size);
	w->core->info = size + 24;
	w->core->info_size = w->info_size;
	return size + 24 + (w->info_size + 3) / 4 * 4;
}

static void shift(size_t *offset, size_t by)
{
	if (*offset)
		*offset += by;
}

static void put_file(struct writer *w)
{
	const struct core_wish *wish = w->wish;
	const size_t header = wish->class == 64 ? 64 : 52, entry = wish->class == 64 ? 56 : 32;
	const size_t cut = wish->split ? w->memory_used / 2 / 8 * 8 : 0;
	const size_t notes = header + 3 * entry;
	const size_t sections = (notes + 52 + w->info_size + 15) / 8 * 8;
	const size_t memory = sections + (wish->many_headers ? 64 : 0);
	struct core *core = w->core;
	struct segment segments[3] = {{.type = PT_NOTE, .offset = notes}};

	core->size = memory + w->memory_used;
	core->data = checked(calloc(1, core->size));
	put_elf_header(wish, core->data, cut ? 3 : 2, wish->many_headers ? sections : 0);
	segments[0].size = put_notes(w, core->data + notes);
	segments[2] = (struct segment){PT_LOAD, memory, w->virtual, w->physical, w->memory_used};
	if (cut) {
		/* The second half stands first, in the headers and in the file. */
		segments[2].size = cut;
		segments[2].offset = memory + w->memory_used - cut;
		segments[1] = (struct segment){PT_LOAD, memory, w->virtual + cut, w->physical + cut,
					       w->memory_used - cut};
	} else {
		segments[1] = segments[2];
	}
	for (unsigned i = 0; i < (cut ? 3 : 2); i++) {
		if (wish->no_virtual)
			segments[i].virtual = segments[i].physical;
		put_header(wish, core->data + header + i * entry, &segments[i]);
	}
	memcpy(core->data + segments[2].offset, w->memory, (size_t)segments[2].size);
	memcpy(core->data + memory, w->memory + cut, w->memory_used - cut);
	core->notes = notes;
	shift(&core->info, notes);
	if (cut) {
		core->ring = core->descriptors = core->infos = core->text = 0;
		return;
	}
	shift(&core->ring, memory);
	shift(&core->descriptors, memory);
	shift(&core->infos, memory);
	shift(&core->text, memory);
}

void core_make(struct core *core, const struct core_wish *wish)
{
	struct writer w = {.wish = wish, .core = core};

	*core = (struct core){0};
	w.virtual = wish->long_size == 4 ? VIRTUAL_32 : VIRTUAL_64;
	w.physical = wish->long_size == 4 ? PHYSICAL_32 : PHYSICAL_64;
	if (wish->no_virtual && wish->machine == EM_X86_64)
		w.virtual = KERNEL_MAP_64;
	w.memory_size = ((size_t)1 << wish->size_bits) + 4096;
	if (wish->log == CORE_LOCKLESS)
		w.memory_size += ((size_t)CORE_INFO_SIZE + core_descriptor_size(wish))
				 << wish->count_bits;
	w.memory = checked(calloc(1, w.memory_size));
	w.variables = 8; /* offset 0 means that there is none */
	w.memory_used = 64;
	expect(&w, "%s", "");
	say(&w, "OSRELEASE=6.1.0-test\nPAGESIZE=4096\n");
	if (wish->machine == EM_X86_64)
		say(&w, "NUMBER(phys_base)=%" PRId64 "\n",
		    (int64_t)(PHYSICAL_64 - (KERNEL_MAP_64 - UINT64_C(0xffffffff80000000))));
	if (wish->log == CORE_LOCKLESS)
		write_lockless(&w);
	else if (wish->log == CORE_RECORDS)
		write_records(&w);
	else if (wish->log == CORE_FLAT)
		write_flat(&w);
	say(&w, "CRASHTIME=1700000000\n");
	put_file(&w);
	free(w.memory);
}

void core_free(struct core *core)
{
	free(core->data);
	free(core->expected);
	*core = (struct core){0};
}
