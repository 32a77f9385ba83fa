# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# No initial RAM disk: the next kernel must find none, and say so when it looks for a root.
hand_over $call $options -l /kernel --append="$append"
