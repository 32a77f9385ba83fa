// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --check=drivers over trees of made-up modules, packed in each way, with their kernel in each
 * place where it is looked for: the table, the JSON, and what is said when something cannot be
 * read.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <elf.h>

#include "kexec/check.h"
#include "tests/images/pack.h"
#include "tests/support/module.h"
#include "tests/support/tree.h"
#include "tests/support/types.h"

#define RELEASE "9.8.7-test"
#define MODULES "/lib/modules/" RELEASE

static struct tree tree;
static struct types types;
static struct module m;
static struct arena arena;
static struct error error;
static char *output;

static int begin(void **state)
{
	tree_create(&tree);
	/* A machine that runs something else. */
	tree_text(&tree, "/root/proc/sys/kernel/osrelease", "1.2.3\n");
	error = (struct error){ 0 };
	return 0;
}

static int end(void **state)
{
	tree_destroy(&tree);
	arena_release(&arena);
	arena = (struct arena){ 0 };
	free(output);
	output = NULL;
	return 0;
}

static struct bytes module_of(const char *driver, bool shutdown)
{
	module_begin(&m, EM_X86_64, LITTLE, 128);
	module_symbol(&m, "__pci_register_driver", IN_NOTHING, 0, 0);
	module_symbol(&m, "stop_it", IN_TEXT, 64, 8);
	module_symbol(&m, "driver", IN_DATA, 0, 72);
	module_pointer(&m, 16, 3, module_string(&m, driver));
	module_pointer(&m, 24, 2, 0);
	module_pointer(&m, 32, 1, 16);
	if (shutdown)
		module_pointer(&m, 56, 1, 64);
	return module_finish(&m);
}

static void write_packed(const char *path, struct bytes bytes, const char *format)
{
	size_t size;
	uint8_t *packed = pack(format, bytes.data, bytes.size, &size);

	assert_non_null(packed);
	tree_file(&tree, path, packed, size);
	free(packed);
}

static void write_module(const char *name, const char *driver, bool shutdown)
{
	struct bytes file = module_of(driver, shutdown);
	char path[128];

	snprintf(path, sizeof(path), MODULES "/kernel/drivers/%s", name);
	tree_file(&tree, path, file.data, file.size);
}

/* A flat image with the types somewhere inside. */
static struct bytes kernel_image(void)
{
	static uint8_t image[65536];
	struct bytes blob = types_kernel(&types, LITTLE);

	memset(image, 0x90, sizeof(image));
	memcpy(image + 40000, blob.data, blob.size);
	return (struct bytes){ image, sizeof(image) };
}

static void write_kernel(const char *path)
{
	struct bytes image = kernel_image();

	tree_file(&tree, path, image.data, image.size);
}

static bool check(unsigned forms, const char *modules, const char *kernel)
{
	char root_path[64], modules_path[128], kernel_path[128];
	struct options options = { .check = CHECK_DRIVERS | forms, .modules = modules_path };
	struct sysroot root;
	size_t size;
	FILE *out;
	bool done;

	snprintf(root_path, sizeof(root_path), "%s/root", tree.path);
	snprintf(modules_path, sizeof(modules_path), "%s%s", tree.path, modules);
	if (kernel) {
		snprintf(kernel_path, sizeof(kernel_path), "%s%s", tree.path, kernel);
		options.kernel = kernel_path;
	}
	free(output);
	output = NULL;
	out = open_memstream(&output, &size);
	assert_non_null(out);
	assert_true(sysroot_open(&root, root_path, &error));
	done = check_drivers(out, &root, &options, &arena, &error);
	sysroot_close(&root);
	fclose(out);
	return done;
}

static void expect_output(const char *words)
{
	if (!strstr(output, words))
		fail_msg("\"%s\" was expected in:\n%s", words, output);
}

static void expect_error(const char *words)
{
	if (!strstr(error.cause, words))
		fail_msg("\"%s\" was expected in \"%s\"", words, error.cause);
}

static void test_table(void **state)
{
	write_kernel("/boot/vmlinuz-" RELEASE);
	write_module("good.ko", "good", true);
	write_module("bad.ko", "bad", false);
	write_module("worse.ko", "a-worse", false);
	if (!check(0, MODULES, NULL))
		fail_msg("%s", error.cause);
	assert_string_equal(output,
			    "SHUTDOWN  BUS       DRIVER                          MODULE\n"
			    "no        pci       a-worse                         worse\n"
			    "no        pci       bad                             bad\n"
			    "yes       pci       good                            good\n"
			    "\n"
			    "pci: 3 drivers, 1 with a shutdown callback, 2 without\n"
			    "platform: 0 drivers, 0 with a shutdown callback, 0 without\n"
			    "virtio: 0 drivers, 0 with a shutdown callback, 0 without\n");
}

static void test_json(void **state)
{
	write_kernel("/boot/vmlinuz-" RELEASE);
	write_module("good.ko", "good", true);
	assert_true(check(CHECK_JSON, MODULES, NULL));
	expect_output("{\n  \"version\": 1,\n");
	expect_output(
		"      \"name\": \"pci_driver\",\n      \"size\": 72,\n      \"name_at\": 16,\n"
		"      \"shutdown_at\": 56\n");
	expect_output(
		"      \"bus\": \"pci\",\n      \"name\": \"good\",\n      \"module\": \"good\",\n"
		"      \"shutdown\": true,\n      \"why\": null,\n"
		"      \"callback\": \"stop_it\",\n      \"symbol\": \"driver\",\n"
		"      \"section\": \".data\",\n      \"offset\": 0,\n      \"registers\": true\n");
	expect_output("\"unreadable\": []");
}

static void test_every_compression(void **state)
{
	char path[128];

	for (const char *const *format = pack_formats; *format; format++) {
		const char *ending = !strcmp(*format, "gzip") ? "gz"
				     : !strcmp(*format, "xz") ? "xz"
							      : "zst";

		if (!strcmp(*format, "lzma"))
			continue;
		snprintf(path, sizeof(path), "/boot/vmlinuz-" RELEASE);
		write_packed(path, kernel_image(), *format);
		snprintf(path, sizeof(path), MODULES "/extra/m-%s.ko.%s", ending, ending);
		write_packed(path, module_of(ending, true), *format);
		assert_true(check(0, MODULES, NULL));
		snprintf(path, sizeof(path), "yes       pci       %-30s  m-%s\n", ending, ending);
		expect_output(path);
	}
}

/* bzImage: a stub, the stream, and something behind it. */
static void test_kernel_inside_a_kernel(void **state)
{
	static uint8_t image[100000];
	struct bytes inner = kernel_image();
	uint8_t *packed;
	size_t size;

	if (!*pack_formats)
		return;
	packed = pack(pack_formats[0], inner.data, inner.size, &size);
	assert_true(packed && size < 50000);
	memset(image, 0x77, sizeof(image));
	memcpy(image + 7777, packed, size);
	free(packed);
	tree_file(&tree, "/kernel", image, sizeof(image));
	write_module("good.ko", "good", true);
	if (!check(0, MODULES, "/kernel"))
		fail_msg("%s", error.cause);
	expect_output("1 with a shutdown callback");
}

static void test_places_of_the_kernel(void **state)
{
	static const char *const places[] = {
		MODULES "/vmlinuz", "/boot/vmlinux-" RELEASE, "/boot/Image-" RELEASE,
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		end(state);
		begin(state);
		write_module("good.ko", "good", true);
		assert_false(check(0, MODULES, NULL));
		expect_error("was not found");
		assert_non_null(strstr(error.remedy, "Name the kernel"));
		write_kernel(places[i]);
		if (!check(0, MODULES "//", NULL))
			fail_msg("%s: %s", places[i], error.cause);
	}
}

static void test_running_kernel(void **state)
{
	struct bytes blob = types_kernel(&types, LITTLE);

	write_module("good.ko", "good", true);
	tree_file(&tree, "/root/sys/kernel/btf/vmlinux", blob.data, blob.size);
	/* Another kernel's types are not used. */
	assert_false(check(0, MODULES, NULL));
	tree_text(&tree, "/root/proc/sys/kernel/osrelease", RELEASE "\n");
	assert_true(check(CHECK_JSON, MODULES, NULL));
	expect_output("\"types\": \"/sys/kernel/btf/vmlinux\"");
}

static void test_unreadable_module(void **state)
{
	write_kernel("/boot/vmlinuz-" RELEASE);
	write_module("good.ko", "good", true);
	tree_text(&tree, MODULES "/broken.ko", "text");
	assert_false(check(0, MODULES, NULL));
	expect_output("yes       pci       good");
	expect_error("not complete: 1 of the modules");
	expect_error("broken.ko: It is not an ELF file");
	assert_false(check(CHECK_JSON, MODULES, NULL));
	expect_output("/broken.ko\",\n      \"why\": \"It is not an ELF file.\"");
}

static void test_refusals(void **state)
{
	tree_text(&tree, "/kernel", "no types in here");
	write_kernel("/good-kernel");
	tree_text(&tree, "/empty/file", "nothing");
	write_module("good.ko", "good", true);
	assert_false(check(0, MODULES, "/kernel"));
	expect_error("has no BTF");
	assert_false(check(0, MODULES, "/nowhere"));
	expect_error("/nowhere cannot be opened");
	assert_false(check(0, "/empty", "/good-kernel"));
	expect_error("There is no module below");
	assert_false(check(0, "/absent", "/good-kernel"));
	expect_error("/absent cannot be read");
}

/* Names as long as they come, and of letters that a terminal counts differently: 80 columns. */
static void test_width(void **state)
{
	write_kernel("/boot/vmlinuz-" RELEASE);
	write_module("a-module-with-a-name-that-is-as-long-as-any-that-was-ever-seen.ko",
		     "a driver whose name is longer than any of those that were seen so far",
		     false);
	write_module("short.ko", "Gr\xc3\xbc\xc3\x9f" "e \xff\xfe", false);
	assert_true(check(0, MODULES, NULL));
	for (char *line = strtok(output, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80 + 2);
}

static void test_words(void **state)
{
	unsigned set = 0;

	assert_true(check_parse("drivers", &set, &error));
	assert_int_equal(set, CHECK_DRIVERS);
	assert_true(check_parse("json,drivers", &set, &error));
	assert_int_equal(set, CHECK_DRIVERS | CHECK_JSON);
	assert_false(check_parse("driver", &set, &error));
	assert_false(check_parse("", &set, &error));
	assert_false(check_parse("drivers,", &set, &error));
	assert_int_equal(error.status, EXIT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, begin, end),
		cmocka_unit_test_setup_teardown(test_json, begin, end),
		cmocka_unit_test_setup_teardown(test_every_compression, begin, end),
		cmocka_unit_test_setup_teardown(test_kernel_inside_a_kernel, begin, end),
		cmocka_unit_test_setup_teardown(test_places_of_the_kernel, begin, end),
		cmocka_unit_test_setup_teardown(test_running_kernel, begin, end),
		cmocka_unit_test_setup_teardown(test_unreadable_module, begin, end),
		cmocka_unit_test_setup_teardown(test_refusals, begin, end),
		cmocka_unit_test_setup_teardown(test_width, begin, end),
		cmocka_unit_test_setup_teardown(test_words, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
