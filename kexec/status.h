/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel has loaded right now. Unlike the facts of struct machine this is asked when it is
 * needed, because loading changes it.
 */
#ifndef KEXEC_STATUS_H
#define KEXEC_STATUS_H

#include "kexec/machine.h"

/*
 * YES or NO for the panic kernel with `panic`, for the other one without. UNKNOWN when this kernel
 * has no file that says so (kexec is not built in, or /sys is not mounted), or with the error set
 * when there is one that cannot be understood.
 */
enum tristate status_read(const struct sysroot *root, bool panic, struct arena *arena,
			  struct error *error);

/* Whether sysfs is mounted and shows that this kernel was built without kexec. */
bool status_without_kexec(const struct sysroot *root, struct arena *arena);

#endif
