// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Findings of --check: machines whose files are made or changed one by one, and what is said of
 * them.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "kexec/findings.h"
#include "tests/images/pack.h"
#include "tests/support/tree.h"

#define SECURITY "/sys/kernel/security/"
#define RELEASE "9.8.7-test"
#define CONFIG "/boot/config-" RELEASE

static struct tree tree;
static struct machine machine;
static struct findings findings;
static const char *next_cmdline;
static struct arena arena;
static struct error error;

static int begin(void **state)
{
	tree_create(&tree);
	tree_text(&tree, "/sys/kernel/kexec_loaded", "0\n");
	error = (struct error){ 0 };
	next_cmdline = NULL;
	machine = (struct machine){
		.arch = &arch_x86_64, .release = RELEASE, .cmdline = "root=/dev/vda1",
		.kexec_loaded = NO, .crash_loaded = NO, .load_disabled = NO,
		.limit_reboot = -1, .limit_panic = -1,
	};
	return 0;
}

static int end(void **state)
{
	tree_destroy(&tree);
	arena_release(&arena);
	return 0;
}

static void judge(void)
{
	struct machine_state state;
	struct sysroot root;

	findings = (struct findings){ .count = 0 };
	assert_true(sysroot_open(&root, tree.path, &error));
	assert_true(machine_state_read(&root, machine.release, &arena, &state, &error));
	sysroot_close(&root);
	assert_true(findings_judge(&machine, &state, next_cmdline, &arena, &findings, &error));
	findings_sort(&findings);
}

static const struct finding *find(const char *name)
{
	for (unsigned i = 0; i < findings.count; i++)
		if (!strcmp(findings.list[i].name, name))
			return &findings.list[i];
	return NULL;
}

/* The finding of that name, in a report made anew. */
static void expect(const char *name, enum verdict verdict, const char *reason)
{
	const struct finding *finding;

	judge();
	finding = find(name);
	assert_non_null(finding);
	if (!finding->seen || !strstr(finding->judgement.reason, reason))
		fail_msg("%s: \"%s\" was expected in \"%s\"", name, reason,
			 finding->judgement.reason);
	assert_int_equal(finding->judgement.verdict, verdict);
	assert_int_equal(!!finding->judgement.remedy, verdict != VERDICT_CLEAR);
	assert_true(findings.verdict >= verdict);
}

static void expect_unseen(const char *name, const char *why)
{
	const struct finding *finding;

	judge();
	finding = find(name);
	assert_non_null(finding);
	if (finding->seen || !strstr(finding->judgement.reason, why))
		fail_msg("%s: \"%s\" was expected in \"%s\"", name, why, finding->judgement.reason);
	assert_null(finding->judgement.remedy);
}

static void test_nothing_seen(void **state)
{
	judge();
	assert_int_equal(findings.verdict, VERDICT_CLEAR);
	for (unsigned i = 2; i < findings.count; i++) {
		assert_false(findings.list[i].seen);
		assert_non_null(strstr(findings.list[i].judgement.reason, "could not be seen: "));
	}
	assert_string_equal(findings.list[0].name, "loading");
	assert_string_equal(findings.list[1].name, "loaded");
	assert_true(findings.count >= 12);
	/* Where it was looked for is told. */
	assert_non_null(strstr(find("file systems")->judgement.reason, tree.path));
	assert_null(find("console"));
}

static void test_loading(void **state)
{
	expect("loading", VERDICT_CLEAR, "neither forbidden nor limited");
	expect("loaded", VERDICT_CLEAR, "No kernel is loaded");
	machine.limit_reboot = 2;
	expect("loading", VERDICT_CLEAR, "2 times more");
	machine.limit_reboot = 1;
	expect("loading", VERDICT_WARNING, "one load is left");
	machine.limit_reboot = 0;
	expect("loading", VERDICT_RISK, "kexec_load_limit_reboot is 0: no kernel can be loaded");
	machine.limit_reboot = -1;
	machine.load_disabled = YES;
	expect("loading", VERDICT_RISK, "kexec_load_disabled is 1: no kernel can be loaded");
	machine.kexec_loaded = YES;
	expect("loading", VERDICT_WARNING, "the kernel that is loaded can be started");
	expect("loaded", VERDICT_CLEAR, "A kernel is loaded");
	machine.load_disabled = UNKNOWN;
	expect_unseen("loading", "kexec_load_disabled is not there");
	machine.kexec_loaded = UNKNOWN;
	expect_unseen("loaded", "no file that says so");
}

static void test_built_without_kexec(void **state)
{
	tree_destroy(&tree);
	tree_create(&tree);
	tree_text(&tree, "/sys/kernel/uevent_seqnum", "1\n");
	expect("loading", VERDICT_RISK, "built without kexec");
}

static void test_lockdown(void **state)
{
	tree_text(&tree, SECURITY "lsm", "capability,apparmor");
	expect("lockdown", VERDICT_CLEAR, "has no lockdown");
	tree_text(&tree, SECURITY "lockdown", "[none] integrity confidentiality\n");
	expect("lockdown", VERDICT_CLEAR, "is not locked down");
	machine.lockdown = LOCKDOWN_INTEGRITY;
	expect("lockdown", VERDICT_WARNING, "locked down (integrity)");
	machine.lockdown = LOCKDOWN_CONFIDENTIALITY;
	expect("lockdown", VERDICT_WARNING, "locked down (confidentiality)");
}

static void test_secure_boot(void **state)
{
	static const char name[] = "secure boot";
	static const char variable[] =
		"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

	expect_unseen(name, "is not there");
	tree_text(&tree, "/sys/firmware/memmap/0/type", "System RAM\n");
	expect(name, VERDICT_CLEAR, "UEFI did not start this machine");
	tree_text(&tree, "/sys/firmware/efi/fw_platform_size", "64\n");
	expect_unseen(name, "SecureBoot-");
	tree_file(&tree, variable, "\6\0\0\0\0", 5);
	expect(name, VERDICT_CLEAR, "Secure Boot is off");
	tree_file(&tree, variable, "\6\0\0\0\1", 5);
	expect(name, VERDICT_WARNING, "Secure Boot is on");
	tree_text(&tree, SECURITY "lockdown", "[none] integrity confidentiality\n");
	expect(name, VERDICT_CLEAR, "is not locked down for it");
	tree_file(&tree, variable, "\6\0\0\0", 4);
	expect_unseen(name, "SecureBoot-");
}

static void test_secure_boot_elsewhere(void **state)
{
	static const char name[] = "secure boot",
			  tree_base[] = "/sys/firmware/devicetree/base/compatible";
	static const char secure[] = "/sys/firmware/devicetree/base/ibm,secure-boot";

	machine.arch = &arch_s390x;
	expect_unseen(name, "/sys/firmware/ipl/secure");
	tree_text(&tree, "/sys/firmware/ipl/secure", "0\n");
	expect(name, VERDICT_CLEAR, "is off");
	tree_text(&tree, "/sys/firmware/ipl/secure", "1\n");
	expect(name, VERDICT_WARNING, "is on");
	machine.arch = &arch_ppc64le;
	expect_unseen(name, tree_base);
	tree_text(&tree, tree_base, "IBM,9009-42A");
	expect(name, VERDICT_CLEAR, "is off");
	tree_file(&tree, secure, "\0\0\0\1", 4);
	expect(name, VERDICT_CLEAR, "is off");
	tree_file(&tree, secure, "\0\0\0\2", 4);
	expect(name, VERDICT_WARNING, "is on");
	tree_file(&tree, secure, "\2", 1);
	expect(name, VERDICT_CLEAR, "is off");
	tree_text(&tree, "/sys/firmware/devicetree/base/ibm,secureboot/os-secureboot-enforcing",
		  "");
	expect(name, VERDICT_WARNING, "is on");
}

static void test_system_calls(void **state)
{
	static const char name[] = "system calls";

	expect_unseen(name, CONFIG);
	tree_text(&tree, CONFIG, "CONFIG_KEXEC=y\n# CONFIG_KEXEC_FILE is not set\n");
	expect(name, VERDICT_CLEAR, "kexec_load alone");
	machine.lockdown = LOCKDOWN_INTEGRITY;
	expect(name, VERDICT_RISK, "takes no kernel");
	machine.lockdown = LOCKDOWN_NONE;
	tree_text(&tree, CONFIG, "CONFIG_KEXEC_FILE=y");
	expect(name, VERDICT_CLEAR, "kexec_file_load alone");
	tree_text(&tree, CONFIG, "# CONFIG_KEXEC is not set\nCONFIG_KEXEC_JUMP=y\n");
	expect(name, VERDICT_RISK, "without CONFIG_KEXEC");
	tree_text(&tree, CONFIG, "CONFIG_KEXEC=y\nCONFIG_KEXEC_FILE=y\nCONFIG_KEXEC_SIG_FORCE=y\n");
	expect(name, VERDICT_WARNING, "only signed kernels");
	/* That beside the modules is the one that is certain to be this kernel's. */
	tree_text(&tree, "/lib/modules/" RELEASE "/config",
		  "CONFIG_KEXEC=y\nCONFIG_KEXEC_FILE=y\n");
	expect(name, VERDICT_CLEAR, "kexec_load and kexec_file_load");
}

static void test_the_running_kernels_own_configuration(void **state)
{
	static const char name[] = "system calls", text[] = "CONFIG_KEXEC=y\nCONFIG_KEXEC_FILE=y\n";
	size_t size;
	uint8_t *packed = pack("gzip", (const uint8_t *)text, strlen(text), &size);

	tree_text(&tree, "/proc/config.gz", "CONFIG_KEXEC=y\n");
	expect_unseen(name, "/proc/config.gz is not packed");
	tree_text(&tree, CONFIG, "CONFIG_KEXEC=y\n");
	expect(name, VERDICT_CLEAR, "kexec_load alone");
	if (packed) {
		tree_file(&tree, "/proc/config.gz", packed, size);
		expect(name, VERDICT_CLEAR, "kexec_load and kexec_file_load");
		tree_file(&tree, "/proc/config.gz", packed, size / 2);
		expect(name, VERDICT_CLEAR, "kexec_load alone");
	}
	free(packed);
}

static void test_ima(void **state)
{
	expect_unseen("IMA", "ima/policy");
	tree_text(&tree, SECURITY "lsm", "capability");
	expect("IMA", VERDICT_CLEAR, "has no IMA");
	tree_text(&tree, SECURITY "ima/runtime_measurements_count", "3\n");
	expect_unseen("IMA", "ima/policy");
	tree_text(&tree, SECURITY "ima/policy",
		  "measure func=KEXEC_KERNEL_CHECK\ndont_appraise fsmagic=0x9fa0\n"
		  "appraise func=MODULE_CHECK\n");
	expect("IMA", VERDICT_CLEAR, "no rule that appraises kernels");
	tree_text(&tree, SECURITY "ima/policy",
		  "measure func=KEXEC_KERNEL_CHECK\nappraise func=KEXEC_KERNEL_CHECK "
		  "appraise_type=imasig");
	expect("IMA", VERDICT_WARNING, "appraises kernels");
}

static void test_ima_by_command_line(void **state)
{
	machine.cmdline = "root=/dev/vda1 ima_policy=secure_boot";
	expect("IMA", VERDICT_WARNING, "appraises kernels");
}

static void test_crash_kernel(void **state)
{
	static const char name[] = "crash kernel";

	expect_unseen(name, "crash_size");
	tree_text(&tree, "/sys/kernel/kexec_crash_size", "0\n");
	expect(name, VERDICT_CLEAR, "No memory is reserved");
	tree_text(&tree, "/sys/kernel/kexec_crash_size", "268435456\n");
	expect(name, VERDICT_WARNING,
	       "256 MiB are reserved for a crash kernel, and none is loaded");
	machine.crash_loaded = YES;
	expect(name, VERDICT_CLEAR, "and one is loaded");
	tree_text(&tree, "/sys/kernel/kexec/crash_size", "0\n");
	expect(name, VERDICT_CLEAR, "No memory is reserved");
	machine.cmdline = "root=/dev/vda1 crashkernel=64G";
	expect(name, VERDICT_WARNING, "has crashkernel=, and no memory is reserved");
}

static void test_tpm(void **state)
{
	static const char name[] = "TPM", table[] = "/etc/crypttab";

	tree_text(&tree, "/sys/module/kernel/parameters/panic", "0\n");
	expect(name, VERDICT_CLEAR, "has no TPM");
	tree_text(&tree, "/sys/class/tpm/tpm0/tpm_version_major", "2\n");
	expect_unseen(name, "disks of this machine are not shown");
	tree_text(&tree, "/sys/block/vda/size", "9\n");
	tree_text(&tree, "/sys/block/dm-0/dm/uuid", "LVM-AbC\n");
	tree_text(&tree, "/sys/block/dm-2/dm/uuid", "CRYPT-VERITY-0123\n");
	expect(name, VERDICT_CLEAR, "No disk is in use by dm-crypt");
	tree_text(&tree, "/sys/block/dm-1/dm/uuid", "CRYPT-LUKS2-0123\n");
	tree_text(&tree, "/sys/block/dm-1/dm/name", "luks-root\n");
	expect_unseen(name, "Whether the TPM unlocks luks-root could not be seen");
	tree_text(&tree, table,
		  "# luks-root UUID=1 none tpm2-device=auto\nluks-root UUID=1 none discard\n"
		  "no-tpm2-device= UUID=1 tpm2-device=auto\n");
	expect_unseen(name, "neither /etc/crypttab nor the command line");
	tree_text(&tree, table,
		  "luks-root  UUID=1 - discard,tpm2-device=auto\n"
		  "swap\t/dev/x\tnone\ttpm2-device=/dev/tpm0\n");
	expect(name, VERDICT_WARNING, "The TPM unlocks luks-root, swap:");
	tree_text(&tree, table, "luks-root UUID=1");
	machine.cmdline =
		"root=/dev/mapper/luks-root rd.luks.options=discard,tpm2-device=auto quiet";
	expect(name, VERDICT_WARNING, "The TPM unlocks luks-root:");
	machine.cmdline = "rd.luks.options=0d3a=tpm2-device=auto";
	expect(name, VERDICT_WARNING, "The TPM unlocks luks-root:");
	machine.cmdline =
		"tpm2-device=auto xluks.options=tpm2-device=auto luks.options=x-tpm2-device=auto";
	expect_unseen(name, "neither /etc/crypttab nor the command line");
	/* What the next kernel is told counts, where it is known. */
	next_cmdline = "luks.options=tpm2-device=auto";
	expect(name, VERDICT_WARNING, "The TPM unlocks luks-root:");
}

static void test_handover(void **state)
{
	expect_unseen("KHO", CONFIG);
	machine.cmdline = "nokho=on kho=off kho=on";
	expect("KHO", VERDICT_WARNING, "kho=on is on the command line");
	machine.cmdline = "kho=1 kho=0";
	expect("KHO", VERDICT_CLEAR, "is off");
	tree_text(&tree, CONFIG, "CONFIG_KEXEC=y\n");
	machine.cmdline = "kho=on";
	expect("KHO", VERDICT_CLEAR, "has no kexec handover");
	tree_text(&tree, CONFIG, "CONFIG_KEXEC_HANDOVER=y\n");
	expect("KHO", VERDICT_WARNING, "is on");
	machine.cmdline = "quiet";
	expect("KHO", VERDICT_CLEAR, "is off");
	tree_text(&tree, CONFIG,
		  "CONFIG_KEXEC_HANDOVER=y\nCONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y\n");
	expect("KHO", VERDICT_WARNING, "is on");
}

static void test_confidential_guest(void **state)
{
	static const char intel[] =
		"processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu hypervisor";
	char text[128];

	tree_text(&tree, "/proc/cpuinfo", intel);
	expect("guest", VERDICT_CLEAR, "no guest whose memory");
	snprintf(text, sizeof(text), "%s tdx_guest_not\nbugs\t\t: tdx_guest\n", intel);
	tree_text(&tree, "/proc/cpuinfo", text);
	expect("guest", VERDICT_CLEAR, "no guest whose memory");
	snprintf(text, sizeof(text), "%s tdx_guest\n", intel);
	tree_text(&tree, "/proc/cpuinfo", text);
	expect("guest", VERDICT_WARNING, "TDX");
	tree_text(&tree, "/proc/cpuinfo", "vendor_id\t: AuthenticAMD\nflags\t\t: fpu sev\n");
	expect("guest", VERDICT_CLEAR, "no guest whose memory");
	tree_text(&tree, "/proc/cpuinfo", "vendor_id\t: AuthenticAMD\nflags\t\t: fpu hypervisor\n");
	expect_unseen("guest", "SEV");
	tree_text(&tree, "/sys/devices/system/cpu/sev/vmpl", "0\n");
	expect("guest", VERDICT_WARNING, "SEV-SNP");
	machine.arch = &arch_s390x;
	expect_unseen("guest", "prot_virt_guest");
	tree_text(&tree, "/sys/firmware/uv/prot_virt_guest", "0\n");
	expect("guest", VERDICT_CLEAR, "no guest whose memory");
	tree_text(&tree, "/sys/firmware/uv/prot_virt_guest", "1\n");
	expect("guest", VERDICT_WARNING, "Secure Execution");
	machine.arch = &arch_ppc64le;
	tree_text(&tree, "/sys/devices/system/cpu/svm", "1\n");
	expect("guest", VERDICT_WARNING, "a secure virtual machine");
	machine.arch = &arch_arm64;
	expect_unseen("guest", "arm64");
}

static void test_mounts(void **state)
{
	static const char name[] = "file systems", path[] = "/proc/self/mountinfo";

	tree_text(&tree, path, "22 1 0:2 / / rw - rootfs none rw\n"
			       "23 22 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
			       "24 22 8:1 / /usr ro - ext4 /dev/sda1 ro,data=ordered\n");
	expect(name, VERDICT_CLEAR, "No file system on a disk is mounted read-write");
	tree_text(&tree, path, "22 1 8:1 / / rw,relatime shared:1 master:2 - ext4 /dev/sda1 rw\n"
			       "23 22 8:1 /bound /mnt ro - ext4 /dev/sda1 rw\n"
			       "24 22 0:30 /@home /home rw - btrfs /dev/sda2 rw,ssd\n"
			       "25 22 0:31 / /tmp rw - tmpfs tmpfs rw");
	expect(name, VERDICT_CLEAR, "Mounted read-write: /, /home. ");
	/* Lines that no kernel writes. */
	tree_text(&tree, path,
		  "\n \n-\n - \n8:1 - x y rw\n22 1 8:1 - ext4 /dev/sda1 rw\n1 2 3 4\n");
	expect(name, VERDICT_CLEAR, "");
}

static void test_many_mounts(void **state)
{
	static char text[200 * 160];
	size_t size = 0;

	for (int i = 0; i < 200; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size,
					 "%d 1 8:%d / /mnt/%0100d rw - ext4 /dev/sd%d rw\n", i, i,
					 i, i);
	tree_text(&tree, "/proc/self/mountinfo", text);
	expect("file systems", VERDICT_CLEAR, " and others. A shutdown");
}

static void test_users(void **state)
{
	expect_unseen("KVM", "/sys/module");
	expect_unseen("VFIO", "/sys/module");
	tree_text(&tree, "/sys/module/kernel/parameters/panic", "0\n");
	expect("KVM", VERDICT_CLEAR, "not loaded");
	expect("VFIO", VERDICT_CLEAR, "not loaded");
	tree_text(&tree, "/sys/module/kvm/parameters/halt_poll_ns", "200000\n");
	tree_text(&tree, "/sys/module/vfio_pci/parameters/disable_idle_d3", "N\n");
	expect_unseen("KVM", "built into the running kernel");
	expect_unseen("VFIO", "built into the running kernel");
	/* kvm_intel itself uses kvm. */
	tree_text(&tree, "/sys/module/kvm/refcnt", "1\n");
	tree_text(&tree, "/sys/module/kvm_intel/refcnt", "0\n");
	tree_text(&tree, "/sys/module/vfio_pci/refcnt", "0\n");
	expect("KVM", VERDICT_CLEAR, "nobody uses it");
	expect("VFIO", VERDICT_CLEAR, "no device of it is open");
	tree_text(&tree, "/sys/module/kvm_intel/refcnt", "3\n");
	tree_text(&tree, "/sys/module/vfio_pci/refcnt", "1\n");
	expect("KVM", VERDICT_WARNING, "KVM is in use");
	expect("VFIO", VERDICT_WARNING, "has a device open");
}

static void test_users_of_one_module(void **state)
{
	machine.arch = &arch_s390x;
	tree_text(&tree, "/sys/module/kvm/refcnt", "2\n");
	expect("KVM", VERDICT_WARNING, "KVM is in use");
	machine.arch = &arch_arm64;
	tree_destroy(&tree);
	tree_create(&tree);
	tree_text(&tree, "/sys/module/kernel/parameters/panic", "0\n");
	expect_unseen("KVM", "it is no module");
}

static void test_console(void **state)
{
	next_cmdline = "quiet";
	expect("console", VERDICT_CLEAR, "was given no console=");
	machine.cmdline = "netconsole=x console=tty0 console=ttyS0,115200 quiet";
	expect("console", VERDICT_WARNING, "was given console=tty0, and the next one's");
	next_cmdline = "netconsole=x";
	expect("console", VERDICT_WARNING, "has no console=");
	next_cmdline = "console=ttyS0,9600 quiet console=tty01";
	expect("console", VERDICT_WARNING,
	       "was given console=tty0, and the next one's command line has only other");
	next_cmdline = "console=tty0 xconsole=ttyS0,115200 console=ttyS01 console=";
	expect("console", VERDICT_WARNING, "was given console=ttyS0,115200, and");
	next_cmdline = "console=ttyS0,9600 quiet console=tty0 console=hvc0";
	expect("console", VERDICT_CLEAR, "names the same consoles");
}

static void test_framebuffer(void **state)
{
	static const char name[] = "framebuffer";

	expect_unseen(name, "fb0");
	tree_text(&tree, "/sys/class/tty/console/active", "tty0\n");
	expect(name, VERDICT_CLEAR, "has no framebuffer");
	tree_text(&tree, "/sys/class/graphics/fb0/name", "EFI VGA\n");
	expect(name, VERDICT_CLEAR, "EFI VGA goes on with what firmware set up, as the next");
	tree_text(&tree, "/sys/class/graphics/fb0/name", "i915drmfb\n");
	expect(name, VERDICT_WARNING, "i915drmfb has set the screen anew");
	tree_text(&tree, "/sys/class/tty/console/active", "tty0 hvc0\n");
	expect(name, VERDICT_CLEAR, "there are other consoles");
	tree_text(&tree, "/sys/class/tty/console/active", "ttyS0 tty0\n");
	expect(name, VERDICT_CLEAR, "there are other consoles");
	machine.arch = &arch_arm64;
	tree_text(&tree, "/sys/class/graphics/fb0/name", "simpledrmdrmfb\n");
	expect_unseen(name, "simpledrmdrmfb");
}

/* Worst first, and what was not seen last. */
static void test_order(void **state)
{
	machine.load_disabled = YES;
	machine.cmdline = "kho=on";
	judge();
	assert_string_equal(findings.list[0].name, "loading");
	assert_string_equal(findings.list[1].name, "KHO");
	assert_string_equal(findings.list[2].name, "loaded");
	assert_false(findings.list[findings.count - 1].seen);
}

/* A directory where a file was expected is no file, and that is said. */
static void test_no_file(void **state)
{
	tree_text(&tree, "/proc/self/mountinfo/x", "");
	expect_unseen("file systems", "could not be seen. ");
}

static const struct finding *of_captured(const char *name, const char *finding)
{
	struct machine_state state;
	struct sysroot root;

	findings = (struct findings){ .count = 0 };
	assert_true(sysroot_open(&root, tree_captured(name), &error));
	assert_true(machine_read(&root, &arena, &machine, &error));
	assert_true(machine_state_read(&root, machine.release, &arena, &state, &error));
	sysroot_close(&root);
	assert_true(findings_judge(&machine, &state, NULL, &arena, &findings, &error));
	assert_non_null(find(finding));
	return find(finding);
}

static void test_captured(void **state)
{
	assert_int_equal(of_captured("s390x-nokexec-6.12", "loading")->judgement.verdict,
			 VERDICT_RISK);
	assert_int_equal(of_captured("x86_64-bios-6.1", "loading")->judgement.verdict,
			 VERDICT_CLEAR);
	assert_int_equal(of_captured("x86_64-bios-6.1", "crash kernel")->judgement.verdict,
			 VERDICT_CLEAR);
	assert_int_equal(of_captured("x86_64-bios-crash-6.1", "crash kernel")->judgement.verdict,
			 VERDICT_WARNING);
	assert_int_equal(of_captured("x86_64-many-ranges", "lockdown")->judgement.verdict,
			 VERDICT_WARNING);
	assert_true(of_captured("x86_64-bios-6.1", "secure boot")->seen);
	assert_false(of_captured("x86_64-uefi-6.1", "secure boot")->seen);
	assert_true(of_captured("ppc64le-6.1", "secure boot")->seen);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_seen),
		TEST(test_loading),
		TEST(test_built_without_kexec),
		TEST(test_lockdown),
		TEST(test_secure_boot),
		TEST(test_secure_boot_elsewhere),
		TEST(test_system_calls),
		TEST(test_the_running_kernels_own_configuration),
		TEST(test_ima),
		TEST(test_ima_by_command_line),
		TEST(test_crash_kernel),
		TEST(test_tpm),
		TEST(test_handover),
		TEST(test_confidential_guest),
		TEST(test_mounts),
		TEST(test_many_mounts),
		TEST(test_users),
		TEST(test_users_of_one_module),
		TEST(test_console),
		TEST(test_framebuffer),
		TEST(test_order),
		TEST(test_no_file),
		TEST(test_captured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
