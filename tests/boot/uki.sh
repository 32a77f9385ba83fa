# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For the script uki: everything that a hand-over needs in one unified kernel image and its addons, made by
# systemd's ukify from Debian's package. Knows what belongs in there, and what the kernel must be given then.
# Needs images.sh, case.sh and, from machine.sh, uki_architecture.

# ukify ARGUMENT...: systemd's, with the stub that the first argument names; under Debian's own Python, for
# which python3-pefile is installed.
ukify() {
	local program stub=usr/lib/systemd/boot/efi/$1${uki_architecture}.efi.stub
	program=$(package_fetch trixie amd64 systemd-ukify ./usr/bin/ukify)/usr/bin/ukify
	stub=$(package_fetch trixie "$debian_arch" systemd-boot-efi './usr/lib/systemd/boot/efi/*.stub')/$stub
	shift
	/usr/bin/python3 "$program" build --efi-arch "$uki_architecture" --stub "$stub" "$@" > /dev/null 2>&1
}

# microcode TEXT TARGET: an archive as the kernel looks for it, for processors that there are none of here.
microcode() {
	local root=$2.root
	mkdir -p "$root/kernel/x86/microcode"
	printf '%s' "$1" > "$root/kernel/x86/microcode/GenuineIntel.bin"
	archive "$root" > "$2"
	rm -r "$root"
}

# padded FILE...: these, each at a multiple of four bytes.
padded() {
	local file
	for file; do
		cat "$file"
		head -c $((-$(stat -c %s "$file") & 3)) /dev/zero
	done
}

# uki_pack ROOT STAGE RELEASE: in the place of ROOT's kernel and initial RAM disk uki.efi, whose second
# profile has the command line of STAGE and whose others would not boot, and addons to it.
uki_pack() {
	local root=$1 stage=$2 release=$3 parts=$1.uki offered=() tree
	mkdir -p "$parts/addon" "$root/uki.efi.extra.d"
	microcode old "$parts/old"
	microcode new "$parts/new"
	echo joined > "$parts/addon/addon"
	archive "$parts/addon" > "$parts/joined"
	printf BM > "$parts/splash"
	printf 'no key' > "$parts/key"
	[ "$(type -t uki_device_trees)" != function ] || uki_device_trees "$parts"
	for tree in "$parts"/*.dtb; do
		[ ! -e "$tree" ] || offered+=(--devicetree-auto "$tree")
	done
	ukify addon --profile ID=whole --cmdline "$(append_of "$stage")" --output "$parts/whole.efi"
	ukify linux --linux "$root/kernel" --initrd "$root/initrd" --microcode "$parts/old" --uname "$release" \
		--splash "$parts/splash" --pcrpkey "$parts/key" --os-release ID=test "${offered[@]}" \
		--cmdline init=/none --profile ID=broken --join-profile "$parts/whole.efi" --output "$root/uki.efi"
	ukify addon --cmdline kexec_ng.addon=first --microcode "$parts/new" --initrd "$parts/joined" \
		--uname "$release" --output "$root/uki.efi.extra.d/a.addon.efi"
	ukify addon --cmdline kexec_ng.addon=second --output "$root/uki.efi.extra.d/b.addon.efi"
	ukify addon --cmdline kexec_ng.addon=other --uname 9.9 --output "$root/uki.efi.extra.d/c.addon.efi"
	padded "$parts/new" "$parts/old" "$root/initrd" "$parts/joined" |
		sha256sum | cut -d ' ' -f 1 > "$work/initrd-$stage.sha256"
	rm -r "$parts" "$root/kernel" "$root/initrd"
}

# uki_prepare: fetches what all that needs.
uki_prepare() {
	package_fetch trixie amd64 systemd-ukify ./usr/bin/ukify > /dev/null
	package_fetch trixie "$debian_arch" systemd-boot-efi './usr/lib/systemd/boot/efi/*.stub' > /dev/null
}

# uki_judge STAGE: both archives with microcode came before the rest, and the older one behind the newer, so
# that unpacking them left the older; the addon's archive was joined; what is of no use was named.
uki_judge() {
	expect "stage $1, microcode" old "$(fact "$1" microcode)"
	expect "stage $1, what an addon added" joined "$(fact "$1" addon)"
	expect "lines that say what was left out" ${#hops[@]} \
		"$(grep -c 'left out  *\.splash \.pcrpkey c\.addon\.efi$' "$log")"
}
