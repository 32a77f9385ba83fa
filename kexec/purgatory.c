// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Putting purgatory into a plan: the architecture's flat image becomes a segment, and a copy of it
 * gets its parameter block filled in. It knows the block's fields, not what the code behind them
 * does, and writes numbers in the target's byte order, whatever this machine's is.
 */
#include "kexec/purgatory.h"

#include <inttypes.h>

#include "arch/arch.h"
#include "kexec/digest.h"

#define SEGMENT "purgatory"
#define FOUR_GIB ((uint64_t)1 << 32)

#define AT(field) (PURGATORY_PARAMETERS + offsetof(struct purgatory_parameters, field))

_Static_assert(PURGATORY_REGIONS >= PLAN_SEGMENTS_MAX, "every segment needs a region");
_Static_assert(sizeof(((struct purgatory_parameters *)0)->sha256) == DIGEST_SIZE, "SHA-256");

/* The image as it was linked, once its block has been seen to be what this file expects. */
static bool find_image(const struct planning *p, struct bytes *image, uint64_t *memory_size,
		       struct error *error)
{
	const struct arch *arch = p->machine->arch;
	const uint8_t *block;
	uint64_t magic;

	*image = arch->purgatory ? arch->purgatory() : (struct bytes){ NULL, 0 };
	if (!image->size) {
		error_set(error,
			  "This build of kexec has no purgatory for %s, the code that kexec_load "
			  "needs "
			  "to start a kernel.",
			  arch->name);
		return error_remedy(
			error,
			"Use -s, which does without, or build kexec where configure finds a "
			"compiler for %s (see \"purgatories\" in its summary).",
			arch->name);
	}
	block = bytes_at(*image, PURGATORY_PARAMETERS, sizeof(struct purgatory_parameters));
	if (!block)
		return error_set(
			error,
			"The purgatory for %s has %zu bytes, too few for its parameter block.",
			arch->name, image->size);
	magic = bytes_get(block + offsetof(struct purgatory_parameters, magic), 8, arch->order);
	*memory_size = bytes_get(block + offsetof(struct purgatory_parameters, memory_size), 8,
				 arch->order);
	if (magic != PURGATORY_MAGIC)
		return error_set(error,
				 "The purgatory for %s has 0x%016" PRIx64
				 " where its parameter block should "
				 "begin with 0x%016" PRIx64 ".",
				 arch->name, magic, (uint64_t)PURGATORY_MAGIC);
	if (*memory_size < image->size)
		return error_set(error,
				 "The purgatory for %s asks for %" PRIu64
				 " bytes of memory, and has %zu itself.",
				 arch->name, *memory_size, image->size);
	return true;
}

bool purgatory_place(const struct planning *p, struct placement where, struct error *error)
{
	uint64_t memory_size = 0, address;
	struct bytes image;

	if (!find_image(p, &image, &memory_size, error) ||
	    !plan_place_and_add(p, SEGMENT, "made here", image, memory_size, where, &address,
				error))
		return false;
	/* Its own block and stack change while it runs, and a digest cannot cover itself. */
	p->plan->segments[p->plan->segment_count - 1].unchecked = true;
	p->plan->entry = address;
	return true;
}

/* One number of the block, whose fields all have eight bytes. */
static void put_number(const struct planning *p, uint8_t *image, size_t at, uint64_t value)
{
	bytes_put(image + at, 8, p->machine->arch->order, value);
}

/* Regions and parts in the same order: the digest is over one after the other. */
static bool put_digest(const struct planning *p, uint8_t *image, struct error *error)
{
	struct bytes parts[PLAN_SEGMENTS_MAX];
	uint8_t digest[DIGEST_SIZE];
	char text[2 * DIGEST_SIZE + 1];
	size_t count = 0;

	for (unsigned i = 0; i < p->plan->segment_count; i++) {
		const struct segment *segment = &p->plan->segments[i];
		size_t at = AT(regions) + count * sizeof(struct purgatory_region);

		if (segment->unchecked || !segment->bytes.size)
			continue;
		put_number(p, image, at + offsetof(struct purgatory_region, start),
			   segment->memory.start);
		put_number(p, image, at + offsetof(struct purgatory_region, size),
			   segment->bytes.size);
		parts[count++] = segment->bytes;
	}
	if (!digest_sha256(parts, count, digest, error))
		return false;
	memcpy(image + AT(sha256), digest, sizeof(digest));
	put_number(p, image, AT(region_count), count);
	digest_hex(digest, text);
	return plan_fact(p, SEGMENT, "sha256", error, "%s", text);
}

static bool put_console(const struct planning *p, const struct purgatory_jump *jump, uint8_t *image,
			uint64_t *flags, struct error *error)
{
	const struct options *options = p->options;

	if (options->console_serial && !options->serial_base) {
		error_set(error, "--console-serial needs a port, and none is known.");
		return error_remedy(
			error, "Name it with --serial=ttyS0, --serial=ttyS1 or --serial=0xPORT.");
	}
	if (jump->serial_base) {
		*flags |= PURGATORY_CONSOLE_SERIAL | jump->serial_flags;
		put_number(p, image, AT(serial_base), jump->serial_base);
		return plan_fact(p, SEGMENT, "console", error, "%s 0x%" PRIx64,
				 jump->serial_flags & PURGATORY_SERIAL_TERMINAL
					 ? "the hypervisor's terminal"
					 : "serial port at",
				 jump->serial_base);
	}
	*flags |= (options->console_vga ? PURGATORY_CONSOLE_VGA : 0) |
		  (options->console_serial ? PURGATORY_CONSOLE_SERIAL : 0) |
		  (options->reset_vga ? PURGATORY_RESET_VGA : 0);
	put_number(p, image, AT(serial_base), options->serial_base);
	put_number(p, image, AT(serial_baud), options->serial_baud);
	if (options->console_serial &&
	    !plan_fact(p, SEGMENT, "console", error, "serial port 0x%x", options->serial_base))
		return false;
	return !options->console_vga || plan_fact(p, SEGMENT, "console", error, "VGA text");
}

/* PURGATORY_ENTRY_32 switches paging off: from then on nothing above 4 GiB can be reached. */
static bool check_32bit(const struct purgatory_jump *jump, const struct segment *segment,
			struct error *error)
{
	if (segment->memory.end > FOUR_GIB)
		return error_set(error,
				 "A kernel with a 32-bit entry needs purgatory below 4 GiB, and it "
				 "is at 0x%" PRIx64 ".",
				 segment->memory.start);
	if (jump->entry >= FOUR_GIB)
		return error_set(error, "The 32-bit entry point 0x%" PRIx64 " is not below 4 GiB.",
				 jump->entry);
	/* All others are used while paging is still on. */
	for (unsigned i = 0; i < PURGATORY_REGISTERS_32; i++)
		if (jump->arguments[i] >= FOUR_GIB)
			return error_set(
				error,
				"The 32-bit entry takes addresses below 4 GiB, and 0x%" PRIx64
				" is not.",
				jump->arguments[i]);
	return true;
}

bool purgatory_finish(const struct planning *p, const struct purgatory_jump *jump,
		      struct error *error)
{
	struct segment *segment = plan_segment(p->plan, SEGMENT);
	uint64_t flags = jump->flags | (p->options->no_checks ? 0 : PURGATORY_VERIFY);
	uint8_t *image;

	if (!segment || segment->bytes.size < AT(magic) + sizeof(struct purgatory_parameters))
		return error_set(error, "Purgatory was to be finished before it was placed.");
	if (jump->mode == PURGATORY_ENTRY_32 && !check_32bit(jump, segment, error))
		return false;
	image = (uint8_t *)arena_copy(p->arena, segment->bytes, error);
	if (!image || !put_console(p, jump, image, &flags, error))
		return false;
	if (flags & PURGATORY_VERIFY
		    ? !put_digest(p, image, error)
		    : !plan_fact(p, SEGMENT, "sha256", error, "none: -i was given"))
		return false;
	put_number(p, image, AT(flags), flags);
	put_number(p, image, AT(entry), jump->entry);
	put_number(p, image, AT(entry_mode), jump->mode);
	for (size_t i = 0; i < PURGATORY_ARGUMENTS; i++)
		put_number(p, image, AT(arguments) + i * 8, jump->arguments[i]);
	segment->bytes.data = image;
	return plan_fact(p, SEGMENT, "entry", error, "0x%" PRIx64, jump->entry);
}
