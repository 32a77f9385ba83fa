// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What property values mean, and what the kernel reads in /chosen: everything about device trees
 * that does not depend on how a tree is stored.
 */
#include "kexec/devicetree.h"

#define CELL 4

const char *devicetree_text(const struct devicetree *tree, int node, const char *name)
{
	struct bytes value = devicetree_get(tree, node, name);

	return value.size && memchr(value.data, '\0', value.size) ? (const char *)value.data : NULL;
}

bool devicetree_cells(struct bytes value, size_t *at, unsigned cells, uint64_t *number)
{
	uint64_t result = 0;

	for (unsigned i = 0; i < cells; i++) {
		const be32 *cell = bytes_at(value, (uint64_t)*at + (uint64_t)i * CELL, CELL);

		if (!cell || result >> 32)
			return false;
		result = result << 32 | get(*cell);
	}
	*at += (size_t)cells * CELL;
	*number = result;
	return true;
}

static bool to_number(struct bytes bytes, uint64_t *value)
{
	size_t at = 0;

	return (bytes.size == CELL || bytes.size == 2 * CELL) &&
	       devicetree_cells(bytes, &at, (unsigned)(bytes.size / CELL), value);
}

bool devicetree_number(const struct devicetree *tree, int node, const char *name, uint64_t *value)
{
	return to_number(devicetree_get(tree, node, name), value);
}

void devicetree_cell_counts(const struct devicetree *tree, int node, unsigned *address,
			    unsigned *size)
{
	uint64_t number;

	*address = 2;
	*size = 1;
	if (devicetree_number(tree, node, "#address-cells", &number) && number <= 4)
		*address = (unsigned)number;
	if (devicetree_number(tree, node, "#size-cells", &number) && number <= 4)
		*size = (unsigned)number;
}

const struct devicetree_node *devicetree_node_find(const struct devicetree_node *root,
						   const char *path)
{
	const struct devicetree_node *node = root;

	while (node && *path) {
		size_t length = strcspn(++path, "/");

		if (!length)
			break;
		for (node = node->children; node; node = node->next)
			if (strlen(node->name) == length && !memcmp(node->name, path, length))
				break;
		path += length;
	}
	return node;
}

struct bytes devicetree_node_get(const struct devicetree_node *node, const char *name)
{
	for (const struct devicetree_property *p = node ? node->properties : NULL; p; p = p->next)
		if (!strcmp(p->name, name))
			return (struct bytes){p->value.data ? p->value.data : (const uint8_t *)"",
					      p->value.size};
	return (struct bytes){NULL, 0};
}

bool devicetree_node_number(const struct devicetree_node *node, const char *name, uint64_t *value)
{
	return to_number(devicetree_node_get(node, name), value);
}

bool devicetree_node_says(const struct devicetree_node *node, const char *name, const char *text)
{
	struct bytes value = devicetree_node_get(node, name);
	size_t size = strlen(text) + 1;

	return value.size >= size && !memcmp(value.data, text, size);
}

bool devicetree_set_text(struct devicetree *tree, const char *path, const char *name,
			 const char *text, struct error *error)
{
	return devicetree_set(tree, path, name,
			      (struct bytes){(const uint8_t *)text, strlen(text) + 1}, error);
}

bool devicetree_set_number32(struct devicetree *tree, const char *path, const char *name,
			     uint32_t number, struct error *error)
{
	be32 cell;

	put(&cell, number);
	return devicetree_set(tree, path, name, (struct bytes){cell.b, sizeof(cell)}, error);
}

bool devicetree_set_number64(struct devicetree *tree, const char *path, const char *name,
			     uint64_t number, struct error *error)
{
	be64 cells;

	put(&cells, number);
	return devicetree_set(tree, path, name, (struct bytes){cells.b, sizeof(cells)}, error);
}

/*
 * The reservation that an earlier loader made for the running kernel's initrd: of exactly its size,
 * or of whole pages (drivers/of/kexec.c writes the first and takes both away).
 */
static bool unreserve_old_initrd(struct devicetree *tree, struct error *error)
{
	int chosen = devicetree_find(tree, "/chosen");
	struct range old;

	if (!devicetree_number(tree, chosen, "linux,initrd-start", &old.start) ||
	    !devicetree_number(tree, chosen, "linux,initrd-end", &old.end) || old.end <= old.start)
		return true;
	if (!devicetree_unreserve(tree, old, error))
		return false;
	for (uint64_t page = 0x1000; page <= 0x10000; page *= 4) {
		struct range whole = {align_down(old.start, page), old.end};

		if (align_up_checked(old.end, page, &whole.end) &&
		    !devicetree_unreserve(tree, whole, error))
			return false;
	}
	return true;
}

static bool edit_initrd(struct devicetree *tree, const struct devicetree_chosen *chosen,
			struct error *error)
{
	if (!unreserve_old_initrd(tree, error))
		return false;
	if (chosen->initrd.end <= chosen->initrd.start)
		return devicetree_remove(tree, "/chosen", "linux,initrd-start", error) &&
		       devicetree_remove(tree, "/chosen", "linux,initrd-end", error);
	return devicetree_set_number64(tree, "/chosen", "linux,initrd-start", chosen->initrd.start,
				       error) &&
	       devicetree_set_number64(tree, "/chosen", "linux,initrd-end", chosen->initrd.end,
				       error) &&
	       (!chosen->reserve_initrd || devicetree_reserve(tree, chosen->initrd, error));
}

static bool set_or_remove(struct devicetree *tree, const char *name, struct bytes value,
			  struct error *error)
{
	return value.size ? devicetree_set(tree, "/chosen", name, value, error)
			  : devicetree_remove(tree, "/chosen", name, error);
}

bool devicetree_edit_chosen(struct devicetree *tree, const struct devicetree_chosen *chosen,
			    struct error *error)
{
	static const char *const left_over[] = {
		"linux,elfcorehdr",
		"linux,usable-memory-range",
		"linux,ima-kexec-buffer",
	};

	for (size_t i = 0; i < sizeof(left_over) / sizeof(left_over[0]); i++)
		if (!devicetree_remove(tree, "/chosen", left_over[i], error))
			return false;
	return edit_initrd(tree, chosen, error) &&
	       (!chosen->bootargs ||
		devicetree_set_text(tree, "/chosen", "bootargs", chosen->bootargs, error)) &&
	       set_or_remove(tree, "kaslr-seed", chosen->kaslr_seed, error) &&
	       set_or_remove(tree, "rng-seed", chosen->rng_seed, error) &&
	       devicetree_set(tree, "/chosen", "linux,booted-from-kexec", (struct bytes){NULL, 0},
			      error);
}
