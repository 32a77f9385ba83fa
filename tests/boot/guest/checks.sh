# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# How guests tell what they found, for every kernel and root file system in the boot lab: marked lines,
# "@@ STAGE KEY VALUE", on stdout. $stage is the caller's.

# One write a line, so that nothing gets between.
say() {
	printf '@@ %s %s\n' "$stage" "$*"
}

# For the cases: "check SENTENCE COMMAND..." says whether the command did as the sentence says, and
# what it printed if not.
check() {
	sentence=$1
	shift
	if "$@" > /tmp/check.out 2>&1; then
		say ok "$sentence"
	else
		say not ok "$sentence: $(tr '\n' ' ' < /tmp/check.out | cut -c 1-600)"
	fi
}

# answers STATUS TEXT COMMAND...: the command ends with that status, and says that on stderr.
# An empty TEXT means that it must say nothing there. Nothing may ever stand on stdout.
answers() {
	wanted=$1 text=$2
	shift 2
	"$@" > /tmp/stdout 2> /tmp/stderr
	status=$?
	echo "status $status"
	cat /tmp/stdout /tmp/stderr
	[ "$status" = "$wanted" ] && [ ! -s /tmp/stdout ] || return
	if [ -n "$text" ]; then
		grep -q -F -e "$text" /tmp/stderr
	else
		[ ! -s /tmp/stderr ]
	fi
}
