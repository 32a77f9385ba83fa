// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device trees in a build without libfdt: opening one fails with a sentence, and so nothing else
 * here is ever reached.
 */
#include "kexec/devicetree.h"

static bool refuse(const char *source, struct error *error)
{
	error_set(error,
		  "This build of kexec cannot edit the device tree of %s: it was made without "
		  "libfdt.",
		  source);
	return error_remedy(
		error, "Use -s, which does without, or build kexec where libfdt is installed.");
}

bool devicetree_open(struct devicetree *tree, struct bytes dtb, const char *source,
		     struct arena *arena, struct error *error)
{
	return refuse(source, error);
}

bool devicetree_flatten(struct devicetree *tree, const struct devicetree_node *root,
			const char *source, struct arena *arena, struct error *error)
{
	return refuse(source, error);
}

bool devicetree_finish(struct devicetree *tree, struct bytes *dtb, struct error *error)
{
	return refuse(tree->source, error);
}

int devicetree_find(const struct devicetree *tree, const char *path)
{
	return DEVICETREE_NONE;
}

int devicetree_next(const struct devicetree *tree, int node)
{
	return DEVICETREE_NONE;
}

int devicetree_child(const struct devicetree *tree, int node)
{
	return DEVICETREE_NONE;
}

int devicetree_sibling(const struct devicetree *tree, int node)
{
	return DEVICETREE_NONE;
}

const char *devicetree_name(const struct devicetree *tree, int node)
{
	return "";
}

struct bytes devicetree_get(const struct devicetree *tree, int node, const char *name)
{
	return (struct bytes){NULL, 0};
}

bool devicetree_set(struct devicetree *tree, const char *path, const char *name, struct bytes value,
		    struct error *error)
{
	return refuse(tree->source, error);
}

bool devicetree_remove(struct devicetree *tree, const char *path, const char *name,
		       struct error *error)
{
	return refuse(tree->source, error);
}

bool devicetree_reservation(const struct devicetree *tree, unsigned number, struct range *range)
{
	return false;
}

bool devicetree_reserve(struct devicetree *tree, struct range range, struct error *error)
{
	return refuse(tree->source, error);
}

bool devicetree_unreserve(struct devicetree *tree, struct range range, struct error *error)
{
	return refuse(tree->source, error);
}

void devicetree_set_boot_cpu(struct devicetree *tree, uint32_t cpu) {}

bool devicetree_visit(uint8_t *blob, size_t size,
		      void (*visit)(void *context, const char *name, uint8_t *value, size_t size),
		      void *context)
{
	return false;
}
