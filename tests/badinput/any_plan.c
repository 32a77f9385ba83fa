// SPDX-License-Identifier: GPL-2.0-or-later
/* Machine, initrd and options are fixed; only the kernel's bytes are not to be trusted. */
#include "config.h"
#include "tests/badinput/any_plan.h"

#include <stdio.h>

#include "arch/arch.h"
#include "arch/arm64/machine.h"
#include "arch/ppc64le/machine.h"
#include "arch/x86_64/boot_params.h"
#include "arch/x86_64/machine.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

static const uint8_t initrd[10000] = "070701";
static const uint8_t running_boot_params[BOOT_PARAMS_SIZE];

static const struct efi_runtime_range runtime_map[] = {
	{ 6, 0x3f000000, 0xfffffffeff000000, 16, 0x800000000000000f },
	{ 5, 0x3f200000, 0xfffffffeff200000, 32, 0x800000000000000f },
};

static const struct x86_64_machine plain_facts = {
	.boot_params = { running_boot_params, sizeof(running_boot_params) },
};

static const struct x86_64_machine efi_facts = {
	.boot_params = { running_boot_params, sizeof(running_boot_params) },
	.efi = true, .efi_bits = 64,
	.efi_fw_vendor = 0x3f001000, .efi_runtime = 0x3f002000, .efi_config_table = 0x3f003000,
	.efi_acpi20 = 0x3f004000,
	.runtime_map = runtime_map, .runtime_map_count = 2,
};

static const struct devicetree_node tree = { .name = "" };
static const struct arm64_machine arm64_facts = {
	.tree = &tree, .fdt_path = "FDT", .tree_path = "TREE"};

static const struct ppc64le_machine ppc64le_facts = {
	.tree = &tree,
	.source = "TREE",
	.kernel_end = 32 * MIB,
	.first_block = GIB,
	.vector_sha = true,
};

static bool add_ram(struct machine *machine, struct arena *arena, uint64_t start, uint64_t end,
		    struct error *error)
{
	const struct range range = { start, end };

	machine->ram_total += end - start;
	return memmap_append(&machine->firmware, arena, range, MEMORY_RAM, error) &&
	       memmap_append(&machine->usable, arena, range, MEMORY_RAM, error);
}

static bool make_machine(struct machine *machine, struct x86_64_machine *facts, struct arena *arena,
			 unsigned wishes, struct error *error)
{
	*facts = wishes & ANY_PLAN_EFI ? efi_facts : plain_facts;
	facts->five_level = wishes & ANY_PLAN_FIVE_LEVEL;
	*machine = (struct machine){
		.arch = &arch_x86_64, .release = "6.1.0", .page_size = 4096,
		.cmdline = "root=/dev/vda1", .limit_reboot = -1, .limit_panic = -1, .facts = facts,
	};
	if (wishes & ANY_PLAN_S390X) {
		machine->arch = &arch_s390x;
		machine->facts = NULL;
		return add_ram(machine, arena, 0, wishes & ANY_PLAN_LARGE ? 64 * GIB : GIB, error);
	}
	if (wishes & ANY_PLAN_ARM64) {
		machine->arch = &arch_arm64;
		machine->facts = &arm64_facts;
		machine->page_size = wishes & ANY_PLAN_FIVE_LEVEL ? 65536 : 4096;
		return add_ram(machine, arena, GIB, wishes & ANY_PLAN_LARGE ? 64 * GIB : 2 * GIB,
			       error);
	}
	if (wishes & ANY_PLAN_PPC64LE) {
		machine->arch = &arch_ppc64le;
		machine->facts = &ppc64le_facts;
		machine->page_size = wishes & ANY_PLAN_FIVE_LEVEL ? 65536 : 4096;
		return add_ram(machine, arena, 32 * MIB, 768 * MIB, error);
	}
	if (!add_ram(machine, arena, 0x1000, 0x9fc00, error))
		return false;
	if (!(wishes & ANY_PLAN_LARGE))
		return add_ram(machine, arena, MIB, GIB, error);
	return add_ram(machine, arena, MIB, 3 * GIB, error) &&
	       add_ram(machine, arena, 4 * GIB, 65 * GIB, error);
}

static struct options any_options(unsigned wishes)
{
	bool bare = (wishes & ANY_PLAN_S390X) && !(wishes & ANY_PLAN_DIGEST);

	return (struct options){
		.load = true,
		.call = CALL_SEGMENTS,
		.kernel = "kernel",
		.append = bare ? NULL : "quiet",
		.mem_min = wishes & ANY_PLAN_LIMITS ? 32 * MIB : 0,
		.mem_max = wishes & ANY_PLAN_LIMITS ? 512 * MIB - 1 : UINT64_MAX,
		.mem_min_given = wishes & ANY_PLAN_LIMITS,
		.mem_max_given = wishes & ANY_PLAN_LIMITS,
		.entry = 0x1000000,
		.entry_given = wishes & ANY_PLAN_ENTRY,
		.entry_32bit = wishes & ANY_PLAN_ENTRY_32BIT,
		.args = wishes & ANY_PLAN_ENTRY_32BIT ? ARGS_ELF : ARGS_DEFAULT,
		.real_mode = wishes & ANY_PLAN_REAL_MODE,
		.no_checks = !(wishes & ANY_PLAN_DIGEST),
	};
}

static void breaks(struct any_plan *any, const char *how)
{
	snprintf(any->broken, sizeof(any->broken), "%.200s", how);
}

/* Reads one byte of each page, and the last one: where a view reaches outside, this is noticed. */
static unsigned touch(struct bytes bytes)
{
	volatile unsigned sum = 0;

	for (size_t i = 0; i < bytes.size; i += 4096)
		sum += bytes.data[i];
	return bytes.size ? sum + bytes.data[bytes.size - 1] : sum;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void check_plan(struct any_plan *any, const struct machine *machine,
		       const struct options *options, const struct plan *plan)
{
	if (!plan_check(machine, options, plan, &any->error)) {
		breaks(any, any->error.cause);
		return;
	}
	for (unsigned i = 0; i < plan->segment_count; i++)
		touch(plan->segments[i].bytes);
	for (size_t i = 0; i < plan->fact_count; i++)
		if (!is_printable(plan->facts[i].value))
			breaks(any, "a fact has control characters");
}

static void check_refusal(struct any_plan *any)
{
	if (!any->error.cause[0])
		breaks(any, "it is refused without a sentence");
	else if (!is_printable(any->error.cause))
		breaks(any, "the sentence has control characters");
	else if (!strncmp(any->error.cause, "Internal", 8))
		/* plan_check() is the last net; who reads a file is to refuse what it says. */
		breaks(any, any->error.cause);
}

bool any_plan(struct any_plan *any, struct bytes kernel, unsigned wishes)
{
	const struct options options = any_options(wishes);
	struct image image = IMAGE_CLOSED;
	struct arena arena = { 0 };
	struct x86_64_machine facts;
	struct machine machine;
	struct plan plan;

	*any = (struct any_plan){ 0 };
	image.kernel_file = (struct file){ "kernel", -1, kernel };
	if (wishes & ANY_PLAN_INITRD)
		image.initrd = (struct file){ "initrd", -1, { initrd, sizeof(initrd) } };
	if (!make_machine(&machine, &facts, &arena, wishes, &any->error))
		breaks(any, any->error.cause);
	else
		any->planned = plan_make(&machine, &options, &image, CALL_SEGMENTS, &arena, &plan,
					 &any->error);
	if (any->planned)
		check_plan(any, &machine, &options, &plan);
	else
		check_refusal(any);
	arena_release(&arena);
	return any->planned;
}
