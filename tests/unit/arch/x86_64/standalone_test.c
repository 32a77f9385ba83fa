// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plans for ELF files that are no Linux: where they lie, how they are entered, and what they are
 * told.
 */
#include "config.h"
#include "tests/unit/planned.h"

#include "tests/images/images.h"
#include "tests/images/multiboot.h"

/* Offsets in the headers of ELF files. */
#define E_TYPE 16
#define ENTRY 24
/* Of the fourth program header: where it lies, and its size. */
#define LAST_PHYSICAL (64 + 3 * 56 + 24)
#define LAST_MEMORY_SIZE (64 + 3 * 56 + 40)
#define ENTRY_OUTSIDE 0x12345678

static void make(struct planned *t, unsigned class, enum args_style args)
{
	size_t size;
	uint8_t *kernel = class == 32 ? images_vmlinux_32(&size)
				      : images_vmlinux(&images_small_vmlinux, &size);

	planned_setup(t, GIB);
	planned_kernel(t, kernel, size);
	t->options.args = args;
	t->options.append = "one two";
}

static uint64_t jump(struct planned *t, size_t field)
{
	const uint8_t *at =
		bytes_at(planned_segment(t, "purgatory")->bytes, PURGATORY_PARAMETERS + field, 8);

	assert_non_null(at);
	return bytes_get(at, 8, LITTLE);
}

#define JUMP(field) jump(t, offsetof(struct purgatory_parameters, field))

/* The text of the next note, without a name, of this type; *at moves on. */
static const char *next_note(struct bytes notes, size_t *at, uint32_t type)
{
	const uint8_t *header = bytes_at(notes, *at, 12);
	uint64_t size;

	assert_non_null(header);
	assert_int_equal(bytes_get(header, 4, LITTLE), 0);
	assert_int_equal(bytes_get(header + 8, 4, LITTLE), type);
	size = bytes_get(header + 4, 4, LITTLE);
	assert_non_null(bytes_at(notes, *at + 12, (size + 3) / 4 * 4));
	assert_int_equal(header[12 + size - 1], '\0');
	*at += 12 + (size + 3) / 4 * 4;
	return (const char *)header + 12;
}

static void assert_notes(struct planned *t)
{
	const struct segment *segment = planned_segment(t, "boot_notes");
	struct bytes notes = segment->bytes;
	size_t at = 12;
	uint32_t sum = 0;

	assert_true(segment->memory.end <= 4 * GIB);
	assert_int_equal(bytes_get(notes.data, 4, LITTLE), 0x0e1fb007);
	assert_int_equal(bytes_get(notes.data + 4, 4, LITTLE), notes.size);
	assert_int_equal(bytes_get(notes.data + 10, 2, LITTLE), 3);
	assert_string_equal(next_note(notes, &at, 2), "kexec-ng");
	assert_string_equal(next_note(notes, &at, 3), PACKAGE_VERSION);
	assert_string_equal(next_note(notes, &at, 4), "one two");
	assert_int_equal(at, notes.size);
	/* With its checksum in it, the sum of the whole is -0. */
	for (size_t i = 0; i < notes.size; i += 2)
		sum += (uint32_t)bytes_get(notes.data + i, 2, LITTLE);
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
}

static void a_32bit_program_finds_the_notes_by_ebx(void **state)
{
	struct planned planned, *t = &planned;

	make(t, 32, ARGS_ELF);
	assert_planned(t);
	assert_string_equal(t->plan.format, "elf-x86");
	assert_notes(t);
	assert_int_equal(JUMP(entry), 16 * MIB + 0x20);
	assert_int_equal(JUMP(entry_mode), PURGATORY_ENTRY_32);
	assert_int_equal(JUMP(arguments[0]), 0);
	assert_int_equal(JUMP(arguments[1]), 0x0e1fb007);
	assert_int_equal(JUMP(arguments[2]), planned_segment(t, "boot_notes")->memory.start);
	assert_int_equal(planned_segment(t, "kernel")->memory.start, 16 * MIB);
	for (unsigned i = 0; i < t->plan.segment_count; i++) {
		assert_string_not_equal(t->plan.segments[i].name, "boot_params");
		assert_true(t->plan.segments[i].memory.end <= 4 * GIB);
	}
	planned_release(t);
}

static void a_64bit_program_finds_the_notes_by_rdi(void **state)
{
	struct planned planned, *t = &planned;

	make(t, 64, ARGS_ELF);
	assert_planned(t);
	assert_string_equal(t->plan.format, "elf-x86_64");
	assert_notes(t);
	assert_int_equal(JUMP(entry), images_small_vmlinux.entry);
	assert_int_equal(JUMP(entry_mode), PURGATORY_ENTRY_64);
	assert_int_equal(JUMP(arguments[0]), 0);
	assert_int_equal(JUMP(arguments[1]), planned_segment(t, "boot_notes")->memory.start);
	planned_release(t);
}

static void without_arguments_there_are_no_notes(void **state)
{
	static const unsigned classes[] = { 32, 64 };

	for (unsigned i = 0; i < 2; i++) {
		struct planned planned, *t = &planned;

		make(t, classes[i], ARGS_NONE);
		assert_planned(t);
		for (unsigned j = 0; j < t->plan.segment_count; j++)
			assert_string_not_equal(t->plan.segments[j].name, "boot_notes");
		assert_int_equal(JUMP(arguments[0]) | JUMP(arguments[1]) | JUMP(arguments[2]), 0);
		planned_release(t);
	}
}

static void it_stays_where_it_is_linked_or_is_refused(void **state)
{
	struct planned planned, *t = &planned;

	make(t, 64, ARGS_ELF);
	t->options.mem_min = 100 * MIB;
	assert_refused(t, "kernel");
	planned_release(t);
	make(t, 64, ARGS_ELF);
	bytes_put(t->kernel + LAST_PHYSICAL, 8, LITTLE,
		  UINT64_MAX - bytes_get(t->kernel + LAST_MEMORY_SIZE, 8, LITTLE));
	assert_refused(t, "where no memory can be");
	planned_release(t);
}

static void what_it_has_no_use_for_is_refused(void **state)
{
	struct planned planned, *t = &planned;

	make(t, 32, ARGS_ELF);
	planned_initrd(t, MIB);
	assert_refused(t, "has no use for it");
	assert_non_null(strstr(t->error.remedy, "--initrd"));
	planned_release(t);
	make(t, 64, ARGS_NONE);
	t->options.panic = true;
	assert_refused(t, "would not know of a crash kernel's memory");
	planned_release(t);
}

static void what_cannot_be_entered_is_refused(void **state)
{
	struct planned planned, *t = &planned;

	make(t, 64, ARGS_ELF);
	bytes_put(t->kernel + ENTRY, 8, LITTLE, ENTRY_OUTSIDE);
	assert_refused(t, "kernel: The entry point 0x12345678 lies in no part of the kernel.");
	bytes_put(t->kernel + E_TYPE, 2, LITTLE, 3);
	assert_refused(t, "ELF file of type 3");
	planned_release(t);
}

static void nothing_is_started_so_unasked(void **state)
{
	struct planned planned, *t = &planned;

	make(t, 32, ARGS_DEFAULT);
	/* A virtual entry is not Linux's. */
	bytes_put(t->kernel + ENTRY, 4, LITTLE, 0xc1000020);
	assert_refused(t, "not a Linux kernel");
	assert_non_null(strstr(t->error.remedy, "--args-elf"));
	planned_release(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_32bit_program_finds_the_notes_by_ebx),
		cmocka_unit_test(a_64bit_program_finds_the_notes_by_rdi),
		cmocka_unit_test(without_arguments_there_are_no_notes),
		cmocka_unit_test(it_stays_where_it_is_linked_or_is_refused),
		cmocka_unit_test(what_it_has_no_use_for_is_refused),
		cmocka_unit_test(what_cannot_be_entered_is_refused),
		cmocka_unit_test(nothing_is_started_so_unasked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
