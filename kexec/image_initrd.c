// SPDX-License-Identifier: GPL-2.0-or-later
/* One initrd of several: archives in cpio format, compressed or not, one behind the other. */
#include "config.h"
#include "kexec/image_parts.h"

#include <stdio.h>

#define MICROCODE "kernel/x86/microcode"
#define MICROCODE_SEARCH 1024
#define INITRD_LIMIT ((size_t)4 << 30)

/* The kernel finds it only at the front, and only uncompressed. */
static bool is_microcode(struct bytes bytes)
{
	size_t length = sizeof(MICROCODE) - 1;

	if (!bytes_equal_at(bytes, 0, "07070", 5))
		return false;
	for (size_t at = 0; at < MICROCODE_SEARCH && at + length <= bytes.size; at++)
		if (!memcmp(bytes.data + at, MICROCODE, length))
			return true;
	return false;
}

bool image_add_part(struct image *image, struct file file, bool front, struct error *error)
{
	struct image_part part = { .file = file, .front = front || is_microcode(file.bytes) };

	if (image->part_count < IMAGE_PARTS_MAX) {
		/* The specification has each addon's in front of what there is already. */
		if (front)
			memmove(image->parts + 1, image->parts,
				image->part_count * sizeof(*image->parts));
		image->parts[front ? 0 : image->part_count] = part;
		image->part_count++;
		return true;
	}
	if (file.fd >= 0)
		file_close(&file);
	return error_set(error, "There are more than %d initrds to be joined.", IMAGE_PARTS_MAX);
}

static bool append(struct file_sink *sink, struct bytes part, struct error *error)
{
	size_t padded = (part.size + 3) & ~(size_t)3;

	/* First of all: what does not fit is not worth taking memory for. */
	if (padded < part.size || padded > sink->limit - sink->size)
		return error_set(error, "With it the initrds have more than %zu bytes, which is "
				 "the limit.", sink->limit);
	if (!file_sink_reserve(sink, padded, error))
		return false;
	memcpy(sink->data + sink->size, part.data, part.size);
	memset(sink->data + sink->size + part.size, 0, padded - part.size);
	sink->size += padded;
	return true;
}

static bool append_all(const struct image *image, struct file_sink *sink, bool front,
		       struct error *error)
{
	for (unsigned i = 0; i < image->part_count; i++)
		if (image->parts[i].front == front &&
		    !append(sink, image->parts[i].file.bytes, error))
			return error_context(error, "%s: ", image->parts[i].file.path);
	return true;
}

/* "a + b", for the reader of a plan. */
static void name_all(struct image *image)
{
	size_t used = 0;

	for (int front = 1; front >= 0; front--) {
		for (unsigned i = 0; i < image->part_count; i++) {
			if (image->parts[i].front != front || used >= sizeof(image->initrd_name))
				continue;
			used += (size_t)snprintf(image->initrd_name + used,
						 sizeof(image->initrd_name) - used, "%s%s",
						 used ? " + " : "", image->parts[i].file.path);
		}
	}
}

bool image_join_initrds(struct image *image, struct error *error)
{
	struct file_sink sink;

	if (!image->part_count)
		return true;
	if (image->part_count == 1 && image->parts[0].file.fd >= 0) {
		image->initrd = image->parts[0].file;
		image->part_count = 0;
		return true;
	}
	name_all(image);
	if (!file_sink_open(&sink, "initrd", INITRD_LIMIT, error))
		return false;
	if (append_all(image, &sink, true, error) && append_all(image, &sink, false, error))
		return file_sink_finish(&sink, image->initrd_name, &image->initrd, error);
	file_sink_close(&sink);
	return false;
}
