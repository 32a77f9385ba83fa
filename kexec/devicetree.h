/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flattened device trees: opening one that came from outside, reading it, editing a copy and
 * packing that. Behind it stands libfdt, which only devicetree.c names. It knows the form of trees
 * (Devicetree Specification 0.4, chapter 5), not what a boot protocol wants in them.
 */
#ifndef KEXEC_DEVICETREE_H
#define KEXEC_DEVICETREE_H

#include "kexec/memmap.h"

/* A tree as directories and files, before it is flattened, as an edge read it. */
struct devicetree_property {
	const char *name;
	struct bytes value;
	struct devicetree_property *next;
};

struct devicetree_node {
	const char *name; /* with its unit address; "" for the root */
	struct devicetree_property *properties;
	struct devicetree_node *children, *next;
};

/* Deeper trees are refused. The kernel's own limit is 64, drivers/of/fdt.c. */
#define DEVICETREE_DEPTH_MAX 64

/* An open tree: a writable copy in the arena, which grows as it is edited. */
struct devicetree {
	const char *source; /* a path, for messages */
	struct arena *arena;
	uint8_t *blob;
};

/* A node of an open tree is a number that is good until the next edit. */
#define DEVICETREE_ROOT 0
#define DEVICETREE_NONE (-1)

/*
 * Checks all of `dtb` (header, structure, names, reservations) and copies it. Bytes behind the tree
 * are dropped; a file that was cut within the padding at its end is accepted.
 */
bool devicetree_open(struct devicetree *tree, struct bytes dtb, const char *source,
		     struct arena *arena, struct error *error) must_check;
/*
 * Opens what an edge read, flattened in the order of the lists. The property "name", which is the
 * node's name once more, is left out. The boot CPU is 0 and there are no reservations.
 */
bool devicetree_flatten(struct devicetree *tree, const struct devicetree_node *root,
			const char *source, struct arena *arena, struct error *error) must_check;
/* The finished tree without spare room, at the arena's alignment. No edits after this. */
bool devicetree_finish(struct devicetree *tree, struct bytes *dtb, struct error *error) must_check;

/* Reading. `path` is absolute: "/chosen". */
int devicetree_find(const struct devicetree *tree, const char *path);
/* The next node, depth first; DEVICETREE_NONE after the last. */
int devicetree_next(const struct devicetree *tree, int node);
/* The first child, and the next node with the same parent. */
int devicetree_child(const struct devicetree *tree, int node);
int devicetree_sibling(const struct devicetree *tree, int node);
const char *devicetree_name(const struct devicetree *tree, int node);

/* A property's value; data is NULL when there is none (or no node), and not when it is empty. */
struct bytes devicetree_get(const struct devicetree *tree, int node, const char *name);
/* A property that is one string, or the first of several; NULL when it is absent or not ended. */
const char *devicetree_text(const struct devicetree *tree, int node, const char *name);
/* A property of one or two cells (4 or 8 bytes); false, and `value` untouched, otherwise. */
bool devicetree_number(const struct devicetree *tree, int node, const char *name,
		       uint64_t *value) must_check;
/*
 * The number of `cells` 32-bit cells at byte `*at` of a value, big-endian; moves `*at` behind it.
 * False at the end, and when the number does not fit into 64 bits.
 */
bool devicetree_cells(struct bytes value, size_t *at, unsigned cells, uint64_t *number) must_check;
/* #address-cells and #size-cells of a node; 2 and 1 where they are absent (2.3.5). */
void devicetree_cell_counts(const struct devicetree *tree, int node, unsigned *address,
			    unsigned *size);

/* The same for what an edge read, before it is flattened. */
const struct devicetree_node *devicetree_node_find(const struct devicetree_node *root,
						   const char *path);
struct bytes devicetree_node_get(const struct devicetree_node *node, const char *name);
bool devicetree_node_number(const struct devicetree_node *node, const char *name,
			    uint64_t *value) must_check;
/* Whether a property is one string, or begins with one, and that is `text`. */
bool devicetree_node_says(const struct devicetree_node *node, const char *name, const char *text);

/*
 * Editing. The node of `path` is made where it is absent, if its parent is there. Removing what is
 * not there succeeds.
 */
bool devicetree_set(struct devicetree *tree, const char *path, const char *name, struct bytes value,
		    struct error *error) must_check;
bool devicetree_set_text(struct devicetree *tree, const char *path, const char *name,
			 const char *text, struct error *error) must_check;
bool devicetree_set_number32(struct devicetree *tree, const char *path, const char *name,
			     uint32_t number, struct error *error) must_check;
bool devicetree_set_number64(struct devicetree *tree, const char *path, const char *name,
			     uint64_t number, struct error *error) must_check;
bool devicetree_remove(struct devicetree *tree, const char *path, const char *name,
		       struct error *error) must_check;

/* The memory reservation block; its entries by number, false behind the last. */
bool devicetree_reservation(const struct devicetree *tree, unsigned number,
			    struct range *range) must_check;
bool devicetree_reserve(struct devicetree *tree, struct range range,
			struct error *error) must_check;
/* Removes the entries that are exactly this range. */
bool devicetree_unreserve(struct devicetree *tree, struct range range,
			  struct error *error) must_check;
/* The header's boot_cpuid_phys. */
void devicetree_set_boot_cpu(struct devicetree *tree, uint32_t cpu);

/*
 * What the kernel reads in /chosen at boot, the same on arm64 and ppc64le (drivers/of/kexec.c is
 * the reference). Anything that belonged to an earlier hand-over or to a crash kernel is removed.
 */
struct devicetree_chosen {
	const char *bootargs;		   /* NULL leaves what is there */
	struct range initrd;		   /* end exclusive; empty: no initrd */
	struct bytes kaslr_seed, rng_seed; /* empty: removed, since both may be used only once */
	bool reserve_initrd;		   /* list the initrd in the memory reservation block too */
};

bool devicetree_edit_chosen(struct devicetree *tree, const struct devicetree_chosen *chosen,
			    struct error *error) must_check;

/*
 * Shows every property of a blob to `visit`, which may overwrite values in place. False for what
 * devicetree_open() would refuse.
 */
bool devicetree_visit(uint8_t *blob, size_t size,
		      void (*visit)(void *context, const char *name, uint8_t *value, size_t size),
		      void *context) must_check;

#endif
