// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What holds for every crash kernel, whatever the machine: 3,000 generated ones with memory in
 * pieces, one or two reservations, up to hundreds of processors. The checks share no code with the
 * planner. ROUND_SEED=0x... repeats the round that a failure names.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>

#include "tests/images/images.h"
#include "tests/support/rounds.h"
#include "tests/unit/planned.h"

#define ROUNDS 3000
#define PAGE ((uint64_t)4096)

static struct planned t;
static struct range notes[512];
static uint8_t *zeros;
static bool old;	/* the running kernel keeps things in low memory */

static void add(struct memmap *map, uint64_t start, uint64_t end)
{
	check(memmap_append(map, &t.arena, (struct range){ start, end }, MEMORY_RAM, &t.error));
}

/* RAM from the second page on, with gaps; a reservation is a part of a piece of it. */
static void make_memory(void)
{
	uint64_t pieces = 2 + below(below(10) ? 12 : 400), at = MIB;
	uint64_t holder = 1 + below(pieces - 1);

	t.machine.ram = t.machine.crash = (struct memmap){ 0 };
	t.machine.firmware = t.machine.usable = (struct memmap){ 0 };
	add(&t.machine.ram, 0x1000, 0x9fc00);
	for (uint64_t i = 0; i < pieces; i++) {
		uint64_t end = at + (1 + below(64)) * 16 * MIB;

		if (i == holder)
			end += 512 * MIB;
		add(&t.machine.ram, at, end);
		if (i == 0 && !below(3))
			add(&t.machine.crash, at, at + MIB + below(4) * MIB);
		if (i == holder) {
			uint64_t start = at + below(16) * 16 * MIB;

			start = (start + 16 * MIB - 1) & ~(16 * MIB - 1);
			add(&t.machine.crash, start, start + (2 + below(15)) * 16 * MIB);
		}
		at = end + below(8) * PAGE * 256 + PAGE;
	}
	t.machine.ram_total = 1024 * GIB;
	for (size_t i = 0; i < t.machine.ram.count; i++)
		add(&t.machine.firmware, t.machine.ram.entries[i].range.start,
		    t.machine.ram.entries[i].range.end);
}

static void make_round(void)
{
	size_t initrd = below(3) ? 1 + below(96 * MIB) : 0;

	old = !below(4);
	t.machine.release = old ? "5.4.0-26-generic" : "5.5.0";
	make_memory();
	t.machine.crash_notes_count = 1 + below(below(4) ? 8 : 512);
	for (unsigned i = 0; i < t.machine.crash_notes_count; i++) {
		uint64_t start = 0x1000000 + below(GIB);

		notes[i] = (struct range){ start, start + 368 };
	}
	t.machine.crash_notes = notes;
	t.machine.vmcoreinfo = (struct range){ 0x2000000, 0x2001024 };
	t.machine.kernel_image = (struct range){ 0x3000000, 0x5000000 };
	t.machine.kernel_virtual = 0xffffffff83000000;
	t.machine.linear_map = 0xff11000000000000 + below(1024) * GIB;
	t.options.panic = true;
	t.options.no_checks = true;
	t.options.hotplug = !below(4);
	t.machine.crash_elfcorehdr_size = t.options.hotplug ? PAGE * below(256) + 1 : 0;
	/* Nobody reads it: without a digest it costs nothing. */
	t.image.initrd.bytes = (struct bytes){ zeros, initrd };
	t.image.initrd.path = "initrd";
}

static bool in_ram(const struct memmap *map, uint64_t address)
{
	for (size_t i = 0; i < map->count; i++)
		if (map->entries[i].type == MEMORY_RAM && address >= map->entries[i].range.start &&
		    address < map->entries[i].range.end)
			return true;
	return false;
}

/* How far from its place the contents of an address are found: the first page is never RAM. */
static uint64_t moved(uint64_t address)
{
	return old && address < MIB ? planned_segment(&t, "backup")->memory.start - PAGE : 0;
}

/* Whether the dump has the address, by its headers but the first, the kernel's own map. */
static bool in_dump(const Elf64_Phdr *phdrs, unsigned count, uint64_t address)
{
	bool first = true, found = false;

	for (unsigned i = 0; i < count; i++) {
		if (phdrs[i].p_type != PT_LOAD)
			continue;
		if (!first && address >= phdrs[i].p_paddr &&
		    address - phdrs[i].p_paddr < phdrs[i].p_memsz) {
			check(!found);
			check(phdrs[i].p_offset == phdrs[i].p_paddr + moved(address));
			check(phdrs[i].p_vaddr == phdrs[i].p_paddr + t.machine.linear_map);
			found = true;
		}
		first = false;
	}
	return found;
}

/* At and beside all boundaries: the dump has what the capture kernel does not use. */
static void check_memory(const Elf64_Phdr *phdrs, unsigned count, struct range headers)
{
	const struct segment *backup = plan_segment(&t.plan, "backup");
	struct range saved = backup ? backup->memory : (struct range){ 0, 0 };
	const struct memmap *maps[] = { &t.machine.ram, &t.machine.crash };

	for (size_t m = 0; m < 2; m++) {
		for (size_t i = 0; i < maps[m]->count; i++) {
			struct range range = maps[m]->entries[i].range;
			uint64_t points[] = {range.start - 1, range.start, range.end - 1,
					     range.end};

			for (size_t j = 0; j < 4; j++) {
				bool ram = in_ram(&t.machine.ram, points[j]);
				bool crash = in_ram(&t.machine.crash, points[j]);
				bool header =
					(points[j] >= headers.start && points[j] < headers.end) ||
					(points[j] >= saved.start && points[j] < saved.end);

				check(in_dump(phdrs, count, points[j]) ==
				      (ram && !crash && (old || points[j] >= MIB)));
				check(in_ram(&t.plan.memory, points[j]) ==
				      ((crash && !header) || (ram && points[j] < MIB)));
			}
		}
	}
	check(old == !!backup);
	for (size_t i = 0; i < t.plan.memory.count; i++)
		check(!range_overlaps(t.plan.memory.entries[i].range, headers) &&
		      !range_overlaps(t.plan.memory.entries[i].range, saved));
}

static void check_plan(void)
{
	static Elf64_Phdr phdrs[2048];
	const struct segment *headers = planned_segment(&t, "elfcorehdr");
	struct range region = t.machine.crash.entries[t.machine.crash.count - 1].range;
	Elf64_Ehdr ehdr;
	uint64_t used = 0;
	char wanted[64];

	for (unsigned i = 0; i < t.plan.segment_count; i++) {
		check(t.plan.segments[i].memory.start >= region.start);
		check(t.plan.segments[i].memory.end <= region.end);
		used += range_size(t.plan.segments[i].memory);
	}
	/* The kernel needs a few pages of its own. */
	check(range_size(region) - used >= 16 * PAGE);
	memcpy(&ehdr, headers->bytes.data, sizeof(ehdr));
	check(ehdr.e_phnum <= 2048 &&
	      headers->bytes.size == sizeof(ehdr) + ehdr.e_phnum * sizeof(phdrs[0]));
	memcpy(phdrs, headers->bytes.data + sizeof(ehdr), ehdr.e_phnum * sizeof(phdrs[0]));
	for (unsigned i = 0; i < t.machine.crash_notes_count; i++)
		check(phdrs[i].p_type == PT_NOTE && phdrs[i].p_offset == notes[i].start);
	check(range_size(headers->memory) >= t.machine.crash_elfcorehdr_size);
	check(headers->unchecked == t.options.hotplug);
	check_memory(phdrs, ehdr.e_phnum, headers->memory);
	snprintf(wanted, sizeof(wanted), "elfcorehdr=%" PRIu64 "K", headers->memory.start >> 10);
	check(strstr(t.plan.cmdline, wanted));
	check(headers->memory.start % 1024 == 0);
}

/* A refusal names a crashkernel= that holds, and never comes where there is plenty of room. */
static void check_refusal(void)
{
	struct range region = t.machine.crash.entries[t.machine.crash.count - 1].range;
	uint64_t needed = 0x3f98000 + t.image.initrd.bytes.size + 2 * MIB;
	const char *found = strstr(t.error.remedy, "crashkernel=");

	check(!strstr(t.error.cause, "Internal error"));
	check(found);
	check((uint64_t)atoll(found + strlen("crashkernel=")) * MIB > needed);
	/* The kernel's alignment of 16 MiB may waste as much on either side. */
	check(range_size(region) < needed + 36 * MIB);
}

static void test_every_crash_kernel(void **state)
{
	unsigned planned = 0, refused = 0;
	uint8_t *kernel;
	size_t size;

	zeros = calloc(1, 96 * MIB);
	assert_non_null(zeros);
	for (uint64_t round = 0; round < ROUNDS; round++) {
		round_start(round);
		planned_setup(&t, GIB);
		kernel = images_bzimage(&images_debian_bzimage, &size);
		planned_kernel(&t, kernel, size);
		make_round();
		if (plan(&t)) {
			check_plan();
			planned++;
		} else {
			check_refusal();
			refused++;
		}
		planned_release(&t);
	}
	free(zeros);
	assert_in_range(planned, ROUNDS / 4, ROUNDS);
	assert_in_range(refused, ROUNDS / 20, ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_crash_kernel) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
