# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One case: what it asks for, the initial RAM disks with kernels in them, and QEMU. A case is a few
# variables (case_read sets them); what comes of it is a serial log in $work, which facts.sh judges.
# Needs fetch.sh, images.sh and machine.sh; $common is the archive that every kernel gets,
# $wrong_digest a kexec whose digests are wrong.
#
# An architecture is a folder here with two files. `cases` has one boot a line: a name and KEY=VALUE
# words, which are the variables in case_read. machine.sh defines:
#
#   debian_arch, console      the names that Debian and the kernel use
#   uki_architecture          EFI's name, where the script uki runs; uki_device_trees FOLDER may be a
#                             function that puts trees into it (.dtb) among which the image is to choose
#   kernel_meta               the package that depends on the current kernel; a flavour is appended
#   kernel_package            how that kernel's package begins (regular expression)
#   kernel_files              what the boots need of it, as patterns for tar: each must match something
#   image_form                what kind of image the package holds; the default for a case
#   qemu                      the program
#   case_defaults             words as in `cases`, which hold for each case of this architecture:
#                             at least firmware and model
#   machine_append            a command line for every kernel, or nothing
#   machine_arguments         fills the array `arguments` for QEMU from firmware, cpus, memory, model and
#                             machine (more of -machine, with a comma in front, or nothing); may use $work, and
#                             replace first_arguments, which hand the first kernel to the firmware
#   image_make IMAGE FORM TARGET
#                             makes another form of an image, or dies
#   judge_machine STAGE       a sentence for each fact of a stage after the first that is not as it should
#                             be and that only this architecture has (fact and expect are in facts.sh)
#
# What guest/init reports may grow; on a machine that lacks a thing it reports nothing or nothing useful.

# architecture_enter ARCH: reads what is known of it.
architecture_enter() {
	arch=$1
	# shellcheck source=tests/boot/x86_64/machine.sh
	. "$here/$arch/machine.sh"
}

# How long a boot with one hand-over may take. On two quiet cores a case takes 10 to 30 s; a busy machine can
# need ten times as long, and a boot that hangs is rare. A case that boots more than that has more $patience.
limit=${KEXEC_NG_BOOT_SECONDS:-240}

# case_read NAME KEY=VALUE...: sets the variables that say what the case does. seconds=N is for run, which
# begins with the long ones: it stands where a case takes more than a minute on two quiet cores.
case_read() {
	local word
	name=$1 first=6.1 second=6.12 first_image=$image_form image=$image_form call=-a cpus=1 memory=1G payload=4M
	options='' machine='' script=hand-over until='' chain='' first_append='' crash=0 capture=no old=no patience=1
	shift
	for word in "${case_defaults[@]}" "$@"; do
		case ${word%%=*} in
		first | second | first_image | image | call | firmware | cpus | memory | model | payload | script | chain | \
			crash | capture | old | patience) ;;
		seconds) continue ;;
		machine) word=${word/=/=,} ;;
		options | first_append) word=${word//,/ } ;;
		until) word=${word//_/ } ;;
		*) die "case $name: what is $word?" ;;
		esac
		printf -v "${word%%=*}" '%s' "${word#*=}"
	done
	[ -n "$chain" ] || chain=$second:$image:$call
	hops=()
	IFS=+ read -r -a hops <<< "$chain"
}

# case_prepare: fetches and makes the kernels and the payload that the case needs.
case_prepare() {
	local hop series form
	kernel_image "$first" "$first_image" > /dev/null
	payload "$payload" > /dev/null
	for hop in "${hops[@]}"; do
		IFS=: read -r series form _ <<< "$hop"
		kernel_image "$series" "$form" > /dev/null
		[ "$series" != 686 ] || package_fetch bookworm i386 busybox-static ./bin/busybox > /dev/null
	done
	[ "$script" != crash ] || dump_reader > /dev/null
	[ "$script" != uki ] || uki_prepare
	[ "$script" != xen ] || xen_image > /dev/null
	[ "$script" != memtest ] || memtest_image > /dev/null
	[ "$script" != kdump-tools ] || debian_prepare
}

# common_make KEXEC: the archive with what every initial RAM disk holds.
common_make() {
	root_make "$common.root" "$1"
	archive "$common.root" > "$common"
	rm -r "$common.root"
}

# first_cmdline: what QEMU gives the first kernel.
first_cmdline() {
	printf '%s' "console=$console panic=-1${machine_append:+ $machine_append}${first_append:+ $first_append}"
}

with_efi() {
	[[ $firmware = uefi* || $firmware = secure || $firmware = shim ]]
}

# append_of STAGE: the command line that stage is given.
append_of() {
	printf '%s' "console=$console panic=-1${machine_append:+ $machine_append} kexec_ng.stage=$1 random.trust_cpu=0 retain_initrd" \
		" kexec_ng.case=$name kexec_ng.text=\"one two\""
}

# cmdline_of STAGE: what that kernel must then say its command line is.
cmdline_of() {
	case $script in
	reuse) printf '%s' "$(first_cmdline | sed 's/BOOT_IMAGE=[^ ]* *//') $(append_of "$1")" ;;
	pieces) printf '%s numbers=%s' "$(append_of "$1")" "$(printf '%03d' {0..999})" ;;
	uki) printf '%s kexec_ng.addon=first kexec_ng.addon=second' "$(append_of "$1")" ;;
	*) append_of "$1" ;;
	esac
}

# initrd_make STAGE TARGET: the initial RAM disk of a stage, with the kernel and the initial RAM disk
# of the next one in it, if there is a next one.
initrd_make() {
	local stage=$1 target=$2 series form hop_call root=$work/$1
	mkdir -p "$root/case"
	if [ "$script" = kdump-tools ]; then
		debian_boot_make "$root"
	elif [ "$stage" -le ${#hops[@]} ]; then
		IFS=: read -r series form hop_call <<< "${hops[stage - 1]}"
		cp "$(kernel_image "$series" "$form")" "$root/kernel"
		initrd_make $((stage + 1)) "$root/initrd"
		[ "$script" != uki ] || uki_pack "$root" $((stage + 1)) "$(kernel_release "$series")"
		{
			printf 'call=%q options=%q crash=%q old=%q\nappend=%q\n' "$hop_call" "$options" "$crash" "$old" \
				"$(append_of $((stage + 1)))"
			[ "$capture$stage" != yes1 ] || cat "$here/guest/capture.sh"
			[ "$script" != crash ] || cat "$here/guest/headers.sh"
			cat "$here/guest/$script.sh"
		} > "$root/case/$stage"
	fi
	if [ "$script" = crash ] && [ "$stage" -gt 1 ]; then
		{ printf 'old=%q\n' "$old"; cat "$here/guest/headers.sh" "$here/guest/captured.sh"; } > "$root/case/$stage"
		! dump_readable || cp -r "$(dump_reader)" "$root/dump"
		copy_program "$(dirname "$(program "$arch")")/vmcore-dmesg" "$root" vmcore-dmesg
	fi
	[ "$script/$stage" != memtest/1 ] || cp "$(memtest_image)" "$root/memtest.bin"
	[ "$script/$stage" != xen/1 ] || cp "$(xen_image)" "$root/xen.gz"
	if [ "$old/$stage" = yes/1 ]; then
		mkdir -p "$root/sbin"
		gcc -static -O1 -Wall -Werror -o "$root/sbin/as-old" "$here/$arch/as_old.c"
	fi
	if [[ $script/$stage = @(multiboot|notes)/1 ]]; then
		multiboot_make "$root/kernel"
		cp "$(payload "$payload")" "$root/payload"
	fi
	if [ "$script" = secure-boot ] && [ "$stage" = 1 ]; then
		secure_files "$root"
	fi
	[ "$script" != wrong-digest ] || install -D "$wrong_digest" "$root/sbin/kexec"
	if [ "$stage" -gt 1 ]; then
		cp "$(payload "$payload")" "$root/payload"
		IFS=: read -r series form hop_call <<< "${hops[stage - 2]}"
		! with_efi || module "$series" efivarfs "$root/efivarfs.ko"
		[ "$series" != 686 ] || busybox_686 "$root"
	elif with_efi; then
		module "$first" efivarfs "$root/efivarfs.ko"
	fi
	{ cat "$common"; archive "$root"; } > "$target"
	[ "$stage" = 1 ] || sha256sum "$target" | cut -d ' ' -f 1 > "$work/initrd-$stage.sha256"
	rm -rf "$root"
}

# qemu_run: boots the first kernel; the serial lines go to $work/log, each with the time in front.
# Ends when the machine is off, when a line contains $until, or when time is up. A function `seen`, if
# there is one, is called with the time and each line.
qemu_run() {
	local line fd pid now began=$EPOCHREALTIME end=$'\n'
	# It writes no lines, but moves the cursor.
	[ "$script" != memtest ] || end=$'\e'
	first_arguments=(-kernel "$(kernel_image "$first" "$first_image")" -initrd "$work/initrd" -append "$(first_cmdline)")
	machine_arguments
	[ ! -e "$work/disk" ] || arguments+=(-drive "file=$work/disk,format=raw,if=virtio,cache=unsafe")
	: > "$work/log"
	exec {fd}< <(exec timeout $((limit * patience * (1 + ${#hops[@]}) / 2)) "$qemu" "${arguments[@]}" -no-reboot -serial stdio -monitor none \
		"${first_arguments[@]}" < /dev/null 2>&1)
	pid=$!
	while IFS= read -r -d "$end" line <&"$fd"; do
		now=$(seconds_since "$began") line=${line//$'\r'/}
		printf '%8.3f %s\n' "$now" "$line" >> "$work/log"
		[ "$(type -t seen)" != function ] || seen "$now" "$line"
		[[ -z $until || $line != *"$until"* ]] || break
	done
	kill "$pid" 2>/dev/null || true
	exec {fd}<&-
	wait "$pid" 2>/dev/null || true
}

seconds_since() {
	local now=${EPOCHREALTIME//[.,]/} then=${1//[.,]/}
	printf '%d.%06d' $(((now - then) / 1000000)) $(((now - then) % 1000000))
}
