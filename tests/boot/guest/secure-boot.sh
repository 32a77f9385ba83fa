# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# Under Secure Boot a kernel signed with a key of the firmware is handed over to, and nothing else.
first_line='kexec_load failed: Permission denied'
check "-c is refused" answers 255 "$first_line" kexec -c -l /kernel --append=x
check "-c: IMA is named" grep -q IMA /tmp/stderr
# One byte of the signed image changed: signed no more.
cp /kernel /tmp/forged
printf '\377' | dd of=/tmp/forged bs=1 seek=1000000 conv=notrunc 2>/dev/null
for by in -s -a; do
	check "$by refuses a forged kernel" answers 255 'kexec_file_load failed: ' kexec "$by" -l /tmp/forged --append=x
done
check "nothing is loaded" answers 0 '' kexec -S -l
hand_over $call $options -l /kernel --initrd=/initrd --append="$append"
