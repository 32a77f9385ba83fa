// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Findings about what the machine is and is busy with: what a jump would tear away from it, or what
 * the next kernel would miss. It looks at texts that were read before.
 */
#include "config.h"

#include <stdio.h>

#include "arch/arch.h"
#include "kexec/cmdline.h"
#include "kexec/findings.h"

/* A list of names for a sentence; what does not fit is left out. */
#define NAMES_MAX 400
/* More file systems than that are not looked at. */
#define DEVICES_MAX 64

struct names {
	char text[NAMES_MAX];
	size_t size;
	unsigned count;
	bool left_out;
};

static void names_add(struct names *names, const char *name, size_t length)
{
	if (names->size + length + 3 > sizeof(names->text)) {
		names->left_out = true;
		return;
	}
	names->size +=
		(size_t)snprintf(names->text + names->size, sizeof(names->text) - names->size,
				 "%s%.*s", names->count++ ? ", " : "", (int)length, name);
}

/* kstrtobool(): kernel/liveupdate/kexec_handover.c reads kho= with it. The last one counts. */
static enum tristate handover_wish(const char *cmdline)
{
	enum tristate wish = UNKNOWN;

	for (const char *at = cmdline; (at = strstr(at, "kho=")); at += 4)
		if (at == cmdline || at[-1] == ' ')
			wish = strchr("yYtT1", at[4] ? at[4] : '-') || !strncmp(at + 4, "on", 2)
				       ? YES
				       : NO;
	return wish;
}

static bool judge_handover(const struct judging *j)
{
	static const char name[] = "KHO";
	enum tristate wish = handover_wish(j->machine->cmdline ? j->machine->cmdline : "");
	bool configured = judging_text(j, STATE_CONFIG), on;

	if (configured && !judging_configured(j->state, "CONFIG_KEXEC_HANDOVER"))
		return judging_add(j, name, VERDICT_CLEAR, NULL,
				   "The running kernel has no kexec handover.");
	on = judging_configured(j->state, "CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT");
	if (wish == UNKNOWN && configured)
		wish = on ? YES : NO;
	if (wish == UNKNOWN)
		return judging_unseen(j, name, STATE_CONFIG,
				      "Whether kexec handover is on without kho=");
	if (wish == NO)
		return judging_add(j, name, VERDICT_CLEAR, NULL, "Kexec handover is off.");
	return judging_add(
		j, name, VERDICT_WARNING, "Use -s.", "%s",
		configured
			? "Kexec handover is on: only kexec_file_load hands memory over."
			: "kho=on is on the command line: only kexec_file_load hands memory over.");
}

/* The words of the line "flags" of the first processor. */
static bool has_flag(const char *cpuinfo, const char *flag)
{
	const char *line = strstr(cpuinfo, "\nflags"), *at;
	size_t length = strlen(flag);

	if (!line)
		return false;
	line++;
	for (at = line; (at = strstr(at, flag)) && at < line + strcspn(line, "\n"); at += length)
		if (at[-1] == ' ' && strchr(" \n", at[length]))
			return true;
	return false;
}

static bool confidential(const struct judging *j, const char *kind)
{
	return judging_add(j, "guest", VERDICT_WARNING,
			   "Try it with these two kernels on a machine that may be lost.",
			   "This is a guest whose memory is kept from its host (%s): whether a "
			   "kexec works in it depends on both kernels' releases.",
			   kind);
}

static bool judge_guest(const struct judging *j)
{
	static const char name[] = "guest",
			  ordinary[] = "This is no guest whose memory is kept from its host.";
	const char *architecture = j->machine->arch->name,
		   *cpuinfo = judging_text(j, STATE_CPUINFO);
	bool ppc = !strcmp(architecture, "ppc64le"), s390 = !strcmp(architecture, "s390x");

	if (ppc || s390) {
		const char *text = judging_text(j, ppc ? STATE_SECURE_VM : STATE_PROTECTED_GUEST);

		if (text && *text == '1')
			return confidential(j,
					    ppc ? "a secure virtual machine" : "Secure Execution");
		return text ? judging_add(j, name, VERDICT_CLEAR, NULL, "%s", ordinary)
			    : judging_unseen(
				      j, name, ppc ? STATE_SECURE_VM : STATE_PROTECTED_GUEST,
				      "Whether the memory of this machine is kept from a host");
	}
	if (strcmp(architecture, "x86_64"))
		return judging_add_unseen(
			j, name,
			"Whether the memory of this machine is kept from a host could not be seen: "
			"arm64 kernels show no file that says so.");
	if (judging_text(j, STATE_SEV_SNP) || j->state->files[STATE_SEV_SNP].denied)
		return confidential(j, "SEV-SNP");
	if (!cpuinfo)
		return judging_unseen(j, name, STATE_CPUINFO, "Whether this is a guest");
	if (has_flag(cpuinfo, "tdx_guest"))
		return confidential(j, "TDX");
	if (has_flag(cpuinfo, "hypervisor") && strstr(cpuinfo, "AuthenticAMD"))
		return judging_add_unseen(
			j, name,
			"Whether SEV encrypts the memory of this guest could not be seen: only "
			"newer kernels show it, and only of SEV-SNP.");
	return judging_add(j, name, VERDICT_CLEAR, NULL, "%s", ordinary);
}

/* Field `index` of a line of mountinfo (proc_pid_mountinfo(5)), or an empty view. */
static struct bytes field(const char *line, size_t length, unsigned index)
{
	const char *end = line + length;

	for (; line < end; index--) {
		size_t size = strcspn(line, " \n");

		if (!index)
			return (struct bytes){(const uint8_t *)line, size};
		line += size + 1;
	}
	return (struct bytes){NULL, 0};
}

static bool is_writable(struct bytes options)
{
	return options.size >= 2 && !memcmp(options.data, "rw", 2) &&
	       (options.size == 2 || options.data[2] == ',');
}

/*
 * Whether a disk is behind the mount: its device has a number, or (btrfs) its source is a path.
 * Fields: number, parent, device, root, mount point, options, optional ones up to "-", type,
 * source, options.
 */
static bool holds_data(const char *line, size_t length)
{
	const char *dash = memmem(line, length, " - ", 3);
	size_t rest = dash ? length - (size_t)(dash + 3 - line) : 0;
	struct bytes device = field(line, length, 2), source, options;

	if (!dash || !device.size)
		return false;
	source = field(dash + 3, rest, 1);
	options = field(dash + 3, rest, 2);
	return is_writable(options) && (device.size < 2 || memcmp(device.data, "0:", 2) ||
					(source.size && *source.data == '/'));
}

/* Whether one of the devices was there before; if not, it is from now on. */
static bool seen_before(struct bytes *devices, unsigned *count, struct bytes device)
{
	for (unsigned i = 0; i < *count; i++)
		if (devices[i].size == device.size &&
		    !memcmp(devices[i].data, device.data, device.size))
			return true;
	devices[(*count)++] = device;
	return false;
}

static bool judge_mounts(const struct judging *j)
{
	static const char name[] = "file systems";
	const char *text = judging_text(j, STATE_MOUNTS);
	struct bytes devices[DEVICES_MAX];
	struct names names = {.size = 0};
	unsigned count = 0;

	if (!text)
		return judging_unseen(j, name, STATE_MOUNTS, "What is mounted");
	for (const char *line = text; *line && !names.left_out;) {
		size_t length = strcspn(line, "\n");
		struct bytes point = field(line, length, 4);

		if (holds_data(line, length) && point.size &&
		    !seen_before(devices, &count, field(line, length, 2)))
			names_add(&names, (const char *)point.data, point.size);
		names.left_out |= count == DEVICES_MAX;
		line += length + (line[length] == '\n');
	}
	if (!count)
		return judging_add(j, name, VERDICT_CLEAR, NULL,
				   "No file system on a disk is mounted read-write.");
	return judging_add(j, name, VERDICT_CLEAR, NULL,
			   "Mounted read-write: %s%s. A shutdown unmounts them; -e and -f alone "
			   "only write them back.",
			   names.text, names.left_out ? " and others" : "");
}

static bool in_use(const struct judging *j, enum state_name module)
{
	const char *count = judging_text(j, module);

	return count && *count >= '1' && *count <= '9';
}

/* kvm_intel, kvm_amd and kvm_hv hold kvm itself, which is then no sign of users. */
static bool judge_guests(const struct judging *j)
{
	static const enum state_name above[] = {STATE_KVM_INTEL, STATE_KVM_AMD, STATE_KVM_HV};
	bool used = false, held = false;

	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		used |= in_use(j, above[i]);
		held |= !!judging_text(j, above[i]);
	}
	if (used || (!held && in_use(j, STATE_KVM)))
		return judging_add(
			j, "KVM", VERDICT_WARNING,
			"Shut the guests down, or move them to another machine.",
			"KVM is in use: the guests of this machine end with its kernel.");
	if (held || judging_text(j, STATE_KVM))
		return judging_add(j, "KVM", VERDICT_CLEAR, NULL,
				   "KVM is loaded, and nobody uses it.");
	if (!judging_text(j, STATE_MODULES))
		return judging_unseen(j, "KVM", STATE_MODULES, "Whether KVM is in use");
	if (judging_text(j, STATE_KVM_PARAMETER))
		return judging_add_unseen(
			j, "KVM",
			"Whether KVM is in use could not be seen: it is built into "
			"the running kernel.");
	if (!strcmp(j->machine->arch->name, "arm64"))
		return judging_add_unseen(
			j, "KVM",
			"Whether KVM is in use could not be seen: on arm64 it is no module.");
	return judging_add(j, "KVM", VERDICT_CLEAR, NULL, "KVM is not loaded as a module.");
}

static bool judge_users(const struct judging *j)
{
	if (!judging_text(j, STATE_VFIO_PCI) && !judging_text(j, STATE_MODULES))
		return judging_unseen(j, "VFIO", STATE_MODULES,
				      "Whether devices are open by vfio-pci");
	if (!judging_text(j, STATE_VFIO_PCI) && judging_text(j, STATE_VFIO_PARAMETER))
		return judging_add_unseen(
			j, "VFIO",
			"Whether devices are open by vfio-pci could not be seen: it is "
			"built into the running kernel.");
	if (!in_use(j, STATE_VFIO_PCI))
		return judging_add(j, "VFIO", VERDICT_CLEAR, NULL, "%s",
				   judging_text(j, STATE_VFIO_PCI)
					   ? "vfio-pci is loaded, and no device of it is open."
					   : "vfio-pci is not loaded as a module.");
	return judging_add(j, "VFIO", VERDICT_WARNING,
			   "End the program before the jump, so that the kernel resets the device.",
			   "A guest or another program has a device open by vfio-pci: what the "
			   "device is told to write to memory is in that program's hand.");
}

/* The next console= from *at on, without its name; false when there is none. */
static bool next_console(const char **at, struct bytes *console)
{
	static const char name[] = "console=", blanks[] = " \t\n";
	const size_t skipped = strlen(name);

	while (**at) {
		const char *word = *at + strspn(*at, blanks);
		size_t length = strcspn(word, blanks);

		*at = word + length;
		if (length <= skipped || strncmp(word, name, skipped))
			continue;
		*console = (struct bytes){(const uint8_t *)word + skipped, length - skipped};
		return true;
	}
	return false;
}

/* The same device; what stands behind the comma is its speed and the like. */
static bool is_named(const char *cmdline, struct bytes console)
{
	const uint8_t *comma = memchr(console.data, ',', console.size);
	size_t length = comma ? (size_t)(comma - console.data) : console.size;
	struct bytes other;

	while (next_console(&cmdline, &other))
		if (other.size >= length && !memcmp(other.data, console.data, length) &&
		    (other.size == length || other.data[length] == ','))
			return true;
	return false;
}

/* A console= of the running kernel that is not on the next one's command line. */
static bool judge_console(const struct judging *j)
{
	const char *at = j->machine->cmdline ? j->machine->cmdline : "";
	struct bytes console;
	bool any = false;

	if (!j->cmdline)
		return true;
	while (next_console(&at, &console)) {
		any = true;
		if (!is_named(j->cmdline, console))
			return judging_add(
				j, "console", VERDICT_WARNING,
				"Add --reuse-cmdline, or console= to --append.",
				"The running kernel was given console=%.*s, and the next one's "
				"command line has %s: it may say nothing there.",
				(int)console.size, (const char *)console.data,
				cmdline_has(j->cmdline, "console=") ? "only other consoles"
								    : "no console=");
	}
	return judging_add(j, "console", VERDICT_CLEAR, NULL,
			   any ? "The next kernel's command line names the same consoles."
			       : "The running kernel was given no console=.");
}

/* Drivers that go on with what firmware set up, as a next kernel can. */
static bool is_firmware_framebuffer(const char *name)
{
	static const char *const names[] = {"EFI VGA", "VESA VGA", "simple", "efidrm", "vesadrm"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/* Whether all consoles in use are on the screen: tty0, tty1 and so on. */
static bool only_on_screen(const char *consoles)
{
	while (*consoles && *consoles != '\n') {
		size_t length = strcspn(consoles, " \n");

		if (strncmp(consoles, "tty", 3) || consoles[3] < '0' || consoles[3] > '9')
			return false;
		consoles += length + (consoles[length] == ' ');
	}
	return true;
}

static bool judge_framebuffer(const struct judging *j)
{
	static const char name[] = "framebuffer";
	const char *driver = judging_text(j, STATE_FRAMEBUFFER),
		   *consoles = judging_text(j, STATE_CONSOLES);
	const struct state_file *file = &j->state->files[STATE_FRAMEBUFFER];
	int length = driver ? (int)strcspn(driver, "\n") : 0;
	bool alone = !consoles || only_on_screen(consoles);

	if (file->denied || file->problem)
		return judging_unseen(j, name, STATE_FRAMEBUFFER, "Who has the screen");
	if (!driver && !consoles)
		return judging_unseen(j, name, STATE_FRAMEBUFFER, "Who has the screen");
	if (!driver)
		return judging_add(j, name, VERDICT_CLEAR, NULL,
				   "The running kernel has no framebuffer.");
	if (is_firmware_framebuffer(driver) && strcmp(j->machine->arch->name, "x86_64"))
		return judging_add_unseen(j, name,
					  "%.*s goes on with what firmware set up; whether the "
					  "next kernel can, nothing shows.",
					  length, driver);
	if (is_firmware_framebuffer(driver))
		return judging_add(
			j, name, VERDICT_CLEAR, NULL,
			"%.*s goes on with what firmware set up, as the next kernel can.", length,
			driver);
	return judging_add(j, name, alone ? VERDICT_WARNING : VERDICT_CLEAR,
			   alone ? "Have a serial or network console ready, and the screen's "
				   "driver in the next initrd."
				 : NULL,
			   "%.*s has set the screen anew: the next kernel shows nothing there "
			   "until it has a driver for it%s.",
			   length, driver, alone ? "" : "; there are other consoles");
}

bool findings_judge_system(const struct judging *j)
{
	return judge_handover(j) && judge_guest(j) && judge_mounts(j) && judge_guests(j) &&
	       judge_users(j) && judge_console(j) && judge_framebuffer(j);
}
