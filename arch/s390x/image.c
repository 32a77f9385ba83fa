// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The "image" format: arch/s390/boot/bzImage, which is memory from address 0 on as it is in the
 * file. The kernel is loaded where it was linked, and told its initrd and command line in the
 * parameter area inside of it. Only the pages that hold that area are copied; the rest stays a view
 * of the file. What lies below the entry is for a boot from tape, card reader or tape images, and
 * is left out. A crash kernel lies in its reservation as if that began at 0, and exchanges it with
 * the memory at 0 when it starts: every address in its parameter area counts from there.
 */
#include "arch/s390x/image.h"

#include <inttypes.h>

#include "kexec/crash.h"
#include "kexec/purgatory.h"

/* Where kexec-tools puts it: never lower, so that a small kernel has room to unpack itself. */
#define LOWEST_INITRD 0x800000
#define INITRD_ALIGN 0x100000

/* The running kernel enters the next one, or purgatory, in 31-bit mode (relocate_kernel.S). */
#define REACH 0x80000000

_Static_assert(IMAGE_PARMAREA + offsetof(struct parmarea, command_line) == IMAGE_COMMAND_LINE,
	       "setup.h");

/* What planning this image needs to know of it. */
struct area {
	struct bytes image;    /* the whole file */
	uint64_t base;	       /* where its address 0 is: 0, or the crash reservation */
	uint64_t room;	       /* bytes for the command line, its NUL included */
	struct bytes built_in; /* the command line that it was built with, without the NUL */
	uint64_t copied;       /* end of the pages that are copied, counted from address 0 */
	struct bytes version;
};

static bool image_probe(struct bytes kernel)
{
	return bytes_equal_at(kernel, IMAGE_MARK, "S390EP", 6) &&
	       !bytes_equal_at(kernel, 0, "\177ELF", 4);
}

/* The text at `at`, up to its NUL or `most` bytes. */
static struct bytes text_at(struct bytes image, uint64_t at, uint64_t most)
{
	struct bytes text = bytes_from(image, at);

	if (text.size > most)
		text.size = (size_t)most;
	if (text.size)
		text.size = strnlen((const char *)text.data, text.size);
	return text;
}

/* Bytes for the command line, its NUL included; 0 where the field itself is missing. */
static uint64_t command_line_room(struct bytes image)
{
	const struct parmarea *parmarea = bytes_at(image, IMAGE_PARMAREA, sizeof(*parmarea));
	uint64_t room = parmarea ? get(parmarea->max_command_line_size) : 0;

	return !parmarea || room ? room : LEGACY_COMMAND_LINE_SIZE;
}

/* The running kernel's own loader refuses this too, but does not say why (machine_kexec_file.c). */
static bool image_check(struct bytes kernel, struct error *error)
{
	uint64_t room = command_line_room(kernel);

	if (room && bytes_at(kernel, IMAGE_COMMAND_LINE, room))
		return true;
	return error_set(error,
			 "the file ends at 0x%zx, inside of its parameter area, which has "
			 "%" PRIu64 " bytes for a command line at 0x%x: it is cut off.",
			 kernel.size, room, IMAGE_COMMAND_LINE);
}

static bool read_area(const struct planning *p, struct area *area, struct error *error)
{
	const struct parmarea *parmarea;

	*area = (struct area){.image = image_kernel(p->image)};
	if (p->options->panic)
		area->base = crash_region(p->machine).start;
	if (!image_check(area->image, error))
		return false;
	area->room = command_line_room(area->image);
	parmarea = (const struct parmarea *)(area->image.data + IMAGE_PARMAREA);
	if (!align_up_checked(IMAGE_COMMAND_LINE + area->room, p->machine->page_size,
			      &area->copied) ||
	    area->copied > area->image.size)
		area->copied = area->image.size;
	area->built_in = text_at(area->image, IMAGE_COMMAND_LINE, area->room);
	area->version = text_at(area->image, get(parmarea->kernel_version), 256);
	return true;
}

/*
 * A kernel that is told nothing keeps the command line that it was built with, here as with
 * kexec_file_load, which gets length 0 then.
 */
static bool choose_cmdline(const struct planning *p, const struct area *area, struct error *error)
{
	size_t length = strlen(p->cmdline);

	if (!p->options->append && !p->options->reuse_cmdline) {
		p->plan->cmdline = arena_copy(p->arena, area->built_in, error);
		return p->plan->cmdline;
	}
	/* The kernel's own loader wants one byte more than the NUL (machine_kexec_file.c). */
	if (length + 1 < area->room)
		return true;
	error_set(error, "The command line has %zu characters; %s takes at most %" PRIu64 ".",
		  length, p->image->kernel_file.path, area->room > 2 ? area->room - 2 : 0);
	return error_remedy(error, "Shorten --append, or leave out --reuse-cmdline.");
}

static bool add_kernel(const struct planning *p, const struct area *area, uint8_t **copy,
		       struct error *error)
{
	const char *path = p->image->kernel_file.path;
	const uint64_t size = area->image.size - IMAGE_ENTRY;
	struct bytes head = bytes_from(area->image, IMAGE_ENTRY);
	struct bytes rest = bytes_from(area->image, area->copied);
	const uint64_t entry = area->base + IMAGE_ENTRY;
	struct placement only = {.above = entry};
	uint64_t address;

	if (!align_up_checked(area->base + area->image.size, p->machine->page_size, &only.below) ||
	    !plan_place(p, "kernel", size, only, &address, error))
		return false;
	if (address != entry)
		return error_set(error, "%s is loaded at 0x%" PRIx64 ", which no page of 0x%" PRIx64
				 " bytes begins at.", path, entry, p->machine->page_size);
	head.size = (size_t)(area->copied - IMAGE_ENTRY);
	*copy = (uint8_t *)arena_copy(p->arena, head, error);
	if (!*copy)
		return false;
	head.data = *copy;
	if (!plan_add(p, "parmarea", path, head, entry, head.size, error))
		return false;
	p->plan->entry = entry;
	return !rest.size ||
	       plan_add(p, "kernel", path, rest, area->base + area->copied, rest.size, error);
}

static bool add_initrd(const struct planning *p, const struct area *area, uint64_t *address,
		       struct error *error)
{
	const struct file *initrd = &p->image->initrd;
	struct placement where = {.align = INITRD_ALIGN, .above = LOWEST_INITRD};

	*address = 0;
	if (where.above < area->image.size)
		where.above = area->image.size;
	where.above += area->base;
	return !initrd->bytes.size || plan_place_and_add(p, "initrd", initrd->path, initrd->bytes,
							 initrd->bytes.size, where, address, error);
}

static bool describe(const struct planning *p, const struct area *area,
		     const struct parmarea *parmarea, struct error *error)
{
	return plan_fact(p, "image", "kernel version", error, "%s",
			 error_quote(area->version).text) &&
	       plan_fact(p, "parmarea", "initrd_start", error, "0x%" PRIx64,
			 get(parmarea->initrd_start)) &&
	       plan_fact(p, "parmarea", "initrd_size", error, "%zu", p->image->initrd.bytes.size) &&
	       plan_fact(p, "parmarea", "max_command_line_size", error, "%" PRIu64, area->room) &&
	       (!p->options->panic ||
		plan_fact(p, "parmarea", "oldmem", error, "0x%" PRIx64 " bytes at 0x%" PRIx64,
			  get(parmarea->oldmem_size), get(parmarea->oldmem_base)));
}

/*
 * The running kernel calls a crash kernel twice, first to ask whether it is sound, and only
 * purgatory answers (arch/s390/kernel/machine_kexec.c). It is entered in 64-bit mode.
 */
static bool add_crash_purgatory(const struct planning *p, const struct area *area,
				struct error *error)
{
	const struct placement where = {.above = area->base + IMAGE_ENTRY, .from_top = true};
	const struct purgatory_jump jump = {.entry = area->base + IMAGE_CRASH_ENTRY,
					    .arguments = {1}};

	return purgatory_place(p, where, error) && purgatory_finish(p, &jump, error);
}

/* Nothing but the check needs purgatory: the running kernel can enter the next one by itself. */
static bool add_purgatory(const struct planning *p, struct error *error)
{
	const struct placement where = {.above = IMAGE_ENTRY, .below = REACH, .from_top = true};
	const struct purgatory_jump jump = {.entry = IMAGE_ENTRY};

	if (p->options->no_checks)
		return plan_fact(
			p, "purgatory", "not used", error,
			"-i was given; nothing checks the next kernel before it is entered");
	return purgatory_place(p, where, error) && purgatory_finish(p, &jump, error);
}

static bool image_plan(const struct planning *p, struct error *error)
{
	struct parmarea *parmarea;
	struct area area;
	uint64_t initrd;
	uint8_t *copy = NULL;

	if (!read_area(p, &area, error) || !choose_cmdline(p, &area, error) ||
	    !add_kernel(p, &area, &copy, error) || !add_initrd(p, &area, &initrd, error))
		return false;
	parmarea = (struct parmarea *)(copy + (IMAGE_PARMAREA - IMAGE_ENTRY));
	put(&parmarea->initrd_start, initrd ? initrd - area.base : 0);
	put(&parmarea->oldmem_base, area.base);
	put(&parmarea->oldmem_size, p->options->panic ? range_size(crash_region(p->machine)) : 0);
	put(&parmarea->initrd_size, p->image->initrd.bytes.size);
	memset(parmarea->command_line, 0, (size_t)area.room);
	memcpy(parmarea->command_line, p->plan->cmdline, strlen(p->plan->cmdline));
	return describe(p, &area, parmarea, error) &&
	       (p->options->panic ? add_crash_purgatory(p, &area, error) : add_purgatory(p, error));
}

const struct format s390x_image = {
	.name = "image",
	.probe = image_probe,
	.check = image_check,
	.plan = image_plan,
	.by_file = true,
};
