/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom the user trusts: the files and directories that --trust and --revoked name, and with
 * --trust=efi whom firmware and shim trust, read into anchors. It knows paths, not certificates.
 */
#ifndef KEXEC_TRUST_H
#define KEXEC_TRUST_H

#include "kexec/options.h"
#include "kexec/signature.h"
#include "kexec/sysroot.h"

/* What UEFI's variables gave, with --trust=efi; all zeros without. */
struct trust_efi {
	bool read;
	unsigned certificates, images; /* trusted; images by their digest */
	unsigned revoked;
	unsigned left_out;	 /* of a kind that is not known here, or not to be read */
	struct bytes sbat_level; /* in the arena; empty: none */
};

/*
 * Reads what the options name; TRUST_DEFAULT (configure --with-trust) when there is no --trust. Of
 * a directory every file that ends in .pem, .crt, .cer or .der counts (for --revoked .txt and
 * .sha256 too). A default that does not exist trusts nobody. --revoked also takes a SHA-256 itself.
 */
bool trust_read(const struct options *options, const struct sysroot *root, struct arena *arena,
		struct signature_anchors *anchors, struct trust_efi *efi,
		struct error *error) must_check;

/* trust_efi.c: the part of it that is UEFI's variables. */
bool trust_read_efi(const struct sysroot *root, struct arena *arena,
		    struct signature_anchors *anchors, struct trust_efi *efi,
		    struct error *error) must_check;

#endif
