/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unified kernel images: what the sections of a PE image mean, by the UAPI group's specification
 * "Unified Kernel Image", and those of addons to one. It finds bytes; opening files, joining
 * initrds and checking signatures are others' work.
 */
#ifndef KEXEC_UKI_H
#define KEXEC_UKI_H

#include "kexec/pe.h"

struct uki {
	struct pe_section
		linux_section; /* VirtualSize counts: what the file lacks of it is zeros */
	struct bytes initrd, ucode, cmdline, dtb; /* empty: none */
	/* .dtbauto: device trees, of which the machine decides; in the order of the file */
	struct bytes device_trees[PE_SECTIONS_MAX];
	unsigned device_tree_count;
	bool own_device_trees; /* they are the profile's */
	struct bytes uname; /* the release that it is for; empty: not said */
	uint16_t machine;   /* PE_MACHINE_* */
	unsigned profiles;  /* how many there are; 0 when the image has none */
	char left_out[256]; /* names of the sections that only firmware's stub has a use for */
};

/* The most that .linux may ask for: 1 GiB. */
#define UKI_LINUX_MAX ((uint32_t)1 << 30)

/* A PE image with a section .linux, or what Lanzaboote has in its place. */
bool uki_is(struct bytes file);

/*
 * Finds the sections of profile number `profile`: those before the first .profile count for each
 * profile, and give way to its own; of several of one name in one place the first counts. Fails
 * for a stub that only names files (Lanzaboote), for a profile that is not there, and for damaged
 * headers. The sentence has no path.
 */
bool uki_read(struct bytes file, unsigned profile, struct uki *uki, struct error *error) must_check;

/* The same for an addon: it has no .linux, and no profiles. */
bool uki_read_addon(struct bytes file, struct uki *addon, struct error *error) must_check;

/* False for one that is for another architecture, or for another kernel by its .uname. */
bool uki_takes_addon(const struct uki *uki, const struct uki *addon);

/*
 * .cmdline as the stub would hand it over: up to the first NUL, control characters as blanks, none
 * at its ends. `text` has room for cmdline.size + 1; returns the length.
 */
size_t uki_cmdline(struct bytes cmdline, char *text);

#endif
