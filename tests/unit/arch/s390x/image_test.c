// SPDX-License-Identifier: GPL-2.0-or-later
/* Plans for s390x images: where everything lies, and what the parameter area says of it. */
#include "tests/unit/planned.h"

#include "arch/s390x/image.h"
#include "tests/images/images.h"

/* One stretch of RAM from address 0 on, as on every s390x machine. */
static void make_sized(struct planned *t, uint64_t ram, uint64_t room, size_t size)
{
	planned_setup(t, GIB);
	t->machine.arch = &arch_s390x;
	t->machine.facts = NULL;
	t->machine.firmware = t->machine.usable = (struct memmap){0};
	t->machine.ram_total = 0;
	planned_ram(t, 0, ram);
	planned_kernel(t, images_s390x(room, size), size);
	t->options.no_checks = true;
}

static void make(struct planned *t)
{
	make_sized(t, GIB, 4096, IMAGES_S390X_SIZE);
}

static const struct parmarea *planned_parmarea(struct planned *t)
{
	return planned_at(t, IMAGE_PARMAREA, sizeof(struct parmarea));
}

static void kernel_is_loaded_where_it_was_linked(void **state)
{
	struct planned t;

	make(&t);
	assert_planned(&t);
	assert_string_equal(t.plan.format, "image");
	assert_int_equal(t.plan.entry, 0x10000);
	assert_int_equal(t.plan.flags, 22 << 16);
	assert_memory_equal(planned_at(&t, 0x10000, 0x400), t.kernel + 0x10000, 0x400);
	for (uint64_t at = 0x12000; at < IMAGES_S390X_SIZE; at++)
		assert_ptr_equal(planned_at(&t, at, 1), t.kernel + at);
	planned_release(&t);
}

static void nothing_below_the_entry_is_loaded(void **state)
{
	struct planned t;

	make(&t);
	assert_planned(&t);
	for (unsigned i = 0; i < t.plan.segment_count; i++)
		assert_true(t.plan.segments[i].memory.start >= 0x10000);
	planned_release(&t);
}

static void parameter_area_names_initrd_and_command_line(void **state)
{
	struct planned t;

	make(&t);
	planned_initrd(&t, 3 * MIB + 5);
	t.options.append = "root=/dev/dasda1 quiet";
	assert_planned(&t);
	assert_int_equal(planned_segment(&t, "initrd")->memory.start, 8 * MIB);
	assert_int_equal(get(planned_parmarea(&t)->initrd_start), 8 * MIB);
	assert_int_equal(get(planned_parmarea(&t)->initrd_size), 3 * MIB + 5);
	assert_int_equal(get(planned_parmarea(&t)->oldmem_base), 0);
	assert_int_equal(get(planned_parmarea(&t)->oldmem_size), 0);
	assert_int_equal(get(planned_parmarea(&t)->max_command_line_size), 4096);
	assert_string_equal(planned_at(&t, 0x10480, 30), "root=/dev/dasda1 quiet");
	planned_release(&t);
}

static void the_file_itself_is_not_written_to(void **state)
{
	struct planned t;
	uint8_t *before = images_s390x(4096, IMAGES_S390X_SIZE);

	make(&t);
	planned_initrd(&t, MIB);
	t.options.append = "quiet";
	assert_planned(&t);
	assert_memory_equal(t.kernel, before, IMAGES_S390X_SIZE);
	free(before);
	planned_release(&t);
}

static void initrd_comes_behind_a_large_kernel(void **state)
{
	struct planned t;

	make_sized(&t, GIB, 4096, 9 * MIB + 1);
	planned_initrd(&t, MIB);
	assert_planned(&t);
	assert_int_equal(get(planned_parmarea(&t)->initrd_start), 10 * MIB);
	planned_release(&t);
}

static void initrd_goes_to_the_next_hole(void **state)
{
	struct planned t;

	make_sized(&t, 9 * MIB, 4096, IMAGES_S390X_SIZE);
	planned_ram(&t, 16 * MIB + 4096, 64 * MIB);
	planned_initrd(&t, 2 * MIB);
	assert_planned(&t);
	assert_int_equal(get(planned_parmarea(&t)->initrd_start), 17 * MIB);
	planned_release(&t);
}

static void no_initrd_is_said_with_zeros(void **state)
{
	struct planned t;

	make(&t);
	assert_planned(&t);
	assert_null(plan_segment(&t.plan, "initrd"));
	assert_int_equal(get(planned_parmarea(&t)->initrd_start), 0);
	assert_int_equal(get(planned_parmarea(&t)->initrd_size), 0);
	planned_release(&t);
}

static void assert_command_line_limit(uint64_t field, size_t most)
{
	struct planned t;
	char *text = calloc(1, most + 2);

	make_sized(&t, GIB, field, IMAGES_S390X_SIZE);
	memset(text, 'x', most);
	t.options.append = text;
	assert_planned(&t);
	assert_string_equal(planned_at(&t, 0x10480, most + 1), text);
	text[most] = 'x';
	assert_refused(&t, "command line has");
	free(text);
	planned_release(&t);
}

static void command_line_is_as_long_as_the_size_field_allows(void **state)
{
	assert_command_line_limit(4096, 4094);
	assert_command_line_limit(1024, 1022);
	assert_command_line_limit(0, 894);
}

static void command_line_of_the_image_stays_without_another(void **state)
{
	struct planned t;

	make(&t);
	assert_planned(&t);
	assert_string_equal(t.plan.cmdline, "root=/dev/ram0 ro");
	assert_string_equal(planned_at(&t, 0x10480, 18), "root=/dev/ram0 ro");
	t.options.call = CALL_FILE;
	assert_planned(&t);
	assert_null(t.plan.cmdline);
	planned_release(&t);
}

static void an_empty_command_line_is_one(void **state)
{
	struct planned t;

	make(&t);
	t.options.append = "";
	assert_planned(&t);
	assert_string_equal(t.plan.cmdline, "");
	for (unsigned i = 0; i < 4096; i++)
		assert_int_equal(*(const char *)planned_at(&t, 0x10480 + i, 1), 0);
	t.options.call = CALL_FILE;
	assert_planned(&t);
	assert_string_equal(t.plan.cmdline, "");
	planned_release(&t);
}

static void reused_command_line_comes_first(void **state)
{
	struct planned t;

	make(&t);
	t.machine.cmdline = "BOOT_IMAGE=0 root=/dev/dasda1";
	t.options.reuse_cmdline = true;
	t.options.append = "single";
	assert_planned(&t);
	assert_string_equal(planned_at(&t, 0x10480, 30), "root=/dev/dasda1 single");
	planned_release(&t);
}

static void by_file_the_original_descriptor_is_handed_on(void **state)
{
	struct planned t;

	make(&t);
	t.image.kernel_file.fd = 77;
	t.options.call = CALL_AUTO;
	t.options.append = "quiet";
	assert_planned(&t);
	assert_int_equal(t.plan.by, BY_FILE);
	assert_int_equal(t.plan.kernel_fd, 77);
	assert_int_equal(t.plan.flags, KEXEC_FILE_NO_INITRAMFS);
	assert_string_equal(t.plan.cmdline, "quiet");
	planned_release(&t);
}

static void an_image_cut_short_is_refused(void **state)
{
	struct planned t;

	make(&t);
	for (size_t size = 0x1000e; size < 0x11480; size += 97) {
		t.image.kernel_file.bytes.size = size;
		t.options.call = size & 1 ? CALL_SEGMENTS : CALL_FILE;
		assert_refused(&t, "it is cut off.");
		assert_string_equal(t.error.headline, "Cannot load kernel");
	}
	t.image.kernel_file.bytes.size = 0x11480;
	assert_planned(&t);
	assert_int_equal(t.plan.segment_count, 1);
	planned_release(&t);
}

static void an_impossible_size_field_is_refused(void **state)
{
	static const uint64_t sizes[] = {UINT64_MAX, UINT64_MAX - 0x10480,
					 IMAGES_S390X_SIZE - 0x10480 + 1};
	struct planned t;

	make(&t);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		put(&((struct parmarea *)(t.kernel + IMAGE_PARMAREA))->max_command_line_size,
		    sizes[i]);
		assert_refused(&t, "parameter area");
	}
	planned_release(&t);
}

#define PURGATORY_SIZE 0x1000
#define PURGATORY_MEMORY 0x3000

/* Whatever compilers this build had. */
static struct bytes made_purgatory(void)
{
	static uint8_t image[PURGATORY_SIZE];

	bytes_put(image + PURGATORY_PARAMETERS, 8, BIG, PURGATORY_MAGIC);
	bytes_put(image + PURGATORY_PARAMETERS + 8, 8, BIG, PURGATORY_MEMORY);
	return (struct bytes){image, sizeof(image)};
}

static struct bytes no_purgatory(void)
{
	return (struct bytes){NULL, 0};
}

static const struct arch *s390x_with(struct bytes (*purgatory)(void))
{
	static struct arch arch;

	arch = arch_s390x;
	arch.purgatory = purgatory;
	return &arch;
}

static uint64_t parameter(struct planned *t, size_t at)
{
	const struct segment *segment = planned_segment(t, "purgatory");

	return bytes_get(segment->bytes.data + PURGATORY_PARAMETERS + at, 8, BIG);
}

static void a_check_takes_purgatory_and_nothing_else_does(void **state)
{
	struct planned t;

	make_sized(&t, 4 * GIB, 4096, IMAGES_S390X_SIZE);
	t.machine.arch = s390x_with(made_purgatory);
	planned_initrd(&t, MIB);
	assert_planned(&t);
	assert_null(plan_segment(&t.plan, "purgatory"));
	assert_int_equal(t.plan.entry, 0x10000);
	t.options.no_checks = false;
	assert_planned(&t);
	assert_int_equal(planned_segment(&t, "purgatory")->memory.end, 2 * GIB);
	assert_int_equal(t.plan.entry, 2 * GIB - PURGATORY_MEMORY);
	assert_int_equal(parameter(&t, PURGATORY_AT_FLAGS), PURGATORY_VERIFY);
	assert_int_equal(parameter(&t, PURGATORY_AT_ENTRY), 0x10000);
	assert_int_equal(parameter(&t, PURGATORY_AT_ARGUMENTS), 0);
	/* The two parts of the kernel, and the initrd. */
	assert_int_equal(parameter(&t, offsetof(struct purgatory_parameters, region_count)), 3);
	planned_release(&t);
}

static void purgatory_is_where_31_bits_reach(void **state)
{
	struct planned t;

	make_sized(&t, 64 * MIB, 4096, IMAGES_S390X_SIZE);
	planned_ram(&t, 4 * GIB, 5 * GIB);
	t.machine.arch = s390x_with(made_purgatory);
	t.options.no_checks = false;
	assert_planned(&t);
	assert_int_equal(planned_segment(&t, "purgatory")->memory.end, 64 * MIB);
	planned_release(&t);
}

static void without_purgatory_there_is_no_check(void **state)
{
	struct planned t;

	make(&t);
	t.machine.arch = s390x_with(no_purgatory);
	assert_planned(&t);
	t.options.no_checks = false;
	assert_refused(&t, "no purgatory for s390x");
	t.options.call = CALL_FILE;
	assert_planned(&t);
	planned_release(&t);
}

static void what_is_no_kernel_is_refused_by_the_known_line(void **state)
{
	struct planned t;

	make(&t);
	memcpy(t.kernel, "\177ELF", 4);
	assert_refused(&t, "ELF");
	assert_string_equal(t.error.headline, "Cannot determine the file type of kernel");
	memset(t.kernel, 'a', IMAGES_S390X_SIZE);
	assert_refused(&t, "begins with the bytes 61 61 61 61");
	assert_string_equal(t.error.headline, "Cannot determine the file type of kernel");
	planned_release(&t);
}

static void a_taken_place_is_refused(void **state)
{
	struct planned t;

	make(&t);
	t.options.mem_min = MIB;
	t.options.mem_min_given = true;
	assert_refused(&t, "kernel needs");
	assert_non_null(strstr(t.error.headline, "Could not find a free area of memory"));
	planned_release(&t);
}

/* All of a crash kernel lies in the reservation, and its parameter area counts from there. */
static void a_crash_kernel_lies_in_its_reservation(void **state)
{
	struct range region = {512 * MIB, 768 * MIB};
	const struct parmarea *parmarea;
	struct planned t;

	make(&t);
	t.machine.arch = s390x_with(made_purgatory);
	planned_initrd(&t, 3 * MIB + 5);
	t.options.append = "1 nr_cpus=1";
	t.options.panic = true;
	assert_true(memmap_append(&t.machine.crash, &t.arena, region, MEMORY_RAM, &t.error));
	assert_planned(&t);
	assert_int_equal(t.plan.flags, 22 << 16 | KEXEC_ON_CRASH);
	for (unsigned i = 0; i < t.plan.segment_count; i++) {
		assert_true(t.plan.segments[i].memory.start >= region.start + 0x10000);
		assert_true(t.plan.segments[i].memory.end <= region.end);
	}
	parmarea = planned_at(&t, region.start + IMAGE_PARMAREA, sizeof(*parmarea));
	assert_int_equal(get(parmarea->oldmem_base), region.start);
	assert_int_equal(get(parmarea->oldmem_size), 256 * MIB);
	assert_int_equal(get(parmarea->initrd_start), 8 * MIB);
	assert_int_equal(planned_segment(&t, "initrd")->memory.start, region.start + 8 * MIB);
	assert_string_equal(planned_at(&t, region.start + 0x10480, 12), "1 nr_cpus=1");
	/* Only purgatory answers when the kernel asks first, so it is there without a check too. */
	assert_int_equal(t.plan.entry, planned_segment(&t, "purgatory")->memory.start);
	assert_int_equal(parameter(&t, PURGATORY_AT_ENTRY), region.start + 0x10010);
	assert_int_equal(parameter(&t, PURGATORY_AT_ARGUMENTS), 1);
	/* The running kernel's own loader is only asked for what could be done here too. */
	t.options.call = CALL_FILE;
	t.options.no_checks = false;
	assert_planned(&t);
	assert_string_equal(t.plan.cmdline, "1 nr_cpus=1");
	t.options.append = NULL;
	assert_planned(&t);
	t.machine.crash.entries[0].range.end = region.start + 8 * MIB;
	assert_refused(&t, "does not fit");
	t.options.call = CALL_SEGMENTS;
	t.machine.arch = s390x_with(no_purgatory);
	t.machine.crash.entries[0].range.end = region.end;
	assert_refused(&t, "no purgatory for s390x");
	planned_release(&t);
}

static void a_crash_kernel_without_initrd(void **state)
{
	struct range region = {512 * MIB, 768 * MIB};
	struct planned t;

	make(&t);
	t.machine.arch = s390x_with(made_purgatory);
	t.options.panic = true;
	assert_true(memmap_append(&t.machine.crash, &t.arena, region, MEMORY_RAM, &t.error));
	assert_planned(&t);
	assert_int_equal(get(((const struct parmarea *)planned_at(&t, region.start + IMAGE_PARMAREA,
				sizeof(struct parmarea)))->initrd_start), 0);
	planned_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_is_loaded_where_it_was_linked),
		cmocka_unit_test(nothing_below_the_entry_is_loaded),
		cmocka_unit_test(parameter_area_names_initrd_and_command_line),
		cmocka_unit_test(the_file_itself_is_not_written_to),
		cmocka_unit_test(initrd_comes_behind_a_large_kernel),
		cmocka_unit_test(initrd_goes_to_the_next_hole),
		cmocka_unit_test(no_initrd_is_said_with_zeros),
		cmocka_unit_test(command_line_is_as_long_as_the_size_field_allows),
		cmocka_unit_test(command_line_of_the_image_stays_without_another),
		cmocka_unit_test(an_empty_command_line_is_one),
		cmocka_unit_test(reused_command_line_comes_first),
		cmocka_unit_test(by_file_the_original_descriptor_is_handed_on),
		cmocka_unit_test(an_image_cut_short_is_refused),
		cmocka_unit_test(an_impossible_size_field_is_refused),
		cmocka_unit_test(a_check_takes_purgatory_and_nothing_else_does),
		cmocka_unit_test(purgatory_is_where_31_bits_reach),
		cmocka_unit_test(without_purgatory_there_is_no_check),
		cmocka_unit_test(what_is_no_kernel_is_refused_by_the_known_line),
		cmocka_unit_test(a_taken_place_is_refused),
		cmocka_unit_test(a_crash_kernel_lies_in_its_reservation),
		cmocka_unit_test(a_crash_kernel_without_initrd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
