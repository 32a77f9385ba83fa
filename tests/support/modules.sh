# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian's kernel packages with all of their modules, which boots do without. Needs fetch.sh.

# shellcheck disable=SC2034 # for whoever sources this
declare -A meta_of=([amd64]=linux-image-amd64 [arm64]=linux-image-arm64
	[ppc64el]=linux-image-powerpc64le [s390x]=linux-image-s390x)

# modules_package SUITE ARCH: the whole package, unpacked apart from what boots keep of it.
modules_package() (
	name=$(package_name "$1" "$2" "${meta_of[$2]}" '^linux-image-[0-9]')
	apt_index "$1" "$2" || exit
	mkdir -p "$cache/modules"
	ln -sfn "$cache/apt" "$cache/modules/apt"
	cache=$cache/modules
	package_fetch "$1" "$2" "$name"
)

# modules_directory TREE: where its modules are.
modules_directory() {
	local modules
	for modules in "$1"/lib/modules/* "$1"/usr/lib/modules/*; do
		[ ! -d "$modules/kernel" ] || break
	done
	printf '%s' "$modules"
}
