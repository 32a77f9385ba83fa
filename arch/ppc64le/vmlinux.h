/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The image formats of ppc64le. */
#ifndef ARCH_PPC64LE_VMLINUX_H
#define ARCH_PPC64LE_VMLINUX_H

struct format;

extern const struct format ppc64le_vmlinux, ppc64le_zimage;

#endif
