// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The three forms of a plan: plans built by hand with the expected text beside them, and what must
 * hold for any plan: no control characters, valid JSON, pictures of 80 columns that show every
 * segment.
 */
#include "config.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "kexec/plan_print.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)
#define TIB ((uint64_t)1 << 40)

static struct arena arena;
static struct error error;

static int teardown(void **state)
{
	arena_release(&arena);
	return 0;
}

/* A printed plan; to be freed. */
static char *print(const struct machine *machine, const struct image *image,
		   const struct plan *plan, enum plan_form form, bool colour)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	error = (struct error){ 0 };
	if (!plan_print(out, machine, image, plan, form, colour, &arena, &error))
		fail_msg("%s", error.cause);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), size);
	return text;
}

static void expect(const struct machine *machine, const struct image *image,
		   const struct plan *plan, enum plan_form form, const char *expected)
{
	char *text = print(machine, image, plan, form, false);

	assert_string_equal(text, expected);
	free(text);
}

static struct bytes view(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void add_memory(struct machine *machine, uint64_t start, uint64_t end, enum memory_type type)
{
	assert_true(memmap_append(&machine->firmware, &arena, (struct range){ start, end }, type,
				  &error));
}

static void add_segment(struct plan *plan, const char *name, const char *source,
			const char *content, uint64_t start, uint64_t size)
{
	plan->segments[plan->segment_count++] = (struct segment){
		.name = name,
		.source = source,
		.bytes = view(content),
		.memory = { start, start + size },
		.unchecked = !strcmp(name, "purgatory"),
	};
}

/* A PC with 1 GiB, as QEMU's firmware describes it. */
static struct machine small_machine(void)
{
	struct machine machine = {
		.arch = &arch_x86_64,
		.captured = true,
		.release = "6.1.0-test-amd64",
		.page_size = 4096,
		.memory_source = "/sys/firmware/memmap",
		.ram_total = 981 * MIB,
		.kernel_code = { 0x9600000, 0xa402000 },
	};

	add_memory(&machine, 0, 0x9fc00, MEMORY_RAM);
	add_memory(&machine, 0x9fc00, 0xa0000, MEMORY_RESERVED);
	add_memory(&machine, 0xf0000, 0x100000, MEMORY_RESERVED);
	add_memory(&machine, 0x100000, 0x3ffe0000, MEMORY_RAM);
	add_memory(&machine, 0x3ffe0000, 0x40000000, MEMORY_RESERVED);
	add_memory(&machine, 0xb0000000, 0xc0000000, MEMORY_RESERVED);
	add_memory(&machine, 0xfed1c000, 0xfed20000, MEMORY_RESERVED);
	add_memory(&machine, 0xfffc0000, 0x100000000, MEMORY_RESERVED);
	add_memory(&machine, 0xfd00000000, 0x10000000000, MEMORY_RESERVED);
	return machine;
}

/* A kernel, an initrd and what goes with them below `top`. */
static struct plan segments_below(uint64_t top)
{
	struct plan plan = {
		.by = BY_SEGMENTS,
		.why = "-c was given",
		.format = "bzImage64",
		.cmdline = "root=/dev/vda1 quiet",
		.flags = 0x3e0000,
		.entry = top - 0x8000,
		.kernel_fd = -1,
		.initrd_fd = -1,
	};
	uint64_t kernel = align_down(top - 0xd000 - 0x3f98000, 0x200000);

	add_segment(&plan, "purgatory", "made here", "purgatory", top - 0x8000, 0x8000);
	add_segment(&plan, "boot_params", "made here", "boot_params", top - 0xd000, 0x5000);
	add_segment(&plan, "kernel", "vmlinuz", "kernel", kernel, 0x3f98000);
	add_segment(&plan, "initrd", "initrd.img", "initrd", kernel - 0x2a31000, 0x2a31000);
	add_segment(&plan, "rng_seed", "made here", "", 0x100000, 0x1000);
	return plan;
}

static void test_text_by_segments(void **state)
{
	static struct plan_fact facts[] = {
		{ "boot_params", "type_of_loader", "0xd0" },
		{ "efi", "systab", "0x3f7ec018" },
		{ "boot_params", "cmd_line_ptr", "0x3ffd4000" },
	};
	struct machine machine = small_machine();
	struct plan plan = segments_below(0x3ffe0000);
	const struct image image = { 0 };

	plan.facts = facts;
	plan.fact_count = 3;
	plan.notes[plan.note_count++] = "--no-cma has no effect with kexec_load.";
	plan.flags |= KEXEC_DEBUG;
	plan.memory = machine.firmware;
	plan.memory.count = 2;
	expect(&machine, &image, &plan, PLAN_TEXT,
	       "x86_64, Linux 6.1.0-test-amd64, 981 MiB of RAM, map from /sys/firmware/memmap "
	       "(captured)\n"
	       "  system call  kexec_load: -c was given\n"
	       "  flags        0x3e0010 KEXEC_ARCH_X86_64 KEXEC_DEBUG\n"
	       "  format       bzImage64\n"
	       "  entry        0x3ffd8000, in purgatory\n"
	       "\n"
	       "Command line, 20 bytes\n"
	       "  root=/dev/vda1 quiet\n"
	       "\n"
	       "Segments, 5 of at most 16, 105 MiB of memory\n"
	       "         address      memory                 copied  name         source\n"
	       "        0x100000      0x1000      4 KiB           0  rng_seed     made here\n"
	       "      sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
	       "      0x395cf000   0x2a31000   42.1 MiB           6  initrd       initrd.img\n"
	       "      sha256 09e6c018d2c8c4903308613dd1b72484d57eadf12ec50ddc8f52e5accce470f2\n"
	       "      0x3c000000   0x3f98000   63.5 MiB           6  kernel       vmlinuz\n"
	       "      sha256 6923dd1bc0460082c5d55a831908c24a282860b7f1cd6c2b79cf1bc8857c639c\n"
	       "      0x3ffd3000      0x5000     20 KiB          11  boot_params  made here\n"
	       "      sha256 2a8e4c664b8ed0f4021a39b52edcd41d2acd7f5c2c7f10f14b2cc0f7cb63be11\n"
	       "      0x3ffd8000      0x8000     32 KiB           9  purgatory    made here "
	       "(unchecked)\n"
	       "      sha256 d90d45c9ea4d2db1dc87386cc718a4204929a0263393c9e23d11ed707c023e8c\n"
	       "\n"
	       "boot_params\n"
	       "  type_of_loader  0xd0\n"
	       "  cmd_line_ptr    0x3ffd4000\n"
	       "\n"
	       "efi\n"
	       "  systab  0x3f7ec018\n"
	       "\n"
	       "Memory that the next kernel is told of, 2 ranges\n"
	       "      first byte       last byte       size  type\n"
	       "             0x0         0x9fbff    639 KiB  System RAM\n"
	       "         0x9fc00         0x9ffff      1 KiB  Reserved\n"
	       "\n"
	       "Notes\n"
	       "  --no-cma has no effect with kexec_load.\n");
}

/* By file: descriptors and flags, no addresses; behind it what would be done without that call. */
static void test_text_by_file(void **state)
{
	struct machine machine = small_machine();
	const struct plan fallback = {
		.by = BY_SEGMENTS,
		.format = "bzImage64",
		.cmdline = "",
		.flags = 0x3e0000,
		.entry = 0x1000,
		.segment_count = 1,
		.segments = { { .name = "kernel", .source = "v", .memory = { 0x1000, 0x2000 } } },
	};
	const struct plan plan = {
		.by = BY_FILE,
		.why = "it is tried first",
		.format = "bzImage64",
		.cmdline = "",
		.flags = KEXEC_FILE_NO_INITRAMFS | 0x100,
		.kernel_fd = 3,
		.initrd_fd = -1,
		.fallback = &fallback,
	};
	const struct image image = {
		.kernel_file = { .path = "vmlinuz.gz", .fd = 3, .bytes = view("kernel") },
		.kernel_unpacked = { .path = "vmlinuz.gz",
				     .fd = 4,
				     .bytes = view("unpacked kernel") },
		.compression = "gzip",
		.initrd = { .fd = -1 },
	};

	machine.captured = false;
	machine.memory_source = NULL;
	machine.ram_total = 0;
	expect(&machine, &image, &plan, PLAN_TEXT,
	       "x86_64, Linux 6.1.0-test-amd64\n"
	       "  system call  kexec_file_load: it is tried first\n"
	       "  flags        0x104 KEXEC_FILE_NO_INITRAMFS 0x100\n"
	       "  format       bzImage64\n"
	       "  entry        chosen by the running kernel, as is every address\n"
	       "\n"
	       "Command line, empty\n"
	       "\n"
	       "Files, handed to the kernel as descriptors\n"
	       "  kernel  vmlinuz.gz, 6 bytes, gzip, unpacked to 15 bytes\n"
	       "      sha256 6923dd1bc0460082c5d55a831908c24a282860b7f1cd6c2b79cf1bc8857c639c\n"
	       "  initrd  none\n"
	       "\n"
	       "Should the running kernel refuse that system call or this type of image\n"
	       "  system call  kexec_load\n"
	       "  flags        0x3e0000 KEXEC_ARCH_X86_64\n"
	       "  format       bzImage64\n"
	       "  entry        0x1000, in kernel\n"
	       "\n"
	       "Command line, empty\n"
	       "\n"
	       "Segments, 1 of at most 16, 4 KiB of memory\n"
	       "         address      memory                 copied  name         source\n"
	       "          0x1000      0x1000      4 KiB           0  kernel       v\n"
	       "      sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n");
}

static void test_json(void **state)
{
	static struct plan_fact facts[] = { { "boot_params", "cmd_line_ptr", "0x9f000" } };
	struct machine machine = small_machine();
	struct plan plan = {
		.by = BY_SEGMENTS,
		.why = "-c was given",
		.format = "bzImage64",
		.cmdline = "a=\"b c\" d\\e",
		.flags = 0x3e0000 | KEXEC_ON_CRASH,
		.entry = 0x10000000000000,
		.facts = facts,
		.fact_count = 1,
	};
	const struct image image = {
		.kernel_file = { .path = "vmlinuz.xz", .fd = 3, .bytes = view("kernel") },
		.kernel_unpacked = { .path = "vmlinuz.xz",
				     .fd = 4,
				     .bytes = view("unpacked kernel") },
		.compression = "xz",
		.initrd = { .path = "in\377itrd", .fd = 5, .bytes = view("initrd") },
	};

	add_segment(&plan, "kernel", "vmlinuz.xz", "kernel", 0x10000000000000, 0x1000);
	plan.memory = machine.firmware;
	plan.memory.count = 1;
	plan.notes[plan.note_count++] = "A note.";
	machine.release = NULL;
	expect(&machine, &image, &plan, PLAN_JSON,
	       "{\n"
	       "  \"version\": 1,\n"
	       "  \"program\": \"" PACKAGE_STRING "\",\n"
	       "  \"machine\": {\n"
	       "    \"architecture\": \"x86_64\",\n"
	       "    \"release\": null,\n"
	       "    \"captured\": true,\n"
	       "    \"page_size\": 4096,\n"
	       "    \"ram\": 1028653056,\n"
	       "    \"memory_source\": \"/sys/firmware/memmap\"\n"
	       "  },\n"
	       "  \"system_call\": \"kexec_load\",\n"
	       "  \"why\": \"-c was given\",\n"
	       "  \"flags\": {\n"
	       "    \"value\": \"0x3e0001\",\n"
	       "    \"names\": [\n"
	       "      \"KEXEC_ARCH_X86_64\",\n"
	       "      \"KEXEC_ON_CRASH\"\n"
	       "    ]\n"
	       "  },\n"
	       "  \"format\": \"bzImage64\",\n"
	       "  \"command_line\": \"a=\\\"b c\\\" d\\\\e\",\n"
	       "  \"files\": [\n"
	       "    {\n"
	       "      \"role\": \"kernel\",\n"
	       "      \"path\": \"vmlinuz.xz\",\n"
	       "      \"size\": 6,\n"
	       "      \"compression\": \"xz\",\n"
	       "      \"unpacked_size\": 15,\n"
	       "      \"sha256\": "
	       "\"6923dd1bc0460082c5d55a831908c24a282860b7f1cd6c2b79cf1bc8857c639c\"\n"
	       "    },\n"
	       "    {\n"
	       "      \"role\": \"initrd\",\n"
	       "      \"path\": \"in\\ufffditrd\",\n"
	       "      \"size\": 6,\n"
	       "      \"compression\": null,\n"
	       "      \"unpacked_size\": null,\n"
	       "      \"sha256\": "
	       "\"09e6c018d2c8c4903308613dd1b72484d57eadf12ec50ddc8f52e5accce470f2\"\n"
	       "    }\n"
	       "  ],\n"
	       "  \"entry\": \"0x10000000000000\",\n"
	       "  \"segments\": [\n"
	       "    {\n"
	       "      \"name\": \"kernel\",\n"
	       "      \"source\": \"vmlinuz.xz\",\n"
	       "      \"start\": \"0x10000000000000\",\n"
	       "      \"end\": \"0x10000000001000\",\n"
	       "      \"memory_size\": 4096,\n"
	       "      \"copied_size\": 6,\n"
	       "      \"sha256\": "
	       "\"6923dd1bc0460082c5d55a831908c24a282860b7f1cd6c2b79cf1bc8857c639c\",\n"
	       "      \"unchecked\": false\n"
	       "    }\n"
	       "  ],\n"
	       "  \"memory\": [\n"
	       "    {\n"
	       "      \"start\": \"0x0\",\n"
	       "      \"end\": \"0x9fc00\",\n"
	       "      \"type\": \"System RAM\"\n"
	       "    }\n"
	       "  ],\n"
	       "  \"facts\": [\n"
	       "    {\n"
	       "      \"group\": \"boot_params\",\n"
	       "      \"name\": \"cmd_line_ptr\",\n"
	       "      \"value\": \"0x9f000\"\n"
	       "    }\n"
	       "  ],\n"
	       "  \"notes\": [\n"
	       "    \"A note.\"\n"
	       "  ],\n"
	       "  \"fallback\": null\n"
	       "}\n");
}

/*
 * A JSON reader that only says whether the text is JSON (RFC 8259): where the value ends, or NULL.
 */
static const char *json_value(const char *s);

static const char *json_blank(const char *s)
{
	return s + strspn(s, " \n\r\t");
}

static const char *json_string(const char *s)
{
	if (*s++ != '"')
		return NULL;
	for (; *s != '"'; s++) {
		if ((uint8_t)*s < 0x20)
			return NULL;
		if (*s != '\\')
			continue;
		if (*++s == 'u') {
			if (strspn(s + 1, "0123456789abcdefABCDEF") < 4)
				return NULL;
			s += 4;
		} else if (!*s || !strchr("\"\\/bfnrt", *s)) {
			return NULL;
		}
	}
	return s + 1;
}

static const char *json_members(const char *s, char last)
{
	s = json_blank(s + 1);
	if (*s == last)
		return s + 1;
	for (;; s = json_blank(s + 1)) {
		if (last == '}') {
			s = json_string(s);
			if (!s || *(s = json_blank(s)) != ':')
				return NULL;
			s = json_blank(s + 1);
		}
		s = json_value(s);
		if (!s)
			return NULL;
		s = json_blank(s);
		if (*s != ',')
			return *s == last ? s + 1 : NULL;
	}
}

static const char *json_value(const char *s)
{
	static const char *const words[] = { "true", "false", "null" };

	if (*s == '{' || *s == '[')
		return json_members(s, *s == '{' ? '}' : ']');
	if (*s == '"')
		return json_string(s);
	for (unsigned i = 0; i < 3; i++)
		if (!strncmp(s, words[i], strlen(words[i])))
			return s + strlen(words[i]);
	if (*s == '0')
		return s + 1;
	return *s >= '1' && *s <= '9' ? s + strspn(s, "0123456789") : NULL;
}

static uint64_t seed = 0x706c616e;

static uint64_t random_below(uint64_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % limit;
}

static char *random_text(void)
{
	size_t size = random_below(40);
	char *text = arena_alloc(&arena, size + 1, &error);

	assert_non_null(text);
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(1 + random_below(255));
	return text;
}

static void check_width(const char *text)
{
	for (const char *end; *text; text = end + 1) {
		unsigned width = 0;

		end = strchr(text, '\n');
		assert_non_null(end);
		for (const char *s = text; s < end; s++)
			width += ((uint8_t)*s & 0xc0) != 0x80;
		assert_in_range(width, 0, 80);
	}
}

/*
 * Whatever a file or a command line is called: one JSON value, and nothing that a terminal obeys.
 */
static void test_hostile_names(void **state)
{
	for (unsigned round = 0; round < 500; round++) {
		struct machine machine = small_machine();
		struct plan plan = segments_below(0x3ffe0000);
		struct plan_fact fact = { "efi", "vendor", random_text() };
		struct image image = { .kernel_file = { .path = random_text(),
							.bytes = view("kernel") } };

		machine.release = random_text();
		plan.cmdline = random_text();
		plan.segments[2].source = random_text();
		plan.facts = &fact;
		plan.fact_count = 1;
		plan.notes[plan.note_count++] = random_text();
		if (round & 1)
			plan.by = BY_FILE;
		for (enum plan_form form = PLAN_TEXT; form <= PLAN_MAP; form++) {
			char *text = print(&machine, &image, &plan, form, false);

			for (const char *s = text; *s; s++)
				if ((uint8_t)*s < ' ' || *s == 0x7f)
					assert_int_equal(*s, '\n');
			if (form == PLAN_JSON) {
				const char *end = json_value(text);

				assert_non_null(end);
				assert_string_equal(end, "\n");
			}
			if (form == PLAN_MAP)
				check_width(text);
			free(text);
		}
	}
}

/* 1 GiB: all of RAM is drawn, B and P share a character with the reserved range at the end. */
static void test_map_small(void **state)
{
	struct machine machine = small_machine();
	struct plan plan = segments_below(0x3ffe0000);
	const struct image image = { 0 };

	expect(&machine, &image, &plan, PLAN_MAP,
	       "Physical memory: one character is 1 MiB, one row 64 MiB\n"
	       "\n"
	       "               +0              +16 MiB         +32 MiB         +48 MiB\n"
	       "          0x0 |#R..............................................................|\n"
	       "    0x4000000 |................................................................|\n"
	       "    0x8000000 |......................oooooooooooooo............................|\n"
	       "    0xc000000 |................................................................|\n"
	       "   0x10000000 |................................................................|\n"
	       "   0x14000000 |................................................................|\n"
	       "   0x18000000 |................................................................|\n"
	       "   0x1c000000 |................................................................|\n"
	       "   0x20000000 |................................................................|\n"
	       "   0x24000000 |................................................................|\n"
	       "   0x28000000 |................................................................|\n"
	       "   0x2c000000 |................................................................|\n"
	       "   0x30000000 |................................................................|\n"
	       "   0x34000000 |................................................................|\n"
	       "   0x38000000 |......................IIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII|\n"
	       "   0x3c000000 |KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKBP#|\n"
	       "   0x40000000 :           1.7 GiB without memory (28 rows left out)            :\n"
	       "   0xb0000000 :               256 MiB Reserved (4 rows left out)               :\n"
	       "   0xc0000000 :           960 MiB without memory (15 rows left out)            :\n"
	       "   0xfc000000 |                                             #                 #|\n"
	       "  0x100000000 :         1008 GiB without memory (16128 rows left out)          :\n"
	       " 0xfd00000000 :              12 GiB Reserved (192 rows left out)               :\n"
	       "\n"
	       "  R  rng_seed      0x00100000-0x00100fff      4 KiB+  made here\n"
	       "  I  initrd        0x395cf000-0x3bffffff   42.1 MiB   initrd.img\n"
	       "  K  kernel        0x3c000000-0x3ff97fff   63.5 MiB   vmlinuz\n"
	       "  B  boot_params   0x3ffd3000-0x3ffd7fff     20 KiB+  made here\n"
	       "  P  purgatory     0x3ffd8000-0x3ffdffff     32 KiB+  made here\n"
	       "     + smaller than one character, drawn as one\n"
	       "  .  System RAM                  1023 MiB in 2 ranges\n"
	       "  #  Reserved                    12.2 GiB in 7 ranges\n"
	       "  o  running kernel                14 MiB in 1 range\n"
	       "     entry point 0x3ffd8000\n");
}

/* 6 GiB with a hole below 4 GiB: long stretches are left out and say how long they are. */
static void test_map_hole(void **state)
{
	struct machine machine = { .arch = &arch_x86_64, .page_size = 4096 };
	struct plan plan = segments_below(0x1c0000000);
	const struct image image = { 0 };

	add_memory(&machine, 0, 0xa0000, MEMORY_RAM);
	add_memory(&machine, 0x100000, 0xbffe0000, MEMORY_RAM);
	add_memory(&machine, 0xbffe0000, 0xc0000000, MEMORY_ACPI);
	add_memory(&machine, 0xfffc0000, 0x100000000, MEMORY_RESERVED);
	add_memory(&machine, 0x100000000, 0x1c0000000, MEMORY_RAM);
	expect(&machine, &image, &plan, PLAN_MAP,
	       "Physical memory: one character is 1 MiB, one row 64 MiB\n"
	       "\n"
	       "               +0              +16 MiB         +32 MiB         +48 MiB\n"
	       "          0x0 |.R..............................................................|\n"
	       "    0x4000000 :             2.8 GiB System RAM (46 rows left out)              :\n"
	       "   0xbc000000 |...............................................................%|\n"
	       "   0xc0000000 :           960 MiB without memory (15 rows left out)            :\n"
	       "   0xfc000000 |                                                               #|\n"
	       "  0x100000000 :             2.8 GiB System RAM (46 rows left out)              :\n"
	       "  0x1b8000000 |......................IIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII|\n"
	       "  0x1bc000000 |KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKBP|\n"
	       "\n"
	       "  R  rng_seed      0x000100000-0x000100fff      4 KiB+  made here\n"
	       "  I  initrd        0x1b95cf000-0x1bbffffff   42.1 MiB   initrd.img\n"
	       "  K  kernel        0x1bc000000-0x1bff97fff   63.5 MiB   vmlinuz\n"
	       "  B  boot_params   0x1bfff3000-0x1bfff7fff     20 KiB+  made here\n"
	       "  P  purgatory     0x1bfff8000-0x1bfffffff     32 KiB+  made here\n"
	       "     + smaller than one character, drawn as one\n"
	       "  .  System RAM                   5.9 GiB in 3 ranges\n"
	       "  #  Reserved                     256 KiB in 1 range\n"
	       "  %  ACPI Tables                  128 KiB in 1 range\n"
	       "     entry point 0x1bfff8000\n");
}

/* 2 TiB in three pieces, with persistent memory: labels of 13 digits still fit into 80 columns. */
static void test_map_large(void **state)
{
	struct machine machine = { .arch = &arch_x86_64, .page_size = 4096 };
	struct plan plan = segments_below(0x28000000000);
	const struct image image = { 0 };

	add_memory(&machine, 0, 0xa0000, MEMORY_RAM);
	add_memory(&machine, 0x100000, 0x6f000000, MEMORY_RAM);
	add_memory(&machine, 0x6f000000, 0x71000000, MEMORY_ACPI);
	add_memory(&machine, 0x71000000, 0x74000000, MEMORY_NVS);
	add_memory(&machine, 0x74000000, 0x90000000, MEMORY_RESERVED);
	add_memory(&machine, 0xfd000000, 0x100000000, MEMORY_RESERVED);
	add_memory(&machine, 0x100000000, 0x8080000000, MEMORY_RAM);
	add_memory(&machine, 0x8080000000, 0x10000000000, MEMORY_PMEM);
	add_memory(&machine, 0x10000000000, 0x18000000000, MEMORY_RAM);
	add_memory(&machine, 0x20000000000, 0x28000000000, MEMORY_RAM);
	expect(&machine, &image, &plan, PLAN_MAP,
	       "Physical memory: one character is 1 MiB, one row 64 MiB\n"
	       "\n"
	       "               +0              +16 MiB         +32 MiB         +48 MiB\n"
	       "          0x0 |.R..............................................................|\n"
	       "    0x4000000 :             1.6 GiB System RAM (26 rows left out)              :\n"
	       "   0x6c000000 |................................................%%%%%%%%%%%%%%%%|\n"
	       "   0x70000000 |%%%%%%%%%%%%%%%%&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&|\n"
	       "   0x74000000 :               448 MiB Reserved (7 rows left out)               :\n"
	       "   0x90000000 :           1.6 GiB without memory (27 rows left out)            :\n"
	       "   0xfc000000 |                ################################################|\n"
	       "  0x100000000 :            510 GiB System RAM (8160 rows left out)             :\n"
	       " 0x8080000000 :         510 GiB Persistent Memory (8160 rows left out)         :\n"
	       "0x10000000000 :            512 GiB System RAM (8192 rows left out)             :\n"
	       "0x18000000000 :          512 GiB without memory (8192 rows left out)           :\n"
	       "0x20000000000 :            511 GiB System RAM (8190 rows left out)             :\n"
	       "0x27ff8000000 |......................IIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII|\n"
	       "0x27ffc000000 |KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKBP|\n"
	       "\n"
	       "  R  rng_seed      0x00000100000-0x00000100fff      4 KiB+  made here\n"
	       "  I  initrd        0x27ff95cf000-0x27ffbffffff   42.1 MiB   initrd.img\n"
	       "  K  kernel        0x27ffc000000-0x27ffff97fff   63.5 MiB   vmlinuz\n"
	       "  B  boot_params   0x27fffff3000-0x27fffff7fff     20 KiB+  made here\n"
	       "  P  purgatory     0x27fffff8000-0x27fffffffff     32 KiB+  made here\n"
	       "     + smaller than one character, drawn as one\n"
	       "  .  System RAM                   1.4 TiB in 5 ranges\n"
	       "  #  Reserved                     496 MiB in 2 ranges\n"
	       "  %  ACPI Tables                   32 MiB in 1 range\n"
	       "  &  ACPI Non-volatile Storage     48 MiB in 1 range\n"
	       "  ^  Persistent Memory            510 GiB in 1 range\n"
	       "     entry point 0x27fffff8000\n");
}

/* By file there is nothing to place: the machine alone, with its crash reservation. */
static void test_map_by_file(void **state)
{
	struct machine machine = { .arch = &arch_x86_64, .page_size = 4096 };
	const struct plan plan = { .by = BY_FILE };
	const struct image image = { 0 };

	expect(&machine, &image, &plan, PLAN_MAP,
	       "kexec_file_load: the running kernel chooses the addresses itself.\n"
	       "The memory map of this machine is unknown.\n");
	add_memory(&machine, 0x100000, 0x4000000, MEMORY_RAM);
	assert_true(memmap_append(&machine.crash, &arena, (struct range){ 0x2000000, 0x3000000 },
				  MEMORY_RAM, &error));
	expect(&machine, &image, &plan, PLAN_MAP,
	       "kexec_file_load: the running kernel chooses the addresses itself.\n"
	       "Physical memory: one character is 64 KiB, one row 4 MiB\n"
	       "\n"
	       "               +0              +1 MiB          +2 MiB          +3 MiB\n"
	       "          0x0 |                ................................................|\n"
	       "     0x400000 |................................................................|\n"
	       "     0x800000 |................................................................|\n"
	       "     0xc00000 |................................................................|\n"
	       "    0x1000000 |................................................................|\n"
	       "    0x1400000 |................................................................|\n"
	       "    0x1800000 |................................................................|\n"
	       "    0x1c00000 |................................................................|\n"
	       "    0x2000000 |================================================================|\n"
	       "    0x2400000 |================================================================|\n"
	       "    0x2800000 |================================================================|\n"
	       "    0x2c00000 |================================================================|\n"
	       "    0x3000000 |................................................................|\n"
	       "    0x3400000 |................................................................|\n"
	       "    0x3800000 |................................................................|\n"
	       "    0x3c00000 |................................................................|\n"
	       "\n"
	       "  .  System RAM                    63 MiB in 1 range\n"
	       "  =  Crash kernel reservation      16 MiB in 1 range\n");
}

/* With colour it is the same picture: without the sequences nothing differs. */
static void test_colour(void **state)
{
	struct machine machine = small_machine();
	struct plan plan = segments_below(0x3ffe0000);
	const struct image image = { 0 };

	for (enum plan_form form = PLAN_TEXT; form <= PLAN_MAP; form++) {
		char *plain = print(&machine, &image, &plan, form, false);
		char *coloured = print(&machine, &image, &plan, form, true);
		char *to = coloured, *from = coloured;
		bool any = false;

		assert_null(strchr(plain, '\033'));
		while (*from) {
			if (!strncmp(from, "\033[", 2)) {
				from += 2 + strspn(from + 2, "0123456789;") + 1;
				any = true;
			} else {
				*to++ = *from++;
			}
		}
		*to = 0;
		assert_string_equal(plain, coloured);
		assert_int_equal(any, form != PLAN_JSON);
		free(plain);
		free(coloured);
	}
}

/*
 * Checks one picture: width, number of rows, and that each segment has its fair share of
 * characters.
 */
static void check_picture(const char *text, const struct plan *plan)
{
	unsigned lines = 0, counts[256] = { 0 };
	static const char units[] = "bKMGTPE";
	uint64_t scale = 0;
	char unit = 0;

	assert_int_equal(
		sscanf(text, "Physical memory: one character is %" SCNu64 " %c", &scale, &unit), 2);
	assert_non_null(strchr(units, unit));
	scale <<= 10 * (strchr(units, unit) - units);
	for (const char *line = text, *end; *line; line = end + 1, lines++) {
		end = strchr(line, '\n');
		assert_non_null(end);
		assert_in_range(end - line, 0, 80);
		if (end - line == 80 && line[79] == '|')
			for (const char *s = line + 15; s < end; s++)
				counts[(uint8_t)*s]++;
	}
	assert_in_range(lines, 5, 70);
	for (unsigned i = 0; i < plan->segment_count; i++) {
		const struct segment *s = &plan->segments[i];
		unsigned count = counts[(uint8_t)(s->name[0] - 'a' + 'A')];
		uint64_t fair = range_size(s->memory) / scale;

		assert_in_range(count, fair > 18 ? fair - 18 : 1, fair + 18);
	}
}

/* Generated machines, some with hundreds of ranges, and segments anywhere in RAM. */
static void test_map_any(void **state)
{
	static const char *const names[] = { "alpha", "beta", "gamma", "delta", "epsilon" };
	const struct image image = { 0 };

	for (unsigned round = 0; round < 2000; round++) {
		struct machine machine = { .arch = &arch_x86_64, .page_size = 4096 };
		struct plan plan = { .by = BY_SEGMENTS };
		unsigned ranges = (unsigned)(1 + random_below(round % 10 ? 12 : 300));
		unsigned order = (unsigned)random_below(18);
		uint64_t at = random_below(2) * 4096;
		char *text;

		for (unsigned i = 0; i < ranges; i++) {
			uint64_t size = (1 + random_below(4000)) << (12 + random_below(order + 1));
			bool ram = random_below(3);

			add_memory(&machine, at, at + size,
				   ram ? MEMORY_RAM : (enum memory_type)random_below(MEMORY_TYPES));
			if (ram && plan.segment_count < 5 && !random_below(2))
				add_segment(&plan, names[plan.segment_count], "made here", "", at,
					    4096 * (1 + random_below(size / 4096)));
			at += size + random_below(3) *
					     (random_below(1000) << (12 + random_below(order + 1)));
		}
		text = print(&machine, &image, &plan, PLAN_MAP, false);
		check_picture(text, &plan);
		free(text);
	}
}

static void test_letters(void **state)
{
	static const char *const names[] = { "kernel", "kernel", "keel", "kek", "k", "e", "_" };
	struct machine machine = { .arch = &arch_x86_64, .page_size = 4096 };
	struct plan plan = { .by = BY_SEGMENTS };
	const struct image image = { 0 };
	char *text;

	add_memory(&machine, 0, 64 * MIB, MEMORY_RAM);
	for (unsigned i = 0; i < 7; i++)
		add_segment(&plan, names[i], "made here", "", i * MIB, 0x1000);
	text = print(&machine, &image, &plan, PLAN_MAP, false);
	assert_non_null(strstr(text, "\n  K  kernel "));
	assert_non_null(strstr(text, "\n  E  keel "));
	assert_non_null(strstr(text, "\n  A  kek "));
	assert_non_null(strstr(text, "\n  B  k "));
	assert_non_null(strstr(text, "\n  C  e "));
	assert_non_null(strstr(text, "\n  D  _ "));
	free(text);
}

static void test_sizes(void **state)
{
	static const struct {
		uint64_t size;
		const char *text;
	} samples[] = {
		{ 0, "0 bytes" },	    { 1023, "1023 bytes" }, { 1024, "1 KiB" },
		{ 1025, "1 KiB" },	    { 1536, "1.5 KiB" },    { 0x3f98000, "63.5 MiB" },
		{ 0x3ffe0000, "1023 MiB" }, { 6 * GIB, "6 GiB" },   { 3 * TIB / 2, "1.5 TiB" },
		{ UINT64_MAX, "15.9 EiB" },
	};
	char text[PLAN_SIZE_TEXT];

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		assert_string_equal(plan_size_text(samples[i].size, text), samples[i].text);
}

static void test_full_device(void **state)
{
	struct machine machine = small_machine();
	struct plan plan = segments_below(0x3ffe0000);
	const struct image image = { 0 };

	for (enum plan_form form = PLAN_TEXT; form <= PLAN_MAP; form++) {
		FILE *out = fopen("/dev/full", "w");

		assert_non_null(out);
		error = (struct error){ 0 };
		assert_false(plan_print(out, &machine, &image, &plan, form, false, &arena, &error));
		assert_string_equal(error.cause,
				    "The plan could not be written: No space left on device.");
		fclose(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_by_segments),
		cmocka_unit_test(test_text_by_file),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_map_small),
		cmocka_unit_test(test_map_hole),
		cmocka_unit_test(test_map_large),
		cmocka_unit_test(test_map_by_file),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_map_any),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_full_device),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
