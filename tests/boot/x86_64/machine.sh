# shellcheck shell=bash disable=SC2034,SC2100,SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tests/boot has to know about x86_64: names in the archive, how QEMU plays the machine, how to
# take a kernel image apart, and what an x86_64 kernel must have been given. The list of what such a
# file defines is in case.sh.

debian_arch=amd64
kernel_meta=linux-image-amd64
kernel_package='^linux-image-[0-9].*-amd64'
kernel_files=('./boot/*' '*/efivarfs.ko*' '*/virtio*.ko*')
image_form=bzImage
qemu=qemu-system-x86_64
console=ttyS0
uki_architecture=x64
# Firmware is bios, uefi, or secure or shim: UEFI that boots nothing but what is signed (secure.sh).
case_defaults=(firmware=bios model=max)
# A busy host may be late with the timer interrupts that this check waits for.
machine_append="no_timer_check"
ovmf=/usr/share/OVMF
# shellcheck source=tests/boot/x86_64/secure.sh
. "$here/x86_64/secure.sh"

# thread=single: with a host thread for each processor, QEMU 7.2 lets one run an int3 that the kernel, patching
# its own code, has already taken out again, and that is an oops (about one boot in some hundreds).
machine_arguments() {
	arguments=(-machine "q35$machine" -cpu "$model" -accel "tcg,thread=single" -smp "$cpus" -m "$memory"
		-nodefaults -display none)
	if [ "$firmware" != bios ]; then
		case $firmware in
		uefi) cp "$ovmf/OVMF_VARS_4M.fd" "$work/vars.fd" ;;
		secure | shim) secure_variables "$work/vars.fd" "$work/listed" ;;
		esac
		# A screen, so that there is a frame buffer to hand on.
		arguments+=(-vga std
			-drive "if=pflash,unit=0,format=raw,readonly=on,file=$ovmf/OVMF_CODE_4M.fd"
			-drive "if=pflash,unit=1,format=raw,file=$work/vars.fd")
	fi
	if [ "$firmware" = shim ]; then
		secure_disk "$work/esp"
		first_arguments=(-drive "file=fat:$work/esp,format=raw,if=virtio,readonly=on")
	fi
}

# image_make BZIMAGE FORM TARGET: vmlinux is what lies within, enrolled is the bzImage signed with the key
# "firmware" of secure.sh, uki a unified kernel image around it.
image_make() {
	case $2 in
	vmlinux) image_unpack "$1" "$3" ;;
	enrolled) image_sign "$1" "$3" ;;
	uki) image_uki "$1" "$3" ;;
	*) die "no such form of a kernel: $2" ;;
	esac
}

# image_sign BZIMAGE TARGET: with nothing but our own signature.
image_sign() {
	secure_plain "$1" "$2.plain"
	secure_sign firmware "$2.plain" "$2"
	rm -f "$2.plain"
}

# image_uki BZIMAGE TARGET: a unified kernel image of systemd's stub, with an initrd and a command line that
# would not boot: the case gives others.
image_uki() {
	local stub=usr/lib/systemd/boot/efi/linuxx64.efi.stub parts=$2.parts
	stub=$(package_fetch bookworm amd64 systemd-boot-efi "./$stub")/$stub
	rm -rf "$parts"
	mkdir -p "$parts/root/empty"
	archive "$parts/root" > "$parts/initrd"
	printf 'init=/none' > "$parts/cmdline"
	objcopy --add-section ".cmdline=$parts/cmdline" --change-section-vma .cmdline=0x30000 \
		--add-section ".initrd=$parts/initrd" --change-section-vma .initrd=0x40000 \
		--add-section ".linux=$1" --change-section-vma .linux=0x2000000 "$stub" "$2"
	rm -rf "$parts"
}

# number FILE OFFSET SIZE: a little-endian number in a file.
number() {
	od -A n -t "u$3" -j "$2" -N "$3" --endian=little "$1" | tr -d ' '
}

# image_unpack BZIMAGE VMLINUX: takes the ELF kernel out of a bzImage (Documentation/arch/x86/boot.rst).
image_unpack() {
	local sectors offset length payload=$2.payload
	[ "$(number "$1" 514 4)" = $((0x53726448)) ] || die "$1 is no bzImage"
	sectors=$(number "$1" 497 1)
	offset=$(($(number "$1" 584 4) + (${sectors/#0/4} + 1) * 512))
	length=$(number "$1" 588 4)
	tail -c "+$((offset + 1))" "$1" | head -c "$length" > "$payload"
	case $(od -A n -t x1 -N 4 "$payload" | tr -d ' ') in
	# A four-byte size follows the stream, which the decompressors need not know of.
	fd377a58) head -c -4 "$payload" | xz -dc > "$2" ;;
	28b52ffd) head -c -4 "$payload" | zstd -dcq > "$2" ;;
	1f8b*) gzip -dc "$payload" > "$2" ;;
	*) die "$1: compressed in a way this script does not know" ;;
	esac
	rm "$payload"
}

# screen STAGE: what the boot protocol calls screen_info, without the cursor's place and what older
# protocols kept in its holes (Documentation/arch/x86/zero-page.rst).
screen() {
	fact "$1" screen | sed 's/^.\{30\}\(.\{34\}\).\{8\}/\1 /'
}

# memory_ram STAGE: the RAM in the map that the kernel was given (a kernel splits an entry where
# setup_data lies).
memory_ram() {
	fact "$1" memmap | sed -n 's/^\(0x[0-9a-f]*\)-\(0x[0-9a-f]*\) System RAM$/\1 \2/p' | ranges_joined
}

judge_machine() {
	local address
	expect_kept "$1" "screen" "$(screen 1)" "$(screen "$1")"
	expect_kept "$1" "RAM in the firmware's map" "$(memory_ram 1)" "$(memory_ram "$1")"
	# Fresh entropy: a setup_data node of type 9, which seeds the generator before anything else can.
	fact "$1" setup-data | grep -q -x 0x9 || echo "stage $1: was handed no rng-seed"
	expect "stage $1, generator seeded at once" yes "$(fact "$1" seeded-at-once)"
	address=$(fact "$1" initrd-address)
	case $options in
	*--mem-min=*) ((address >= ${options#*--mem-min=})) || echo "stage $1: initrd at $address: $options" ;;
	*--mem-max=*) ((address <= ${options#*--mem-max=})) || echo "stage $1: initrd at $address: $options" ;;
	esac
}

# kernel_tree_686: the unpacked package of the current kernel for i386.
kernel_tree_686() {
	package_fetch bookworm i386 "$(cat "$(made "$cache/bookworm-i386/686.name" kernel_name_686)")" './boot/*'
}

kernel_name_686() {
	package_name bookworm i386 linux-image-686 '^linux-image-[0-9].*-686$' > "$1"
}

# busybox_686 ROOT: a shell that such a kernel can run.
busybox_686() {
	install -D "$(package_fetch bookworm i386 busybox-static ./bin/busybox)/bin/busybox" "$1/bin/busybox"
}

# multiboot_make TARGET: a kernel that is one of either version of Multiboot.
multiboot_make() {
	gcc -m32 -std=gnu11 -O1 -ffreestanding -fpie -fvisibility=hidden -fno-stack-protector -fcf-protection=none \
		-mgeneral-regs-only -fno-asynchronous-unwind-tables -fno-jump-tables -nostdlib -no-pie -static \
		-Wl,--build-id=none,-Ttext=0x400000,-z,noseparate-code,-e,start -o "$1" \
		"$here/x86_64/multiboot_entry.S" "$here/x86_64/multiboot_kernel.c"
}

# xen_image: Debian's Xen, compressed as its package has it.
xen_image() {
	local name=xen-hypervisor-4.17-amd64
	printf '%s' "$(package_fetch bookworm amd64 "$name" './boot/xen-*')/boot/xen-4.17-amd64.gz"
}

# memtest_image: a bzImage for a 32-bit entry that is no Linux.
memtest_image() {
	printf '%s' "$(package_fetch bookworm amd64 memtest86+ './boot/*')/boot/memtest86+x64.bin"
}

# xen_judge: Xen's first lines, and a kernel that came to its end on top of it.
xen_judge() {
	local line
	for line in '(XEN) Xen version 4.17' '(XEN) Bootloader: kexec-ng' '(XEN) ACPI: RSDP' '(XEN) Entering ACPI S5'; do
		grep -q -F "$line" "$log" || echo "Xen did not say \"$line\""
	done
	expect "dom0's release" "$(kernel_release "$second")" "$(fact 2 release)"
	expect "dom0's command line" "$(append_of 2 | sed 's/console=ttyS0/console=hvc0/')" "$(fact 2 cmdline)"
	expect "dom0's payload" "$(sha256sum < "$(payload "$payload")" | cut -d ' ' -f 1)" "$(fact 2 payload)"
	[ -n "$(fact 2 up)" ] || echo "dom0 did not come to its end"
}

# checked FILE: its size and sum -r, as multiboot_kernel.c prints them.
checked() {
	# shellcheck disable=SC2046 # numbers
	printf '0x%x 0x%x' "$(stat -c %s "$1")" $((10#$(sum -r "$1" | cut -d ' ' -f 1)))
}

notes_judge() {
	expect "EAX" "0xe1fb007 0x0" "$(fact 2 eax)"
	expect "paging and protection, interrupts" "0x1 0x0" "$(fact 2 state)"
	expect "the notes' magic and number" "0xe1fb007 0x3" "$(fact 2 notes)"
	expect "loader" kexec-ng "$(fact 2 loader)"
	expect "command line" "$(append_of 2)" "$(fact 2 cmdline)"
	grep -q 'purgatory: the SHA-256 of .* is as loaded' "$log" || echo "purgatory said nothing"
	[ -n "$(sed -n 's/^ *[0-9.]* @@ 2 end.*/end/p' "$log")" ] || echo "it did not come to its end"
}

multiboot_judge() {
	local eax=0x36d76289
	[[ $options != *multiboot-x86* ]] || eax=0x2badb002
	expect "EAX" "$eax 0x0" "$(fact 2 eax)"
	expect "paging and protection, interrupts" "0x1 0x0" "$(fact 2 state)"
	expect "segments" "0x1 0x1" "$(fact 2 selectors)"
	expect "command line" "/kernel $(append_of 2)" "$(fact 2 cmdline)"
	expect "loader" kexec-ng "$(fact 2 loader)"
	expect "modules" "$(checked "$(payload "$payload")") /payload
$(checked "$here/guest/init") /tmp/init.gz one \"two three\"" "$(fact 2 module)"
	expect "RAM in the memory map" "$(memory_ram 1)" "$(memory_ram 2)"
	[ -n "$(fact 2 memory)" ] || echo "it was told no sizes of memory"
	[ "$firmware" = bios ] || expect "kind of screen" 0x1 "$(fact 2 screen | cut -d ' ' -f 1)"
	if [ "$eax" = 0x36d76289 ]; then
		expect "where it was put" "$(fact 2 place | cut -d ' ' -f 1)" "$(fact 2 place | cut -d ' ' -f 2)"
		[[ $(fact 2 place) = 0x* ]] || echo "it was not told where it was put"
		[[ $(fact 2 acpi-old) = "0x0 0x"[1-9a-f]* ]] || echo "ACPI's old root pointer: \"$(fact 2 acpi-old)\""
		# SeaBIOS has none of the newer kind.
		[[ $firmware = bios || $(fact 2 acpi-new) = "0x0 0x"[1-9a-f]* ]] ||
			echo "ACPI's new root pointer: \"$(fact 2 acpi-new)\""
	fi
	grep -q 'purgatory: the SHA-256 of .* is as loaded' "$log" || echo "purgatory said nothing"
	[ -n "$(sed -n 's/^ *[0-9.]* @@ 2 end.*/end/p' "$log")" ] || echo "it did not come to its end"
}
