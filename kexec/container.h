/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that only carry a kernel: a header, and behind it the image, mostly compressed. It knows
 * the headers; unpacking is the edge's work, and what the kernel looks like a format's.
 */
#ifndef KEXEC_CONTAINER_H
#define KEXEC_CONTAINER_H

#include "kexec/error.h"

struct container {
	const char *name; /* "EFI zboot", "uImage", "zImage"; NULL: the file is no container */
	char compression[32]; /* as its header says; "" for none */
	struct bytes payload;
};

/*
 * Looks for a container's magic. Succeeds with name NULL for any other file; fails when there is
 * one whose payload lies outside the file. `path` is for messages.
 */
bool container_find(struct bytes file, const char *path, struct container *out,
		    struct error *error) must_check;

/*
 * Where a signed PE image ends: behind its certificates. Zeros that padded it before it was
 * compressed come after that, and a signature is only found at the end of a file. file.size when it
 * has none.
 */
size_t container_signed_size(struct bytes file);

/*
 * Where the last section of a PE image ends in the file, as its headers say; UINT64_MAX when the
 * file ends in the headers, 0 for what is no PE image.
 */
uint64_t container_sections_end(struct bytes file);

#endif
