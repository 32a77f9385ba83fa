// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a ppc64le capture kernel is told: its memory, read from the planned tree as that kernel
 * reads it, and the core headers. 3,000 generated machines share no code with the planner but the
 * tree's form; ROUND_SEED=0x... repeats the round that a failure names.
 */
#include "tests/unit/arch/ppc64le/nodes.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kexec/purgatory.h"
#include "tests/images/images.h"
#include "tests/support/rounds.h"

#define ROUNDS 3000
#define BLOCK (64 * MIB)
#define SAVED 0x10000u
#define LINEAR 0xc000000000000000u
#define RANGES 64

struct ranges {
	struct range list[RANGES];
	unsigned count;
};

static struct made made;
static struct arch arch;
static struct options options;
static struct image image;
static struct plan plan;
static struct devicetree tree;
static uint8_t *kernel;
static uint8_t purgatory[0x1000];
/* What the machine has, and what is firmware's: the first `reached` a capture kernel uses too. */
static struct ranges ram, firmware;
static unsigned reached;
static const struct range notes[] = {{0x1000000, 0x10001a8}, {0x1010000, 0x10101a8}};

static struct bytes made_purgatory(void)
{
	return (struct bytes){purgatory, sizeof(purgatory)};
}

static void add(struct ranges *ranges, uint64_t start, uint64_t size)
{
	check(ranges->count < RANGES);
	ranges->list[ranges->count++] = (struct range){start, start + size};
}

static bool in(const struct ranges *ranges, unsigned count, uint64_t address)
{
	for (unsigned i = 0; i < count; i++)
		if (address >= ranges->list[i].start && address < ranges->list[i].end)
			return true;
	return false;
}

static void reserve_crash(uint64_t start, uint64_t size)
{
	struct devicetree_node *chosen = made_find(&made, "/chosen");

	made_number64(&made, chosen, "linux,crashkernel-base", start);
	made_number64(&made, chosen, "linux,crashkernel-size", size);
}

static int setup(void **state)
{
	static uint8_t initrd[100000];
	size_t size;

	made_setup(&made);
	memset(purgatory, 0xee, PURGATORY_PARAMETERS);
	bytes_put(purgatory + PURGATORY_PARAMETERS, 8, LITTLE, PURGATORY_MAGIC);
	bytes_put(purgatory + PURGATORY_PARAMETERS + 8, 8, LITTLE, 0x3000);
	arch = arch_ppc64le;
	arch.purgatory = made_purgatory;
	made.machine.arch = &arch;
	made.machine.ram_total = 64 * GIB;
	made.machine.vmcoreinfo = (struct range){0x1020000, 0x1021024};
	made.machine.crash_notes = notes;
	made.machine.crash_notes_count = 2;
	made.machine.linear_map = LINEAR;
	kernel = images_make("vmlinux-ppc64le", &size);
	assert_non_null(kernel);
	options = (struct options){.load = true,
				   .panic = true,
				   .call = CALL_SEGMENTS,
				   .mem_max = UINT64_MAX,
				   .kernel = "kernel"};
	image = IMAGE_CLOSED;
	image.kernel_file = (struct file){.path = "kernel", .fd = -1, .bytes = {kernel, size}};
	image.initrd =
		(struct file){.path = "initrd", .fd = -1, .bytes = {initrd, sizeof(initrd)}};
	ram = firmware = (struct ranges){.count = 0};
	reached = 0;
	return 0;
}

static int teardown(void **state)
{
	arena_release(&made.arena);
	free(kernel);
	return 0;
}

/* The same tree may be read once more. */
static void forget(void)
{
	made.machine.firmware = made.machine.usable = made.machine.crash = (struct memmap){0};
	made.machine.crash_usable = made.facts.kept = made.facts.reached = (struct memmap){0};
	made.error = (struct error){0};
}

static bool make(void)
{
	if (!made_read(&made))
		return false;
	made.machine.ram = (struct memmap){0};
	for (size_t i = 0; i < made.machine.firmware.count; i++)
		if (!memmap_append(&made.machine.ram, &made.arena,
				   made.machine.firmware.entries[i].range, MEMORY_RAM, &made.error))
			return false;
	return plan_make(&made.machine, &options, &image, options.call, &made.arena, &plan,
			 &made.error) &&
	       devicetree_open(&tree, plan_segment(&plan, "dtb")->bytes, "dtb", &made.arena,
			       &made.error);
}

static void assert_planned(void)
{
	if (!make())
		fail_msg("%s %s", made.error.headline, made.error.cause);
}

static void assert_refused(const char *part)
{
	assert_false(make());
	if (!strstr(made.error.cause, part))
		fail_msg("the cause is: %s", made.error.cause);
}

static uint64_t argument(unsigned index)
{
	return bytes_get(plan_segment(&plan, "purgatory")->bytes.data + PURGATORY_PARAMETERS +
				 PURGATORY_AT_ARGUMENTS + 8 * index,
			 8, LITTLE);
}

static void expect(const char *path, const char *name, unsigned count, ...)
{
	struct bytes value = devicetree_get(&tree, devicetree_find(&tree, path), name);
	va_list args;

	assert_int_equal(value.size, 8 * count);
	va_start(args, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(bytes_get(value.data + 8 * i, 8, BIG), va_arg(args, uint64_t));
	va_end(args);
}

static bool reserved(uint64_t address)
{
	struct range range;

	for (unsigned i = 0; devicetree_reservation(&tree, i, &range); i++)
		if (address >= range.start && address < range.end)
			return true;
	return false;
}

/* RTAS in the middle of the reservation; a second node that is none of the capture kernel's. */
static void test_a_guest(void **state)
{
	const struct segment *backup, *headers;

	made_rtas(&made);
	reserve_crash(752 * MIB, 256 * MIB);
	made_memory(&made, "memory@200000000", 8 * GIB, 4 * GIB);
	image.initrd.bytes.size = 0;
	assert_planned();
	assert_int_equal(plan.flags, 21 << 16 | KEXEC_ON_CRASH);
	backup = plan_segment(&plan, "backup");
	headers = plan_segment(&plan, "elfcorehdr");
	assert_int_equal(range_size(backup->memory), SAVED);
	assert_int_equal(argument(3), backup->memory.start);
	assert_int_equal(argument(4), 0);
	/* The first place for 36 MiB is behind RTAS. */
	assert_int_equal(plan_segment(&plan, "kernel")->memory.start, 0x30000000);
	expect("/memory@0", "linux,usable-memory", 2, (uint64_t)0, 1008 * MIB);
	expect("/memory@200000000", "linux,usable-memory", 2, (uint64_t)0, (uint64_t)0);
	assert_true(reserved(SAVED) && reserved(752 * MIB - 1) && reserved(0x2fff0000));
	assert_true(reserved(backup->memory.start) && reserved(headers->memory.start));
	assert_false(reserved(SAVED - 1) || reserved(752 * MIB));
}

static void test_opal_beyond_the_reservation(void **state)
{
	made_opal(&made);
	reserve_crash(128 * MIB, 256 * MIB);
	assert_planned();
	expect("/memory@0", "linux,usable-memory", 4, (uint64_t)0, 384 * MIB, (uint64_t)0x30000000,
	       (uint64_t)0x1800000);
	assert_int_equal(argument(1), 0x30000000);
	assert_int_equal(argument(2), 0x30005000);
	assert_true(reserved(0x30000000));
}

static void test_an_ordinary_load_says_nothing_of_crashes(void **state)
{
	options.panic = false;
	reserve_crash(512 * MIB, 256 * MIB);
	assert_planned();
	assert_null(plan_segment(&plan, "elfcorehdr"));
	assert_null(plan_segment(&plan, "backup"));
	assert_int_equal(argument(3), 0);
	assert_null(
		devicetree_get(&tree, devicetree_find(&tree, "/memory@0"), "linux,usable-memory")
			.data);
	assert_null(strstr(plan.cmdline, "elfcorehdr"));
}

static void test_what_real_mode_does_not_reach(void **state)
{
	reserve_crash(GIB, 256 * MIB);
	assert_refused("where a kernel cannot start");
	forget();
	made.facts.radix = true;
	assert_planned();
	assert_int_equal(plan_segment(&plan, "kernel")->memory.start, GIB);
}

/* Bare metal: whatever the page tables, a kernel in real mode reaches all memory. */
static void test_bare_metal_has_no_limit(void **state)
{
	made_opal(&made);
	reserve_crash(GIB, 256 * MIB);
	assert_false(made.facts.radix);
	assert_planned();
	assert_int_equal(plan_segment(&plan, "kernel")->memory.start, GIB);
}

/* The running kernel writes into the tree and the headers, which need room and no digest. */
static void test_hotplug(void **state)
{
	const struct segment *dtb;
	uint64_t size;

	reserve_crash(512 * MIB, 256 * MIB);
	assert_planned();
	size = plan_segment(&plan, "dtb")->bytes.size;
	assert_false(plan_segment(&plan, "dtb")->unchecked);
	options.hotplug = true;
	made.machine.crash_elfcorehdr_size = 0x20001;
	forget();
	assert_planned();
	dtb = plan_segment(&plan, "dtb");
	assert_int_equal(plan.flags, 21 << 16 | KEXEC_ON_CRASH | KEXEC_CRASH_HOTPLUG_SUPPORT);
	assert_int_equal(dtb->bytes.size, size + 0x10000);
	assert_int_equal(bytes_get(dtb->bytes.data + 4, 4, BIG), size + 0x10000);
	assert_true(dtb->unchecked && plan_segment(&plan, "elfcorehdr")->unchecked);
	assert_true(reserved(dtb->memory.start + dtb->bytes.size - 1));
	assert_true(range_size(plan_segment(&plan, "elfcorehdr")->memory) >= 0x20001);
}

static void test_blocks_that_cannot_be(void **state)
{
	struct devicetree_node *node;

	reserve_crash(512 * MIB, 256 * MIB);
	node = made_node(&made, made.root, "ibm,dynamic-reconfiguration-memory");
	made_number64(&made, node, "ibm,lmb-size", 0x10000000);
	made_cells(&made, node, "ibm,dynamic-memory-v2",
		   (uint32_t[]){1, 0x200000, 0, 0x80000000, 0, 0, 8}, 7);
	assert_refused("more than memory can be");
	made_cells(&made, node, "ibm,dynamic-memory-v2", (uint32_t[]){2, 1, 0, 0x80000000, 0, 0, 8},
		   7);
	assert_refused("too few");
}

static void make_firmware(uint64_t top)
{
	uint64_t base = below(top) & ~(uint64_t)0xfff, size = 1 + below(16 * MIB);
	struct devicetree_node *node;

	if (below(2)) {
		node = made_node(&made, made.root, "rtas");
		made_number32(&made, node, "linux,rtas-base", (uint32_t)base);
		made_number32(&made, node, "rtas-size", (uint32_t)size);
	} else {
		node = made_node(&made, made.root, "ibm,opal");
		made_number64(&made, node, "opal-base-address", base);
		made_number64(&made, node, "opal-runtime-size", size);
	}
	add(&firmware, base, size);
	if (below(2)) {
		node = made_node(&made, made.root, "pci@1");
		made_text(&made, node, "device_type", "pci");
		base = below(top);
		made_number64(&made, node, "linux,tce-base", base);
		made_number32(&made, node, "linux,tce-size", 0x80000);
		add(&firmware, base, 0x80000);
	}
	reached = firmware.count;
	base = below(top);
	made_cells(&made, made.root, "reserved-ranges",
		   (uint32_t[]){0, (uint32_t)base, 0, 0x123456}, 4);
	add(&firmware, base, 0x123456);
}

/* Blocks behind the first node, in either form; some are not there. */
static void make_blocks(uint64_t at)
{
	struct devicetree_node *node =
		made_node(&made, made.root, "ibm,dynamic-reconfiguration-memory");
	bool sets = below(2);
	uint32_t cells[64], count = 1 + (uint32_t)below(10), used = 1;

	made_number64(&made, node, "ibm,lmb-size", BLOCK);
	cells[0] = count;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t flags = below(3) ? 8 : (uint32_t)below(2) * 0x88;
		uint32_t number = sets ? 1 + (uint32_t)below(5) : 1;

		if (sets)
			cells[used++] = number;
		cells[used++] = (uint32_t)(at >> 32);
		cells[used++] = (uint32_t)at;
		for (unsigned j = sets ? 2 : 3; j; j--)
			cells[used++] = i;
		cells[used++] = flags;
		if (flags == 8)
			add(&ram, at, number * BLOCK);
		at += number * BLOCK;
	}
	made_cells(&made, node, sets ? "ibm,dynamic-memory-v2" : "ibm,dynamic-memory", cells, used);
}

static void make_round(void)
{
	uint64_t first = (4 + below(28)) * BLOCK, at = first;
	uint64_t start = 64 * MIB + (below(first) & ~(MIB - 1));

	made.machine.page_size = below(2) ? 4096 : 65536;
	made.facts.radix = below(2);
	made_cells(&made, made_find(&made, "/memory@0"), "reg",
		   (uint32_t[]){0, 0, 0, (uint32_t)first}, 4);
	add(&ram, 0, first);
	if (below(2)) {
		at += below(4) * BLOCK;
		made_memory(&made, "memory@1", at, 3 * BLOCK);
		add(&ram, at, 3 * BLOCK);
		at += 3 * BLOCK;
	}
	if (below(2))
		make_blocks(at);
	make_firmware(first);
	reserve_crash(start, (1 + below(8)) * 32 * MIB);
	options.no_checks = true;
	options.hotplug = !below(4);
	image.initrd.bytes.size = below(4) ? 1 + below(90000) : 0;
}

/* Address and size in turn. */
static void read_pairs(struct bytes value, size_t *at, uint64_t count, struct ranges *out)
{
	for (uint64_t start, size; count--;) {
		check(devicetree_cells(value, at, 2, &start) &&
		      devicetree_cells(value, at, 2, &size));
		if (size)
			add(out, start, size);
	}
}

/* early_init_drmem_lmb(): blocks that are not there have no entry. */
static void read_blocks(struct ranges *out)
{
	int node = devicetree_find(&tree, "/ibm,dynamic-reconfiguration-memory");
	struct bytes list = devicetree_get(&tree, node, "ibm,dynamic-memory");
	struct bytes usable = devicetree_get(&tree, node, "linux,drconf-usable-memory");
	bool sets = !list.data;
	size_t at = 4, usable_at = 0;

	if (sets)
		list = devicetree_get(&tree, node, "ibm,dynamic-memory-v2");
	for (; list.data && at < list.size; at += 24) {
		uint64_t flags = bytes_get(list.data + at + 20, 4, BIG), parts;
		uint64_t number = sets ? bytes_get(list.data + at, 4, BIG) : 1;

		while (flags == 8 && number--) {
			check(devicetree_cells(usable, &usable_at, 2, &parts));
			read_pairs(usable, &usable_at, parts, out);
		}
	}
	check(usable_at == usable.size);
}

static void read_memory(struct ranges *out)
{
	static const char *const nodes[] = {"/memory@0", "/memory@1"};

	*out = (struct ranges){.count = 0};
	for (size_t i = 0; i < 2; i++) {
		int node = devicetree_find(&tree, nodes[i]);
		struct bytes value = devicetree_get(&tree, node, "linux,usable-memory");
		size_t at = 0;

		check((node == DEVICETREE_NONE) == !value.data);
		read_pairs(value, &at, value.size / 16, out);
	}
	read_blocks(out);
}

/* How often the dump has the address, where it should be. */
static unsigned dumped(uint64_t address)
{
	struct bytes headers = plan_segment(&plan, "elfcorehdr")->bytes;
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdr;
	unsigned found = 0;

	memcpy(&ehdr, headers.data, sizeof(ehdr));
	check(headers.size == sizeof(ehdr) + ehdr.e_phnum * sizeof(phdr));
	for (unsigned i = 0; i < ehdr.e_phnum; i++) {
		memcpy(&phdr, headers.data + sizeof(ehdr) + i * sizeof(phdr), sizeof(phdr));
		if (phdr.p_type != PT_LOAD || address - phdr.p_paddr >= phdr.p_memsz)
			continue;
		found++;
		check(phdr.p_vaddr == phdr.p_paddr + LINEAR);
		check(phdr.p_offset == (address < SAVED ? argument(3) : phdr.p_paddr));
	}
	return found;
}

static void check_address(const struct ranges *memory, uint64_t address)
{
	const struct range crash = made.machine.crash.entries[0].range;
	bool there = in(&ram, ram.count, address);
	bool own = address >= crash.start && address < crash.end;
	bool is_memory = in(memory, memory->count, address);

	check(dumped(address) == (there && !own));
	check(is_memory == (there && (address < crash.end || in(&firmware, reached, address))));
	if (is_memory && !reserved(address))
		check(address < SAVED || own);
	if (in(&firmware, firmware.count, address))
		check(reserved(address));
}

static void check_segment(const struct segment *segment)
{
	const struct range crash = made.machine.crash.entries[0].range, at = segment->memory;
	uint64_t size = segment->bytes.size ? segment->bytes.size : SAVED;
	bool kept = !strcmp(segment->name, "kernel") || !strcmp(segment->name, "purgatory");

	check(at.start >= crash.start && at.end <= crash.end);
	check(made.facts.radix || made.facts.opal_base ||
	      (at.end <= GIB && at.end <= ram.list[0].end));
	for (unsigned i = 0; i < firmware.count; i++)
		check(!range_overlaps(at, firmware.list[i]));
	/* The kernel keeps itself, and has no more use for purgatory. */
	check(kept || (reserved(at.start) && reserved(at.start + size - 1)));
}

static void check_plan(void)
{
	const struct ranges *const lists[] = {&ram, &firmware};
	const struct range crash = made.machine.crash.entries[0].range;
	const uint64_t more[] = {0,	      SAVED - 1,     SAVED,    crash.start - 1,
				 crash.start, crash.end - 1, crash.end};
	struct ranges memory;
	char wanted[64];

	read_memory(&memory);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		check_address(&memory, more[i]);
	for (size_t i = 0; i < 2; i++)
		for (unsigned j = 0; j < lists[i]->count; j++) {
			struct range range = lists[i]->list[j];

			if (range.start)
				check_address(&memory, range.start - 1);
			check_address(&memory, range.start);
			check_address(&memory, range.end - 1);
			check_address(&memory, range.end);
		}
	for (unsigned i = 0; i < plan.segment_count; i++)
		check_segment(&plan.segments[i]);
	check(plan_segment(&plan, "kernel")->memory.start % SAVED == 0);
	snprintf(wanted, sizeof(wanted), " elfcorehdr=%" PRIu64 "K",
		 plan_segment(&plan, "elfcorehdr")->memory.start >> 10);
	check(strstr(plan.cmdline, wanted));
	check(argument(3) == plan_segment(&plan, "backup")->memory.start);
}

static void test_every_machine(void **state)
{
	unsigned planned = 0;

	for (uint64_t round = 0; round < ROUNDS; round++) {
		teardown(NULL);
		setup(NULL);
		round_start(round);
		make_round();
		if (make()) {
			check_plan();
			planned++;
		} else {
			check(made.error.cause[0] && !strstr(made.error.cause, "Internal"));
		}
	}
	assert_in_range(planned, ROUNDS / 4, ROUNDS - 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_guest),
		TEST(test_opal_beyond_the_reservation),
		TEST(test_an_ordinary_load_says_nothing_of_crashes),
		TEST(test_what_real_mode_does_not_reach),
		TEST(test_bare_metal_has_no_limit),
		TEST(test_hotplug),
		TEST(test_blocks_that_cannot_be),
		TEST(test_every_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
