# shellcheck shell=bash disable=SC2034,SC2100,SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tests/boot has to know about arm64: names in the archive, how QEMU plays the machine, and what an
# arm64 kernel must have been given. The list of what such a file defines is in case.sh.

debian_arch=arm64
kernel_meta=linux-image-arm64
kernel_package='^linux-image-[0-9].*-arm64'
kernel_files=('./boot/*' '*/efivarfs.ko*')
image_form=Image
qemu=qemu-system-aarch64
console=ttyAMA0
uki_architecture=aa64
machine_append=''
# Firmware is dt (QEMU's device tree, GICv2) or uefi (EDK2: ACPI and no device tree, GICv3). A kernel that is
# started by device tree does not survive GICv3's tables: only EFI can reserve them for the next one.
case_defaults=(firmware=dt model=cortex-a57)
edk2=/usr/share/AAVMF

machine_arguments() {
	local gic=2
	[ "$firmware" = dt ] || gic=3
	arguments=(-machine "virt,gic-version=$gic$machine" -cpu "$model" -accel tcg -smp "$cpus" -m "$memory"
		-nodefaults -display none)
	if [ "$firmware" = uefi ]; then
		cp "$edk2/AAVMF_VARS.fd" "$work/vars.fd"
		arguments+=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=$edk2/AAVMF_CODE.fd"
			-drive "if=pflash,unit=1,format=raw,file=$work/vars.fd"
			# Where this firmware has seeds from. By device tree QEMU gives one itself.
			-device virtio-rng-pci)
	fi
}

# vmlinux: Debian ships none, but its Image as the one load of an ELF file is what a build leaves.
image_make() {
	case $2 in
	vmlinux)
		printf 'SECTIONS { . = 0xffff800008000000; .text : { *(.data) } .bss (NOLOAD) : { . += %d - SIZEOF(.text); } }' \
			"$(od -A n -t u8 -j 16 -N 8 --endian=little "$1")" > "$3.ld"
		aarch64-linux-gnu-objcopy -I binary -O elf64-littleaarch64 "$1" "$3.o" &&
			aarch64-linux-gnu-ld -T "$3.ld" -o "$3" "$3.o" && rm "$3.ld" "$3.o" ;;
	uImage)
		gzip -1 -c "$1" > "$3.gz"
		mkimage -A arm64 -O linux -T kernel -C gzip -d "$3.gz" "$3" > /dev/null
		rm "$3.gz" ;;
	*) die "no such form of a kernel: $2" ;;
	esac
}

# uki_device_trees FOLDER: one that is for another board, and one for this, with a mark.
uki_device_trees() {
	"$qemu" -machine "virt,gic-version=2$machine,dumpdtb=$1/2.dtb" -cpu "$model" -smp "$cpus" -m "$memory" \
		-display none > /dev/null 2>&1
	cp "$1/2.dtb" "$1/1.dtb"
	fdtput -t s "$1/1.dtb" / compatible example,board
	fdtput -t s "$1/2.dtb" / kexec-ng,mark chosen
}

memory_ram() {
	fact "$1" ram | ranges_joined
}

judge_machine() {
	expect_kept "$1" "RAM" "$(memory_ram 1)" "$(memory_ram "$1")"
	expect_kept "$1" "exception level" "$(fact 1 level)" "$(fact "$1" level)"
	case $firmware/$script/${hops[$1 - 2]} in
	dt/uki/*:-c) expect "stage $1, device tree chosen" chosen "$(fact "$1" mark)" ;;
	dt/dtb/*) expect "stage $1, machine" linux,dummy-vert "$(fact "$1" compatible)" ;;
	dt/*) expect_kept "$1" "device tree without /chosen" "$(fact 1 device-tree)" "$(fact "$1" device-tree)" ;;
	esac
	# By kexec_file_load that is for the kernel, which hands on no seed before it has entropy itself; and one
	# that was started so has none to hand on.
	case ${hops[$1 - 2]} in *:-s) return 0 ;; esac
	[ "$1" = 2 ] || case ${hops[$1 - 3]} in *:-s) return 0 ;; esac
	# Fresh entropy: rng-seed seeds the generator before anything else can, kaslr-seed moves the kernel.
	expect "stage $1, generator seeded at once" yes "$(fact "$1" seeded-at-once)"
	expect "stage $1, KASLR" enabled "$(fact "$1" kaslr)"
}
