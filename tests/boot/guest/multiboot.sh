# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# The next kernel is one of Multiboot's, with two modules, of which one is unpacked on the way.
gzip -c /init > /tmp/init.gz
hand_over $call $options -l /kernel --module='/payload' --module='/tmp/init.gz one "two three"' --append="$append"
