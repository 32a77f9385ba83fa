# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# Without the tree that firmware gave there is still the kernel's own view of it, /proc/device-tree.
mkdir /tmp/tree
mount -o bind /sys/firmware/devicetree /tmp/tree
mount -t tmpfs tmpfs /sys/firmware
mkdir /sys/firmware/devicetree
mount -o bind /tmp/tree /sys/firmware/devicetree
kexec $call --plan -l /kernel --initrd=/initrd > /tmp/plan
check "the tree comes from /proc/device-tree" grep -q ' dtb  *.*/proc/device-tree$' /tmp/plan
hand_over $call $options -l /kernel --initrd=/initrd --append="$append"
