/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a tree of small files. The input is a row of files, each after a line "=PATH"; only
 * paths of the target's own list are written, into a tree of this process. A path that begins with
 * @ in the list is a link, and what follows it in the input is its target.
 */
#ifndef TESTS_FUZZ_FILES_H
#define TESTS_FUZZ_FILES_H

#include "kexec/bytes.h"

/* The tree; it is made by the first call, and removed when the program ends. */
const char *files_tree(void);
/* Writes one file or link, which stays until files_take_away(). */
void files_put(const char *path, struct bytes content);
void files_write(struct bytes in, const char *const *paths, size_t count);
/* Removes every file that was written, and the directories that are empty then. */
void files_take_away(void);

#endif
