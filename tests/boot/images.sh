# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes what a boot needs: kernels in each form, and initial RAM disks. Results lie in the cache and
# are made once; each is complete or absent. Needs fetch.sh and the architecture's machine.sh.
#
# A kernel's name is the series of Debian's, with the flavour after a hyphen where there are several:
# 6.1, 6.12, 6.12-16k, 6.1-cloud. The kernel of tests/kernels is named lab, and Debian's for 32-bit machines
# 686.

# The suites in which a kernel series is the current one.
declare -A suite_of=([6.1]=bookworm [6.12]=trixie)
# Programs for the guests come from this one.
guest_suite=bookworm

# made PATH COMMAND...: runs the command, with the path of a temporary file added, unless PATH exists.
made() {
	local path=$1 work
	shift
	if [ ! -e "$path" ]; then
		mkdir -p "${path%/*}"
		work=$(mktemp "$path.XXXXXX")
		"$@" "$work" || { rm -f "$work"; die "cannot make ${path##*/}"; }
		mv "$work" "$path"
	fi
	printf '%s' "$path"
}

# kernel_tree NAME: the unpacked package of that kernel. $lab_tree may say where the lab's is, which
# saves asking.
kernel_tree() {
	if [ "$1" = lab ]; then
		printf '%s' "${lab_tree:-$("$top/tests/kernels/build" "$arch")}"
		return
	fi
	if [ "$1" = 686 ]; then
		kernel_tree_686
		return
	fi
	local suite=${suite_of[${1%%-*}]:-} name flavour=
	[ -n "$suite" ] || die "no such kernel: $1"
	[ "${1%-*}" = "$1" ] || flavour=-${1#*-}
	name=$(made "$cache/$suite-$debian_arch/$1.name" kernel_name "$suite" "$flavour")
	package_fetch "$suite" "$debian_arch" "$(cat "$name")" "${kernel_files[@]}"
}

kernel_name() {
	# Debian writes a size of pages after the architecture, and what a kernel is for before it.
	if [ "$2" = -cloud ]; then
		package_name "$1" "$debian_arch" "linux-image-cloud-$debian_arch" "^linux-image-[0-9].*-cloud-$debian_arch\$" > "$3"
		return
	fi
	package_name "$1" "$debian_arch" "$kernel_meta$2" "$kernel_package$2\$" > "$3"
}

# kernel_file NAME: the image as the package has it.
kernel_file() {
	local tree
	tree=$(kernel_tree "$1") || exit
	echo "$tree"/boot/vmlinu[xz]-*
}

kernel_release() {
	local image
	image=$(kernel_file "$1")
	image=${image##*/}
	printf '%s' "${image#*-}"
}

# kernel_image NAME FORM: the form that the packages have, another that is there beside it (boot/FORM-*), one
# that the architecture's image_make can make of it, or one of these with .gz, .xz, .lzma or .zst.
kernel_image() {
	local image packed
	image=$(kernel_file "$1")
	packed=$cache/images/$debian_arch-$1-$2-$(kernel_release "$1")
	[ "$1" != lab ] || packed=$(kernel_tree lab)/made/$2
	case $2 in
	"$image_form") printf '%s' "$image" ;;
	*.gz) made "$packed" pack "$(kernel_image "$1" "${2%.*}")" gzip -1 ;;
	*.xz) made "$packed" pack "$(kernel_image "$1" "${2%.*}")" xz -0 ;;
	*.lzma) made "$packed" pack "$(kernel_image "$1" "${2%.*}")" xz -0 --format=lzma ;;
	*.zst) made "$packed" pack "$(kernel_image "$1" "${2%.*}")" zstd -q -1 ;;
	*)
		if [ -e "${image%/*}/$2-$(kernel_release "$1")" ]; then
			printf '%s' "${image%/*}/$2-$(kernel_release "$1")"
		else
			made "$packed" image_make "$image" "$2"
		fi ;;
	esac
}

pack() {
	local file=$1 target=${!#}
	shift
	"${@:1:$#-1}" -c "$file" > "$target"
}

# module KERNEL NAME TARGET: a module, uncompressed; nothing if it is built in.
module() {
	local file
	file=$(find "$(kernel_tree "$1")" -name "$2.ko*")
	case $file in
	'') ;;
	*.xz) xz -dc "$file" > "$3" ;;
	*) cp "$file" "$3" ;;
	esac
}

# payload SIZE: a file of so many bytes that do not compress and are the same each time.
payload() {
	made "$cache/payload-$1" payload_make "$1"
}

payload_make() {
	# Not openssl rand: the bytes must be the same everywhere. A stream cipher over zeros is.
	head -c "$1" /dev/zero | openssl enc -aes-128-ctr -nosalt -K 6b65786563 -iv 6e67 2>/dev/null > "$2"
}

# copy_program PROGRAM ROOT NAME: a program and the shared libraries that it needs, if any.
copy_program() {
	local library
	install -D "$1" "$2/sbin/$3"
	# The dynamic linker has its own place; everything else goes where it looks first.
	{ ldd "$1" 2>/dev/null || true; } | sed -n 's,^[^/]*\(/[^ ]*\) (.*,\1,p' | while read -r library; do
		case $library in
		*/ld-*) install -D "$library" "$2$library" ;;
		*) install -D "$library" "$2/lib/$(uname -m)-linux-gnu/${library##*/}" ;;
		esac
	done
}

# archive ROOT: a newc archive of the folder, on stdout.
archive() {
	(cd "$1" && find . -mindepth 1 | sort | cpio --quiet -o -H newc -R 0:0)
}

# root_make ROOT KEXEC: what every initial RAM disk holds.
root_make() {
	mkdir -p "$1"/{bin,sbin,dev,proc,sys,tmp,etc,case}
	install "$(package_fetch "$guest_suite" "$debian_arch" busybox-static)/bin/busybox" "$1/bin/busybox"
	install "$here/guest/init" "$1/init"
	cp "$here/guest/checks.sh" "$1/checks.sh"
	printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' > "$1/etc/passwd"
	copy_program "$2" "$1" kexec
}
