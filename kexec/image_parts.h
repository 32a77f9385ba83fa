/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What image.c and the files beside it share. Nobody else includes it. */
#ifndef KEXEC_IMAGE_PARTS_H
#define KEXEC_IMAGE_PARTS_H

#include "kexec/image.h"
#include "kexec/uki.h"

/* Opens a file, sealed when it is going to be verified. */
bool image_open_input(struct file *file, const char *path, const struct options *options,
		      int *problem, struct error *error) must_check;

/* The line that callers know for a file that cannot be opened for kexec_load. */
void image_cannot_open(const char *path, int problem, struct error *error);

void image_close_modules(struct image *image);

/*
 * Takes a unified kernel image apart: the kernel goes to *kernel, a sealed file; everything else
 * becomes parts of the image, as far as the options leave a place for it.
 */
bool image_take_uki(struct image *image, struct bytes file, const struct options *options,
		    struct file *kernel, struct error *error) must_check;

/* With --addons, what the addons in KERNEL.extra.d add. After image_take_uki(). */
bool image_take_addons(struct image *image, const struct options *options,
		       struct error *error) must_check;

/*
 * Adds a piece to what will be the initrd, with `front` before all others; a file that is open
 * belongs to the image from then on.
 */
bool image_add_part(struct image *image, struct file file, bool front,
		    struct error *error) must_check;

/*
 * Makes image->initrd of all parts: the file itself when there is only one; else one sealed file
 * with each part at a multiple of four bytes, archives with microcode in front, where the kernel
 * looks for it (Documentation/arch/x86/microcode.rst).
 */
bool image_join_initrds(struct image *image, struct error *error) must_check;

#endif
