// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --quiesce over made-up machines: what of them is in use is changed piece by piece, and what would
 * be done to each device is held against what must not be touched. The trees are hostile where that
 * counts.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kexec/quiesce.h"
#include "tests/support/tree.h"
#include "tests/unit/kexec/command_line.h"

#define ROOT_MOUNT "20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
#define EVERYTHING "driver:ahci,driver:alx,driver:hba"

static struct tree tree;
static struct arena arena;
static struct error error;
static char *output;
static int status;

static void put_link(const char *path, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put_link(const char *path, const char *format, ...)
{
	char target[256];
	va_list args;

	va_start(args, format);
	vsnprintf(target, sizeof(target), format, args);
	va_end(args);
	tree_link(&tree, path, target);
}

static void put_text(const char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put_text(const char *text, const char *format, ...)
{
	char path[256];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	tree_text(&tree, path, text);
}

/* The path of a file of the tree, valid until the next call. */
static const char *tree_at(const char *path)
{
	static char full[320];

	snprintf(full, sizeof(full), "%s%s", tree.path, path);
	return full;
}

/* `place` below /sys/devices; the device's name is its last part. */
static void add_device(const char *bus, const char *place, const char *driver, const char *class)
{
	const char *name = strrchr(place, '/') + 1;
	char path[256];

	put_text(class, "/sys/devices/%s/class", place);
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s", bus, name);
	put_link(path, "../../../devices/%s", place);
	if (!driver)
		return;
	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s/unbind", bus, driver);
	if (access(tree_at(path), F_OK))
		put_text("", "/sys/bus/%s/drivers/%s/unbind", bus, driver);
	snprintf(path, sizeof(path), "/sys/devices/%s/driver", place);
	/* From the device's directory up to /sys. */
	put_link(path, "../../../%sbus/%s/drivers/%s",
		 strchr(strchr(place, '/') + 1, '/') ? "../" : "", bus, driver);
	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s/%s", bus, driver, name);
	put_link(path, "../../../../devices/%s", place);
}

static void add_to_class(const char *class, const char *place)
{
	char path[256];

	put_text("", "/sys/devices/%s/uevent", place);
	snprintf(path, sizeof(path), "/sys/class/%s/%s", class, strrchr(place, '/') + 1);
	put_link(path, "../../devices/%s", place);
}

static void add_block(const char *place, const char *number)
{
	add_to_class("block", place);
	put_text(number, "/sys/devices/%s/dev", place);
}

/* `upper` is made of `lower`: the links that sysfs has for it, on both sides. */
static void build_on(const char *upper, const char *lower, const char *lower_place)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/devices/virtual/block/%s/slaves/%s", upper, lower);
	put_link(path, "../../../../%s", lower_place);
	snprintf(path, sizeof(path), "/sys/devices/%s/holders/%s", lower_place, upper);
	put_link(path, "../../virtual/block/%s", upper);
}

static void set_mounts(const char *text)
{
	put_text(text, "/proc/self/mountinfo");
}

/* A disk with / behind ahci, another disk behind hba, a network card; found in this order. */
static int begin(void **state)
{
	tree_create(&tree);
	put_text("9.9\n", "/proc/sys/kernel/osrelease");
	add_device("pci", "pci0000:00/0000:00:03.0", "alx", "0x020000\n");
	add_to_class("net", "pci0000:00/0000:00:03.0/net/eth0");
	add_device("pci", "pci0000:00/0000:00:04.0", "ahci", "0x010601\n");
	add_block("pci0000:00/0000:00:04.0/ata1/host0/block/sda", "8:0\n");
	add_block("pci0000:00/0000:00:04.0/ata1/host0/block/sda/sda1", "8:1\n");
	add_block("pci0000:00/0000:00:04.0/ata1/host0/block/sda/sda2", "8:2\n");
	add_device("pci", "pci0000:00/0000:00:05.0", "hba", "0x010000\n");
	add_block("pci0000:00/0000:00:05.0/host1/block/sdb", "8:16\n");
	add_block("pci0000:00/0000:00:05.0/host1/block/sdb/sdb1", "8:17\n");
	put_text("ttyS0\n", "/sys/class/tty/console/active");
	put_text("Filename\tType\tSize\tUsed\tPriority\n", "/proc/swaps");
	error = (struct error){0};
	return 0;
}

static int end(void **state)
{
	tree_destroy(&tree);
	arena_release(&arena);
	arena = (struct arena){0};
	free(output);
	output = NULL;
	return 0;
}

static bool run(const char *words, bool captured)
{
	struct options options = {.dry_run = captured};
	struct sysroot root;
	size_t size;
	FILE *out;
	bool done;

	free(output);
	output = NULL;
	out = open_memstream(&output, &size);
	assert_non_null(out);
	assert_true(sysroot_open(&root, tree.path, &error));
	/* The tree as if it were this machine's: what is written goes there. */
	root.captured = captured;
	assert_true(quiesce_parse(words, &options.quiesce, &arena, &error));
	options.quiesce.seconds = 1;
	done = quiesce_machine(out, &root, &options, &arena, &status, &error);
	sysroot_close(&root);
	fclose(out);
	return done;
}

static void expect(const char *words, int expected_status, const char *expected)
{
	if (!run(words, true))
		fail_msg("%s", error.cause);
	assert_string_equal(output, expected);
	assert_int_equal(status, expected_status);
}

#define ALX "0000:00:03.0: would be unbound from alx\n"
#define AHCI "0000:00:04.0: would be unbound from ahci\n"
#define HBA "0000:00:05.0: would be unbound from hba\n"

static void test_mounted(void **state)
{
	set_mounts(ROOT_MOUNT);
	expect(EVERYTHING, 10, HBA "0000:00:04.0: left alone: sda1 is mounted at /\n" ALX);
	/* Names, short and long, in any order. */
	expect("00:04.0,0000:00:03.0", 10, "0000:00:04.0: left alone: sda1 is mounted at /\n" ALX);
	expect("driver:alx", 0, ALX);
	expect("driver:none", 0, "No device was chosen.\n");
}

static void test_nothing_mounted(void **state)
{
	set_mounts("21 20 0:5 / /proc rw - proc proc rw\n22 20 0:6 / /dev rw - devtmpfs udev rw\n"
		   "23 20 0:40 / / rw - overlay overlay rw,lowerdir=/a\n");
	expect(EVERYTHING, 0, HBA AHCI ALX);
}

static void test_swap(void **state)
{
	set_mounts(ROOT_MOUNT);
	put_text("Filename Type Size Used Priority\n/swap\\040file file 1 0 -2\n/dev/sdb1  "
		 "partition\t1 0 -3\n",
		 "/proc/swaps");
	expect(EVERYTHING, 10,
	       "0000:00:05.0: left alone: sdb1 is swap space\n"
	       "0000:00:04.0: left alone: sda1 is mounted at /\n" ALX);
	put_text("Filename Type Size Used Priority\n/dev/mapper/lost partition 1 0 -3\n",
		 "/proc/swaps");
	expect("driver:hba", 10,
	       "0000:00:05.0: left alone: sdb hangs on it, and /dev/mapper/lost is swap space, and "
	       "nothing shows on which disk that is\n");
}

/* / on a mapping, on a mapping, on an array of a partition of each disk. */
static void build_stack(void)
{
	add_block("virtual/block/dm-1", "254:1\n");
	add_block("virtual/block/dm-0", "254:0\n");
	add_block("virtual/block/md0", "9:0\n");
	put_text("group-root\n", "/sys/devices/virtual/block/dm-1/dm/name");
	build_on("dm-1", "dm-0", "virtual/block/dm-0");
	build_on("dm-0", "md0", "virtual/block/md0");
	build_on("md0", "sda2", "pci0000:00/0000:00:04.0/ata1/host0/block/sda/sda2");
	build_on("md0", "sdb1", "pci0000:00/0000:00:05.0/host1/block/sdb/sdb1");
}

static void test_stack(void **state)
{
	build_stack();
	set_mounts("20 1 254:1 / /srv/a\\040b rw - xfs /dev/mapper/group-root rw\n");
	expect(EVERYTHING, 10,
	       "0000:00:05.0: left alone: dm-1 is mounted at /srv/a b\n"
	       "0000:00:04.0: left alone: dm-1 is mounted at /srv/a b\n" ALX);
	/* Known by its name alone. */
	set_mounts("20 1 0:33 / /srv rw - btrfs /dev/mapper/group-root rw\n");
	expect("driver:hba", 10,
	       "0000:00:05.0: left alone: /dev/mapper/group-root is mounted at /srv\n");
}

static void test_built_on(void **state)
{
	build_stack();
	set_mounts("21 20 0:5 / /proc rw - proc proc rw\n");
	expect("driver:hba", 10, "0000:00:05.0: left alone: dm-1 is built on dm-0\n");
}

static void test_circles(void **state)
{
	add_block("virtual/block/dm-0", "254:0\n");
	add_block("virtual/block/dm-1", "254:1\n");
	build_on("dm-0", "dm-1", "virtual/block/dm-1");
	build_on("dm-1", "dm-0", "virtual/block/dm-0");
	build_on("dm-1", "sdb1", "pci0000:00/0000:00:05.0/host1/block/sdb/sdb1");
	set_mounts("20 1 254:0 / / rw - ext4 /dev/dm-0 rw\n");
	expect("driver:hba", 10, "0000:00:05.0: left alone: dm-0 is mounted at /\n");
	/* Built of something that is not there. */
	build_on("dm-0", "sdz", "virtual/nothing");
	expect("driver:ahci", 10,
	       "0000:00:04.0: left alone: sda hangs on it, and dm-0 is mounted at /, and sdz below "
	       "it was not found\n");
}

static void test_pools(void **state)
{
	set_mounts("20 1 0:30 / / rw - zfs rpool/root rw\n");
	expect(EVERYTHING, 10,
	       "0000:00:05.0: left alone: sdb hangs on it, and rpool/root is mounted at /, and "
	       "nothing "
	       "shows on which disks that is\n"
	       "0000:00:04.0: left alone: sda hangs on it, and rpool/root is mounted at /, and "
	       "nothing "
	       "shows on which disks that is\n" ALX);
	set_mounts("20 1 0:30 / / rw - btrfs /dev/sda1 rw\n");
	put_text("", "/sys/fs/btrfs/features/x");
	put_link("/sys/fs/btrfs/uuid/devices/sda1",
		 "../../../../devices/pci0000:00/0000:00:04.0/ata1/host0/block/sda/sda1");
	put_link("/sys/fs/btrfs/uuid/devices/sdb",
		 "../../../../devices/pci0000:00/0000:00:05.0/host1/block/sdb");
	expect(EVERYTHING, 10,
	       "0000:00:05.0: left alone: sdb belongs to a mounted btrfs\n"
	       "0000:00:04.0: left alone: /dev/sda1 is mounted at /\n" ALX);
}

static void test_network(void **state)
{
	static const char *const mounts[] = {
		"20 1 0:30 / /home rw - nfs4 server:/home rw\n",
		"20 1 0:30 / /home rw - fuse.sshfs me@server: rw\n",
		"20 1 0:30 / /home rw - cifs //server/home rw\n",
		"20 1 0:30 / /home rw - 9p server rw,trans=tcp,access=client\n",
	};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		set_mounts(mounts[i]);
		assert_true(run("driver:alx,driver:hba", true));
		assert_non_null(
			strstr(output, HBA "0000:00:03.0: left alone: eth0 hangs on it, and "));
		assert_non_null(strstr(output, " is mounted at /home\n"));
	}
}

static void test_remote_disks(void **state)
{
	add_block("virtual/block/nbd0", "43:0\n");
	set_mounts("20 1 43:0 / /data rw - ext4 /dev/nbd0 rw\n");
	expect("driver:alx,driver:hba", 10,
	       "0000:00:05.0: left alone: sdb hangs on it, and nbd0 is mounted at /data, and "
	       "nothing shows on what "
	       "hardware that is\n"
	       "0000:00:03.0: left alone: eth0 hangs on it, and nbd0 is mounted at /data, and "
	       "nothing shows on what "
	       "hardware that is\n");
	add_block("platform/host7/session1/target/block/sdc", "8:32\n");
	set_mounts("20 1 8:32 / /data rw - ext4 /dev/sdc rw\n");
	expect("driver:alx,driver:hba", 10,
	       HBA "0000:00:03.0: left alone: eth0 hangs on it, and sdc is mounted at /data\n");
	/* What lies in memory, or on a file system that is itself mounted. */
	add_block("virtual/block/loop3", "7:3\n");
	set_mounts("20 1 7:3 / /snap rw - squashfs /dev/loop3 ro\n");
	expect("driver:alx,driver:hba", 0, HBA ALX);
}

static void test_nvme_multipath(void **state)
{
	add_device("pci", "pci0000:00/0000:00:06.0", "nvme", "0x010802\n");
	put_text("", "/sys/devices/pci0000:00/0000:00:06.0/nvme/nvme0/uevent");
	add_block("virtual/nvme-subsystem/nvme-subsys0/nvme0n1", "259:0\n");
	put_link("/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
		 "../../../pci0000:00/0000:00:06.0/nvme/nvme0");
	set_mounts("20 1 259:0 / / rw - ext4 /dev/nvme0n1 rw\n");
	expect("driver:nvme,driver:hba", 10,
	       "0000:00:06.0: left alone: nvme0n1 is mounted at /\n" HBA);
}

/* Disks and shares of a virtual machine: the device on the virtio bus and the one that it hangs on.
 */
static void test_virtio(void **state)
{
	add_device("pci", "pci0000:00/0000:00:07.0", "virtio-pci", "0x010000\n");
	add_device("virtio", "pci0000:00/0000:00:07.0/virtio0", "virtio_blk", "");
	add_block("pci0000:00/0000:00:07.0/virtio0/block/vda", "252:0\n");
	add_device("pci", "pci0000:00/0000:00:08.0", "virtio-pci", "0x000200\n");
	add_device("virtio", "pci0000:00/0000:00:08.0/virtio1", "9pnet_virtio", "");
	set_mounts("20 1 0:40 / /share rw - 9p share rw,trans=virtio\n");
	expect("driver:virtio-pci,driver:virtio_blk,driver:9pnet_virtio", 10,
	       "virtio1: left alone: share is mounted at /share\n"
	       "0000:00:08.0: left alone: share is mounted at /share\n"
	       "virtio0: would be unbound from virtio_blk\n"
	       "0000:00:07.0: would be unbound from virtio-pci\n");
	set_mounts("20 1 252:0 / / rw - ext4 /dev/vda rw\n");
	expect("driver:virtio-pci,driver:virtio_blk,driver:9pnet_virtio", 10,
	       "virtio1: would be unbound from 9pnet_virtio\n"
	       "0000:00:08.0: would be unbound from virtio-pci\n"
	       "virtio0: left alone: vda is mounted at /\n"
	       "0000:00:07.0: left alone: vda is mounted at /\n");
}

static void test_consoles(void **state)
{
	set_mounts("");
	add_device("pci", "pci0000:00/0000:00:06.0", "serial", "0x070002\n");
	add_to_class("tty", "pci0000:00/0000:00:06.0/tty/ttyS4");
	add_device("pci", "pci0000:00/0000:00:02.0", "bochs-drm", "0x030000\n");
	put_text("1\n", "/sys/devices/pci0000:00/0000:00:02.0/boot_vga");
	expect("driver:serial,driver:bochs-drm", 0,
	       "0000:00:06.0: would be unbound from serial\n0000:00:02.0: would be unbound from "
	       "bochs-drm\n");
	put_text("tty0 ttyS4\n", "/sys/class/tty/console/active");
	expect("driver:serial,driver:bochs-drm", 10,
	       "0000:00:06.0: left alone: ttyS4 is a console\n0000:00:02.0: left alone: the screen "
	       "is a console\n");
	add_to_class("graphics", "pci0000:00/0000:00:02.0/graphics/fb0");
	expect("driver:bochs-drm", 10, "0000:00:02.0: left alone: fb0 is a console\n");
	add_device("pci", "pci0000:00/0000:00:09.0", "virtio-pci", "0x078000\n");
	add_device("virtio", "pci0000:00/0000:00:09.0/virtio5", "virtio_console", "");
	add_to_class("tty", "virtual/tty/hvc0");
	put_text("hvc0\n", "/sys/class/tty/console/active");
	expect("driver:virtio-pci", 10, "0000:00:09.0: left alone: hvc0 is a console\n");
}

static void test_above(void **state)
{
	set_mounts(ROOT_MOUNT);
	/* A USB disk: the controller is what would be let go. */
	add_device("pci", "pci0000:00/0000:00:14.0", "xhci_hcd", "0x0c0330\n");
	add_block("pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/host6/target6:0:0/6:0:0:0/block/sdd",
		  "8:48\n");
	add_device("pci", "pci0000:00/0000:00:1c.0", "pcieport", "0x060400\n");
	set_mounts("20 1 8:48 / /mnt/key rw - vfat /dev/sdd rw\n");
	expect("driver:xhci_hcd,driver:pcieport", 10,
	       "0000:00:1c.0: left alone: it is a bridge, on which others hang\n"
	       "0000:00:14.0: left alone: sdd is mounted at /mnt/key\n");
}

/* The disk is on a virtual function, or needs what the device supplies, or what that one does. */
static void test_dependents(void **state)
{
	set_mounts("20 1 8:64 / /data rw - ext4 /dev/sde rw\n");
	add_device("pci", "pci0000:00/0000:00:0c.0", "physical", "0x010802\n");
	add_device("pci", "pci0000:00/0000:00:0c.1", NULL, "0x010802\n");
	add_block("pci0000:00/0000:00:0c.1/host9/block/sde", "8:64\n");
	expect("driver:physical", 0, "0000:00:0c.0: would be unbound from physical\n");
	put_link("/sys/devices/pci0000:00/0000:00:0c.0/virtfn0", "../0000:00:0c.1");
	expect("driver:physical", 10, "0000:00:0c.0: left alone: sde is mounted at /data\n");

	add_device("platform", "platform/clock", "clocks", "");
	add_device("platform", "platform/phy", "phys", "");
	put_link("/sys/devices/platform/clock/consumer:platform:phy",
		 "../../virtual/devlink/clock--phy");
	put_link("/sys/devices/virtual/devlink/clock--phy/consumer", "../../../platform/phy");
	expect("driver:clocks", 0, "clock: would be unbound from clocks\n");
	put_link("/sys/devices/platform/phy/consumer:pci:0000:00:0c.0",
		 "../../virtual/devlink/phy--0000:00:0c.0");
	put_link("/sys/devices/virtual/devlink/phy--0000:00:0c.0/consumer",
		 "../../../pci0000:00/0000:00:0c.0");
	/* In a circle, too. */
	put_link("/sys/devices/pci0000:00/0000:00:0c.1/consumer:x",
		 "../../virtual/devlink/clock--phy");
	expect("driver:clocks,driver:phys", 10,
	       "phy: left alone: sde is mounted at /data\n"
	       "clock: left alone: sde is mounted at /data\n");
	put_link("/sys/devices/platform/clock/consumer:lost", "../../virtual/devlink/lost");
	expect("driver:clocks", 10,
	       "clock: left alone: its place among the devices cannot be seen\n");
}

/* What cannot be seen counts as used. */
static void test_unseen(void **state)
{
	expect(EVERYTHING, 10,
	       "0000:00:05.0: left alone: sdb hangs on it, and what is mounted cannot be seen in "
	       "/proc/self/mountinfo\n"
	       "0000:00:04.0: left alone: sda hangs on it, and what is mounted cannot be seen in "
	       "/proc/self/mountinfo\n"
	       "0000:00:03.0: left alone: eth0 hangs on it, and what is mounted cannot be seen in "
	       "/proc/self/mountinfo\n");
	set_mounts("20 1 99:7 / / rw - ext4 /dev/hidden rw\n");
	expect("driver:hba,driver:alx", 10,
	       "0000:00:05.0: left alone: sdb hangs on it, and /dev/hidden is mounted at /, and "
	       "nothing shows on which "
	       "disk that is\n" ALX);
}

/* Links out of the tree, in circles, and names that are none. */
static void test_hostile(void **state)
{
	set_mounts(ROOT_MOUNT "garbage\n\n20\n20 1 8:1\n20 1 8:17 / /\\03\\999\\ rw - ext4\n");
	put_link("/sys/bus/pci/devices/0000:66:00.0", "../../../../../../../../etc");
	put_link("/sys/bus/pci/devices/0000:67:00.0", "../../../devices/../../outside");
	put_link("/sys/bus/pci/devices/0000:68:00.0", "0000:68:00.0");
	put_link("/sys/class/block/evil", "../../../../../../dev");
	put_link("/sys/class/block/circle", "circle");
	put_text("evil\033[2Jconsole ../../x\n", "/sys/class/tty/console/active");
	put_text("", "/sys/bus/pci/devices/0000:69:00.0/uevent");
	put_text("", "/sys/bus/pci/drivers/real/unbind");
	put_link("/sys/bus/pci/devices/0000:69:00.0/driver", "../../drivers/real");
	expect("0000:69:00.0", 10,
	       "0000:69:00.0: left alone: its place among the devices cannot be seen\n");
	expect("driver:hba", 10, "0000:00:05.0: left alone: sdb1 is mounted at /\\03\\999\\\n");
	assert_false(run("0000:66:00.0,nothing", true));
	assert_non_null(strstr(error.cause, "there is no device "));
}

static void test_without_driver(void **state)
{
	set_mounts(ROOT_MOUNT);
	add_device("pci", "pci0000:00/0000:00:0a.0", NULL, "0x120000\n");
	expect("00:0a.0", 10, "0000:00:0a.0: left alone: it has no driver, and cannot be reset\n");
	put_text("flr bus\n", "/sys/devices/pci0000:00/0000:00:0a.0/reset_method");
	expect("00:0a.0", 0, "0000:00:0a.0: would be reset\n");
	add_device("pci", "pci0000:00/0000:00:0b.0", "stubborn", "0x020000\n");
	assert_int_equal(unlinkat(AT_FDCWD, tree_at("/sys/bus/pci/drivers/stubborn/unbind"), 0), 0);
	expect("driver:stubborn", 10, "0000:00:0b.0: left alone: its driver lets no device go\n");
	assert_false(run("00:0c.0", true));
	assert_string_equal(
		error.cause,
		"Nothing was done: there is no device 00:0c.0 on the buses pci, platform and "
		"virtio.");
}

/* What a file in the tree holds now. */
static void expect_file(const char *path, const char *expected)
{
	char text[64] = "";
	FILE *file = fopen(tree_at(path), "re");

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) < sizeof(text) - 1);
	fclose(file);
	assert_string_equal(text, expected);
}

static void test_doing_it(void **state)
{
	set_mounts(ROOT_MOUNT);
	put_text("flr\n", "/sys/devices/pci0000:00/0000:00:0a.0/reset_method");
	put_text("", "/sys/devices/pci0000:00/0000:00:0a.0/reset");
	add_device("pci", "pci0000:00/0000:00:0a.0", NULL, "0x120000\n");
	assert_true(run("driver:alx,driver:ahci,00:0a.0", false));
	expect_file("/sys/bus/pci/drivers/alx/unbind", "0000:00:03.0");
	expect_file("/sys/bus/pci/drivers/ahci/unbind", "");
	expect_file("/sys/devices/pci0000:00/0000:00:0a.0/reset", "1");
	/* No kernel took the driver away. */
	assert_non_null(strstr(output, "0000:00:03.0: unbound, but it has a driver again\n"));
	assert_non_null(strstr(output, "0000:00:04.0: left alone: sda1 is mounted at /\n"));
	assert_non_null(strstr(output, "0000:00:0a.0: reset\n"));
	assert_int_equal(status, 20);
}

/* Without standard input its number goes to the next file that is opened. */
static void test_closed_stream(void **state)
{
	int kept = dup(STDIN_FILENO);
	bool done;

	set_mounts(ROOT_MOUNT);
	close(STDIN_FILENO);
	done = run("driver:alx", false);
	if (kept >= 0) {
		dup2(kept, STDIN_FILENO);
		close(kept);
	}
	assert_true(done);
	expect_file("/sys/bus/pci/drivers/alx/unbind", "0000:00:03.0");
	assert_non_null(strstr(output, "0000:00:03.0: unbound, but it has a driver again\n"));
}

/* A pipe that nobody reads cannot be opened for writing: a wait that a signal ends. */
static void test_no_answer(void **state)
{
	set_mounts(ROOT_MOUNT);
	assert_int_equal(unlink(tree_at("/sys/bus/pci/drivers/alx/unbind")), 0);
	assert_int_equal(mkfifo(tree_at("/sys/bus/pci/drivers/alx/unbind"), 0600), 0);
	assert_true(run("driver:alx,driver:hba", false));
	assert_non_null(strstr(output, "0000:00:03.0: could not be unbound: "));
	expect_file("/sys/bus/pci/drivers/hba/unbind", "0000:00:05.0");
	assert_int_equal(status, 20);
}

/* A process of an earlier run that is still there. */
static void test_stuck_before(void **state)
{
	set_mounts(ROOT_MOUNT);
	put_text("kexec-quiesce\n", "/proc/76/comm"); /* of systemd-shutdown */
	put_text("kexec-unbinding\n", "/proc/77/comm");
	assert_false(run("driver:alx", false));
	assert_non_null(strstr(error.cause, "an earlier --quiesce has not ended (process 77)"));
	expect_file("/sys/bus/pci/drivers/alx/unbind", "");
}

static void test_options(void **state)
{
	static const struct {
		const char *words, *expected;
	} lines[] = {
		{"--quiesce -e", "exec"},
		{"-e --quiesce=at-risk", "exec"},
		{"--quiesce", "nothing"},
		{"-f K --quiesce", "load exec"},
		{"-e --quiesce --dry-run", "nothing"},
		{"-f K --quiesce --dry-run", "nothing"},
		{"--quiesce --dry-run --sysroot=D", "nothing"},
		{"--quiesce K", "error"},
		{"-l K --quiesce", "error"},
		{"--quiesce -u", "error"},
		{"--quiesce -p K", "error"},
		{"--quiesce -S", "error"},
		{"--quiesce --check", "error"},
		{"--quiesce --plan K", "error"},
		{"--quiesce --sysroot=D", "error"},
		{"--dry-run", "error"},
		{"-l K --dry-run", "error"},
		{"--quiesce=a/b", "error"},
		{"--quiesce=", "error"},
		{"--quiesce=..", "error"},
		{"--quiesce=driver:", "error"},
		{"--quiesce=driver:a/b", "error"},
		{"--quiesce=a,,b", "error"},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		static struct command_line c;
		const struct options *o = &c.options;
		char found[32], words[128];

		snprintf(words, sizeof(words), "kexec %s", lines[i].words);
		command_line_parse(&c, "x86_64", words);
		snprintf(found, sizeof(found), "%s%s%s",
			 !c.ok	   ? "error"
			 : o->load ? "load "
				   : "",
			 !c.ok	   ? ""
			 : o->exec ? "exec"
			 : o->load ? ""
				   : "nothing",
			 c.ok && (o->shutdown || o->unload || o->plan || !o->quiesce.asked)
				 ? " and more"
				 : "");
		if (strcmp(found, lines[i].expected))
			fail_msg("kexec %s: expected %s, found %s", lines[i].words,
				 lines[i].expected, found);
		if (!c.ok)
			assert_true(c.error.status == EXIT_USAGE && *c.error.cause);
		command_line_release(&c);
	}
}

static void test_resolving(void **state)
{
	static const struct {
		const char *directory, *target, *expected;
	} links[] = {
		{"/sys/class/net", "../../devices/a/b", "/sys/devices/a/b"},
		{"/sys/class/net", "/sys/devices//a/./b/", "/sys/devices/a/b"},
		{"/sys/class/net", "../../devices/a/../b", "/sys/devices/b"},
		{"/sys/class/net", "../../devices", NULL},
		{"/sys/class/net", "../../devices/..", NULL},
		{"/sys/class/net", "../../../../../../sys/devices/a", "/sys/devices/a"},
		{"/sys/class/net", "../../devicesx/a", NULL},
		{"/sys/class/net", "", NULL},
		{"/sys/class/net", "../../devices/a/../../../etc", NULL},
		{"", "x", NULL},
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		const char *path =
			place_resolve(links[i].directory, links[i].target, &arena, &error);

		if (links[i].expected)
			assert_string_equal(path, links[i].expected);
		else
			assert_null(path);
	}
	assert_true(place_is_below("/sys/devices/a/b", "/sys/devices/a"));
	assert_true(place_is_below("/sys/devices/a", "/sys/devices/a"));
	assert_false(place_is_below("/sys/devices/ab", "/sys/devices/a"));
	assert_false(place_is_below("/sys/devices/a", "/sys/devices/a/b"));
	assert_false(place_is_below(NULL, "/sys") || place_is_below("/sys", NULL) ||
		     place_is_below("/sys", ""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mounted),	   TEST(test_nothing_mounted), TEST(test_swap),
		TEST(test_stack),	   TEST(test_built_on),	       TEST(test_circles),
		TEST(test_pools),	   TEST(test_network),	       TEST(test_remote_disks),
		TEST(test_nvme_multipath), TEST(test_virtio),	       TEST(test_consoles),
		TEST(test_above),	   TEST(test_dependents),      TEST(test_unseen),
		TEST(test_hostile),	   TEST(test_without_driver),  TEST(test_doing_it),
		TEST(test_no_answer),	   TEST(test_stuck_before),    TEST(test_options),
		TEST(test_resolving),	   TEST(test_closed_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
