/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every fact about the machine that loading a kernel depends on. machine_read() fills it from /proc
 * and /sys, or from a captured tree; after that nothing asks the world a question.
 */
#ifndef KEXEC_MACHINE_H
#define KEXEC_MACHINE_H

#include "kexec/iomem.h"
#include "kexec/memmap.h"
#include "kexec/sysroot.h"

struct arch;

enum lockdown { LOCKDOWN_NONE, LOCKDOWN_INTEGRITY, LOCKDOWN_CONFIDENTIALITY };

enum tristate { UNKNOWN = -1, NO = 0, YES = 1 };

#define MACHINE_ENTROPY_SIZE 64

struct machine {
	const struct arch *arch;	/* of the running kernel */
	bool captured;			/* read from --sysroot: no system call will follow */
	const char *release;		/* uname -r */
	uint64_t page_size;		/* of the running kernel, in bytes */
	const char *cmdline;		/* /proc/cmdline up to its first CR or LF */

	/*
	 * Memory. `firmware` is what the next kernel is told; `usable` is the RAM that this kernel
	 * uses, where segments may go, in whole pages (the crash reservation is a part of it);
	 * `crash` is the crash reservation (RAM entries, ascending). `crash_usable` is where
	 * segments of a crash kernel may go, if not in all of the highest reservation; or empty.
	 * `crash_limit` is where they must end, however large the reservation is; 0: anywhere.
	 */
	struct memmap firmware, usable, crash, crash_usable;
	uint64_t crash_limit;
	const char *memory_source;	/* "/sys/firmware/memmap" or "/proc/iomem", for the plan */
	bool iomem_masked;		/* /proc/iomem showed only zeros: not privileged */
	uint64_t ram_total;		/* bytes of RAM that the kernel manages (MemTotal) */
	struct range kernel_code;	/* of the running kernel, physical; empty when unknown */

	/*
	 * What a dump of the running kernel needs; read where there is a crash reservation. `ram`
	 * is all RAM that the running kernel has, by /proc/iomem, reserved or not.
	 */
	struct memmap ram;
	struct range vmcoreinfo;	/* of the note, physical; empty when unknown */
	/* physical, by processor: where each leaves its registers */
	const struct range *crash_notes;
	size_t crash_notes_count;
	/* physical, where it is not mapped with the rest; or empty */
	struct range kernel_image;
	uint64_t kernel_virtual;	/* where it is mapped */
	/* virtual less physical address of all other RAM, modulo 2^64 */
	uint64_t linear_map;

	/* What stands in the way of a load, and what is loaded. */
	enum tristate kexec_loaded, crash_loaded;
	enum tristate privileged;	/* CAP_SYS_BOOT */
	enum tristate load_disabled;	/* kernel.kexec_load_disabled */
	int64_t limit_reboot, limit_panic;	/* loads left; -1 unlimited or unknown */
	enum lockdown lockdown;
	bool xen;			/* a Xen dom0: never the file system call */
	uint64_t crash_elfcorehdr_size;	/* /sys/kernel/crash_elfcorehdr_size; 0 when absent */

	/*
	 * For seeds handed to the next kernel. Bytes 0, 1, 2, ... of a captured machine, so that
	 * plans repeat; all zeros when this kernel has no entropy yet: hand on no seed then.
	 */
	uint8_t entropy[MACHINE_ENTROPY_SIZE];
	/* what its device tree calls it first of all; NULL without one */
	const char *compatible;
	const char *denied;	/* the first file that this user may not read, or NULL */
	const void *facts;		/* the architecture's own: arch/<name>/machine.h */
};

/* The architecture of this host by uname(2), or of the captured tree; NULL with the error set. */
const struct arch *machine_arch(const struct sysroot *root, struct arena *arena,
				struct error *error) must_check;

/*
 * Reads everything. A file that may be absent leaves its fact at "unknown"; one that is there and
 * cannot be understood is an error that names it.
 */
bool machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
		  struct error *error) must_check;

/*
 * For machine_read() and the architectures' parts of it: *out stays what it is when the file is
 * absent or, as machine->denied says then, not for this user. A text ends before its last newline.
 */
bool machine_passes_over(const struct sysroot *root, struct arena *arena, struct machine *machine,
			 const char *path, enum sysroot_result result,
			 struct error *error) must_check;
bool machine_bytes(const struct sysroot *root, struct arena *arena, struct machine *machine,
		   const char *path, struct bytes *out, struct error *error) must_check;
bool machine_text(const struct sysroot *root, struct arena *arena, struct machine *machine,
		  const char *path, const char **out, struct error *error) must_check;
bool machine_number(const struct sysroot *root, struct arena *arena, struct machine *machine,
		    const char *path, uint64_t *out, struct error *error) must_check;

/* Fills what a dump needs (machine_crash.c). `iomem` shows addresses. */
bool machine_read_crash(const struct sysroot *root, struct arena *arena, struct machine *machine,
			const struct iomem *iomem, struct error *error) must_check;

/*
 * Reads /proc/iomem; fills crash, kernel_code and iomem_masked, and with a crash reservation what a
 * dump needs. Absent: an empty tree.
 */
bool machine_iomem(const struct sysroot *root, struct arena *arena, struct machine *machine,
		   struct iomem *out, struct error *error) must_check;

/*
 * A whole machine_read of struct arch, where /proc/iomem tells everything there is to know of
 * memory.
 */
bool machine_read_iomem(const struct sysroot *root, struct arena *arena, struct machine *machine,
			struct error *error) must_check;

#endif
