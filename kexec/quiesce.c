// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Choosing among devices, putting them in order, and finding out which must stay. It is given all
 * facts, and does nothing to any device.
 */
#include "kexec/quiesce.h"

#include <stdlib.h>

#include "kexec/escape.h"

/* PCI Code and ID Assignment Specification: base class of bridges. */
#define CLASS_BRIDGE 0x06

struct deciding {
	const struct quiesce_choice *choice;
	const struct use_facts *facts;
	struct uses uses;
	struct arena *arena;
	struct error *error;
};

static bool is_chosen(const struct candidate *c, const struct quiesce_choice *choice)
{
	if (choice->at_risk && c->at_risk)
		return true;
	for (unsigned i = 0; i < choice->device_count; i++)
		if (quiesce_names(choice->devices[i], c->device->name))
			return true;
	for (unsigned i = 0; c->device->driver && i < choice->driver_count; i++)
		if (!strcmp(choice->drivers[i], c->device->driver))
			return true;
	return false;
}

/* A name that fits nothing is a mistake, and better found before anything is done. */
static bool all_exist(const struct candidate *candidates, size_t count,
		      const struct quiesce_choice *choice, struct error *error)
{
	for (unsigned i = 0; i < choice->device_count; i++) {
		size_t j = 0;

		while (j < count && !quiesce_names(choice->devices[i], candidates[j].device->name))
			j++;
		if (j < count)
			continue;
		error_remedy(error, "See kexec --check for the names of devices.");
		return error_set(error,
				 "Nothing was done: there is no device %.200s on the buses pci, "
				 "platform and "
				 "virtio.",
				 choice->devices[i]);
	}
	return true;
}

static int compare_steps(const void *a, const void *b)
{
	const struct candidate *left = ((const struct quiesce_step *)a)->candidate;
	const struct candidate *right = ((const struct quiesce_step *)b)->candidate;
	const char *left_path = left->path ? left->path : "",
		   *right_path = right->path ? right->path : "";
	int order;

	if (left->number != right->number)
		return left->number > right->number ? -1 : 1;
	order = strcmp(right_path, left_path);
	return order ? order : left < right ? 1 : -1;
}

/* Whether the place is lost when the device is let go. */
static bool goes_with(const char *path, const struct candidate *c)
{
	for (size_t i = 0; i < c->dependent_count; i++)
		if (place_is_below(path, c->dependents[i].path))
			return true;
	return place_is_below(path, c->path);
}

/* The name of the first place that is lost with the device, or NULL. */
static const char *first_lost(const struct place *places, size_t count, const struct candidate *c)
{
	for (size_t i = 0; i < count; i++)
		if (goes_with(places[i].path, c))
			return places[i].name;
	return NULL;
}

static bool leave(struct deciding *d, struct quiesce_step *step, const char *why)
{
	step->method = QUIESCE_LEAVE;
	step->why = why ? escape_terminal(why, d->arena, d->error) : NULL;
	return step->why;
}

static bool leave_carrier(struct deciding *d, struct quiesce_step *step, const char *carried,
			  const char *why)
{
	return leave(d, step,
		     arena_format(d->arena, d->error, "%s hangs on it, and %s", carried, why));
}

/* The block devices that are lost with the device, for a last look. */
static bool list_disks(struct deciding *d, struct quiesce_step *step)
{
	const struct use_facts *facts = d->facts;

	for (size_t i = 0; i < facts->block_count; i++)
		step->disk_count += goes_with(facts->blocks[i].place.path, step->candidate);
	step->disks = arena_array(d->arena, step->disk_count + 1, sizeof(*step->disks), d->error);
	if (!step->disks)
		return false;
	step->disk_count = 0;
	for (size_t i = 0; i < facts->block_count; i++)
		if (goes_with(facts->blocks[i].place.path, step->candidate))
			step->disks[step->disk_count++] = &facts->blocks[i];
	return true;
}

/* What the system stands on stays; sets step->why where that is so. */
static bool keep_used(struct deciding *d, struct quiesce_step *step)
{
	const struct candidate *c = step->candidate;
	const char *carried;

	if (!c->path)
		return leave(d, step, "its place among the devices cannot be seen");
	if (c->device->has_class && c->device->class >> 16 == CLASS_BRIDGE)
		return leave(d, step, "it is a bridge, on which others hang");
	for (size_t i = 0; i < d->uses.count; i++)
		if (goes_with(d->uses.list[i].path, c))
			return leave(d, step, d->uses.list[i].why);
	if (c->draws_console && d->facts->screen)
		return leave(d, step, "the screen is a console");
	if (!list_disks(d, step))
		return false;
	if (d->uses.disks && step->disk_count)
		return leave_carrier(d, step, step->disks[0]->place.name, d->uses.disks);
	carried = first_lost(d->facts->interfaces, d->facts->interface_count, c);
	if (d->uses.network && carried)
		return leave_carrier(d, step, carried, d->uses.network);
	return true;
}

static bool decide(struct deciding *d, struct quiesce_step *step)
{
	const struct candidate *c = step->candidate;

	if (!keep_used(d, step))
		return false;
	if (step->why)
		return true;
	if (c->device->driver && !c->has_unbind)
		return leave(d, step, "its driver lets no device go");
	if (!c->device->driver && !c->device->reset_methods)
		return leave(d, step, "it has no driver, and cannot be reset");
	step->method = c->device->driver ? QUIESCE_UNBIND : QUIESCE_RESET;
	return true;
}

bool quiesce_decide(const struct candidate *candidates, size_t count,
		    const struct quiesce_choice *choice, const struct use_facts *facts,
		    struct arena *arena, struct quiesce *quiesce, struct error *error)
{
	struct deciding d = {.choice = choice, .facts = facts, .arena = arena, .error = error};

	*quiesce = (struct quiesce){NULL, 0};
	if (!all_exist(candidates, count, choice, error) ||
	    !uses_find(facts, arena, &d.uses, error))
		return false;
	quiesce->steps = arena_array(arena, count + 1, sizeof(*quiesce->steps), error);
	if (!quiesce->steps)
		return false;
	for (size_t i = 0; i < count; i++)
		if (is_chosen(&candidates[i], choice))
			quiesce->steps[quiesce->count++].candidate = &candidates[i];
	qsort(quiesce->steps, quiesce->count, sizeof(*quiesce->steps), compare_steps);
	for (size_t i = 0; i < quiesce->count; i++)
		if (!decide(&d, &quiesce->steps[i]))
			return false;
	return true;
}
