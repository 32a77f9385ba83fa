/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every input byte: the kernel, unpacked where it was compressed, the initrd and the device tree.
 * It knows which files there are and how to open them, not what a kernel looks like inside.
 */
#ifndef KEXEC_IMAGE_H
#define KEXEC_IMAGE_H

#include "kexec/file.h"
#include "kexec/options.h"

struct image {
	struct file kernel_file;	/* as it lies on disk */
	struct file kernel_unpacked;	/* a sealed memfd; fd -1 when the file was the kernel itself */
	const char *compression;	/* "gzip", ...; NULL when the file was not compressed */
	const char *container;		/* "EFI zboot", "uImage"; NULL when it was not in one */
	struct file initrd;		/* fd -1 when there is none */
	struct file dtb;		/* fd -1 when there is none */
};

/* The kernel's bytes after unpacking. */
static inline struct bytes image_kernel(const struct image *image)
{
	return image->kernel_unpacked.bytes.size ? image->kernel_unpacked.bytes
						 : image->kernel_file.bytes;
}

/* The descriptor for kexec_file_load: the original whenever the image was not transformed. */
static inline int image_kernel_fd(const struct image *image)
{
	return image->kernel_unpacked.fd >= 0 ? image->kernel_unpacked.fd : image->kernel_file.fd;
}


/*
 * Opens what the options name, each file once; options->kernel is not NULL. The error's headline is
 * the line that kexec-tools prints for the system call asked for (options->call). On failure
 * nothing is left open.
 */
bool image_open(struct image *image, const struct options *options, struct error *error) must_check;
void image_close(struct image *image);

#endif
