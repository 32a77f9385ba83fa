// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --trust=efi: what UEFI's variables trust and revoke, as anchors. An entry that cannot be used is
 * left out, as by firmware and kernel, and counted; a list that does not hold together fails.
 */
#include "config.h"
#include "kexec/trust.h"

#include "kexec/efi_signatures.h"
#include "kexec/machine_efi.h"
#include "kexec/sbat.h"

typedef bool entry_use(struct signature_anchors *, const struct efi_signature *, struct trust_efi *,
		       struct error *);

static bool trust_entry(struct signature_anchors *anchors, const struct efi_signature *entry,
			struct trust_efi *efi, struct error *error)
{
	struct error unreadable = {0};

	switch (entry->kind) {
	case EFI_SIGNATURE_X509:
		if (signature_trust(anchors, entry->data, &unreadable))
			efi->certificates++;
		else
			efi->left_out++;
		return true;
	case EFI_SIGNATURE_SHA256:
		efi->images++;
		return signature_trust_digest(anchors, entry->data.data, error);
	default:
		efi->left_out++;
		return true;
	}
}

static bool revoke_entry(struct signature_anchors *anchors, const struct efi_signature *entry,
			 struct trust_efi *efi, struct error *error)
{
	uint8_t fingerprint[DIGEST_SIZE];
	struct error unreadable = {0};

	if (entry->kind == EFI_SIGNATURE_OTHER) {
		efi->left_out++;
		return true;
	}
	efi->revoked++;
	if (entry->kind != EFI_SIGNATURE_X509)
		return signature_revoke_digest(anchors, entry->data.data, error);
	/* libcrypto may not be able to read what a firmware can: then it is known by its bytes. */
	return signature_revoke(anchors, entry->data, &unreadable) ||
	       (digest_sha256(&entry->data, 1, fingerprint, error) &&
		signature_revoke_digest(anchors, fingerprint, error));
}

static bool use_lists(struct signature_anchors *anchors, struct bytes lists, const char *name,
		      entry_use *use, struct trust_efi *efi, struct error *error)
{
	struct efi_signatures cursor = {.lists = lists};
	struct efi_signature entry;
	bool used = efi_signatures_check(lists, error);

	while (used && efi_signature_next(&cursor, &entry))
		used = use(anchors, &entry, efi, error);
	return used || error_context(error, "The UEFI variable %s: ", name);
}

bool trust_read_efi(const struct sysroot *root, struct arena *arena,
		    struct signature_anchors *anchors, struct trust_efi *efi, struct error *error)
{
	struct machine_efi variables;

	if (efi->read)
		return true;
	*efi = (struct trust_efi){.read = true};
	if (!machine_efi_read(root, arena, &variables, error) ||
	    !use_lists(anchors, variables.db, "db", trust_entry, efi, error) ||
	    !use_lists(anchors, variables.mok, "MokListRT", trust_entry, efi, error) ||
	    !use_lists(anchors, variables.dbx, "dbx", revoke_entry, efi, error) ||
	    !use_lists(anchors, variables.mok_x, "MokListXRT", revoke_entry, efi, error))
		return false;
	efi->sbat_level = variables.sbat_level;
	return sbat_level_check(efi->sbat_level, error) ||
	       error_context(error, "The UEFI variable SbatLevelRT: ");
}
