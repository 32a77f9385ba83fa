# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The incumbent, kexec-tools as Debian ships it, for comparison: fetched with the libraries it needs
# into one folder of the cache, and started with that folder's own dynamic linker, so that a newer
# suite's program runs here too. Needs fetch.sh.

# peer_tree SUITE ARCH: the folder, with `run` in it that starts its kexec.
peer_tree() {
	local tree=$cache/$1-$2/peer package work
	if [ ! -d "$tree" ]; then
		apt_index "$1" "$2" || exit
		mkdir -p "${tree%/*}"
		work=$(mktemp -d "$tree.XXXXXX")
		apt_private "$1" "$2" apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts \
			--no-breaks --no-replaces --no-enhances kexec-tools |
			grep -x -E 'kexec-tools|libc6|zlib1g|liblzma5|libzstd1|libxen[a-z]+[0-9.]*' | sort -u |
			while read -r package; do
				cp -a "$(package_fetch "$1" "$2" "$package")/." "$work/"
			done
		cat > "$work/run" <<-'EOF'
			#!/bin/sh
			here=${0%/*}
			linker=$(find "$here" -name 'ld-linux*.so.*' -print -quit)
			libraries=$(find "$here" -name '*.so.*' | sed 's,/[^/]*$,,' | sort -u | tr '\n' ':')
			exec "$linker" --library-path "$libraries" "$(find "$here" -path '*/sbin/kexec' -print -quit)" "$@"
		EOF
		chmod +x "$work/run"
		mv -T "$work" "$tree" 2>/dev/null || rm -rf "$work"
	fi
	printf '%s' "$tree"
}
