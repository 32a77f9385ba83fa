// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files and sinks as their users see them: the same bytes, nothing left open, nothing copied into
 * private memory, and a result that nobody can change any more.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kexec/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

static char directory[] = "/tmp/file_test.XXXXXX";
static char path[64];
static struct error error;

static int setup(void **state)
{
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/input", directory);
	return 0;
}

static int teardown(void **state)
{
	return rmdir(directory);
}

static int forget(void **state)
{
	unlink(path);
	error = (struct error){ 0 };
	return 0;
}

static void write_input(const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

/* How many descriptors this process has. */
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

/* Kilobytes of private memory in use. */
static long private_memory(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];
	long size = -1;

	assert_non_null(status);
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "RssAnon: %ld", &size) == 1)
			break;
	fclose(status);
	assert_true(size >= 0);
	return size;
}

static void test_maps_a_file(void **state)
{
	unsigned before = descriptors();
	struct file file;
	int problem = -1;

	write_input("bytes", 5);
	assert_true(file_open(&file, path, &problem, &error));
	assert_int_equal(problem, 0);
	assert_string_equal(file.path, path);
	assert_int_equal(file.bytes.size, 5);
	assert_memory_equal(file.bytes.data, "bytes", 5);
	assert_true(fcntl(file.fd, F_GETFD) & FD_CLOEXEC);
	file_close(&file);
	file_close(&file);
	assert_int_equal(file.fd, -1);
	assert_int_equal(file.bytes.size, 0);
	assert_int_equal(descriptors(), before);
}

static void test_costs_no_private_memory(void **state)
{
	const size_t size = 64 * MIB;
	struct file file;
	unsigned sum = 0;
	long before;

	write_input("x", 1);
	assert_int_equal(truncate(path, (off_t)size), 0);
	before = private_memory();
	assert_true(file_open(&file, path, NULL, &error));
	for (size_t i = 0; i < size; i += 512)
		sum += file.bytes.data[i];
	assert_int_equal(sum, 'x');
	assert_true(private_memory() - before < 4096);
	file_close(&file);
}

static void test_names_what_is_missing(void **state)
{
	unsigned before = descriptors();
	struct file file;
	int problem = 0;

	assert_false(file_open(&file, path, &problem, &error));
	assert_int_equal(problem, ENOENT);
	assert_non_null(strstr(error.cause, path));
	assert_non_null(strstr(error.cause, "No such file or directory"));
	assert_int_equal(file.fd, -1);
	assert_int_equal(descriptors(), before);
}

static void refused(const char *what, const char *why)
{
	unsigned before = descriptors();
	struct file file;
	int problem = -1;

	/* A pipe without a writer must not hold us up. */
	alarm(60);
	assert_false(file_open(&file, what, &problem, &error));
	alarm(0);
	assert_int_equal(problem, 0);
	assert_non_null(strstr(error.cause, what));
	assert_non_null(strstr(error.cause, why));
	assert_int_equal(file.fd, -1);
	assert_int_equal(descriptors(), before);
}

static void test_refuses_what_is_empty(void **state)
{
	write_input("", 0);
	refused(path, "is empty");
	refused("/dev/null", "is empty");
}

static void test_refuses_what_is_no_file(void **state)
{
	refused(directory, "is a directory");
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(path, "is a pipe");
}

/* A terminal is the character device that anybody can fill: a line, then the end-of-file key. */
/* --verify copies it. What came behind what was mapped has to be said, not to be left out. */
static void test_does_not_seal_what_grows(void **state)
{
	struct file file;

	write_input("half", 4);
	assert_true(file_open(&file, path, NULL, &error));
	assert_true(file_seal(&file, &error));
	assert_memory_equal(file.bytes.data, "half", 4);
	file_close(&file);
	assert_true(file_open(&file, path, NULL, &error));
	write_input("half and the rest", 17);
	assert_false(file_seal(&file, &error));
	assert_non_null(strstr(error.cause, "became longer while it was read: 4 bytes, then 17."));
	assert_string_not_equal(error.remedy, "");
	file_close(&file);
}

static void test_reads_a_character_device(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	unsigned before;
	struct file file;

	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	assert_int_equal(write(master, "flash\n\004", 7), 7);
	before = descriptors();
	alarm(60);
	assert_true(file_open(&file, ptsname(master), NULL, &error));
	alarm(0);
	assert_int_equal(file.bytes.size, 6);
	assert_memory_equal(file.bytes.data, "flash\n", 6);
	assert_int_equal(descriptors(), before + 1);
	file_close(&file);
	close(master);
}

/* It says that it has a page, holds less, and has no mapping. */
static void test_reads_a_file_of_sysfs(void **state)
{
	static const char name[] = "/sys/devices/system/cpu/online";
	char text[4096];
	unsigned before = descriptors();
	struct file file;
	int fd = open(name, O_RDONLY);
	ssize_t size = read(fd, text, sizeof(text));

	close(fd);
	assert_true(size > 1 && size < 4096);
	assert_true(file_open(&file, name, NULL, &error));
	assert_int_equal(file.bytes.size, size);
	assert_memory_equal(file.bytes.data, text, (size_t)size);
	assert_int_equal(descriptors(), before + 1);
	file_close(&file);
	assert_int_equal(descriptors(), before);
}

/* Grows in small pieces, over several steps, to the byte. */
static void fill_sink(struct file_sink *sink, size_t size)
{
	while (sink->size < size) {
		assert_true(file_sink_reserve(sink, 1, &error));
		while (sink->size < sink->capacity && sink->size < size) {
			sink->data[sink->size] = (uint8_t)(sink->size >> 12);
			sink->size++;
		}
	}
}

static void test_sink_becomes_a_sealed_file(void **state)
{
	const size_t size = 13 * MIB + 17;
	unsigned before = descriptors();
	struct file_sink sink;
	struct file file;

	assert_true(file_sink_open(&sink, "test", 64 * MIB, &error));
	fill_sink(&sink, size);
	assert_true(file_sink_finish(&sink, "name", &file, &error));
	assert_int_equal(sink.fd, -1);
	assert_null(sink.data);
	assert_string_equal(file.path, "name");
	assert_int_equal(file.bytes.size, size);
	for (size_t i = 0; i < size; i += 4096)
		assert_int_equal(file.bytes.data[i], (uint8_t)(i >> 12));
	assert_int_equal(lseek(file.fd, 0, SEEK_END), size);
	assert_true(fcntl(file.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write(file.fd, "x", 1), -1);
	assert_int_equal(ftruncate(file.fd, 1), -1);
	assert_int_equal(ftruncate(file.fd, (off_t)size * 2), -1);
	assert_ptr_equal(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, file.fd, 0), MAP_FAILED);
	file_close(&file);
	assert_int_equal(descriptors(), before);
}

static void test_sink_stops_at_its_limit(void **state)
{
	const size_t limit = 5 * MIB + 3;
	struct file_sink sink;
	struct file file;

	assert_true(file_sink_open(&sink, "test", limit, &error));
	assert_true(file_sink_reserve(&sink, limit * 2, &error));
	assert_int_equal(sink.capacity, limit);
	fill_sink(&sink, limit);
	assert_false(file_sink_reserve(&sink, 1, &error));
	assert_non_null(strstr(error.cause, "5242883 bytes"));
	assert_true(file_sink_finish(&sink, "name", &file, &error));
	assert_int_equal(file.bytes.size, limit);
	file_close(&file);
}

static void test_sink_refuses_to_be_empty(void **state)
{
	unsigned before = descriptors();
	struct file_sink sink;
	struct file file;

	assert_true(file_sink_open(&sink, "test", MIB, &error));
	assert_true(file_sink_reserve(&sink, 1, &error));
	assert_false(file_sink_finish(&sink, "name", &file, &error));
	assert_string_equal(error.cause, "name is empty.");
	assert_int_equal(file.fd, -1);
	file_sink_close(&sink);
	assert_int_equal(descriptors(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_maps_a_file, forget),
		cmocka_unit_test_teardown(test_costs_no_private_memory, forget),
		cmocka_unit_test_teardown(test_names_what_is_missing, forget),
		cmocka_unit_test_teardown(test_refuses_what_is_empty, forget),
		cmocka_unit_test_teardown(test_refuses_what_is_no_file, forget),
		cmocka_unit_test_teardown(test_reads_a_character_device, forget),
		cmocka_unit_test_teardown(test_reads_a_file_of_sysfs, forget),
		cmocka_unit_test_teardown(test_does_not_seal_what_grows, forget),
		cmocka_unit_test_teardown(test_sink_becomes_a_sealed_file, forget),
		cmocka_unit_test_teardown(test_sink_stops_at_its_limit, forget),
		cmocka_unit_test_teardown(test_sink_refuses_to_be_empty, forget),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
