# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# Under lockdown kexec_load is refused, and so is a kernel signed with a key that is not trusted.
locked() {
	answers 255 "locked down" "$@" && grep -q -F "$first_line" /tmp/stderr
}

check "this kernel is locked down" grep -q -F '[integrity]' /sys/kernel/security/lockdown
first_line='kexec_load failed: Operation not permitted'
check "-c is refused, and lockdown named" locked kexec -c -l /kernel --append=x
first_line='kexec_file_load failed: Operation not permitted'
for by in -s -a; do
	check "$by is refused, and lockdown named" locked kexec "$by" -l /kernel --append=x
done
check "nothing is loaded" answers 0 '' kexec -S -l
say checked
