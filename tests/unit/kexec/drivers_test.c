// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules made by hand for all four processors: the drivers found, and what is said of them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <elf.h>

#include "kexec/drivers.h"
#include "tests/support/module.h"
#include "tests/support/types.h"

#define TEXT_SYMBOL 1
#define DATA_SYMBOL 2
#define STRINGS_SYMBOL 3

static struct types kernel, own;
static struct module m;
static struct btf btf;
static struct driver_layouts layouts;
static struct driver_module found;
static struct arena arena;
static struct error error;

static void kernel_of(enum byte_order order)
{
	if (!btf_read(types_kernel(&kernel, order), NULL, &arena, &btf, &error))
		fail_msg("%s", error.cause);
	driver_layouts_read(&btf, &layouts);
}

static void begin(uint16_t machine, enum byte_order order)
{
	kernel_of(order);
	module_begin(&m, machine, order, 512);
	/* Something in front, so that no offset is 0. */
	module_string(&m, "other");
}

/* A pci_driver of types_kernel() at offset `at` of .data; NULL: it has no symbol of its own. */
static void add_pci(const char *symbol, const char *name, uint64_t at, bool shutdown)
{
	if (symbol)
		module_symbol(&m, symbol, IN_DATA, at, 72);
	module_pointer(&m, at + 16, STRINGS_SYMBOL, module_string(&m, name));
	module_pointer(&m, at + 32, TEXT_SYMBOL, 16);
	module_pointer(&m, at + 24, STRINGS_SYMBOL, 0);
	if (shutdown)
		module_pointer(&m, at + 56, TEXT_SYMBOL, 64);
}

static void read_module(void)
{
	struct bytes file = module_finish(&m);
	struct arena scratch = { 0 };

	if (!driver_module_read(file, &btf, &layouts, &arena, &scratch, &found, &error))
		fail_msg("%s", error.cause);
	arena_release(&scratch);
	/* What was found does not look into the file. */
	memset(m.file, 0xff, sizeof(m.file));
}

static const struct driver *driver(const char *name)
{
	for (size_t i = 0; i < found.count; i++)
		if (!strcmp(found.drivers[i].name, name))
			return &found.drivers[i];
	fail_msg("%s was not found", name);
	return NULL;
}

static const struct {
	uint16_t machine;
	enum byte_order order;
} machines[] = {
	{ EM_X86_64, LITTLE }, { EM_AARCH64, LITTLE }, { EM_PPC64, LITTLE }, { EM_S390, BIG },
};

/* One module with two drivers, one with the callback and one without, as sfc has them. */
static void test_two_drivers_on_every_processor(void **state)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		begin(machines[i].machine, machines[i].order);
		module_symbol(&m, "__pci_register_driver", IN_NOTHING, 0, 0);
		module_symbol(&m, "first_shutdown", IN_TEXT, 64, 8);
		add_pci("first_driver", "first", 8, true);
		add_pci("second_driver", "second", 96, false);
		read_module();
		assert_int_equal(found.count, 2);
		assert_int_equal(driver("first")->shutdown, SHUTDOWN_WITH);
		assert_string_equal(driver("first")->callback, "first_shutdown");
		assert_string_equal(driver("first")->symbol, "first_driver");
		assert_string_equal(driver("first")->section, ".data");
		assert_int_equal(driver("first")->offset, 8);
		assert_int_equal(driver("first")->kind, DRIVER_PCI);
		assert_true(driver("first")->registers);
		assert_int_equal(driver("second")->shutdown, SHUTDOWN_WITHOUT);
		assert_null(driver("second")->callback);
	}
}

static void test_platform_drivers_by_the_name_inside(void **state)
{
	begin(EM_AARCH64, LITTLE);
	module_symbol(&m, "__platform_driver_register", IN_NOTHING, 0, 0);
	module_symbol(&m, "driver", IN_DATA, 64, 56);
	module_pointer(&m, 64 + 16, STRINGS_SYMBOL, module_string(&m, "soc-thing"));
	module_pointer(&m, 64 + 8, TEXT_SYMBOL, 32);
	/* Only a name: the probe function came with the call that registered it. */
	module_symbol(&m, "plain", IN_DATA, 128, 56);
	module_pointer(&m, 128 + 16, STRINGS_SYMBOL, module_string(&m, "plain-thing"));
	read_module();
	assert_int_equal(found.count, 2);
	assert_int_equal(driver("soc-thing")->shutdown, SHUTDOWN_WITH);
	assert_int_equal(driver("soc-thing")->kind, DRIVER_PLATFORM);
	assert_int_equal(driver("plain-thing")->shutdown, SHUTDOWN_WITHOUT);
}

/* A callback in another module is named by the relocation. */
static void test_imported_callback(void **state)
{
	begin(EM_X86_64, LITTLE);
	module_symbol(&m, "__pci_register_driver", IN_NOTHING, 0, 0);
	add_pci("hcd_driver", "xhci_hcd", 0, false);
	module_pointer(&m, 56, module_symbol(&m, "usb_hcd_pci_shutdown", IN_NOTHING, 0, 0), 0);
	read_module();
	assert_int_equal(driver("xhci_hcd")->shutdown, SHUTDOWN_WITH);
	assert_string_equal(driver("xhci_hcd")->callback, "usb_hcd_pci_shutdown");
}

static void test_stripped_symbols(void **state)
{
	begin(EM_X86_64, LITTLE);
	module_symbol(&m, "__pci_register_driver", IN_NOTHING, 0, 0);
	add_pci(NULL, "bare", 200, true);
	read_module();
	assert_int_equal(found.count, 1);
	assert_int_equal(driver("bare")->shutdown, SHUTDOWN_WITH);
	assert_null(driver("bare")->symbol);
	assert_int_equal(driver("bare")->offset, 200);
}

/* ssb: everything but the name and the table of devices is filled in when the module runs. */
static void test_filled_in_later(void **state)
{
	begin(EM_X86_64, LITTLE);
	module_symbol(&m, "__pci_register_driver", IN_NOTHING, 0, 0);
	module_symbol(&m, "bridge", IN_DATA, 0, 72);
	module_pointer(&m, 16, STRINGS_SYMBOL, module_string(&m, "bridge"));
	read_module();
	assert_int_equal(driver("bridge")->shutdown, SHUTDOWN_UNKNOWN);
	assert_non_null(driver("bridge")->why);
}

/* Structures of the right size that are something else. */
static void test_lookalikes(void **state)
{
	begin(EM_X86_64, LITTLE);
	module_symbol(&m, "__pci_register_driver", IN_NOTHING, 0, 0);
	/* A function where a table should be. */
	add_pci("operations", "operations", 0, true);
	module_pointer(&m, 64, TEXT_SYMBOL, 0);
	/* A pointer where the kernel has a number. */
	add_pci("numbers", "numbers", 80, true);
	module_pointer(&m, 80 + 40, DATA_SYMBOL, 0);
	/* A pointer across two words. */
	add_pci("crooked", "crooked", 160, true);
	module_pointer(&m, 160 + 44, TEXT_SYMBOL, 0);
	/* No name; a name that is none; a name behind the end. */
	module_symbol(&m, "nameless", IN_DATA, 240, 72);
	module_pointer(&m, 240 + 32, TEXT_SYMBOL, 0);
	add_pci("odd", "\x1b[31m", 320, true);
	module_symbol(&m, "outside", IN_DATA, 400, 72);
	module_pointer(&m, 400 + 16, STRINGS_SYMBOL, 100000);
	/* A symbol that reaches past the end of its section. */
	module_symbol(&m, "long", IN_DATA, 480, 72);
	module_pointer(&m, 480 + 16, STRINGS_SYMBOL, 0);
	read_module();
	assert_int_equal(found.count, 0);
}

/* comedi: another module's function registers them. */
static void test_registered_elsewhere(void **state)
{
	begin(EM_PPC64, LITTLE);
	add_pci("comedi_driver", "comedi", 0, true);
	/* Without a table of devices it might be anything. */
	module_symbol(&m, "other_driver", IN_DATA, 96, 72);
	module_pointer(&m, 96 + 16, STRINGS_SYMBOL, 0);
	module_pointer(&m, 96 + 32, TEXT_SYMBOL, 0);
	read_module();
	assert_int_equal(found.count, 1);
	assert_false(driver("comedi")->registers);
	assert_int_equal(driver("comedi")->shutdown, SHUTDOWN_WITH);
}

static void test_virtio_types_in_the_module(void **state)
{
	for (int with = 0; with < 2; with++) {
		begin(EM_S390, BIG);
		m.btf = types_virtio(&own, &kernel, with);
		module_symbol(&m, "register_virtio_driver", IN_NOTHING, 0, 0);
		module_symbol(&m, "virtio_net_driver", IN_DATA, 16, with ? 56 : 48);
		module_pointer(&m, 16, STRINGS_SYMBOL, module_string(&m, "virtio_net"));
		module_pointer(&m, 16 + 40, TEXT_SYMBOL, 0);
		if (with)
			module_pointer(&m, 16 + 48, TEXT_SYMBOL, 8);
		read_module();
		assert_int_equal(found.count, 1);
		assert_int_equal(driver("virtio_net")->kind, DRIVER_VIRTIO);
		assert_int_equal(driver("virtio_net")->shutdown,
				 with ? SHUTDOWN_WITH : SHUTDOWN_WITHOUT);
		assert_false(found.unreadable[DRIVER_VIRTIO]);
	}
}

/* A module that was built apart has its own base, which leaves members to the kernel's types. */
static void test_virtio_types_apart(void **state)
{
	for (int i = 0; i < 4; i++) {
		bool fits = i & 1;
		enum byte_order order = i & 2 ? BIG : LITTLE;
		struct types small;

		begin(i & 2 ? EM_S390 : EM_X86_64, order);
		m.btf = types_virtio_apart(&own, &small, order, fits ? 32 : 40, &m.btf_base);
		module_symbol(&m, "register_virtio_driver", IN_NOTHING, 0, 0);
		module_symbol(&m, "virtio_net_driver", IN_DATA, 16, 56);
		module_pointer(&m, 16, STRINGS_SYMBOL, module_string(&m, "virtio_net"));
		module_pointer(&m, 16 + 40, TEXT_SYMBOL, 0);
		module_pointer(&m, 16 + 48, TEXT_SYMBOL, 8);
		read_module();
		assert_int_equal(found.unreadable[DRIVER_VIRTIO], !fits);
		assert_int_equal(found.count, fits);
		if (fits)
			assert_int_equal(driver("virtio_net")->shutdown, SHUTDOWN_WITH);
	}
}

static void test_virtio_without_types_is_unknown(void **state)
{
	begin(EM_X86_64, LITTLE);
	module_symbol(&m, "register_virtio_driver", IN_NOTHING, 0, 0);
	read_module();
	assert_int_equal(found.count, 0);
	assert_true(found.unreadable[DRIVER_VIRTIO]);
	assert_false(found.unreadable[DRIVER_PCI]);
}

static void test_bus(void **state)
{
	begin(EM_X86_64, LITTLE);
	module_symbol(&m, "bus_register", IN_NOTHING, 0, 0);
	module_symbol(&m, "virtio_bus", IN_DATA, 40, 40);
	module_pointer(&m, 40, STRINGS_SYMBOL, module_string(&m, "virtio"));
	module_pointer(&m, 48, TEXT_SYMBOL, 0);
	module_pointer(&m, 56, TEXT_SYMBOL, 0);
	read_module();
	assert_int_equal(driver("virtio")->kind, DRIVER_BUS);
	assert_int_equal(driver("virtio")->shutdown, SHUTDOWN_WITH);
}

static void test_origin(void **state)
{
	for (int i = 0; i < 4; i++) {
		begin(EM_X86_64, LITTLE);
		m.in_tree = i & 1;
		m.is_signed = i & 2;
		read_module();
		assert_int_equal(found.in_tree, i & 1);
		assert_int_equal(found.is_signed, !!(i & 2));
	}
}

static void expect_refused(struct bytes file, const char *words)
{
	struct arena scratch = { 0 };

	error = (struct error){ 0 };
	assert_false(driver_module_read(file, &btf, &layouts, &arena, &scratch, &found, &error));
	if (!strstr(error.cause, words))
		fail_msg("\"%s\" was expected in \"%s\"", words, error.cause);
	arena_release(&scratch);
}

static void test_refused_files(void **state)
{
	static const uint8_t text[] =
		"this is no module at all, only text that is long enough for one";
	struct bytes file;

	begin(EM_X86_64, LITTLE);
	file = module_finish(&m);
	expect_refused((struct bytes){ text, sizeof(text) }, "not an ELF file");
	m.file[18] = EM_RISCV;
	expect_refused(file, "machine 243");
	m.file[18] = EM_X86_64;
	m.file[16] = ET_DYN;
	expect_refused(file, "type 3");
}

/* Each byte of a module damaged, and each length: it is read or refused, and never harms. */
static void test_damage(void **state)
{
	struct bytes file;
	uint8_t *copy;

	begin(EM_S390, BIG);
	module_symbol(&m, "__pci_register_driver", IN_NOTHING, 0, 0);
	add_pci("a_driver", "a", 8, true);
	file = module_finish(&m);
	copy = malloc(file.size);
	assert_non_null(copy);
	for (size_t i = 0; i < 2 * file.size; i++) {
		struct arena results = { 0 }, scratch = { 0 };
		size_t size = i < file.size ? file.size : i - file.size;

		memcpy(copy, file.data, file.size);
		if (i < file.size)
			copy[i] ^= 0xff;
		error = (struct error){ 0 };
		if (!driver_module_read((struct bytes){copy, size}, &btf, &layouts, &results,
					&scratch, &found, &error))
			assert_true(error.cause[0]);
		arena_release(&results);
		arena_release(&scratch);
	}
	free(copy);
}

static int release(void **state)
{
	arena_release(&arena);
	arena = (struct arena){ 0 };
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_drivers_on_every_processor),
		cmocka_unit_test(test_platform_drivers_by_the_name_inside),
		cmocka_unit_test(test_imported_callback),
		cmocka_unit_test(test_stripped_symbols),
		cmocka_unit_test(test_filled_in_later),
		cmocka_unit_test(test_lookalikes),
		cmocka_unit_test(test_registered_elsewhere),
		cmocka_unit_test(test_virtio_types_in_the_module),
		cmocka_unit_test(test_virtio_types_apart),
		cmocka_unit_test(test_virtio_without_types_is_unknown),
		cmocka_unit_test(test_bus),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_refused_files),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
