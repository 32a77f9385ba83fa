# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# Nothing but the image: its second profile has the command line, its addons more of it; -d names what is of no use.
hand_over -d $call $options -l /uki.efi --profile=1 --addons
