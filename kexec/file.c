// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening, mapping and sealing. Mappings are private and read-only, so their pages are the page
 * cache's own: populating them in advance was measured and saves neither faults nor time (500 MB:
 * the kernel maps sixteen pages a fault either way), so nothing is touched before it is needed.
 */
#include "config.h"
#include "kexec/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* include/uapi/linux/memfd.h, since 6.3; older kernels answer EINVAL. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x8u
#endif

/* A sink grows by at least this much at a time, and by half of what it holds. */
#define SINK_STEP ((size_t)4 << 20)
#define SINK_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static bool replace_by_copy(struct file *file, const char *name, size_t limit,
			    struct error *error);

/* Sets file->bytes to a mapping of the whole of file->fd, which has `size` bytes. */
static bool map_whole(struct file *file, off_t size, struct error *error)
{
	void *data;

	if (size == 0)
		return error_set(error, "%s is empty.", file->path);
	if (size < 0 || (uintmax_t)size > SIZE_MAX / 2)
		return error_set(error, "%s has an impossible size of %jd bytes.", file->path,
				 (intmax_t)size);
	data = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, file->fd, 0);
	/* Files of sysfs, such as /sys/firmware/fdt, can only be read. */
	if (data == MAP_FAILED && errno == ENODEV)
		return replace_by_copy(file, "copy", FILE_DEVICE_LIMIT, error);
	if (data == MAP_FAILED)
		return error_set(error, "%s (%jd bytes) cannot be mapped: %s.", file->path,
				 (intmax_t)size, strerror(errno));
	file->bytes = (struct bytes){ data, (size_t)size };
	return true;
}

static bool read_into(struct file_sink *sink, int fd, const char *path, struct error *error)
{
	ssize_t got;

	do {
		if (sink->size == sink->capacity && !file_sink_reserve(sink, 1, error))
			return error_context(error, "%s: ", path);
		got = read(fd, sink->data + sink->size, sink->capacity - sink->size);
		if (got > 0)
			sink->size += (size_t)got;
		else if (got < 0 && errno != EINTR)
			return error_set(error, "%s cannot be read at offset %zu: %s.", path,
					 sink->size, strerror(errno));
	} while (got);
	return true;
}

/* Puts a sealed copy of what can be read in the place of the file. */
static bool replace_by_copy(struct file *file, const char *name, size_t limit, struct error *error)
{
	struct file_sink sink;
	struct file copy;

	/* It was opened so that a pipe could not hold us up; reading it may wait. */
	if (fcntl(file->fd, F_SETFL, 0))
		return error_set(error, "%s cannot be read: %s.", file->path, strerror(errno));
	if (!file_sink_open(&sink, name, limit, error))
		return false;
	if (!read_into(&sink, file->fd, file->path, error)) {
		file_sink_close(&sink);
		return false;
	}
	if (!file_sink_finish(&sink, file->path, &copy, error))
		return false;
	file_close(file);
	*file = copy;
	return true;
}

static bool read_or_map(struct file *file, struct error *error)
{
	struct stat status;

	if (fstat(file->fd, &status))
		return error_set(error, "%s cannot be examined: %s.", file->path, strerror(errno));
	if (S_ISREG(status.st_mode))
		return map_whole(file, status.st_size, error);
	if (S_ISBLK(status.st_mode))
		return map_whole(file, lseek(file->fd, 0, SEEK_END), error);
	if (S_ISCHR(status.st_mode))
		return replace_by_copy(file, "device", FILE_DEVICE_LIMIT, error);
	if (S_ISDIR(status.st_mode))
		return error_set(error, "%s is a directory, not a file.", file->path);
	error_remedy(error, "Write what comes out of it to a file first.");
	return error_set(error, "%s is a pipe or a socket, not a file.", file->path);
}

bool file_open(struct file *file, const char *path, int *open_errno, struct error *error)
{
	int problem = 0;

	*file = FILE_CLOSED;
	file->path = path;
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file->fd < 0)
		problem = errno;
	if (open_errno)
		*open_errno = problem;
	if (problem && !*path)
		return error_set(error,
				 "The name of a file is empty: a script may not have set it.");
	if (problem)
		return error_set(error, "%s cannot be opened: %s.", path, strerror(problem));
	if (read_or_map(file, error))
		return true;
	file_close(file);
	return false;
}

bool file_seal(struct file *file, struct error *error)
{
	const off_t size = (off_t)file->bytes.size;
	struct stat now;

	if (fcntl(file->fd, F_GET_SEALS) == SINK_SEALS)
		return true;
	if (lseek(file->fd, 0, SEEK_SET))
		return error_set(error, "%s cannot be read: %s.", file->path, strerror(errno));
	/* One byte of room behind the end shows that there is nothing more to read. */
	if (replace_by_copy(file, "sealed", file->bytes.size + 1, error))
		return true;
	if (fstat(file->fd, &now) || !S_ISREG(now.st_mode) || now.st_size <= size)
		return false;
	error_remedy(error, "Try again when it is complete.");
	return error_set(error, "%s became longer while it was read: %jd bytes, then %jd.",
			 file->path, (intmax_t)size, (intmax_t)now.st_size);
}

void file_close(struct file *file)
{
	if (file->bytes.size)
		munmap((void *)file->bytes.data, file->bytes.size);
	if (file->fd >= 0)
		close(file->fd);
	*file = FILE_CLOSED;
}

bool file_sink_open(struct file_sink *sink, const char *name, size_t limit, struct error *error)
{
	void *data;

	*sink = FILE_SINK_CLOSED;
	sink->fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	if (sink->fd < 0 && errno == EINVAL)
		sink->fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (sink->fd < 0)
		return error_set(error, "A file in memory cannot be created: %s.", strerror(errno));
	/* It reaches behind the end of the empty file, and becomes memory as the file grows. */
	data = mmap(NULL, limit, PROT_READ | PROT_WRITE, MAP_SHARED, sink->fd, 0);
	if (data == MAP_FAILED) {
		error_set(error, "%zu bytes of address space cannot be reserved: %s.", limit,
			  strerror(errno));
		close(sink->fd);
		*sink = FILE_SINK_CLOSED;
		return false;
	}
	sink->data = data;
	sink->limit = limit;
	return true;
}

bool file_sink_reserve(struct file_sink *sink, size_t wanted, struct error *error)
{
	size_t left = sink->limit - sink->size;
	size_t step = SINK_STEP > sink->size / 2 ? SINK_STEP : sink->size / 2;
	size_t capacity;
	int failed;

	if (left == 0)
		return error_set(error, "It holds more than %zu bytes, which is the limit.",
				 sink->limit);
	if (wanted <= sink->capacity - sink->size)
		return true;
	if (wanted < step)
		wanted = step;
	capacity = sink->size + (wanted < left ? wanted : left);
	if (capacity == sink->capacity)
		return true;
	/* Memory is taken here: running out of it is an error then, not a signal on first touch. */
	do {
		failed = fallocate(sink->fd, 0, (off_t)sink->capacity,
				   (off_t)(capacity - sink->capacity));
	} while (failed && errno == EINTR);
	if (failed)
		return error_set(error, "A file in memory cannot grow to %zu bytes: %s.", capacity,
				 strerror(errno));
	sink->capacity = capacity;
	return true;
}

static bool seal(struct file_sink *sink, struct error *error)
{
	if (ftruncate(sink->fd, (off_t)sink->size))
		return error_set(error, "A file in memory cannot be cut to %zu bytes: %s.",
				 sink->size, strerror(errno));
	/* The kernel refuses to seal against writing while a writable mapping exists. */
	munmap(sink->data, sink->limit);
	sink->data = NULL;
	if (fcntl(sink->fd, F_ADD_SEALS, SINK_SEALS))
		return error_set(error, "A file in memory cannot be sealed: %s.", strerror(errno));
	return true;
}

bool file_sink_finish(struct file_sink *sink, const char *path, struct file *file,
		      struct error *error)
{
	bool finished;

	*file = FILE_CLOSED;
	file->path = path;
	finished = seal(sink, error);
	if (finished) {
		file->fd = sink->fd;
		sink->fd = -1;
		finished = map_whole(file, (off_t)sink->size, error);
	}
	file_sink_close(sink);
	if (!finished)
		file_close(file);
	return finished;
}

void file_sink_close(struct file_sink *sink)
{
	if (sink->data)
		munmap(sink->data, sink->limit);
	if (sink->fd >= 0)
		close(sink->fd);
	*sink = FILE_SINK_CLOSED;
}
