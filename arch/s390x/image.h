/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an s390x kernel image holds at fixed places. Numbers from arch/s390/boot/head.S and
 * arch/s390/include/asm/setup.h, which call them ABI.
 */
#ifndef ARCH_S390X_IMAGE_H
#define ARCH_S390X_IMAGE_H

#include "arch/arch.h"

#define IMAGE_ENTRY 0x10000	/* "startup", in the file and in memory */
#define IMAGE_CRASH_ENTRY 0x10010	/* "startup_kdump" */
#define IMAGE_MARK 0x10008	/* "S390EP" */
#define IMAGE_PARMAREA 0x10400
#define IMAGE_COMMAND_LINE 0x10480

/* struct parmarea */
struct parmarea {
	be64 ipl_device;
	be64 initrd_start;
	be64 initrd_size;
	be64 oldmem_base;
	be64 oldmem_size;
	be64 kernel_version;		/* address of the version string; 0 in old kernels */
	be64 max_command_line_size;	/* with the NUL; 0 in kernels before 5.17 */
	uint8_t reserved[72];
	uint8_t command_line[];		/* at 0x10480 */
};

#define LEGACY_COMMAND_LINE_SIZE 896

extern const struct format s390x_image;

#endif
