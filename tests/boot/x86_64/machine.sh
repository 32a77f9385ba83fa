# shellcheck shell=bash disable=SC2034,SC2100
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tests/boot has to know about x86_64: names in the archive, how QEMU plays the machine, and how
# to take a kernel image apart. Another architecture is another folder with such a file and a table
# of cases.

debian_arch=amd64
kernel_meta=linux-image-amd64
kernel_package='^linux-image-[0-9].*-amd64$'
qemu=qemu-system-x86_64
console=ttyS0
# A busy host may be late with the timer interrupts that this check waits for.
machine_append="no_timer_check"
ovmf=/usr/share/OVMF
# Published with OVMF for tests: the key that the firmware of "secure" trusts. Its password is its name.
snakeoil=/usr/share/ovmf/PkKek-1-snakeoil

# machine_arguments FIRMWARE CPUS MEMORY MODEL WORK: fills the array `arguments`. Firmware is bios, uefi,
# or secure: UEFI that boots nothing but what is signed.
machine_arguments() {
	arguments=(-machine q35 -cpu "$4" -accel tcg -smp "$2" -m "$3" -nodefaults -display none)
	if [ "$1" != bios ]; then
		case $1 in
		uefi) cp "$ovmf/OVMF_VARS_4M.fd" "$5/vars.fd" ;;
		secure) cp "$ovmf/OVMF_VARS_4M.snakeoil.fd" "$5/vars.fd" ;;
		esac
		# A screen, so that there is a frame buffer to hand on.
		arguments+=(-vga std
			-drive "if=pflash,unit=0,format=raw,readonly=on,file=$ovmf/OVMF_CODE_4M.fd"
			-drive "if=pflash,unit=1,format=raw,file=$5/vars.fd")
	fi
}

# image_sign BZIMAGE TARGET: signs it with the key that the firmware of "secure" trusts.
image_sign() {
	local key=$2.key
	openssl rsa -in "$snakeoil.key" -passin pass:snakeoil -out "$key" 2>/dev/null
	cp "$1" "$2.unsigned"
	sbattach --remove "$2.unsigned" 2>/dev/null
	sbsign --key "$key" --cert "$snakeoil.pem" --output "$2" "$2.unsigned" 2>/dev/null
	rm -f "$key" "$2.unsigned"
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
