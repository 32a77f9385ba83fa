// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Drivers in a made-up kernel's memory, of either byte order: those that are found, lists that lead
 * nowhere or never end, and the same as text.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kexec/kallsyms.h"
#include "kexec/machine_live.h"
#include "tests/support/live.h"

#define FUNCTION 0xffffffff81002000

static struct live_kernel k;
static struct arena arena;
static struct error error;
static struct live_drivers drivers;
static struct btf btf;
static uint64_t pci;

static int end(void **state)
{
	arena_release(&arena);
	return 0;
}

static void begin(enum byte_order order, bool with_virtio)
{
	end(NULL);
	arena = (struct arena){0};
	error = (struct error){0};
	assert_true(btf_read(live_types(&k, order, with_virtio), NULL, &arena, &btf, &error));
	live_begin(&k);
	live_bus(&k, "usb", FUNCTION);
	pci = live_bus(&k, "pci", FUNCTION);
}

static bool read_drivers(const struct btf *virtio)
{
	const struct kernel_memory memory = live_memory(&k);

	return live_drivers_read(&memory, &btf, virtio, LIVE_BUS_KSET, &arena, &drivers, &error);
}

static const struct live_driver *found(enum driver_kind kind, const char *name)
{
	const struct live_driver *driver = live_drivers_find(&drivers, kind, name);

	assert_non_null(driver);
	return driver;
}

static void test_every_bus(void **state)
{
	for (int order = 0; order < 2; order++) {
		uint64_t platform, virtio;

		begin(order, true);
		platform = live_bus(&k, "platform", FUNCTION);
		virtio = live_bus(&k, "virtio", 0);
		live_add(&k, pci, DRIVER_PCI, "with", NULL, FUNCTION);
		live_add(&k, pci, DRIVER_PCI, "without", "mod_ule", 0);
		live_add(&k, platform, DRIVER_PLATFORM, "with", NULL, FUNCTION);
		live_add(&k, platform, DRIVER_PLATFORM, "without", NULL, 0);
		live_add(&k, virtio, DRIVER_VIRTIO, "with", NULL, FUNCTION);
		live_add(&k, virtio, DRIVER_VIRTIO, "without", NULL, 0);
		if (!read_drivers(&btf))
			fail_msg("%s", error.cause);
		assert_int_equal(drivers.count, 6);
		for (unsigned kind = 0; kind < DRIVER_BUS; kind++) {
			assert_int_equal(found(kind, "with")->shutdown, SHUTDOWN_WITH);
			assert_int_equal(found(kind, "with")->callback.address, FUNCTION);
			assert_int_equal(found(kind, "without")->shutdown, SHUTDOWN_WITHOUT);
			assert_null(found(kind, "with")->module);
		}
		assert_string_equal(found(DRIVER_PCI, "without")->module, "mod_ule");
		assert_int_equal(drivers.bus[DRIVER_PCI], SHUTDOWN_WITH);
		assert_int_equal(drivers.bus[DRIVER_VIRTIO], SHUTDOWN_WITHOUT);
		assert_null(live_drivers_find(&drivers, DRIVER_PCI, "other"));
	}
}

/* The types of a bus that is a module are its own. Without them there is a driver, and no answer.
 */
static void test_virtio_module(void **state)
{
	struct btf own;

	begin(LITTLE, false);
	live_add(&k, live_bus(&k, "virtio", 0), DRIVER_VIRTIO, "blk", "virtio_blk", FUNCTION);
	assert_true(read_drivers(&btf));
	assert_int_equal(found(DRIVER_VIRTIO, "blk")->shutdown, SHUTDOWN_UNKNOWN);
	assert_non_null(found(DRIVER_VIRTIO, "blk")->why);
	assert_true(btf_read(live_virtio_types(&k), &btf, &arena, &own, &error));
	assert_true(read_drivers(&own));
	assert_int_equal(found(DRIVER_VIRTIO, "blk")->shutdown, SHUTDOWN_WITH);
}

/* A bus without a callback leaves it to what is inside of each driver. */
static void test_inner_callback(void **state)
{
	uint64_t structure;

	begin(LITTLE, true);
	structure = live_add(&k, live_bus(&k, "virtio", 0), DRIVER_VIRTIO, "v", NULL, 0);
	live_put(&k, structure + 32, FUNCTION);
	structure = live_add(&k, pci, DRIVER_PCI, "p", NULL, 0);
	live_put(&k, structure + 32 + 32, FUNCTION);
	assert_true(read_drivers(&btf));
	assert_int_equal(found(DRIVER_VIRTIO, "v")->shutdown, SHUTDOWN_WITH);
	assert_int_equal(found(DRIVER_PCI, "p")->shutdown, SHUTDOWN_WITHOUT);
}

static void test_no_pci_driver(void **state)
{
	begin(LITTLE, true);
	live_put(&k, live_add(&k, pci, DRIVER_PCI, "odd", NULL, 0) + 16, LIVE_BASE);
	assert_true(read_drivers(&btf));
	assert_int_equal(found(DRIVER_PCI, "odd")->shutdown, SHUTDOWN_UNKNOWN);
}

static void expect_failure(const char *cause)
{
	assert_false(read_drivers(&btf));
	if (!strstr(error.cause, cause))
		fail_msg("\"%s\" was expected in \"%s\"", cause, error.cause);
}

/* Every word of the memory leads nowhere in turn, or back to itself. */
static void test_damaged(void **state)
{
	for (size_t at = 0; at < 1200; at += 8) {
		static const uint64_t values[] = {0, 1, LIVE_BASE, UINT64_MAX - 3,
						  LIVE_BASE + LIVE_SIZE};

		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			begin(LITTLE, true);
			live_add(&k, pci, DRIVER_PCI, "one", NULL, FUNCTION);
			live_add(&k, pci, DRIVER_PCI, "two", "mod", 0);
			live_put(&k, LIVE_BASE + at, i < 2 ? values[i] : values[i] + at);
			error = (struct error){0};
			if (!read_drivers(&btf))
				assert_true(error.cause[0]);
		}
	}
}

static void test_endless(void **state)
{
	begin(LITTLE, true);
	live_add(&k, pci, DRIVER_PCI, "one", NULL, FUNCTION);
	/* The list of buses: its second entry is its own successor. */
	live_put(&k, pci + 32 + 8 + 8, pci + 32 + 8);
	expect_failure("has more than");
}

static void test_no_memory(void **state)
{
	begin(LITTLE, true);
	live_put(&k, LIVE_BUS_KSET, 64);
	expect_failure("There is no memory at 0x50");
}

static void test_no_types(void **state)
{
	struct types types;

	begin(LITTLE, true);
	assert_true(btf_read(types_kernel(&types, LITTLE), NULL, &arena, &btf, &error));
	expect_failure("no struct kset with a member list");
}

static void test_names(void **state)
{
	char text[512];
	struct bytes kallsyms = {(const uint8_t *)text, 0};
	uint64_t address = 0, structure;

	begin(LITTLE, true);
	structure = live_add(&k, pci, DRIVER_PCI, "one", NULL, FUNCTION);
	live_add(&k, pci, DRIVER_PCI, "two", NULL, FUNCTION);
	kallsyms.size = (size_t)snprintf(text, sizeof(text),
					 "ffffffff81002000 t stop_it\t[mod]\n"
					 "rubbish\n"
					 "ffffffff81002000 t alias\n"
					 "%016llx d one_driver\n"
					 "ffffffff82000000 b bus_kset\t[other]\n"
					 "ffffffff82000010 b bus_kset\n"
					 "ffffffff82000018 b twice\n"
					 "ffffffff82000020 b twice\n"
					 "0000000000000000 b hidden",
					 (unsigned long long)structure);
	assert_true(read_drivers(&btf));
	assert_true(live_drivers_name(&drivers, kallsyms, &arena, &error));
	assert_string_equal(found(DRIVER_PCI, "one")->structure.name, "one_driver");
	assert_string_equal(found(DRIVER_PCI, "one")->callback.name, "stop_it");
	assert_string_equal(found(DRIVER_PCI, "two")->callback.name, "stop_it");
	assert_null(found(DRIVER_PCI, "two")->structure.name);
	assert_true(kallsyms_address(kallsyms, "bus_kset", &address));
	assert_int_equal(address, 0xffffffff82000010);
	assert_false(kallsyms_address(kallsyms, "twice", &address));
	assert_false(kallsyms_address(kallsyms, "hidden", &address));
	assert_false(kallsyms_address(kallsyms, "absent", &address));
}

/* What is written down is read again as it was. */
static void test_text(void **state)
{
	struct machine_live live = {0};
	const char *unseen;
	size_t size;
	char *text;
	FILE *out;

	begin(LITTLE, false);
	live_add(&k, pci, DRIVER_PCI, "with a blank", "mod", FUNCTION);
	live_add(&k, live_bus(&k, "virtio", FUNCTION), DRIVER_VIRTIO, "v", NULL, 0);
	assert_true(read_drivers(&btf));
	drivers.list[0].callback.name = "stop_it";
	live.drivers = drivers;
	out = open_memstream(&text, &size);
	assert_non_null(out);
	machine_live_write(out, &live);
	fclose(out);
	assert_string_equal(
		text, "bus\tpci\tyes\nbus\tplatform\tunknown\nbus\tvirtio\tyes\n"
		      "driver\tpci\tyes\tmod\t\tstop_it\twith a blank\t\n"
		      "driver\tvirtio\tunknown\t\t\t\tv\tno BTF says how its structure looks\n");
	assert_true(live_drivers_parse((struct bytes){(uint8_t *)text, size}, &arena, &drivers,
				       &unseen, &error));
	free(text);
	assert_null(unseen);
	assert_int_equal(drivers.count, 2);
	assert_int_equal(drivers.bus[DRIVER_VIRTIO], SHUTDOWN_WITH);
	assert_string_equal(found(DRIVER_PCI, "with a blank")->module, "mod");
	assert_string_equal(found(DRIVER_PCI, "with a blank")->callback.name, "stop_it");
	assert_string_equal(found(DRIVER_VIRTIO, "v")->why, "no BTF says how its structure looks");
}

static void test_wrong_text(void **state)
{
	static const char *const texts[] = {
		"driver\tpci\tyes\t\t\t\t\n",
		"driver\tpci\tperhaps\t\t\t\tn\n",
		"driver\tisa\tyes\t\t\t\tn\n",
		"driver\tpci\tno\t\t\tf\tn\n",
		"bus\tpci\n",
		"bus\n",
		"unseen\n",
		"other\n",
		"\n",
		"driver\tpci\tyes\t\t\t\tn\x1b\n",
		"driver\tpci\tyes\t\t\t\tn\t\tone\tmore\n",
	};
	const char *unseen;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		error = (struct error){0};
		assert_false(live_drivers_parse(
			(struct bytes){(const uint8_t *)texts[i], strlen(texts[i])}, &arena,
			&drivers, &unseen, &error));
		assert_non_null(strstr(error.cause, "Line 1"));
	}
	assert_false(live_drivers_parse((struct bytes){(const uint8_t *)"bus\0", 5}, &arena,
					&drivers, &unseen, &error));
	assert_true(live_drivers_parse((struct bytes){(const uint8_t *)"unseen\tNot here.", 16},
				       &arena, &drivers, &unseen, &error));
	assert_string_equal(unseen, "Not here.");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, end)
	const struct CMUnitTest tests[] = {
		TEST(test_every_bus),	  TEST(test_virtio_module), TEST(test_inner_callback),
		TEST(test_no_pci_driver), TEST(test_damaged),	    TEST(test_endless),
		TEST(test_no_memory),	  TEST(test_no_types),	    TEST(test_names),
		TEST(test_text),	  TEST(test_wrong_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
