// SPDX-License-Identifier: GPL-2.0-or-later
/* Going through lists of equally large entries, one list behind the other. */
#include "kexec/efi_signatures.h"

#include <inttypes.h>

#define OWNER_SIZE 16
#define DIGEST_BYTES 32

struct signature_list {
	uint8_t type[16]; /* a GUID, its first three parts little endian */
	le32 size, header_size, entry_size;
};
_Static_assert(sizeof(struct signature_list) == 28, "UEFI Specification, EFI_SIGNATURE_LIST");

/* include/linux/efi.h: EFI_CERT_..._GUID. `size` is an entry's, with owner; 0: any. */
static const struct {
	const char *type;
	enum efi_signature_kind kind;
	uint32_t size;
} types[] = {
	{"\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a"
	 "\x87\xb5\xab\x15\x5c\x2b\xf0\x72",
	 EFI_SIGNATURE_X509,
	 0},
	{"\x26\x16\xc4\xc1\x4c\x50\x92\x40"
	 "\xac\xa9\x41\xf9\x36\x93\x43\x28",
	 EFI_SIGNATURE_SHA256,
	 OWNER_SIZE + DIGEST_BYTES},
	{"\x92\xa4\xd2\x3b\xc0\x96\x79\x40"
	 "\xb4\x20\xfc\xf9\x8e\xf1\x03\xed",
	 EFI_SIGNATURE_X509_SHA256,
	 OWNER_SIZE + DIGEST_BYTES + 16 /* EFI_TIME */},
};

/* Takes the first list off cursor->lists. */
static bool next_list(struct efi_signatures *cursor, struct error *error)
{
	const struct signature_list *list = bytes_at(cursor->lists, 0, sizeof(*list));
	uint64_t size, head;
	uint32_t expected = 0;

	if (!list)
		return error_set(error, "Its last %zu bytes are no signature list.",
				 cursor->lists.size);
	size = get(list->size);
	head = sizeof(*list) + (uint64_t)get(list->header_size);
	cursor->entry_size = get(list->entry_size);
	cursor->kind = EFI_SIGNATURE_OTHER;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (memcmp(list->type, types[i].type, sizeof(list->type)))
			continue;
		cursor->kind = types[i].kind;
		expected = types[i].size;
	}
	if (size < head || !bytes_slice(cursor->lists, head, size - head, &cursor->entries))
		return error_set(error,
				 "A signature list of %" PRIu64 " bytes, its head of %" PRIu64
				 " included, does not fit into the %zu bytes that are left.",
				 size, head, cursor->lists.size);
	if (cursor->entries.size && (cursor->entry_size <= OWNER_SIZE ||
				     cursor->entries.size % cursor->entry_size ||
				     (expected && cursor->entry_size != expected)))
		return error_set(error,
				 "A signature list's entries of %" PRIu32
				 " bytes each do not fit its kind, or the %zu bytes for them.",
				 cursor->entry_size, cursor->entries.size);
	cursor->lists = bytes_from(cursor->lists, size);
	return true;
}

bool efi_signatures_check(struct bytes lists, struct error *error)
{
	struct efi_signatures cursor = {.lists = lists};

	while (cursor.lists.size)
		if (!next_list(&cursor, error))
			return false;
	return true;
}

bool efi_signature_next(struct efi_signatures *cursor, struct efi_signature *signature)
{
	struct error ignored = {0};

	while (!cursor->entries.size)
		if (!cursor->lists.size || !next_list(cursor, &ignored))
			return false;
	signature->kind = cursor->kind;
	signature->data = (struct bytes){cursor->entries.data + OWNER_SIZE,
					 cursor->entry_size - OWNER_SIZE};
	if (cursor->kind == EFI_SIGNATURE_X509_SHA256)
		signature->data.size = DIGEST_BYTES;
	cursor->entries = bytes_from(cursor->entries, cursor->entry_size);
	return true;
}
