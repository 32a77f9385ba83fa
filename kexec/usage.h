/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What -h and -v print. The option table and the architectures' lists of image types are the only
 * sources, so neither can be forgotten.
 */
#ifndef KEXEC_USAGE_H
#define KEXEC_USAGE_H

#include <stdio.h>

/* One line: "kexec-tools 2.0.32 (kexec-ng X.Y.Z)". Callers look at its first word. */
void usage_print_version(FILE *out);

/* The version line, every option and every image type. */
void usage_print(FILE *out);

#endif
