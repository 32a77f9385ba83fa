// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Refusals that depend on the machine and not on the image: --load-panic, --hotplug and
 * --reuseinitrd. The first lines are those that callers know.
 */
#include "kexec/requests.h"

#include "arch/arch.h"
#include "kexec/option_table.h"

static bool check_hotplug(const struct machine *machine, struct error *error)
{
	if (machine->crash_elfcorehdr_size)
		return true;
	error_headline(error, "Cannot open /sys/kernel/crash_elfcorehdr_size\n"
			      "Path /sys/kernel/crash_elfcorehdr_size does not exist; "
			      "it takes CONFIG_CRASH_HOTPLUG");
	error_set(error, "The running kernel does not update crash kernels that --hotplug is for.");
	error_remedy(error, "Leave --hotplug out, or run a kernel with CONFIG_CRASH_HOTPLUG=y.");
	return error_status(error, EXIT_USAGE);
}

static bool check_crash_reservation(const struct machine *machine, struct error *error)
{
	if (machine->crash.count)
		return true;
	error_headline(error,
		       "Memory for crashkernel is not reserved\n"
		       "Please reserve memory by passing \"crashkernel=Y@X\" parameter to kernel\n"
		       "Then try loading kdump kernel");
	if (machine->iomem_masked) {
		error_set(error, "/proc/iomem shows this user only zeros, so a reservation could "
				 "not be seen.");
		error_remedy(error, "Run kexec as root, outside of any container.");
	}
	return error_status(error, EXIT_USAGE);
}

static bool check_reuse_initrd(const struct machine *machine, struct error *error)
{
	unsigned able = KNOWN_ARM64 | KNOWN_PPC64LE;

	error_status(error, EXIT_USAGE);
	if (!machine->cmdline || !strstr(machine->cmdline, "retain_initrd")) {
		error_headline(error, "unrecoverable error: current boot didn't retain the initrd "
				      "for reuse.");
		error_set(error, "The running kernel was booted without retain_initrd.");
		return error_remedy(error, "Name the initial RAM disk with --initrd=FILE.");
	}
	if (!(option_known_bit(machine->arch->name) & able))
		error_headline(error, "--reuseinitrd not implemented on this architecture");
	error_set(error, "--reuseinitrd: %s", option_find("reuseinitrd")->later);
	return error_remedy(error, "Name the initial RAM disk with --initrd=FILE.");
}

bool requests_check(const struct options *options, const struct machine *machine,
		    struct error *error)
{
	if (!options->load)
		return true;
	if (options->hotplug && !check_hotplug(machine, error))
		return false;
	if (options->panic && !check_crash_reservation(machine, error))
		return false;
	return !options->reuse_initrd || check_reuse_initrd(machine, error);
}
