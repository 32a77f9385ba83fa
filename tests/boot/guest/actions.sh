# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# What each action does to the kernel's state, and what it says and answers; then the bare form.
loaded() {
	[ "$(cat /sys/kernel/kexec_loaded)" = "$1" ]
}

load() {
	kexec "$1" -l /kernel --initrd=/initrd --append="$append"
}

check "-S -l answers 0 when nothing is loaded" answers 0 '' kexec -S -l
check "-S answers 0 when no crash kernel is loaded" answers 0 '' kexec -S
check "-e refuses when nothing is loaded" answers 1 'Nothing has been loaded!' kexec -e
check "-u is content when nothing is loaded" answers 0 '' kexec -u
check "-s -u is content when nothing is loaded" answers 0 '' kexec -s -u
check "-p -u is content when nothing is loaded" answers 0 '' kexec -p -u
check "-p without a reservation says so" answers 1 'Memory for crashkernel is not reserved' \
	kexec -p /kernel --append=x

for by in -s -c -a; do
	check "$by -l loads in silence" answers 0 '' load "$by"
	check "$by -l: the kernel has it" loaded 1
	check "$by -l: -S -l answers 1" answers 1 '' kexec -S -l
	check "$by -l: -S still answers 0" answers 0 '' kexec -S
	check "$by -u unloads in silence" answers 0 '' kexec "$by" -u
	check "$by -u: the kernel has nothing" loaded 0
done

# A load that fails leaves what was there.
load -a
head -c 100000 /kernel > /tmp/short
echo "no kernel at all" > /tmp/text
check "a text is refused" answers 255 'Cannot determine the file type of /tmp/text' kexec -l /tmp/text
check "a missing kernel is refused" answers 255 'Failed to open file /tmp/none' kexec -l /tmp/none
check "a missing initrd is refused" answers 1 "Cannot open \`/tmp/none'" kexec -c -l /kernel --initrd=/tmp/none
for by in -s -c -a; do
	check "$by refuses a truncated kernel" answers 255 'Cannot load /tmp/short' kexec "$by" -l /tmp/short
done
check "after failures the kernel still has the first one" loaded 1
check "-u -l unloads, then loads" answers 0 '' kexec -s -u -l /kernel --initrd=/initrd --append="$append"
check "-u -l: the kernel has it" loaded 1
check "nothing is left in /tmp" [ "$(ls /tmp)" = "$(printf 'check.out\nshort\nstderr\nstdout\ntext')" ]

# The bare form loads, then calls shutdown.
kexec -u
printf '#!/bin/sh\necho "$*" > /shutdown.called\n' > /sbin/shutdown
chmod +x /sbin/shutdown
check "the bare form loads" kexec /kernel --initrd=/initrd --append="$append"
check "the bare form: the kernel has it" loaded 1
check "the bare form calls shutdown -r now" [ "$(cat /shutdown.called)" = "-r now" ]
say load "the bare form"
kexec -e
say not ok "kexec -e returned $?"
