// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bytes of the test kernels, written field by field from the protocol documents. Everything is
 * little endian. It refuses to know how the loader reads them.
 */
#include "tests/images/images.h"

#include "tests/images/arm64.h"
#include "tests/images/multiboot.h"
#include "tests/images/pe.h"
#include "tests/images/zimage.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(uint8_t *at, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++, value >>= 8)
		at[i] = (uint8_t)value;
}

/* Bytes that look random and are the same everywhere (xorshift64). */
static void fill(uint8_t *at, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		at[i] = (uint8_t)(seed >> 32);
	}
}

const struct images_bzimage images_debian_bzimage = {
	.setup_sects = 39,
	.version = 0x20f,
	.loadflags = 0x01,	/* LOADED_HIGH */
	.initrd_addr_max = 0x7fffffff,
	.kernel_alignment = 0x200000,
	.relocatable = true,
	.min_alignment = 21,
	.xloadflags = 0x7f,	/* everything up to 5LEVEL_ENABLED */
	.cmdline_size = 2047,
	.pref_address = 0x1000000,
	.init_size = 0x3f98000,
	.setup_type_max = 0x80000009,	/* SETUP_INDIRECT | SETUP_RNG_SEED */
	.payload_size = 0x4000,
};

/*
 * A PE header as the EFI stub has it, for those who look: an x86_64 EFI application of one section.
 */
static void put_pe_header(uint8_t *file, size_t size, size_t setup_size)
{
	uint8_t *pe = file + 0x40, *optional = pe + 24, *section = optional + 112;

	memcpy(file, "MZ", 2);
	put(file + 0x3c, 4, 0x40);
	memcpy(pe, "PE\0\0", 4);
	put(pe + 4, 2, 0x8664);		/* machine */
	put(pe + 6, 2, 1);		/* sections */
	put(pe + 20, 2, 112);		/* size of the optional header, without directories */
	put(pe + 22, 2, 0x206);		/* characteristics */
	put(optional, 2, 0x20b);	/* PE32+ */
	put(optional + 32, 4, 0x1000);	/* section alignment */
	put(optional + 36, 4, 0x200);	/* file alignment */
	put(optional + 56, 4, size);	/* size of the image */
	put(optional + 60, 4, 0x200);	/* size of the headers */
	put(optional + 68, 2, 10);	/* subsystem: EFI application */
	memcpy(section, ".text", 5);
	put(section + 8, 4, size - setup_size);
	put(section + 12, 4, setup_size);
	put(section + 16, 4, size - setup_size);
	put(section + 20, 4, setup_size);
	put(section + 36, 4, 0x60000020);
}

uint8_t *images_bzimage(const struct images_bzimage *wanted, size_t *size)
{
	static const char version[] = "6.1.0-test-amd64 #1 SMP PREEMPT_DYNAMIC";
	const size_t sectors = wanted->setup_sects ? wanted->setup_sects : 4;
	const size_t setup_size = (sectors + 1) * 512;
	const size_t info = wanted->payload_size - 0x40; /* kernel_info, near the end of the code */
	uint8_t *file;

	*size = setup_size + wanted->payload_size;
	file = calloc(1, *size);
	if (!file)
		return NULL;
	fill(file + setup_size, wanted->payload_size, 0x6b65726e656c);
	put_pe_header(file, *size, setup_size);
	put(file + 0x1f1, 1, wanted->setup_sects);
	put(file + 0x1f2, 2, 1);		/* root_flags: read-only */
	put(file + 0x1f4, 4, wanted->payload_size / 16);
	put(file + 0x1fa, 2, 0xffff);		/* vid_mode */
	put(file + 0x1fe, 2, 0xaa55);
	put(file + 0x200, 2, 0x6aeb);		/* jump: the header ends at 0x26c */
	memcpy(file + 0x202, "HdrS", 4);
	put(file + 0x206, 2, wanted->version);
	put(file + 0x20c, 2, 0x1000);
	put(file + 0x20e, 2, 0x300);		/* the version string, 0x200 behind this */
	put(file + 0x211, 1, wanted->loadflags);
	put(file + 0x214, 4, 0x100000);		/* code32_start */
	put(file + 0x22c, 4, wanted->initrd_addr_max);
	put(file + 0x230, 4, wanted->kernel_alignment);
	put(file + 0x234, 1, wanted->relocatable);
	put(file + 0x235, 1, wanted->min_alignment);
	put(file + 0x236, 2, wanted->xloadflags);
	put(file + 0x238, 4, wanted->cmdline_size);
	put(file + 0x248, 4, 0x300);		/* payload_offset */
	put(file + 0x24c, 4, wanted->payload_size - 0x380);
	put(file + 0x258, 8, wanted->pref_address);
	put(file + 0x260, 4, wanted->init_size);
	put(file + 0x264, 4, 0x190);		/* handover_offset */
	put(file + 0x268, 4, info);
	memcpy(file + 0x500, version, sizeof(version));
	memcpy(file + setup_size + info, "LToP", 4);
	put(file + setup_size + info + 4, 4, 16);
	put(file + setup_size + info + 8, 4, 16);
	put(file + setup_size + info + 12, 4, wanted->setup_type_max);
	return file;
}

#define LINUX_LOADS \
	.loads = { \
		{ 0xffffffff81000000, 0x1000000, 0x5000, 0x1602000, PF_R | PF_X }, \
		{ 0xffffffff82800000, 0x2800000, 0x3000, 0x834000, PF_R | PF_W }, \
		{ 0, 0x3034000, 0x1000, 0x33000, PF_R | PF_W }, \
		{ 0xffffffff83067000, 0x3067000, 0x2000, 0xf99000, PF_R | PF_W | PF_X }, \
	}, \
	.load_count = 4

const struct images_vmlinux images_debian_vmlinux = {
	.type = ET_EXEC,
	.machine = EM_X86_64,
	.entry = 0x1000000,
	.align = 0x200000,
	LINUX_LOADS,
	.notes = true,
};

const struct images_vmlinux images_small_vmlinux = {
	.type = ET_EXEC,
	.machine = EM_X86_64,
	.entry = 0x1000000,
	.align = 0x1000,
	LINUX_LOADS,
	.notes = true,
};

const struct images_vmlinux images_ppc64le_vmlinux = {
	.type = ET_DYN,
	.machine = EM_PPC64,
	.entry = 0xc000000000000000,
	.align = 0x10000,
	.loads = { { 0xc000000000000000, 0, 0x1000, 0x2410000, PF_R | PF_W | PF_X } },
	.load_count = 1,
};

static size_t put_note(uint8_t *at, const char *owner, uint32_t type, uint64_t value,
		       unsigned value_size)
{
	const size_t owner_size = strlen(owner) + 1, owner_room = (owner_size + 3) & ~(size_t)3;

	put(at, 4, owner_size);
	put(at + 4, 4, value_size);
	put(at + 8, 4, type);
	memcpy(at + 12, owner, owner_size);
	put(at + 12 + owner_room, value_size, value);
	return 12 + owner_room + ((value_size + 3) & ~3u);
}

static void put_program_header(uint8_t *at, uint32_t type, const struct images_load *load,
			       uint64_t offset, uint64_t align)
{
	put(at, 4, type);
	put(at + 4, 4, load->flags);
	put(at + 8, 8, offset);
	put(at + 16, 8, load->virtual);
	put(at + 24, 8, load->physical);
	put(at + 32, 8, load->file_size);
	put(at + 40, 8, load->memory_size);
	put(at + 48, 8, align);
}

static void put_elf_header(uint8_t *file, const struct images_vmlinux *wanted)
{
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = ELFCLASS64;
	file[EI_DATA] = ELFDATA2LSB;
	file[EI_VERSION] = EV_CURRENT;
	put(file + 16, 2, wanted->type);
	put(file + 18, 2, wanted->machine);
	put(file + 20, 4, EV_CURRENT);
	put(file + 24, 8, wanted->entry);
	put(file + 32, 8, 64);			/* e_phoff */
	put(file + 52, 2, 64);			/* e_ehsize */
	put(file + 54, 2, 56);			/* e_phentsize */
	put(file + 56, 2, wanted->load_count + wanted->notes);
	put(file + 58, 2, 64);			/* e_shentsize */
}

uint8_t *images_vmlinux(const struct images_vmlinux *wanted, size_t *size)
{
	static const char banner[] =
		"Linux version 6.1.0-test-amd64 (gcc-12) #1 SMP PREEMPT_DYNAMIC\n";
	uint64_t offsets[IMAGES_SEGMENTS_MAX], end = 64 + 56 * (IMAGES_SEGMENTS_MAX + 1);
	uint8_t *file;

	/*
	 * The next offset that agrees with the address modulo the alignment, as the ELF rules want.
	 */
	for (unsigned i = 0; i < wanted->load_count; i++) {
		offsets[i] = end + ((wanted->loads[i].physical - end) & (wanted->align - 1));
		end = offsets[i] + wanted->loads[i].file_size;
	}
	*size = end;
	file = calloc(1, *size);
	if (!file)
		return NULL;
	put_elf_header(file, wanted);
	for (unsigned i = 0; i < wanted->load_count; i++) {
		put_program_header(file + 64 + 56 * i, PT_LOAD, &wanted->loads[i], offsets[i],
				   wanted->align);
		fill(file + offsets[i], wanted->loads[i].file_size, 0x766d6c696e7578 + i);
	}
	if (wanted->notes && wanted->load_count && wanted->loads[0].file_size >= 0x2000) {
		const uint64_t at = 0x1000;
		struct images_load note = wanted->loads[0];
		uint8_t *p = file + offsets[0] + at;

		/* XEN_ELFNOTE_PHYS32_ENTRY */
		p += put_note(p, "Xen", 18, wanted->entry + 0x800, 4);
		/* LINUX_ELFNOTE_LTO_INFO */
		p += put_note(p, "Linux", 0x101, 0, 4);
		p += put_note(p, "GNU", NT_GNU_BUILD_ID, 0x0123456789abcdef, 8);
		note.virtual += at;
		note.physical += at;
		note.file_size = note.memory_size = (size_t)(p - (file + offsets[0] + at));
		note.flags = PF_R;
		put_program_header(file + 64 + 56 * wanted->load_count, PT_NOTE, &note,
				   offsets[0] + at, 4);
		memcpy(file + offsets[0] + 0x1800, banner, sizeof(banner));
	}
	return file;
}

static void put_big(uint8_t *at, uint64_t value)
{
	for (unsigned i = 8; i--; value >>= 8)
		at[i] = (uint8_t)value;
}

/* arch/s390/boot/head.S and arch/s390/include/asm/setup.h: memory from address 0 on. */
uint8_t *images_s390x(uint64_t max_command_line_size, size_t size)
{
	static const char version[] = "6.1.0-test-s390x (gcc-12) #1 SMP";
	uint8_t *file = malloc(size);

	if (!file)
		return NULL;
	fill(file, size, 0x73333930);
	put_big(file, 0x0008000080000200);		/* PSW for a boot from a card reader */
	memcpy(file + 0x10000, "\xa7\xf4\x00\x0a\x07\x07\x07\x07S390EP\0\1", 16);
	memset(file + 0x10400, 0, 0x80);
	put_big(file + 0x10428, 0x13000);		/* kernel_version */
	put_big(file + 0x10430, max_command_line_size);
	memset(file + 0x10480, 0, max_command_line_size ? max_command_line_size : 896);
	strcpy((char *)file + 0x10480, "root=/dev/ram0 ro");
	memcpy(file + 0x13000, version, sizeof(version));
	return file;
}

uint8_t *images_initrd(size_t size)
{
	static const char begin[] = "070701";
	uint8_t *file = malloc(size ? size : 1);

	if (!file)
		return NULL;
	fill(file, size, 0x696e69747264);
	memcpy(file, begin, size < 6 ? size : 6);
	return file;
}

const char *const images_names =
	"bzImage, bzImage-noefi, bzImage-low, bzImage-32, bzImage-fixed, bzImage-2.06, "
	"bzImage-4level, vmlinux, vmlinux-small, vmlinux-32, vmlinux-arm64, Image, Image-16k, "
	"Image-old, "
	"Image-big, Image-elf, s390x, s390x-896, "
	"vmlinux-ppc64le, zImage-ppc64le, bzImage-pe, uki, uki-dtb, uki-arm64, uki-arm64-dtb, "
	"uki-arm64-trees, "
	"uki-profiles, uki-sbat, uki-stub, uki-ucode, multiboot, multiboot-elf, multiboot-video, "
	"multiboot-strange, multiboot2, multiboot2-flat, multiboot2-efi, multiboot2-acpi, "
	"multiboot2-acpi-old, "
	"multiboot2-screen, addon, addon:CMDLINE, addon-ucode, addon-uname, addon-arm64, "
	"initrd:SIZE";

static uint8_t *make_bzimage(const char *kind, size_t *size)
{
	struct images_bzimage wanted = images_debian_bzimage;

	if (!strcmp(kind, "-noefi")) {
		wanted.xloadflags &= ~0x10u;		/* EFI_KEXEC */
	} else if (!strcmp(kind, "-low")) {
		wanted.xloadflags &= ~0x02u;		/* CAN_BE_LOADED_ABOVE_4G */
	} else if (!strcmp(kind, "-32")) {
		wanted.xloadflags = 0;
	} else if (!strcmp(kind, "-fixed")) {
		wanted.relocatable = false;
	} else if (!strcmp(kind, "-4level")) {
		wanted.xloadflags &= ~0x60u;		/* 5LEVEL, 5LEVEL_ENABLED */
	} else if (!strcmp(kind, "-2.06")) {
		wanted.version = 0x206;
		wanted.xloadflags = 0;
		wanted.pref_address = wanted.init_size = 0;
	} else if (*kind) {
		return NULL;
	}
	return images_bzimage(&wanted, size);
}

static uint8_t *make_arm64(const char *kind, size_t *size)
{
	struct images_arm64 wanted = images_debian_arm64;

	if (!strcmp(kind, "-16k")) {
		wanted.flags = 0xc;
	} else if (!strcmp(kind, "-old")) {
		wanted.flags = wanted.image_size = 0;
	} else if (!strcmp(kind, "-big")) {
		wanted.flags = 0x3;		/* big-endian, 4 KiB, near the start of memory */
		wanted.text_offset = 0x80000;
	} else if (!strcmp(kind, "-elf")) {
		return images_arm64_vmlinux(&wanted, size);
	} else if (*kind) {
		return NULL;
	}
	return images_arm64(&wanted, size);
}

/* As a little-endian kernel's build has it: a 64-bit program. */
static uint8_t *make_zimage(size_t *size)
{
	size_t kernel_size;
	uint8_t *kernel = images_vmlinux(&images_ppc64le_vmlinux, &kernel_size);
	uint8_t *file = kernel ? images_zimage(64, false, kernel, kernel_size, size) : NULL;

	free(kernel);
	return file;
}

uint8_t *images_make(const char *name, size_t *size)
{
	char behind;

	if (!strcmp(name, "bzImage-pe"))
		return images_bzimage_pe(size);
	if (!strncmp(name, "addon", 5))
		return name[5] == ':' ? images_addon("", name + 6, size)
				      : images_addon(name + 5, "addon", size);
	if (!strncmp(name, "uki", 3))
		return images_uki(name + 3, size);
	if (!strncmp(name, "multiboot2", 10))
		return images_multiboot2(name + 10, size);
	if (!strncmp(name, "multiboot", 9))
		return images_multiboot(name + 9, size);
	if (!strncmp(name, "bzImage", 7))
		return make_bzimage(name + 7, size);
	if (!strcmp(name, "vmlinux"))
		return images_vmlinux(&images_debian_vmlinux, size);
	if (!strcmp(name, "vmlinux-small"))
		return images_vmlinux(&images_small_vmlinux, size);
	if (!strcmp(name, "vmlinux-32"))
		return images_vmlinux_32(size);
	if (!strcmp(name, "vmlinux-arm64")) {
		struct images_vmlinux wanted = images_small_vmlinux;

		wanted.machine = EM_AARCH64;
		return images_vmlinux(&wanted, size);
	}
	if (!strncmp(name, "Image", 5))
		return make_arm64(name + 5, size);
	if (!strcmp(name, "s390x")) {
		*size = IMAGES_S390X_SIZE;
		return images_s390x(4096, *size);
	}
	if (!strcmp(name, "s390x-896")) {
		*size = IMAGES_S390X_SIZE;
		return images_s390x(0, *size);
	}
	if (!strcmp(name, "vmlinux-ppc64le"))
		return images_vmlinux(&images_ppc64le_vmlinux, size);
	if (!strcmp(name, "zImage-ppc64le"))
		return make_zimage(size);
	if (sscanf(name, "initrd:%zu%c", size, &behind) == 1)
		return images_initrd(*size);
	return NULL;
}
