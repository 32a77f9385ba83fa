# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# --dtb: this kernel's device tree under another name, so that the next one can tell which it was given.
xxd -p /sys/firmware/fdt | tr -d '\n' | sed 's/64756d6d792d76697274/64756d6d792d76657274/g' | xxd -r -p > /tmp/dtb
hand_over $call $options -l /kernel --initrd=/initrd --dtb=/tmp/dtb --append="$append"
