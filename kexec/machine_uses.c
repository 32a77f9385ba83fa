// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where sysfs and procfs say what is in use (Documentation/ABI: testing/sysfs-class-net,
 * stable/sysfs-block, testing/sysfs-block-dm, testing/sysfs-class-tty; proc(5)). sysfs shows a
 * device once below /sys/devices, and everywhere else by a link to there: such links are what is
 * read here.
 */
#include "kexec/machine_uses.h"

#include <stdio.h>
#include <stdlib.h>

#define NVME_SUBSYSTEMS "/sys/devices/virtual/nvme-subsystem"

struct reading {
	const struct sysroot *root;
	struct arena *arena;
	struct use_facts *facts;
	size_t console_capacity, share_capacity, mount_capacity, member_capacity;
	struct error *error;
};

struct names {
	const char *const *list;
	size_t count;
};

/* The names in a directory; none when it cannot be read, which it is told by `result`. */
static struct names list(const struct reading *r, const char *directory,
			 enum sysroot_result *result)
{
	struct error ignored = {0};
	struct names names = {NULL, 0};
	enum sysroot_result got =
		sysroot_list(r->root, r->arena, directory, &names.list, &names.count, &ignored);

	if (result)
		*result = got;
	return got == SYSROOT_OK ? names : (struct names){NULL, 0};
}

static const char *read_text(const struct reading *r, const char *path)
{
	struct error ignored = {0};
	const char *text;

	return path && sysroot_text(r->root, r->arena, path, &text, &ignored) == SYSROOT_OK ? text
											    : NULL;
}

/* Where `name` in the directory leads; its path is NULL when that is not to be seen. */
static struct place place_of(const struct reading *r, const char *directory, const char *name)
{
	const char *path = arena_format(r->arena, r->error, "%s/%s", directory, name), *target;
	struct error ignored = {0};

	if (!path || sysroot_target(r->root, r->arena, path, &target, &ignored) != SYSROOT_OK)
		return (struct place){name, NULL};
	return (struct place){name, place_resolve(directory, target, r->arena, r->error)};
}

static bool add_place(const struct reading *r, struct place **places, size_t *count,
		      size_t *capacity, struct place place)
{
	struct place *room =
		arena_grow(r->arena, *places, *count, capacity, sizeof(*room), r->error);

	if (!room)
		return false;
	*places = room;
	room[(*count)++] = place;
	return true;
}

/* The controllers that lead to a namespace of multipath NVMe are links beside it. */
static bool read_controllers(const struct reading *r, struct block *block)
{
	size_t capacity = 0, length = strlen(NVME_SUBSYSTEMS);
	struct place *paths = NULL;
	struct names names;
	const char *subsystem;

	if (!place_is_below(block->place.path, NVME_SUBSYSTEMS) || block->place.path[length] != '/')
		return true;
	subsystem = arena_format(r->arena, r->error, "%.*s",
				 (int)(length + 1 + strcspn(block->place.path + length + 1, "/")),
				 block->place.path);
	if (!subsystem)
		return false;
	names = list(r, subsystem, NULL);
	for (size_t i = 0; i < names.count; i++) {
		struct place place = place_of(r, subsystem, names.list[i]);

		if (place.path && !strncmp(names.list[i], "nvme", 4) &&
		    !add_place(r, &paths, &block->path_count, &capacity, place))
			return false;
	}
	block->paths = paths;
	return true;
}

static bool read_block(const struct reading *r, const char *name, struct block *block)
{
	static const char directory[] = "/sys/class/block";
	struct names names;
	char *node;

	*block = (struct block){.place = place_of(r, directory, name)};
	node = arena_format(r->arena, r->error, "/dev/%s", name);
	if (!node)
		return false;
	block->node = node;
	/* A slash in a device's name is an exclamation mark in sysfs. */
	for (; *node; node++)
		if (*node == '!')
			*node = '/';
	block->number =
		read_text(r, arena_format(r->arena, r->error, "%s/%s/dev", directory, name));
	block->label =
		read_text(r, arena_format(r->arena, r->error, "%s/%s/dm/name", directory, name));
	names = list(r, arena_format(r->arena, r->error, "%s/%s/holders", directory, name), NULL);
	block->holder = names.count ? names.list[0] : NULL;
	names = list(r, arena_format(r->arena, r->error, "%s/%s/slaves", directory, name), NULL);
	block->slaves = names.list;
	block->slave_count = names.count;
	return read_controllers(r, block);
}

static int compare_blocks(const void *a, const void *b)
{
	return strcmp(((const struct block *)a)->place.name, ((const struct block *)b)->place.name);
}

static bool read_blocks(const struct reading *r)
{
	struct names names = list(r, "/sys/class/block", NULL);
	struct use_facts *facts = r->facts;

	facts->blocks = arena_array(r->arena, names.count + 1, sizeof(*facts->blocks), r->error);
	if (!facts->blocks)
		return false;
	for (; facts->block_count < names.count; facts->block_count++)
		if (!read_block(r, names.list[facts->block_count],
				&facts->blocks[facts->block_count]))
			return false;
	if (facts->block_count)
		qsort(facts->blocks, facts->block_count, sizeof(*facts->blocks), compare_blocks);
	return true;
}

static bool read_interfaces(const struct reading *r)
{
	static const char directory[] = "/sys/class/net";
	struct names names = list(r, directory, NULL);
	struct use_facts *facts = r->facts;

	facts->interfaces =
		arena_array(r->arena, names.count + 1, sizeof(*facts->interfaces), r->error);
	for (size_t i = 0; facts->interfaces && i < names.count; i++)
		facts->interfaces[facts->interface_count++] = place_of(r, directory, names.list[i]);
	return facts->interfaces;
}

/* The devices that a driver of the virtio bus has. */
static bool read_virtio(const struct reading *r, const char *driver, const char *name,
			struct place **places, size_t *count, size_t *capacity)
{
	const char *directory =
		arena_format(r->arena, r->error, "/sys/bus/virtio/drivers/%s", driver);
	struct names names;

	if (!directory)
		return false;
	names = list(r, directory, NULL);
	for (size_t i = 0; i < names.count; i++) {
		struct place place = place_of(r, directory, names.list[i]);

		if (!place.path || strncmp(names.list[i], "virtio", 6))
			continue;
		if (name)
			place.name = name;
		if (!add_place(r, places, count, capacity, place))
			return false;
	}
	return true;
}

static bool read_shares(struct reading *r)
{
	struct use_facts *f = r->facts;

	return read_virtio(r, "9pnet_virtio", NULL, &f->shares, &f->share_count,
			   &r->share_capacity) &&
	       read_virtio(r, "virtiofs", NULL, &f->shares, &f->share_count, &r->share_capacity);
}

static bool add_console(struct reading *r, struct place place)
{
	return add_place(r, &r->facts->consoles, &r->facts->console_count, &r->console_capacity,
			 place);
}

/* What draws the screen: each framebuffer, since any may have been given the console. */
static bool read_screen(struct reading *r)
{
	static const char directory[] = "/sys/class/graphics";
	struct names names = list(r, directory, NULL);

	r->facts->screen = true;
	for (size_t i = 0; i < names.count; i++)
		if (!strncmp(names.list[i], "fb", 2) &&
		    !add_console(r, place_of(r, directory, names.list[i])))
			return false;
	return true;
}

/* "tty0 ttyS0": those in use. A hypervisor's console does not show the virtio device that it is on.
 */
static bool read_consoles(struct reading *r)
{
	const char *at = read_text(r, "/sys/class/tty/console/active");

	while (at && *at) {
		size_t length = strcspn(at, " \n");
		char *name =
			arena_copy(r->arena, (struct bytes){(const uint8_t *)at, length}, r->error);

		if (!name)
			return false;
		at += length + (at[length] != '\0');
		if (!length || strchr(name, '/'))
			continue;
		if (!add_console(r, place_of(r, "/sys/class/tty", name)))
			return false;
		if (!strncmp(name, "hvc", 3) &&
		    !read_virtio(r, "virtio_console", name, &r->facts->consoles,
				 &r->facts->console_count, &r->console_capacity))
			return false;
		if (!strncmp(name, "tty", 3) && name[3] >= '0' && name[3] <= '9' && !read_screen(r))
			return false;
	}
	return true;
}

/* mountinfo has no numbers of btrfs's devices; it lists them itself. */
static bool read_members(struct reading *r)
{
	static const char directory[] = "/sys/fs/btrfs";
	struct names systems = list(r, directory, NULL);
	const char **members = NULL;

	for (size_t i = 0; i < systems.count; i++) {
		struct names names = list(r,
					  arena_format(r->arena, r->error, "%s/%s/devices",
						       directory, systems.list[i]),
					  NULL);

		for (size_t j = 0; j < names.count; j++) {
			members = arena_grow(r->arena, members, r->facts->member_count,
					     &r->member_capacity, sizeof(*members), r->error);
			if (!members)
				return false;
			members[r->facts->member_count++] = names.list[j];
		}
	}
	r->facts->members = members;
	return true;
}

static bool add_mounts(struct reading *r, const char ***mounts, const char *text)
{
	const char **room = arena_grow(r->arena, *mounts, r->facts->mount_count, &r->mount_capacity,
				       sizeof(*room), r->error);

	if (!room)
		return false;
	*mounts = room;
	room[r->facts->mount_count++] = text;
	return true;
}

static bool is_among(const char *text, const char **texts, size_t count)
{
	while (count)
		if (!strcmp(texts[--count], text))
			return true;
	return false;
}

/*
 * Mounts of the other namespaces: a service or a container may have a disk mounted that no one else
 * sees. One process of each is asked. One that ends meanwhile takes its mounts along.
 */
static bool read_namespaces(struct reading *r, const char ***mounts)
{
	enum sysroot_result result;
	struct names names = list(r, "/proc", &result);
	const char **seen = arena_array(r->arena, names.count + 1, sizeof(*seen), r->error);
	size_t count = 0;

	if (!seen)
		return false;
	if (result == SYSROOT_FAILED)
		r->facts->unread = "the processes, which may have disks mounted, cannot be listed";
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.list[i], *path, *namespace, *text;
		struct error ignored = {0};

		if (*name < '0' || *name > '9')
			continue;
		path = arena_format(r->arena, r->error, "/proc/%s/ns/mnt", name);
		if (!path)
			return false;
		result = sysroot_target(r->root, r->arena, path, &namespace, &ignored);
		r->facts->denied |= result == SYSROOT_DENIED;
		if (result != SYSROOT_OK || is_among(namespace, seen, count))
			continue;
		text = read_text(r, arena_format(r->arena, r->error, "/proc/%s/mountinfo", name));
		if (!text)
			continue;
		seen[count++] = namespace;
		if (!add_mounts(r, mounts, text))
			return false;
	}
	return true;
}

static bool read_mounts(struct reading *r)
{
	const char **mounts = NULL, *text = read_text(r, "/proc/self/mountinfo");

	if (!text)
		r->facts->unread = "what is mounted cannot be seen in /proc/self/mountinfo";
	else if (!add_mounts(r, &mounts, text))
		return false;
	if (!r->root->captured && !read_namespaces(r, &mounts))
		return false;
	r->facts->mounts = mounts;
	r->facts->swaps = read_text(r, "/proc/swaps");
	return true;
}

bool machine_uses_read(const struct sysroot *root, struct arena *arena, struct use_facts *facts,
		       struct error *error)
{
	struct reading r = {.root = root, .arena = arena, .facts = facts, .error = error};

	*facts = (struct use_facts){0};
	return read_blocks(&r) && read_interfaces(&r) && read_shares(&r) && read_consoles(&r) &&
	       read_members(&r) && read_mounts(&r);
}

static bool is_listed(const char *path, const struct place *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(places[i].path, path))
			return true;
	return false;
}

/*
 * What `entry` in the directory of a device says of another: virtfn0 leads to a function that goes
 * when the driver of this one does, and consumer:BUS:NAME to the link of a device that the kernel
 * unbinds first. *is_one: it says such a thing.
 */
static const char *dependent(const struct reading *r, const char *directory, const char *entry,
			     bool *is_one)
{
	bool consumes = !strncmp(entry, "consumer:", strlen("consumer:"));
	const char *path;

	*is_one = consumes || !strncmp(entry, "virtfn", strlen("virtfn"));
	path = *is_one ? place_of(r, directory, entry).path : NULL;
	return path && consumes ? place_of(r, path, "consumer").path : path;
}

/* All of them, and those of each; the candidate has no place when one of them has none. */
static bool read_dependents(const struct reading *r, struct candidate *candidate)
{
	struct place *found = NULL;
	size_t count = 0, capacity = 0;

	for (size_t at = 0; candidate->path && at <= count; at++) {
		const char *directory = at ? found[at - 1].path : candidate->path;
		struct names names = list(r, directory, NULL);

		for (size_t i = 0; i < names.count; i++) {
			bool is_one;
			const char *path = dependent(r, directory, names.list[i], &is_one);

			if (!is_one || (path && is_listed(path, found, count)))
				continue;
			if (!path) {
				candidate->path = NULL;
				return true;
			}
			if (!add_place(r, &found, &count, &capacity,
				       (struct place){names.list[i], path}))
				return false;
		}
	}
	candidate->dependents = found;
	candidate->dependent_count = count;
	return true;
}

bool machine_candidate_read(const struct sysroot *root, const struct device *device,
			    struct arena *arena, struct candidate *candidate, struct error *error)
{
	const struct reading r = {.root = root, .arena = arena, .error = error};
	const char *bus =
		arena_format(arena, error, "/sys/bus/%s/devices", driver_kind_name(device->bus));
	const char *directory = bus ? arena_format(arena, error, "%s/%s", bus, device->name) : NULL,
		   *text;
	struct names names;

	if (!directory)
		return false;
	*candidate = (struct candidate){.device = device, .directory = directory};
	candidate->path = place_of(&r, bus, device->name).path;
	candidate->number = sysroot_inode(root, directory);
	if (!read_dependents(&r, candidate))
		return false;
	text = read_text(&r, arena_format(arena, error, "%s/boot_vga", directory));
	candidate->draws_console = text && *text == '1';
	/* A driver that lets none go has no such file; this one cannot be read, only found. */
	names = list(&r, arena_format(arena, error, "%s/driver", directory), NULL);
	for (size_t i = 0; i < names.count; i++)
		candidate->has_unbind |= !strcmp(names.list[i], "unbind");
	return true;
}

bool machine_process_find(const struct sysroot *root, const char *name, struct arena *arena,
			  const char **number, struct error *error)
{
	const struct reading r = {.root = root, .arena = arena, .error = error};
	struct names names = list(&r, "/proc", NULL);

	*number = NULL;
	for (size_t i = 0; i < names.count && !*number; i++) {
		const char *path = arena_format(arena, error, "/proc/%s/comm", names.list[i]),
			   *text;

		if (!path)
			return false;
		text = *names.list[i] >= '0' && *names.list[i] <= '9' ? read_text(&r, path) : NULL;
		if (text && !strcmp(text, name))
			*number = names.list[i];
	}
	return true;
}
