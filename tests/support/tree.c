// SPDX-License-Identifier: GPL-2.0-or-later
/* Making and removing trees of files. It does not know what is in them. */
#include "config.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/tree.h"

const char *tree_captured(const char *name)
{
	static char path[PATH_MAX];
	const char *source = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/tests/machines/%s", source ? source : ".", name);
	return path;
}

void tree_create(struct tree *tree)
{
	/* Some tests look at the tree as an ordinary user. */
	umask(022);
	strcpy(tree->path, "tree-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
	assert_int_equal(chmod(tree->path, 0755), 0);
}

/* The path of a file in the tree, once its directories are there. */
static void prepare(const struct tree *tree, const char *path, char full[PATH_MAX])
{
	snprintf(full, PATH_MAX, "%s%s", tree->path, path);
	for (char *slash = strchr(full, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(!mkdir(full, 0777) || errno == EEXIST);
		*slash = '/';
	}
}

void tree_file(const struct tree *tree, const char *path, const void *data, size_t size)
{
	char full[PATH_MAX];
	FILE *file;

	prepare(tree, path, full);
	file = fopen(full, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

void tree_text(const struct tree *tree, const char *path, const char *text)
{
	tree_file(tree, path, text, strlen(text));
}

void tree_link(const struct tree *tree, const char *path, const char *target)
{
	char full[PATH_MAX];

	prepare(tree, path, full);
	assert_int_equal(symlink(target, full), 0);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

void tree_destroy(struct tree *tree)
{
	if (*tree->path)
		assert_int_equal(nftw(tree->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	*tree->path = '\0';
}
