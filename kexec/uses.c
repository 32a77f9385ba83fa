// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From mounts, swap and consoles to places in the device tree: down from a file system to its block
 * device, from there to those that it is built of, and to the hardware that these hang on. It errs
 * on the side of used.
 */
#include "kexec/uses.h"

#include <stdio.h>
#include <stdlib.h>

/* Virtual memory as a disk: nothing is below it. */
static const char *const memory_disks[] = {"loop", "ram", "zram"};

/* File systems that are reached over the network, or may be; fuse's names say what is behind. */
static const char *const network_types[] = {
	"nfs",	"nfs4",	      "cifs",		"smb3",	     "smbfs",	  "ceph",
	"afs",	"9p",	      "gfs2",		"ocfs2",     "lustre",	  "orangefs",
	"coda", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone",
};

/* File systems on disks of which mountinfo tells neither number nor name. */
static const char *const pool_types[] = {"zfs", "bcachefs"};

struct finding_uses {
	const struct use_facts *facts;
	struct uses *uses;
	size_t capacity;
	bool *seen;		      /* of each block device: it waits below, or has done so */
	const struct block **waiting; /* to be followed to what they are built of */
	struct arena *arena;
	struct error *error;
};

bool place_is_below(const char *path, const char *above)
{
	size_t length = above ? strlen(above) : 0;

	return path && above && length && !strncmp(path, above, length) &&
	       (path[length] == '/' || !path[length]);
}

const char *place_resolve(const char *directory, const char *target, struct arena *arena,
			  struct error *error)
{
	char *path = *target == '/' ? arena_format(arena, error, "%s", target)
				    : arena_format(arena, error, "/%s/%s", directory, target);
	size_t size = 0;

	if (!path)
		return NULL;
	for (const char *at = path; *at;) {
		size_t length;

		at += strspn(at, "/");
		length = strcspn(at, "/");
		if (length == 2 && !strncmp(at, "..", 2)) {
			while (size && path[--size] != '/')
				;
		} else if (length && !(length == 1 && *at == '.')) {
			path[size++] = '/';
			memmove(path + size, at, length);
			size += length;
		}
		at += length;
	}
	path[size] = '\0';
	return place_is_below(path, "/sys/devices") && path[strlen("/sys/devices")] ? path : NULL;
}

static bool add(struct finding_uses *f, const char *path, const char *why)
{
	struct uses *uses = f->uses;

	if (!why)
		return false;
	uses->list = arena_grow(f->arena, uses->list, uses->count, &f->capacity,
				sizeof(*uses->list), f->error);
	if (!uses->list)
		return false;
	uses->list[uses->count++] = (struct use){path, why};
	return true;
}

/* Only the first reason is kept. */
static bool keep(const char **all, const char *why)
{
	if (!*all)
		*all = why;
	return why;
}

static bool is_one_of(struct bytes text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(words[i]) == text.size && !memcmp(words[i], text.data, text.size))
			return true;
	return false;
}

#define IS_ONE_OF(text, words) is_one_of(text, words, sizeof(words) / sizeof((words)[0]))

static bool is_word(struct bytes text, const char *word)
{
	return text.size == strlen(word) && !memcmp(text.data, word, text.size);
}

static int compare_name(const void *name, const void *block)
{
	return strcmp(name, ((const struct block *)block)->place.name);
}

static const struct block *find_block(const struct finding_uses *f, const char *name)
{
	return f->facts->block_count ? bsearch(name, f->facts->blocks, f->facts->block_count,
					       sizeof(*f->facts->blocks), compare_name)
				     : NULL;
}

static bool is_memory(const struct block *block)
{
	for (size_t i = 0; i < sizeof(memory_disks) / sizeof(memory_disks[0]); i++) {
		size_t length = strlen(memory_disks[i]);

		if (!strncmp(block->place.name, memory_disks[i], length) &&
		    block->place.name[length] >= '0' && block->place.name[length] <= '9')
			return true;
	}
	return false;
}

static bool is_hardware(const char *path)
{
	return path && !place_is_below(path, "/sys/devices/virtual");
}

/* A disk of a session (iSCSI) or of a cluster, which some interface of the network carries. */
static bool is_remote(const char *path)
{
	return strstr(path, "/session") || place_is_below(path, "/sys/devices/rbd");
}

static bool use_hardware(struct finding_uses *f, const struct block *block, const char *why)
{
	const char *path = block->place.path;
	bool seen = false;

	for (size_t i = 0; i < block->path_count; i++) {
		if (!is_hardware(block->paths[i].path))
			continue;
		seen = true;
		if (!add(f, block->paths[i].path, why))
			return false;
	}
	if (is_hardware(path))
		return add(f, path, why) && (!is_remote(path) || keep(&f->uses->network, why));
	if (seen || block->slave_count || is_memory(block))
		return true;
	/* What the kernel made by itself, of something that the tree does not show: nbd, drbd, NVMe
	 * over TCP. */
	why = arena_format(f->arena, f->error, "%s, and nothing shows on what hardware that is",
			   why);
	return keep(&f->uses->disks, why) && keep(&f->uses->network, why);
}

static bool use_slave(struct finding_uses *f, const char *name, size_t *count, const char *why)
{
	const struct block *slave = find_block(f, name);

	if (!slave)
		return keep(&f->uses->disks,
			    arena_format(f->arena, f->error, "%s, and %s below it was not found",
					 why, name));
	if (!f->seen[slave - f->facts->blocks]) {
		f->seen[slave - f->facts->blocks] = true;
		f->waiting[(*count)++] = slave;
	}
	return true;
}

/* The device, and all that it is built of. Links that lead in a circle are followed once. */
static bool use_block(struct finding_uses *f, const struct block *first, const char *why)
{
	size_t count = 0;

	if (f->seen[first - f->facts->blocks])
		return true;
	f->seen[first - f->facts->blocks] = true;
	f->waiting[count++] = first;
	while (count) {
		const struct block *block = f->waiting[--count];

		if (!use_hardware(f, block, why))
			return false;
		for (size_t i = 0; i < block->slave_count; i++)
			if (!use_slave(f, block->slaves[i], &count, why))
				return false;
	}
	return true;
}

/* The next field of a line of proc(5)'s tables, taken off it; empty at the end. */
static struct bytes next_field(struct bytes *line)
{
	size_t start = 0, end;

	while (start < line->size && (line->data[start] == ' ' || line->data[start] == '\t'))
		start++;
	end = start;
	while (end < line->size && line->data[end] != ' ' && line->data[end] != '\t')
		end++;
	*line = (struct bytes){line->data + end, line->size - end};
	return (struct bytes){line->data - (end - start), end - start};
}

static bool is_octal(uint8_t c)
{
	return c >= '0' && c <= '7';
}

/* The tables write blanks and backslashes as three octal digits. */
static char *unescape(struct finding_uses *f, struct bytes text)
{
	char *out = arena_copy(f->arena, text, f->error);
	size_t size = 0;

	for (size_t i = 0; out && i < text.size; i++) {
		const uint8_t *c = text.data + i;

		if (*c == '\\' && text.size - i > 3 && c[1] <= '3' && is_octal(c[1]) &&
		    is_octal(c[2]) && is_octal(c[3])) {
			out[size++] = (char)((c[1] - '0') << 6 | (c[2] - '0') << 3 | (c[3] - '0'));
			i += 3;
		} else {
			out[size++] = (char)*c;
		}
	}
	if (out)
		out[size] = '\0';
	return out;
}

/* The block device of a name like /dev/sda1 or /dev/mapper/root. */
static const struct block *block_of_path(struct finding_uses *f, const char *path)
{
	const struct block *block;
	char *name;

	if (strncmp(path, "/dev/", 5))
		return NULL;
	name = arena_format(f->arena, f->error, "%s", path + 5);
	if (!name)
		return NULL;
	/* A slash in a device's name is an exclamation mark in sysfs. */
	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '!';
	block = find_block(f, name);
	for (size_t i = 0; !block && !strncmp(name, "mapper!", 7) && i < f->facts->block_count; i++)
		if (f->facts->blocks[i].label && !strcmp(f->facts->blocks[i].label, path + 12))
			block = &f->facts->blocks[i];
	return block;
}

static const struct block *block_of_number(const struct finding_uses *f, struct bytes number)
{
	for (size_t i = 0; i < f->facts->block_count; i++) {
		const char *own = f->facts->blocks[i].number;

		if (own && strlen(own) == number.size && !memcmp(own, number.data, number.size))
			return &f->facts->blocks[i];
	}
	return NULL;
}

struct mount {
	struct bytes number, type;
	const char *point, *source, *options;
};

static bool use_shares(struct finding_uses *f, const char *why)
{
	for (size_t i = 0; i < f->facts->share_count; i++)
		if (!add(f, f->facts->shares[i].path, why))
			return false;
	return true;
}

/* A file system without a number of its own: by its source, or by its type. */
static bool use_unnumbered(struct finding_uses *f, const struct mount *mount)
{
	const struct block *block = block_of_path(f, mount->source);
	char *why = arena_format(f->arena, f->error, "%s is mounted at %s", mount->source,
				 mount->point);

	if (!why)
		return false;
	if (block)
		return use_block(f, block, why);
	if (is_word(mount->type, "virtiofs") ||
	    (is_word(mount->type, "9p") && strstr(mount->options, "trans=virtio")))
		return use_shares(f, why);
	if (IS_ONE_OF(mount->type, network_types) || strstr(mount->source, ":/"))
		return keep(&f->uses->network, why);
	if (IS_ONE_OF(mount->type, pool_types) ||
	    (!strncmp(mount->source, "/dev/", 5) && strcmp(mount->source, "/dev/fuse")))
		return keep(&f->uses->disks,
			    arena_format(f->arena, f->error,
					 "%s, and nothing shows on which disks that is", why));
	return true;
}

static bool use_numbered(struct finding_uses *f, const struct mount *mount)
{
	const struct block *block = block_of_number(f, mount->number);
	const char *why;

	if (!block)
		return keep(&f->uses->disks, arena_format(f->arena, f->error,
							  "%s is mounted at %s, and nothing shows "
							  "on which disk that is",
							  mount->source, mount->point));
	why = arena_format(f->arena, f->error, "%s is mounted at %s", block->place.name,
			   mount->point);
	return why && use_block(f, block, why) &&
	       (!IS_ONE_OF(mount->type, network_types) || keep(&f->uses->network, why));
}

/* proc(5): "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue". */
static bool use_mount(struct finding_uses *f, struct bytes line)
{
	struct bytes fields[6], at;
	struct mount mount;

	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		fields[i] = next_field(&line);
	do
		at = next_field(&line);
	while (at.size && !is_word(at, "-"));
	mount.number = fields[2];
	mount.point = unescape(f, fields[4]);
	mount.type = next_field(&line);
	mount.source = unescape(f, next_field(&line));
	mount.options = unescape(f, next_field(&line));
	if (!mount.point || !mount.source || !mount.options)
		return false;
	if (!mount.number.size)
		return true;
	if (mount.number.size >= 2 && !memcmp(mount.number.data, "0:", 2))
		return use_unnumbered(f, &mount);
	return use_numbered(f, &mount);
}

/* proc(5): "/dev/sda2 partition 1048572 0 -2", below a line of titles. */
static bool use_swap(struct finding_uses *f, struct bytes line)
{
	const char *path = unescape(f, next_field(&line)), *why;
	const struct block *block;

	/* A file lies on a file system that is mounted. */
	if (!path || !is_word(next_field(&line), "partition"))
		return path;
	block = block_of_path(f, path);
	if (block) {
		why = arena_format(f->arena, f->error, "%s is swap space", block->place.name);
		return why && use_block(f, block, why);
	}
	return keep(&f->uses->disks, arena_format(f->arena, f->error,
						  "%s is swap space, and nothing shows on which "
						  "disk that is",
						  path));
}

static bool use_lines(struct finding_uses *f, const char *text,
		      bool (*use)(struct finding_uses *, struct bytes))
{
	while (text && *text) {
		size_t length = strcspn(text, "\n");

		if (length && !use(f, (struct bytes){(const uint8_t *)text, length}))
			return false;
		text += length + (text[length] == '\n');
	}
	return true;
}

static bool use_members(struct finding_uses *f)
{
	for (size_t i = 0; i < f->facts->member_count; i++) {
		const struct block *block = find_block(f, f->facts->members[i]);
		const char *why = arena_format(f->arena, f->error, "%s belongs to a mounted btrfs",
					       f->facts->members[i]);

		if (!why || (block ? !use_block(f, block, why) : !keep(&f->uses->disks, why)))
			return false;
	}
	return true;
}

/* What is built on a disk uses it, mounted or not: an array that loses a disk remembers it. */
static bool use_held(struct finding_uses *f)
{
	for (size_t i = 0; i < f->facts->block_count; i++) {
		const struct block *block = &f->facts->blocks[i];
		const char *why;

		if (!block->holder)
			continue;
		why = arena_format(f->arena, f->error, "%s is built on %s", block->holder,
				   block->place.name);
		if (!why || !use_block(f, block, why))
			return false;
	}
	return true;
}

static bool use_consoles(struct finding_uses *f)
{
	for (size_t i = 0; i < f->facts->console_count; i++) {
		const struct place *console = &f->facts->consoles[i];

		if (is_hardware(console->path) &&
		    !add(f, console->path,
			 arena_format(f->arena, f->error, "%s is a console", console->name)))
			return false;
	}
	return true;
}

bool uses_find(const struct use_facts *facts, struct arena *arena, struct uses *uses,
	       struct error *error)
{
	struct finding_uses f = {.facts = facts, .uses = uses, .arena = arena, .error = error};

	*uses = (struct uses){.disks = facts->unread, .network = facts->unread};
	f.seen = arena_array(arena, facts->block_count + 1, sizeof(*f.seen), error);
	f.waiting = arena_array(arena, facts->block_count + 1, sizeof(*f.waiting), error);
	if (!f.seen || !f.waiting)
		return false;
	for (size_t i = 0; i < facts->mount_count; i++)
		if (!use_lines(&f, facts->mounts[i], use_mount))
			return false;
	return use_lines(&f, facts->swaps, use_swap) && use_members(&f) && use_held(&f) &&
	       use_consoles(&f);
}
