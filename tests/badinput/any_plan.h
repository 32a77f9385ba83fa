/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The promise that planning makes for any bytes at all, checked: a plan that keeps the invariants,
 * or a sentence that says why not. The fuzz target and the tests of damaged images share it.
 */
#ifndef TESTS_BADINPUT_ANY_PLAN_H
#define TESTS_BADINPUT_ANY_PLAN_H

#include "kexec/error.h"

/* What else there is besides the kernel; the bits combine freely. */
enum any_plan_wish {
	ANY_PLAN_INITRD = 0x01,
	ANY_PLAN_ENTRY_32BIT = 0x02,	/* of an ELF file: --args-elf */
	ANY_PLAN_LIMITS = 0x04, /* --mem-min and --mem-max */
	ANY_PLAN_LARGE = 0x08,	/* 64 GiB of memory in three pieces; 1 GiB in two otherwise */
	ANY_PLAN_FIVE_LEVEL = 0x10,
	ANY_PLAN_EFI = 0x20,
	ANY_PLAN_ENTRY = 0x40,	/* --entry, at an address that is seldom inside */
	ANY_PLAN_DIGEST = 0x80, /* without -i */
	ANY_PLAN_S390X = 0x100, /* on an s390x machine; ANY_PLAN_DIGEST: with a command line */
	ANY_PLAN_ARM64 = 0x200, /* on an arm64 machine; ANY_PLAN_FIVE_LEVEL: with 64 KiB pages */
	ANY_PLAN_REAL_MODE = 0x800,
	ANY_PLAN_PPC64LE = 0x400, /* on a ppc64le machine, likewise */
};

struct any_plan {
	bool planned;
	char broken[256];	/* how the promise was broken; empty when it was kept */
	struct error error;	/* why there is no plan */
};

/*
 * Plans a load of the unpacked `kernel` by segments, on a machine that is made up, of x86_64 as a
 * rule.
 */
bool any_plan(struct any_plan *any, struct bytes kernel, unsigned wishes);

#endif
