# shellcheck shell=sh disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# In Debian, run by systemd: kdump-tools' service has loaded a crash kernel with our kexec; kdump-config
# says so, unloads it and loads it again. Then a mark in the log, and a crash on the processor that the
# case names. What follows is kdump-tools' own: its service in the capture kernel saves the dump.
exec > /dev/console 2>&1
stage=1
# shellcheck source=tests/boot/guest/checks.sh
. /opt/kexec-ng/checks.sh
# shellcheck source=/dev/null
. /opt/kexec-ng/case

loaded() {
	[ "$(cat /sys/kernel/kexec_crash_loaded)" = "$1" ]
}

# succeeds TEXT COMMAND...: the command ends well and prints that.
succeeds() {
	text=$1
	shift
	"$@" > /tmp/printed 2>&1
	status=$?
	echo "status $status"
	cat /tmp/printed
	[ $status = 0 ] && grep -q -x -F -e "$text" /tmp/printed
}

check "kdump-tools.service is up" systemctl is-active kdump-tools
check "it has loaded a crash kernel" loaded 1
check "status: ready" succeeds 'current state   : ready to kdump' kdump-config status
check "show: ready" succeeds 'current state:    ready to kdump' kdump-config show
check "test ends well" succeeds 'kexec command to be used:' kdump-config test
say test "$(sed -n 's,^ *\(/sbin/kexec .*\),\1,p' /tmp/printed)"
check "test loads and unloads nothing" loaded 1
check "unload" succeeds 'unloaded kdump kernel.' kdump-config unload
check "unload: the kernel has nothing" loaded 0
check "status: not ready" succeeds 'current state   : Not ready to kdump' kdump-config status
check "unload, with nothing there" succeeds 'unloaded kdump kernel.' kdump-config unload
check "load" succeeds 'loaded kdump kernel.' kdump-config load
check "load: the kernel has it" loaded 1
say recorded "$(cat /var/crash/kexec_cmd)"

mark=$(cat /proc/sys/kernel/random/uuid)
echo "kexec-ng mark $mark" > /dev/kmsg
say mark "$mark"
say checked yes
sync
taskset $((1 << crash)) sh -c 'echo c > /proc/sysrq-trigger'
say not ok "the kernel did not crash"
systemctl poweroff -f -f
