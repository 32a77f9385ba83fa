/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that tell what stands in the way of a kexec, beside those that loading itself reads.
 * Each is read here as it is, or else it is kept why it could not be; what follows from one,
 * findings.c knows.
 */
#ifndef KEXEC_MACHINE_STATE_H
#define KEXEC_MACHINE_STATE_H

#include "kexec/sysroot.h"

enum state_name {
	STATE_LSM,		/* there wherever securityfs is mounted */
	STATE_LOCKDOWN,
	STATE_FIRMWARE,		/* there wherever /sys/firmware can be seen */
	STATE_UEFI,		/* there on every machine that UEFI started */
	STATE_SECURE_BOOT,	/* the UEFI variable: four bytes of attributes, then 0 or 1 */
	STATE_IPL_SECURE,	/* s390x: "0" or "1" */
	STATE_TREE,		/* there wherever a device tree can be seen */
	STATE_TREE_SECURE,	/* ppc64le, pseries: a number of 4 bytes, big endian */
	STATE_TREE_ENFORCING,	/* ppc64le, powernv: empty, enforcing when there */
	STATE_IMA,		/* there wherever the kernel has IMA */
	STATE_IMA_POLICY,
	STATE_CRASH_SIZE,	/* bytes of the crash reservation */
	STATE_CPUINFO,
	STATE_SEV_SNP,		/* there in a guest of that kind, since Linux 6.11 */
	STATE_SECURE_VM,	/* ppc64le: "1" in a secure guest */
	STATE_PROTECTED_GUEST,	/* s390x: "1" in one */
	STATE_MOUNTS,
	STATE_MODULES,		/* there wherever /sys/module can be seen */
	/* how often the modules are in use */
	STATE_KVM_INTEL, STATE_KVM_AMD, STATE_KVM, STATE_KVM_HV,
	STATE_VFIO_PCI,
	/* there even where the driver is no module, as refcnt is not */
	STATE_KVM_PARAMETER, STATE_VFIO_PARAMETER,
	STATE_FRAMEBUFFER,	/* the name of the first one */
	STATE_CONSOLES,		/* "tty0 ttyS0": those in use */
	STATE_TPM,		/* there wherever the kernel has a TPM */
	STATE_CRYPTTAB,
	STATE_CONFIG,		/* of the running kernel's build */
	STATE_COUNT,
};

struct state_file {
	const char *path;	/* where it was, or would be, the root in front */
	struct bytes bytes;	/* a NUL stands behind them; data NULL: it was not read */
	bool denied;		/* it is there, but not for this user */
	const char *problem;	/* it is there, but is no readable file: a sentence */
};

struct machine_state {
	struct state_file files[STATE_COUNT];
	/* Names of disks that dm-crypt unlocked, with commas between; NULL: disks are not shown. */
	const char *encrypted;
	bool without_kexec;	/* sysfs shows a kernel that was built without kexec */
};

/* `release`: of the running kernel, or NULL. Files that are absent are no error. */
bool machine_state_read(const struct sysroot *root, const char *release, struct arena *arena,
			struct machine_state *state, struct error *error) must_check;

#endif
