// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Image: the kernel as it lies in memory, with a header of 64 bytes in front. zboot images and
 * uImages are only wrapped around one; image.c of kexec/ has taken the wrapping off before this is
 * asked.
 */
#include "arch/arch.h"

#include <inttypes.h>

#include "arch/arm64/linux.h"
#include "kexec/container.h"

const struct arm64_image_header *arm64_image_header(struct bytes kernel)
{
	const struct arm64_image_header *header = bytes_at(kernel, 0, sizeof(*header));

	return header && !memcmp(header->magic, "ARM\x64", sizeof(header->magic)) ? header : NULL;
}

static bool image_probe(struct bytes kernel)
{
	return arm64_image_header(kernel);
}

/*
 * Only the PE header tells how long the file was: image_size counts what comes behind it in memory,
 * and the running kernel's own loader starts what is left of a kernel.
 */
static bool image_check(struct bytes kernel, struct error *error)
{
	uint64_t end = container_sections_end(kernel);

	if (end <= kernel.size)
		return true;
	if (end == UINT64_MAX)
		error_set(error, "The kernel ends after %zu bytes, within its headers.",
			  kernel.size);
	else
		error_set(error,
			  "The kernel has %zu bytes, and its last section ends at %" PRIu64
			  ": it is cut off.",
			  kernel.size, end);
	return error_remedy(error, "Copy or download it again.");
}

static bool image_plan(const struct planning *p, struct error *error)
{
	struct bytes kernel = image_kernel(p->image);

	if (p->image->container &&
	    !plan_fact(p, "image", "container", error, "%s", p->image->container))
		return false;
	return arm64_linux_plan(p, kernel, kernel.size, error);
}

const struct format arm64_image = {
	.name = "Image",
	.probe = image_probe,
	.check = image_check,
	.plan = image_plan,
	.by_file = true,
};

/* What -t may call an Image that was wrapped. */
const struct format arm64_uimage = {
	.name = "uImage",
	.probe = image_probe,
	.check = image_check,
	.plan = image_plan,
	.by_file = true,
};

const struct format arm64_zboot = {
	.name = "vmlinuz",
	.probe = image_probe,
	.check = image_check,
	.plan = image_plan,
	.by_file = true,
};

const struct format arm64_uki = {
	.name = "uki",
	.probe = image_probe,
	.plan = image_plan,
	.by_file = true,
	.uki = true,
};
