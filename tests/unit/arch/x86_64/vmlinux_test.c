// SPDX-License-Identifier: GPL-2.0-or-later
/* Plans for vmlinux: loaded where it is linked, moved if it must be, entered at its entry. */
#include "tests/unit/planned.h"

#include "tests/images/images.h"
#include "tests/images/multiboot.h"

static void make(struct planned *t, const struct images_vmlinux *wanted)
{
	size_t size;
	uint8_t *kernel = images_vmlinux(wanted, &size);

	planned_setup(t, GIB);
	planned_kernel(t, kernel, size);
}

/* Where purgatory will jump to, read from the block that will be loaded. */
static uint64_t jump_target(struct planned *t)
{
	const uint8_t *block =
		bytes_at(planned_segment(t, "purgatory")->bytes,
			 PURGATORY_PARAMETERS + offsetof(struct purgatory_parameters, entry), 8);

	assert_non_null(block);
	return bytes_get(block, 8, LITTLE);
}

static unsigned count_kernel_segments(struct planned *t, uint64_t *lowest)
{
	unsigned count = 0;

	*lowest = UINT64_MAX;
	for (unsigned i = 0; i < t->plan.segment_count; i++) {
		const struct segment *s = &t->plan.segments[i];

		if (strcmp(s->name, "kernel"))
			continue;
		count++;
		if (s->memory.start < *lowest)
			*lowest = s->memory.start;
	}
	return count;
}

static void loads_lie_at_their_physical_addresses(void **state)
{
	struct planned t;
	uint64_t lowest;

	make(&t, &images_small_vmlinux);
	planned_initrd(&t, MIB);
	assert_planned(&t);
	assert_int_equal(count_kernel_segments(&t, &lowest), images_small_vmlinux.load_count);
	assert_int_equal(lowest, 16 * MIB);
	assert_int_equal(jump_target(&t), images_small_vmlinux.entry);
	assert_string_equal(t.plan.format, "elf-x86_64");
	planned_release(&t);
}

static void args_linux_is_not_needed_and_does_no_harm(void **state)
{
	struct planned t;

	make(&t, &images_small_vmlinux);
	assert_planned(&t);
	t.options.args = ARGS_LINUX;
	assert_planned(&t);
	assert_int_equal(jump_target(&t), images_small_vmlinux.entry);
	planned_release(&t);
}

static void it_moves_by_2_mib_steps_when_its_place_is_taken(void **state)
{
	struct planned t;
	uint64_t lowest;

	make(&t, &images_small_vmlinux);
	t.options.mem_min = 100 * MIB + 4096;
	assert_planned(&t);
	count_kernel_segments(&t, &lowest);
	assert_int_equal(lowest, 102 * MIB);
	assert_int_equal(jump_target(&t), images_small_vmlinux.entry + 86 * MIB);
	planned_release(&t);
}

static void auto_goes_straight_to_kexec_load(void **state)
{
	struct planned t;

	make(&t, &images_small_vmlinux);
	t.options.call = CALL_AUTO;
	assert_planned(&t);
	assert_int_equal(t.plan.by, BY_SEGMENTS);
	t.options.call = CALL_FILE;
	assert_refused(&t, "kexec_file_load");
	assert_int_equal(t.error.status, EXIT_NO_FILE_CALL);
	planned_release(&t);
}

static void other_elf_files_are_refused_by_name(void **state)
{
	struct images_vmlinux wanted = images_small_vmlinux;
	struct planned t;

	wanted.entry = 0xffffffff81000000;	/* a virtual entry point, as other systems have */
	make(&t, &wanted);
	assert_refused(&t, "not a Linux kernel");
	planned_release(&t);
	wanted = images_small_vmlinux;
	wanted.machine = 183;
	make(&t, &wanted);
	assert_refused(&t, "not one that this architecture can start");
	assert_string_equal(t.error.headline, "Cannot determine the file type of kernel");
	planned_release(&t);
}

static void a_32bit_one_runs_where_it_was_linked(void **state)
{
	const struct boot_params *params;
	struct planned t;
	uint8_t *kernel;
	size_t size;

	kernel = images_vmlinux_32(&size);
	planned_setup(&t, GIB);
	planned_kernel(&t, kernel, size);
	t.options.call = CALL_AUTO;
	assert_planned(&t);
	assert_string_equal(t.plan.format, "elf-x86");
	assert_int_equal(t.plan.by, BY_SEGMENTS);
	assert_int_equal(t.plan.segments[0].memory.start, 16 * MIB);
	assert_int_equal(jump_target(&t), 16 * MIB + 0x20);
	params = planned_boot_params(&t);
	assert_int_equal(get(params->hdr.xloadflags), 0);
	t.options.panic = true;
	assert_refused(&t, "cannot be moved");
	t.options.panic = false;
	/* A virtual entry is not Linux's. */
	bytes_put(t.kernel + 24, 4, LITTLE, 0xc1000020);
	assert_refused(&t, "not a Linux kernel");
	planned_release(&t);
}

static void loads_that_share_a_page_become_one_segment(void **state)
{
	struct images_vmlinux wanted = images_small_vmlinux;
	struct planned t;
	const struct images_load *first = &wanted.loads[0];
	uint64_t lowest;

	wanted.align = 1;
	wanted.load_count = 2;
	wanted.loads[0].file_size = wanted.loads[0].memory_size = 0x1800;
	wanted.loads[1] = wanted.loads[0];
	wanted.loads[1].physical = first->physical + 0x1900;
	wanted.loads[1].virtual = first->virtual + 0x1900;
	make(&t, &wanted);
	assert_planned(&t);
	assert_int_equal(count_kernel_segments(&t, &lowest), 1);
	assert_int_equal(range_size(planned_segment(&t, "kernel")->memory), 0x4000);
	planned_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_lie_at_their_physical_addresses),
		cmocka_unit_test(args_linux_is_not_needed_and_does_no_harm),
		cmocka_unit_test(it_moves_by_2_mib_steps_when_its_place_is_taken),
		cmocka_unit_test(auto_goes_straight_to_kexec_load),
		cmocka_unit_test(other_elf_files_are_refused_by_name),
		cmocka_unit_test(a_32bit_one_runs_where_it_was_linked),
		cmocka_unit_test(loads_that_share_a_page_become_one_segment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
