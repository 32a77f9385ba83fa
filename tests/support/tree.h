/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees of files for tests that read a machine: the captured ones of tests/machines, and made ones
 * in the working directory. Whatever goes wrong here fails the test.
 */
#ifndef TESTS_SUPPORT_TREE_H
#define TESTS_SUPPORT_TREE_H

#include <stddef.h>

struct tree {
	char path[32];
};

/* The path of tests/machines/`name`, valid until the next call. */
const char *tree_captured(const char *name);

void tree_create(struct tree *tree);
/*
 * Writes a file, whose `path` below the tree begins with a slash, and the directories it stands in.
 */
void tree_file(const struct tree *tree, const char *path, const void *data, size_t size);
void tree_text(const struct tree *tree, const char *path, const char *text);
void tree_link(const struct tree *tree, const char *path, const char *target);
void tree_destroy(struct tree *tree);

#endif
