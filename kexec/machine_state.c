// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the files are. Documentation/ABI names most of them: stable/sysfs-devices-system-cpu,
 * testing/sysfs-class-tty, testing/securityfs, testing/ima_policy, testing/sysfs-firmware-efi; the
 * UEFI variable is that of the UEFI specification's global GUID.
 */
#include "kexec/machine_state.h"

#include "kexec/status.h"
#include "kexec/unpack.h"

/* Real ones have 300 KB. */
#define CONFIG_LIMIT ((size_t)16 << 20)

/* Names of disks for a sentence; more are left out. */
#define ENCRYPTED_MAX 8

/* The later of two paths is for older or newer kernels. */
static const char *const paths[STATE_COUNT][2] = {
	[STATE_LSM] = {"/sys/kernel/security/lsm"},
	[STATE_LOCKDOWN] = {"/sys/kernel/security/lockdown"},
	[STATE_FIRMWARE] = {"/sys/firmware/memmap/0/type", "/sys/firmware/fdt"},
	[STATE_UEFI] = {"/sys/firmware/efi/fw_platform_size", "/sys/firmware/efi/systab"},
	[STATE_SECURE_BOOT] =
		{"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"},
	[STATE_IPL_SECURE] = {"/sys/firmware/ipl/secure"},
	[STATE_TREE] = {"/sys/firmware/devicetree/base/compatible"},
	[STATE_TREE_SECURE] = {"/sys/firmware/devicetree/base/ibm,secure-boot"},
	[STATE_TREE_ENFORCING] =
		{"/sys/firmware/devicetree/base/ibm,secureboot/os-secureboot-enforcing"},
	[STATE_IMA] = {"/sys/kernel/security/ima/runtime_measurements_count",
		       "/sys/kernel/security/integrity/ima/runtime_measurements_count"},
	[STATE_IMA_POLICY] = {"/sys/kernel/security/ima/policy",
			      "/sys/kernel/security/integrity/ima/policy"},
	[STATE_CRASH_SIZE] = {"/sys/kernel/kexec/crash_size", "/sys/kernel/kexec_crash_size"},
	[STATE_CPUINFO] = {"/proc/cpuinfo"},
	[STATE_SEV_SNP] = {"/sys/devices/system/cpu/sev/vmpl"},
	[STATE_SECURE_VM] = {"/sys/devices/system/cpu/svm"},
	[STATE_PROTECTED_GUEST] = {"/sys/firmware/uv/prot_virt_guest"},
	[STATE_MOUNTS] = {"/proc/self/mountinfo"},
	[STATE_MODULES] = {"/sys/module/kernel/parameters/panic"},
	[STATE_KVM_INTEL] = {"/sys/module/kvm_intel/refcnt"},
	[STATE_KVM_AMD] = {"/sys/module/kvm_amd/refcnt"},
	[STATE_KVM] = {"/sys/module/kvm/refcnt"},
	[STATE_KVM_HV] = {"/sys/module/kvm_hv/refcnt"},
	[STATE_VFIO_PCI] = {"/sys/module/vfio_pci/refcnt"},
	[STATE_KVM_PARAMETER] = {"/sys/module/kvm/parameters/halt_poll_ns"},
	[STATE_VFIO_PARAMETER] = {"/sys/module/vfio_pci/parameters/disable_idle_d3"},
	[STATE_FRAMEBUFFER] = {"/sys/class/graphics/fb0/name"},
	[STATE_CONSOLES] = {"/sys/class/tty/console/active"},
	[STATE_TPM] = {"/sys/class/tpm/tpm0/tpm_version_major", "/sys/class/tpm/tpm0/dev"},
	[STATE_CRYPTTAB] = {"/etc/crypttab"},
};

static bool read_file(const struct sysroot *root, struct arena *arena, const char *path,
		      struct state_file *file, struct error *error)
{
	struct error problem = {0};
	enum sysroot_result result = sysroot_read(root, arena, path, &file->bytes, &problem);

	file->path = arena_format(arena, error, "%s%s", root->path, path);
	if (!file->path)
		return false;
	file->denied = result == SYSROOT_DENIED;
	if (result != SYSROOT_OK)
		file->bytes = (struct bytes){NULL, 0};
	if (result != SYSROOT_FAILED)
		return true;
	file->problem = arena_format(arena, error, "%s", problem.cause);
	return file->problem;
}

static bool is_there(const struct state_file *file)
{
	return file->bytes.data || file->denied || file->problem;
}

/* Replaces what the file holds by what that unpacks to; the sink goes away. */
static bool unpack(struct arena *arena, struct state_file *file, struct error *error)
{
	const struct unpacker *unpacker = unpack_find(file->bytes);
	struct file_sink sink = FILE_SINK_CLOSED;
	struct error problem = {0};
	bool unpacked = unpacker && file_sink_open(&sink, "config", CONFIG_LIMIT, &problem) &&
			unpack_run(unpacker, file->path, file->bytes, &sink, &problem);

	file->bytes = (struct bytes){NULL, 0};
	if (unpacked) {
		struct bytes text = {sink.data, sink.size};

		file->bytes.data = (uint8_t *)arena_copy(arena, text, error);
		file->bytes.size = sink.size;
	} else {
		file->problem = problem.cause[0] ? arena_format(arena, error, "%s", problem.cause)
						 : arena_format(arena, error, "%s is not packed.",
								file->path);
	}
	file_sink_close(&sink);
	return file->bytes.data || file->problem;
}

/*
 * The running kernel's own word where it has one (CONFIG_IKCONFIG_PROC). Debian and its kin keep
 * it beside the kernel, Fedora beside the modules.
 */
static bool read_config(const struct sysroot *root, const char *release, struct arena *arena,
			struct state_file *file, struct error *error)
{
	static const char *const places[2][2] = {
		{"/lib/modules/", "/config"}, {"/boot/config-", ""},
	};
	struct state_file own = {.path = NULL};

	if (!read_file(root, arena, "/proc/config.gz", &own, error) ||
	    (own.bytes.data && !unpack(arena, &own, error)))
		return false;
	for (size_t i = 0; i < 2 && release && !own.bytes.data && !is_there(file); i++) {
		const char *path = arena_format(arena, error, "%s%s%s", places[i][0], release,
						places[i][1]);

		if (!path || !read_file(root, arena, path, file, error))
			return false;
	}
	if (own.bytes.data || (is_there(&own) && !is_there(file)))
		*file = own;
	return true;
}

/*
 * dm/uuid begins with the kind of target, and goes on with what is nobody's business. CRYPT-VERITY
 * and CRYPT-INTEGRITY hide nothing.
 */
static bool is_encrypted(const struct sysroot *root, struct arena *arena, const char *disk)
{
	const char *path = NULL;
	struct error ignored = {0};
	struct bytes kind;

	path = arena_format(arena, &ignored, "/sys/block/%s/dm/uuid", disk);
	return path && sysroot_head(root, arena, path, 7, &kind, &ignored) == SYSROOT_OK &&
	       bytes_equal_at(kind, 0, "CRYPT-", 6) && kind.size > 6 && !strchr("VI", kind.data[6]);
}

static bool read_encrypted(const struct sysroot *root, struct arena *arena,
			   struct machine_state *state, struct error *error)
{
	struct error ignored = {0};
	const char *const *names;
	const char *text, *path;
	unsigned found = 0;
	size_t count;

	if (sysroot_list(root, arena, "/sys/block", &names, &count, &ignored) != SYSROOT_OK)
		return true;
	state->encrypted = "";
	for (size_t i = 0; i < count && found < ENCRYPTED_MAX; i++) {
		if (strncmp(names[i], "dm-", 3) || !is_encrypted(root, arena, names[i]))
			continue;
		path = arena_format(arena, error, "/sys/block/%s/dm/name", names[i]);
		if (!path)
			return false;
		if (sysroot_text(root, arena, path, &text, &ignored) != SYSROOT_OK)
			text = names[i];
		state->encrypted = arena_format(arena, error, "%s%s%s", state->encrypted,
						found++ ? ", " : "", text);
		if (!state->encrypted)
			return false;
	}
	return true;
}

bool machine_state_read(const struct sysroot *root, const char *release, struct arena *arena,
			struct machine_state *state, struct error *error)
{
	*state = (struct machine_state){.without_kexec = status_without_kexec(root, arena)};
	for (size_t i = 0; i < STATE_COUNT; i++) {
		struct state_file *file = &state->files[i];

		for (size_t j = 0; j < 2 && paths[i][j] && !is_there(file); j++)
			if (!read_file(root, arena, paths[i][j], file, error))
				return false;
	}
	return read_encrypted(root, arena, state, error) &&
	       read_config(root, release, arena, &state->files[STATE_CONFIG], error);
}
