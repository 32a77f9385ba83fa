// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device trees through libfdt, which no other file names. Whatever comes from outside goes through
 * fdt_check_full() once; after that libfdt's own functions may walk it. Room is made before each
 * edit, so that none fails for want of it.
 */
#include "config.h"

#include <inttypes.h>
#include <limits.h>

#include "kexec/devicetree.h"

#include <libfdt.h>

#define SLACK		  4096 /* for a command line, seeds and addresses, without growing */
#define HEADER_SIZE	  40 /* struct fdt_header of version 17 */
#define VERSION_MIN	  16 /* since 2005; fdt_check_full() trips over older ones */
#define VERSION_MAX	  17 /* the last one there is */
#define STRUCT_SIZE_SINCE 17 /* the version that says how long the structure block is */

static bool say(const struct devicetree *tree, const char *what, int result, struct error *error)
{
	return error_set(error, "The device tree of %s %s: %s.", tree->source, what,
			 fdt_strerror(result));
}

static bool say_about(const struct devicetree *tree, const char *what, const char *name, int result,
		      struct error *error)
{
	return error_set(error, "The device tree of %s %s %s: %s.", tree->source, what, name,
			 fdt_strerror(result));
}

/* Where the last block ends; of the reservations only the header's word is known here. */
static uint64_t end_of_blocks(const void *blob)
{
	uint64_t structure = (uint64_t)fdt_off_dt_struct(blob) + fdt_size_dt_struct(blob);
	uint64_t strings = (uint64_t)fdt_off_dt_strings(blob) + fdt_size_dt_strings(blob);
	uint64_t reservations =
		(uint64_t)fdt_off_mem_rsvmap(blob) + sizeof(struct fdt_reserve_entry);
	uint64_t end = structure > strings ? structure : strings;

	return end > reservations ? end : reservations;
}

/* A copy with `extra` bytes of room, ready to be edited. */
static bool copy_with_room(struct devicetree *tree, const void *blob, uint64_t extra,
			   struct error *error)
{
	uint64_t capacity = (uint64_t)fdt_totalsize(blob) + extra;
	uint8_t *copy;
	int result;

	if (capacity > INT_MAX)
		return error_set(error,
				 "The device tree of %s would need %" PRIu64
				 " bytes, more than a tree can have.",
				 tree->source, capacity);
	copy = arena_alloc(tree->arena, (size_t)capacity, error);
	if (!copy)
		return false;
	result = fdt_open_into(blob, copy, (int)capacity);
	if (result)
		return say(tree, "cannot be edited", result, error);
	tree->blob = copy;
	return true;
}

bool devicetree_open(struct devicetree *tree, struct bytes dtb, const char *source,
		     struct arena *arena, struct error *error)
{
	struct fdt_header header;
	uint64_t size;
	uint8_t *copy;
	int result;

	*tree = (struct devicetree){ .source = source, .arena = arena };
	if (dtb.size < HEADER_SIZE || !bytes_equal_at(dtb, 0, "\xd0\x0d\xfe\xed", 4)) {
		error_set(error,
			  "%s is not a device tree blob: it has %zu bytes and does not begin with "
			  "d0 0d fe ed.",
			  source, dtb.size);
		return error_remedy(error, "Give a .dtb file; dtc makes one from a .dts.");
	}
	/* libfdt wants 8-byte alignment, which a view into a file need not have. */
	memcpy(&header, dtb.data, sizeof(header));
	if (fdt_version(&header) < VERSION_MIN || fdt_last_comp_version(&header) > VERSION_MAX)
		return error_set(error,
				 "The device tree of %s is of version %u, compatible back to %u; "
				 "%d or %d was expected.",
				 source, fdt_version(&header), fdt_last_comp_version(&header),
				 VERSION_MIN, VERSION_MAX);
	size = fdt_totalsize(&header);
	if (size > dtb.size && fdt_version(&header) >= STRUCT_SIZE_SINCE &&
	    end_of_blocks(&header) <= dtb.size)
		size = end_of_blocks(&header);
	if (size > dtb.size || size > INT_MAX || size < HEADER_SIZE)
		return error_set(error,
				 "The device tree of %s is cut off: its header says %" PRIu64
				 " bytes, and %zu are there.",
				 source, size, dtb.size);
	copy = (uint8_t *)arena_copy(arena, (struct bytes){ dtb.data, (size_t)size }, error);
	if (!copy)
		return false;
	fdt_set_totalsize(copy, (uint32_t)size);
	result = fdt_check_full(copy, (size_t)size);
	if (!result && !copy_with_room(tree, copy, SLACK, error))
		return false;
	/* The copy is of version 17, whose rules are stricter. */
	if (!result)
		result = fdt_check_full(tree->blob, fdt_totalsize(tree->blob));
	return !result || say(tree, "is damaged", result, error);
}

bool devicetree_finish(struct devicetree *tree, struct bytes *dtb, struct error *error)
{
	int result = fdt_pack(tree->blob);

	if (result)
		return say(tree, "cannot be packed", result, error);
	*dtb = (struct bytes){ tree->blob, fdt_totalsize(tree->blob) };
	return true;
}

int devicetree_find(const struct devicetree *tree, const char *path)
{
	int node = fdt_path_offset(tree->blob, path);

	return node < 0 ? DEVICETREE_NONE : node;
}

int devicetree_next(const struct devicetree *tree, int node)
{
	int next = fdt_next_node(tree->blob, node, NULL);

	return next < 0 ? DEVICETREE_NONE : next;
}

int devicetree_child(const struct devicetree *tree, int node)
{
	int child = fdt_first_subnode(tree->blob, node);

	return child < 0 ? DEVICETREE_NONE : child;
}

int devicetree_sibling(const struct devicetree *tree, int node)
{
	int sibling = fdt_next_subnode(tree->blob, node);

	return sibling < 0 ? DEVICETREE_NONE : sibling;
}

const char *devicetree_name(const struct devicetree *tree, int node)
{
	const char *name = fdt_get_name(tree->blob, node, NULL);

	return name ? name : "";
}

struct bytes devicetree_get(const struct devicetree *tree, int node, const char *name)
{
	int size = 0;
	const void *value = node < 0 ? NULL : fdt_getprop(tree->blob, node, name, &size);

	return (struct bytes){ value, value && size > 0 ? (size_t)size : 0 };
}

/* Room for `wanted` more bytes between the end of the strings and the end of the copy. */
static bool make_room(struct devicetree *tree, uint64_t wanted, struct error *error)
{
	uint64_t used = (uint64_t)fdt_off_dt_strings(tree->blob) + fdt_size_dt_strings(tree->blob);

	if (fdt_totalsize(tree->blob) - used >= wanted)
		return true;
	return copy_with_room(tree, tree->blob, wanted + SLACK, error);
}

/* A node or property costs its bytes, its name, and tags and padding that 64 bytes cover. */
static uint64_t cost(const char *name, size_t size)
{
	return strlen(name) + size + 64;
}

static bool make_node(struct devicetree *tree, const char *path, int *node, struct error *error)
{
	const char *slash = strrchr(path, '/');
	int parent;

	*node = fdt_path_offset(tree->blob, path);
	if (*node >= 0 || !slash || !slash[1])
		return *node >= 0 || say_about(tree, "takes no node", path, *node, error);
	if (!make_room(tree, cost(path, 0), error))
		return false;
	parent = slash == path ? 0 : fdt_path_offset_namelen(tree->blob, path, (int)(slash - path));
	*node = parent < 0 ? parent : fdt_add_subnode(tree->blob, parent, slash + 1);
	return *node >= 0 || say_about(tree, "takes no node", path, *node, error);
}

bool devicetree_set(struct devicetree *tree, const char *path, const char *name, struct bytes value,
		    struct error *error)
{
	int node, result;

	if (value.size > INT_MAX)
		return error_set(error, "%s/%s cannot have %zu bytes.", path, name, value.size);
	/* Before the node is looked up: making room moves it. */
	if (!make_room(tree, cost(path, 0) + cost(name, value.size), error) ||
	    !make_node(tree, path, &node, error))
		return false;
	result = fdt_setprop(tree->blob, node, name, value.data, (int)value.size);
	return !result || say_about(tree, "takes no property", name, result, error);
}

bool devicetree_remove(struct devicetree *tree, const char *path, const char *name,
		       struct error *error)
{
	int node = fdt_path_offset(tree->blob, path);
	int result = node < 0 ? 0 : fdt_delprop(tree->blob, node, name);

	return !result || result == -FDT_ERR_NOTFOUND ||
	       say_about(tree, "keeps the property", name, result, error);
}

bool devicetree_reservation(const struct devicetree *tree, unsigned number, struct range *range)
{
	uint64_t start, size;
	int count = fdt_num_mem_rsv(tree->blob);

	if (count < 0 || number >= (unsigned)count ||
	    fdt_get_mem_rsv(tree->blob, (int)number, &start, &size))
		return false;
	range->start = start;
	if (!add_overflow_checked(start, size, &range->end))
		range->end = UINT64_MAX;
	return true;
}

bool devicetree_reserve(struct devicetree *tree, struct range range, struct error *error)
{
	int result;

	if (!make_room(tree, sizeof(struct fdt_reserve_entry), error))
		return false;
	result = fdt_add_mem_rsv(tree->blob, range.start, range_size(range));
	return !result || say(tree, "takes no memory reservation", result, error);
}

bool devicetree_unreserve(struct devicetree *tree, struct range range, struct error *error)
{
	struct range found;
	int result = 0;

	for (unsigned i = 0; !result && devicetree_reservation(tree, i, &found);) {
		if (found.start != range.start || found.end != range.end)
			i++;
		else
			result = fdt_del_mem_rsv(tree->blob, (int)i);
	}
	return !result || say(tree, "keeps a memory reservation", result, error);
}

void devicetree_set_boot_cpu(struct devicetree *tree, uint32_t cpu)
{
	fdt_set_boot_cpuid_phys(tree->blob, cpu);
}

/* An upper bound of what the node takes when it is flattened; 0 when it is too deep. */
static uint64_t flat_size(const struct devicetree_node *node, unsigned depth)
{
	uint64_t size = cost(node->name, 0), child_size;

	if (depth > DEVICETREE_DEPTH_MAX)
		return 0;
	for (const struct devicetree_property *p = node->properties; p; p = p->next)
		size += cost(p->name, p->value.size);
	for (const struct devicetree_node *child = node->children; child; child = child->next) {
		child_size = flat_size(child, depth + 1);
		if (!child_size)
			return 0;
		size += child_size;
	}
	return size;
}

static int flatten_node(void *blob, const struct devicetree_node *node)
{
	int result = fdt_begin_node(blob, node->name);

	for (const struct devicetree_property *p = node->properties; !result && p; p = p->next)
		if (strcmp(p->name, "name"))
			result = fdt_property(blob, p->name, p->value.data, (int)p->value.size);
	for (const struct devicetree_node *child = node->children; !result && child;
	     child = child->next)
		result = flatten_node(blob, child);
	return result ? result : fdt_end_node(blob);
}

bool devicetree_flatten(struct devicetree *tree, const struct devicetree_node *root,
			const char *source, struct arena *arena, struct error *error)
{
	uint64_t size = flat_size(root, 0);
	void *blob;
	int result;

	*tree = (struct devicetree){ .source = source, .arena = arena };
	if (!size)
		return error_set(error, "The device tree of %s is more than %d levels deep.",
				 source, DEVICETREE_DEPTH_MAX);
	size += HEADER_SIZE + SLACK;
	if (size > INT_MAX)
		return error_set(error, "The device tree of %s is too large: %" PRIu64 " bytes.",
				 source, size);
	blob = arena_alloc(arena, (size_t)size, error);
	if (!blob)
		return false;
	result = fdt_create(blob, (int)size);
	if (!result)
		result = fdt_finish_reservemap(blob);
	if (!result)
		result = flatten_node(blob, root);
	if (!result)
		result = fdt_finish(blob);
	if (!result)
		result = fdt_check_full(blob, fdt_totalsize(blob));
	if (result)
		return say(tree, "cannot be put together", result, error);
	return copy_with_room(tree, blob, SLACK, error);
}

bool devicetree_visit(uint8_t *blob, size_t size,
		      void (*visit)(void *context, const char *name, uint8_t *value, size_t size),
		      void *context)
{
	struct arena arena = { 0 };
	struct error ignored = { 0 };
	struct devicetree tree;
	bool opened =
		devicetree_open(&tree, (struct bytes){blob, size}, "a copy", &arena, &ignored);
	int node, property;

	arena_release(&arena);
	if (!opened)
		return false;
	/* The copy was in order; these are its bytes before it was made ready for edits. */
	for (node = 0; node >= 0; node = fdt_next_node(blob, node, NULL)) {
		fdt_for_each_property_offset(property, blob, node) {
			const char *name;
			int length;
			const void *value = fdt_getprop_by_offset(blob, property, &name, &length);

			if (value)
				visit(context, name, blob + ((const uint8_t *)value - blob),
				      (size_t)length);
		}
	}
	return true;
}
