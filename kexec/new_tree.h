/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a tree of small files into a directory that is new or empty. Nothing outside of it is
 * ever written: no path goes through a link. It knows sizes and names, not what is in the files.
 */
#ifndef KEXEC_NEW_TREE_H
#define KEXEC_NEW_TREE_H

#include <sys/types.h>

#include "kexec/error.h"

/* A server with 4,096 processors has some 20,000 files; 40 modules and the types, 20 MB. */
#define NEW_TREE_ENTRIES_MAX 200000
#define NEW_TREE_BYTES_MAX ((uint64_t)256 << 20)

struct new_tree {
	const char *path; /* as given */
	int fd;
	bool created;	/* the directory itself */
	mode_t mode;	/* of one that was there, for when it is left as it was; else 0 */
	size_t entries; /* made so far */
	uint64_t bytes;
};

/*
 * Fails when there is something at `path` that is no empty directory. Only its owner may look into
 * it from now on: some of what goes there is for root alone.
 */
bool new_tree_open(struct new_tree *tree, const char *path, struct error *error) must_check;
/*
 * Paths are relative to the tree, without "." and ".."; the directories above are made. What is
 * there already stays, but for a file that is shorter than the new one.
 */
bool new_tree_directory(struct new_tree *tree, const char *path, struct error *error) must_check;
bool new_tree_file(struct new_tree *tree, const char *path, struct bytes content,
		   struct error *error) must_check;
bool new_tree_link(struct new_tree *tree, const char *path, const char *target,
		   struct error *error) must_check;
void new_tree_close(struct new_tree *tree);
/* Takes everything away again that was made, and closes. */
void new_tree_remove(struct new_tree *tree);

#endif
