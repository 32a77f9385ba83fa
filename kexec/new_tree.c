// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each directory of a path is opened from the one above, and never through a link. A file is
 * written in one go: there are no partial ones unless the program is killed.
 */
#include "config.h"
#include "kexec/new_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device tree may be 64 levels deep. Each level that is removed needs two descriptors. */
#define DEPTH_MAX 100
#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static bool say(const struct new_tree *tree, const char *path, int number, struct error *error)
{
	error_remedy(error, "Name a directory with enough room that you may write to; nothing was "
			    "left in this one.");
	return error_set(error, "%s/%s cannot be written: %s.", tree->path, path, strerror(number));
}

static bool count_entry(struct new_tree *tree, const char *path, size_t size, struct error *error)
{
	if (tree->entries++ < NEW_TREE_ENTRIES_MAX && size <= NEW_TREE_BYTES_MAX - tree->bytes) {
		tree->bytes += size;
		return true;
	}
	return error_set(
		error,
		"%s would hold more than %d files or %u MiB with %s, more than any capture needs.",
		tree->path, NEW_TREE_ENTRIES_MAX, (unsigned)(NEW_TREE_BYTES_MAX >> 20), path);
}

/* The names in a directory but "." and "..": removed, or seen at the first one (*found). */
static bool each_name(int fd, bool remove, bool *found)
{
	int copy = openat(fd, ".", DIRECTORY);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	*found = false;
	if (!stream) {
		if (copy >= 0)
			close(copy);
		return false;
	}
	while ((entry = readdir(stream))) {
		bool below;
		int inner;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		*found = true;
		if (!remove)
			break;
		if (!unlinkat(fd, entry->d_name, 0))
			continue;
		inner = openat(fd, entry->d_name, DIRECTORY);
		if (inner < 0)
			continue;
		(void)each_name(inner, true, &below);
		close(inner);
		(void)unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(stream);
	return true;
}

static bool keep_private(struct new_tree *tree, struct error *error)
{
	struct stat status;

	if (fstat(tree->fd, &status))
		return error_set(error, "%s cannot be looked at: %s.", tree->path, strerror(errno));
	if (!(status.st_mode & (S_IRWXG | S_IRWXO)))
		return true;
	if (!fchmod(tree->fd, S_IRWXU)) {
		tree->mode = status.st_mode & 07777;
		return true;
	}
	error_remedy(error, "Name a directory that is not there yet.");
	return error_set(error, "Others may look into %s, and that cannot be changed: %s.",
			 tree->path, strerror(errno));
}

bool new_tree_open(struct new_tree *tree, const char *path, struct error *error)
{
	bool found;

	*tree = (struct new_tree){.path = path, .created = !mkdir(path, 0700)};
	tree->fd = !tree->created && errno != EEXIST ? -1 : open(path, DIRECTORY);
	if (tree->fd < 0)
		return error_set(error, "The directory %s cannot be made: %s.", path,
				 strerror(errno));
	if (each_name(tree->fd, false, &found) && !found) {
		if (keep_private(tree, error))
			return true;
		new_tree_close(tree);
		return false;
	}
	new_tree_close(tree);
	error_remedy(error, "Name a directory that is not there yet.");
	return error_set(error, "The directory %s is not empty.", path);
}

/* The directory that `path` is to stand in; *name is its last part. */
static int open_parent(struct new_tree *tree, const char *path, const char **name,
		       struct error *error)
{
	int fd = openat(tree->fd, ".", DIRECTORY);
	unsigned depth = 0;

	for (*name = path; fd >= 0;) {
		size_t length = strcspn(*name, "/");
		char part[NAME_MAX + 1];
		int next, number;

		if (!(*name)[length])
			return fd;
		if (length > NAME_MAX || ++depth > DEPTH_MAX) {
			close(fd);
			error_set(error, "%s would be more than %d levels deep.", tree->path,
				  DEPTH_MAX);
			return -1;
		}
		memcpy(part, *name, length);
		part[length] = '\0';
		number = mkdirat(fd, part, 0755) ? errno : 0;
		if (!number && !count_entry(tree, path, 0, error)) {
			close(fd);
			return -1;
		}
		next = openat(fd, part, DIRECTORY);
		length += strspn(*name + length, "/");
		*name += length;
		if (next < 0)
			say(tree, path, errno == ENOENT ? number : errno, error);
		close(fd);
		if (next < 0)
			return -1;
		fd = next;
	}
	say(tree, path, errno, error);
	return -1;
}

static bool is_there(int parent, const char *name, uint64_t *size)
{
	struct stat status;

	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW))
		return false;
	*size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : UINT64_MAX;
	return true;
}

/* After a call that has made something in `parent`, or not; what is there already is as good. */
static bool made_in(struct new_tree *tree, int parent, const char *path, bool made,
		    struct error *error)
{
	bool there = made ? count_entry(tree, path, 0, error)
			  : errno == EEXIST || say(tree, path, errno, error);

	close(parent);
	return there;
}

bool new_tree_directory(struct new_tree *tree, const char *path, struct error *error)
{
	const char *name;
	int parent = open_parent(tree, path, &name, error);

	return parent >= 0 &&
	       made_in(tree, parent, path, !*name || !mkdirat(parent, name, 0755), error);
}

static bool write_all(int fd, struct bytes content)
{
	while (content.size) {
		ssize_t written = write(fd, content.data, content.size);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0)
			content = bytes_from(content, (uint64_t)written);
	}
	return true;
}

bool new_tree_file(struct new_tree *tree, const char *path, struct bytes content,
		   struct error *error)
{
	const char *name;
	int parent = open_parent(tree, path, &name, error), fd;
	uint64_t size;
	bool done;

	if (parent < 0)
		return false;
	if (is_there(parent, name, &size)) {
		if (size >= content.size) {
			close(parent);
			return true;
		}
		(void)unlinkat(parent, name, 0);
		tree->bytes -= size;
	}
	if (!count_entry(tree, path, content.size, error)) {
		close(parent);
		return false;
	}
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	close(parent);
	if (fd < 0)
		return say(tree, path, errno, error);
	done = write_all(fd, content);
	if (!done)
		say(tree, path, errno, error);
	/* Network file systems say only now that they are full. */
	if (close(fd) && done)
		done = say(tree, path, errno, error);
	return done;
}

bool new_tree_link(struct new_tree *tree, const char *path, const char *target, struct error *error)
{
	const char *name;
	int parent = open_parent(tree, path, &name, error);

	return parent >= 0 && made_in(tree, parent, path, !symlinkat(target, parent, name), error);
}

void new_tree_close(struct new_tree *tree)
{
	if (tree->fd >= 0)
		close(tree->fd);
	tree->fd = -1;
}

void new_tree_remove(struct new_tree *tree)
{
	bool found;

	(void)each_name(tree->fd, true, &found);
	if (tree->mode)
		(void)!fchmod(tree->fd, tree->mode);
	new_tree_close(tree);
	if (tree->created)
		(void)rmdir(tree->path);
}
