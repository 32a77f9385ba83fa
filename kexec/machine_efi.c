// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /sys/firmware/efi/efivars (Documentation/filesystems/efivarfs.rst): four bytes of attributes,
 * then the value. What shim leaves for the running system is there too, and, without attributes and
 * not limited by the room for variables, in mok-variables (drivers/firmware/efi/mokvar-table.c).
 */
#include "config.h"
#include "kexec/machine_efi.h"

#include <inttypes.h>

#define EFIVARS "/sys/firmware/efi/efivars"
#define MOK_VARIABLES "/sys/firmware/efi/mok-variables"
/* include/linux/efi.h: EFI_IMAGE_SECURITY_DATABASE_GUID, EFI_SHIM_LOCK_GUID. */
#define SECURITY_DATABASE "d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define SHIM_LOCK "605dab50-e046-4300-abb6-3dd810dd8b23"

#define NON_VOLATILE 0x1u
#define AUTHENTICATED 0x30u /* by a counter (deprecated), or by time */

struct reading {
	const struct sysroot *root;
	struct arena *arena;
	struct error *error;
};

/* *attributes is 0 for a variable that is not there. */
static bool read_variable(const struct reading *r, const char *name, const char *vendor,
			  struct bytes *value, uint32_t *attributes)
{
	char *path = arena_format(r->arena, r->error, EFIVARS "/%s-%s", name, vendor);
	const le32 *head;

	*value = (struct bytes){NULL, 0};
	*attributes = 0;
	if (!path)
		return false;
	switch (sysroot_read(r->root, r->arena, path, value, r->error)) {
	case SYSROOT_OK:
		break;
	case SYSROOT_ABSENT:
		return true;
	case SYSROOT_DENIED:
		error_remedy(r->error, "Run kexec as root.");
		return error_set(r->error, "%s%s may not be read by this user.", r->root->path,
				 path);
	default:
		return false;
	}
	head = bytes_at(*value, 0, sizeof(*head));
	if (!head)
		return error_set(r->error,
				 "%s%s has %zu bytes; at least four bytes of attributes were "
				 "expected.",
				 r->root->path, path, value->size);
	*attributes = get(*head);
	*value = bytes_from(*value, sizeof(*head));
	return true;
}

/*
 * shim makes these anew at each boot, so that they vanish at its end; what the running system could
 * have made does not.
 */
static bool read_shims(const struct reading *r, const char *name, struct bytes *value)
{
	char *path = arena_format(r->arena, r->error, MOK_VARIABLES "/%s", name);
	enum sysroot_result result =
		path ? sysroot_read(r->root, r->arena, path, value, r->error) : SYSROOT_FAILED;
	uint32_t attributes;

	if (result == SYSROOT_OK || result == SYSROOT_FAILED)
		return result == SYSROOT_OK;
	if (!read_variable(r, name, SHIM_LOCK, value, &attributes))
		return false;
	if (!(attributes & NON_VOLATILE))
		return true;
	error_remedy(r->error, "Find out who wrote it, and delete it.");
	return error_set(r->error,
			 "The UEFI variable %s has the attributes 0x%" PRIx32
			 ": it outlives a boot, and so does not come from shim.",
			 name, attributes);
}

static bool read_db(const struct reading *r, struct bytes *db)
{
	struct bytes ignore;
	uint32_t attributes;

	if (!read_variable(r, "MokIgnoreDB", SHIM_LOCK, &ignore, &attributes))
		return false;
	if (attributes)
		return true;
	if (!read_variable(r, "db", SECURITY_DATABASE, db, &attributes))
		return false;
	return !attributes || attributes & AUTHENTICATED ||
	       error_set(r->error,
			 "The UEFI variable db has the attributes 0x%" PRIx32
			 ": anybody may write it, and so nobody can be trusted for it.",
			 attributes);
}

bool machine_efi_read(const struct sysroot *root, struct arena *arena, struct machine_efi *efi,
		      struct error *error)
{
	const struct reading r = {root, arena, error};
	const char *const *names;
	uint32_t attributes;
	size_t count = 0;

	*efi = (struct machine_efi){0};
	if (sysroot_list(root, arena, EFIVARS, &names, &count, error) == SYSROOT_FAILED)
		return false;
	if (!count) {
		error_remedy(error, "Mount it (mount -t efivarfs efivarfs " EFIVARS
				    "), or name files with certificates.");
		return error_set(error, "There are no UEFI variables in %s" EFIVARS ".",
				 root->path);
	}
	return read_db(&r, &efi->db) &&
	       read_variable(&r, "dbx", SECURITY_DATABASE, &efi->dbx, &attributes) &&
	       read_shims(&r, "MokListRT", &efi->mok) &&
	       read_shims(&r, "MokListXRT", &efi->mok_x) &&
	       read_shims(&r, "SbatLevelRT", &efi->sbat_level);
}
