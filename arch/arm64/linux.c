// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Placing a Linux kernel on arm64 by the rules of Documentation/arch/arm64/booting.rst, and telling
 * it by its device tree what it should know.
 */
#include "arch/arm64/linux.h"

#include <inttypes.h>

#include "arch/arm64/chosen.h"
#include "arch/arm64/machine.h"
#include "kexec/crash.h"
#include "kexec/purgatory.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

#define KERNEL_ALIGN (2 * MIB)
/* "The Image must be placed ... wholly within 48-bit addressable memory"; so is all the rest. */
#define LIMIT ((uint64_t)1 << 48)
/*
 * "within a 1 GB aligned physical memory window of up to 32 GB in size that fully covers the
 * kernel"
 */
#define WINDOW_ALIGN GIB
#define WINDOW	     (32 * GIB)
#define DTB_MAX	     (2 * MIB)
/* The capture kernel's pages may be larger than the running kernel's; 64 KiB is the largest. */
#define HEADERS_ALIGN ((uint64_t)64 << 10)

/* Before 3.17 the header told neither; those kernels were linked for this offset. */
#define OLD_TEXT_OFFSET 0x80000
#define OLD_BSS		(16 * MIB)

#define FLAG_BIG_ENDIAN 0x1
#define FLAG_PAGE_SHIFT 1
#define FLAG_ANYWHERE	0x8

/* How far above the running kernel memory is, as a rule, still of the same node. */
#define NEAR (4 * GIB)

static bool describe(const struct planning *p, const struct arm64_image_header *header,
		     uint64_t text_offset, struct error *error)
{
	static const char *const pages[] = { "not said", "4 KiB", "16 KiB", "64 KiB" };
	uint64_t flags = get(header->flags);

	return plan_fact(p, "image", "text_offset", error, "0x%" PRIx64, text_offset) &&
	       plan_fact(p, "image", "image_size", error, "0x%" PRIx64, get(header->image_size)) &&
	       plan_fact(p, "image", "byte order", error,
			 flags & FLAG_BIG_ENDIAN ? "big" : "little") &&
	       plan_fact(p, "image", "page size", error, "%s", pages[flags >> FLAG_PAGE_SHIFT & 3]);
}

/*
 * Where segments may end that go as high as possible; 0 if they go as low as possible. Early after
 * a boot the page allocator hands out the lowest memory first, and for each page of it that is a
 * segment's destination kexec_load walks through all the pages that it has (kimage_dst_used(),
 * kernel/kexec_core.c): low segments make it up to twenty times as slow.
 */
static uint64_t roof(const struct planning *p, struct bytes kernel)
{
	uint64_t running = p->machine->kernel_code.end;

	if (!running || p->options->panic ||
	    !(get(arm64_image_header(kernel)->flags) & FLAG_ANYWHERE))
		return 0;
	return running < LIMIT - NEAR ? running + NEAR : LIMIT;
}

/* As high as possible below the roof; false where there is none, or no room. */
static bool place_high(const struct planning *p, const char *what, uint64_t size,
		       struct placement where, uint64_t roof, uint64_t *address)
{
	struct error ignored = { 0 };

	where.from_top = true;
	if (roof < where.below)
		where.below = roof;
	return roof && plan_place(p, what, size, where, address, &ignored);
}

static bool place_kernel(const struct planning *p, struct bytes kernel, uint64_t memory_size,
			 uint64_t roof, struct range *memory, struct error *error)
{
	const struct arm64_image_header *header = arm64_image_header(kernel);
	struct placement where = { .align = KERNEL_ALIGN, .below = LIMIT };
	uint64_t text_offset = get(header->text_offset), size = get(header->image_size), base,
		 whole;

	if (!size) {
		text_offset = OLD_TEXT_OFFSET;
		size = kernel.size + OLD_BSS;
		if (!plan_note(p, error,
			       "%s does not say how much memory it needs; 16 MiB more than it has "
			       "are given to it.",
			       p->image->kernel_file.path))
			return false;
	}
	if (text_offset >= KERNEL_ALIGN || text_offset & (p->machine->page_size - 1))
		return error_set(error,
				 "The header of %s has a text_offset of 0x%" PRIx64
				 "; whole pages below 2 MiB were expected.",
				 p->image->kernel_file.path, text_offset);
	if (size < memory_size)
		size = memory_size;
	if (!describe(p, header, text_offset, error))
		return false;
	if (!add_overflow_checked(text_offset, size, &whole))
		return error_set(error,
				 "The header of %s has an image_size of 0x%" PRIx64
				 ", more than memory can be.",
				 p->image->kernel_file.path, size);
	if (!place_high(p, "kernel", whole, where, roof, &base) &&
	    !plan_place(p, "kernel", whole, where, &base, error))
		return false;
	*memory = (struct range){ base + text_offset, base + whole };
	return plan_add(p, "kernel", p->image->kernel_file.path, kernel, memory->start, size,
			error);
}

/*
 * Without a roof above the kernel as the kernel's own loader has it; below it only where there is
 * no other room.
 */
static bool place_initrd(const struct planning *p, struct range kernel, uint64_t roof,
			 struct range *memory, struct error *error)
{
	const struct file *initrd = &p->image->initrd;
	uint64_t low = align_down(kernel.start, WINDOW_ALIGN),
		 high = align_down(kernel.end + WINDOW_ALIGN - 1, WINDOW_ALIGN);
	struct placement above = { .above = kernel.end,
				   .below = low + WINDOW < LIMIT ? low + WINDOW : LIMIT };
	struct placement anywhere = { .above = high > WINDOW ? high - WINDOW : 0, .below = high };
	struct error ignored = { 0 };
	uint64_t address;

	*memory = (struct range){ 0, 0 };
	if (!initrd->bytes.size)
		return true;
	if (!place_high(p, "initrd", initrd->bytes.size, anywhere, roof, &address) &&
	    !plan_place(p, "initrd", initrd->bytes.size, above, &address, &ignored) &&
	    !plan_place(p, "initrd", initrd->bytes.size, anywhere, &address, error))
		return false;
	*memory = (struct range){ address, address + initrd->bytes.size };
	return plan_add(p, "initrd", initrd->path, initrd->bytes, address, initrd->bytes.size,
			error);
}

/* Aligned to a power of two that it fits into, and so never across a boundary of 2 MiB. */
static bool place_dtb(const struct planning *p, struct range kernel, uint64_t roof,
		      struct bytes dtb, const char *source, uint64_t *address, struct error *error)
{
	uint64_t align = p->machine->page_size;
	struct placement above = { .above = kernel.end, .below = LIMIT };
	struct placement anywhere = { .below = LIMIT };
	struct error ignored = { 0 };

	if (dtb.size > DTB_MAX)
		return error_set(
			error,
			"The device tree from %s has %zu bytes; the kernel takes at most 2 MiB.",
			source, dtb.size);
	while (align < dtb.size)
		align *= 2;
	above.align = anywhere.align = align;
	return (place_high(p, "dtb", dtb.size, anywhere, roof, address) ||
		plan_place(p, "dtb", dtb.size, above, address, &ignored) ||
		plan_place(p, "dtb", dtb.size, anywhere, address, error)) &&
	       plan_add(p, "dtb", source, dtb, *address, dtb.size, error);
}

/*
 * --serial=NAME: where purgatory speaks. Nothing depends on it, and so a port that is not there is
 * only told.
 */
static bool find_port(const struct planning *p, struct purgatory_jump *jump, struct error *error)
{
	const struct arm64_machine *facts = p->machine->facts;
	const char *name = p->options->serial_name;

	for (size_t i = 0; name && i < facts->serial_count; i++) {
		const struct arm64_serial *serial = &facts->serials[i];

		if (strcmp(serial->name, name) || serial->kind == PORT_UNKNOWN)
			continue;
		jump->serial_base = serial->base;
		jump->serial_flags = serial->kind == PORT_PL011		? PURGATORY_SERIAL_PL011
				     : serial->kind == PORT_16550_WORDS ? PURGATORY_SERIAL_WORDS
									: 0;
		return true;
	}
	return !name || plan_note(p, error,
				  "--serial=%s has no effect: /sys/class/tty/%s is not a PL011 or "
				  "16550 with registers in memory.",
				  name, name);
}

static bool add_headers(const struct planning *p, struct range *headers, struct error *error)
{
	const struct crash_headers wish = { .align = HEADERS_ALIGN, .below = LIMIT };
	uint64_t address;

	*headers = (struct range){ 0, 0 };
	if (!p->options->panic)
		return true;
	if (!crash_add_headers(p, &wish, &address, error))
		return false;
	*headers = plan_segment(p->plan, "elfcorehdr")->memory;
	return true;
}

/* A kernel that loads by itself has its own, also where it shows it to nobody. */
static bool does_without_tree(const struct planning *p)
{
	const struct arm64_machine *facts = p->machine->facts;

	return p->plan->by == BY_FILE && !facts->fdt.size && !facts->tree;
}

bool arm64_linux_plan(const struct planning *p, struct bytes kernel, uint64_t memory_size,
		      struct error *error)
{
	struct purgatory_jump jump = { .mode = PURGATORY_ENTRY_64 };
	struct range memory, initrd, headers;
	uint64_t top = roof(p, kernel);
	const char *source;
	struct bytes dtb;

	if (!place_kernel(p, kernel, memory_size, top, &memory, error) ||
	    !place_initrd(p, memory, top, &initrd, error) ||
	    !add_headers(p, &headers, error))
		return false;
	if (does_without_tree(p))
		return true;
	if (!chosen_make(p, initrd, headers, &dtb, &source, error) ||
	    !place_dtb(p, memory, top, dtb, source, &jump.arguments[0], error) ||
	    !find_port(p, &jump, error))
		return false;
	jump.entry = memory.start;
	return purgatory_place(p, (struct placement){ .below = LIMIT }, error) &&
	       purgatory_finish(p, &jump, error);
}
