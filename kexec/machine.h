/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every fact about the machine that loading a kernel depends on. machine_read() fills it from /proc
 * and /sys, or from a captured tree; after that nothing asks the world a question.
 */
#ifndef KEXEC_MACHINE_H
#define KEXEC_MACHINE_H

#include "kexec/memmap.h"
#include "kexec/sysroot.h"

struct arch;

enum lockdown { LOCKDOWN_NONE, LOCKDOWN_INTEGRITY, LOCKDOWN_CONFIDENTIALITY };

enum tristate { UNKNOWN = -1, NO = 0, YES = 1 };

#define MACHINE_ENTROPY_SIZE 64

struct machine {
	const struct arch *arch;	/* of the running kernel */
	bool captured;			/* read from --sysroot: entropy is fixed and no system call will follow */
	const char *release;		/* uname -r */
	uint64_t page_size;		/* of the running kernel, in bytes */
	const char *cmdline;		/* /proc/cmdline up to its first CR or LF */

	/*
	 * Memory. `firmware` is what the next kernel is told; `usable` is the RAM that this kernel
	 * uses, where segments may go; `crash` is the crash reservation (RAM entries, ascending).
	 */
	struct memmap firmware, usable, crash;
	const char *memory_source;	/* "/sys/firmware/memmap" or "/proc/iomem", for the plan */
	bool iomem_masked;		/* /proc/iomem showed only zeros: not privileged */
	uint64_t ram_total;		/* bytes of RAM that the kernel manages (MemTotal) */
	struct range kernel_code;	/* of the running kernel, physical; empty when unknown */

	/* What stands in the way of a load, and what is loaded. */
	enum tristate kexec_loaded, crash_loaded;
	enum tristate privileged;	/* CAP_SYS_BOOT */
	enum tristate load_disabled;	/* kernel.kexec_load_disabled */
	int64_t limit_reboot, limit_panic;	/* loads left; -1 unlimited or unknown */
	enum lockdown lockdown;
	bool xen;			/* a Xen dom0: never the file system call */
	uint64_t crash_elfcorehdr_size;	/* /sys/kernel/crash_elfcorehdr_size; 0 when absent */

	uint8_t entropy[MACHINE_ENTROPY_SIZE];	/* for seeds handed to the next kernel */
	const void *facts;		/* the architecture's own: arch/<name>/machine.h */
};

/* The architecture of this host by uname(2), or of the captured tree; NULL with the error set. */
const struct arch *machine_arch(const struct sysroot *root, struct arena *arena, struct error *error) must_check;

/*
 * Reads everything. A file that may be absent leaves its fact at "unknown"; one that is there and
 * cannot be understood is an error that names it.
 */
bool machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine, struct error *error)
	must_check;

#endif
