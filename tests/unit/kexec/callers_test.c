// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command lines of programs that run kexec, as those programs write them, and what each means.
 * K is a kernel, I an initial RAM disk, C a command line, A the part that is appended.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/kexec/command_line.h"

#define X "x86_64"
#define ARM "arm64"
#define PPC "ppc64le"
#define S390 "s390x"

struct call {
	const char *arch, *words, *meaning;
};

static const struct call kdump[] = {
	/* Debian kdump-tools */
	{ X, "/sbin/kexec -p --command-line='C nr_cpus=1' --initrd=I K",
	  "load panic kernel=K initrd=I append='C nr_cpus=1'" },
	{ X, "/sbin/kexec -p -s --command-line=C --initrd=I K",
	  "load panic by-file kernel=K initrd=I append=C" },
	{ X, "/sbin/kexec -p --args-linux --command-line=C K",
	  "load panic kernel=K append=C args-linux" },
	{ ARM, "/sbin/kexec -p --args-linux --command-line=C --initrd=I K",
	  "load panic kernel=K initrd=I append=C args-linux" },
	{ S390, "/sbin/kexec -p --args-linux --command-line=C --initrd=I K",
	  "load panic kernel=K initrd=I append=C args-linux" },
	{ X, "/sbin/kexec -s -p -u", "unload panic by-file" },
	{ X, "/sbin/kexec -p -u", "unload panic" },
	/* Fedora's kdump-utils and early kdump */
	{ X, "/sbin/kexec -s -p --command-line=C --initrd=I K",
	  "load panic by-file kernel=K initrd=I append=C" },
	{ X, "/sbin/kexec -s -s -p --command-line=C --initrd=I K",
	  "load panic by-file kernel=K initrd=I append=C" },
	{ X, "/sbin/kexec -s -d -p --command-line=C --initrd=I K",
	  "load panic debug by-file kernel=K initrd=I append=C" },
	{ X, "/sbin/kexec --elf32-core-headers -p --command-line=C --initrd=I K",
	  "load panic kernel=K initrd=I append=C" },
	{ X, "/sbin/kexec --elf64-core-headers -p --command-line=C --initrd=I K",
	  "load panic kernel=K initrd=I append=C" },
	{ PPC, "/sbin/kexec --elf64-core-headers --dt-no-old-root -p --command-line=C --initrd=I K",
	  "load panic kernel=K initrd=I append=C no-old-root" },
	{ X, "kexec -s -p -u", "unload panic by-file" },
	/* SUSE kdump */
	{ X, "/sbin/kexec -p K --append=C --initrd=I -a", "load panic kernel=K initrd=I append=C" },
	{ X, "/sbin/kexec -a -p -u", "unload panic" },
	/* SteamOS, Void, Arch, EVE-OS */
	{ X, "kexec -s -p K --initrd I --append='C'",
	  "load panic by-file kernel=K initrd=I append=C" },
	{ X, "kexec --load-panic K --initrd=I --reuse-cmdline --append=A",
	  "load panic kernel=K initrd=I append=A reuse-cmdline" },
	{ X, "kexec -p K --initrd=I --append='root=R irqpoll nr_cpus=1 reset_devices'",
	  "load panic kernel=K initrd=I append='root=R irqpoll nr_cpus=1 reset_devices'" },
	{ X,
	  "kexec -p --reuse-cmdline --command-line='irqpoll nr_cpus=1 reset_devices' /boot/kernel",
	  "load panic kernel=/boot/kernel append='irqpoll nr_cpus=1 reset_devices' reuse-cmdline" },
};

static const struct call reboot[] = {
	/* Debian's init scripts; systemd; systemd-shutdown; dracut */
	{ X, "/sbin/kexec -l K --append=A", "load sync kernel=K append=A" },
	{ X, "/sbin/kexec -l K --initrd=I --append=A", "load sync kernel=K initrd=I append=A" },
	{ X, "/sbin/kexec -e", "exec sync ifdown" },
	{ X, "kexec --load K --append 'root=R quiet' --initrd I",
	  "load sync kernel=K initrd=I append='root=R quiet'" },
	{ X, "kexec --load K --append A", "load sync kernel=K append=A" },
	{ X, "kexec -e", "exec sync ifdown" },
	/* SUSE: perl-bootloader, tukit, linuxrc, yomi, kiwi */
	{ X, "kexec --kexec-syscall-auto --load 'K' --initrd='I' --append='R A'",
	  "load sync kernel=K initrd=I append='R A'" },
	{ X, "kexec --exec", "exec sync ifdown" },
	{ X, "kexec --kexec-syscall-auto -l 'K' --initrd='I' --reuse-cmdline",
	  "load sync kernel=K initrd=I reuse-cmdline" },
	{ X, "kexec -a -l K --initrd=I --append='A kexec=0'",
	  "load sync kernel=K initrd=I append='A kexec=0'" },
	{ S390, "kexec -a -l K --initrd=I --command-line=C",
	  "load sync kernel=K initrd=I append=C" },
	{ X, "kexec --kexec-syscall-auto --load K --initrd I --command-line 'C'",
	  "load sync kernel=K initrd=I append=C" },
	/* kiwi when its grep finds nothing: an empty word, which is an operand */
	{ X, "kexec '' --load K --initrd I --command-line C",
	  "load sync kernel= initrd=I append=C" },
	/* anaconda */
	{ X, "kexec --initrd I --append A -l K", "load sync kernel=K initrd=I append=A" },
	/* NixOS, nixos-anywhere, nixos-images */
	{ X, "kexec --load p/kernel --initrd=p/initrd --append='C init=p/init'",
	  "load sync kernel=p/kernel initrd=p/initrd append='C init=p/init'" },
	{ X, "kexec --load bzImage --kexec-syscall-auto --initrd=I --no-checks --command-line C",
	  "load sync no-checks kernel=bzImage initrd=I append=C" },
	{ ARM, "kexec --load bzImage --kexec-syscall --initrd=I --no-checks --command-line C",
	  "load sync by-segments no-checks kernel=bzImage initrd=I append=C" },
	{ ARM, "kexec -e --kexec-syscall", "exec sync ifdown by-segments" },
	/* SONiC */
	{ X, "/sbin/kexec -l K --initrd=I --append=A -a", "load sync kernel=K initrd=I append=A" },
	{ X, "/sbin/kexec -l K --initrd=I --append=A -s",
	  "load sync by-file kernel=K initrd=I append=A" },
	{ X, "/sbin/kexec -u -a", "unload sync" },
	/* ONIE, live-build */
	{ X, "kexec --load --initrd=I --append=A K", "load sync kernel=K initrd=I append=A" },
	/* op-test */
	{ PPC, "kexec --initrd=I /boot/K -l -s --append=A",
	  "load sync by-file kernel=/boot/K initrd=I append=A" },
	{ PPC, "kexec --initrd=I /boot/K -l -c --append=A",
	  "load sync by-segments kernel=/boot/K initrd=I append=A" },
	{ PPC, "kexec --initrd=I /boot/K -f --append=A",
	  "load exec sync ifdown kernel=/boot/K initrd=I append=A" },
	{ PPC, "kexec --initrd=I /boot/K --append=A",
	  "load shutdown sync kernel=/boot/K initrd=I append=A" },
	{ PPC, "kexec -u", "unload sync" },
};

static const struct call boot_loaders[] = {
	/* petitboot: two quotes are what it passes without arguments */
	{ PPC, "kexec -l --debug --initrd=I --dtb=D --append=A K",
	  "load sync debug kernel=K initrd=I dtb=D append=A" },
	{ PPC, "kexec -l --append=\"\" K", "load sync kernel=K append=\"\"" },
	{ PPC, "kexec -s --initrd=I --append=A K",
	  "load shutdown sync by-file kernel=K initrd=I append=A" },
	{ PPC, "kexec -e -f", "exec sync ifdown" },
	/* Heads */
	{ X, "kexec -d -l K --initrd=I --append=A", "load sync debug kernel=K initrd=I append=A" },
	{ X, "kexec -l xen --command-line 'no-real-mode reboot=no vga=current' "
	     "--module 'K cmdline' --module I",
	  "load sync kernel=xen append='no-real-mode reboot=no vga=current'" },
	/* kexecboot */
	{ ARM, "/usr/sbin/kexec -d --mem-min=0x1000 --mem-max=0x2000000 -l --atags --no-dtb -i -s "
	       "--command-line=C --dtb=D --initrd=I K",
	  "load sync debug by-file no-checks mem-min=0x1000 mem-max=0x2000000 kernel=K initrd=I "
	  "dtb=D append=C" },
	{ ARM, "/usr/sbin/kexec --load-hardboot --command-line=C K",
	  "load sync kernel=K append=C" },
	{ ARM, "/usr/sbin/kexec -e -x", "exec sync" },
	/* ZFSBootMenu */
	{ ARM, "kexec -a -l K --initrd=I --dtb=D --command-line=C",
	  "load sync kernel=K initrd=I dtb=D append=C" },
	{ X, "kexec -e -i", "exec sync ifdown no-checks" },
	/* NixOS netboot */
	{ X, "kexec -v", "version" },
	{ X, "kexec --load --initrd=I --command-line=C -- kernel",
	  "load sync kernel=kernel initrd=I append=C" },
	/* grub-emu */
	{ X, "kexec -la K --initrd=I --command-line=A", "load sync kernel=K initrd=I append=A" },
	{ X, "kexec -ex", "exec sync" },
};

static const struct call suites[] = {
	/* LTP */
	{ X, "kexec -v", "version" },
	{ X, "kexec -h", "help" },
	{ X, "kexec --help", "help" },
	{ X, "kexec -s -l K --append=foo", "load sync by-file kernel=K append=foo" },
	{ X, "kexec -s -l K --command-line=bar", "load sync by-file kernel=K append=bar" },
	{ X, "kexec -s -l K --reuse-cmdline", "load sync by-file kernel=K reuse-cmdline" },
	{ X, "kexec -su", "unload sync by-file" },
	/* the kernel's own tests */
	{ X, "kexec -l -s --reuse-cmdline K --initrd=I",
	  "load sync by-file kernel=K initrd=I reuse-cmdline" },
	{ X, "kexec --load K", "load sync kernel=K" },
	{ X, "kexec --unload", "unload sync" },
	{ X, "kexec --load --kexec-file-syscall K", "load sync by-file kernel=K" },
	{ X, "kexec --unload --kexec-file-syscall", "unload sync by-file" },
};

static void check(const struct call *calls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct command_line c;

		command_line_parse(&c, calls[i].arch, calls[i].words);
		if (!c.ok)
			print_error("%s\n%s: %s %s\n", calls[i].words, calls[i].arch,
				    c.error.headline, c.error.cause);
		assert_string_equal(command_line_describe(&c), calls[i].meaning);
		command_line_release(&c);
	}
}

#define CHECK(calls) check(calls, sizeof(calls) / sizeof((calls)[0]))

static void test_kdump(void **state)
{
	CHECK(kdump);
}

static void test_reboot(void **state)
{
	CHECK(reboot);
}

static void test_boot_loaders(void **state)
{
	CHECK(boot_loaders);
}

static void test_suites(void **state)
{
	CHECK(suites);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kdump),
		cmocka_unit_test(test_reboot),
		cmocka_unit_test(test_boot_loaders),
		cmocka_unit_test(test_suites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
