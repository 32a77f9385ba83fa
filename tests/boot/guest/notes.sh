# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# The next kernel is an ELF file that runs without an operating system, and takes ELF boot notes.
hand_over $call $options -l /kernel --append="$append"
