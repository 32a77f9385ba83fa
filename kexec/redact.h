/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must not leave a machine with a capture of it: serial numbers, MAC addresses, keys,
 * passwords and seeds. They are overwritten with as many zeros (in text: x), so that sizes, and
 * with them plans, stay what they are. It knows which files of /proc and /sys hold what, and reads
 * none.
 */
#ifndef KEXEC_REDACT_H
#define KEXEC_REDACT_H

#include "kexec/bytes.h"

/*
 * Overwrites in place. `path` is where the file stands below the root. Returns what was
 * overwritten, in a few words, or NULL when nothing was.
 */
const char *redact(const char *path, uint8_t *data, size_t size);
/* The same for a name in a directory: network interfaces may be named for their MAC address. */
bool redact_name(char *name);

#endif
