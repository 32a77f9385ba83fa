# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# s390x: a text is no kernel; each --append counts; 4096 bytes are room for a long one; --ramdisk.
echo "no kernel at all" > /tmp/text
check "a text is refused" answers 255 'Cannot determine the file type of /tmp/text' kexec $call -l /tmp/text
numbers=$(printf '%03d' $(seq 0 999))
hand_over $call $options -l /kernel --ramdisk=/initrd --append="$append" --append="numbers=$numbers"
