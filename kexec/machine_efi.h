/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UEFI's variables about trust, as Linux shows them. It knows their names, and what keeps others
 * from writing them, not what they hold.
 */
#ifndef KEXEC_MACHINE_EFI_H
#define KEXEC_MACHINE_EFI_H

#include "kexec/sysroot.h"

/* Without the attributes; empty where a machine has none. */
struct machine_efi {
	struct bytes db, mok;	     /* trusted by the firmware, and by shim */
	struct bytes dbx, mok_x;     /* revoked */
	struct bytes sbat_level;
};

/*
 * Fails on a machine without such variables, and for a db that anybody may have written, or one
 * of shim's that shim did not. db is left empty where shim was told not to look at it
 * (MokIgnoreDB).
 */
bool machine_efi_read(const struct sysroot *root, struct arena *arena, struct machine_efi *efi,
		      struct error *error) must_check;

#endif
