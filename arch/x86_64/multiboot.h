/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multiboot kernels (Xen, memtest86+): the structures of both versions of the protocol, and what
 * the two formats share. Multiboot Specification 0.6.96 and Multiboot2 Specification 2.0, both of
 * the GNU project.
 */
#ifndef ARCH_X86_64_MULTIBOOT_H
#define ARCH_X86_64_MULTIBOOT_H

#include "kexec/elf.h"

#define MULTIBOOT_SEARCH 8192		/* 0.6.96, 3.1 */
#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_IN_EAX 0x2badb002

/* multiboot_header.flags: bits 0 to 15 are demands, of which these are known. */
#define MULTIBOOT_ALIGN_MODULES 0x1
#define MULTIBOOT_WANT_MEMORY 0x2
#define MULTIBOOT_WANT_VIDEO 0x4
#define MULTIBOOT_DEMANDS 0xffff
#define MULTIBOOT_HAS_ADDRESSES 0x10000

struct multiboot_header {
	le32 magic, flags, checksum;
	le32 header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr;
};

#define MULTIBOOT_INFO_MEMORY 0x1
#define MULTIBOOT_INFO_CMDLINE 0x4
#define MULTIBOOT_INFO_MODULES 0x8
#define MULTIBOOT_INFO_MAP 0x40
#define MULTIBOOT_INFO_LOADER 0x200
#define MULTIBOOT_INFO_FRAMEBUFFER 0x1000

struct multiboot_info {
	le32 flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4];
	le32 mmap_length, mmap_addr, drives_length, drives_addr, config_table, boot_loader_name;
	le32 apm_table, vbe_control_info, vbe_mode_info;
	le16 vbe_mode, vbe_interface_seg, vbe_interface_off, vbe_interface_len;
	le64 framebuffer_addr;
	le32 framebuffer_pitch, framebuffer_width, framebuffer_height;
	uint8_t framebuffer_bpp, framebuffer_type, colours[6];
};

struct multiboot_module_entry {
	le32 start, end, string, reserved;
};

struct multiboot_map_entry {
	le32 size;			/* of what follows: 20 */
	le64 address, length;
	le32 type;
};

#define MULTIBOOT2_SEARCH 32768		/* 2.0, 3.1.1 */
#define MULTIBOOT2_MAGIC 0xe85250d6
#define MULTIBOOT2_IN_EAX 0x36d76289
#define MULTIBOOT2_I386 0

struct multiboot2_header {
	le32 magic, architecture, length, checksum;
};

#define MULTIBOOT2_OPTIONAL 0x1		/* multiboot2_tag.flags: the loader may pass over it */

struct multiboot2_tag {
	le16 type, flags;
	le32 size;
};

/* Tags of the information, each at a multiple of eight bytes. */
struct multiboot2_info_tag {
	le32 type, size;
};

struct multiboot2_framebuffer {
	le64 address;
	le32 pitch, width, height;
	uint8_t bpp, type;
	le16 reserved;
	uint8_t colours[6];
};

struct multiboot2_map_entry {
	le64 address, length;
	le32 type, reserved;
};

/* What both versions call the kinds of screen. */
#define MULTIBOOT_SCREEN_RGB 1
#define MULTIBOOT_SCREEN_TEXT 2

/* The screen that the running kernel was given, as far as the protocol can describe it. */
struct multiboot_screen {
	bool known;
	uint64_t address;
	uint32_t pitch, width, height;	/* bytes in a line; pixels or characters */
	uint8_t bpp, type;
	uint8_t colours[6];		/* position and size of red, green and blue */
};

struct multiboot_module {
	uint32_t start, end;		/* physical; end is the first byte behind it */
	const char *line;		/* "FILE ARGUMENTS" */
};

/* Everything but the kernel that the information is made of. */
struct multiboot_given {
	const char *cmdline;		/* the kernel's file in front */
	const char *loader;
	uint32_t lower, upper;		/* KiB from 0 and from 1 MiB on */
	struct multiboot_screen screen;
	struct multiboot_module modules[OPTION_LIST_MAX];
	unsigned module_count;
	uint64_t root_pointer;		/* ACPI's, physical; 0: unknown */
	bool root_pointer_is_new;	/* EFI calls it one of ACPI 2.0 or later */
};

/* How purgatory enters the kernel. */
struct multiboot_entry {
	uint64_t entry;
	uint32_t eax;
	uint64_t info;			/* for EBX */
	/* physical: tags to be filled, and with what; or 0 */
	uint64_t acpi_tags, root_pointer;
};

/* Of the address fields or the address tag. */
struct multiboot_addresses {
	size_t header_offset;		/* in the file */
	uint32_t header, load, load_end, bss_end;
	bool load_from_start;		/* load is not given: the file from its first byte on */
};

/* The one load that the addresses describe, as if an ELF file had it. */
bool multiboot_by_addresses(struct bytes kernel, const struct multiboot_addresses *addresses,
			    struct elf_image *elf, struct error *error) must_check;
/* The loads of an ELF file for a 32-bit entry, and that entry's physical address. */
bool multiboot_by_elf(struct bytes kernel, struct elf_image *elf, uint64_t *entry,
		      struct error *error) must_check;
/* What the machine has to give: screen, memory, command line. Refuses crash kernels. */
bool multiboot_prepare(const struct planning *p, struct multiboot_given *given,
		       struct error *error) must_check;
/* Adds the modules' segments. After the kernel's, which cannot go elsewhere. */
bool multiboot_add_modules(const struct planning *p, struct multiboot_given *given,
			   struct error *error) must_check;
/* The information, as a segment below 4 GiB that may still be written to. */
bool multiboot_add_info(const struct planning *p, size_t size, uint8_t **info, uint64_t *address,
			struct error *error) must_check;
/* Purgatory, as the last segment. */
bool multiboot_finish(const struct planning *p, const struct multiboot_entry *entry,
		      struct error *error) must_check;
/* The type of memory in the words of the protocol: 1 is free, 2 whatever it has no word for. */
uint32_t multiboot_memory_type(enum memory_type type);

#endif
