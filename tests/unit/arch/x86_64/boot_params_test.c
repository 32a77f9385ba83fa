// SPDX-License-Identifier: GPL-2.0-or-later
/* What the next kernel is told: firmware's word carried over, the memory map, EFI, the seed. */
#include "tests/unit/planned.h"

#include "tests/images/images.h"

static void make(struct planned *t)
{
	size_t size;
	uint8_t *kernel = images_bzimage(&images_debian_bzimage, &size);

	planned_setup(t, GIB);
	planned_kernel(t, kernel, size);
}

static const char *fact(struct planned *t, const char *group, const char *name)
{
	for (size_t i = 0; i < t->plan.fact_count; i++)
		if (!strcmp(t->plan.facts[i].group, group) && !strcmp(t->plan.facts[i].name, name))
			return t->plan.facts[i].value;
	fail_msg("no fact %s/%s", group, name);
	return NULL;
}

static void firmware_facts_are_carried_over(void **state)
{
	struct planned t;
	struct boot_params *old;
	const struct boot_params *params;

	make(&t);
	old = (struct boot_params *)t.boot_params;
	old->screen_info[0x07] = 80;
	old->screen_info[0x0f] = 1;
	old->eddbuf_entries = 1;
	old->eddbuf[0] = 0x80;
	old->edd_mbr_sig_buf_entries = 1;
	old->edd_mbr_sig_buffer[0] = 0x77;
	old->secure_boot = 3;
	put(&old->hdr.hardware_subarch, 4);
	put(&old->acpi_rsdp_addr, 0xe0010);
	assert_planned(&t);
	params = planned_boot_params(&t);
	assert_int_equal(params->screen_info[0x07], 80);
	assert_int_equal(params->screen_info[0x0f], 1);
	assert_int_equal(params->eddbuf_entries, 1);
	assert_int_equal(params->eddbuf[0], 0x80);
	assert_int_equal(params->edd_mbr_sig_buf_entries, 1);
	assert_int_equal(params->edd_mbr_sig_buffer[0], 0x77);
	assert_int_equal(params->secure_boot, 3);
	assert_int_equal(get(params->hdr.hardware_subarch), 4);
	assert_int_equal(get(params->acpi_rsdp_addr), 0xe0010);
	assert_string_equal(fact(&t, "boot_params", "acpi_rsdp_addr"), "0xe0010");
	planned_release(&t);
}

static void rsdp_falls_back_to_efi(void **state)
{
	struct planned t;

	make(&t);
	t.facts.efi_acpi = 0x1000;
	assert_planned(&t);
	assert_int_equal(get(planned_boot_params(&t)->acpi_rsdp_addr), 0x1000);
	t.facts.efi_acpi20 = 0x2000;
	assert_planned(&t);
	assert_int_equal(get(planned_boot_params(&t)->acpi_rsdp_addr), 0x2000);
	planned_release(&t);
}

static void no_running_boot_params_is_no_failure(void **state)
{
	struct planned t;

	make(&t);
	t.facts.boot_params = (struct bytes){ NULL, 0 };
	assert_planned(&t);
	assert_string_equal(fact(&t, "boot_params", "screen"), "none");
	planned_release(&t);
}

static void the_128th_entry_is_the_last_in_the_page(void **state)
{
	struct planned t;
	const struct boot_params *params;
	const struct e820_entry *more;
	uint32_t size = 0;

	make(&t);
	for (uint64_t i = 0; i < 200; i++) {
		struct range range = { 4 * GIB + 2 * i * MIB, 4 * GIB + (2 * i + 1) * MIB };

		assert_true(memmap_append(&t.machine.firmware, &t.arena, range,
					  i % 2 ? MEMORY_RAM : MEMORY_NVS, &t.error));
	}
	assert_planned(&t);
	params = planned_boot_params(&t);
	assert_int_equal(params->e820_entries, 128);
	more = (const struct e820_entry *)planned_setup_data(&t, SETUP_E820_EXT, &size);
	assert_non_null(more);
	assert_int_equal(size, (202 - 128) * 20);
	/* Entry 128 is the 126th of those above. */
	assert_int_equal(get(more[0].address), 4 * GIB + 2 * 126 * MIB);
	assert_int_equal(get(more[0].size), MIB);
	assert_int_equal(get(more[0].type), 4);
	assert_int_equal(get(more[1].type), 1);
	planned_release(&t);
}

static void the_seed_is_handed_on(void **state)
{
	struct planned t;
	uint32_t size = 0;
	const uint8_t *seed;

	make(&t);
	assert_planned(&t);
	seed = planned_setup_data(&t, SETUP_RNG_SEED, &size);
	assert_non_null(seed);
	assert_int_equal(size, 32);
	assert_memory_equal(seed, t.machine.entropy, 32);
	planned_release(&t);
}

static void without_entropy_no_seed_is_handed_on(void **state)
{
	struct planned t;
	uint32_t size = 0;

	make(&t);
	memset(t.machine.entropy, 0, sizeof(t.machine.entropy));
	assert_planned(&t);
	assert_null(planned_setup_data(&t, SETUP_RNG_SEED, &size));
	planned_release(&t);
}

static void a_kernel_that_knows_no_seed_gets_none(void **state)
{
	struct images_bzimage wanted = images_debian_bzimage;
	struct planned t;
	uint32_t size = 0;
	uint8_t *kernel;
	size_t kernel_size;

	wanted.setup_type_max = 6;
	kernel = images_bzimage(&wanted, &kernel_size);
	planned_setup(&t, GIB);
	planned_kernel(&t, kernel, kernel_size);
	assert_planned(&t);
	assert_null(planned_setup_data(&t, SETUP_RNG_SEED, &size));
	planned_release(&t);
}

static const struct efi_runtime_range runtime_map[] = {
	{ 5, 0x3ea8a000, 0xfffffffeffe00000, 0x20, 0x800000000000000f },
	{ 6, 0x3eb00000, 0xfffffffeffc00000, 0x10, 0x800000000000000f },
};

static void make_efi(struct planned *t)
{
	struct boot_params *old;

	make(t);
	old = (struct boot_params *)t->boot_params;
	put(&old->efi_info.loader_signature, 0x34364c45);
	put(&old->efi_info.systab, 0x3fbee018);
	put(&old->efi_info.memdesc_size, 48);
	put(&old->efi_info.memdesc_version, 1);
	t->facts.efi = true;
	t->facts.efi_bits = 64;
	t->facts.efi_fw_vendor = 0x3fbeea98;
	t->facts.efi_config_table = 0x3fbeda18;
	t->facts.efi_smbios = 0x3f76a000;
	t->facts.runtime_map = runtime_map;
	t->facts.runtime_map_count = 2;
}

static void efi_is_handed_on(void **state)
{
	struct planned t;
	const struct efi_info *info;
	const struct efi_memory_descriptor *map;
	const struct efi_setup_data *data;
	uint32_t size = 0;

	make_efi(&t);
	assert_planned(&t);
	info = &planned_boot_params(&t)->efi_info;
	assert_int_equal(get(info->systab), 0x3fbee018);
	assert_int_equal(get(info->memdesc_size), 40);
	assert_int_equal(get(info->memmap_size), 80);
	map = planned_at(&t, get(info->memmap) | (uint64_t)get(info->memmap_hi) << 32, 80);
	assert_int_equal(get(map[1].type), 6);
	assert_int_equal(get(map[1].physical), 0x3eb00000);
	assert_true(get(map[1].virtual) == 0xfffffffeffc00000);
	assert_int_equal(get(map[1].pages), 0x10);
	assert_true(get(map[1].attribute) == 0x800000000000000f);
	data = (const struct efi_setup_data *)planned_setup_data(&t, SETUP_EFI, &size);
	assert_non_null(data);
	assert_int_equal(size, 96);
	assert_int_equal(get(data->fw_vendor), 0x3fbeea98);
	assert_int_equal(get(data->tables), 0x3fbeda18);
	assert_int_equal(get(data->smbios), 0x3f76a000);
	planned_release(&t);
}

static void efi_that_cannot_be_handed_on_is_left_out_with_a_reason(void **state)
{
	struct planned t;

	make_efi(&t);
	t.options.no_efi = true;
	assert_planned(&t);
	assert_int_equal(get(planned_boot_params(&t)->efi_info.loader_signature), 0);
	assert_string_equal(fact(&t, "efi", "not handed on"), "--noefi was given");
	t.options.no_efi = false;
	t.facts.efi_bits = 32;
	assert_planned(&t);
	assert_int_equal(get(planned_boot_params(&t)->efi_info.loader_signature), 0);
	assert_string_equal(fact(&t, "efi", "not handed on"), "the firmware is not 64-bit");
	t.facts.efi_bits = 64;
	t.facts.runtime_map_count = 0;
	assert_planned(&t);
	assert_int_equal(get(planned_boot_params(&t)->efi_info.loader_signature), 0);
	planned_release(&t);
}

static void an_empty_memory_map_is_refused(void **state)
{
	struct planned t;

	make(&t);
	t.machine.firmware.count = 0;
	assert_refused(&t, "memory map is empty");
	planned_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(firmware_facts_are_carried_over),
		cmocka_unit_test(rsdp_falls_back_to_efi),
		cmocka_unit_test(no_running_boot_params_is_no_failure),
		cmocka_unit_test(the_128th_entry_is_the_last_in_the_page),
		cmocka_unit_test(the_seed_is_handed_on),
		cmocka_unit_test(without_entropy_no_seed_is_handed_on),
		cmocka_unit_test(a_kernel_that_knows_no_seed_gets_none),
		cmocka_unit_test(efi_is_handed_on),
		cmocka_unit_test(efi_that_cannot_be_handed_on_is_left_out_with_a_reason),
		cmocka_unit_test(an_empty_memory_map_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
