// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs of every form, byte order and word size, wrapped and not, and what is said about damaged
 * ones. The cores and the text expected of them are made by tests/support/cores.c.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <elf.h>

#include "tests/support/core_log.h"
#include "tests/support/cores.h"

static struct core core;
static struct core_log result;

static int teardown(void **state)
{
	core_free(&core);
	free(result.text);
	result.text = NULL;
	return 0;
}

static void make(const struct core_wish *wish)
{
	core_free(&core);
	core_make(&core, wish);
}

static void read_log(void)
{
	free(result.text);
	core_log_read(&result, (struct bytes){core.data, core.size});
	assert_string_equal(result.broken, "");
}

static void reads_all(const char *what)
{
	read_log();
	if (!result.whole)
		fail_msg("%s: %s", what, result.error.cause);
	if (result.size != core.expected_size || memcmp(result.text, core.expected, result.size))
		fail_msg("%s: expected\n%s\ngot\n%s", what, core.expected, result.text);
}

static void fails(int status, const char *words)
{
	assert_false(result.whole);
	if (!strstr(result.error.cause, words))
		fail_msg("\"%s\" does not have \"%s\"", result.error.cause, words);
	assert_int_equal(result.error.status, status);
}

/* Every printed line is one of those expected, in their order. */
static void prints_nothing_else(void)
{
	const char *from = core.expected;

	for (char *line = result.text; *line;) {
		char *end = strchr(line, '\n');
		char saved;

		assert_non_null(end);
		saved = end[1];
		end[1] = '\0';
		from = strstr(from, line);
		if (!from)
			fail_msg("\"%s\" is not in the log", line);
		from += strlen(line);
		end[1] = saved;
		line = end + 1;
	}
}

static unsigned count_lines(void)
{
	unsigned lines = 0;

	for (const char *c = result.text; *c; c++)
		lines += *c == '\n';
	return lines;
}

static const struct core_wish usual = {.log = CORE_LOCKLESS,
				       .class = 64,
				       .long_size = 8,
				       .order = LITTLE,
				       .machine = EM_X86_64,
				       .records = 40,
				       .size_bits = 12,
				       .count_bits = 6,
				       .plain = true};

/* ------------------------------------------------------------------------------------------- */

struct target {
	unsigned class, long_size;
	enum byte_order order;
	uint16_t machine;
};

static const struct target targets[] = {
	{64, 8, LITTLE, EM_X86_64}, {64, 8, LITTLE, EM_AARCH64}, {64, 8, BIG, EM_S390},
	{64, 8, BIG, EM_PPC64},	    {64, 8, LITTLE, EM_RISCV},	 {32, 4, LITTLE, EM_386},
	{64, 4, LITTLE, EM_386},    {32, 4, LITTLE, EM_ARM},	 {32, 4, BIG, EM_MIPS},
	{64, 4, BIG, EM_PPC},
};

/* Around the number at which each of the rings wraps, and long after. */
static void test_every_form_on_every_machine(void **state)
{
	static const unsigned counts[] = {0,  1,  2,  50, 62, 63, 64,  65,
					  66, 67, 68, 69, 70, 71, 500, 3000};
	static const enum core_form logs[] = {CORE_LOCKLESS, CORE_RECORDS, CORE_FLAT};
	char what[100];

	for (size_t t = 0; t < sizeof(targets) / sizeof(targets[0]); t++)
		for (size_t l = 0; l < sizeof(logs) / sizeof(logs[0]); l++)
			for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
				struct core_wish wish = usual;

				wish.log = logs[l];
				wish.class = targets[t].class;
				wish.long_size = targets[t].long_size;
				wish.order = targets[t].order;
				wish.machine = targets[t].machine;
				wish.records = counts[c];
				wish.plain = c % 2;
				wish.split = c % 3 == 0;
				make(&wish);
				snprintf(what, sizeof(what), "log %zu, machine %u, %u records", l,
					 wish.machine, wish.records);
				reads_all(what);
			}
}

/* Few descriptors and much text, and the other way round; blocks that end with the ring. */
static void test_rings_of_many_shapes(void **state)
{
	char what[100];

	for (unsigned exact = 0; exact < 2; exact++)
		for (unsigned count_bits = 1; count_bits < 9; count_bits++)
			for (unsigned size_bits = 8; size_bits < 14; size_bits++)
				for (unsigned records = 1; records < 400; records += 57) {
					struct core_wish wish = usual;

					wish.count_bits = count_bits;
					wish.size_bits = size_bits;
					wish.records = records;
					wish.exact_fit = exact;
					make(&wish);
					snprintf(what, sizeof(what),
						 "2^%u descriptors, 2^%u bytes, %u records",
						 count_bits, size_bits, records);
					reads_all(what);
					assert_true(core.surviving > 0);
				}
}

/* More records than fit into a window, so that reading goes on in the middle of all three arrays.
 */
static void test_many_records(void **state)
{
	struct core_wish wish = usual;

	wish.records = 30000;
	wish.count_bits = 14;
	wish.size_bits = 20;
	make(&wish);
	reads_all("30,000 records");
	assert_true(core.surviving > 10000);
}

static void test_headers_without_virtual_addresses(void **state)
{
	struct core_wish wish = usual;

	wish.no_virtual = true;
	make(&wish);
	reads_all("physical addresses only");
}

static void test_extended_numbering(void **state)
{
	struct core_wish wish = usual;

	wish.many_headers = true;
	make(&wish);
	reads_all("PN_XNUM");
	wish.class = 32;
	wish.long_size = 4;
	wish.machine = EM_386;
	make(&wish);
	reads_all("PN_XNUM, 32 bits");
}

/* ------------------------------------------------------------------------------------------- */

static void test_without_a_log(void **state)
{
	struct core_wish wish = usual;

	wish.log = CORE_NO_LOG;
	make(&wish);
	read_log();
	fails(50, "SYMBOL(log_buf)");
	wish.log = CORE_NO_INFO;
	make(&wish);
	read_log();
	fails(50, "no VMCOREINFO at all");
}

/* Linux 3.5 to 3.10 called the structure `log`. */
static void test_old_name_of_records(void **state)
{
	struct core_wish wish = usual;
	uint8_t *info, *at;

	wish.log = CORE_RECORDS;
	make(&wish);
	info = core.data + core.info;
	while ((at = memmem(info, core.info_size, "printk_log", 10))) {
		memmove(at, at + 7, (size_t)(info + core.info_size - (at + 7)));
		memset(info + core.info_size - 7, '\n', 7);
	}
	assert_non_null(memmem(info, core.info_size, "SIZE(log)=16\n", 13));
	reads_all("struct log");
}

/* Changes a line of VMCOREINFO so that its key is another one. */
static void spoil(const char *key)
{
	uint8_t *at = memmem(core.data + core.info, core.info_size, key, strlen(key));

	assert_non_null(at);
	*at ^= 0x20;
}

static void test_missing_lines(void **state)
{
	static const struct {
		enum core_form log;
		const char *key;
		int status;
		const char *words;
	} lines[] = {
		{CORE_LOCKLESS, "SYMBOL(prb)", 50, "SYMBOL(log_buf)"},
		{CORE_LOCKLESS, "SIZE(printk_info)", 62, "SIZE(printk_info)"},
		{CORE_LOCKLESS, "OFFSET(printk_info.ts_nsec)", 62, "OFFSET(printk_info.ts_nsec)"},
		{CORE_LOCKLESS, "OFFSET(prb_data_blk_lpos.next)", 62, "prb_data_blk_lpos.next"},
		{CORE_RECORDS, "SYMBOL(log_buf)", 60, "SYMBOL(log_buf)"},
		{CORE_RECORDS, "SYMBOL(log_buf_len)", 61, "SYMBOL(log_buf_len)"},
		{CORE_RECORDS, "SYMBOL(log_next_idx)", 63, "SYMBOL(log_next_idx)"},
		{CORE_RECORDS, "SIZE(printk_log)", 64, "SIZE(printk_log)"},
		{CORE_RECORDS, "OFFSET(printk_log.ts_nsec)", 65, "printk_log.ts_nsec"},
		{CORE_RECORDS, "OFFSET(printk_log.len)", 66, "printk_log.len"},
		{CORE_RECORDS, "OFFSET(printk_log.text_len)", 67, "printk_log.text_len"},
		{CORE_FLAT, "SYMBOL(log_buf)", 50, "SYMBOL(log_buf)"},
		{CORE_FLAT, "SYMBOL(log_end)", 51, "SYMBOL(log_end)"},
		{CORE_FLAT, "SYMBOL(log_buf_len)", 52, "SYMBOL(log_buf_len)"},
		{CORE_FLAT, "SYMBOL(logged_chars)", 53, "SYMBOL(logged_chars)"},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct core_wish wish = usual;

		wish.log = lines[i].log;
		make(&wish);
		spoil(lines[i].key);
		read_log();
		fails(lines[i].status, lines[i].words);
		assert_string_equal(result.text, "");
	}
}

static void poke(size_t at, unsigned size, uint64_t value)
{
	bytes_put(core.data + at, size, LITTLE, value);
}

static uint64_t get_at(size_t at, unsigned size)
{
	return bytes_get(core.data + at, size, LITTLE);
}

static size_t descriptor(unsigned index)
{
	return core.descriptors + index * core_descriptor_size(&usual);
}

/* One record is left out, all others are printed. */
static void leaves_one_out(int status, const char *words)
{
	read_log();
	fails(status, words);
	assert_non_null(strstr(result.error.cause, "1 of 41 records are left out"));
	prints_nothing_else();
	assert_int_equal(count_lines(), core.surviving - 1);
}

static void test_damaged_records(void **state)
{
	/* The text ends before its own id does. */
	make(&usual);
	poke(descriptor(7) + 16, 8, get_at(descriptor(7) + 8, 8) + 4);
	leaves_one_out(69, "lies from");
	/* ... is larger than the ring */
	make(&usual);
	poke(descriptor(7) + 16, 8, get_at(descriptor(7) + 8, 8) + 0x2000);
	leaves_one_out(69, "in a ring of 0x1000 bytes");
	/* ... belongs to another record */
	make(&usual);
	poke(descriptor(7) + 8, 8, get_at(descriptor(8) + 8, 8));
	poke(descriptor(7) + 16, 8, get_at(descriptor(8) + 16, 8));
	leaves_one_out(69, "belongs to");
	/* A descriptor of another turn, in the middle. */
	make(&usual);
	poke(descriptor(7), 8, get_at(descriptor(7), 8) - 64);
	leaves_one_out(69, "where record");
}

/* A length that is larger than the block ends where the block does. */
static void test_length_beyond_the_block(void **state)
{
	size_t length;

	make(&usual);
	length = core.infos + 7 * CORE_INFO_SIZE + 16;
	poke(length, 2, 0xffff);
	read_log();
	assert_true(result.whole);
	assert_true(result.size <= core.expected_size + 7 * 4);
}

/* Records that were being written, or are gone, are nobody's fault. */
static void test_states(void **state)
{
	make(&usual);
	for (unsigned i = 0; i < 40; i++)
		poke(descriptor(i), 8,
		     (get_at(descriptor(i), 8) & ~(UINT64_C(3) << 62)) | (uint64_t)(i & 3) << 62);
	read_log();
	assert_true(result.whole);
	prints_nothing_else();
	assert_int_equal(count_lines(), 20);
}

/* Without a usable head or tail the records are found by looking at all descriptors. */
static void test_wild_ends(void **state)
{
	static const unsigned fields[] = {24, 32};
	struct core_wish wish = usual;

	wish.records = 500;
	for (unsigned i = 0; i < 2; i++) {
		make(&wish);
		poke(core.ring + fields[i], 8, UINT64_C(0x123456789abcdef));
		read_log();
		fails(69, "too far for 64 descriptors");
		assert_int_equal(result.size, core.expected_size);
		assert_memory_equal(result.text, core.expected, core.expected_size);
	}
}

static void test_wild_sizes(void **state)
{
	static const unsigned bits[] = {0, 27, 31, 32, 63, 64, 255, 0xffffffff};

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		make(&usual);
		poke(core.ring, 4, bits[i]);
		read_log();
		fails(64, "descriptors");
		make(&usual);
		poke(core.ring + 48, 4, bits[i]);
		read_log();
		fails(64, bits[i] == 27 || bits[i] == 31 ? "bytes of text of 1 bytes"
							 : "bytes of text");
	}
}

/* All records share one large text: not more is printed than the ring could hold. */
static void test_shared_text(void **state)
{
	make(&usual);
	for (unsigned i = 0; i < 40; i++) {
		const uint64_t id = get_at(descriptor(i), 8) & (UINT64_MAX >> 2);

		poke(core.text + 16 * i, 8, id);
		poke(descriptor(i) + 8, 8, 16 * i);
		poke(descriptor(i) + 16, 8, 4096 - 8);
		poke(core.infos + i * CORE_INFO_SIZE + 16, 2, 0xffff);
	}
	read_log();
	fails(69, "more text than the ring has room for");
	assert_true(result.size < 4 * 4096 + 40 * 16);
}

/* Where the core ends early: the records before are printed, each whole. */
static void test_cut_short(void **state)
{
	static const enum core_form logs[] = {CORE_LOCKLESS, CORE_RECORDS};
	struct core_wish wish = usual;
	unsigned printed = 0, most = 0;

	for (size_t l = 0; l < 2; l++) {
		size_t whole;

		wish.log = logs[l];
		make(&wish);
		whole = core.size;
		for (core.size = 0; core.size < whole; core.size += 13) {
			read_log();
			if (result.whole)
				continue;
			prints_nothing_else();
			printed = count_lines();
			most = printed > most ? printed : most;
		}
		core.size = whole;
		assert_true(most > 20);
	}
}

static void test_records_that_lead_astray(void **state)
{
	struct core_wish wish = usual;
	size_t second;

	wish.log = CORE_RECORDS;
	make(&wish);
	second = core.text + (size_t)get_at(core.text + 8, 2);
	poke(second + 8, 2, 8);
	read_log();
	fails(69, "after 1 records: the record at offset");
	assert_int_equal(count_lines(), 1);
	/* Back to the beginning, for ever. */
	make(&wish);
	poke(second + 8, 2, 0);
	read_log();
	fails(69, "in a circle");
	/* More text than the record has. */
	make(&wish);
	poke(second + 10, 2, 0xffff);
	read_log();
	fails(69, "65535 of them text");
	prints_nothing_else();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_form_on_every_machine),
		cmocka_unit_test(test_rings_of_many_shapes),
		cmocka_unit_test(test_many_records),
		cmocka_unit_test(test_headers_without_virtual_addresses),
		cmocka_unit_test(test_extended_numbering),
		cmocka_unit_test(test_old_name_of_records),
		cmocka_unit_test(test_without_a_log),
		cmocka_unit_test(test_missing_lines),
		cmocka_unit_test(test_damaged_records),
		cmocka_unit_test(test_length_beyond_the_block),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_wild_ends),
		cmocka_unit_test(test_wild_sizes),
		cmocka_unit_test(test_shared_text),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_records_that_lead_astray),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
