// SPDX-License-Identifier: GPL-2.0-or-later
/* Drivers that are built into made-up kernels: those that are found, and those that could be
 * another's. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>

#include "kexec/kernel_drivers.h"
#include "tests/support/linked.h"
#include "tests/support/types.h"

#define FUNCTION (LINKED_TEXT + 64)

static struct linked l;
static struct types types;
static struct arena arena;
static struct error error;
static struct btf btf;
static struct driver found;

static int end(void **state)
{
	arena_release(&arena);
	return 0;
}

static void begin(uint16_t machine, enum byte_order order, bool moves)
{
	end(NULL);
	arena = (struct arena){0};
	assert_true(btf_read(types_kernel(&types, order), NULL, &arena, &btf, &error));
	linked_begin(&l, machine, order, moves);
}

static enum driver_shutdown look_for(enum driver_kind kind, const char *name)
{
	struct kernel_drivers kernel;

	assert_true(kernel_drivers_open(linked_finish(&l), &btf, &arena, &kernel, &error));
	assert_true(kernel_drivers_find(&kernel, kind, name, &arena, &found, &error));
	kernel_drivers_close(&kernel);
	assert_int_equal(found.shutdown == SHUTDOWN_UNKNOWN, found.why != NULL);
	return found.shutdown;
}

/* The offsets are those of types_kernel(). */
static void add_pci(uint64_t at, uint64_t name, bool shutdown)
{
	linked_word(&l, at + 16, name);
	linked_word(&l, at + 24, LINKED_DATA);
	linked_word(&l, at + 32, FUNCTION);
	if (shutdown)
		linked_word(&l, at + 56, FUNCTION + 8);
}

static void add_platform(uint64_t at, uint64_t name, bool shutdown)
{
	linked_word(&l, at, FUNCTION);
	linked_word(&l, at + 16, name);
	if (shutdown)
		linked_word(&l, at + 8, FUNCTION);
}

static void test_found(void **state)
{
	static const struct {
		uint16_t machine;
		enum byte_order order;
		bool moves;
	} kernels[] = {
		{EM_X86_64, LITTLE, false},
		{EM_PPC64, LITTLE, true},
		{EM_S390, BIG, true},
	};

	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		begin(kernels[i].machine, kernels[i].order, kernels[i].moves);
		add_pci(8, linked_text(&l, "with"), true);
		add_pci(104, linked_text(&l, "without"), false);
		add_platform(200, linked_text(&l, "platform-with"), true);
		add_platform(304, linked_text(&l, "platform-without"), false);
		assert_int_equal(look_for(DRIVER_PCI, "with"), SHUTDOWN_WITH);
		assert_string_equal(found.section, ".data");
		assert_int_equal(found.offset, 8);
		assert_int_equal(look_for(DRIVER_PCI, "without"), SHUTDOWN_WITHOUT);
		assert_int_equal(look_for(DRIVER_PLATFORM, "platform-with"), SHUTDOWN_WITH);
		assert_int_equal(look_for(DRIVER_PLATFORM, "platform-without"), SHUTDOWN_WITHOUT);
		assert_int_equal(look_for(DRIVER_PCI, "neither"), SHUTDOWN_UNKNOWN);
		assert_non_null(strstr(found.why, "was not found"));
		assert_int_equal(look_for(DRIVER_VIRTIO, "with"), SHUTDOWN_UNKNOWN);
		assert_non_null(strstr(found.why, "no BTF"));
	}
}

/* A text may be the end of a longer one. */
static void test_shared_text(void **state)
{
	begin(EM_X86_64, LITTLE, false);
	add_pci(8, linked_text(&l, "xhci_hcd") + 1, true);
	assert_int_equal(look_for(DRIVER_PCI, "hci_hcd"), SHUTDOWN_WITH);
	assert_int_equal(look_for(DRIVER_PCI, "xhci_hcd"), SHUTDOWN_UNKNOWN);
}

static void test_two_of_a_name(void **state)
{
	uint64_t name;

	begin(EM_X86_64, LITTLE, false);
	name = linked_text(&l, "same");
	add_pci(8, name, true);
	assert_int_equal(look_for(DRIVER_PCI, "same"), SHUTDOWN_WITH);
	/* Even one that only might become a driver. */
	linked_word(&l, 200 + 16, name);
	assert_int_equal(look_for(DRIVER_PCI, "same"), SHUTDOWN_UNKNOWN);
	assert_non_null(strstr(found.why, "more than one"));
}

static void test_filled_in_later(void **state)
{
	begin(EM_X86_64, LITTLE, false);
	linked_word(&l, 8 + 16, linked_text(&l, "later"));
	assert_int_equal(look_for(DRIVER_PCI, "later"), SHUTDOWN_UNKNOWN);
	assert_non_null(strstr(found.why, "when it runs"));
	assert_int_equal(look_for(DRIVER_PLATFORM, "later"), SHUTDOWN_UNKNOWN);
}

/* Something else with that name: a function where none can be, an object where there must be a
 * function. */
static void test_other_structures(void **state)
{
	static const struct {
		uint64_t at, value;
	} words[] = {
		{24, FUNCTION}, {32, LINKED_DATA},	  {56, 4711},
		{0, FUNCTION},	{48, LINKED_STRINGS + 1},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		begin(EM_X86_64, LITTLE, false);
		add_pci(8, linked_text(&l, "other"), true);
		linked_word(&l, 8 + words[i].at, words[i].value);
		assert_int_equal(look_for(DRIVER_PCI, "other"), SHUTDOWN_UNKNOWN);
	}
	/* A structure that the section is too small for. */
	begin(EM_X86_64, LITTLE, false);
	linked_word(&l, sizeof(l.data) - 8, linked_text(&l, "end"));
	assert_int_equal(look_for(DRIVER_PCI, "end"), SHUTDOWN_UNKNOWN);
}

static void test_no_kernel(void **state)
{
	static const uint8_t flat[64] = "MZ";
	struct kernel_drivers kernel;

	begin(EM_X86_64, LITTLE, false);
	assert_false(kernel_drivers_open((struct bytes){flat, sizeof(flat)}, &btf, &arena, &kernel,
					 &error));
	kernel_drivers_close(&kernel);
	linked_finish(&l);
	l.file[16] = ET_REL;
	assert_false(kernel_drivers_open((struct bytes){l.file, sizeof(l.file)}, &btf, &arena,
					 &kernel, &error));
	kernel_drivers_close(&kernel);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, end)
	const struct CMUnitTest tests[] = {
		TEST(test_found), TEST(test_shared_text), TEST(test_two_of_a_name),
		TEST(test_filled_in_later), TEST(test_other_structures), TEST(test_no_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
