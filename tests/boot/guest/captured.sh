# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# In the kernel that came up after a crash: is the dump sound, and do independent readers find the
# mark in it? Where it can read them, /dump holds Debian's makedumpfile and the libraries that it needs.
# headers.sh stands in front of this.
makedumpfile() {
	LD_LIBRARY_PATH=/dump/lib "/dump/lib/$(cat /dump/loader)" /dump/makedumpfile "$@"
}

mark_in() {
	sed -n 's/.*kexec-ng mark \([0-9a-f-]*\).*/\1/p' "$1"
}

check "there is a dump" [ -s /proc/vmcore ]
if [ "$(uname -m)" = s390x ]; then
	# The notes come first there too.
	notes=0x$(dd if=/proc/vmcore bs=1 skip=72 count=8 2>/dev/null | xxd -p)
else
	headers /proc/vmcore > /tmp/headers
	while read -r header; do
		say vmcore-header "$header"
	done < /tmp/headers
	notes=$(sed -n 's/^04000000 \([^ ]*\) .*/\1/p' /tmp/headers)
fi
[ "$old" = no ] || {
	low_memory /proc/vmcore saved
	low_memory /proc/kcore low
}
say vmcore-notes "$(tail -c +$((notes + 1)) /proc/vmcore 2>/dev/null | head -c 4096 | xxd -p | tr -d '\n')"
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
	say processor "$(sed -n 's/.*kexec-ng processor \([0-9]*\)$/\1/p' /tmp/log3)"
	# Processor and process of the first report behind the panic.
	say panic "$(sed -n '/Kernel panic/,$s/.*CPU: \([0-9]*\) .*PID: \([0-9]*\) .*/\1 \2/p' /tmp/log3 | head -n 1)"
fi
