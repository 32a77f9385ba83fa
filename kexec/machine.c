// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the machine: the facts that every architecture has, then the architecture's own. All of
 * it comes from uname(2), capget(2), getrandom(2) and files below a sysroot; of a captured tree,
 * from files alone. What a fact is good for is no concern here.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "arch/arch.h"

/* Xen's features word: XENFEAT_dom0, include/xen/interface/features.h. */
#define XEN_FEATURE_DOM0 11

/* What identifies the running kernel. */
struct identity {
	const struct arch *arch;
	const char *release;
};

static struct bytes text_bytes(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

bool machine_passes_over(const struct sysroot *root, struct arena *arena, struct machine *machine,
			 const char *path, enum sysroot_result result, struct error *error)
{
	if (result == SYSROOT_FAILED)
		return false;
	if (result == SYSROOT_DENIED && !machine->denied) {
		machine->denied = arena_format(arena, error, "%s%s", root->path, path);
		return machine->denied;
	}
	return true;
}

bool machine_bytes(const struct sysroot *root, struct arena *arena, struct machine *machine,
		   const char *path, struct bytes *out, struct error *error)
{
	enum sysroot_result result = sysroot_read(root, arena, path, out, error);

	return machine_passes_over(root, arena, machine, path, result, error);
}

bool machine_text(const struct sysroot *root, struct arena *arena, struct machine *machine,
		  const char *path, const char **out, struct error *error)
{
	enum sysroot_result result = sysroot_text(root, arena, path, out, error);

	return machine_passes_over(root, arena, machine, path, result, error);
}

bool machine_number(const struct sysroot *root, struct arena *arena, struct machine *machine,
		    const char *path, uint64_t *out, struct error *error)
{
	enum sysroot_result result = sysroot_number(root, arena, path, out, error);

	return machine_passes_over(root, arena, machine, path, result, error);
}

/*
 * The architecture and release in the text of `uname -a`, whose machine name stands near the end.
 */
static bool identify_by_uname(const struct sysroot *root, struct arena *arena, const char *text,
			      struct identity *identity, struct error *error)
{
	char *copy = arena_copy(arena, text_bytes(text), error), *position = NULL;
	unsigned index = 0;

	if (!copy)
		return false;
	for (char *word = strtok_r(copy, " \n", &position); word;
	     word = strtok_r(NULL, " \n", &position)) {
		const struct arch *arch = index > 2 ? arch_find(word) : NULL;

		if (index == 2)
			identity->release = word;
		if (arch)
			identity->arch = arch;
		index++;
	}
	if (identity->arch && identity->release)
		return true;
	return error_set(error,
			 "%s/uname holds \"%s\"; the output of uname -a on a machine of a known "
			 "architecture was expected.",
			 root->path, error_quote(text_bytes(text)).text);
}

static bool identify_captured(const struct sysroot *root, struct arena *arena,
			      struct identity *identity, struct error *error)
{
	const char *text = NULL, *machine_name = NULL;
	struct machine scratch = { 0 };

	if (!machine_text(root, arena, &scratch, "/uname", &text, error))
		return false;
	if (text)
		return identify_by_uname(root, arena, text, identity, error);
	/*
	 * A live tree that is mounted elsewhere has no such file, but a kernel from 6.1 on tells.
	 */
	if (!machine_text(root, arena, &scratch, "/proc/sys/kernel/arch", &machine_name, error) ||
	    !machine_text(root, arena, &scratch, "/proc/sys/kernel/osrelease", &identity->release,
			  error))
		return false;
	identity->arch = machine_name ? arch_find(machine_name) : NULL;
	if (identity->arch && identity->release)
		return true;
	error_set(error, "Nothing in %s/ says which architecture the machine has: there is no file "
		  "named uname.", root->path);
	return error_remedy(error, "Write the machine's uname -a into %s/uname.", root->path);
}

static bool identify(const struct sysroot *root, struct arena *arena, struct identity *identity,
		     struct error *error)
{
	struct utsname name;

	*identity = (struct identity){ 0 };
	if (root->captured)
		return identify_captured(root, arena, identity, error);
	if (uname(&name))
		return error_set(error, "uname(2) failed: %s.", strerror(errno));
	identity->arch = arch_find(name.machine);
	if (!identity->arch)
		return error_set(
			error,
			"This machine's architecture, as uname(2) names it, is %s, which is "
			"not one that this program knows.",
			name.machine);
	identity->release = arena_copy(arena, text_bytes(name.release), error);
	return identity->release;
}

const struct arch *machine_arch(const struct sysroot *root, struct arena *arena,
				struct error *error)
{
	struct identity identity;

	return identify(root, arena, &identity, error) ? identity.arch : NULL;
}

/* PAGESIZE=, decimal, of the VMCOREINFO note (kernel/vmcore_info.c) in the head of /proc/kcore. */
static bool read_page_size_note(const struct sysroot *root, struct arena *arena,
				struct machine *machine, uint64_t *size, struct error *error)
{
	static const char key[] = "\nPAGESIZE=";
	struct bytes head = { NULL, 0 };
	const char *found;

	if (!machine_bytes(root, arena, machine, "/proc/kcore.head", &head, error))
		return false;
	found = head.size ? memmem(head.data, head.size, key, strlen(key)) : NULL;
	/* The arena keeps a NUL behind the bytes, where this stops at the latest. */
	if (found)
		*size = strtoull(found + strlen(key), NULL, 10);
	return true;
}

/* Of a captured tree: its file "pagesize", else the head of its /proc/kcore, else the smallest. */
static bool read_page_size(const struct sysroot *root, struct arena *arena, struct machine *machine,
			   struct error *error)
{
	const char *source = "pagesize";
	uint64_t size = 0, smallest = machine->arch->page_size;

	machine->page_size = root->captured ? smallest : (uint64_t)sysconf(_SC_PAGESIZE);
	if (!root->captured)
		return true;
	if (!machine_number(root, arena, machine, "/pagesize", &size, error))
		return false;
	if (!size) {
		source = "proc/kcore.head";
		if (!read_page_size_note(root, arena, machine, &size, error))
			return false;
	}
	if (!size)
		return true;
	if (!is_power_of_two(size) || size < smallest || size > 65536)
		return error_set(error,
				 "%s/%s says that pages have %" PRIu64 " bytes; a power of two "
				 "from %" PRIu64 " to 65536 was expected.",
				 root->path, source, size, smallest);
	machine->page_size = size;
	return true;
}

static bool read_cmdline(const struct sysroot *root, struct arena *arena, struct machine *machine,
			 struct error *error)
{
	const char *text = "";
	char *copy;

	if (!machine_text(root, arena, machine, "/proc/cmdline", &text, error))
		return false;
	copy = arena_copy(arena, (struct bytes){ (const uint8_t *)text, strcspn(text, "\r\n") },
			  error);
	machine->cmdline = copy;
	return copy;
}

static bool read_memory_total(const struct sysroot *root, struct arena *arena,
			      struct machine *machine, struct error *error)
{
	static const char key[] = "MemTotal:";
	const char *text = NULL, *line;
	uint64_t kib;
	char *end;

	if (!machine_text(root, arena, machine, "/proc/meminfo", &text, error))
		return false;
	if (!text)
		return true;
	for (line = text; line && strncmp(line, key, strlen(key));) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (line) {
		kib = strtoull(line + strlen(key), &end, 10);
		if (!strncmp(end, " kB", 3) && kib && kib <= UINT64_MAX >> 10) {
			machine->ram_total = kib << 10;
			return true;
		}
	}
	return error_set(error,
			 "%s/proc/meminfo has \"%s\"; a line \"MemTotal: NUMBER kB\" was expected.",
			 root->path, error_quote(text_bytes(line ? line : text)).text);
}

/* 0 or 1 from the first of two files that is there; `fallback` may be NULL. */
static bool read_flag(const struct sysroot *root, struct arena *arena, struct machine *machine,
		      const char *path, const char *fallback, enum tristate *out,
		      struct error *error)
{
	uint64_t value = UINT64_MAX;

	*out = UNKNOWN;
	if (!machine_number(root, arena, machine, path, &value, error))
		return false;
	if (value == UINT64_MAX && fallback)
		return read_flag(root, arena, machine, fallback, NULL, out, error);
	if (value == UINT64_MAX)
		return true;
	if (value > 1)
		return error_set(error, "%s%s holds %" PRIu64 "; 0 or 1 was expected.", root->path,
				 path, value);
	*out = value ? YES : NO;
	return true;
}

/* A load limit: -1 for none, else what is left. */
static bool read_limit(const struct sysroot *root, struct arena *arena, struct machine *machine,
		       const char *path, int64_t *out, struct error *error)
{
	const char *text = NULL;
	long long value;
	char *end;

	*out = -1;
	if (!machine_text(root, arena, machine, path, &text, error))
		return false;
	if (!text)
		return true;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || *end || errno || value < -1)
		return error_set(error, "%s%s holds \"%s\"; a number from -1 on was expected.",
				 root->path, path, error_quote(text_bytes(text)).text);
	*out = value;
	return true;
}

/* "none [integrity] confidentiality": the mode in brackets is the one in force. */
static bool read_lockdown(const struct sysroot *root, struct arena *arena, struct machine *machine,
			  struct error *error)
{
	static const char *const modes[] = {
		[LOCKDOWN_NONE] = "[none]",
		[LOCKDOWN_INTEGRITY] = "[integrity]",
		[LOCKDOWN_CONFIDENTIALITY] = "[confidentiality]",
	};
	const char *text = NULL;

	if (!machine_text(root, arena, machine, "/sys/kernel/security/lockdown", &text, error))
		return false;
	for (size_t i = 0; text && i < sizeof(modes) / sizeof(*modes); i++) {
		if (strstr(text, modes[i])) {
			machine->lockdown = (enum lockdown)i;
			return true;
		}
	}
	if (!text)
		return true;
	return error_set(error,
			 "%s/sys/kernel/security/lockdown holds \"%s\"; one of none, integrity and "
			 "confidentiality in brackets was expected.",
			 root->path, error_quote(text_bytes(text)).text);
}

/*
 * The domain that controls Xen says control_d in /proc/xen/capabilities, when xenfs is mounted; the
 * features in sysfs, hexadecimal without 0x, tell it without that mount. Other domains have
 * neither.
 */
static bool read_xen(const struct sysroot *root, struct arena *arena, struct machine *machine,
		     struct error *error)
{
	const char *capabilities = "", *features = "0";
	char *end;

	if (!machine_text(root, arena, machine, "/proc/xen/capabilities", &capabilities, error) ||
	    !machine_text(root, arena, machine, "/sys/hypervisor/properties/features", &features,
			  error))
		return false;
	machine->xen = strstr(capabilities, "control_d") ||
		       strtoull(features, &end, 16) >> XEN_FEATURE_DOM0 & 1;
	return true;
}

/* capget(2) has no wrapper in the C library. */
static enum tristate may_boot(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &header, data))
		return UNKNOWN;
	return data[CAP_TO_INDEX(CAP_SYS_BOOT)].effective & CAP_TO_MASK(CAP_SYS_BOOT) ? YES : NO;
}

static void read_entropy(struct machine *machine)
{
	/* Never wait: early in an initramfs there may be nothing to wait for. */
	if (!machine->captured &&
	    getrandom(machine->entropy, sizeof(machine->entropy), GRND_NONBLOCK) ==
	    (ssize_t)sizeof(machine->entropy))
		return;
	for (size_t i = 0; i < sizeof(machine->entropy); i++)
		machine->entropy[i] = machine->captured ? (uint8_t)i : 0;
}

static bool read_state(const struct sysroot *root, struct arena *arena, struct machine *machine,
		       struct error *error)
{
	return read_flag(root, arena, machine, "/sys/kernel/kexec/loaded",
			 "/sys/kernel/kexec_loaded", &machine->kexec_loaded, error) &&
	       read_flag(root, arena, machine, "/sys/kernel/kexec/crash_loaded",
			 "/sys/kernel/kexec_crash_loaded", &machine->crash_loaded, error) &&
	       read_flag(root, arena, machine, "/proc/sys/kernel/kexec_load_disabled", NULL,
			 &machine->load_disabled, error) &&
	       read_limit(root, arena, machine, "/proc/sys/kernel/kexec_load_limit_reboot",
			  &machine->limit_reboot, error) &&
	       read_limit(root, arena, machine, "/proc/sys/kernel/kexec_load_limit_panic",
			  &machine->limit_panic, error) &&
	       read_lockdown(root, arena, machine, error) &&
	       read_xen(root, arena, machine, error) &&
	       machine_number(root, arena, machine, "/sys/kernel/crash_elfcorehdr_size",
			      &machine->crash_elfcorehdr_size, error) &&
	       machine_number(root, arena, machine, "/sys/kernel/kexec/crash_elfcorehdr_size",
			      &machine->crash_elfcorehdr_size, error);
}

bool machine_iomem(const struct sysroot *root, struct arena *arena, struct machine *machine,
		   struct iomem *out, struct error *error)
{
	const struct iomem_entry *code;
	struct bytes text = { NULL, 0 };
	const char *path = arena_format(arena, error, "%s/proc/iomem", root->path);

	if (!path || !machine_bytes(root, arena, machine, "/proc/iomem", &text, error) ||
	    !iomem_parse(text, path, arena, out, error))
		return false;
	machine->iomem_masked = out->masked;
	if (out->masked)
		return true;
	code = iomem_find(out, "Kernel code");
	if (code)
		machine->kernel_code = code->range;
	return iomem_append_named(out, "Crash kernel", arena, &machine->crash, error) &&
	       memmap_tidy(&machine->crash, arena, error) &&
	       (!machine->crash.count ||
		machine_read_crash(root, arena, machine, out, error));
}

bool machine_read_iomem(const struct sysroot *root, struct arena *arena, struct machine *machine,
			struct error *error)
{
	struct memmap ram = { 0 };
	struct iomem iomem;

	machine->memory_source = "/proc/iomem";
	if (!machine_iomem(root, arena, machine, &iomem, error))
		return false;
	if (iomem.masked)
		return true;
	if (!iomem_append_firmware(&iomem, arena, &machine->firmware, error) ||
	    !memmap_tidy(&machine->firmware, arena, error) ||
	    !iomem_append_ram(&iomem, arena, &ram, error) || !memmap_tidy(&ram, arena, error) ||
	    !memmap_common_ram(&machine->firmware, &ram, arena, &machine->usable, error))
		return false;
	memmap_shrink(&machine->usable, machine->page_size);
	return true;
}

bool machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
		  struct error *error)
{
	struct identity identity;

	*machine = (struct machine){ .captured = root->captured, .privileged = UNKNOWN };
	if (!identify(root, arena, &identity, error))
		return false;
	machine->arch = identity.arch;
	machine->release = identity.release;
	if (!root->captured)
		machine->privileged = may_boot();
	read_entropy(machine);
	return read_page_size(root, arena, machine, error) &&
	       read_cmdline(root, arena, machine, error) &&
	       read_memory_total(root, arena, machine, error) &&
	       read_state(root, arena, machine, error) &&
	       (!machine->arch->machine_read ||
		machine->arch->machine_read(root, arena, machine, error));
}
