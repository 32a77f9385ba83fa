// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmcore-dmesg: prints the kernel's log out of a core. It opens, reads with pread() (/proc/vmcore
 * cannot be mapped everywhere, and no core should be), writes, and knows the exit status; what is
 * in a core is known elsewhere.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kexec/escape.h"
#include "kexec/vmcore_log.h"

struct run {
	const char *path;
	int fd;
	struct vmcore_source source;
	struct vmcore_sink sink;
	struct vmcore core;
	struct arena arena;
	struct error error;
};

/* The run that a source or a sink is a part of. */
#define RUN_OF(pointer, member)                                                                    \
	((const struct run *)((const char *)(pointer)-offsetof(struct run, member)))

static bool read_all(const struct vmcore_source *source, uint64_t offset, void *to, size_t size,
		     struct error *error)
{
	const struct run *run = RUN_OF(source, source);
	uint8_t *at = to;

	while (size) {
		ssize_t got = pread(run->fd, at, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(error, "%zu bytes at offset 0x%llx cannot be read: %s.",
					 size, (unsigned long long)offset, strerror(errno));
		if (!got)
			return error_set(
				error,
				"The file ends at offset 0x%llx, where %zu more bytes are needed.",
				(unsigned long long)offset, size);
		at += got;
		offset += (size_t)got;
		size -= (size_t)got;
	}
	return true;
}

static bool write_all(const struct vmcore_sink *sink, struct bytes text, struct error *error)
{
	while (text.size) {
		ssize_t done = write(STDOUT_FILENO, text.data, text.size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return error_set(error, "Standard output cannot be written: %s.",
					 strerror(errno));
		text = bytes_from(text, (size_t)done);
	}
	return true;
}

static bool say_not_opened(struct run *run, int number)
{
	struct error *error = &run->error;
	const char *path = escape_terminal(run->path, &run->arena, error);

	if (path)
		error_headline(error, "Cannot open %s: %s", path, strerror(number));
	if (number == ENOENT && strstr(run->path, "proc/vmcore"))
		error_set(error,
			  "Only a kernel that was started by the crash of another one, and built "
			  "with CONFIG_PROC_VMCORE, has that file.");
	return error_status(error, VMCORE_OPEN);
}

static bool say_pipe(struct error *error)
{
	error_headline(error, "Unable to read ELF information from vmcore");
	error_set(error, "This is a pipe or a terminal; a core is read here and there, and must be "
			 "a file.");
	error_remedy(error, "Write it into a file first.");
	return error_status(error, VMCORE_SHORT);
}

/*
 * A file that cannot say how large it is (a character device) may be of any size. Opening a pipe
 * does not wait for one who writes, who would write in vain.
 */
static bool open_core(struct run *run)
{
	struct error *error = &run->error;
	off_t size;

	run->fd = open(run->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (run->fd < 0)
		return say_not_opened(run, errno);
	size = lseek(run->fd, 0, SEEK_END);
	if (size < 0 && errno == ESPIPE)
		return say_pipe(error);
	run->source.size = size >= 0 ? (uint64_t)size : INT64_MAX;
	return vmcore_open(&run->core, &run->source, &run->arena, error);
}

static void say(const char *prefix, const char *text)
{
	if (*text)
		fprintf(stderr, "%s%s\n", prefix, text);
}

static int print_error(const struct run *run)
{
	say("", run->error.headline);
	say("vmcore-dmesg: ", run->error.cause);
	say("", run->error.remedy);
	return run->error.status ? run->error.status : VMCORE_READ;
}

static int print_text(const char *text, size_t size)
{
	struct run run = {0};

	if (write_all(&run.sink, (struct bytes){(const uint8_t *)text, size}, &run.error))
		return 0;
	error_status(&run.error, VMCORE_WRITE);
	return print_error(&run);
}

int main(int argc, char **argv)
{
	static const char usage[] =
		"Usage: vmcore-dmesg FILE\n"
		"Print the kernel's log out of FILE: /proc/vmcore, or an ELF core of a kernel\n"
		"of any architecture.\n\n"
		"  -h, --help     this text\n"
		"  -V, --version  the version\n\n"
		"vmcore-dmesg(8) explains the exit status.\n";
	static const char version[] =
		"vmcore-dmesg (kexec-tools " COMPATIBLE_VERSION ", " PACKAGE_STRING ")\n";
	struct run run = {.fd = -1, .source = {.read = read_all}, .sink = {.write = write_all}};
	int status = 0;

	if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")))
		return print_text(usage, sizeof(usage) - 1);
	if (argc == 2 && (!strcmp(argv[1], "-V") || !strcmp(argv[1], "--version")))
		return print_text(version, sizeof(version) - 1);
	if (argc != 2 && !(argc == 3 && !strcmp(argv[1], "--"))) {
		fprintf(stderr, "usage: %s <kernel core file>\n", argc ? argv[0] : "vmcore-dmesg");
		return VMCORE_USAGE;
	}
	run.path = argv[argc - 1];
	if (!open_core(&run) || !vmcore_log_print(&run.core, &run.sink, &run.arena, &run.error))
		status = print_error(&run);
	arena_release(&run.arena);
	if (run.fd >= 0)
		close(run.fd);
	return status;
}
