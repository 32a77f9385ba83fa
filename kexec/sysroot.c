// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening, reading and listing below one directory descriptor. Files are opened without blocking
 * and only regular ones are read, so that neither a pipe nor a device in a captured tree can hold
 * the program up. It does not know which files there are, but for a captured tree's manifest.
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kexec/sysroot.h"

#define FILE_LIMIT ((size_t)64 << 20)
#define FIRST_READ ((size_t)4096)
#define NAMES_LIMIT 65536
#define MANIFEST "/manifest"

/* struct open_how and RESOLVE_IN_ROOT of <linux/openat2.h>, which older build hosts lack. */
#define IN_ROOT 0x10
struct how {
	uint64_t flags, mode, resolve;
};

static void free_buffer(uint8_t **buffer)
{
	free(*buffer);
}

static void close_descriptor(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void close_stream(DIR **stream)
{
	if (*stream)
		closedir(*stream);
}

static bool read_manifest(struct sysroot *root, struct error *error)
{
	const char *path = arena_format(&root->arena, error, "%s" MANIFEST, root->path);
	enum sysroot_result result;
	struct bytes text;

	if (!path)
		return false;
	result = sysroot_read(root, &root->arena, MANIFEST, &text, error);
	if (result == SYSROOT_OK)
		return manifest_parse(text, path, &root->arena, &root->manifest, error);
	return result == SYSROOT_ABSENT ||
	       (result == SYSROOT_DENIED &&
		error_set(error, "%s may not be read by this user.", path));
}

bool sysroot_open(struct sysroot *root, const char *path, struct error *error)
{
	size_t length = path ? strlen(path) : 0;
	const char *name;
	char *copy;

	*root = (struct sysroot){ .fd = -1, .captured = path };
	while (length && path[length - 1] == '/')
		length--;
	copy = strndup(path ? path : "", length);
	if (!copy)
		return error_set(error, "Out of memory: %zu more bytes were needed.", length + 1);
	root->path = copy;
	/* What is left of "/" is nothing, which would be the working directory. */
	name = length ? copy : path ? path : "/";
	root->fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root->fd < 0) {
		error_set(error, "The machine's files cannot be read from \"%s\": %s.", name,
			  strerror(errno));
		sysroot_close(root);
		return false;
	}
	if (root->captured && !read_manifest(root, error)) {
		sysroot_close(root);
		return false;
	}
	return true;
}

void sysroot_close(struct sysroot *root)
{
	if (root->fd >= 0)
		close(root->fd);
	free((void *)root->path);
	arena_release(&root->arena);
	*root = (struct sysroot){ .fd = -1 };
}

static int open_below(const struct sysroot *root, const char *path, int flags)
{
	errno = manifest_errno(&root->manifest, path);
	if (errno)
		return -1;
	flags |= O_RDONLY | O_CLOEXEC;
	/* openat2() allows hardly anything beside O_PATH, and nothing is opened with it. */
	if (!(flags & O_PATH))
		flags |= O_NONBLOCK | O_NOCTTY;
	while (*path == '/')
		path++;
	if (!root->captured)
		return openat(root->fd, path, flags);
#ifdef SYS_openat2
	struct how how = { .flags = (uint64_t)flags, .resolve = IN_ROOT };
	long fd = syscall(SYS_openat2, root->fd, path, &how, sizeof(how));

	if (fd >= 0 || errno != ENOSYS)
		return (int)fd;
#endif
	return openat(root->fd, path, flags | O_NOFOLLOW);
}

static void tell(const struct sysroot *root, struct sysroot_look look)
{
	if (root->watch)
		root->watch->saw(root->watch, &look);
}

void sysroot_mention(const struct sysroot *root, const char *path)
{
	tell(root, (struct sysroot_look){ .kind = SYSROOT_MENTIONED, .path = path });
}

void sysroot_made(const struct sysroot *root, const char *path, struct bytes bytes)
{
	tell(root, (struct sysroot_look){ .kind = SYSROOT_MADE, .path = path, .bytes = bytes });
}

/* What an errno of opening or reading means; the error is set only for a failure. */
static enum sysroot_result result_of(const struct sysroot *root, enum sysroot_kind kind,
				     const char *path, int number, struct error *error)
{
	tell(root, (struct sysroot_look){ .kind = kind, .path = path, .number = number });
	if (number == ENOENT || number == ENOTDIR)
		return SYSROOT_ABSENT;
	if (number == EACCES || number == EPERM)
		return SYSROOT_DENIED;
	error_set(error, "%s%s cannot be read: %s.", root->path, path, strerror(number));
	return SYSROOT_FAILED;
}

/*
 * Reads `most` bytes or to the end of the file: the sizes that /proc and /sys report say nothing.
 */
static enum sysroot_result read_all(const struct sysroot *root, const char *path, int fd,
				    size_t most, struct arena *arena, struct bytes *out,
				    struct error *error)
{
	__attribute__((cleanup(free_buffer))) uint8_t *buffer = NULL;
	size_t size = 0, capacity = 0;
	ssize_t got;

	do {
		if (size == capacity) {
			uint8_t *larger;

			capacity = capacity ? 2 * capacity : FIRST_READ;
			larger = realloc(buffer, capacity);
			if (!larger) {
				error_set(error, "Out of memory: %s%s needs more than %zu bytes.",
					  root->path, path, size);
				return SYSROOT_FAILED;
			}
			buffer = larger;
		}
		if (size == most)
			break;
		got = read(fd, buffer + size, (capacity < most ? capacity : most) - size);
		if (got < 0 && errno != EINTR)
			return result_of(root, SYSROOT_FILE, path, errno, error);
		if (got > 0)
			size += (size_t)got;
		if (size > FILE_LIMIT) {
			error_set(error,
				  "%s%s is larger than %zu MiB, more than any file of its kind.",
				  root->path, path, FILE_LIMIT >> 20);
			return SYSROOT_FAILED;
		}
	} while (got);
	out->data = (uint8_t *)arena_copy(arena, (struct bytes){ buffer, size }, error);
	out->size = size;
	return out->data ? SYSROOT_OK : SYSROOT_FAILED;
}

static enum sysroot_result read_head(const struct sysroot *root, struct arena *arena,
				     const char *path, size_t size, struct bytes *out,
				     struct error *error)
{
	__attribute__((cleanup(close_descriptor))) int fd = open_below(root, path, 0);
	struct bytes bytes;
	struct stat status;
	enum sysroot_result result;

	if (fd < 0)
		return result_of(root, SYSROOT_FILE, path, errno, error);
	if (fstat(fd, &status))
		return result_of(root, SYSROOT_FILE, path, errno, error);
	if (!S_ISREG(status.st_mode)) {
		error_set(error, "%s%s is not a regular file (its mode is %o).", root->path, path,
			  (unsigned)status.st_mode);
		return SYSROOT_FAILED;
	}
	result = read_all(root, path, fd, size, arena, &bytes, error);
	if (result == SYSROOT_OK)
		*out = bytes;
	return result;
}

enum sysroot_result sysroot_head(const struct sysroot *root, struct arena *arena, const char *path,
				 size_t size, struct bytes *out, struct error *error)
{
	enum sysroot_result result = read_head(root, arena, path, size, out, error);

	if (result == SYSROOT_OK)
		tell(root, (struct sysroot_look){ .path = path, .bytes = *out });
	return result;
}

enum sysroot_result sysroot_read(const struct sysroot *root, struct arena *arena, const char *path,
				 struct bytes *out, struct error *error)
{
	return sysroot_head(root, arena, path, SIZE_MAX, out, error);
}

static bool ends_in(const char *line, size_t length, const char *const *endings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t ending = strlen(endings[i]);

		if (length >= ending && !memcmp(line + length - ending, endings[i], ending))
			return true;
	}
	return false;
}

enum sysroot_result sysroot_lines(const struct sysroot *root, struct arena *arena, const char *path,
				  const char *const *endings, size_t count, const char **out,
				  struct error *error)
{
	struct arena scratch = { 0 };
	enum sysroot_result result;
	struct bytes bytes;
	size_t kept = 0;

	result = read_head(root, &scratch, path, SIZE_MAX, &bytes, error);
	if (result == SYSROOT_OK) {
		char *text = (char *)bytes.data;

		/* What is kept moves to the front. */
		for (size_t at = 0, length; at < bytes.size; at += length + 1) {
			const char *end = memchr(text + at, '\n', bytes.size - at);

			length = end ? (size_t)(end - text) - at : bytes.size - at;
			if (!ends_in(text + at, length, endings, count) ||
			    memchr(text + at, '\0', length))
				continue;
			memmove(text + kept, text + at, length);
			kept += length;
			text[kept++] = '\n';
		}
		*out = arena_copy(arena, (struct bytes){ bytes.data, kept }, error);
		if (*out)
			tell(root, (struct sysroot_look){
				.path = path, .bytes = { bytes.data, kept },
			});
		else
			result = SYSROOT_FAILED;
	}
	arena_release(&scratch);
	return result;
}

enum sysroot_result sysroot_text(const struct sysroot *root, struct arena *arena, const char *path,
				 const char **out, struct error *error)
{
	enum sysroot_result result;
	const uint8_t *nul;
	struct bytes bytes;
	char *text;

	result = sysroot_read(root, arena, path, &bytes, error);
	if (result != SYSROOT_OK)
		return result;
	nul = memchr(bytes.data, '\0', bytes.size);
	if (nul) {
		error_set(error, "%s%s has a NUL byte at offset %td; text was expected.",
			  root->path, path, nul - bytes.data);
		return SYSROOT_FAILED;
	}
	text = (char *)bytes.data;
	if (bytes.size && text[bytes.size - 1] == '\n')
		text[bytes.size - 1] = '\0';
	*out = text;
	return SYSROOT_OK;
}

enum sysroot_result sysroot_number(const struct sysroot *root, struct arena *arena,
				   const char *path, uint64_t *out, struct error *error)
{
	enum sysroot_result result;
	struct bytes found;
	const char *text;
	char *end;

	result = sysroot_text(root, arena, path, &text, error);
	if (result != SYSROOT_OK)
		return result;
	/* strtoull() would take a sign, leading blanks and, in base 0, octal. */
	if (isdigit((unsigned char)*text)) {
		bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
		unsigned long long value;

		errno = 0;
		value = strtoull(text, &end, hexadecimal ? 16 : 10);
		while (isspace((unsigned char)*end))
			end++;
		if (!*end && !errno) {
			*out = value;
			return SYSROOT_OK;
		}
	}
	found = (struct bytes){ (const uint8_t *)text, strlen(text) };
	error_set(error, "%s%s holds \"%s\"; a number of at most 64 bits was expected.", root->path,
		  path, error_quote(found).text);
	return SYSROOT_FAILED;
}

enum sysroot_result sysroot_fields(const struct sysroot *root, struct arena *arena,
				   const char *directory, const struct sysroot_field *fields,
				   size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		enum sysroot_result result;
		char *path = arena_format(arena, error, "%s/%s", directory, fields[i].name);

		if (!path)
			return SYSROOT_FAILED;
		result = sysroot_number(root, arena, path, fields[i].value, error);
		if (result == SYSROOT_ABSENT) {
			error_set(error,
				  "%s%s is missing; the other files of its directory are of no use "
				  "without it.",
				  root->path, path);
			return SYSROOT_FAILED;
		}
		if (result != SYSROOT_OK)
			return result;
	}
	return SYSROOT_OK;
}

enum sysroot_result sysroot_target(const struct sysroot *root, struct arena *arena,
				   const char *path, const char **out, struct error *error)
{
	__attribute__((cleanup(close_descriptor))) int fd =
		open_below(root, path, O_PATH | O_NOFOLLOW);
	char target[PATH_MAX];
	ssize_t length;

	if (fd < 0)
		return result_of(root, SYSROOT_LINK, path, errno, error);
	length = readlinkat(fd, "", target, sizeof(target) - 1);
	/* ENOENT, for an empty path, means that it is no link. */
	if (length < 0)
		return result_of(root, SYSROOT_LINK, path, errno, error);
	target[length] = '\0';
	tell(root, (struct sysroot_look){ .kind = SYSROOT_LINK, .path = path });
	*out = arena_format(arena, error, "%s", target);
	return *out ? SYSROOT_OK : SYSROOT_FAILED;
}

enum sysroot_result sysroot_link(const struct sysroot *root, struct arena *arena, const char *path,
				 const char **out, struct error *error)
{
	enum sysroot_result result = sysroot_target(root, arena, path, out, error);
	const char *last = result == SYSROOT_OK ? strrchr(*out, '/') : NULL;

	if (last)
		*out = last + 1;
	return result;
}

uint64_t sysroot_inode(const struct sysroot *root, const char *path)
{
	__attribute__((cleanup(close_descriptor))) int fd = -1;
	struct stat status;

	if (root->captured)
		return 0;
	fd = open_below(root, path, O_PATH);
	return fd >= 0 && !fstat(fd, &status) ? status.st_ino : 0;
}

/* Whole numbers by value, before everything else; the rest by byte. */
static int compare_names(const void *a, const void *b)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	size_t left_digits = strspn(left, "0123456789"), right_digits = strspn(right, "0123456789");
	bool left_number = left_digits && !left[left_digits];
	bool right_number = right_digits && !right[right_digits];

	if (left_number != right_number)
		return left_number ? -1 : 1;
	if (left_number && left_digits != right_digits)
		return left_digits < right_digits ? -1 : 1;
	return strcmp(left, right);
}

static bool add_name(const char ***names, size_t *count, size_t *capacity, const char *name,
		     struct arena *arena, struct error *error)
{
	char *copy =
		arena_copy(arena, (struct bytes){ (const uint8_t *)name, strlen(name) }, error);
	const char **room = arena_grow(arena, *names, *count, capacity, sizeof(*room), error);

	if (!copy || !room)
		return false;
	*names = room;
	room[(*count)++] = copy;
	return true;
}

enum sysroot_result sysroot_list(const struct sysroot *root, struct arena *arena, const char *path,
				 const char *const **names, size_t *count, struct error *error)
{
	__attribute__((cleanup(close_stream))) DIR *stream = NULL;
	int fd = open_below(root, path, O_DIRECTORY);
	const char **found = NULL;
	size_t found_count = 0, capacity = 0;
	struct dirent *entry;

	if (fd < 0)
		return result_of(root, SYSROOT_DIRECTORY, path, errno, error);
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return result_of(root, SYSROOT_DIRECTORY, path, errno, error);
	}
	while (errno = 0, (entry = readdir(stream))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (found_count == NAMES_LIMIT) {
			error_set(
				error,
				"%s%s has more than %d entries, more than any other of its kind.",
				root->path, path, NAMES_LIMIT);
			return SYSROOT_FAILED;
		}
		if (!add_name(&found, &found_count, &capacity, entry->d_name, arena, error))
			return SYSROOT_FAILED;
	}
	if (errno)
		return result_of(root, SYSROOT_DIRECTORY, path, errno, error);
	if (found_count)
		qsort(found, found_count, sizeof(*found), compare_names);
	*names = found;
	*count = found_count;
	tell(root, (struct sysroot_look){
		.kind = SYSROOT_DIRECTORY, .path = path, .names = found, .count = found_count,
	});
	return SYSROOT_OK;
}
