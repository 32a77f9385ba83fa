# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# --reuse-cmdline takes this kernel's command line without BOOT_IMAGE; --append comes after it.
hand_over $call $options -l /kernel --initrd=/initrd --reuse-cmdline --append="$append"
