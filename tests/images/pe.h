/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PE images for tests: kernels that can be signed, and unified kernel images. Like images.h it uses
 * nothing of the loader.
 */
#ifndef TESTS_IMAGES_PE_H
#define TESTS_IMAGES_PE_H

#include <stddef.h>
#include <stdint.h>

struct images_section {
	const char *name; /* at most 8 characters */
	const uint8_t *data;
	size_t size; /* VirtualSize; in the file it is padded to 512 bytes */
};

#define IMAGES_PE_MACHINE_X86_64 0x8664
#define IMAGES_PE_MACHINE_ARM64 0xaa64

/*
 * A PE32+ image of these sections, one behind the other, with data directories that a signature can
 * be entered in. Its PE header is at 0x40, the entry for certificates at 0xe8, the section table at
 * 0x148. Memory to free(), or NULL.
 */
uint8_t *images_pe(uint16_t machine, const struct images_section *sections, unsigned count,
		   size_t *size);

/* images_debian_bzimage as Linux builds it with an EFI stub: a PE image that can be signed. */
uint8_t *images_bzimage_pe(size_t *size);

/*
 * Unified kernel images by name: "" for x86_64 with .linux, .initrd and .cmdline; "-arm64",
 * "-dtb" (with a device tree), "-arm64-dtb" (with a damaged one), "-arm64-trees" (three in
 * .dtbauto: damaged, for another machine, for linux,dummy-virt; the same once more in profile 1,
 * for another machine alone; and .dtb, .hwids); "-profiles", "-ucode", "-sbat" (test-stub, of
 * generation 2), "-stub" (without .linux, with paths, as Lanzaboote has it).
 */
uint8_t *images_uki(const char *kind, size_t *size);

/*
 * An addon to one: this command line, and an initrd. "-ucode" is one with microcode too, "-uname"
 * one for a kernel of release 9, "-arm64" one for arm64.
 */
uint8_t *images_addon(const char *kind, const char *cmdline, size_t *size);

#endif
