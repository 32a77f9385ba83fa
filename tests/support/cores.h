/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel cores made up for tests: an ELF file with a VMCOREINFO note and a little memory that holds
 * a log as some kernel would have left it, and the text that must be printed for it. The log is
 * written as a kernel writes it, record after record, older ones being overwritten; nothing here
 * knows how a log is read.
 */
#ifndef TESTS_SUPPORT_CORES_H
#define TESTS_SUPPORT_CORES_H

#include "kexec/bytes.h"

enum core_form {
	CORE_LOCKLESS, /* Linux 5.10 and later */
	CORE_RECORDS,  /* 3.5 to 5.9 */
	CORE_FLAT,     /* before 3.5 */
	CORE_NO_LOG,   /* a VMCOREINFO that names no log */
	CORE_NO_INFO,  /* no VMCOREINFO */
};

struct core_wish {
	enum core_form log;
	unsigned class;	    /* of the ELF file: 32 or 64 */
	unsigned long_size; /* of the kernel: 4 or 8 */
	enum byte_order order;
	uint16_t machine;    /* EM_* */
	unsigned records;    /* that were ever written */
	unsigned size_bits;  /* the log has 2^size_bits bytes */
	unsigned count_bits; /* and the lockless one 2^count_bits descriptors */
	bool plain;	     /* texts of printable ASCII only */
	bool split;	     /* memory in two segments, the second one first in the file */
	bool no_virtual;     /* the segments' virtual addresses are the physical ones */
	bool many_headers;   /* as if there were 65,535 program headers or more */
	bool exact_fit; /* a block that ends with the ring does not wrap, as since Linux 6.18 */
};

struct core {
	uint8_t *data; /* the file */
	size_t size;
	char *expected; /* what is to be printed */
	size_t expected_size;
	unsigned surviving; /* records that were not overwritten */
	/* Offsets in the file, for tests that do damage. 0: there is none. */
	size_t notes, info, info_size;
	size_t ring, descriptors, infos, text;
};

/* Sizes of one descriptor and one info of the lockless log. */
unsigned core_descriptor_size(const struct core_wish *wish);
#define CORE_INFO_SIZE 88

/* Makes a core; ends the program when there is no memory or the wish makes no sense. */
void core_make(struct core *core, const struct core_wish *wish);
void core_free(struct core *core);

#endif
