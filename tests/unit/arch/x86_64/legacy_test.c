// SPDX-License-Identifier: GPL-2.0-or-later
/* Plans for bzImages without a 64-bit entry, of several ages, and for --real-mode. */
#include "tests/unit/planned.h"

#include "tests/images/images.h"

/* A 32-bit kernel of this protocol; what the protocol has no field for is as Linux leaves it. */
static struct images_bzimage kernel_of(uint16_t version)
{
	struct images_bzimage wanted = images_debian_bzimage;

	wanted.version = version;
	wanted.xloadflags = 0;
	wanted.initrd_addr_max = 0x37ffffff;
	return wanted;
}

static void make(struct planned *t, uint64_t ram, const struct images_bzimage *wanted)
{
	size_t size;
	uint8_t *kernel = images_bzimage(wanted, &size);

	planned_setup(t, ram);
	planned_kernel(t, kernel, size);
}

static uint64_t parameter(struct planned *t, size_t field)
{
	const uint8_t *at =
		bytes_at(planned_segment(t, "purgatory")->bytes, PURGATORY_PARAMETERS + field, 8);

	assert_non_null(at);
	return bytes_get(at, 8, LITTLE);
}

#define PARAMETER(field) parameter(&t, offsetof(struct purgatory_parameters, field))

static void a_32bit_kernel_lies_low_and_begins_without_paging(void **state)
{
	struct images_bzimage wanted = kernel_of(0x20f);
	const struct boot_params *params;
	const struct segment *kernel;
	uint32_t size;
	struct planned t;

	make(&t, 8 * GIB, &wanted);
	planned_initrd(&t, 3 * MIB + 5);
	t.options.call = CALL_AUTO;
	t.options.append = "quiet";
	t.facts.five_level = true;
	assert_planned(&t);
	assert_string_equal(t.plan.format, "bzImage");
	assert_int_equal(t.plan.by, BY_SEGMENTS);
	kernel = planned_segment(&t, "kernel");
	assert_int_equal(kernel->memory.start, 16 * MIB);
	assert_int_equal(PARAMETER(entry), 16 * MIB);
	assert_int_equal(PARAMETER(entry_mode), PURGATORY_ENTRY_32);
	assert_true(planned_segment(&t, "initrd")->memory.end <= 0x38000000);
	for (unsigned i = 0; i < t.plan.segment_count; i++)
		assert_true(t.plan.segments[i].memory.end <= 4 * GIB);
	params = planned_boot_params(&t);
	assert_int_equal(get(params->hdr.code32_start), 16 * MIB);
	assert_int_equal(params->hdr.loadflags, LOADED_HIGH);
	assert_non_null(planned_setup_data(&t, SETUP_RNG_SEED, &size));
	t.options.call = CALL_FILE;
	assert_refused(&t, "which no kernel accepts through kexec_file_load");
	planned_release(&t);
}

/* What each protocol did not say yet. */
static void old_protocols_have_defaults(void **state)
{
	struct images_bzimage wanted = kernel_of(0x206);
	struct planned t;
	uint32_t size;

	make(&t, GIB, &wanted);
	assert_planned(&t);
	assert_int_equal(planned_segment(&t, "kernel")->memory.start, 2 * MIB);
	assert_int_equal(range_size(planned_segment(&t, "kernel")->memory),
			 64 * MIB + wanted.payload_size);
	assert_non_null(strstr(t.plan.notes[0], "does not say how much memory it needs"));
	assert_null(planned_setup_data(&t, SETUP_RNG_SEED, &size));
	planned_release(&t);

	wanted = kernel_of(0x202);
	make(&t, 2 * GIB, &wanted);
	planned_initrd(&t, MIB);
	/* Not a field yet, but other bytes. */
	bytes_put(t.kernel + 0x22c, 4, LITTLE, 0x1234);
	t.options.append = "no more than these are taken, for it is only since protocol 2.06 that "
			   "a kernel says how long its command line may be, and until then it was "
			   "255 characters that it had to be content with, and this is about as "
			   "long a line as one may give, with some more";
	assert_true(strlen(t.options.append) > 250);
	assert_planned(&t);
	assert_int_equal(planned_segment(&t, "kernel")->memory.start, MIB);
	assert_int_equal(planned_segment(&t, "initrd")->memory.end, 0x38000000);
	t.options.append = arena_format(&t.arena, &t.error, "%s and still more", t.options.append);
	assert_refused(&t, "takes at most 255");
	planned_release(&t);
}

static void what_cannot_be_is_refused(void **state)
{
	struct images_bzimage wanted = kernel_of(0x201);
	struct planned t;

	make(&t, GIB, &wanted);
	assert_refused(&t, "of boot protocol 2.01; 2.02 (Linux 2.4.0) or later was expected");
	planned_release(&t);

	wanted = kernel_of(0x20f);
	wanted.loadflags = 0;
	make(&t, GIB, &wanted);
	assert_refused(&t, "a zImage, which is loaded low");
	planned_release(&t);

	wanted = kernel_of(0x20f);
	wanted.relocatable = false;
	make(&t, GIB, &wanted);
	assert_planned(&t);
	assert_int_equal(planned_segment(&t, "kernel")->memory.start, wanted.pref_address);
	t.options.panic = true;
	assert_refused(&t, "not relocatable");
	planned_release(&t);

	wanted.pref_address = 0x1000800;
	make(&t, GIB, &wanted);
	assert_refused(&t, "is not the start of a page");
	planned_release(&t);

	wanted = kernel_of(0x20f);
	wanted.kernel_alignment = 0x300000;
	make(&t, GIB, &wanted);
	assert_refused(&t, "kernel_alignment is 0x300000");
	planned_release(&t);
}

static void a_device_tree_is_handed_over(void **state)
{
	static const uint8_t tree[] = "a tree";
	struct images_bzimage wanted = kernel_of(0x20f);
	const uint8_t *data;
	struct planned t;
	uint32_t size;

	make(&t, GIB, &wanted);
	t.options.dtb = "tree.dtb";
	t.image.dtb.bytes = (struct bytes){ tree, sizeof(tree) };
	assert_planned(&t);
	data = planned_setup_data(&t, SETUP_DTB, &size);
	assert_int_equal(size, sizeof(tree));
	assert_memory_equal(data, tree, sizeof(tree));
	planned_release(&t);
}

static const struct setup_header *real_mode_header(struct planned *t)
{
	const struct segment *setup = planned_segment(t, "setup");

	return bytes_at(setup->bytes, SETUP_HEADER_OFFSET, sizeof(struct setup_header));
}

static void real_mode_finds_its_setup_code_below_640_kib(void **state)
{
	const struct setup_header *header;
	const struct setup_data *seed;
	const struct segment *setup;
	struct planned t;

	make(&t, 8 * GIB, &images_debian_bzimage);
	planned_initrd(&t, MIB + 1);
	t.options.call = CALL_AUTO;
	t.options.real_mode = true;
	t.options.append = "console=ttyS0";
	assert_planned(&t);
	assert_int_equal(t.plan.by, BY_SEGMENTS);
	setup = planned_segment(&t, "setup");
	assert_int_equal(setup->memory.start, 0x10000);
	assert_true(planned_segment(&t, "purgatory")->memory.end <= 0x9fc00);
	assert_memory_equal(setup->bytes.data, t.kernel, 0x1f1);
	assert_memory_equal(setup->bytes.data + 0x26c, t.kernel + 0x26c, 40 * 512 - 0x26c);
	assert_int_equal(setup->bytes.data[40 * 512], 0);
	header = real_mode_header(&t);
	assert_int_equal(header->type_of_loader, 0xd0);
	assert_int_equal(header->loadflags, LOADED_HIGH | CAN_USE_HEAP);
	assert_int_equal(get(header->heap_end_ptr), 0xde00);
	assert_int_equal(get(header->code32_start), planned_segment(&t, "kernel")->memory.start);
	assert_int_equal(get(header->ramdisk_image), planned_segment(&t, "initrd")->memory.start);
	assert_int_equal(get(header->ramdisk_size), MIB + 1);
	assert_string_equal(planned_at(&t, get(header->cmd_line_ptr), 14), "console=ttyS0");
	assert_int_equal(get(header->cmd_line_ptr), 0x20000);
	seed = planned_at(&t, get(header->setup_data), sizeof(*seed));
	assert_int_equal(get(seed->type), SETUP_RNG_SEED);
	assert_int_equal(PARAMETER(entry), 0x10200);
	assert_int_equal(PARAMETER(entry_mode), PURGATORY_ENTRY_16);
	assert_int_equal(PARAMETER(arguments[0]), 0x10000);
	planned_release(&t);
}

static void real_mode_needs_a_bios(void **state)
{
	struct images_bzimage wanted = kernel_of(0x20f);
	struct planned t;

	make(&t, GIB, &wanted);
	t.options.real_mode = true;
	assert_planned(&t);
	t.options.panic = true;
	assert_refused(&t, "cannot be combined with -p");
	t.options.panic = false;
	t.facts.efi = true;
	assert_refused(&t, "this machine was started by UEFI");
	/* Without run-time services, too. */
	t.facts.efi = false;
	memcpy(t.boot_params + 0x1c0, "EL64", 4);
	assert_refused(&t, "this machine was started by UEFI");
	planned_release(&t);

	wanted.setup_sects = 64;
	make(&t, GIB, &wanted);
	t.options.real_mode = true;
	assert_refused(&t, "the setup code has 33280 bytes; at most 32768");
	planned_release(&t);
}

/* In memory that ends below it, there is no room for the segment and purgatory. */
static void real_mode_needs_low_memory(void **state)
{
	struct planned t;

	make(&t, GIB, &images_debian_bzimage);
	t.options.real_mode = true;
	t.options.mem_min = MIB;
	assert_refused(&t, "setup");
	planned_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_32bit_kernel_lies_low_and_begins_without_paging),
		cmocka_unit_test(old_protocols_have_defaults),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(a_device_tree_is_handed_over),
		cmocka_unit_test(real_mode_finds_its_setup_code_below_640_kib),
		cmocka_unit_test(real_mode_needs_a_bios),
		cmocka_unit_test(real_mode_needs_low_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
