// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as what --check reads of a machine, in the form of files.h, the links of sysfs among
 * them. The types of the kernel and a module are there and in order. Whatever the rest says, there
 * is a report that a terminal and a program can take.
 */
#include "config.h"
#include <elf.h>

#include "kexec/check_report.h"
#include "tests/fuzz/files.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/module.h"
#include "tests/support/types.h"

#define RELEASE "9.8.7"
#define NEWER "9.8.8"
#define PCI "/sys/bus/pci/devices/0000:00:01.0/"
#define PLATFORM "/sys/bus/platform/devices/dwmac/"
#define VIRTIO "/sys/bus/virtio/devices/virtio0/"

static const char *const paths[] = {
	"/manifest",
	"/uname",
	"/etc/crypttab",
	"/proc/cmdline",
	"/proc/config.gz",
	"/proc/cpuinfo",
	"/proc/iomem",
	"/proc/kcore.drivers",
	"/proc/meminfo",
	"/proc/self/mountinfo",
	"/proc/sys/kernel/kexec_load_disabled",
	"/proc/sys/kernel/kexec_load_limit_reboot",
	"/proc/sys/kernel/osrelease",
	"/boot/config-" RELEASE,
	"/sys/block/dm-0/dm/name",
	"/sys/block/dm-0/dm/uuid",
	"/sys/class/graphics/fb0/name",
	"/sys/class/tpm/tpm0/tpm_version_major",
	"/sys/class/tty/console/active",
	"/sys/devices/system/cpu/sev/vmpl",
	"/sys/devices/system/cpu/svm",
	"/sys/firmware/devicetree/base/compatible",
	"/sys/firmware/devicetree/base/ibm,secure-boot",
	"/sys/firmware/devicetree/base/ibm,secureboot/os-secureboot-enforcing",
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
	"/sys/firmware/efi/fw_platform_size",
	"/sys/firmware/ipl/secure",
	"/sys/firmware/uv/prot_virt_guest",
	"/sys/kernel/kexec_crash_size",
	"/sys/kernel/kexec_loaded",
	"/sys/kernel/security/ima/policy",
	"/sys/kernel/security/ima/runtime_measurements_count",
	"/sys/kernel/security/lockdown",
	"/sys/kernel/security/lsm",
	"/sys/module/fast_net/taint",
	"/sys/module/kernel/parameters/panic",
	"/sys/module/kvm_amd/refcnt",
	"/sys/module/kvm/refcnt",
	"/sys/module/vfio_pci/refcnt",
	PCI "class",
	PCI "config",
	PCI "power_state",
	PCI "power/runtime_status",
	PCI "reset_method",
	PCI "iommu_group/type",
	PLATFORM "dma/x",
	PLATFORM "iommu_group/type",
	PLATFORM "net/x",
	VIRTIO "config",
	VIRTIO "class",
	"@" PCI "driver",
	"@" PLATFORM "driver",
	"@" VIRTIO "driver",
	"@/sys/bus/pci/devices/other",
	"@/sys/bus/virtio/devices/other",
	"@/sys/bus/pci/drivers/fast_net/module",
	"@/sys/bus/platform/drivers/fast_net/module",
	"@/sys/bus/virtio/drivers/fast_net/module",
};

static void put_text(const char *path, const char *text)
{
	files_put(path, (struct bytes){(const uint8_t *)text, strlen(text)});
}

static void put_module(const char *path, bool shutdown)
{
	static struct module m;

	module_begin(&m, EM_X86_64, LITTLE, 128);
	module_symbol(&m, "__pci_register_driver", IN_NOTHING, 0, 0);
	module_symbol(&m, "the_driver", IN_DATA, 0, 72);
	module_pointer(&m, 16, 3, module_string(&m, "fast_net"));
	module_pointer(&m, 32, 1, 16);
	if (shutdown)
		module_pointer(&m, 56, 1, 16);
	files_put(path, module_finish(&m));
}

/* What the input may replace comes behind it: the first link of a name stays. */
static void put_rest(void)
{
	struct types types;

	files_put("/sys/kernel/btf/vmlinux", types_kernel(&types, LITTLE));
	put_module("/lib/modules/" RELEASE "/fast_net.ko", false);
	files_put("/lib/modules/" NEWER "/vmlinuz", types_kernel(&types, LITTLE));
	put_module("/lib/modules/" NEWER "/fast_net.ko", true);
	put_text("@" PCI "driver", "../../drivers/fast_net");
	put_text("@" VIRTIO "driver", "../../drivers/fast_net");
	put_text("@/sys/bus/pci/drivers/fast_net/module", "../../../../module/fast_net");
	put_text("@/sys/bus/virtio/drivers/fast_net/module", "../../../../module/fast_net");
}

static void check_output(const struct report *report, unsigned forms, struct arena *arena)
{
	struct error error = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	promise(out && check_report_print(out, report, forms, false, arena, &error) &&
		!fclose(out) && size);
	for (size_t i = 0; i < size; i++)
		promise(((uint8_t)text[i] >= ' ' && text[i] != 0x7f) || text[i] == '\n');
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct options options = {.check = CHECK_MACHINE, .mem_max = UINT64_MAX};
	struct arena arena = {0};
	struct error error = {0};
	static struct report report;
	struct sysroot root;

	put_text("/proc/sys/kernel/osrelease", RELEASE "\n");
	put_text("/uname", "Linux host " RELEASE " #1 SMP x86_64 GNU/Linux\n");
	files_write((struct bytes){data, size}, paths, sizeof(paths) / sizeof(*paths));
	put_rest();
	if (sysroot_open(&root, files_tree(), &error)) {
		if (check_machine(&root, &options, &arena, &report, &error)) {
			check_output(&report, CHECK_MACHINE, &arena);
			check_output(&report, CHECK_MACHINE | CHECK_VERBOSE, &arena);
			check_output(&report, CHECK_MACHINE | CHECK_JSON, &arena);
		} else {
			promise(error.cause[0]);
		}
		sysroot_close(&root);
	} else {
		promise(error.cause[0]);
	}
	arena_release(&arena);
	files_take_away();
	return 0;
}
