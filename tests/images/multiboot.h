/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multiboot kernels for tests, of both versions, flat and as ELF files: headers from the
 * specifications and nothing behind them that could run.
 */
#ifndef TESTS_IMAGES_MULTIBOOT_H
#define TESTS_IMAGES_MULTIBOOT_H

#include <stddef.h>
#include <stdint.h>

/* Where the header stands in the file. */
#define IMAGES_MULTIBOOT_FLAT 0x40
#define IMAGES_MULTIBOOT_ELF 0x1000

/*
 * The first version: "" is flat, linked at 1 MiB with 12 KiB in the file and 32 KiB in memory;
 * "-elf" is mapped at 3 GiB, with a virtual entry; "-video" demands a screen, and "-strange" what
 * nobody knows.
 */
uint8_t *images_multiboot(const char *kind, size_t *size);
/*
 * The second: "" is an ELF file at 2 MiB that may be moved, with the tags that Xen has; "-flat" has
 * address and entry tags; "-efi" demands boot services, "-acpi" ACPI's new root pointer,
 * "-acpi-old" the old one, "-screen" a screen.
 */
uint8_t *images_multiboot2(const char *kind, size_t *size);

/* What that leaves without a header: a 32-bit Linux at 16 MiB, mapped at 3 GiB. */
uint8_t *images_vmlinux_32(size_t *size);

#endif
