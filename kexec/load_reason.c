// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table from errno to sentence for the two kexec system calls, after what the kernel's own code
 * returns (kernel/kexec.c, kernel/kexec_file.c, the signature and IMA code). It looks only at facts
 * that were read before and makes no system call.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "kexec/load.h"

#define READ_LOG "Read the end of the kernel log (dmesg): it names the check that failed."
#define READ_LOG_DEBUG                                                                             \
	"Read the end of the kernel log (dmesg), or try again with -d: newer kernels say more then."
#define RESERVE_MORE "Reserve more memory with crashkernel=, or use a smaller initrd."
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define SIGN_IT                                                                                    \
	"Load a kernel that is signed with a key this machine trusts, or sign this one with "      \
	"such a key (sbsign)."

struct reason {
	int number;
	const char *cause;  /* what is wrong with the kernel that stands before it */
	const char *remedy; /* NULL: none */
};

/* "KERNEL: cause." */
static const struct reason file_reasons[] = {
	{EACCES, "IMA appraisal or a security module refused the kernel or the initrd file",
	 "Read the audit log and the kernel log (dmesg): they name the rule and the file."},
	{EBADF, "the kernel or the initrd is not an open file any more", NULL},
	{EBADMSG,
	 "the signature's PKCS#7 message is malformed, or the digest in it has the wrong size",
	 SIGN_IT},
	{EFAULT, "the running kernel could not read the command line from this process", NULL},
	{EFBIG, "the kernel or the initrd is larger than the running kernel reads, 4 GiB",
	 "Use a smaller initrd, or -c (kexec_load)."},
	{EKEYREJECTED,
	 "the signature does not fit the file, its key is revoked, or the running kernel cannot "
	 "check signatures of this kind of image",
	 SIGN_IT},
	{ELIBBAD, "the file's PE headers or the wrapper around its signature are damaged", SIGN_IT},
	{EMSGSIZE,
	 "the length in front of the signature takes more than the two bytes that the running "
	 "kernel reads",
	 SIGN_IT},
	{ENODATA, "the file is not signed, and the running kernel takes only signed ones", SIGN_IT},
	{ENOKEY, "none of the keys that the running kernel trusts made this signature",
	 "Load a kernel signed with a trusted key, or enroll the signer's (mokutil --import)."},
	{ENOPKG, "the running kernel has no support for the digest or cipher of the signature",
	 "Load a kernel whose signature uses SHA-256 and RSA."},
	{ENOTSUP, "the running kernel does not support loading this kind of file",
	 "Use -c (kexec_load)."},
	{ENOEXEC, "no loader of the running kernel recognised the file, or it is cut short",
	 "Check the file, or use -c (kexec_load)."},
	{ENOSYS,
	 "the running kernel has no kexec_file_load: it is too old, or was built without "
	 "CONFIG_KEXEC_FILE",
	 NULL},
	{ETXTBSY, "the kernel or the initrd is open for writing somewhere",
	 "Close or finish the program that writes the file (fuser -v names it), then try again."},
	{LOAD_ENOTSUPP,
	 "the signature's certificate entry has another revision or type than 0x0200 and 0x0002",
	 SIGN_IT},
};

static const struct reason segment_reasons[] = {
	{EACCES,
	 "IMA appraises kernels on this machine, as it does under Secure Boot, and kexec_load has "
	 "no file that it could check",
	 "Use -s (kexec_file_load) with a signed kernel."},
	{EFAULT, "the running kernel could not read a segment from this process", NULL},
	{ENOSYS, "the running kernel has no kexec_load: it was built without CONFIG_KEXEC",
	 "Boot a kernel with CONFIG_KEXEC or CONFIG_KEXEC_FILE."},
	{ETXTBSY, "a segment lies in memory that the running kernel needs until the end",
	 "Use --mem-min to place the segments higher."},
};

static const struct reason both_reasons[] = {
	{EBUSY,
	 "another kexec operation is going on, or processors are stuck in the running kernel; it "
	 "was tried several times",
	 "Wait for the other operation to end, then try again."},
};

static bool find(const struct reason *reasons, size_t count, const char *who, int number,
		 struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (reasons[i].number != number)
			continue;
		error_set(error, "%s: %s.", who, reasons[i].cause);
		if (reasons[i].remedy)
			error_remedy(error, "%s", reasons[i].remedy);
		return true;
	}
	return false;
}

static const char *lockdown_name(enum lockdown lockdown)
{
	return lockdown == LOCKDOWN_INTEGRITY ? "integrity" : "confidentiality";
}

/* A locked-down kernel takes only what it can verify, and segments carry no signature. */
static bool locked_down(enum plan_by by, const char *mode, const char *who, struct error *error)
{
	if (by == BY_FILE) {
		error_remedy(error, SIGN_IT);
		return error_set(error, "%s: the running kernel is locked down (%s), and the file "
				 "has no signature that it trusts.", who, mode);
	}
	error_remedy(error, "Use -s (kexec_file_load) with a kernel that is signed with a key "
		     "this machine trusts.");
	return error_set(error, "The running kernel is locked down (%s): it refuses kexec_load, "
			 "whose segments carry no signature.", mode);
}

/* ima_load_data() of security/integrity/ima: under Secure Boot this comes before lockdown. */
static bool locked_down_by_ima(const struct load *load, struct error *error)
{
	error_remedy(error, "Use -s (kexec_file_load) with a kernel that is signed with a key "
		     "this machine trusts.");
	return error_set(
		error,
		"The running kernel is locked down (%s), and its IMA refuses kexec_load, which "
		"hands it no file whose signature it could check.",
		lockdown_name(load->machine->lockdown));
}

bool load_met_lockdown(const struct load *load, bool panic)
{
	const struct machine *machine = load->machine;
	int64_t limit = panic ? machine->limit_panic : machine->limit_reboot;

	return machine->lockdown != LOCKDOWN_NONE && machine->privileged != NO &&
	       machine->load_disabled != YES && !(limit >= 0 && (uint64_t)limit < load->calls);
}

/* In the order in which the kernel looks: capability, switch, limit, then lockdown. */
static bool not_permitted(const struct load *load, enum plan_by by, bool panic, bool unload,
			  const char *who, struct error *error)
{
	const struct machine *machine = load->machine;
	int64_t limit = panic ? machine->limit_panic : machine->limit_reboot;

	if (machine->privileged == NO) {
		error_remedy(error, "Run kexec as root, outside of any container.");
		return error_set(error, "Loading and unloading take the capability CAP_SYS_BOOT, "
				 "which this process does not have.");
	}
	if (machine->load_disabled == YES) {
		error_remedy(error, "Boot again without that setting: it stays until then.");
		return error_set(error, "kernel.kexec_load_disabled is 1: this system loads and "
				 "unloads nothing any more.");
	}
	if (limit >= 0 && (uint64_t)limit < load->calls) {
		error_remedy(error, "Boot again: until then the limit can only be lowered.");
		return error_set(error, "The load limit is used up: kernel.kexec_load_limit_%s was "
				 "%" PRId64 " before, and calls that fail count as well.",
				 panic ? "panic" : "reboot", limit);
	}
	if (machine->lockdown != LOCKDOWN_NONE && !unload)
		return locked_down(by, lockdown_name(machine->lockdown), who, error);
	error_remedy(error, "Read the end of the kernel log (dmesg): it may name what refused.");
	return error_set(error, "%s: the running kernel does not say why. CAP_SYS_BOOT, "
			 "kernel.kexec_load_disabled, the load limits and lockdown do not explain "
			 "it, as far as they can be seen; a container or a security module may.",
			 who);
}

static bool invalid(enum plan_by by, const struct plan *plan, const char *who,
		    struct error *error)
{
	size_t length = plan->cmdline ? strlen(plan->cmdline) : 0;

	error_remedy(error, READ_LOG_DEBUG);
	if (by == BY_FILE)
		return error_set(error, "%s: the running kernel's loader refused the file, the "
				 "flags 0x%" PRIx64 " or the command line of %zu bytes.", who,
				 plan->flags, length);
	return error_set(error, "%s: the running kernel refused the flags 0x%" PRIx64 ", or one of "
			 "the %u segments overlaps another or is larger than half of its memory.",
			 who, plan->flags, plan->segment_count);
}

static bool no_address(const struct load *load, enum plan_by by, bool panic,
		       const struct plan *plan, const char *who, struct error *error)
{
	const struct memmap *crash = &load->machine->crash;
	const char *what = "the crash reservation";
	char where[128] = "memory";

	if (panic && crash->count) {
		struct range last = crash->entries[crash->count - 1].range;

		snprintf(where, sizeof(where), "%s (0x%" PRIx64 "-0x%" PRIx64 ")", what, last.start,
			 last.end - 1);
	}
	if (by == BY_FILE) {
		error_remedy(error, panic ? RESERVE_MORE : "Use -c (kexec_load), which places by "
						       "other rules.");
		return error_set(error, "%s: the running kernel found no room for a part of it in "
				 "%s.", who, where);
	}
	error_remedy(error, READ_LOG_DEBUG);
	return error_set(error, "%s: a segment or the entry point 0x%" PRIx64 " lies outside of "
			 "%s, or is not aligned to pages of %" PRIu64 " bytes.", who, plan->entry,
			 where, load->machine->page_size);
}

static bool no_memory(bool panic, const struct plan *plan, const char *who, struct error *error)
{
	const char *where = panic ? " in the crash reservation" : "";
	uint64_t size = 0;

	for (unsigned i = 0; i < plan->segment_count; i++)
		size += range_size(plan->segments[i].memory);
	error_remedy(error, panic ? RESERVE_MORE : "Free memory, or use a smaller initrd.");
	if (!size)
		return error_set(error, "%s: the running kernel has no memory left to hold it%s.",
				 who, where);
	return error_set(error, "%s: the running kernel has no memory left to hold %" PRIu64 " KiB "
			 "and the pages for the switch%s.", who, size >> 10, where);
}

bool load_reason(const struct load *load, enum plan_by by, bool panic, const struct plan *plan,
		 int number, struct error *error)
{
	const struct plan none = { .by = by };
	const char *unloaded = panic ? "The panic kernel" : "The loaded kernel";
	const char *who = load->kernel ? load->kernel : unloaded;
	bool found;

	if (number == EPERM)
		return not_permitted(load, by, panic, !plan, who, error);
	if (number == EACCES && by == BY_SEGMENTS && load->machine->lockdown != LOCKDOWN_NONE)
		return locked_down_by_ima(load, error);
	if (number == EINVAL)
		return invalid(by, plan ? plan : &none, who, error);
	if (number == EADDRNOTAVAIL)
		return no_address(load, by, panic, plan ? plan : &none, who, error);
	if (number == ENOMEM)
		return no_memory(panic, plan ? plan : &none, who, error);
	if (by == BY_FILE)
		found = find(file_reasons, COUNT(file_reasons), who, number, error);
	else
		found = find(segment_reasons, COUNT(segment_reasons), who, number, error);
	if (found || find(both_reasons, COUNT(both_reasons), who, number, error))
		return false;
	error_remedy(error, READ_LOG);
	return error_set(error, "%s: the running kernel refused it with error %d, which has no "
			 "usual cause.", who, number);
}
