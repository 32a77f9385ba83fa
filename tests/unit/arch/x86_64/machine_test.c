// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The facts of captured x86_64 machines, and of made ones that are masked, limited, large, or have
 * something in a file that cannot be understood.
 */
#include "tests/unit/read_machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/x86_64/machine.h"

static const struct x86_64_machine *facts;

static void expect_machine(const char *path)
{
	facts = expect_facts(path, &arch_x86_64);
}

static void expect_error(const char *first, const char *second)
{
	if (read_machine(tree.path))
		fail_msg("a machine with a bad %s was taken", first);
	if (!strstr(error.cause, first) || !strstr(error.cause, second) ||
	    !strstr(error.cause, tree.path))
		fail_msg("\"%s\" names not all of \"%s\", \"%s\" and the tree", error.cause, first,
			 second);
	memset(&error, 0, sizeof(error));
}

static void expect_map(const struct memmap *map, const struct memory *expected, size_t count)
{
	assert_int_equal(map->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(map->entries[i].range.start, expected[i].range.start);
		assert_int_equal(map->entries[i].range.end, expected[i].range.end);
		assert_int_equal(map->entries[i].type, expected[i].type);
	}
}

/* The smallest tree that is an x86_64 machine: 1 GiB, and whatever a test adds. */
static void make_machine(void)
{
	tree_create(&tree);
	tree_text(&tree, "/uname", "Linux host 6.1.0 #1 SMP Debian x86_64 GNU/Linux\n");
	tree_text(&tree, "/proc/cmdline", "root=/dev/vda1\n");
	tree_text(&tree, "/proc/iomem",
		  "00000000-00000fff : Reserved\n"
		  "00001000-0009ffff : System RAM\n"
		  "00100000-3fffffff : System RAM\n"
		  "  01000000-01ffffff : Kernel code\n");
}

static void firmware_entry(unsigned number, const char *start, const char *end, const char *type)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/firmware/memmap/%u/start", number);
	tree_text(&tree, path, start);
	snprintf(path, sizeof(path), "/sys/firmware/memmap/%u/end", number);
	tree_text(&tree, path, end);
	snprintf(path, sizeof(path), "/sys/firmware/memmap/%u/type", number);
	tree_text(&tree, path, type);
}

static void bios_machine(void **state)
{
	static const struct memory firmware[] = {
		{ { 0x0, 0x9fc00 }, MEMORY_RAM },
		{ { 0x9fc00, 0xa0000 }, MEMORY_RESERVED },
		{ { 0xf0000, 0x100000 }, MEMORY_RESERVED },
		{ { 0x100000, 0x3ffe0000 }, MEMORY_RAM },
		{ { 0x3ffe0000, 0x40000000 }, MEMORY_RESERVED },
		{ { 0xb0000000, 0xc0000000 }, MEMORY_RESERVED },
		{ { 0xfed1c000, 0xfed20000 }, MEMORY_RESERVED },
		{ { 0xfffc0000, 0x100000000 }, MEMORY_RESERVED },
		{ { 0xfd00000000, 0x10000000000 }, MEMORY_RESERVED },
	};
	/* Page 0 is left alone, and what is not a whole page of the first range. */
	static const struct memory usable[] = {
		{ { 0x1000, 0x9f000 }, MEMORY_RAM },
		{ { 0x100000, 0x3ffe0000 }, MEMORY_RAM },
	};

	expect_machine(tree_captured("x86_64-bios-6.1"));
	assert_string_equal(machine.release, "6.1.0-50-amd64");
	assert_string_equal(machine.cmdline,
			    "console=ttyS0,115200 earlyprintk=ttyS0,115200 loglevel=4 panic=10 ");
	assert_int_equal(machine.page_size, 4096);
	assert_int_equal(machine.ram_total, UINT64_C(981488) << 10);
	assert_string_equal(machine.memory_source, "/sys/firmware/memmap");
	assert_false(machine.iomem_masked);
	expect_map(&machine.firmware, firmware, sizeof(firmware) / sizeof(*firmware));
	expect_map(&machine.usable, usable, 2);
	assert_int_equal(machine.crash.count, 0);
	assert_int_equal(machine.kernel_code.start, 0x9600000);
	assert_int_equal(machine.kernel_code.end, 0xa401d32);
	assert_int_equal(facts->boot_params.size, 4096);
	assert_true(facts->five_level);
	assert_false(facts->efi);
	assert_int_equal(facts->runtime_map_count, 0);
	assert_int_equal(machine.kexec_loaded, NO);
	assert_int_equal(machine.crash_loaded, NO);
	assert_int_equal(machine.load_disabled, NO);
	assert_int_equal(machine.privileged, UNKNOWN);
	assert_int_equal(machine.crash_elfcorehdr_size, 0);
	assert_null(machine.denied);
}

static void bios_machine_with_a_crash_reservation(void **state)
{
	static const struct memory crash = { { 0x29000000, 0x35000000 }, MEMORY_RAM };

	expect_machine(tree_captured("x86_64-bios-crash-6.1"));
	expect_map(&machine.crash, &crash, 1);
	/* A normal load may overwrite the reservation and the running kernel. */
	assert_true(
		memmap_covers(&machine.usable, (struct range){ 0x100000, 0x3ffe0000 }, MEMORY_RAM));
}

static void uefi_machine(void **state)
{
	expect_machine(tree_captured("x86_64-uefi-6.1"));
	assert_string_equal(machine.memory_source, "/sys/firmware/memmap");
	assert_int_equal(machine.firmware.count, 16);
	assert_int_equal(memmap_total(&machine.firmware, MEMORY_RAM), 0x3f986000);
	assert_int_equal(memmap_total(&machine.firmware, MEMORY_ACPI), 0x12000);
	assert_int_equal(memmap_total(&machine.firmware, MEMORY_NVS), 0x202000);
	assert_true(facts->efi);
	assert_int_equal(facts->efi_bits, 64);
	assert_int_equal(facts->efi_fw_vendor, 0x3f52aa18);
	assert_int_equal(facts->efi_runtime, 0x3f5ebb98);
	assert_int_equal(facts->efi_config_table, 0x3f5ebc98);
	assert_int_equal(facts->efi_acpi20, 0x3f77d014);
	assert_int_equal(facts->efi_acpi, 0x3f77d000);
	assert_int_equal(facts->efi_smbios, 0x3f520000);
	assert_int_equal(facts->runtime_map_count, 6);
	assert_int_equal(facts->runtime_map[0].type, 0xb);
	assert_int_equal(facts->runtime_map[0].attribute, 0x8000000000000001);
	assert_int_equal(facts->runtime_map[5].type, 4);
	assert_int_equal(facts->runtime_map[5].physical, 0x3cff9000);
	assert_int_equal(facts->runtime_map[5].virtual, 0xfffffffefcbf9000);
	assert_int_equal(facts->runtime_map[5].pages, 1);
}

static void memory_that_runtime_services_use_is_not_usable(void **state)
{
	expect_machine(tree_captured("x86_64-uefi-6.1"));
	assert_true(memmap_covers(&machine.firmware, (struct range){ 0x3cff8000, 0x3cffb000 },
				  MEMORY_RAM));
	assert_true(memmap_covers(&machine.usable, (struct range){ 0x3cff8000, 0x3cff9000 },
				  MEMORY_RAM));
	assert_false(memmap_covers(&machine.usable, (struct range){ 0x3cff9000, 0x3cffa000 },
				   MEMORY_RAM));
	assert_true(memmap_covers(&machine.usable, (struct range){ 0x3cffa000, 0x3cffb000 },
				  MEMORY_RAM));
	/* All of firmware's RAM but that page and the first one. */
	assert_int_equal(memmap_total(&machine.usable, MEMORY_RAM), 0x3f986000 - 0x2000);
}

static void uefi_machine_with_a_crash_reservation(void **state)
{
	static const struct memory crash = { { 0x2d000000, 0x39000000 }, MEMORY_RAM };

	expect_machine(tree_captured("x86_64-uefi-crash-6.12"));
	assert_string_equal(machine.release, "6.12.107+deb13-amd64");
	expect_map(&machine.crash, &crash, 1);
	assert_int_equal(machine.crash_elfcorehdr_size, 917616);
}

static void a_machine_with_more_ranges_than_boot_params_hold(void **state)
{
	expect_machine(tree_captured("x86_64-many-ranges"));
	assert_string_equal(machine.memory_source, "/proc/iomem");
	assert_int_equal(machine.firmware.count, 202);
	assert_int_equal(memmap_total(&machine.firmware, MEMORY_PMEM), UINT64_C(4) << 30);
	assert_int_equal(machine.crash.count, 2);
	assert_true(machine.crash.entries[0].range.end <= 0x100000000);
	assert_true(machine.crash.entries[1].range.start >= 0x100000000);
	assert_false(facts->five_level);
	assert_int_equal(machine.lockdown, LOCKDOWN_INTEGRITY);
	assert_int_equal(machine.limit_reboot, 3);
	assert_int_equal(machine.limit_panic, -1);
	assert_int_equal(machine.kexec_loaded, YES);
	assert_int_equal(machine.crash_loaded, NO);
	assert_int_equal(machine.load_disabled, YES);
}

static void plans_of_a_captured_machine_repeat(void **state)
{
	uint8_t first[MACHINE_ENTROPY_SIZE];

	expect_machine(tree_captured("x86_64-bios-6.1"));
	memcpy(first, machine.entropy, sizeof(first));
	expect_machine(tree_captured("x86_64-bios-6.1"));
	assert_memory_equal(first, machine.entropy, sizeof(first));
	assert_int_equal(first[63], 63);
}

static void memory_that_the_running_kernel_was_told_not_to_use_stays_unused(void **state)
{
	static const struct memory usable[] = {
		{ { 0x1000, 0xa0000 }, MEMORY_RAM },
		{ { 0x100000, 0x10000000 }, MEMORY_RAM },
	};

	make_machine();
	firmware_entry(0, "0x0", "0x9ffff", "System RAM\n");
	firmware_entry(1, "0x100000", "0x3fffffff", "System RAM\n");
	tree_text(&tree, "/proc/iomem",
		  "00001000-0009ffff : System RAM\n"
		  "00100000-0fffffff : System RAM\n"
		  "10000000-1fffffff : System RAM (kmem)\n");
	expect_machine(tree.path);
	assert_int_equal(memmap_total(&machine.firmware, MEMORY_RAM), 0x3ffa0000);
	expect_map(&machine.usable, usable, 2);
}

static void a_masked_iomem_leaves_firmware_s_word(void **state)
{
	static const struct memory usable = { { 0x1000, 0x9f000 }, MEMORY_RAM };

	make_machine();
	firmware_entry(0, "0x0", "0x9fbff", "System RAM\n");
	firmware_entry(1, "0x9fc00", "0x9ffff", "some new type\n");
	tree_text(&tree, "/proc/iomem",
		  "00000000-00000000 : System RAM\n  00000000-00000000 : Crash kernel\n");
	expect_machine(tree.path);
	assert_true(machine.iomem_masked);
	expect_map(&machine.usable, &usable, 1);
	assert_int_equal(machine.crash.count, 0);
	assert_int_equal(range_size(machine.kernel_code), 0);
	assert_int_equal(machine.firmware.entries[1].type, MEMORY_RESERVED);
}

static void masked_and_without_a_firmware_map_nothing_is_usable(void **state)
{
	make_machine();
	tree_text(&tree, "/proc/iomem", "00000000-00000000 : System RAM\n");
	expect_machine(tree.path);
	assert_int_equal(machine.usable.count, 0);
	assert_int_equal(machine.firmware.count, 0);
}

static void an_efi_map_that_was_added_is_in_iomem_only(void **state)
{
	make_machine();
	firmware_entry(0, "0x0", "0xfff", "System RAM\n");
	tree_text(&tree, "/proc/cmdline", "root=/dev/vda1 add_efi_memmap quiet\n");
	expect_machine(tree.path);
	assert_string_equal(machine.memory_source, "/proc/iomem");
	assert_int_equal(memmap_total(&machine.usable, MEMORY_RAM), 0x9f000 + 0x3ff00000);
}

static void a_xen_dom0_is_told_from_other_domains(void **state)
{
	make_machine();
	firmware_entry(0, "0x0", "0x3fffffff", "System RAM\n");
	tree_text(&tree, "/proc/xen/capabilities", "");
	expect_machine(tree.path);
	assert_false(machine.xen);
	assert_string_equal(machine.memory_source, "/sys/firmware/memmap");
	tree_text(&tree, "/sys/hypervisor/properties/features", "000022e5\n");
	expect_machine(tree.path);
	assert_false(machine.xen);
	tree_text(&tree, "/sys/hypervisor/properties/features", "00002ae5\n");
	expect_machine(tree.path);
	assert_true(machine.xen);
	tree_text(&tree, "/sys/hypervisor/properties/features", "0\n");
	tree_text(&tree, "/proc/xen/capabilities", "control_d\n");
	expect_machine(tree.path);
	assert_true(machine.xen);
	/* What dom0 sees as firmware's map is not the machine's. */
	assert_string_equal(machine.memory_source, "/proc/iomem");
}

static void the_new_place_of_a_file_is_read_first(void **state)
{
	make_machine();
	tree_text(&tree, "/sys/kernel/kexec/loaded", "1\n");
	tree_text(&tree, "/sys/kernel/kexec_loaded", "0\n");
	tree_text(&tree, "/sys/kernel/kexec_crash_loaded", "1\n");
	tree_text(&tree, "/sys/kernel/crash_elfcorehdr_size", "16384\n");
	tree_text(&tree, "/sys/kernel/kexec/crash_elfcorehdr_size", "1234567890\n");
	expect_machine(tree.path);
	assert_int_equal(machine.kexec_loaded, YES);
	assert_int_equal(machine.crash_loaded, YES);
	assert_int_equal(machine.crash_elfcorehdr_size, 1234567890);
}

static void a_firmware_with_only_the_newer_smbios(void **state)
{
	make_machine();
	tree_text(&tree, "/sys/firmware/efi/fw_platform_size", "32\n");
	tree_text(&tree, "/sys/firmware/efi/systab", "SMBIOS3=0x7f000\nACPI=0x7e014\n");
	expect_machine(tree.path);
	assert_true(facts->efi);
	assert_int_equal(facts->efi_bits, 32);
	assert_int_equal(facts->efi_smbios, 0x7f000);
	assert_int_equal(facts->efi_acpi20, 0);
	assert_int_equal(facts->efi_acpi, 0x7e014);
}

/* As an ordinary user sees an EFI machine: names in sysfs, but not what is behind them. */
static void what_is_not_for_this_user_is_unknown_and_remembered(void **state)
{
	static const char *const secret[] = {
		"/sys/firmware/efi/systab", "/sys/firmware/efi/runtime-map/0/type",
		"/sys/firmware/memmap/1/start",
	};
	uid_t user = geteuid();
	struct sysroot root;
	char path[64];

	make_machine();
	tree_text(&tree, "/proc/iomem", "00000000-00000000 : System RAM\n");
	tree_text(&tree, "/sys/firmware/efi/fw_platform_size", "64\n");
	firmware_entry(0, "0x0", "0x9fbff", "System RAM\n");
	firmware_entry(1, "0x100000", "0x3fffffff", "System RAM\n");
	for (size_t i = 0; i < sizeof(secret) / sizeof(*secret); i++) {
		tree_text(&tree, secret[i], "0x5\n");
		snprintf(path, sizeof(path), "%s%s", tree.path, secret[i]);
		assert_int_equal(chmod(path, 0), 0);
	}
	assert_true(sysroot_open(&root, tree.path, &error));
	if (!user)
		assert_int_equal(seteuid(65534), 0);
	assert_true(machine_read(&root, &arena, &machine, &error));
	assert_int_equal(seteuid(user), 0);
	sysroot_close(&root);
	facts = machine.facts;
	assert_true(facts->efi);
	assert_int_equal(facts->efi_acpi, 0);
	assert_int_equal(facts->runtime_map_count, 0);
	assert_int_equal(machine.firmware.count, 0);
	snprintf(path, sizeof(path), "%s%s", tree.path, secret[0]);
	assert_string_equal(machine.denied, path);
}

/*
 * Each of these alone makes the machine unreadable, with a sentence that names the file and the
 * value.
 */
static void what_cannot_be_understood_is_named(void **state)
{
	static const struct {
		const char *path, *content, *word;
	} bad[] = {
		{ "/proc/iomem", "00000000-zz : System RAM\n", "line 1" },
		{ "/proc/meminfo", "MemFree: 5 kB\n", "MemTotal" },
		{ "/proc/meminfo", "MemTotal: many kB\n", "many" },
		{ "/proc/meminfo", "MemTotal: 99999999999999999999 kB\n", "99999999999999999999" },
		{ "/sys/kernel/kexec_loaded", "2\n", "0 or 1" },
		{ "/sys/kernel/kexec_loaded", "yes\n", "\"yes\"" },
		{ "/sys/kernel/crash_elfcorehdr_size", "", "number" },
		{ "/sys/kernel/security/lockdown", "none integrity\n", "none integrity" },
		{ "/proc/sys/kernel/kexec_load_limit_panic", "-2\n", "\"-2\"" },
		{ "/sys/kernel/boot_params/data", "too short", "9 bytes" },
		{ "/sys/firmware/efi/fw_platform_size", "48\n", "48" },
		{ "/sys/firmware/efi/config_table", "0x\n", "0x" },
		{ "/sys/firmware/efi/systab", "ACPI=3f77d000\n", "ACPI=3f77d000" },
		{ "/sys/firmware/efi/systab", "SMBIOS=0x1234zz\n", "SMBIOS=0x1234zz" },
		{ "/sys/firmware/efi/systab", "ACPI20=0x11112222333344445\n",
		  "0x11112222333344445" },
		{ "/sys/firmware/memmap/0/start", "0x0\n",
		  "/sys/firmware/memmap/0/end is missing" },
		{ "/sys/firmware/efi/runtime-map/0/type", "0x5\n",
		  "runtime-map/0/phys_addr is missing" },
		{ "/proc/kcore.head", "VMCOREINFO\nPAGESIZE=12345\n", "12345" },
		{ "/pagesize", "4095\n", "4095" },
		{ "/uname", "Linux host 6.1.0 #1 SMP Debian vax GNU/Linux\n", "Linux host" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		make_machine();
		tree_text(&tree, bad[i].path, bad[i].content);
		expect_error(strstr(bad[i].word, "missing") ? "" : bad[i].path, bad[i].word);
		release_machine(NULL);
	}
}

static void a_firmware_range_that_ends_before_it_starts_is_refused(void **state)
{
	make_machine();
	firmware_entry(7, "0x1000\n", "0xfff\n", "System RAM\n");
	expect_error("/sys/firmware/memmap/7/end", "0xfff");
}

static void a_runtime_range_past_the_end_of_the_address_space_is_refused(void **state)
{
	make_machine();
	tree_text(&tree, "/sys/firmware/efi/runtime-map/0/type", "0x5\n");
	tree_text(&tree, "/sys/firmware/efi/runtime-map/0/phys_addr", "0xfffffffffffff000\n");
	tree_text(&tree, "/sys/firmware/efi/runtime-map/0/virt_addr", "0x0\n");
	tree_text(&tree, "/sys/firmware/efi/runtime-map/0/num_pages", "0x2\n");
	tree_text(&tree, "/sys/firmware/efi/runtime-map/0/attribute", "0x0\n");
	expect_error("/sys/firmware/efi/runtime-map/0", "0x2 pages");
}

#define test(name) cmocka_unit_test_teardown(name, release_machine)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(bios_machine),
		test(bios_machine_with_a_crash_reservation),
		test(uefi_machine),
		test(memory_that_runtime_services_use_is_not_usable),
		test(uefi_machine_with_a_crash_reservation),
		test(a_machine_with_more_ranges_than_boot_params_hold),
		test(plans_of_a_captured_machine_repeat),
		test(memory_that_the_running_kernel_was_told_not_to_use_stays_unused),
		test(a_masked_iomem_leaves_firmware_s_word),
		test(masked_and_without_a_firmware_map_nothing_is_usable),
		test(an_efi_map_that_was_added_is_in_iomem_only),
		test(a_xen_dom0_is_told_from_other_domains),
		test(the_new_place_of_a_file_is_read_first),
		test(a_firmware_with_only_the_newer_smbios),
		test(what_is_not_for_this_user_is_unknown_and_remembered),
		test(what_cannot_be_understood_is_named),
		test(a_firmware_range_that_ends_before_it_starts_is_refused),
		test(a_runtime_range_past_the_end_of_the_address_space_is_refused),
	};

	return cmocka_run_group_tests_name("x86_64 machine", tests, NULL, NULL);
}
