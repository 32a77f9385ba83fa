// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bzImage: the kernel as distributions install it, with a setup header that says where it may go.
 * Documentation/arch/x86/boot.rst. Real-mode code in the file is not used.
 */
#include <inttypes.h>
#include <stdio.h>

#include "arch/arch.h"
#include "arch/x86_64/linux.h"
#include "arch/x86_64/machine.h"

#define SECTOR 512
#define PROTOCOL_64BIT 0x20c /* 2.12: xloadflags and the ext_ fields */
#define LOWEST_KERNEL 0x100000
#define ENTRY_64_OFFSET 0x200
#define ALIGNMENT_MAX ((uint64_t)1 << 30)

const struct setup_header *bzimage_header(struct bytes kernel)
{
	const struct setup_header *header = bytes_at(kernel, SETUP_HEADER_OFFSET, sizeof(*header));

	if (!header || get(header->boot_flag) != BOOT_FLAG || get(header->header) != SETUP_MAGIC)
		return NULL;
	return header;
}

static bool is_64bit(const struct setup_header *header)
{
	uint16_t needed = XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G;

	return get(header->version) >= PROTOCOL_64BIT && (header->loadflags & LOADED_HIGH) &&
	       (get(header->xloadflags) & needed) == needed;
}

static bool bzimage64_probe(struct bytes kernel)
{
	const struct setup_header *header = bzimage_header(kernel);

	return header && is_64bit(header);
}

/* The header cut at the length that it states: fields behind its end are code. */
static bool read_header(struct bytes kernel, struct setup_header *header, struct error *error)
{
	const struct setup_header *in_file = bzimage_header(kernel);
	unsigned end, room = SETUP_HEADER_OFFSET + sizeof(*header);

	if (!in_file)
		return error_set(error, "The setup header is cut off.");
	/* The byte behind the jump opcode is its displacement, and the jump leads behind the
	 * header. */
	end = 0x202 + in_file->jump[1];
	if (end < SETUP_HEADER_OFFSET + offsetof(struct setup_header, handover_offset) ||
	    end > SETUP_HEADER_END_MAX)
		return error_set(
			error, "The setup header ends at 0x%x; protocol 2.12 needs 0x264 to 0x%x.",
			end, SETUP_HEADER_END_MAX);
	*header = (struct setup_header){ 0 };
	memcpy(header, in_file, (end < room ? end : room) - SETUP_HEADER_OFFSET);
	return true;
}

static bool check_header(const struct planning *p, const struct setup_header *header,
			 struct bytes payload, struct error *error)
{
	const struct x86_64_machine *facts = p->machine->facts;
	uint64_t alignment = get(header->kernel_alignment), init_size = get(header->init_size);
	uint64_t pref_address = get(header->pref_address);

	if (facts->five_level && !(get(header->xloadflags) & XLF_5LEVEL)) {
		error_set(error, "This machine runs with 5-level paging, and this kernel cannot be "
				 "entered so (no XLF_5LEVEL).");
		return error_remedy(error, "Boot the running kernel with no5lvl, or use a kernel "
					   "of version 4.14 or later.");
	}
	if (header->relocatable_kernel &&
	    (!is_power_of_two(alignment) || alignment > ALIGNMENT_MAX))
		return error_set(error,
				 "The setup header's kernel_alignment is 0x%" PRIx64
				 "; a power of two up to 1 GiB was expected.",
				 alignment);
	if (!header->relocatable_kernel && (pref_address & (p->machine->page_size - 1)))
		return error_set(error,
				 "The kernel is not relocatable and its pref_address 0x%" PRIx64
				 " is not the start of a page.",
				 pref_address);
	if (init_size < payload.size)
		return error_set(error,
				 "The setup header's init_size is %" PRIu64
				 " bytes, less than the %zu bytes of code in the file.",
				 init_size, payload.size);
	return true;
}

/* kernel_info's setup_type_max: the highest setup_data type that this kernel knows; UINT_MAX
 * before 2.15. */
unsigned bzimage_setup_type_max(const struct setup_header *header, struct bytes payload)
{
	uint64_t offset = get(header->kernel_info_offset);
	const le32 *info = bytes_at(payload, offset, 4 * sizeof(le32));

	if (get(header->version) < 0x20f || !offset || !info ||
	    !bytes_equal_at(payload, offset, "LToP", 4))
		return UINT32_MAX;
	return get(info[3]) & ~((uint32_t)1 << 31); /* without SETUP_INDIRECT */
}

static bool place_kernel(const struct planning *p, struct boot_request *request,
			 struct bytes payload, struct error *error)
{
	const struct setup_header *header = &request->header;
	uint64_t pref_address = get(header->pref_address);
	struct placement where = {
		.align = get(header->kernel_alignment),
		.above = pref_address > LOWEST_KERNEL ? pref_address : LOWEST_KERNEL,
		.below = linux_limit(request),
		.from_top = true,
	};

	if (!header->relocatable_kernel)
		where = (struct placement){ .above = pref_address,
					    .below = pref_address + get(header->init_size) +
						     p->machine->page_size - 1 };
	return plan_place_and_add(p, "kernel", p->image->kernel_file.path, payload,
				  get(header->init_size), where, &request->kernel, error);
}

bool bzimage_describe(const struct planning *p, const struct setup_header *header,
		      struct error *error)
{
	struct bytes kernel = image_kernel(p->image);
	struct bytes version = bytes_from(kernel, (uint64_t)get(header->kernel_version) + 0x200);
	size_t length = 0;

	while (length < version.size && length < 200 && version.data[length] >= ' ' &&
	       version.data[length] <= '~')
		length++;
	return !get(header->kernel_version) ||
	       plan_fact(p, "image", "kernel version", error, "%.*s", (int)length,
			 (const char *)version.data);
}

/*
 * The code, behind the setup sectors. syssize counts it in 16 bytes each; what stands behind it is
 * a signature, and what is missing of it was lost on the way here.
 */
bool bzimage_find_payload(const struct setup_header *header, struct bytes kernel,
			  struct bytes *payload, struct error *error)
{
	uint64_t start = ((uint64_t)(header->setup_sects ? header->setup_sects : 4) + 1) * SECTOR;
	uint64_t end = start + (uint64_t)get(header->syssize) * 16;

	*payload = bytes_from(kernel, start);
	if (payload->size && end < kernel.size + 16)
		return true;
	return error_set(error,
			 "The file has %zu bytes, but the kernel in it reaches from %" PRIu64
			 " to %" PRIu64 ": it is cut off.",
			 kernel.size, start, end);
}

static bool bzimage64_check(struct bytes kernel, struct error *error)
{
	struct setup_header header;
	struct bytes payload;

	return read_header(kernel, &header, error) &&
	       bzimage_find_payload(&header, kernel, &payload, error);
}

static bool bzimage64_plan(const struct planning *p, struct error *error)
{
	struct bytes kernel = image_kernel(p->image);
	struct boot_request request = { .below_4g = p->options->entry_32bit };
	struct setup_header *header = &request.header;
	struct bytes payload;

	if (p->options->real_mode)
		return real_mode_plan(p, error);
	if (!read_header(kernel, header, error) ||
	    !bzimage_find_payload(header, kernel, &payload, error))
		return false;
	request.setup_type_max = bzimage_setup_type_max(header, payload);
	if (!check_header(p, header, payload, error) || !bzimage_describe(p, header, error) ||
	    !place_kernel(p, &request, payload, error))
		return false;
	/* The 64-bit entry has no use for LOADED_HIGH, and the kernel's own loader clears it. */
	if (!p->options->entry_32bit)
		header->loadflags = 0;
	return linux_finish(p, &request,
			    request.kernel + (p->options->entry_32bit ? 0 : ENTRY_64_OFFSET),
			    error);
}

const struct format x86_64_bzimage64 = {
	.name = "bzImage64",
	.probe = bzimage64_probe,
	.check = bzimage64_check,
	.plan = bzimage64_plan,
	.by_file = true,
};

const struct format x86_64_uki = {
	.name = "uki",
	.probe = bzimage64_probe,
	.check = bzimage64_check,
	.plan = bzimage64_plan,
	.by_file = true,
	.uki = true,
};
