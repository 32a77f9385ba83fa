// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which architectures there are, and which one this program was built for. The only file in the
 * tree that looks at the compiler's CPU macros.
 */
#include "arch/arch.h"

#include <sys/syscall.h>

const struct arch *const arch_table[] = {&arch_x86_64, &arch_arm64, &arch_ppc64le, &arch_s390x,
					 NULL};

#ifdef __NR_kexec_load
const long arch_nr_kexec_load = __NR_kexec_load;
#else
const long arch_nr_kexec_load = -1;
#endif

#ifdef __NR_kexec_file_load
const long arch_nr_kexec_file_load = __NR_kexec_file_load;
#else
const long arch_nr_kexec_file_load = -1;
#endif

#if defined(__x86_64__)
const char *const arch_built_for = "x86_64";
#elif defined(__aarch64__)
const char *const arch_built_for = "arm64";
#elif defined(__powerpc64__)
const char *const arch_built_for = "ppc64le";
#elif defined(__s390x__)
const char *const arch_built_for = "s390x";
#else
const char *const arch_built_for = NULL;
#endif

const struct arch *arch_find(const char *name)
{
	for (const struct arch *const *arch = arch_table; *arch; arch++) {
		if (!strcmp((*arch)->name, name))
			return *arch;
		for (const char *const *machine = (*arch)->machines; *machine; machine++)
			if (!strcmp(*machine, name))
				return *arch;
	}
	return NULL;
}
