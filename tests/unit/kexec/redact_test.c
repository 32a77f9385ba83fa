// SPDX-License-Identifier: GPL-2.0-or-later
/* What a capture must not carry away, and what has to stay as it was. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "kexec/redact.h"

static void expect(const char *path, const char *before, const char *after)
{
	char text[512];
	const char *what;

	snprintf(text, sizeof(text), "%s", before);
	what = redact(path, (uint8_t *)text, strlen(text));
	assert_string_equal(text, after);
	assert_int_equal(!what, !strcmp(before, after));
}

static void command_lines_keep_their_length_and_lose_their_secrets(void **state)
{
	static const char *const lines[][2] = {
		{"root=UUID=0d3a-11 ro quiet\n", "root=UUID=0d3a-11 ro quiet\n"},
		{"rd.luks.uuid=ab-cd console=ttyS0,115200n8",
		 "rd.luks.uuid=ab-cd console=ttyS0,115200n8"},
		{"root=ZFS=pool/data@now", "root=ZFS=pool/data@now"},
		{"rd.iscsi.PassWord=sesame x", "rd.iscsi.PassWord=xxxxxx x"},
		{"a password=\"open, sesame\" b", "a password=\"xxxxx xxxxxx\" b"},
		{"systemd.set_credential=a:b systemd.machine_id=0a",
		 "systemd.set_credential=xxx systemd.machine_id=xx"},
		{"netroot=iscsi:joe:sesame@host:3260/x", "netroot=iscsi:xxx:xxxxxx@host:3260/x"},
		{"ks=http://joe:sesame@host/ks", "ks=http://xxx:xxxxxx@host/ks"},
		{"BOOTIF=01-52-54-00-ab-cd-ef", "BOOTIF=xx-xx-xx-xx-xx-xx-xx"},
		{"ifname=eth0:52:54:00:ab:cd:ef:dhcp ip=10.0.0.1",
		 "ifname=eth0:xx:xx:xx:xx:xx:xx:dhcp ip=10.0.0.1"},
		{"vfio-pci.ids=10de:1b80 pci=0000:00:1f.2",
		 "vfio-pci.ids=10de:1b80 pci=0000:00:1f.2"},
		{"x=1\tpassword=sesame", "x=1\tpassword=xxxxxx"},
		{"nfs=\"joe:se same@host\" x", "nfs=\"joe:xx xxxx@host\" x"},
		{"memmap=0x10$0x20 token=", "memmap=0x10$0x20 token="},
		{"netcfg/wireless_wpa=sesame netcfg/wireless_WEP=a",
		 "netcfg/wireless_wpa=xxxxxx netcfg/wireless_WEP=x"},
		{"rootpass=a vnc_pw=b rootpwd=c api_key=d mac=525400abcdef",
		 "rootpass=x vnc_pw=x rootpwd=x api_key=x mac=xxxxxxxxxxxx"},
		{"config.url=https://host/c?a=1&access_token=b",
		 "config.url=https://host/c?a=1&access_token=x"},
		{"ds=nocloud;s=http://host/?key=a&b=c,d", "ds=nocloud;s=http://host/?key=xxxxxxx"},
		{"netroot=iscsi:joe:sesame@host,password=a",
		 "netroot=iscsi:xxx:xxxxxx@host,password=x"},
		{"spec_store_bypass_disable=on iommu.passthrough=1 rd.luks=1",
		 "spec_store_bypass_disable=on iommu.passthrough=1 rd.luks=1"},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		expect("/proc/cmdline", lines[i][0], lines[i][1]);
		expect("/sys/firmware/devicetree/base/chosen/bootargs", lines[i][0], lines[i][1]);
	}
	expect("/proc/1/mountinfo", "1 2 0:9 / /mnt rw - cifs //joe:sesame@host/x rw\n",
	       "1 2 0:9 / /mnt rw - cifs //joe:xxxxxx@host/x rw\n");
	expect("/proc/1/mountinfo", "1 2 0:9 / /mnt rw - davfs http://host rw,password=a,b\n",
	       "1 2 0:9 / /mnt rw - davfs http://host rw,password=xxx\n");
	expect("/proc/iomem", "token=1 52:54:00:ab:cd:ef", "token=1 52:54:00:ab:cd:ef");
}

static void of_the_disks_to_unlock_only_names_and_the_tpm_stay(void **state)
{
	expect("/etc/crypttab",
	       "# key 123 tpm2-device=auto\n"
	       "  vol\tUUID=12-34 none  luks,tpm2-device=auto,pkcs11-uri=a;pin-value=9\n"
	       "\n"
	       "swap /dev/sda2",
	       "# xxx xxx tpm2-device=auto\n"
	       "  vol\txxxxxxxxxx xxxx  xxxx,tpm2-device=auto,xxxxxxxxxxxxxxxxxxxxxxxx\n"
	       "\n"
	       "swap xxxxxxxxx");
	expect("/etc/crypttab", "", "");
}

static void processors_lose_their_serial_numbers(void **state)
{
	expect("/proc/cpuinfo", "Revision\t: a02082\nSerial\t\t: 00000000feedbeef\nModel\t: x\n",
	       "Revision\t: a02082\nSerial\t\t: 0000000000000000\nModel\t: x\n");
	expect("/proc/cpuinfo",
	       "processor 0: version = 00,  identification = 123ABC,  machine = 8561\n"
	       "processor 1: version = 00,  identification = 123ABD,  machine = 8561\n",
	       "processor 0: version = 00,  identification = 000000,  machine = 8561\n"
	       "processor 1: version = 00,  identification = 000000,  machine = 8561\n");
	expect("/proc/cpuinfo", "flags\t\t: fpu serialize\n", "flags\t\t: fpu serialize\n");
}

static void properties_of_device_trees_are_zeroed_by_name(void **state)
{
	static const char *const secret[] = {
		"/sys/firmware/devicetree/base/chosen/rng-seed",
		"/sys/firmware/devicetree/base/chosen/kaslr-seed",
		"/sys/firmware/devicetree/base/eth/local-mac-address",
		"/proc/device-tree/serial-number",
		"/sys/firmware/devicetree/base/vm,uuid",
		"/sys/firmware/devicetree/base/system-id",
	};
	uint8_t value[8];

	for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++) {
		memcpy(value, "\1\2\3\4\5\6\7\10", 8);
		assert_non_null(redact(secret[i], value, sizeof(value)));
		assert_memory_equal(value, "\0\0\0\0\0\0\0\0", 8);
	}
	memcpy(value, "\1\2\3\4\5\6\7\10", 8);
	assert_null(redact("/sys/firmware/devicetree/base/memory/reg", value, sizeof(value)));
	assert_memory_equal(value, "\1\2\3\4\5\6\7\10", 8);
}

static void a_blob_that_cannot_be_read_is_not_let_out(void **state)
{
	char text[] = "\xd0\x0d\xfe\xed and a seed";

	assert_non_null(redact("/sys/firmware/fdt", (uint8_t *)text, sizeof(text)));
	for (size_t i = 0; i < sizeof(text); i++)
		assert_int_equal(text[i], 0);
}

#ifdef HAVE_LIBFDT
/* /dts-v1/; / { chosen { rng-seed = [01 02 03 04]; }; }; as dtc makes it. */
static void seeds_in_a_blob_are_zeroed_in_place(void **state)
{
	static const uint8_t blob[] = {
		0xd0, 0x0d, 0xfe, 0xed, 0,   0,	  0,	0x71, 0,   0,	 0,    0x38, 0,
		0,    0,    0x68, 0,	0,   0,	  0x28, 0,    0,   0,	 0x11, 0,    0,
		0,    0x10, 0,	  0,	0,   0,	  0,	0,    0,   0x09, 0,    0,    0,
		0x30, 0,    0,	  0,	0,   0,	  0,	0,    0,   0,	 0,    0,    0,
		0,    0,    0,	  0,	0,   0,	  0,	1,    0,   0,	 0,    0,    0,
		0,    0,    1,	  'c',	'h', 'o', 's',	'e',  'n', 0,	 0,    0,    0,
		0,    3,    0,	  0,	0,   4,	  0,	0,    0,   0,	 1,    2,    3,
		4,    0,    0,	  0,	2,   0,	  0,	0,    2,   0,	 0,    0,    9,
		'r',  'n',  'g',  '-',	's', 'e', 'e',	'd',  0,
	};
	uint8_t copy[sizeof(blob)] __attribute__((aligned(8)));

	memcpy(copy, blob, sizeof(blob));
	assert_non_null(redact("/sys/firmware/fdt", copy, sizeof(copy)));
	for (size_t i = 0; i < sizeof(blob); i++)
		assert_int_equal(copy[i], i >= 0x58 && i < 0x5c ? 0 : blob[i]);
}
#endif

static void a_monitor_loses_its_serial_number_and_keeps_a_good_checksum(void **state)
{
	uint8_t params[4096] = {[0] = 7}, *edid = params + 0x140, sum = 0;

	memcpy(edid, "\0\377\377\377\377\377\377\0abcdWXYZ", 16);
	memcpy(edid + 72, "\0\0\0\377\0SESAME123\n  ", 18);
	memcpy(edid + 90, "\0\0\0\374\0MODEL\n       ", 18);
	assert_non_null(redact("/sys/kernel/boot_params/data", params, sizeof(params)));
	assert_memory_equal(edid + 8, "abcd\0\0\0\0", 8);
	assert_null(memmem(params, sizeof(params), "SESAME", 6));
	assert_non_null(memmem(params, sizeof(params), "MODEL", 5));
	for (size_t i = 0; i < 128; i++)
		sum = (uint8_t)(sum + edid[i]);
	assert_int_equal(sum, 0);
	memset(params, 0, sizeof(params));
	assert_null(redact("/sys/kernel/boot_params/data", params, sizeof(params)));
}

static void note(uint8_t *at, const char *name, uint32_t name_size, const char *text)
{
	bytes_put(at, 4, LITTLE, name_size);
	bytes_put(at + 4, 4, LITTLE, strlen(text));
	memcpy(at + 12, name, name_size);
	memcpy(at + 12 + ((name_size + 3) & ~3u), text, strlen(text));
}

static void of_the_kernels_memory_only_headers_and_vmcoreinfo_stay(void **state)
{
	uint8_t head[512] = "\177ELF\2\1\1";

	bytes_put(head + 32, 8, LITTLE, 64);
	bytes_put(head + 54, 2, LITTLE, 56);
	bytes_put(head + 56, 2, LITTLE, 2);
	bytes_put(head + 64, 4, LITTLE, 4); /* PT_NOTE */
	bytes_put(head + 64 + 8, 8, LITTLE, 200);
	bytes_put(head + 64 + 32, 8, LITTLE, 100);
	bytes_put(head + 120, 4, LITTLE, 1); /* PT_LOAD */
	bytes_put(head + 120 + 16, 8, LITTLE, 0x1234);
	memcpy(head + 180, "between", 7);
	note(head + 200, "CORE", 5, "REGISTERS...");
	note(head + 232, "VMCOREINFO", 11, "SYMBOL(_stext)=ff\n");
	memcpy(head + 320, "behind", 6);
	assert_non_null(redact("/proc/kcore.head", head, sizeof(head)));
	assert_null(memmem(head, sizeof(head), "between", 7));
	assert_null(memmem(head, sizeof(head), "REGISTERS", 9));
	assert_null(memmem(head, sizeof(head), "behind", 6));
	assert_non_null(memmem(head, sizeof(head), "SYMBOL(_stext)=ff\n", 18));
	assert_int_equal(bytes_get(head + 136, 8, LITTLE), 0x1234);
	assert_null(redact("/proc/kcore.head", head, sizeof(head)));
}

static void other_files_that_hold_an_identity_are_emptied(void **state)
{
	expect("/sys/class/net/eth0/address", "52:54:00:ab:cd:ef\n", "");
	expect("/sys/class/dmi/id/product_serial", "SESAME\n", "");
	expect("/sys/class/dmi/id/product_uuid", "0d3a\n", "");
}

static void interfaces_may_be_named_for_their_address(void **state)
{
	char interface[] = "enx525400abcdef", ordinary[] = "enp0s31f6",
	     device[] = "0000:00:1f.6000";

	assert_true(redact_name(interface));
	assert_string_equal(interface, "enxxxxxxxxxxxxx");
	assert_false(redact_name(interface));
	assert_false(redact_name(ordinary));
	assert_false(redact_name(device));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines_keep_their_length_and_lose_their_secrets),
		cmocka_unit_test(of_the_disks_to_unlock_only_names_and_the_tpm_stay),
		cmocka_unit_test(processors_lose_their_serial_numbers),
		cmocka_unit_test(properties_of_device_trees_are_zeroed_by_name),
		cmocka_unit_test(a_blob_that_cannot_be_read_is_not_let_out),
#ifdef HAVE_LIBFDT
		cmocka_unit_test(seeds_in_a_blob_are_zeroed_in_place),
#endif
		cmocka_unit_test(a_monitor_loses_its_serial_number_and_keeps_a_good_checksum),
		cmocka_unit_test(of_the_kernels_memory_only_headers_and_vmcoreinfo_stay),
		cmocka_unit_test(other_files_that_hold_an_identity_are_emptied),
		cmocka_unit_test(interfaces_may_be_named_for_their_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
