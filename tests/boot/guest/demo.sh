# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# What tests/try shows: the plan of this very machine, then the hand-over.
plan() {
	kexec "$@" $call $options /kernel --initrd=/initrd --append="$append" 2>&1
}

{ plan --plan | sed '/^image$/,$d'; plan --plan=map; } > /tmp/plan
while IFS= read -r line; do
	say plan "$line"
done < /tmp/plan
hand_over $call $options -l /kernel --initrd=/initrd --append="$append"
