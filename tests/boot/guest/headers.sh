# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# Reading cores of this machine in the guest, for crash.sh and captured.sh.
number() {
	echo "0x$(echo "$1" | sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\8\7\6\5\4\3\2\1/')"
}

# headers FILE: of each program header the type, then offset, virtual and physical address, and size. Of what
# it was given, /proc/vmcore shows all PT_NOTEs as one, and each PT_LOAD. On s390x the capture kernel makes
# them itself, and in another byte order.
headers() {
	count=$(dd if="$1" bs=1 skip=56 count=2 2>/dev/null | xxd -p | sed 's/\(..\)\(..\)/0x\2\1/')
	dd if="$1" bs=56 count=$((count + 2)) 2>/dev/null | tail -c +65 | xxd -p -c 56 | head -n "$((count))" |
		while read -r header; do
			echo "${header%"${header#????????}"}" "$(number "$(echo "$header" | cut -c 17-32)")" \
				"$(number "$(echo "$header" | cut -c 33-48)")" \
				"$(number "$(echo "$header" | cut -c 49-64)")" "$(number "$(echo "$header" | cut -c 65-80)")"
		done
}

# low_memory FILE KEY: says where a core has RAM below 640 KiB, how much, and its digest.
low_memory() {
	headers "$1" | while read -r type offset _ physical size; do
		[ "$type:$((physical >= 0 && physical < 0xa0000))" = 01000000:1 ] || continue
		say "$2" "$physical $size $(dd if="$1" bs=1024 skip=$((offset / 1024)) count=$((size / 1024)) 2>/dev/null |
			sha256sum | cut -d ' ' -f 1)"
	done
}
