/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ppc64le machine made of device tree nodes in the order in which a test puts them down: a
 * pseries guest with 2 GiB, RTAS and a crash reservation, or a powernv one with OPAL.
 */
#ifndef TESTS_UNIT_ARCH_PPC64LE_NODES_H
#define TESTS_UNIT_ARCH_PPC64LE_NODES_H

/* cmocka.h wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/arch.h"
#include "arch/ppc64le/machine.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

struct made {
	struct arena arena;
	struct machine machine;
	struct ppc64le_machine facts;
	struct devicetree_node *root;
	struct error error;
};

static inline struct devicetree_node *made_node(struct made *made, struct devicetree_node *parent,
						const char *name)
{
	struct devicetree_node *node = arena_alloc(&made->arena, sizeof(*node), &made->error);
	struct devicetree_node **tail = &parent->children;

	assert_non_null(node);
	node->name = name;
	while (*tail)
		tail = &(*tail)->next;
	*tail = node;
	return node;
}

/* Replaces one of that name. */
static inline void made_bytes(struct made *made, struct devicetree_node *node, const char *name,
			      const void *data, size_t size)
{
	struct devicetree_property **at = &node->properties;

	while (*at && strcmp((*at)->name, name))
		at = &(*at)->next;
	if (!*at)
		*at = arena_alloc(&made->arena, sizeof(**at), &made->error);
	assert_non_null(*at);
	(*at)->name = name;
	(*at)->value.data =
		(const uint8_t *)arena_copy(&made->arena, (struct bytes){data, size}, &made->error);
	(*at)->value.size = size;
}

static inline void made_text(struct made *made, struct devicetree_node *node, const char *name,
			     const char *text)
{
	made_bytes(made, node, name, text, strlen(text) + 1);
}

static inline void made_cells(struct made *made, struct devicetree_node *node, const char *name,
			      const uint32_t *cells, size_t count)
{
	be32 wire[64];

	assert_true(count <= sizeof(wire) / sizeof(wire[0]));
	for (size_t i = 0; i < count; i++)
		put(&wire[i], cells[i]);
	made_bytes(made, node, name, wire, count * sizeof(wire[0]));
}

static inline void made_number32(struct made *made, struct devicetree_node *node, const char *name,
				 uint32_t number)
{
	made_cells(made, node, name, &number, 1);
}

static inline void made_number64(struct made *made, struct devicetree_node *node, const char *name,
				 uint64_t number)
{
	const uint32_t cells[] = {(uint32_t)(number >> 32), (uint32_t)number};

	made_cells(made, node, name, cells, 2);
}

static inline struct devicetree_node *made_memory(struct made *made, const char *name,
						  uint64_t start, uint64_t size)
{
	const uint32_t reg[] = {(uint32_t)(start >> 32), (uint32_t)start, (uint32_t)(size >> 32),
				(uint32_t)size};
	struct devicetree_node *node = made_node(made, made->root, name);

	made_text(made, node, "device_type", "memory");
	made_cells(made, node, "reg", reg, 4);
	return node;
}

/* 2 GiB in one block, the running kernel up to 40 MiB. */
static inline void made_setup(struct made *made)
{
	struct devicetree_node *node;

	*made = (struct made){
		.machine =
			{
				.arch = &arch_ppc64le,
				.release = "6.1.0",
				.page_size = 65536,
				.cmdline = "quiet",
				.ram_total = 2 * GIB,
				.limit_reboot = -1,
				.limit_panic = -1,
			},
	};
	made->root = arena_alloc(&made->arena, sizeof(*made->root), &made->error);
	assert_non_null(made->root);
	made->root->name = "";
	made->facts.tree = made->root;
	made->facts.source = made->machine.memory_source = "/proc/device-tree";
	made->machine.facts = &made->facts;
	made_number32(made, made->root, "#address-cells", 2);
	made_number32(made, made->root, "#size-cells", 2);
	made_memory(made, "memory@0", 0, 2 * GIB);
	node = made_node(made, made->root, "chosen");
	made_number64(made, node, "linux,kernel-end", 40 * MIB);
	made_text(made, node, "bootargs", "console=hvc0 root=/dev/sda2 ro");
	node = made_node(made, made->root, "cpus");
	node = made_node(made, node, "PowerPC,POWER9@8");
	made_text(made, node, "device_type", "cpu");
	made_number32(made, node, "reg", 8);
}

static inline struct devicetree_node *made_find(struct made *made, const char *path)
{
	/* The lists are this test's own. */
	return (struct devicetree_node *)(uintptr_t)devicetree_node_find(made->root, path);
}

static inline void made_rtas(struct made *made)
{
	struct devicetree_node *rtas = made_node(made, made->root, "rtas");

	made_number32(made, rtas, "linux,rtas-base", 0x2fff0000);
	made_number32(made, rtas, "rtas-size", 0x83c);
}

static inline void made_opal(struct made *made)
{
	const uint32_t ranges[] = {0, 0x28000000, 0, 0x1000000, 0, 0x30000000, 0, 0x2000000};
	struct devicetree_node *opal = made_node(made, made->root, "ibm,opal");

	made_number64(made, opal, "opal-base-address", 0x30000000);
	made_number64(made, opal, "opal-entry-address", 0x30005000);
	made_number64(made, opal, "opal-runtime-size", 0x1800000);
	made_cells(made, made->root, "reserved-ranges", ranges, 8);
}

static inline bool made_read(struct made *made)
{
	ppc64le_processors(&made->facts);
	return ppc64le_memory(&made->facts, &made->arena, &made->machine, &made->error);
}

static inline void assert_read(struct made *made)
{
	if (!made_read(made))
		fail_msg("%s", made->error.cause);
}

static inline bool made_usable(const struct made *made, uint64_t start, uint64_t end)
{
	return memmap_covers(&made->machine.usable, (struct range){start, end}, MEMORY_RAM);
}

/* Nothing of it is usable. */
static inline bool made_kept(const struct made *made, uint64_t start, uint64_t end)
{
	const struct memmap *usable = &made->machine.usable;

	for (size_t i = 0; i < usable->count; i++)
		if (range_overlaps(usable->entries[i].range, (struct range){start, end}))
			return false;
	return true;
}

#endif
