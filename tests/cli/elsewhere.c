// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linked into tests/cli/kexec-elsewhere in front of sysroot_open() (ld --wrap): the installed
 * program, but "this machine" is the directory that $KEXEC_ELSEWHERE names. It is no captured one:
 * what is loaded or started goes to the kernel, for which no-kexec stands. Mounting something over
 * /sys would show the same, and is forbidden where packages are built.
 */
#include "kexec/sysroot.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

bool __real_sysroot_open(struct sysroot *root, const char *path, struct error *error) must_check;
bool __wrap_sysroot_open(struct sysroot *root, const char *path, struct error *error) must_check;

bool __wrap_sysroot_open(struct sysroot *root, const char *path, struct error *error)
{
	const char *elsewhere = getenv("KEXEC_ELSEWHERE");

	if (!__real_sysroot_open(root, path, error))
		return false;
	if (path)
		return true;
	close(root->fd);
	root->fd = elsewhere ? open(elsewhere, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	return root->fd >= 0 || error_set(error, "KEXEC_ELSEWHERE is no directory.");
}
