// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linked in front of syscall(): what a kexec system call would hand to the kernel goes into files
 * of the current directory instead, got-kernel, got-initrd and got-cmdline, or got-segment-N, and
 * the call succeeds. Nothing reaches the kernel. Before that, at the last moment there is, each
 * file of the directory "late" is written over the one of its name.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

long __wrap_syscall(long number, ...);

struct segment {
	const void *buffer;
	size_t buffer_size;
	uintptr_t memory;
	size_t memory_size;
};

static void overwrite(const char *name)
{
	char path[PATH_MAX], block[4096];
	FILE *in, *out;
	size_t size;

	snprintf(path, sizeof(path), "late/%s", name);
	in = fopen(path, "rb");
	out = fopen(name, "r+b");
	if (!in || !out)
		abort();
	while ((size = fread(block, 1, sizeof(block), in)))
		if (fwrite(block, 1, size, out) != size)
			abort();
	if (fclose(in) || fclose(out))
		abort();
}

static void change_files(void)
{
	DIR *late = opendir("late");
	const struct dirent *entry;

	while (late && (entry = readdir(late)))
		if (entry->d_name[0] != '.')
			overwrite(entry->d_name);
	if (late)
		closedir(late);
}

static void put(const char *name, const void *data, size_t size)
{
	FILE *file = fopen(name, "wb");

	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		abort();
}

static void put_file(const char *name, int fd)
{
	struct stat status;
	void *data;

	if (fd < 0)
		return;
	if (fstat(fd, &status))
		abort();
	data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		abort();
	put(name, data, (size_t)status.st_size);
	munmap(data, (size_t)status.st_size);
}

long __wrap_syscall(long number, ...)
{
	unsigned long arguments[5];
	va_list args;

	va_start(args, number);
	for (int i = 0; i < 5; i++)
		arguments[i] = va_arg(args, unsigned long);
	va_end(args);
	if (number == __NR_kexec_file_load || number == __NR_kexec_load)
		change_files();
	if (number == __NR_kexec_file_load) {
		put_file("got-kernel", (int)arguments[0]);
		put_file("got-initrd", (int)arguments[1]);
		put("got-cmdline", (const char *)arguments[3], arguments[2] ? arguments[2] - 1 : 0);
		return 0;
	}
	if (number == __NR_kexec_load) {
		const struct segment *segments = (const struct segment *)arguments[2];

		for (unsigned long i = 0; i < arguments[1]; i++) {
			char name[64];

			snprintf(name, sizeof(name), "got-segment-%lu", i);
			put(name, segments[i].buffer, segments[i].buffer_size);
		}
		return 0;
	}
	errno = ENOSYS;
	return -1;
}
