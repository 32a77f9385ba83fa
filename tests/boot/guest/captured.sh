# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# In the kernel that came up after a crash: is the dump sound, and do independent readers find the
# mark in it? Where it can read them, /dump holds Debian's makedumpfile and the libraries that it needs.
number() {
	echo "0x$(echo "$1" | sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\8\7\6\5\4\3\2\1/')"
}

makedumpfile() {
	LD_LIBRARY_PATH=/dump/lib "/dump/lib/$(cat /dump/loader)" /dump/makedumpfile "$@"
}

mark_in() {
	sed -n 's/.*kexec-ng mark \([0-9a-f-]*\).*/\1/p' "$1"
}

check "there is a dump" [ -s /proc/vmcore ]
# The kernel shows one PT_NOTE, and a PT_LOAD for each that it was given: virtual and physical address and
# size of each. On s390x the capture kernel makes them itself, and there is nothing of ours to be seen.
headers() {
	count=$(dd if=/proc/vmcore bs=1 skip=56 count=2 2>/dev/null | xxd -p | sed 's/\(..\)\(..\)/0x\2\1/')
	dd if=/proc/vmcore bs=56 count=$((count + 2)) 2>/dev/null | tail -c +65 | xxd -p -c 56 | head -n "$((count))" |
		while read -r header; do
			say vmcore-header "${header%"${header#????????}"}" "$(number "$(echo "$header" | cut -c 33-48)")" \
				"$(number "$(echo "$header" | cut -c 49-64)")" "$(number "$(echo "$header" | cut -c 65-80)")"
		done
}

[ "$(uname -m)" = s390x ] || headers
# A dump may be more than the half of memory that a tmpfs takes by itself.
mount -o remount,size=80% /tmp
if [ -d /dump ]; then
	makedumpfile --dump-dmesg /proc/vmcore /tmp/log > /tmp/out 2>&1 || say not ok "makedumpfile --dump-dmesg: $(tail -n 3 /tmp/out)"
	say makedumpfile-log "$(mark_in /tmp/log)"
	makedumpfile -l -d 31 /proc/vmcore /tmp/dump > /tmp/out 2>&1 || say not ok "makedumpfile -d 31: $(tail -n 3 /tmp/out)"
	say dump-size "$(stat -c %s /tmp/dump)"
	makedumpfile --dump-dmesg /tmp/dump /tmp/log2 > /tmp/out 2>&1 || say not ok "of the dump: $(tail -n 3 /tmp/out)"
	say dump-log "$(mark_in /tmp/log2)"
fi
if [ -x /sbin/vmcore-dmesg ]; then
	vmcore-dmesg /proc/vmcore > /tmp/log3 2> /tmp/out || say not ok "vmcore-dmesg: $(tail -n 3 /tmp/out)"
	say vmcore-dmesg-log "$(mark_in /tmp/log3)"
fi
