/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --verify: whether everything that is about to be loaded carries a good signature by somebody who
 * is trusted, and a report of who signed what. Which bytes belong to a kernel, an initrd or a
 * command line is known here; what a signature is, in signature.h. It loads nothing and prints
 * nothing.
 *
 * A kernel's signature is in it (PE Authenticode), behind it (as the kernel's sign-file appends
 * it), or in KERNEL.p7s. An initrd and a device tree are signed in FILE.p7s, the command line, as
 * it was asked for and without a newline, in KERNEL.cmdline.p7s.
 */
#ifndef KEXEC_VERIFY_H
#define KEXEC_VERIFY_H

#include "kexec/image.h"
#include "kexec/signature.h"
#include "kexec/sysroot.h"

#define VERIFY_LINES_MAX 192

/* For standard error, whether the check passed or not. */
struct verify_report {
	const char *lines[VERIFY_LINES_MAX];
	unsigned count;
};

/*
 * Checks an image and the command line that was asked for; `final` is the one that it will get
 * (NULL: the kernel's own one stays): what kexec adds needs no signature of its own. False when
 * something that options->verify asks for is not covered by a good signature; true at once for
 * VERIFY_NOTHING. `root` is where --trust=efi looks; with it, SBAT levels count too.
 */
bool verify_image(const struct options *options, const struct sysroot *root,
		  const struct image *image, const char *asked, const char *final,
		  struct arena *arena, struct verify_report *report,
		  struct error *error) must_check;

/*
 * The signatures in one image, or behind it; SIGNATURE_NONE is one. False only when there is no
 * memory.
 */
bool verify_embedded(const struct signature_anchors *anchors, struct bytes kernel,
		     struct arena *arena, struct signatures *out, struct error *error) must_check;

/*
 * After the running kernel has refused the image with `refused` through kexec_file_load: adds to
 * the error's cause what is the matter with the signature, where it is that which was refused;
 * `locked_down` says that EPERM can come from lockdown. What UEFI's variables below `root` trust
 * and revoke is looked at, if they are there.
 */
void verify_explain(const struct image *image, const struct sysroot *root, int refused,
		    bool locked_down, struct arena *arena, struct error *error);

/* What can be told of the kernel's signature before it is tried. */
struct verify_forecast {
	bool taken;	/* the running kernel may take it for signed */
	bool trusted;	/* and UEFI's variables trust the signer */
	bool variables; /* these could be read: otherwise nobody is trusted, and nothing revoked */
	const char *text; /* a sentence: "It is signed by ..." */
};

/* Fails without libcrypto or memory. */
bool verify_forecast(const struct image *image, const struct sysroot *root, struct arena *arena,
		     struct verify_forecast *forecast, struct error *error) must_check;

#endif
