// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linked into tests/cli/kexec-elsewhere in front of sysroot_open() and syscall() (ld --wrap): the
 * installed program, but "this machine" is the directory that $KEXEC_ELSEWHERE names, and whoever
 * runs it may load kernels there. It is no captured machine: what is loaded or started goes to the
 * kernel, for which no-kexec stands. Mounting something over /sys would show the same, and is
 * forbidden where packages are built.
 */
#include "kexec/sysroot.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARGUMENTS 6 /* no system call has more */

bool __real_sysroot_open(struct sysroot *root, const char *path, struct error *error) must_check;
bool __wrap_sysroot_open(struct sysroot *root, const char *path, struct error *error) must_check;
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

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

long __wrap_syscall(long number, ...)
{
	struct __user_cap_data_struct *data;
	long a[ARGUMENTS], result;
	va_list arguments;

	va_start(arguments, number);
	for (int i = 0; i < ARGUMENTS; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	result = __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (number == SYS_capget && !result) {
		data = (struct __user_cap_data_struct *)a[1];
		data[CAP_TO_INDEX(CAP_SYS_BOOT)].effective |= CAP_TO_MASK(CAP_SYS_BOOT);
	}
	return result;
}
