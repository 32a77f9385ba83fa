// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which descriptors and bytes an image consists of, and the lines that callers match when one of
 * its files cannot be opened, for each system call.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/image.h"
#include "tests/images/images.h"
#include "tests/images/pack.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char directory[] = "/tmp/image_test.XXXXXX";
static char kernel[64], initrd[64], missing[64];
static uint8_t *content;
static size_t content_size;
static struct error error;

static void write_file(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

static int setup(void **state)
{
	if (!mkdtemp(directory))
		return -1;
	snprintf(kernel, sizeof(kernel), "%s/kernel", directory);
	snprintf(initrd, sizeof(initrd), "%s/initrd", directory);
	snprintf(missing, sizeof(missing), "%s/missing", directory);
	content = images_bzimage(&images_debian_bzimage, &content_size);
	return content ? 0 : -1;
}

static int teardown(void **state)
{
	free(content);
	unlink(kernel);
	unlink(initrd);
	return rmdir(directory);
}

static unsigned descriptors(void)
{
	DIR *open_now = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(open_now);
	while (readdir(open_now))
		count++;
	closedir(open_now);
	return count;
}

static void check_is_kernel(const struct image *image)
{
	assert_int_equal(image_kernel(image).size, content_size);
	assert_memory_equal(image_kernel(image).data, content, content_size);
}

static void test_hands_on_the_file_itself(void **state)
{
	const struct options options = { .kernel = kernel };
	unsigned before = descriptors();
	struct image image;

	write_file(kernel, content, content_size);
	assert_true(image_open(&image, &options, &error));
	check_is_kernel(&image);
	assert_null(image.compression);
	assert_int_equal(image_kernel_fd(&image), image.kernel_file.fd);
	assert_int_equal(image.initrd.fd, -1);
	assert_int_equal(image.dtb.fd, -1);
	assert_int_equal(descriptors(), before + 1);
	image_close(&image);
	assert_int_equal(descriptors(), before);
}

static void test_unpacks_the_kernel_only(void **state)
{
	const struct options options = { .kernel = kernel, .initrd = initrd };
	unsigned before = descriptors();
	struct image image;
	uint8_t *packed;
	size_t size;

	for (const char *const *format = pack_formats; *format; format++) {
		packed = pack(*format, content, content_size, &size);
		assert_non_null(packed);
		write_file(kernel, packed, size);
		write_file(initrd, packed, size);
		assert_true(image_open(&image, &options, &error));
		check_is_kernel(&image);
		assert_string_equal(image.compression, *format);
		assert_int_equal(image_kernel_fd(&image), image.kernel_unpacked.fd);
		assert_int_equal(lseek(image_kernel_fd(&image), 0, SEEK_END), content_size);
		assert_int_equal(image.initrd.bytes.size, size);
		assert_memory_equal(image.initrd.bytes.data, packed, size);
		image_close(&image);
		free(packed);
	}
	assert_int_equal(descriptors(), before);
}

/* `headline` is a format, for the missing file and the kernel. */
static void refused(const struct options *options, int status, const char *headline, ...)
{
	unsigned before = descriptors();
	struct image image;
	char expected[512];
	va_list args;

	va_start(args, headline);
	vsnprintf(expected, sizeof(expected), headline, args);
	va_end(args);
	error = (struct error){ 0 };
	assert_false(image_open(&image, options, &error));
	assert_string_equal(error.headline, expected);
	assert_int_equal(error.status ? error.status : EXIT_FAILED, status);
	assert_string_not_equal(error.cause, "");
	assert_int_equal(descriptors(), before);
}

static void test_says_what_callers_match_for_a_kernel(void **state)
{
	struct options options = { .kernel = missing };

	refused(&options, 255, "Failed to open file %s:No such file or directory", missing);
	options.call = CALL_FILE;
	refused(&options, 255, "Failed to open file %s:No such file or directory", missing);
	options.call = CALL_SEGMENTS;
	refused(&options, 1, "Cannot open `%s': No such file or directory", missing);
	options = (struct options){ .kernel = "" };
	refused(&options, 255, "Failed to open file :No such file or directory");
	options.kernel = directory;
	refused(&options, 255, "Cannot determine the file type of %s", directory);
}

static void test_says_what_callers_match_for_an_initrd(void **state)
{
	struct options options = { .kernel = kernel, .initrd = missing };

	write_file(kernel, content, content_size);
	refused(&options, 255,
		"Could not open initrd file %s:No such file or directory\nCannot load %s", missing,
		kernel);
	options.call = CALL_FILE;
	refused(&options, 255,
		"Could not open initrd file %s:No such file or directory\nCannot load %s", missing,
		kernel);
	options.call = CALL_SEGMENTS;
	refused(&options, 1, "Cannot open `%s': No such file or directory", missing);
	options.initrd = directory;
	refused(&options, 255, "Cannot load %s", kernel);
}

static void test_opens_a_device_tree_where_it_counts(void **state)
{
	struct options options = { .kernel = kernel, .dtb = missing };
	struct image image;

	write_file(kernel, content, content_size);
	refused(&options, 1, "Cannot open `%s': No such file or directory", missing);
	options.call = CALL_FILE;
	assert_true(image_open(&image, &options, &error));
	image_close(&image);
	options = (struct options){ .kernel = kernel, .dtb = kernel };
	assert_true(image_open(&image, &options, &error));
	assert_int_equal(image.dtb.bytes.size, content_size);
	image_close(&image);
}

static void test_refuses_a_kernel_that_is_cut_short(void **state)
{
	const struct options options = { .kernel = kernel };
	uint8_t *packed;
	size_t size;

	for (const char *const *format = pack_formats; *format; format++) {
		packed = pack(*format, content, content_size, &size);
		assert_non_null(packed);
		write_file(kernel, packed, size - 1);
		free(packed);
		refused(&options, 255, "Cannot determine the file type of %s", kernel);
		assert_non_null(strstr(error.cause, *format));
		assert_non_null(strstr(error.cause, "is cut short"));
	}
	write_file(kernel, "\x02\x21\x4c\x18 and so on", 14);
	refused(&options, 255, "Cannot determine the file type of %s", kernel);
	assert_non_null(strstr(error.cause, "lz4"));
}

static void check_modules(const struct options *options)
{
	unsigned before = descriptors();
	struct image image;

	assert_true(image_open(&image, options, &error));
	assert_int_equal(image.module_count, 0);
	assert_true(image_open_modules(&image, options, &error));
	assert_int_equal(image.module_count, 2);
	assert_string_equal(image.modules[0].file.path, initrd);
	assert_string_equal(image.modules[0].line, options->module.items[0]);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(image_module_bytes(&image.modules[i]).size, content_size);
		assert_memory_equal(image_module_bytes(&image.modules[i]).data, content,
				    content_size);
	}
	image_close(&image);
	assert_int_equal(descriptors(), before);
}

static void refused_modules(const struct options *options, bool absent, const char *path)
{
	unsigned before = descriptors();
	struct image image;
	char expected[512];

	snprintf(expected, sizeof(expected),
		 absent ? "Cannot open `%s': No such file or directory" : "Cannot load %s", path);
	error = (struct error){ 0 };
	assert_true(image_open(&image, options, &error));
	assert_false(image_open_modules(&image, options, &error));
	assert_string_equal(error.headline, expected);
	assert_string_not_equal(error.cause, "");
	image_close(&image);
	assert_int_equal(descriptors(), before);
}

static void test_opens_modules_up_to_the_blank_and_unpacks_them(void **state)
{
	struct options options = { .kernel = kernel, .module = { .count = 2 } };
	char line[96], nothing[96];
	struct image image;
	size_t size;

	write_file(kernel, content, content_size);
	write_file(initrd, content, content_size);
	snprintf(line, sizeof(line), "%s one  two", initrd);
	options.module.items[0] = line;
	options.module.items[1] = kernel;
	check_modules(&options);
	for (const char *const *format = pack_formats; *format; format++) {
		uint8_t *packed = pack(*format, content, content_size, &size);

		assert_non_null(packed);
		write_file(initrd, packed, size);
		check_modules(&options);
		write_file(initrd, packed, size / 2);
		refused_modules(&options, false, kernel);
		assert_non_null(strstr(error.cause, initrd));
		free(packed);
	}
	/* An initrd for the Linux that Xen starts, which unpacks it. */
	write_file(initrd, "\x02\x21\x4c\x18 and so on", 14);
	assert_true(image_open(&image, &options, &error));
	assert_true(image_open_modules(&image, &options, &error));
	assert_int_equal(image_module_bytes(&image.modules[0]).size, 14);
	assert_memory_equal(image_module_bytes(&image.modules[0]).data, "\x02\x21\x4c\x18 and", 8);
	image_close(&image);
	write_file(initrd, content, content_size);
	snprintf(nothing, sizeof(nothing), "%s one", missing);
	options.module.items[1] = nothing;
	refused_modules(&options, true, missing);
	assert_int_equal(error.status, EXIT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hands_on_the_file_itself),
		cmocka_unit_test(test_unpacks_the_kernel_only),
		cmocka_unit_test(test_says_what_callers_match_for_a_kernel),
		cmocka_unit_test(test_says_what_callers_match_for_an_initrd),
		cmocka_unit_test(test_opens_a_device_tree_where_it_counts),
		cmocka_unit_test(test_refuses_a_kernel_that_is_cut_short),
		cmocka_unit_test(test_opens_modules_up_to_the_blank_and_unpacks_them),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
