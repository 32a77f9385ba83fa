// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernels in zboot images and uImages: what is found inside, and what is said of damaged ones. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/container.h"
#include "kexec/image.h"
#include "kexec/uki.h"
#include "tests/images/arm64.h"
#include "tests/images/pack.h"
#include "tests/images/zimage.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "container_test.XXXXXX";
static uint8_t *kernel;
static size_t kernel_size;
static struct error error;

static int group_setup(void **state)
{
	int fd = mkstemp(path);

	kernel = images_arm64(&images_debian_arm64, &kernel_size);
	return fd < 0 || close(fd) || !kernel ? -1 : 0;
}

static int group_teardown(void **state)
{
	free(kernel);
	return unlink(path);
}

static int setup(void **state)
{
	error = (struct error){ 0 };
	return 0;
}

static bool open_file(uint8_t *data, size_t size, struct image *image)
{
	const struct options options = { .kernel = path };
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_non_null(data);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
	free(data);
	return image_open(image, &options, &error);
}

/* The kernel inside, in a descriptor of its own that nobody can change. */
static void expect_kernel(struct image *image, const char *container, const char *compression)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

	assert_string_equal(image->container, container);
	if (compression)
		assert_string_equal(image->compression, compression);
	else
		assert_null(image->compression);
	assert_int_equal(image_kernel(image).size, kernel_size);
	assert_memory_equal(image_kernel(image).data, kernel, kernel_size);
	assert_int_not_equal(image_kernel_fd(image), image->kernel_file.fd);
	assert_int_equal(fcntl(image_kernel_fd(image), F_GET_SEALS) & seals, seals);
	image_close(image);
}

static void test_zboot_in_every_compression(void **state)
{
	for (const char *const *format = pack_formats; *format; format++) {
		struct image image;
		size_t packed_size, size;
		uint8_t *packed = pack(*format, kernel, kernel_size, &packed_size);
		uint8_t *zboot = images_zboot(*format, packed, packed_size, &size);

		free(packed);
		if (!open_file(zboot, size, &image))
			fail_msg("%s: %s", *format, error.cause);
		expect_kernel(&image, "EFI zboot", *format);
	}
}

static void test_uimage_without_compression(void **state)
{
	struct image image;
	size_t size;
	uint8_t *uimage = images_uimage(0, kernel, kernel_size, &size);

	assert_true(open_file(uimage, size, &image));
	expect_kernel(&image, "uImage", NULL);
}

#ifdef HAVE_ZLIB
/* It has no LINUX_PE_MAGIC yet. */
static void test_zboot_of_linux_6_1(void **state)
{
	size_t packed_size, size;
	uint8_t *packed = pack("gzip", kernel, kernel_size, &packed_size);
	uint8_t *zboot = images_zboot("gzip", packed, packed_size, &size);
	struct image image;

	free(packed);
	bytes_put(zboot + 0x38, 4, LITTLE, 0);
	if (!open_file(zboot, size, &image))
		fail_msg("%s", error.cause);
	expect_kernel(&image, "EFI zboot", "gzip");
}

static void test_layers_upon_layers(void **state)
{
	size_t packed_size, zboot_size, size;
	uint8_t *packed = pack("gzip", kernel, kernel_size, &packed_size);
	uint8_t *zboot = images_zboot("gzip", packed, packed_size, &zboot_size);
	uint8_t *again = pack("gzip", zboot, zboot_size, &packed_size);
	uint8_t *uimage = images_uimage(1, again, packed_size, &size);
	struct image image;

	free(packed);
	free(zboot);
	free(again);
	assert_true(open_file(uimage, size, &image));
	expect_kernel(&image, "EFI zboot", "gzip");
}

static void test_too_many_layers(void **state)
{
	size_t size = kernel_size, outer_size;
	uint8_t *file = images_arm64(&images_debian_arm64, &size);
	struct image image;

	for (unsigned i = 0; i < 5; i++) {
		uint8_t *outer = pack("gzip", file, size, &outer_size);

		free(file);
		file = outer;
		size = outer_size;
	}
	assert_false(open_file(file, size, &image));
	assert_non_null(strstr(error.cause, "is compressed more than 4 times over."));
}

/* Before it was compressed, a signed kernel was padded; its signature must end the file. */
static void test_padding_behind_a_signature_is_cut(void **state)
{
	size_t end = kernel_size + 8, packed_size, size;
	uint8_t *padded = calloc(1, end + 3000), *packed, *zboot;
	struct image image;

	assert_non_null(padded);
	memcpy(padded, kernel, kernel_size);
	memcpy(padded, "MZ", 2);
	memcpy(padded + 64, "PE\0\0", 4);
	memcpy(padded + 64 + 24, "\x0b\x02", 2);
	bytes_put(padded + 64 + 24 + 108, 4, LITTLE, 6);
	bytes_put(padded + 64 + 24 + 112 + 32, 4, LITTLE, kernel_size);
	bytes_put(padded + 64 + 24 + 112 + 36, 4, LITTLE, 8);
	padded[end - 1] = 1;
	packed = pack("gzip", padded, end + 3000, &packed_size);
	zboot = images_zboot("gzip", packed, packed_size, &size);
	free(packed);
	assert_true(open_file(zboot, size, &image));
	assert_int_equal(image_kernel(&image).size, end);
	image_close(&image);
	/* What is not padding stays. */
	padded[end + 100] = 1;
	assert_int_equal(container_signed_size((struct bytes){ padded, end + 3000 }), end + 3000);
	free(padded);
}
#endif

static void test_unknown_compression_is_named(void **state)
{
	struct image image;
	size_t size;
	uint8_t *zboot = images_zboot("lzo", (const uint8_t *)"\x89LZO\0\r\n", 8, &size);

	assert_false(open_file(zboot, size, &image));
	assert_non_null(strstr(error.cause, "is compressed with lzo"));
	assert_non_null(strstr(error.headline, "Cannot determine the file type of "));
}

static void test_payload_outside_of_the_file(void **state)
{
	struct container container;
	size_t size;
	uint8_t *zboot = images_zboot("gzip", kernel, kernel_size, &size);
	uint8_t *uimage;

	assert_false(container_find((struct bytes){ zboot, size - 5 }, "k", &container, &error));
	assert_string_equal(error.cause, "k is an EFI zboot image whose kernel has 196608 bytes at "
					 "offset 4096, but the file has 200703.");
	bytes_put(zboot + 8, 4, LITTLE, UINT32_MAX);
	assert_false(container_find((struct bytes){ zboot, size }, "k", &container, &error));
	free(zboot);
	uimage = images_uimage(0, kernel, kernel_size, &size);
	assert_false(container_find((struct bytes){ uimage, size - 1 }, "k", &container, &error));
	assert_string_equal(
		error.cause,
		"k is a uImage whose kernel has 196608 bytes, but the file has 196671.");
	free(uimage);
}

static void test_uimage_of_an_initrd(void **state)
{
	struct container container;
	size_t size;
	uint8_t *uimage = images_uimage(0, kernel, kernel_size, &size);

	uimage[30] = 3;
	assert_false(container_find((struct bytes){ uimage, size }, "k", &container, &error));
	assert_string_equal(error.cause,
			    "k is a uImage of type 3; 2 or 14, a kernel, was expected.");
	free(uimage);
}

static void test_zimages_of_every_kind(void **state)
{
	for (unsigned kind = 0; kind < 4; kind++) {
		struct image image;
		size_t size;
		uint8_t *zimage = images_zimage(kind & 1 ? 64 : 32, kind & 2, kernel,
						kernel_size, &size);

		if (!open_file(zimage, size, &image))
			fail_msg("kind %u: %s", kind, error.cause);
		expect_kernel(&image, "zImage", NULL);
	}
}

static void test_zimages_in_every_compression(void **state)
{
	for (const char *const *format = pack_formats; *format; format++) {
		struct image image;
		size_t packed_size, size;
		uint8_t *packed = pack(*format, kernel, kernel_size, &packed_size);
		uint8_t *zimage = images_zimage(64, false, packed, packed_size, &size);

		free(packed);
		if (!open_file(zimage, size, &image))
			fail_msg("%s: %s", *format, error.cause);
		expect_kernel(&image, "zImage", *format);
	}
}

/* What follows the kernel in the file may be lost without harm only once the sections are known. */
static void test_zimages_that_are_cut_off(void **state)
{
	struct container container;
	size_t size;
	uint8_t *zimage = images_zimage(64, false, kernel, kernel_size, &size);
	const size_t sizes[] = { size - 1, kernel_size, 0x1000, 64, 63, 20, 5 };
	uint8_t *header;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (container_find((struct bytes){ zimage, sizes[i] }, "k", &container, &error))
			assert_null(container.name);
	header = zimage + size - 2 * sizeof(Elf64_Shdr);
	bytes_put(header + offsetof(Elf64_Shdr, sh_size), 8, LITTLE, size);
	assert_false(container_find((struct bytes){ zimage, size }, "k", &container, &error));
	assert_non_null(strstr(error.cause, "k: Section .kernel:vmlinux.strip has "));
	setup(NULL);
	bytes_put(header + offsetof(Elf64_Shdr, sh_size), 8, LITTLE, 0);
	assert_false(container_find((struct bytes){ zimage, size }, "k", &container, &error));
	assert_non_null(strstr(error.cause, "is empty"));
	free(zimage);
}

static void test_powerpc_programs_without_a_kernel(void **state)
{
	struct container container;
	size_t size;
	uint8_t *zimage = images_zimage(64, false, kernel, kernel_size, &size);

	zimage[IMAGES_ZIMAGE_KERNEL + kernel_size + 2] = 'K';
	assert_true(container_find((struct bytes){ zimage, size }, "k", &container, &error));
	assert_null(container.name);
	free(zimage);
}

static void test_other_files_are_no_containers(void **state)
{
	struct container container;

	assert_true(container_find((struct bytes){ kernel, kernel_size }, "k", &container, &error));
	assert_null(container.name);
	assert_true(container_find((struct bytes){ kernel, 10 }, "k", &container, &error));
	assert_null(container.name);
	assert_int_equal(container_signed_size((struct bytes){ kernel, kernel_size }), kernel_size);
	assert_false(uki_is((struct bytes){ kernel, kernel_size }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_zboot_in_every_compression, setup),
		cmocka_unit_test_setup(test_uimage_without_compression, setup),
#ifdef HAVE_ZLIB
		cmocka_unit_test_setup(test_zboot_of_linux_6_1, setup),
		cmocka_unit_test_setup(test_layers_upon_layers, setup),
		cmocka_unit_test_setup(test_too_many_layers, setup),
		cmocka_unit_test_setup(test_padding_behind_a_signature_is_cut, setup),
#endif
		cmocka_unit_test_setup(test_unknown_compression_is_named, setup),
		cmocka_unit_test_setup(test_payload_outside_of_the_file, setup),
		cmocka_unit_test_setup(test_uimage_of_an_initrd, setup),
		cmocka_unit_test_setup(test_zimages_of_every_kind, setup),
		cmocka_unit_test_setup(test_zimages_in_every_compression, setup),
		cmocka_unit_test_setup(test_zimages_that_are_cut_off, setup),
		cmocka_unit_test_setup(test_powerpc_programs_without_a_kernel, setup),
		cmocka_unit_test_setup(test_other_files_are_no_containers, setup),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
