# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# The ordinary case: load the next kernel as the table says, and go.
hand_over $call $options -l /kernel --initrd=/initrd --append="$append"
