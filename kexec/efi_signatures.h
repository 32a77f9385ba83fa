/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EFI_SIGNATURE_LISTs: what UEFI's variables db and dbx, and shim's MokListRT and MokListXRT, hold
 * ("UEFI Specification", Signature Database). It finds certificates and digests; whether they are
 * trusted or revoked, and what a certificate says, is others' work.
 */
#ifndef KEXEC_EFI_SIGNATURES_H
#define KEXEC_EFI_SIGNATURES_H

#include "kexec/error.h"

enum efi_signature_kind {
	EFI_SIGNATURE_X509,	   /* a certificate, DER */
	EFI_SIGNATURE_SHA256,	   /* 32 bytes: the Authenticode digest of an image */
	EFI_SIGNATURE_X509_SHA256, /* 32 bytes: the digest of a certificate's signed part */
	EFI_SIGNATURE_OTHER,
};

struct efi_signature {
	enum efi_signature_kind kind;
	struct bytes data; /* without the owner, and without the time of a revocation */
};

/* Where to go on; {.lists = ...} to start. */
struct efi_signatures {
	struct bytes lists;   /* those not yet begun */
	struct bytes entries; /* of the list at hand, those not yet seen */
	uint32_t entry_size;
	enum efi_signature_kind kind;
};

/* Whether all sizes fit into each other and fill `lists`; the sentence names no variable. */
bool efi_signatures_check(struct bytes lists, struct error *error) must_check;

/* The next entry of lists that have been checked; false at the end, or where they are damaged. */
bool efi_signature_next(struct efi_signatures *cursor, struct efi_signature *signature);

#endif
