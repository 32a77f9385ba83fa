# shellcheck shell=bash disable=SC2034,SC2100,SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tests/boot has to know about ppc64le: names in the archive, how QEMU plays the machine, and what a
# ppc64le kernel must have been given. The list of what such a file defines is in case.sh.

debian_arch=ppc64el
kernel_meta=linux-image-powerpc64le
kernel_package='^linux-image-[0-9].*-powerpc64le'
kernel_files=('./boot/*')
image_form=vmlinux
qemu=qemu-system-ppc64
console=hvc0
machine_append=''
# Firmware is slof (a guest of a hypervisor: pseries) or opal (the machine itself: powernv). Debian's 6.1
# has pages of 64 KiB, its 6.12 of 4 KiB, and 6.12-64k of 64 KiB.
case_defaults=(firmware=slof model=power9 memory=2G)

machine_arguments() {
	local kind=pseries
	[ "$firmware" = slof ] || kind=powernv9
	arguments=(-machine "$kind$machine" -cpu "$model" -accel tcg -smp "$cpus" -m "$memory" -nodefaults -display none)
	# Skiboot has this turn the machine off.
	[ "$firmware" = slof ] ||
		arguments+=(-device "ipmi-bmc-sim,id=bmc" -device "isa-ipmi-bt,bmc=bmc,irq=10")
}

# image_make VMLINUX FORM TARGET: zImage is what arch/powerpc/boot/wrapper makes, without the program that
# firmware would run: a section of an ELF file, with the kernel stripped and compressed.
image_make() {
	[ "$2" = zImage ] || die "no such form of a kernel: $2"
	powerpc64le-linux-gnu-strip -o "$3.strip" "$1"
	gzip -1 "$3.strip"
	powerpc64le-linux-gnu-objcopy -I binary -O elf64-powerpcle \
		--rename-section .data=.kernel:vmlinux.strip "$3.strip.gz" "$3"
	rm "$3.strip.gz"
}

memory_ram() {
	fact "$1" ram | ranges_joined
}

judge_machine() {
	expect_kept "$1" "RAM" "$(memory_ram 1)" "$(memory_ram "$1")"
	expect_kept "$1" "device tree without /chosen" "$(fact 1 device-tree)" "$(fact "$1" device-tree)"
	# By kexec_file_load that is for the kernel, and Linux 6.1 hands on none.
	case ${hops[$1 - 2]} in *:-s) return 0 ;; esac
	# Fresh entropy: rng-seed seeds the generator before anything else can.
	expect "stage $1, generator seeded at once" yes "$(fact "$1" seeded-at-once)"
}
