// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Watching the readers. A path that they ask for is walked part by part, so that each link on the
 * way stands in the capture as a link, and each file where it really is: "..", behind a link, then
 * leads where it leads on the machine.
 */
#include "config.h"
#include "kexec/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kexec/check_report.h"
#include "kexec/file.h"
#include "kexec/machine_efi.h"
#include "kexec/new_tree.h"
#include "kexec/redact.h"
#include "kexec/status.h"

#define LINKS_MAX 40
#define KCORE "proc/kcore"
/* What a name leads to that was seen in a directory, and that nobody looked at. */
#define NOT_LOOKED_AT "not-captured"

struct listing {
	const char *directory;
	const char *const *names;
	size_t count;
	struct listing *next;
};

struct line {
	const char *text; /* of the manifest */
	struct line *next;
};

struct capture {
	struct sysroot_watch watch; /* first */
	const struct sysroot *root;
	struct new_tree tree;
	struct listing *listings;
	struct line *lines, **last_line;
	struct capture_summary *summary;
	struct arena *arena;
	bool failed; /* error set; nothing more is written */
	struct error *error;
};

/* A path without links, relative to the root. */
struct place {
	char path[PATH_MAX];
	bool found;
	mode_t mode;
};

static bool append(char *path, const char *part, size_t length)
{
	size_t used = strlen(path);

	if (used + length + 2 > PATH_MAX)
		return false;
	if (used)
		path[used++] = '/';
	memcpy(path + used, part, length);
	path[used + length] = '\0';
	return true;
}

static void cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

/* A target that stays in the tree wherever the tree stands: an absolute one becomes relative. */
static bool make_link(struct capture *c, const char *path, const char *target)
{
	char relative[PATH_MAX] = "";
	unsigned depth = 0, up = 0;

	for (const char *at = path; (at = strchr(at, '/')); at++)
		depth++;
	while (!strncmp(target + 3 * up, "../", 3))
		up++;
	/* No kernel goes down and up again: who knows where that would lead. */
	if (strstr(target + 3 * up, "/../"))
		return new_tree_link(&c->tree, path, NOT_LOOKED_AT, c->error);
	if (*target != '/' && up <= depth)
		return new_tree_link(&c->tree, path, target, c->error);
	for (; depth; depth--)
		if (!append(relative, "..", 2))
			return false;
	target += strspn(target, "./");
	return append(relative, target, strlen(target)) &&
	       new_tree_link(&c->tree, path, relative, c->error);
}

/* Each process sees itself as another one there. */
static bool is_self(const char *path)
{
	return !strcmp(path, "proc/self") || !strcmp(path, "proc/thread-self");
}

/* Takes the next part of *rest onto place->path. False at the end, and when it is too long. */
static bool take_part(const char **rest, struct place *place)
{
	size_t length;

	*rest += strspn(*rest, "/");
	length = strcspn(*rest, "/");
	if (!length)
		return false;
	if (length == 2 && !strncmp(*rest, "..", 2))
		cut_last(place->path);
	else if ((length != 1 || **rest != '.') && !append(place->path, *rest, length))
		return false;
	*rest += length;
	return true;
}

/* Whoever looked into a directory and found nothing must find the same. */
static bool make_directories(struct capture *c, const struct place *place)
{
	char path[PATH_MAX];
	struct stat status;

	strcpy(path, place->path);
	while (*path && (fstatat(c->root->fd, path, &status, AT_SYMLINK_NOFOLLOW) ||
			 !S_ISDIR(status.st_mode)))
		cut_last(path);
	return !*path || new_tree_directory(&c->tree, path, c->error);
}

/*
 * Finds where `path` leads, and makes the links on the way and the directory that it is in. The
 * last part, if it is a link, is followed or not.
 */
static bool walk(struct capture *c, const char *path, bool follow, struct place *place)
{
	char buffers[2][PATH_MAX], target[PATH_MAX];
	unsigned links = 0;
	struct stat status;

	*place = (struct place){.found = false};
	while (take_part(&path, place)) {
		ssize_t length =
			*place->path && !is_self(place->path)
				? readlinkat(c->root->fd, place->path, target, sizeof(target) - 1)
				: -1;
		char *rest = buffers[links & 1];

		if (length < 0)
			continue;
		target[length] = '\0';
		if (links++ == LINKS_MAX || !make_link(c, place->path, target))
			return !*c->error->cause;
		if (!follow && !path[strspn(path, "/")]) {
			place->found = true;
			place->mode = S_IFLNK;
			return true;
		}
		if (snprintf(rest, PATH_MAX, "%s%s", target, path) >= PATH_MAX)
			return true;
		if (*target == '/')
			*place->path = '\0';
		else
			cut_last(place->path);
		path = rest;
	}
	place->found = !path[strspn(path, "/")] && *place->path &&
		       !fstatat(c->root->fd, place->path, &status, AT_SYMLINK_NOFOLLOW);
	place->mode = place->found ? status.st_mode : 0;
	return make_directories(c, place);
}

static bool add_line(struct capture *c, const char *text)
{
	struct line *line = text ? arena_alloc(c->arena, sizeof(*line), c->error) : NULL;

	if (!line)
		return false;
	line->text = text;
	*c->last_line = line;
	c->last_line = &line->next;
	return true;
}

/* The head of the kernel's memory has its own name: it is not what the file would be. */
static const char *captured_name(const char *path)
{
	return !strcmp(path, KCORE) ? KCORE ".head" : path;
}

static bool write_redacted(struct capture *c, const char *path, uint8_t *data, size_t size)
{
	char *absolute = arena_format(c->arena, c->error, "/%s", captured_name(path));
	const char *what = absolute ? redact(absolute, data, size) : NULL;
	size_t before = c->tree.entries;

	if (!absolute ||
	    !new_tree_file(&c->tree, absolute + 1, (struct bytes){data, size}, c->error))
		return false;
	return !what || c->tree.entries == before ||
	       add_line(c, arena_format(c->arena, c->error, "overwritten %s: %s", absolute, what));
}

static bool keep_file(struct capture *c, const char *path, struct bytes bytes)
{
	struct error *error = c->error;
	struct arena scratch = {0};
	struct place place;
	bool kept = walk(c, path, true, &place);

	if (kept && place.found && S_ISREG(place.mode)) {
		uint8_t *copy = (uint8_t *)arena_copy(&scratch, bytes, error);

		kept = copy && write_redacted(c, place.path, copy, bytes.size);
	}
	arena_release(&scratch);
	return kept;
}

/* A module, or a kernel with types in it: as large as it is, and with nothing to hide. */
static bool keep_mentioned(struct capture *c, const char *path)
{
	struct file file = FILE_CLOSED;
	struct error ignored = {0};
	struct place place;
	bool kept = walk(c, path, true, &place);
	char *full;

	if (!kept || !place.found || !S_ISREG(place.mode))
		return kept;
	full = arena_format(c->arena, c->error, "%s/%s", c->root->path, place.path);
	if (!full)
		return false;
	/* What cannot be opened here could not be opened there. */
	if (!file_open(&file, full, NULL, &ignored))
		return true;
	kept = new_tree_file(&c->tree, place.path, file.bytes, c->error);
	file_close(&file);
	return kept;
}

static bool keep_listing(struct capture *c, const struct sysroot_look *look)
{
	struct listing *listing = arena_alloc(c->arena, sizeof(*listing), c->error);
	struct place place;

	if (!listing || !walk(c, look->path, true, &place))
		return false;
	*listing = (struct listing){
		.directory = arena_format(c->arena, c->error, "%s", place.path),
		.names = look->names,
		.count = look->count,
		.next = c->listings,
	};
	c->listings = listing;
	return listing->directory;
}

/* Two readers may have failed to read the same file. */
static bool keep_failure(struct capture *c, const struct sysroot_look *look)
{
	struct place place;
	char *text;

	if (!walk(c, look->path, look->kind != SYSROOT_LINK, &place))
		return false;
	if (look->number == ENOENT || look->number == ENOTDIR || strchr(look->path, '\n'))
		return true;
	text = arena_format(c->arena, c->error, "unreadable %d %s%s", look->number, look->path,
			    !strcmp(place.path, KCORE) ? ".head" : "");
	for (struct line *line = c->lines; text && line; line = line->next)
		if (!strcmp(line->text, text))
			return true;
	if (!c->summary->unreadable++)
		c->summary->first_unreadable = arena_format(c->arena, c->error, "%s", look->path);
	return add_line(c, text);
}

static bool keep(struct capture *c, const struct sysroot_look *look)
{
	struct place place;

	if (look->number)
		return keep_failure(c, look);
	switch (look->kind) {
	case SYSROOT_FILE:
		return keep_file(c, look->path, look->bytes);
	case SYSROOT_LINK:
		return walk(c, look->path, false, &place);
	case SYSROOT_DIRECTORY:
		return keep_listing(c, look);
	case SYSROOT_MENTIONED:
		return keep_mentioned(c, look->path);
	case SYSROOT_MADE:
		return new_tree_file(&c->tree, look->path + 1, look->bytes, c->error);
	}
	return true;
}

static void saw(struct sysroot_watch *watch, const struct sysroot_look *look)
{
	struct capture *c = (struct capture *)watch;

	if (!c->failed && !keep(c, look))
		c->failed = true;
}

/* A directory has the same names again, and behind those that nobody looked at is nothing. */
static bool complete_listings(struct capture *c)
{
	for (const struct listing *listing = c->listings; listing; listing = listing->next) {
		for (size_t i = 0; i < listing->count; i++) {
			char *path = arena_format(c->arena, c->error, "%s/%s", listing->directory,
						  listing->names[i]);

			if (!path)
				return false;
			if (redact_name(strrchr(path, '/') + 1) &&
			    !add_line(c, arena_format(c->arena, c->error,
						      "overwritten /%s: a MAC address in its name",
						      path)))
				return false;
			if (!new_tree_link(&c->tree, path, NOT_LOOKED_AT, c->error))
				return false;
		}
	}
	return true;
}

/* What the running kernel answers without a file; the machine's own name is left out. */
static bool write_identity(struct capture *c)
{
	struct utsname name;
	const char *text;

	if (c->root->captured)
		return true;
	if (uname(&name))
		return error_set(c->error, "uname(2) failed: %s.", strerror(errno));
	text = arena_format(c->arena, c->error, "%s (none) %s %s %s\n", name.sysname, name.release,
			    name.version, name.machine);
	if (!text || !new_tree_file(&c->tree, "uname",
				    (struct bytes){(const uint8_t *)text, strlen(text)}, c->error))
		return false;
	text = arena_format(c->arena, c->error, "%ld\n", sysconf(_SC_PAGESIZE));
	return text && new_tree_file(&c->tree, "pagesize",
				     (struct bytes){(const uint8_t *)text, strlen(text)}, c->error);
}

static bool write_manifest(struct capture *c)
{
	static const char head[] = "# A machine as kexec-ng saw it: a directory for kexec "
				   "--sysroot. What stands below was left\n"
				   "# out. Read through the rest before you give it to others: the "
				   "command line and the mounts\n"
				   "# may tell more than you want to.\n";
	const char *text = arena_format(c->arena, c->error, "%sformat %d\nprogram %s\n", head,
					MANIFEST_FORMAT, PACKAGE_STRING);
	size_t size = text ? strlen(text) : 0, at = size;
	char *all;

	for (const struct line *line = c->lines; line; line = line->next)
		size += strlen(line->text) + 1;
	all = text ? arena_alloc(c->arena, size, c->error) : NULL;
	if (!all)
		return false;
	memcpy(all, text, at);
	for (const struct line *line = c->lines; line; line = line->next) {
		size_t length = strlen(line->text);

		memcpy(all + at, line->text, length);
		at += length;
		all[at++] = '\n';
	}
	return new_tree_file(&c->tree, "manifest", (struct bytes){(const uint8_t *)all, size},
			     c->error);
}

/* All that reads the machine, whatever comes of it: a capture of a broken one is worth most. */
static void read_everything(const struct sysroot *root, struct arena *arena,
			    struct capture_summary *summary)
{
	const struct options options = {.check = CHECK_MACHINE, .mem_max = UINT64_MAX};
	struct error ignored[5] = {{0}};
	struct machine_efi efi;
	struct machine machine;
	struct report report;

	summary->addresses_hidden =
		machine_read(root, arena, &machine, &ignored[0]) && machine.iomem_masked;
	(void)!check_machine(root, &options, arena, &report, &ignored[1]);
	(void)!machine_efi_read(root, arena, &efi, &ignored[2]);
	(void)!status_read(root, false, arena, &ignored[3]);
	(void)!status_read(root, true, arena, &ignored[4]);
}

bool capture_machine(const struct sysroot *root, const char *directory, struct arena *arena,
		     struct capture_summary *summary, struct error *error)
{
	struct sysroot watched = *root;
	struct capture c = {
		.watch = {.saw = saw},
		.root = root,
		.summary = summary,
		.arena = arena,
		.error = error,
	};

	*summary = (struct capture_summary){0};
	c.last_line = &c.lines;
	watched.watch = &c.watch;
	if (!new_tree_open(&c.tree, directory, error))
		return false;
	read_everything(&watched, arena, summary);
	if (!c.failed && complete_listings(&c) && write_identity(&c) && write_manifest(&c)) {
		new_tree_close(&c.tree);
		return true;
	}
	new_tree_remove(&c.tree);
	return false;
}
