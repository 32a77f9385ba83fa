# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What every test command needs first: Debian packages and a build. It knows the names of packages
# and how to configure; it knows nothing of what is then tested. The caller has set $top, the top of
# the source tree.

# shellcheck disable=SC2034 # whoever sources this uses them
{
packages_build=(autoconf automake gcc libc6-dev make pkg-config libelf-dev zlib1g-dev liblzma-dev
	libzstd-dev libssl-dev libfdt-dev libcmocka-dev)
packages_try=(cpio xz-utils zstd openssl qemu-system-x86 ovmf sbsigntool debian-archive-keyring)
packages_boot=("${packages_try[@]}" gcc-aarch64-linux-gnu gcc-powerpc64le-linux-gnu gcc-s390x-linux-gnu
	device-tree-compiler e2fsprogs kmod libc6-dev-arm64-cross libc6-dev-ppc64el-cross libc6-dev-s390x-cross
	osslsigncode python3-pefile qemu-efi-aarch64
	qemu-system-arm qemu-system-misc qemu-system-ppc u-boot-tools)
packages_kernel=(bc bison flex gcc libc6-dev libelf-dev libssl-dev make xz-utils)
packages_bench=(strace time xz-utils openssl debian-archive-keyring)
packages_devices=(e2fsprogs jq kmod)
packages_drivers=(binutils debian-archive-keyring gzip jq pahole perl xz-utils zstd)
packages_check=(clang device-tree-compiler fish gcc-aarch64-linux-gnu gcc-powerpc64le-linux-gnu
	gcc-s390x-linux-gnu jq libc6-dev-arm64-cross libc6-dev-ppc64el-cross libc6-dev-s390x-cross
	libnss3-tools linux-kbuild-6.1 mandoc openssl osslsigncode pesign qemu-user sbsigntool shellcheck zsh)
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# packages_install PACKAGE...: those of them that are missing.
packages_install() {
	local package missing=()
	for package in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			missing+=("$package")
	done
	[ ${#missing[@]} != 0 ] || return 0
	echo "Installing ${missing[*]}"
	# A mirror that is being synchronised fails once; a second failure is a failure.
	packages_try "${missing[@]}" || { sleep 10; packages_try "${missing[@]}"; }
}

packages_try() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update < /dev/null &&
		as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends --yes \
			"$@" < /dev/null > /dev/null
}

# configure_once: the configure script, newer than what it is made from. Builds at the same time must
# not each make it.
configure_once() {
	mkdir -p "$top/build"
	(
		flock 9
		cd "$top" || exit
		if [ ! -e configure ] || [ ! -e Makefile.in ] || [ configure.ac -nt configure ] ||
			[ Makefile.am -nt Makefile.in ]; then
			autoreconf -fi 2>&1
		fi
	) 9> "$top/build/configure.lock"
}

# build DIR [CONFIGURE-ARGUMENT...]: configures, unless that has been done, and makes what $build_targets
# names, or everything. Whoever else wants the same at the same time waits.
build() {
	local dir=$1
	shift
	mkdir -p "$dir"
	configure_once > "$dir/autoreconf.log" || { cat "$dir/autoreconf.log" >&2; return 1; }
	(
		flock 9
		cd "$dir" || exit
		[ -e Makefile ] || "$top/configure" --quiet "$@" > configure.out 2>&1 ||
			{ tail -n 20 configure.out >&2; exit 1; }
		# shellcheck disable=SC2086 # words on purpose
		make -s -j"$(nproc)" ${build_targets:-} > make.out 2>&1 || { tail -n 40 make.out >&2; exit 1; }
	) 9> "$dir/lock"
}

# build_static: the programs that go into initial RAM disks.
build_static() {
	build_targets="kexec/kexec kexec/vmcore-dmesg tests/boot/kexec-wrong-digest" build "$top/build/static" --enable-static
}
