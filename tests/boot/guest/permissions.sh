# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# Each reason for "Operation not permitted" is told apart from the others.
refused() {
	reason=$1
	shift
	answers 255 "$reason" "$@" && grep -q -F 'failed: Operation not permitted' /tmp/stderr
}

as_nobody() {
	su -s /bin/sh nobody -c "kexec $* --append=x"
}

chmod 644 /kernel
for by in -c -s; do
	check "$by: not root" refused CAP_SYS_BOOT as_nobody "$by" -l /kernel
done
limit=/proc/sys/kernel/kexec_load_limit_reboot
if [ -f $limit ]; then
	echo 0 > $limit
	for by in -c -s; do
		check "$by: the limit is used up" refused kexec_load_limit_reboot kexec "$by" -l /kernel --append=x
	done
fi
echo 1 > /proc/sys/kernel/kexec_load_disabled
for by in -c -s -a; do
	check "$by: loading is disabled" refused "kexec_load_disabled is 1" kexec "$by" -l /kernel --append=x
done
say checked
