// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walking /proc/device-tree into lists of nodes and properties. A captured tree may hold anything,
 * so depth and number are bounded: a link to a directory above must not keep us for ever.
 */
#include "kexec/devicetree_read.h"

#define ENTRIES_MAX 200000

struct walk {
	const struct sysroot *root;
	struct arena *arena;
	struct machine *machine;
	unsigned entries;
};

static bool read_node(struct walk *walk, const char *path, const char *name, unsigned depth,
		      struct devicetree_node **out, struct error *error);

/* A file below the node; one that may not be read is passed over. */
static bool read_property(struct walk *walk, const char *path, const char *name,
			  struct devicetree_property ***tail, struct error *error)
{
	struct bytes value = { NULL, 0 };
	struct devicetree_property *property;

	if (!machine_bytes(walk->root, walk->arena, walk->machine, path, &value, error))
		return false;
	if (!value.data)
		return true;
	property = arena_alloc(walk->arena, sizeof(*property), error);
	if (!property)
		return false;
	*property = (struct devicetree_property){ .name = name, .value = value };
	**tail = property;
	*tail = &property->next;
	return true;
}

static bool read_entries(struct walk *walk, const char *path, const char *const *names,
			 size_t count, unsigned depth, struct devicetree_node *node,
			 struct error *error)
{
	struct devicetree_property **property_tail = &node->properties;
	struct devicetree_node **child_tail = &node->children;

	for (size_t i = 0; i < count; i++) {
		const char *below = arena_format(walk->arena, error, "%s/%s", path, names[i]);

		if (!below || !read_node(walk, below, names[i], depth + 1, child_tail, error))
			return false;
		if (*child_tail)
			child_tail = &(*child_tail)->next;
		else if (!read_property(walk, below, names[i], &property_tail, error))
			return false;
	}
	return true;
}

/* *out stays NULL when `path` is not a directory. */
static bool read_node(struct walk *walk, const char *path, const char *name, unsigned depth,
		      struct devicetree_node **out, struct error *error)
{
	const char *const *names;
	size_t count;
	enum sysroot_result result =
		sysroot_list(walk->root, walk->arena, path, &names, &count, error);
	struct devicetree_node *node;

	if (result != SYSROOT_OK)
		return machine_passes_over(walk->root, walk->arena, walk->machine, path, result,
					   error);
	walk->entries += (unsigned)count;
	if (depth > DEVICETREE_DEPTH_MAX || walk->entries > ENTRIES_MAX)
		return error_set(error,
				 "%s%s: the device tree is more than %d levels deep, or has more "
				 "than %d nodes and properties.",
				 walk->root->path, path, DEVICETREE_DEPTH_MAX, ENTRIES_MAX);
	node = arena_alloc(walk->arena, sizeof(*node), error);
	if (!node)
		return false;
	node->name = name;
	*out = node;
	return read_entries(walk, path, names, count, depth, node, error);
}

bool devicetree_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
		     const struct devicetree_node **out, struct error *error)
{
	static const char *const paths[] = { "/proc/device-tree", "/sys/firmware/devicetree/base" };
	struct walk walk = { .root = root, .arena = arena, .machine = machine };
	struct devicetree_node *node = NULL;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && !node; i++)
		if (!read_node(&walk, paths[i], "", 0, &node, error))
			return false;
	*out = node;
	return true;
}
