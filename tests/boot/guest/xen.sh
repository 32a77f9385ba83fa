# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# Xen, with the next kernel and its initial RAM disk as modules: dom0, whose console Xen puts on its own.
dom0=$(echo "$append" | sed 's/console=ttyS0/console=hvc0/')
hand_over $call $options -l /xen.gz --module="/kernel $dom0" --module=/initrd \
	--append="console=com1 com1=115200,8n1 dom0_mem=640M"
