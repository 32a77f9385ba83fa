/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PE/COFF images as firmware loads them: headers, sections, certificates, and which bytes an
 * Authenticode digest covers. Microsoft's "PE Format"; the digest as the kernel computes it
 * (crypto/asymmetric_keys/verify_pefile.c). It knows nothing of what the sections hold, nor of
 * keys.
 */
#ifndef KEXEC_PE_H
#define KEXEC_PE_H

#include "kexec/arena.h"

/* More sections than any image has; a UKI with twenty profiles has a hundred. */
#define PE_SECTIONS_MAX 512

#define PE_MACHINE_X86_64 0x8664
#define PE_MACHINE_ARM64 0xaa64

struct pe {
	struct bytes file;
	uint16_t machine;
	unsigned section_count;
	uint64_t section_table;	    /* offset in the file */
	uint32_t headers_size;	    /* SizeOfHeaders: the table ends before it */
	uint64_t checksum;	    /* offset of the field */
	uint64_t certificate_entry; /* offset of the data directory's entry; 0: there is none */
	struct bytes certificates;  /* empty: not signed */
};

struct pe_section {
	char name[9]; /* printable, with a NUL; ".linux" */
	uint32_t virtual_address, virtual_size, raw_offset, raw_size;
	struct bytes bytes; /* what the file has of VirtualSize: at most raw_size bytes */
};

/* Whether the bytes begin like a PE image: "MZ", and "PE\0\0" where that points. */
bool pe_is(struct bytes file);

/*
 * Reads the headers of a file that pe_is(): PE32 or PE32+. Fails when the headers, a section or the
 * certificates reach out of the file, or the certificates do not end it. The sentence has no path.
 */
bool pe_parse(struct bytes file, struct pe *pe, struct error *error) must_check;

/* Section number `index`, below section_count. */
struct pe_section pe_section(const struct pe *pe, unsigned index);

/*
 * The next WIN_CERTIFICATE's data, from *cursor = 0 on; false at the end. Anything but a PKCS#7
 * message (revision 0x0200, type 0x0002) comes as the empty view. *damaged is set when an entry
 * reaches out of the table.
 */
bool pe_certificate_next(const struct pe *pe, size_t *cursor, struct bytes *message, bool *damaged);

/*
 * The bytes that an Authenticode digest is taken of, in order; at most PE_SECTIONS_MAX + 4 views.
 * *covers_all tells whether each byte of the file is among them but the checksum, the directory's
 * entry for the certificates, and the certificates: sections that overlap, or leave gaps, can keep
 * some out.
 */
bool pe_digested(const struct pe *pe, struct arena *arena, const struct bytes **parts,
		 size_t *count, bool *covers_all, struct error *error) must_check;

#endif
