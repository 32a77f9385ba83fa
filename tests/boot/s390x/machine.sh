# shellcheck shell=bash disable=SC2034,SC2100,SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tests/boot has to know about s390x: names in the archive, how QEMU plays the machine, and what an
# s390x kernel must have been given. The list of what such a file defines is in case.sh.

debian_arch=s390x
kernel_meta=linux-image-s390x
kernel_package='^linux-image-[0-9].*-s390x'
kernel_files=('./boot/*')
image_form=bzImage
qemu=qemu-system-s390x
console=ttysclp0
machine_append=''
# There is only one firmware, and its name appears nowhere else.
case_defaults=(firmware=ccw model=max)

# Decompressors write over their own pages; with a small translation cache that takes 2 s, not 50.
# guest_errors: a disabled wait, which ends QEMU, is said with its PSW.
machine_arguments() {
	arguments=(-machine "s390-ccw-virtio$machine" -cpu "$model" -accel "tcg,tb-size=16" -smp "$cpus" -m "$memory"
		-nodefaults -display none -d guest_errors)
}

image_make() {
	die "no such form of a kernel: $2"
}

memory_ram() {
	fact "$1" ram | ranges_joined
}

judge_machine() {
	expect_kept "$1" "RAM" "$(memory_ram 1)" "$(memory_ram "$1")"
}
