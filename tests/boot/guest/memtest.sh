# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# What the next kernel is is no Linux; it has no initial RAM disk, and speaks on the first serial port when asked to.
hand_over $call $options -l /memtest.bin --append=console=ttyS0,115200
