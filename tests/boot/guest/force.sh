# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# -f: load and hand over in one go, with no shutdown.
say load "kexec -f"
kexec $call -f $options /kernel --initrd=/initrd --append="$append"
say not ok "kexec -f returned $?"
