/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom the user trusts: the files and directories that --trust and --revoked name, read into
 * anchors. It knows paths, not certificates.
 */
#ifndef KEXEC_TRUST_H
#define KEXEC_TRUST_H

#include "kexec/options.h"
#include "kexec/signature.h"

/*
 * Reads what the options name; TRUST_DEFAULT (configure --with-trust) when there is no --trust. Of
 * a directory every file that ends in .pem, .crt, .cer or .der counts (for --revoked .txt and
 * .sha256 too). A default that does not exist trusts nobody. --revoked also takes a SHA-256 itself.
 */
bool trust_read(const struct options *options, struct signature_anchors *anchors,
		struct error *error) must_check;

#endif
