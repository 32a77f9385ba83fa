// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bzImages without a 64-bit entry: 32-bit kernels, and old ones. Documentation/arch/x86/boot.rst;
 * what an older protocol has no field for is known here. They begin below 4 GiB without paging, and
 * a 32-bit kernel maps little of what is there, so it goes as low as it may.
 */
#include <inttypes.h>

#include "arch/arch.h"
#include "arch/x86_64/linux.h"

#define MIB ((uint64_t)1 << 20)
#define FOUR_GIB ((uint64_t)1 << 32)

/* Protocols, and what each brought. */
#define PROTOCOL_CMD_LINE_PTR 0x202
#define PROTOCOL_INITRD_ADDR_MAX 0x203
#define PROTOCOL_RELOCATABLE 0x205
#define PROTOCOL_CMDLINE_SIZE 0x206
#define PROTOCOL_SETUP_DATA 0x209
#define PROTOCOL_INIT_SIZE 0x20a

#define DEFAULT_INITRD_ADDR_MAX 0x37ffffff
#define DEFAULT_CMDLINE_SIZE 255
/* Where code was loaded before it could say; and to unpack itself in, which nobody says either. */
#define DEFAULT_ADDRESS MIB
#define DEFAULT_ROOM (64 * MIB)
#define ALIGNMENT_MAX ((uint64_t)1 << 30)

static bool bzimage_probe(struct bytes kernel)
{
	return bzimage_header(kernel);
}

/* The header cut at the length that it states, with what its protocol says of the rest. */
static bool read_header(struct bytes kernel, struct setup_header *header, struct error *error)
{
	const struct setup_header *in_file = bzimage_header(kernel);
	unsigned end, version, room = SETUP_HEADER_OFFSET + sizeof(*header);

	if (!in_file)
		return error_set(error, "The setup header is cut off.");
	end = 0x202 + in_file->jump[1];
	version = get(in_file->version);
	if (version < PROTOCOL_CMD_LINE_PTR)
		return error_set(
			error,
			"The kernel is of boot protocol %u.%02u; 2.02 (Linux 2.4.0) or later was "
			"expected.",
			version >> 8, version & 0xff);
	if (end < SETUP_HEADER_OFFSET + offsetof(struct setup_header, initrd_addr_max) ||
	    end > SETUP_HEADER_END_MAX)
		return error_set(error,
				 "The setup header ends at 0x%x; 0x22c to 0x%x was expected.", end,
				 SETUP_HEADER_END_MAX);
	*header = (struct setup_header){ 0 };
	memcpy(header, in_file, (end < room ? end : room) - SETUP_HEADER_OFFSET);
	if (version < PROTOCOL_INITRD_ADDR_MAX)
		put(&header->initrd_addr_max, DEFAULT_INITRD_ADDR_MAX);
	if (version < PROTOCOL_RELOCATABLE)
		header->relocatable_kernel = 0;
	if (version < PROTOCOL_CMDLINE_SIZE)
		put(&header->cmdline_size, DEFAULT_CMDLINE_SIZE);
	if (version < PROTOCOL_INIT_SIZE) {
		put(&header->pref_address, 0);
		put(&header->init_size, 0);
	}
	if (header->loadflags & LOADED_HIGH)
		return true;
	return error_set(
		error,
		"The kernel is a zImage, which is loaded low (no LOADED_HIGH); a bzImage was "
		"expected.");
}

static bool place(const struct planning *p, struct boot_request *request, struct bytes payload,
		  struct error *error)
{
	const struct setup_header *header = &request->header;
	uint64_t alignment = get(header->kernel_alignment), pref = get(header->pref_address);
	uint64_t size = get(header->init_size), page = p->machine->page_size;
	struct placement where = {
		.align = alignment, .above = pref > MIB ? pref : MIB, .below = FOUR_GIB};

	if (get(header->version) < PROTOCOL_INIT_SIZE) {
		size = payload.size + DEFAULT_ROOM;
		if (!plan_note(p, error,
			       "%s does not say how much memory it needs; 64 MiB more than it has "
			       "are given to it.",
			       p->image->kernel_file.path))
			return false;
	}
	if (size < payload.size)
		return error_set(error,
				 "The setup header's init_size is %" PRIu64
				 " bytes, less than the %zu bytes of code in the file.",
				 size, payload.size);
	if (header->relocatable_kernel &&
	    (!is_power_of_two(alignment) || alignment > ALIGNMENT_MAX))
		return error_set(error,
				 "The setup header's kernel_alignment is 0x%" PRIx64
				 "; a power of two up to 1 GiB was expected.",
				 alignment);
	if (!header->relocatable_kernel && p->options->panic)
		return error_set(
			error,
			"The kernel cannot be moved into the crash kernel's memory: its setup "
			"header says that it is not relocatable.");
	if (!header->relocatable_kernel) {
		uint64_t fixed = pref ? pref : DEFAULT_ADDRESS;

		if (fixed & (page - 1) || fixed > FOUR_GIB)
			return error_set(
				error,
				"The kernel is not relocatable and its pref_address 0x%" PRIx64
				" is not the start of a page below 4 GiB.",
				fixed);
		where = (struct placement){ .above = fixed, .below = fixed + size + page - 1 };
	}
	return plan_place_and_add(p, "kernel", p->image->kernel_file.path, payload, size, where,
				  &request->kernel, error);
}

bool legacy_add_kernel(const struct planning *p, struct boot_request *request,
		       struct bytes *payload, struct error *error)
{
	struct bytes kernel = image_kernel(p->image);
	struct setup_header *header = &request->header;

	if (!read_header(kernel, header, error) ||
	    !bzimage_find_payload(header, kernel, payload, error))
		return error_context(error, "%s: ", p->image->kernel_file.path);
	request->setup_type_max = get(header->version) < PROTOCOL_SETUP_DATA
					  ? 0 : bzimage_setup_type_max(header, *payload);
	request->takes_dtb = get(header->version) >= PROTOCOL_SETUP_DATA;
	request->below_4g = true;
	if (!bzimage_describe(p, header, error))
		return false;
	return place(p, request, *payload, error) ||
	       error_context(error, "%s: ", p->image->kernel_file.path);
}

static bool bzimage_check(struct bytes kernel, struct error *error)
{
	struct setup_header header;
	struct bytes payload;

	return read_header(kernel, &header, error) &&
	       bzimage_find_payload(&header, kernel, &payload, error);
}

static bool bzimage_plan(const struct planning *p, struct error *error)
{
	struct boot_request request = { 0 };
	struct bytes payload;

	if (p->options->real_mode)
		return real_mode_plan(p, error);
	return legacy_add_kernel(p, &request, &payload, error) &&
	       linux_finish(p, &request, request.kernel, error);
}

const struct format x86_64_bzimage = {
	.name = "bzImage",
	.probe = bzimage_probe,
	.check = bzimage_check,
	.plan = bzimage_plan,
};
