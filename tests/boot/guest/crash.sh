# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# A crash kernel: loaded, unloaded, and not lost to a load that fails. Then a mark in the log, and a
# crash on the processor that the case names; capture.sh goes on in the kernel that comes up.
# headers.sh stands in front of this. With old=yes kexec is told a release of long ago.
as_old=
[ "$old" = no ] || as_old=as-old

loaded() {
	[ "$(cat /sys/kernel/kexec_crash_loaded)" = "$1" ]
}

load() {
	$as_old kexec $call $options -p /kernel --initrd=/initrd --append="$append" "$@"
}

# The main reservation is what counts; a low one beside it is in the kernel's sum.
reserved() {
	printed=$(kexec --print-ckr-size)
	echo "printed $printed of $(cat /sys/kernel/kexec_crash_size)"
	[ "$printed" -gt 0 ] && [ "$printed" -le "$(cat /sys/kernel/kexec_crash_size)" ]
}

say load "kexec $call $options -p"
check "--print-ckr-size tells the reservation" reserved
check "-p loads in silence" answers 0 '' load
check "-p: the kernel has it" loaded 1
check "-S answers 1" answers 1 '' kexec -S
check "-p -u unloads in silence" answers 0 '' kexec $call -p -u
check "-p -u: the kernel has nothing" loaded 0
check "-S answers 0" answers 0 '' kexec -S
check "-p loads again" answers 0 '' load
check "-p replaces what is loaded" answers 0 '' load
dd if=/dev/zero of=/tmp/large bs=1M count=0 seek=900 2>/dev/null
check "an initial RAM disk that is too large is refused" answers 255 'does not fit' load --initrd=/tmp/large
head -c 67000 /kernel > /tmp/short
check "a truncated kernel is refused" answers 255 'Cannot load /tmp/short' kexec $call -p /tmp/short
check "a command line that is too long is refused" answers 255 'The command line has' \
	load --append="$(head -c 5000 /dev/zero | tr '\0' x)"
check "after failures the kernel still has the first one" loaded 1

# Processors come and go; the kernel keeps the core headers up to date itself, where it is to.
case $options in
*--hotplug*)
	say crash-hotplug "$(cat /sys/devices/system/cpu/crash_hotplug)"
	check "a processor goes" sh -c 'echo 0 > /sys/devices/system/cpu/cpu1/online'
	check "a processor comes" sh -c 'echo 1 > /sys/devices/system/cpu/cpu1/online' ;;
esac

mark=$(cat /proc/sys/kernel/random/uuid)
echo "kexec-ng mark $mark" > /dev/kmsg
say mark "$mark"
say crash-notes "$(cat /sys/devices/system/cpu/cpu*/crash_notes_size | tr '\n' ' ')"
[ "$old" = no ] || low_memory /proc/kcore low
say reserved "$(cat /sys/kernel/kexec_crash_size)"
sync
# The 39th field, the 37th behind the name, is the processor (proc_pid_stat(5)).
# shellcheck disable=SC2016 # for that shell
taskset $((1 << crash)) sh -c 'read -r line < /proc/$$/stat; set -- ${line##*)}
	echo "kexec-ng processor ${37}" > /dev/kmsg; echo c > /proc/sysrq-trigger'
say not ok "the kernel did not crash"
