// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --check over made-up machines: devices in /sys, modules with and without callbacks, and what is
 * said of each when something about it changes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <elf.h>

#include "kexec/capture.h"
#include "kexec/check_report.h"
#include "tests/support/linked.h"
#include "tests/support/module.h"
#include "tests/support/tree.h"
#include "tests/support/types.h"

#define RELEASE "9.8.7-test"
#define MODULES "/lib/modules/" RELEASE "/kernel/"
#define NETWORK "0000:00:03.0"

static struct tree tree;
static struct types types;
static struct module m;
static struct arena arena;
static struct error error;
static struct report report;
static char *output;
static bool devices_only;	/* as for --check-first */

static void write_module(const char *path, struct bytes bytes)
{
	tree_file(&tree, path, bytes.data, bytes.size);
}

static struct bytes pci_module(const char *driver, bool shutdown)
{
	module_begin(&m, EM_X86_64, LITTLE, 128);
	module_symbol(&m, "__pci_register_driver", IN_NOTHING, 0, 0);
	module_symbol(&m, "stop_it", IN_TEXT, 64, 8);
	module_symbol(&m, "the_driver", IN_DATA, 0, 72);
	module_pointer(&m, 16, 3, module_string(&m, driver));
	module_pointer(&m, 24, 2, 0);
	module_pointer(&m, 32, 1, 16);
	if (shutdown)
		module_pointer(&m, 56, 1, 64);
	return module_finish(&m);
}

static void bus_module(const char *path, bool shutdown)
{
	module_begin(&m, EM_X86_64, LITTLE, 128);
	module_symbol(&m, "bus_register", IN_NOTHING, 0, 0);
	module_symbol(&m, "virtio_bus", IN_DATA, 0, 40);
	module_pointer(&m, 0, 3, module_string(&m, "virtio"));
	module_pointer(&m, 8, 1, 0);
	if (shutdown)
		module_pointer(&m, 16, 1, 8);
	write_module(path, module_finish(&m));
}

static void put_file(const char *bus, const char *device, const char *file, const char *text)
{
	char path[160];

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/%s", bus, device, file);
	tree_text(&tree, path, text);
}

/* A device with its driver; module NULL: built in. */
static void add_device(const char *bus, const char *device, const char *driver, const char *module)
{
	char path[160], target[160];

	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s/bind", bus, driver);
	tree_text(&tree, path, "");
	put_file(bus, device, "uevent", "");
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/driver", bus, device);
	snprintf(target, sizeof(target), "../../drivers/%s", driver);
	tree_link(&tree, path, target);
	if (!module)
		return;
	snprintf(path, sizeof(path), "/sys/module/%s/taint", module);
	tree_text(&tree, path, "\n");
	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s/module", bus, driver);
	snprintf(target, sizeof(target), "../../../../module/%s", module);
	tree_link(&tree, path, target);
}

static void set_master(const char *device, bool on)
{
	static uint8_t config[64];
	char path[160];

	config[4] = on ? 0x07 : 0x03;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", device);
	tree_file(&tree, path, config, sizeof(config));
}

static void add_network(bool with_callback)
{
	add_device("pci", NETWORK, "fast_net", "fast_net");
	put_file("pci", NETWORK, "class", "0x020000\n");
	put_file("pci", NETWORK, "power_state", "D0\n");
	set_master(NETWORK, true);
	/* The file's name has a dash where the kernel's has none. */
	write_module(MODULES "fast-net.ko", pci_module("fast_net", with_callback));
}

static int begin(void **state)
{
	struct bytes blob = types_kernel(&types, LITTLE);

	tree_create(&tree);
	tree_text(&tree, "/proc/sys/kernel/osrelease", RELEASE "\n");
	tree_text(&tree, "/proc/sys/kernel/arch", "x86_64\n");
	tree_text(&tree, "/sys/kernel/kexec_loaded", "0\n");
	tree_file(&tree, "/sys/kernel/btf/vmlinux", blob.data, blob.size);
	write_module(MODULES "other.ko", pci_module("other", false));
	error = (struct error){ 0 };
	return 0;
}

static int end(void **state)
{
	tree_destroy(&tree);
	arena_release(&arena);
	arena = (struct arena){ 0 };
	free(output);
	output = NULL;
	return 0;
}

static void check(unsigned forms)
{
	struct options options = { .check = CHECK_MACHINE | forms };
	struct sysroot root;
	size_t size;
	FILE *out;

	assert_true(sysroot_open(&root, tree.path, &error));
	options.check &= devices_only ? ~(unsigned)CHECK_MACHINE : ~0U;
	if (!check_machine(&root, &options, &arena, &report, &error))
		fail_msg("%s", error.cause);
	sysroot_close(&root);
	free(output);
	out = open_memstream(&output, &size);
	assert_non_null(out);
	assert_true(check_report_print(out, &report, forms, false, &arena, &error));
	fclose(out);
}

static void expect(enum verdict verdict, const char *reason)
{
	check(0);
	assert_int_equal(report.verdict, verdict);
	if (!strstr(report.entries[0].judgement.reason, reason))
		fail_msg("\"%s\" was expected in \"%s\"", reason,
			 report.entries[0].judgement.reason);
	assert_int_equal(!!report.entries[0].judgement.remedy, verdict != VERDICT_CLEAR);
}

static void test_at_risk(void **state)
{
	add_network(false);
	devices_only = true;
	expect(VERDICT_RISK, "fast_net has no shutdown callback, bus mastering is on");
	devices_only = false;
	assert_int_equal(report.findings.count, 0);
	assert_string_equal(output,
		"VERDICT  DEVICE                      DRIVER                CLASS        SHUTDOWN\n"
		"at risk  0000:00:03.0                fast_net              network      no\n"
		"         fast_net has no shutdown callback, bus mastering is on, and no IOMMU\n"
		"         translates: the device relies on losing bus mastering alone.\n"
		"         When nothing uses it any more, unload fast_net or unbind 0000:00:03.0\n"
		"         from fast_net, and load the next kernel's driver afresh.\n"
		"\n"
		"At risk. Devices with drivers: 1; at risk: 1; with warnings: 0.\n");
}

/* What --check-first says, or NULL when it lets the kernel be loaded. */
static const char *refusal(void)
{
	check(0);
	error = (struct error){ 0 };
	return check_report_pass(&report, &error) ? NULL : error.cause;
}

static void test_check_first(void **state)
{
	add_network(true);
	assert_null(refusal());
	write_module(MODULES "fast-net.ko", pci_module("fast_net", false));
	assert_non_null(
		strstr(refusal(), "because " NETWORK " is at risk: fast_net has no shutdown"));
	assert_non_null(strstr(error.remedy, "--check-first"));
	add_device("pci", "0000:00:04.0", "slow_net", "slow_net");
	write_module(MODULES "slow_net.ko", pci_module("slow_net", false));
	put_file("pci", "0000:00:04.0", "class", "0x020000\n");
	set_master("0000:00:04.0", true);
	assert_non_null(strstr(refusal(), "because 2 devices are at risk. The first is " NETWORK
					  ": fast_net"));
}

static void test_callback(void **state)
{
	add_network(true);
	expect(VERDICT_CLEAR, "Its driver shuts it down");
	assert_string_equal(report.entries[0].driver->callback, "stop_it");
}

static void test_no_bus_mastering(void **state)
{
	add_network(false);
	set_master(NETWORK, false);
	expect(VERDICT_CLEAR, "Bus mastering is off");
}

static void test_iommu(void **state)
{
	add_network(false);
	put_file("pci", NETWORK, "iommu_group/type", "identity\n");
	expect(VERDICT_RISK, "no IOMMU translates");
	put_file("pci", NETWORK, "iommu_group/type", "DMA-FQ\n");
	expect(VERDICT_WARNING, "an IOMMU stops transfers");
}

static void test_harmless_class(void **state)
{
	add_network(false);
	put_file("pci", NETWORK, "class", "0x060400\n");
	expect(VERDICT_CLEAR, "not of a class");
}

/* These are not of the base classes that one thinks of. */
static void test_classes(void **state)
{
	static const struct {
		const char *class, *name;
	} serious[] = {
		{"0x0c0400\n", "storage"},     {"0x0c0010\n", "FireWire"},
		{"0x0b4000\n", "coprocessor"}, {"0x0c0600\n", "fabric"},
		{"0x0c0340\n", "USB"},	       {"0x020700\n", "fabric"},
	};

	add_network(false);
	for (size_t i = 0; i < sizeof(serious) / sizeof(serious[0]); i++) {
		put_file("pci", NETWORK, "class", serious[i].class);
		expect(VERDICT_RISK, "no shutdown callback, bus mastering is on");
		assert_non_null(strstr(output, serious[i].name));
	}
	put_file("pci", NETWORK, "class", "0x040100\n");
	expect(VERDICT_WARNING, "what plays or records goes on");
	put_file("pci", NETWORK, "iommu_group/type", "DMA\n");
	expect(VERDICT_WARNING, "an IOMMU stops transfers");
}

/* Without PCI (virtio-mmio, channel I/O) there is no class, and no bus mastering to be lost. */
static void test_virtio_without_pci(void **state)
{
	add_device("virtio", "virtio0", "virtio_net", NULL);
	put_file("virtio", "virtio0", "device", "0x0001\n");
	tree_text(&tree, "/proc/kcore.drivers",
		  "bus\tvirtio\tno\ndriver\tvirtio\tno\t\t\t\tvirtio_net\n");
	expect(VERDICT_RISK, "Neither virtio_net nor the virtio bus shuts it down");
	assert_non_null(strstr(output, "  network  "));
	tree_text(&tree, "/proc/kcore.drivers",
		  "bus\tvirtio\tyes\ndriver\tvirtio\tno\t\t\t\tvirtio_net\n");
	expect(VERDICT_CLEAR, "The virtio bus resets it");
	tree_text(&tree, "/proc/kcore.drivers", "unseen\tNobody looked.\n");
	expect(VERDICT_WARNING, "cannot be told");
	put_file("virtio", "virtio0", "device", "0x0004\n");
	expect(VERDICT_CLEAR, "not of a class that is known");
	put_file("virtio", "virtio0", "device", "0x0001\n");
	tree_text(&tree, "/sys/bus/virtio/devices/cutype", "3832/01\n");
	expect(VERDICT_CLEAR, "The channel that it hangs on is reset");
}

static void test_built_in(void **state)
{
	add_device("pci", "0000:00:01.0", "ata_thing", NULL);
	put_file("pci", "0000:00:01.0", "class", "0x010601\n");
	set_master("0000:00:01.0", true);
	expect(VERDICT_WARNING, "cannot be told: it is built into the kernel");
	assert_non_null(strstr(
		output,
		"The driver of 1 device is built into the kernel, whose image does not tell\n"
		"enough of it. These files hold nothing of the kernel's memory."));
}

/* The image of the kernel beside its modules, for whoever cannot read its memory. */
static void test_kernel_image(void **state)
{
	for (int with = 0; with < 2; with++) {
		struct bytes blob, image;
		static struct linked l;
		uint8_t file[8192];

		end(state);
		begin(state);
		linked_begin(&l, EM_X86_64, LITTLE, false);
		linked_word(&l, 16, linked_text(&l, "ata_thing"));
		linked_word(&l, 24, LINKED_DATA);
		linked_word(&l, 32, LINKED_TEXT);
		linked_word(&l, 56, with ? LINKED_TEXT + 8 : 0);
		image = linked_finish(&l);
		memcpy(file, image.data, image.size);
		blob = types_kernel(&types, LITTLE);
		assert_true(image.size + blob.size <= sizeof(file));
		memcpy(file + image.size, blob.data, blob.size);
		tree_file(&tree, "/lib/modules/" RELEASE "/vmlinux", file, image.size + blob.size);
		add_device("pci", "0000:00:01.0", "ata_thing", NULL);
		put_file("pci", "0000:00:01.0", "class", "0x010601\n");
		set_master("0000:00:01.0", true);
		expect(with ? VERDICT_CLEAR : VERDICT_RISK,
		       with ? "Its driver shuts it down" : "ata_thing has no shutdown callback");
		assert_int_equal(report.unseen_count, 0);
		check(CHECK_VERBOSE);
		assert_non_null(strstr(output, "a structure at"));
		/* What runs is believed, and must not differ unsaid. */
		tree_text(&tree, "/proc/kcore.drivers", "driver\tpci\tno\t\t\t\tata_thing\n");
		expect(VERDICT_RISK, "ata_thing has no shutdown callback");
	}
}

/* What root saw in the kernel's memory is kept with a captured tree. */
static void test_memory(void **state)
{
	test_built_in(state);
	tree_text(&tree, "/proc/kcore.drivers",
		  "bus\tpci\tyes\ndriver\tpci\tyes\t\tata_driver\tata_stop\tata_thing\n");
	expect(VERDICT_CLEAR, "Its driver shuts it down");
	assert_int_equal(report.unseen_count, 0);
	check(CHECK_VERBOSE);
	assert_non_null(strstr(
		output, "The running kernel's memory: ata_driver; shutdown points at ata_stop."));
	assert_non_null(strstr(output, "The driver is built into the kernel."));
	check(CHECK_JSON);
	assert_non_null(strstr(output, "\"in_file\": null,\n      \"in_memory\": true,\n"
				       "      \"memory_symbol\": \"ata_driver\",\n      "
				       "\"memory_callback\": \"ata_stop\""));
	tree_text(&tree, "/proc/kcore.drivers", "driver\tpci\tno\t\tata_driver\t\tata_thing\n");
	expect(VERDICT_RISK, "ata_thing has no shutdown callback");
	tree_text(&tree, "/proc/kcore.drivers", "driver\tpci\tno\t\t\t\tother\n");
	expect(VERDICT_WARNING, "whose memory has no such driver");
	tree_text(&tree, "/proc/kcore.drivers", "unseen\tNobody looked.\n");
	expect(VERDICT_WARNING, "cannot be told: it is built into the kernel");
	assert_non_null(strstr(report.unseen[0], "does not tell enough of it. Nobody looked."));
	tree_text(&tree, "/proc/kcore.drivers", "nonsense\n");
	expect(VERDICT_WARNING, "cannot be told: it is built into the kernel");
	assert_non_null(strstr(report.unseen[0], "neither a bus nor a driver"));
}

/* Two sources that differ: memory is believed, and the difference is told. */
static void test_disagreement(void **state)
{
	add_network(false);
	tree_text(&tree, "/proc/kcore.drivers", "driver\tpci\tno\tfast_net\t\t\tfast_net\n");
	expect(VERDICT_RISK, "fast_net has no shutdown callback");
	assert_null(strstr(output, "what runs was not loaded"));
	tree_text(&tree, "/proc/kcore.drivers", "driver\tpci\tyes\tfast_net\t\tstop\tfast_net\n");
	expect(VERDICT_WARNING,
	       "Its driver shuts it down. The file of its module has no callback, and the running "
	       "kernel's memory has one");
	write_module(MODULES "fast-net.ko", pci_module("fast_net", true));
	tree_text(&tree, "/proc/kcore.drivers", "driver\tpci\tno\tfast_net\t\t\tfast_net\n");
	expect(VERDICT_RISK,
	       "The file of its module has a callback, and the running kernel's memory has none");
}

/* The virtio bus may be built in: then only memory tells whether it resets its devices. */
static void test_virtio_built_in(void **state)
{
	add_device("pci", NETWORK, "virtio-pci", NULL);
	put_file("pci", NETWORK, "class", "0x020000\n");
	set_master(NETWORK, true);
	tree_text(&tree, "/proc/kcore.drivers",
		  "bus\tvirtio\tno\ndriver\tpci\tno\t\t\t\tvirtio-pci\n");
	expect(VERDICT_RISK, "virtio-pci has no shutdown callback");
	tree_text(&tree, "/proc/kcore.drivers",
		  "bus\tvirtio\tyes\ndriver\tpci\tno\t\t\t\tvirtio-pci\n");
	expect(VERDICT_CLEAR, "virtio bus resets");
}

/*
 * Where a driver is from, and what its device can do: every fact that the report has, in both
 * forms.
 */
static void test_facts(void **state)
{
	add_network(false);
	tree_text(&tree, "/sys/module/fast_net/taint", "OE\n");
	tree_text(&tree, "/sys/module/module/parameters/sig_enforce", "N\n");
	put_file("pci", NETWORK, "power/runtime_status", "suspended\n");
	put_file("pci", NETWORK, "power_state", "D3hot\n");
	put_file("pci", NETWORK, "reset_method", "flr bus\n");
	put_file("pci", NETWORK, "iommu_group/type", "DMA-FQ\n");
	check(CHECK_JSON);
	assert_non_null(strstr(output, "\"sig_enforce\": false"));
	assert_non_null(
		strstr(output, "\"class\": \"network\",\n      \"pci_class\": \"0x20000\""));
	assert_non_null(strstr(
		output, "\"taint\": \"OE\",\n      \"in_tree\": false,\n      \"signed\": false"));
	assert_non_null(strstr(
		output,
		"\"iommu\": \"DMA-FQ\",\n      \"power_state\": \"D3hot\",\n"
		"      \"runtime_status\": \"suspended\",\n      \"reset_methods\": \"flr bus\""));
	check(CHECK_VERBOSE);
	assert_non_null(strstr(output,
		"         pci device; bus mastering on, IOMMU group DMA-FQ, power state D3hot\n"
		"         (suspended), reset by flr bus.\n"
		"         Module fast_net, out of tree, unsigned, taint OE.\n"));
	assert_non_null(
		strstr(output, "The running kernel loads modules that are not signed, too."));
	tree_text(&tree, "/sys/module/module/parameters/sig_enforce", "Y\n");
	check(CHECK_VERBOSE);
	assert_non_null(strstr(output, "The running kernel loads only modules that are signed."));
}

/* A driver that is built in and has parameters has a directory below /sys/module too. */
static void test_built_in_with_parameters(void **state)
{
	char path[160];

	add_network(true);
	snprintf(path, sizeof(path), "%s/sys/module/fast_net/taint", tree.path);
	assert_int_equal(remove(path), 0);
	tree_text(&tree, "/sys/module/fast_net/parameters/debug", "0\n");
	expect(VERDICT_WARNING, "cannot be told: it is built into the kernel");
	check(CHECK_JSON);
	assert_non_null(strstr(output, "\"module\": null"));
}

static void test_missing_module(void **state)
{
	add_device("pci", NETWORK, "vendor", "vendor");
	put_file("pci", NETWORK, "class", "0x020000\n");
	set_master(NETWORK, true);
	tree_text(&tree, "/sys/module/vendor/taint", "OE\n");
	expect(VERDICT_WARNING, "the file of its module was not found");
	assert_string_equal(report.entries[0].device->taint, "OE");
	assert_non_null(strstr(report.entries[0].judgement.remedy, "Ask whoever wrote vendor"));
}

/* The driver has another name than any in the module that the kernel says it is from. */
static void test_two_names(void **state)
{
	add_device("pci", NETWORK, "second_net", "fast_net");
	put_file("pci", NETWORK, "class", "0x020000\n");
	set_master(NETWORK, true);
	write_module(MODULES "fast-net.ko", pci_module("fast_net", true));
	expect(VERDICT_WARNING, "its structure was not found");
}

static void test_virtio(void **state)
{
	for (int with = 0; with < 2; with++) {
		end(state);
		begin(state);
		add_device("pci", NETWORK, "virtio-pci", "virtio_pci");
		put_file("pci", NETWORK, "class", "0x020000\n");
		set_master(NETWORK, true);
		write_module(MODULES "virtio_pci.ko", pci_module("virtio-pci", false));
		expect(VERDICT_WARNING, "the virtio bus, which might reset it, is built into");
		bus_module(MODULES "virtio.ko", with);
		expect(with ? VERDICT_CLEAR : VERDICT_RISK,
		       with ? "virtio bus resets" : "no shutdown callback");
	}
}

/* A kernel beside the running one, with types to read its modules by. */
static void add_kernel(const char *release)
{
	struct bytes blob = types_kernel(&types, LITTLE);
	char path[80];

	snprintf(path, sizeof(path), "/lib/modules/%s/vmlinuz", release);
	tree_file(&tree, path, blob.data, blob.size);
}

/* The release that the first device's remedy names, or NULL. */
static const char *offered(void)
{
	const struct report_entry *entry;

	check(0);
	entry = report.entries;
	assert_int_equal(!entry->newer_kernel, !entry->newer_file);
	assert_int_equal(!entry->newer_kernel, !strstr(entry->judgement.remedy, "Or boot "));
	return entry->newer_kernel;
}

static void same_when_captured(void)
{
	const char *remedy = report.entries[0].judgement.remedy;
	struct capture_summary summary;
	struct tree machine = tree;
	struct sysroot root;

	tree_create(&tree);
	assert_true(sysroot_open(&root, machine.path, &error));
	assert_true(capture_machine(&root, tree.path, &arena, &summary, &error));
	sysroot_close(&root);
	check(0);
	assert_string_equal(report.entries[0].judgement.remedy, remedy);
	tree_destroy(&tree);
	tree = machine;
}

static void test_newer_kernel(void **state)
{
	add_network(false);
	assert_null(offered());
	/* Older, without the module, without a callback, without types, and a leftover. */
	add_kernel("9.8.6-test");
	write_module("/lib/modules/9.8.6-test/fast_net.ko", pci_module("fast_net", true));
	add_kernel("9.8.8-test");
	write_module("/lib/modules/9.8.8-test/other.ko", pci_module("other", true));
	add_kernel("9.8.9-test");
	write_module("/lib/modules/9.8.9-test/fast_net.ko", pci_module("fast_net", false));
	write_module("/lib/modules/9.9.0-test/fast_net.ko", pci_module("fast_net", true));
	tree_text(&tree, "/lib/modules/9.9.1-test/modules.dep", "");
	assert_null(offered());
	/* The tenth is newer than the ninth. */
	add_kernel("9.8.10-test");
	write_module("/lib/modules/9.8.10-test/net/fast-net.ko", pci_module("fast_net", true));
	assert_string_equal(offered(), "9.8.10-test");
	assert_non_null(strstr(
		output,
		"         from fast_net, and load the next kernel's driver afresh. Or boot\n"
		"         9.8.10-test, which is installed, through the firmware once: it shuts\n"
		"         this device down.\n"));
	check(CHECK_VERBOSE);
	assert_non_null(strstr(output, "/net/fast-net.ko"));
	check(CHECK_JSON);
	assert_non_null(strstr(output, "\"newer_kernel\": \"9.8.10-test\""));
	same_when_captured();
	write_module(MODULES "fast-net.ko", pci_module("fast_net", true));
	expect(VERDICT_CLEAR, "Its driver shuts it down");
	assert_null(report.entries[0].newer_kernel);
}

/* What is newer may be the bus. */
static void test_newer_bus(void **state)
{
	add_device("pci", NETWORK, "virtio-pci", "virtio_pci");
	put_file("pci", NETWORK, "class", "0x020000\n");
	set_master(NETWORK, true);
	write_module(MODULES "virtio_pci.ko", pci_module("virtio-pci", false));
	bus_module(MODULES "virtio.ko", false);
	add_kernel("9.8.8-test");
	write_module("/lib/modules/9.8.8-test/virtio_pci.ko", pci_module("virtio-pci", false));
	assert_null(offered());
	bus_module("/lib/modules/9.8.8-test/virtio.ko", true);
	assert_string_equal(offered(), "9.8.8-test");
}

static void test_platform(void **state)
{
	add_device("platform", "soc-eth.0", "soc_eth", "soc_eth");
	module_begin(&m, EM_AARCH64, LITTLE, 128);
	module_symbol(&m, "__platform_driver_register", IN_NOTHING, 0, 0);
	module_symbol(&m, "driver", IN_DATA, 0, 56);
	module_pointer(&m, 0, 1, 0);
	module_pointer(&m, 16, 3, module_string(&m, "soc_eth"));
	write_module(MODULES "soc_eth.ko", module_finish(&m));
	expect(VERDICT_CLEAR, "not known to transfer data");
	put_file("platform", "soc-eth.0", "net/eth0/address", "");
	expect(VERDICT_WARNING, "nothing stops a platform device's transfers");
}

static void test_without_modules_or_types(void **state)
{
	add_network(false);
	tree_text(&tree, "/proc/sys/kernel/osrelease", "1.2.3\n");
	expect(VERDICT_WARNING, "the file of its module was not found");
	assert_int_equal(report.unseen_count, 1);
	assert_non_null(strstr(output, "No module was read. "));
}

static void test_worst_first_and_json(void **state)
{
	add_network(false);
	add_device("pci", "0000:00:01.0", "quiet", "quiet");
	put_file("pci", "0000:00:01.0", "class", "0x010601\n");
	set_master("0000:00:01.0", true);
	put_file("pci", "0000:00:02.0", "class", "0x030000\n");
	write_module(MODULES "quiet.ko", pci_module("quiet", true));
	check(0);
	assert_string_equal(report.entries[0].device->name, NETWORK);
	assert_string_equal(report.entries[1].device->name, "0000:00:01.0");
	assert_int_equal(report.devices.unbound, 1);
	check(CHECK_JSON);
	assert_non_null(strstr(output, "\"version\": 1,"));
	assert_non_null(strstr(output, "\"verdict\": \"at risk\",\n  \"modules\": "));
	assert_non_null(strstr(output, "\"pci_class\": \"0x20000\""));
	assert_non_null(strstr(output, "\"bus_master\": true"));
	assert_non_null(strstr(output, "\"unbound\": 1"));
	check(CHECK_VERBOSE);
	assert_non_null(strstr(output, "pci device; bus mastering on"));
	assert_non_null(strstr(output, "the_driver"));
	assert_non_null(strstr(output, ".data+0x0"));
}

/* The rest of the machine is told after its devices, and the worst of all is the verdict. */
static void test_findings(void **state)
{
	add_network(true);
	expect(VERDICT_CLEAR, "Its driver shuts it down");
	assert_non_null(strstr(output, "\n\nVERDICT  MACHINE\nclear    "));
	tree_text(&tree, "/proc/sys/kernel/kexec_load_disabled", "1\n");
	check(0);
	assert_int_equal(report.verdict, VERDICT_RISK);
	assert_int_equal(report.verdicts[VERDICT_RISK], 0);
	assert_non_null(strstr(output,
		"at risk  loading        kernel.kexec_load_disabled is 1: no kernel can be\n"
		"                        loaded.\n"
		"                        Boot again without that setting: it stays until then.\n"));
	check(CHECK_JSON);
	assert_non_null(strstr(output, "\"findings\": [\n    {\n      \"name\": \"loading\",\n"
			       "      \"verdict\": \"at risk\","));
	assert_non_null(strstr(output, "\"verdict\": null"));
}

/* What makes no machine is no reason to be silent about the devices. */
static void test_unreadable_machine(void **state)
{
	add_network(false);
	tree_text(&tree, "/proc/meminfo", "MemTotal: much\n");
	expect(VERDICT_RISK, "fast_net has no shutdown callback");
	assert_int_equal(report.findings.count, 1);
	assert_non_null(strstr(output, "unseen   machine        "));
	assert_non_null(strstr(output, "much"));
}

static void expect_narrow(void)
{
	for (char *line = strtok(output, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) > 80)
			fail_msg("%zu columns: %s", strlen(line), line);
}

/* Foreign names in every column stay within 80 columns, and drive no terminal. */
static void test_hostile_names(void **state)
{
	add_device("pci", "a\x1b[31mdevice-with-a-name-longer-than-its-column",
		   "driver with \x07 and a long name", NULL);
	put_file("pci", "a\x1b[31mdevice-with-a-name-longer-than-its-column", "class",
		 "0x010601\n");
	check(0);
	assert_null(strchr(output, '\x1b'));
	assert_null(strchr(output, '\x07'));
	expect_narrow();
}

/* Paths that are longer than a line are cut, behind a slash if there is one, and lose nothing. */
static void test_long_words(void **state)
{
	static const char *const drivers[] = {
		"an/unusually/long/path/"
		"with/many/directories/in/it/and/no/blank/anywhere/at/all/to/the/end",
		"aword_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_"
		"to_here",
	};
	char together[4096];

	for (size_t i = 0; i < 2; i++) {
		const struct report_entry entry = {
			.device = &(struct device){.name = "d", .driver = "x"},
			.judgement = {VERDICT_RISK, drivers[i], NULL},
		};
		struct report one = {.entries = (struct report_entry[]){entry},
				     .devices = {.count = 1}};
		size_t size, used = 0;
		FILE *out;

		free(output);
		out = open_memstream(&output, &size);
		assert_true(check_report_print(out, &one, 0, false, &arena, &error));
		fclose(out);
		for (const char *at = output; *at; at++)
			if (*at != ' ' && *at != '\n')
				together[used++] = *at;
		together[used] = '\0';
		assert_non_null(strstr(together, drivers[i]));
		assert_int_equal(!!strstr(output, "/\n"), !i);
		expect_narrow();
	}
}

/* A machine whose devices cannot be seen is not clear of them. */
static void test_no_devices(void **state)
{
	devices_only = true;
	check(0);
	devices_only = false;
	assert_int_equal(report.verdict, VERDICT_WARNING);
	assert_non_null(strstr(output, "No device was found below"));
	add_network(true);
	expect(VERDICT_CLEAR, "Its driver shuts it down");
	assert_int_equal(report.unseen_count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_at_risk),
		TEST(test_check_first),
		TEST(test_callback),
		TEST(test_no_bus_mastering),
		TEST(test_iommu),
		TEST(test_harmless_class),
		TEST(test_classes),
		TEST(test_virtio_without_pci),
		TEST(test_built_in),
		TEST(test_memory),
		TEST(test_kernel_image),
		TEST(test_disagreement),
		TEST(test_virtio_built_in),
		TEST(test_facts),
		TEST(test_built_in_with_parameters),
		TEST(test_missing_module),
		TEST(test_two_names),
		TEST(test_virtio),
		TEST(test_newer_kernel),
		TEST(test_newer_bus),
		TEST(test_platform),
		TEST(test_without_modules_or_types),
		TEST(test_worst_first_and_json),
		TEST(test_findings),
		TEST(test_unreadable_machine),
		TEST(test_hostile_names),
		TEST(test_long_words),
		TEST(test_no_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
