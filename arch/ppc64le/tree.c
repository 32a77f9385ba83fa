// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Editing the device tree for the next kernel: what it reads in /chosen, which memory it must leave
 * alone, and what of the running kernel's own notes no longer holds. Every number in a tree is
 * big-endian, on both kinds of kernel.
 */
#include "arch/ppc64le/tree.h"

#include <inttypes.h>

#include "arch/ppc64le/machine.h"
#include "kexec/cmdline.h"
#include "kexec/devicetree.h"

#define COMMAND_LINE_SIZE 2048 /* arch/powerpc/include/uapi/asm/setup.h */
#define TOTAL_SIZE 4	       /* in struct fdt_header, big-endian */
#define ROOM_TO_GROW ((size_t)64 << 10)

static bool open_tree(const struct planning *p, struct devicetree *tree, const char **source,
		      struct error *error)
{
	const struct ppc64le_machine *facts = p->machine->facts;

	if (p->image->dtb.fd >= 0 || p->image->dtb.bytes.size) {
		*source = p->image->dtb.path;
		return devicetree_open(tree, p->image->dtb.bytes, *source, p->arena, error);
	}
	*source = facts->source;
	return devicetree_flatten(tree, facts->tree, *source, p->arena, error);
}

/* The parameter root= as it stands in a command line, quotes and all; empty when there is none. */
static struct bytes find_root(const char *cmdline)
{
	const char *at = cmdline, *end;
	bool quoted = false;

	while (strncmp(at, "root=", 5)) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
		if (!*at)
			return (struct bytes){NULL, 0};
	}
	for (end = at; *end && (quoted || *end != ' '); end++)
		if (*end == '"')
			quoted = !quoted;
	return (struct bytes){(const uint8_t *)at, (size_t)(end - at)};
}

/*
 * A command line without root= gets the running kernel's, as kexec-tools has it here, unless that
 * is not wanted. The user's own tree keeps its own command line when no other was given. A capture
 * kernel finds the core headers by it.
 */
static bool settle_cmdline(const struct planning *p, const struct devicetree *tree,
			   const struct capture *capture, struct error *error)
{
	const char *own = devicetree_text(tree, devicetree_find(tree, "/chosen"), "bootargs");
	struct bytes root = {NULL, 0};
	const char *cmdline = p->cmdline;

	if (p->options->dtb && !*cmdline && own)
		cmdline = arena_format(p->arena, error, "%s", own);
	else if (own && !p->options->no_old_root && !cmdline_has(cmdline, "root="))
		root = find_root(own);
	if (root.size)
		cmdline = arena_format(p->arena, error, "%s%s%.*s", cmdline, *cmdline ? " " : "",
				       (int)root.size, (const char *)root.data);
	if (cmdline && p->options->panic)
		cmdline = arena_format(p->arena, error, "%s%selfcorehdr=%" PRIu64 "K", cmdline,
				       *cmdline ? " " : "", capture->headers.start >> 10);
	if (!cmdline)
		return false;
	p->plan->cmdline = cmdline;
	if (strlen(cmdline) < COMMAND_LINE_SIZE)
		return true;
	error_set(error, "The command line has %zu bytes; a ppc64le kernel reads at most %d.",
		  strlen(cmdline), COMMAND_LINE_SIZE - 1);
	return error_remedy(error, "Shorten --append.");
}

/* What the running kernel noted down of itself, and limits of a kernel that was started after a
 * crash. */
static bool remove_stale(struct devicetree *tree, const struct planning *p, struct error *error)
{
	static const char *const stale[] = {
		"linux,kernel-end",   "linux,crashkernel-base", "linux,crashkernel-size",
		"linux,memory-limit", "linux,htab-base",	"linux,htab-size",
	};
	const char *blocks = "/ibm,dynamic-reconfiguration-memory";
	int next;

	for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++)
		if (!devicetree_remove(tree, "/chosen", stale[i], error))
			return false;
	/* A removal moves the nodes behind it. */
	for (int node = devicetree_child(tree, DEVICETREE_ROOT); node != DEVICETREE_NONE;
	     node = next) {
		const char *path =
			arena_format(p->arena, error, "/%s", devicetree_name(tree, node));

		if (!path || !devicetree_remove(tree, path, "linux,usable-memory", error))
			return false;
		next = devicetree_sibling(tree, devicetree_find(tree, path));
	}
	return devicetree_remove(tree, blocks, "linux,drconf-usable-memory", error);
}

/* Once each, though the user's own tree may list it already. */
static bool reserve(struct devicetree *tree, struct range range, struct error *error)
{
	return devicetree_unreserve(tree, range, error) && devicetree_reserve(tree, range, error);
}

static bool reserve_kept(struct devicetree *tree, const struct ppc64le_machine *facts,
			 struct error *error)
{
	for (size_t i = 0; i < facts->kept.count; i++)
		if (!reserve(tree, facts->kept.entries[i].range, error))
			return false;
	return true;
}

static bool has_entropy(const struct machine *machine)
{
	for (size_t i = 0; i < sizeof(machine->entropy); i++)
		if (machine->entropy[i])
			return true;
	return false;
}

static bool edit(const struct planning *p, struct devicetree *tree, struct range initrd,
		 const struct capture *capture, struct error *error)
{
	const struct ppc64le_machine *facts = p->machine->facts;
	struct devicetree_chosen chosen = {
		.bootargs = p->plan->cmdline,
		.initrd = initrd,
		.reserve_initrd = true,
	};

	if (has_entropy(p->machine))
		chosen.rng_seed = (struct bytes){p->machine->entropy, MACHINE_ENTROPY_SIZE};
	devicetree_set_boot_cpu(tree, facts->boot_cpu);
	return remove_stale(tree, p, error) && devicetree_edit_chosen(tree, &chosen, error) &&
	       capture_limit(p, capture, tree, error) && reserve_kept(tree, facts, error);
}

static bool describe(const struct planning *p, const struct devicetree *tree, struct error *error)
{
	static const char *const numbers[] = {"linux,initrd-start", "linux,initrd-end"};
	const struct ppc64le_machine *facts = p->machine->facts;
	int chosen = devicetree_find(tree, "/chosen");
	unsigned nodes = 0;
	struct range range;
	uint64_t number;

	for (int node = DEVICETREE_ROOT; node != DEVICETREE_NONE;
	     node = devicetree_next(tree, node))
		nodes++;
	if (!plan_fact(p, "dtb", "nodes", error, "%u", nodes) ||
	    !plan_fact(p, "dtb", "boot_cpuid_phys", error, "%" PRIu32, facts->boot_cpu))
		return false;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (devicetree_number(tree, chosen, numbers[i], &number) &&
		    !plan_fact(p, "dtb", numbers[i], error, "0x%" PRIx64, number))
			return false;
	for (unsigned i = 0; devicetree_reservation(tree, i, &range); i++)
		if (!plan_fact(p, "dtb", "reserved", error, "0x%" PRIx64 "-0x%" PRIx64, range.start,
			       range.end - 1))
			return false;
	return plan_fact(p, "dtb", "bootargs", error, "%s", p->plan->cmdline) &&
	       (!devicetree_get(tree, chosen, "rng-seed").size ||
		plan_fact(p, "dtb", "rng-seed", error, "%d random bytes", MACHINE_ENTROPY_SIZE));
}

/*
 * With --hotplug the running kernel writes its processors into the tree whenever one comes
 * (update_crash_fdt() of arch/powerpc/kexec), within the size that the tree says it has.
 */
static size_t room_to_grow(const struct planning *p, size_t size)
{
	if (!p->options->panic || !p->options->hotplug)
		return 0;
	return size < ROOM_TO_GROW ? ROOM_TO_GROW : size;
}

static bool grow(const struct planning *p, struct bytes *dtb, size_t size, struct error *error)
{
	uint8_t *larger;

	if (dtb->size == size)
		return true;
	larger = arena_alloc(p->arena, size, error);
	if (!larger)
		return false;
	memcpy(larger, dtb->data, dtb->size);
	bytes_put(larger + TOTAL_SIZE, 4, BIG, size);
	*dtb = (struct bytes){larger, size};
	return true;
}

/*
 * The tree lists itself among what is to be kept out of use. Its place depends on its size, so the
 * entry is there before.
 */
static bool place(const struct planning *p, struct devicetree *tree, const char *source,
		  struct placement where, uint64_t *address, struct error *error)
{
	struct range itself = {0, 1};
	struct bytes dtb;
	size_t size;

	if (!devicetree_reserve(tree, itself, error) || !devicetree_finish(tree, &dtb, error))
		return false;
	size = dtb.size + room_to_grow(p, dtb.size);
	if (!plan_place(p, "device tree", size, where, address, error) ||
	    !devicetree_unreserve(tree, itself, error) ||
	    !devicetree_reserve(tree, (struct range){*address, *address + size}, error) ||
	    !describe(p, tree, error) || !devicetree_finish(tree, &dtb, error) ||
	    !grow(p, &dtb, size, error) || !plan_add(p, "dtb", source, dtb, *address, size, error))
		return false;
	plan_segment(p->plan, "dtb")->unchecked = p->options->panic && p->options->hotplug;
	return true;
}

bool tree_add(const struct planning *p, struct range initrd, const struct capture *capture,
	      struct placement where, uint64_t *address, struct error *error)
{
	struct devicetree tree;
	const char *source;

	return open_tree(p, &tree, &source, error) && settle_cmdline(p, &tree, capture, error) &&
	       edit(p, &tree, initrd, capture, error) &&
	       place(p, &tree, source, where, address, error);
}
