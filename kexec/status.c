// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the kernel says what is loaded: first the place that Linux 6.19 has, then the older one. */
#include "kexec/status.h"

enum tristate status_read(const struct sysroot *root, bool panic, struct arena *arena,
			  struct error *error)
{
	static const char *const paths[2][2] = {
		{"/sys/kernel/kexec/loaded", "/sys/kernel/kexec_loaded"},
		{"/sys/kernel/kexec/crash_loaded", "/sys/kernel/kexec_crash_loaded"},
	};
	uint64_t loaded;

	for (int i = 0; i < 2; i++) {
		const char *path = paths[panic][i];
		enum sysroot_result result = sysroot_number(root, arena, path, &loaded, error);

		if (result == SYSROOT_OK)
			return loaded ? YES : NO;
		if (result == SYSROOT_FAILED)
			break;
	}
	return UNKNOWN;
}

bool status_without_kexec(const struct sysroot *root, struct arena *arena)
{
	struct error ignored = {0};
	const char *const *names;
	size_t count;

	return sysroot_list(root, arena, "/sys/kernel", &names, &count, &ignored) == SYSROOT_OK &&
	       count && status_read(root, false, arena, &ignored) == UNKNOWN && !ignored.cause[0];
}
