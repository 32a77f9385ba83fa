// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which device tree the next kernel gets, as far as somebody gave one: --dtb, an addon, or a
 * unified kernel image with one tree (.dtb) or with several (.dtbauto). It compares names; what
 * goes into a tree is the architecture's business, and so is the machine's own, which counts when
 * none was given.
 */
#include "kexec/plan.h"

#include "arch/arch.h"
#include "kexec/devicetree.h"
#include "kexec/uki.h"

/* Whether the root of this tree is first of all compatible with `name`. A damaged one is not. */
static bool is_for(struct bytes dtb, const char *source, const char *name)
{
	struct arena scratch = { NULL };
	struct error ignored = { 0 };
	struct devicetree tree;
	const char *first = NULL;
	bool same;

	if (devicetree_open(&tree, dtb, source, &scratch, &ignored))
		first = devicetree_text(&tree, DEVICETREE_ROOT, "compatible");
	same = first && !strcmp(first, name);
	arena_release(&scratch);
	return same;
}

bool plan_device_tree(const struct planning *p, struct plan_device_tree *out)
{
	const struct image *image = p->image;
	const struct uki *uki = image->sections;
	const char *name = p->machine->compatible;

	*out = (struct plan_device_tree){ .bytes = image->dtb.bytes, .source = image->dtb.path };
	if (p->options->dtb || !image->uki)
		return image->dtb.fd >= 0 || out->bytes.size;
	if (!p->machine->arch->device_tree)
		return false;
	out->inside = true;
	/* systemd-stub: the first of .dtbauto that fits, and otherwise .dtb. */
	for (unsigned i = 0; name && uki && i < uki->device_tree_count; i++) {
		if (!is_for(uki->device_trees[i], image->kernel_file.path, name))
			continue;
		out->bytes = uki->device_trees[i];
		out->source = image->kernel_file.path;
		out->number = i + 1;
		return true;
	}
	return out->bytes.size;
}

bool plan_describe_device_trees(const struct planning *p, struct error *error)
{
	unsigned count = p->image->sections ? p->image->sections->device_tree_count : 0;
	const char *name = p->machine->compatible;
	struct plan_device_tree tree;
	const char *why = "this machine runs without one";

	if (!count && p->image->uki && p->image->dtb.bytes.size && !p->machine->arch->device_tree)
		return plan_fact(p, "uki", "device tree", error,
				 "left out: kernels of this architecture do without");
	if (!count)
		return true;
	if (plan_device_tree(p, &tree) && tree.number)
		return plan_fact(p, "uki", "device tree", error, "number %u of %u, for %s",
				 tree.number, count, name);
	if (p->options->dtb)
		why = "--dtb was given";
	else if (!p->machine->arch->device_tree)
		why = "kernels of this architecture do without";
	else if (name)
		why = arena_format(p->arena, error, "none is for %s", name);
	return why && plan_fact(p, "uki", "device tree", error, "none of %u: %s", count, why);
}
