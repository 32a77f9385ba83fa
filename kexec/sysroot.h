/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the small files of /proc and /sys, of this machine or of a captured tree. It knows paths
 * and number formats, not what the numbers mean.
 */
#ifndef KEXEC_SYSROOT_H
#define KEXEC_SYSROOT_H

#include "kexec/manifest.h"

enum sysroot_kind {
	SYSROOT_FILE,
	SYSROOT_LINK,
	SYSROOT_DIRECTORY,
	SYSROOT_MENTIONED,	/* somebody opens the path by himself: see sysroot_mention() */
	SYSROOT_MADE,		/* no file of a machine, but of captured ones: see sysroot_made() */
};

/* One look at a tree: what was asked for, and the answer. */
struct sysroot_look {
	enum sysroot_kind kind;
	const char *path;
	int number;			/* errno of a failure, else 0 */
	struct bytes bytes;		/* of a file */
	const char *const *names;	/* in a directory */
	size_t count;
};

/* Told of every look, so that --capture keeps whatever it is that is read: see kexec/capture.h. */
struct sysroot_watch {
	void (*saw)(struct sysroot_watch *watch, const struct sysroot_look *look);
};

struct sysroot {
	const char *path;	/* as given, without a trailing slash; "" for this machine */
	int fd;			/* of the root directory */
	bool captured;
	struct sysroot_watch *watch;	/* or NULL */
	struct manifest manifest;	/* of a captured tree: empty without one */
	struct arena arena;		/* for that */
};

/*
 * `path` NULL: this machine. In a captured tree no symbolic link leads out of the tree (kernels
 * before 5.6 cannot keep that promise, and there a file that is a link is refused), and what its
 * manifest calls unreadable is.
 */
bool sysroot_open(struct sysroot *root, const char *path, struct error *error) must_check;
void sysroot_close(struct sysroot *root);

enum sysroot_result {
	SYSROOT_OK,
	SYSROOT_ABSENT,		/* no such file or directory: the error is not touched */
	SYSROOT_DENIED,		/* there, but not for this user: the error is not touched */
	SYSROOT_FAILED,		/* there, but unreadable, no regular file, too large: error set */
};

/*
 * The whole file (at most 64 MiB; no trailing NUL is counted, but one stands behind the bytes).
 * `path` is absolute as the kernel documentation has it: "/proc/iomem".
 */
enum sysroot_result sysroot_read(const struct sysroot *root, struct arena *arena, const char *path,
				 struct bytes *out, struct error *error) must_check;
/* The first `size` bytes of a file, or all of it when it has fewer. */
enum sysroot_result sysroot_head(const struct sysroot *root, struct arena *arena, const char *path,
				 size_t size, struct bytes *out, struct error *error) must_check;
/* A text file without its last newline. A NUL byte inside is a failure. */
enum sysroot_result sysroot_text(const struct sysroot *root, struct arena *arena, const char *path,
				 const char **out, struct error *error) must_check;
/*
 * Of a text file, the lines that end in one of `endings`: for files that are too large to keep,
 * and of which the rest is nobody's business.
 */
enum sysroot_result sysroot_lines(const struct sysroot *root, struct arena *arena, const char *path,
				  const char *const *endings, size_t count, const char **out,
				  struct error *error) must_check;
/* One number, decimal or with 0x; trailing white space is allowed, anything else fails. */
enum sysroot_result sysroot_number(const struct sysroot *root, struct arena *arena,
				   const char *path, uint64_t *out, struct error *error) must_check;
/*
 * The numbers in several files of one directory, every one of which must be there once the
 * directory is: sysfs gives tables that way, a directory for each row.
 */
struct sysroot_field {
	const char *name;
	uint64_t *value;
};
enum sysroot_result sysroot_fields(const struct sysroot *root, struct arena *arena,
				   const char *directory, const struct sysroot_field *fields,
				   size_t count, struct error *error) must_check;
/* The last part of where a symbolic link leads: sysfs names drivers and modules that way. */
enum sysroot_result sysroot_link(const struct sysroot *root, struct arena *arena, const char *path,
				 const char **out, struct error *error) must_check;
/* All of where it leads, as it is written. */
enum sysroot_result sysroot_target(const struct sysroot *root, struct arena *arena,
				   const char *path, const char **out,
				   struct error *error) must_check;
/*
 * The inode number of what `path` leads to. sysfs counts them up, so that of two directories the
 * one that was made later has the larger number. 0 in a captured tree, and where it cannot be had.
 */
uint64_t sysroot_inode(const struct sysroot *root, const char *path);
/*
 * The names in a directory, sorted: numbers first, by value, then the rest by byte. At most 65,536.
 */
enum sysroot_result sysroot_list(const struct sysroot *root, struct arena *arena, const char *path,
				 const char *const **names, size_t *count,
				 struct error *error) must_check;
/*
 * For those who must open a file or a directory by its name (as libraries and mappings want it):
 * says that `path`, below the root, was looked at.
 */
void sysroot_mention(const struct sysroot *root, const char *path);
/*
 * For what is read of the machine and no file has: says that a captured tree needs these bytes as a
 * file, in a directory that is there.
 */
void sysroot_made(const struct sysroot *root, const char *path, struct bytes bytes);

#endif
