/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The x86 boot protocol's structures and the making of them: boot_params (the "zero page") with its
 * setup header, the command line, the EFI memory map and the setup_data list, all in one segment.
 * Layouts: Documentation/arch/x86/boot.rst and zero-page.rst, arch/x86/include/uapi/asm/bootparam.h
 * and setup_data.h, include/uapi/linux/screen_info.h.
 */
#ifndef ARCH_X86_64_BOOT_PARAMS_H
#define ARCH_X86_64_BOOT_PARAMS_H

#include "kexec/plan.h"

#define BOOT_PARAMS_SIZE 4096
#define SETUP_HEADER_OFFSET 0x1f1
#define SETUP_HEADER_END_MAX 0x290	/* edd_mbr_sig_buffer begins there */

#define BOOT_FLAG 0xaa55
#define SETUP_MAGIC 0x53726448		/* "HdrS" */

#define LOADED_HIGH 0x01		/* loadflags */
#define CAN_USE_HEAP 0x80

#define XLF_KERNEL_64 0x01		/* xloadflags */
#define XLF_CAN_BE_LOADED_ABOVE_4G 0x02
#define XLF_EFI_KEXEC 0x10
#define XLF_5LEVEL 0x20
#define XLF_5LEVEL_ENABLED 0x40

/* The setup header, from offset 0x1f1 of the image and of boot_params. */
struct setup_header {
	uint8_t setup_sects;
	le16 root_flags;
	le32 syssize;
	le16 ram_size;
	le16 vid_mode;
	le16 root_dev;
	le16 boot_flag;
	uint8_t jump[2];
	le32 header;
	le16 version;
	le32 realmode_swtch;
	le16 start_sys_seg;
	le16 kernel_version;
	uint8_t type_of_loader;
	uint8_t loadflags;
	le16 setup_move_size;
	le32 code32_start;
	le32 ramdisk_image;
	le32 ramdisk_size;
	le32 bootsect_kludge;
	le16 heap_end_ptr;
	uint8_t ext_loader_ver;
	uint8_t ext_loader_type;
	le32 cmd_line_ptr;
	le32 initrd_addr_max;
	le32 kernel_alignment;
	uint8_t relocatable_kernel;
	uint8_t min_alignment;
	le16 xloadflags;
	le32 cmdline_size;
	le32 hardware_subarch;
	le64 hardware_subarch_data;
	le32 payload_offset;
	le32 payload_length;
	le64 setup_data;
	le64 pref_address;
	le32 init_size;
	le32 handover_offset;
	le32 kernel_info_offset;
};
_Static_assert(sizeof(struct setup_header) == 0x26c - SETUP_HEADER_OFFSET, "setup header");

struct efi_info {
	le32 loader_signature;
	le32 systab;
	le32 memdesc_size;
	le32 memdesc_version;
	le32 memmap;
	le32 memmap_size;
	le32 systab_hi;
	le32 memmap_hi;
};

#define E820_ENTRIES_MAX 128

struct e820_entry {
	le64 address;
	le64 size;
	le32 type;
};

struct boot_params {
	uint8_t screen_info[0x40];
	uint8_t apm_bios_info[0x14];
	uint8_t pad_054[4];
	le64 tboot_addr;
	uint8_t ist_info[0x10];
	le64 acpi_rsdp_addr;
	uint8_t pad_078[8];
	uint8_t hd0_info[0x10], hd1_info[0x10];
	uint8_t sys_desc_table[0x10];
	uint8_t olpc_ofw_header[0x10];
	le32 ext_ramdisk_image;
	le32 ext_ramdisk_size;
	le32 ext_cmd_line_ptr;
	uint8_t pad_0cc[0x70];
	le32 cc_blob_address;
	uint8_t edid_info[0x80];
	struct efi_info efi_info;
	le32 alt_mem_k;
	le32 scratch;
	uint8_t e820_entries;
	uint8_t eddbuf_entries;
	uint8_t edd_mbr_sig_buf_entries;
	uint8_t kbd_status;
	uint8_t secure_boot;
	uint8_t pad_1ed[2];
	uint8_t sentinel;
	uint8_t pad_1f0;
	struct setup_header hdr;
	uint8_t pad_26c[0x290 - 0x26c];
	uint8_t edd_mbr_sig_buffer[0x40];
	struct e820_entry e820_table[E820_ENTRIES_MAX];
	uint8_t pad_cd0[0x30];
	uint8_t eddbuf[0x1ec];
	uint8_t pad_eec[0x114];
};
_Static_assert(offsetof(struct boot_params, acpi_rsdp_addr) == 0x70, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, ext_ramdisk_image) == 0xc0, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, cc_blob_address) == 0x13c, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, efi_info) == 0x1c0, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, alt_mem_k) == 0x1e0, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, e820_entries) == 0x1e8, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, sentinel) == 0x1ef, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, hdr) == SETUP_HEADER_OFFSET, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, edd_mbr_sig_buffer) == 0x290, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, e820_table) == 0x2d0, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, eddbuf) == 0xd00, "zero-page.rst");
_Static_assert(sizeof(struct boot_params) == BOOT_PARAMS_SIZE, "zero-page.rst");
_Static_assert(_Alignof(struct boot_params) == 1, "wire types only");

/* setup_data.h: what follows is `len` bytes of data. */
struct setup_data {
	le64 next;
	le32 type;
	le32 len;
};

#define SETUP_E820_EXT 1
#define SETUP_DTB 2
#define SETUP_EFI 4
#define SETUP_RNG_SEED 9

#define RNG_SEED_SIZE 32

/* setup_data.h, struct efi_setup_data */
struct efi_setup_data {
	le64 fw_vendor;
	le64 runtime;
	le64 tables;
	le64 smbios;
	le64 reserved[8];
};
_Static_assert(sizeof(struct efi_setup_data) == 96, "setup_data.h");

/* UEFI specification, EFI_MEMORY_DESCRIPTOR version 1. */
struct efi_memory_descriptor {
	le32 type;
	le32 pad;
	le64 physical;
	le64 virtual;
	le64 pages;
	le64 attribute;
};
_Static_assert(sizeof(struct efi_memory_descriptor) == 40, "UEFI specification");

/* What a kernel format knows and boot_params needs. */
struct boot_request {
	struct setup_header header;	/* the image's, or made up for a vmlinux */
	uint64_t kernel, initrd, initrd_size;	/* where they will lie; initrd_size 0: none */
	const char *cmdline;		/* the whole of it */
	struct placement where;		/* limits for the segment */
	unsigned setup_type_max;	/* types above are left out; UINT_MAX: unknown */
	bool below_4g;			/* entered without paging: nothing above 4 GiB */
	bool takes_dtb;			/* --dtb goes into the setup_data list */
};

/* Places and fills the segment "boot_params", and adds its decoded facts. */
bool boot_params_add(const struct planning *p, const struct boot_request *request,
		     uint64_t *address, struct error *error) must_check;

struct x86_64_machine;

/*
 * Where ACPI's root pointer lies, as EFI said or as the running kernel's decompressor found it
 * (Linux 5.0 and later); 0 when neither is known.
 */
uint64_t boot_params_root_pointer(const struct x86_64_machine *facts);

/*
 * Makes the firmware's memory map the plan's: what the next kernel is told. A capture kernel's
 * stays as capture.c made it.
 */
bool boot_params_hand_on_memory(const struct planning *p, struct error *error) must_check;

/* The setup_data list: how many bytes it takes, and writing it at `out`, to lie at `address`. */
size_t setup_data_size(const struct planning *p, const struct boot_request *request, bool efi);
void setup_data_write(const struct planning *p, const struct boot_request *request, bool efi,
		      uint8_t *out, uint64_t address, struct boot_params *params);

/* Whether EFI is handed on, with the reason (for the plan) when it is not. */
bool efi_handed_on(const struct planning *p, const struct setup_header *header,
		   const char **why_not);
size_t efi_memory_map_size(const struct planning *p);
/* Fills efi_info and writes the runtime map at `out`, which will lie at `address`. */
void efi_write(const struct planning *p, uint8_t *out, uint64_t address,
	       struct boot_params *params);

uint32_t e820_type(enum memory_type type);

/* A command line that is longer than the kernel's header allows is refused. */
bool boot_params_check_cmdline(const struct planning *p, const struct boot_request *request,
			       struct error *error) must_check;

/* Adds the decoded page and its list as facts. `segment` lies at `address`. */
bool boot_params_describe(const struct planning *p, struct bytes segment, uint64_t address,
			  struct error *error) must_check;

#endif
