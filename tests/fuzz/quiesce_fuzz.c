// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as what /proc and /sys say of disks, mounts and consoles, divided at each 0xff: the
 * texts of mountinfo and swaps, the words of --quiesce, then block devices of six parts, the last
 * two of which name what is built on them and what they are built of.
 */
#include "config.h"
#include "kexec/quiesce.h"
#include "tests/fuzz/fuzz.h"

#define BLOCKS_MAX 16
#define PARTS 6

struct parts {
	struct bytes rest;
	struct arena *arena;
};

/* The text up to the next 0xff or NUL; NULL at the end. */
static const char *next(struct parts *p)
{
	struct error error = {0};
	size_t size = 0;
	char *text;

	if (!p->rest.size)
		return NULL;
	while (size < p->rest.size && p->rest.data[size] != 0xff)
		size++;
	text = arena_copy(p->arena, (struct bytes){p->rest.data, size}, &error);
	promise(text);
	p->rest = bytes_from(p->rest, size + 1);
	return text;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct block *)a)->place.name, ((const struct block *)b)->place.name);
}

static void check_place(const char *path)
{
	promise(!path ||
		(place_is_below(path, "/sys/devices") && !strstr(path, "//") &&
		 !strstr(path, "/../") && !strstr(path, "/./") && path[strlen(path) - 1] != '/'));
}

static void read_blocks(struct parts *p, struct use_facts *facts)
{
	struct error error = {0};
	const char *name;

	while (facts->block_count < BLOCKS_MAX && (name = next(p))) {
		struct block *block = &facts->blocks[facts->block_count++];
		const char *part[PARTS] = {name}, **slaves;

		for (unsigned i = 1; i < PARTS; i++)
			part[i] = next(p);
		*block = (struct block){.place = {name, NULL},
					.number = part[2],
					.label = part[3],
					.holder = part[4]};
		block->node = "/dev/null";
		if (part[1])
			block->place.path =
				place_resolve("/sys/class/block", part[1], p->arena, &error);
		check_place(block->place.path);
		if (!part[5] || !*part[5])
			continue;
		slaves = arena_array(p->arena, 1, sizeof(*slaves), &error);
		promise(slaves);
		slaves[0] = part[5];
		block->slaves = slaves;
		block->slave_count = 1;
	}
	qsort(facts->blocks, facts->block_count, sizeof(*facts->blocks), compare);
}

static void check_steps(const struct quiesce *quiesce, const struct use_facts *facts)
{
	for (size_t i = 0; i < quiesce->count; i++) {
		const struct quiesce_step *step = &quiesce->steps[i];

		promise((step->method == QUIESCE_LEAVE) == !!step->why);
		promise(step->method != QUIESCE_RESET);
		for (const char *c = step->why ? step->why : ""; *c; c++)
			promise((unsigned char)*c >= ' ');
		/* What hangs on another comes before it, where only the paths tell. */
		for (size_t j = 0; j < i; j++)
			promise(!place_is_below(step->candidate->path,
						quiesce->steps[j].candidate->path));
		/* What is held stays, whatever mountinfo says. */
		for (size_t j = 0; j < facts->block_count; j++)
			promise(!facts->blocks[j].holder || step->method == QUIESCE_LEAVE ||
				!place_is_below(facts->blocks[j].place.path,
						step->candidate->path));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"/sys/devices/pci0", "/sys/devices/pci0/1",
					    "/sys/devices/pci0/1/2", "/sys/devices/pci1"};
	struct candidate candidates[4];
	struct device devices[4];
	struct place interface = {"eth0", "/sys/devices/pci1/net/eth0"};
	struct block blocks[BLOCKS_MAX];
	struct use_facts facts = {.blocks = blocks, .interfaces = &interface, .interface_count = 1};
	struct quiesce_choice choice = {.at_risk = true};
	struct arena arena = {NULL};
	struct error error = {0};
	struct parts parts = {{data, size}, &arena};
	struct quiesce quiesce;
	const char *mounts = next(&parts), *words;

	facts.swaps = next(&parts);
	facts.mounts = &mounts;
	facts.mount_count = mounts ? 1 : 0;
	words = next(&parts);
	if (words && !quiesce_parse(words, &choice, &arena, &error))
		promise(*error.cause && error.usage);
	choice.at_risk = true;
	read_blocks(&parts, &facts);
	for (unsigned i = 0; i < 4; i++) {
		devices[i] =
			(struct device){.bus = DRIVER_PCI, .name = paths[i], .driver = "driver"};
		candidates[i] = (struct candidate){.device = &devices[i],
						   .at_risk = true,
						   .path = paths[i],
						   .has_unbind = true};
	}
	if (quiesce_decide(candidates, 4, &choice, &facts, &arena, &quiesce, &error)) {
		promise(quiesce.count == 4);
		check_steps(&quiesce, &facts);
	}
	arena_release(&arena);
	return 0;
}
