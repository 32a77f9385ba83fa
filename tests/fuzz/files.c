// SPDX-License-Identifier: GPL-2.0-or-later
/* Making files and links in a directory of its own, and remembering them. What they are for the
 * targets know. */
#include "config.h"
#include "tests/fuzz/files.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define FILES_MAX 256

static char tree[PATH_MAX];
static const char *written[FILES_MAX];
static size_t written_count;

static const char *full_path(const char *path)
{
	static char full[PATH_MAX + 128];

	snprintf(full, sizeof(full), "%s%s", files_tree(), path + (*path == '@'));
	return full;
}

/* Removes a file, and each directory above it that is empty then. */
static void take_away(const char *path)
{
	char *full = (char *)full_path(path);

	if (unlink(full))
		return;
	for (char *slash = strrchr(full, '/'); slash > full + strlen(tree);
	     slash = strrchr(full, '/')) {
		*slash = '\0';
		if (rmdir(full))
			return;
	}
}

void files_take_away(void)
{
	while (written_count)
		take_away(written[--written_count]);
}

static void remove_tree(void)
{
	files_take_away();
	rmdir(tree);
}

const char *files_tree(void)
{
	const char *directory = getenv("TMPDIR");

	if (*tree)
		return tree;
	snprintf(tree, sizeof(tree), "%s/fuzz-XXXXXX", directory ? directory : "/tmp");
	promise(mkdtemp(tree));
	atexit(remove_tree);
	return tree;
}

static void put_link(const char *full, struct bytes content)
{
	char target[256];

	if (content.size >= sizeof(target))
		return;
	memcpy(target, content.data, content.size);
	target[content.size] = '\0';
	/* An empty target is no link, and the one that was there first stays. */
	if (symlink(target, full))
		promise(errno == ENOENT || errno == EEXIST);
}

void files_put(const char *path, struct bytes content)
{
	char *full = (char *)full_path(path);
	FILE *file;

	for (char *slash = strchr(full + strlen(tree) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		promise(!mkdir(full, 0777) || errno == EEXIST);
		*slash = '/';
	}
	promise(written_count < FILES_MAX);
	written[written_count++] = path;
	if (*path == '@') {
		put_link(full, content);
		return;
	}
	file = fopen(full, "we");
	promise(file);
	promise(fwrite(content.data, 1, content.size, file) == content.size);
	promise(!fclose(file));
}

/* The file whose name the record begins with, if it is on the list. */
static void write_record(struct bytes record, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = paths[i] + (*paths[i] == '@');
		size_t length = strlen(name);

		if (bytes_equal_at(record, 0, name, length) &&
		    bytes_equal_at(record, length, "\n", 1) && record.size > length + 1 &&
		    written_count < FILES_MAX) {
			files_put(paths[i], bytes_from(record, length + 1));
			return;
		}
	}
}

void files_write(struct bytes in, const char *const *paths, size_t count)
{
	while (in.size) {
		const uint8_t *next = memmem(in.data + 1, in.size - 1, "\n=", 2);
		size_t length = next ? (size_t)(next + 1 - in.data) : in.size;

		if (in.data[0] == '=')
			write_record((struct bytes){in.data + 1, length - 1}, paths, count);
		in = bytes_from(in, length);
	}
}
