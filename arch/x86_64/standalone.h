/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF files that run without an operating system and are no Linux: --args-elf and --args-none. */
#ifndef ARCH_X86_64_STANDALONE_H
#define ARCH_X86_64_STANDALONE_H

#include "kexec/elf.h"

/* Whether the user said that an ELF file is one. */
static inline bool standalone_wanted(const struct options *options)
{
	return options->args == ARGS_ELF || options->args == ARGS_NONE;
}

/*
 * The whole plan. Refuses what is not linked to fixed addresses, addresses that are not free,
 * initrds and crash kernels.
 */
bool standalone_plan(const struct planning *p, const struct elf_image *elf, struct error *error)
	must_check;

#endif
