/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every input byte: the kernel, unpacked where it was compressed, the initrd and the device tree.
 * It knows which files there are and how to open them, not what a kernel looks like inside.
 */
#ifndef KEXEC_IMAGE_H
#define KEXEC_IMAGE_H

#include "kexec/file.h"
#include "kexec/options.h"

struct uki;

/* More than anybody joins; each takes a descriptor. */
#define IMAGE_PARTS_MAX 24
#define IMAGE_ADDONS_MAX 8

/* A piece of the initrd: a file of its own (fd not -1), or a view of a section in another file. */
struct image_part {
	struct file file;
	bool front;			/* microcode: the kernel finds it only there */
};

/* A file that a Multiboot kernel gets beside itself, and the line that it finds with it. */
struct image_module {
	struct file file;		/* as it lies on disk; its path belongs to the image */
	struct file unpacked;		/* a sealed memfd; fd -1 when the file was not compressed */
	const char *line;		/* "FILE ARGUMENTS", as --module has it */
};

static inline struct bytes image_module_bytes(const struct image_module *module)
{
	return module->unpacked.bytes.size ? module->unpacked.bytes : module->file.bytes;
}

struct image {
	struct file kernel_file;	/* as it lies on disk */
	/* a sealed memfd; fd -1 when the file was the kernel itself */
	struct file kernel_unpacked;
	const char *compression;	/* "gzip", ...; NULL when the file was not compressed */
	const char *container;		/* "EFI zboot", "uImage"; NULL when it was not in one */
	struct file initrd;		/* fd -1 when there is none */
	/* fd -1 when there is none, or when it is inside of the kernel's file */
	struct file dtb;

	/* A unified kernel image, and what its sections gave. */
	bool uki;
	/* it, when it was compressed; closed when kernel_file is it */
	struct file uki_file;
	char *cmdline;			/* its command line, or NULL; for a load that gives none */
	/* Of which that was joined: views of the sections, each with the path of its file. */
	struct file cmdlines[IMAGE_ADDONS_MAX + 1];
	unsigned cmdline_count;
	const char *left_out;		/* names of sections without a use here; "" for none */
	struct uki *sections;		/* those of it (kexec/uki.h), or NULL */
	struct file addons[IMAGE_ADDONS_MAX];
	unsigned addon_count;

	struct image_module modules[OPTION_LIST_MAX];
	unsigned module_count;

	/* Of which the initrd was joined; none when it is one file. */
	struct image_part parts[IMAGE_PARTS_MAX];
	unsigned part_count;
	char initrd_name[512], left_out_names[256], dtb_name[256];
};

/* An image of nothing: what to start from, and what image_close() leaves. */
#define IMAGE_CLOSED                                                                               \
	((struct image){ .kernel_file = FILE_CLOSED,                                               \
			 .kernel_unpacked = FILE_CLOSED,                                           \
			 .initrd = FILE_CLOSED,                                                    \
			 .dtb = FILE_CLOSED,                                                       \
			 .uki_file = FILE_CLOSED })

/* The command line is the image's own: the options gave none. */
static inline const char *image_cmdline(const struct image *image, const struct options *options)
{
	return options->append || options->reuse_cmdline ? NULL : image->cmdline;
}

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
/*
 * Opens, and unpacks, what --module names: for a kernel that takes modules, for others do without
 * the files. On failure, what was opened is image_close()'s to close.
 */
bool image_open_modules(struct image *image, const struct options *options, struct error *error)
	must_check;
void image_close(struct image *image);

#endif
