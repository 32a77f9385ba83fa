/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small kernels for tests: files with the headers of real ones and next to nothing behind them, the
 * same bytes on every run and every host. It knows what a bzImage and a vmlinux look like; it uses
 * nothing of the loader, so that a mistake there cannot hide in the images it is tested with.
 */
#ifndef TESTS_IMAGES_IMAGES_H
#define TESTS_IMAGES_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of a setup header that tests turn (Documentation/arch/x86/boot.rst). */
struct images_bzimage {
	uint8_t setup_sects;	/* 512-byte sectors of setup code behind the first one; 0 means 4 */
	uint16_t version;	/* boot protocol */
	uint8_t loadflags;
	uint32_t initrd_addr_max;
	uint32_t kernel_alignment;
	bool relocatable;
	uint8_t min_alignment;
	uint16_t xloadflags;
	uint32_t cmdline_size;
	uint64_t pref_address;
	uint32_t init_size;
	uint32_t setup_type_max;	/* of kernel_info */
	size_t payload_size;	/* bytes of protected-mode code; at least 0x400 */
};

/* What Debian's 6.1 kernel has in these fields; the file itself is only 36 KiB. */
extern const struct images_bzimage images_debian_bzimage;

#define IMAGES_SEGMENTS_MAX 8

struct images_load {
	uint64_t virtual, physical, file_size, memory_size;
	uint32_t flags;		/* PF_* */
};

struct images_vmlinux {
	uint16_t type, machine;	/* ET_EXEC, EM_X86_64 */
	uint64_t entry;
	uint64_t align;		/* of every PT_LOAD, in the file as well */
	struct images_load loads[IMAGES_SEGMENTS_MAX];
	unsigned load_count;
	bool notes;		/* a PT_NOTE with the notes that a Linux kernel has */
};

/*
 * Four PT_LOADs at 16 MiB, the per-CPU data at virtual address 0, bss in the last; a file of 4.4
 * MiB.
 */
extern const struct images_vmlinux images_debian_vmlinux;
/* The same with 4 KiB alignment in the file: 48 KiB. */
extern const struct images_vmlinux images_small_vmlinux;
/* One PT_LOAD at physical address 0, as a relocatable ppc64le kernel has it: 68 KiB. */
extern const struct images_vmlinux images_ppc64le_vmlinux;

/* Each returns memory to free(); NULL only when there is no memory. */
uint8_t *images_bzimage(const struct images_bzimage *wanted, size_t *size);
uint8_t *images_vmlinux(const struct images_vmlinux *wanted, size_t *size);
/*
 * A bzImage for s390x whose max_command_line_size is as given (0 as in kernels before 5.17), `size`
 * bytes, at least 0x13100.
 */
uint8_t *images_s390x(uint64_t max_command_line_size, size_t size);
#define IMAGES_S390X_SIZE 0x14321
/* `size` bytes that begin like a cpio archive and do not compress. */
uint8_t *images_initrd(size_t size);

/*
 * By name, as make_image takes it (images_names lists them; "initrd:SIZE" takes a size in bytes).
 * NULL when there is no such name.
 */
uint8_t *images_make(const char *name, size_t *size);
extern const char *const images_names;

#endif
