# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For the *.tap scripts beside it: running kexec where it can load nothing (see no-kexec.c) and
# looking at what came out. A check is one TAP line; each expectation in it that fails adds a line
# of explanation.
#
#	begin "what a user would notice"
#	try [CALL=ERRNO]... -- ARGUMENTS	runs kexec; leaves $status, $out and $err
#	...expectations...
#	end

# shellcheck disable=SC2034 # used by the scripts that read this file

set -u
export LC_ALL=C
unset POSIXLY_CORRECT

kexec=$PWD/kexec/kexec
no_kexec=$PWD/tests/cli/no-kexec
kexec_elsewhere=$PWD/tests/cli/kexec-elsewhere
machines=$(cd "${srcdir:-.}/tests/machines" && pwd) || exit 99
make_image=$PWD/tests/images/make_image
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 99

checks=0
failures=

begin() {
	description=$1
	failures=
}

fault() {
	failures="$failures# $*"$'\n'
}

end() {
	checks=$((checks + 1))
	if [ -z "$failures" ]; then
		echo "ok $checks - $description"
		return
	fi
	echo "not ok $checks - $description"
	printf '%s' "$failures"
	echo "# the last run: kexec $ran"
	echo "# exit status $status, then standard output and standard error:"
	head -n 5 "$scratch/out" | sed 's/^/# out: /'
	head -n 20 "$scratch/err" | sed 's/^/# err: /'
}

finish() {
	echo "1..$checks"
}

# The directory to be shown as /sys, when it is not the machine's own.
sys=

try() {
	local rules=() program=$kexec

	while [ "$1" != -- ]; do
		rules+=("$1")
		shift
	done
	shift
	ran="$*"
	if [ -n "$sys" ]; then
		program=$kexec_elsewhere
		mkdir -p "$scratch/elsewhere"
		ln -sfn /proc "$scratch/elsewhere/proc"
		ln -sfn "$(cd "$sys" && pwd)" "$scratch/elsewhere/sys"
	fi
	KEXEC_ELSEWHERE=$scratch/elsewhere "$no_kexec" "${rules[@]+"${rules[@]}"}" "$program" "$@" \
		</dev/null >"$scratch/out" 2>"$scratch/err"
	status=$?
	out=$(cat "$scratch/out")
	err=$(cat "$scratch/err")
}

# try_with_sys DIR [CALL=ERRNO]... -- ARGUMENTS: as try, with DIR as /sys; an empty one is a machine
# where sysfs is not mounted.
try_with_sys() {
	sys=$1
	shift
	try "$@"
	sys=
}

exits() {
	[ "$status" -eq "$1" ] || fault "exit status $status, not $1"
}

prints_nothing() {
	[ -z "$out" ] || fault "something is on standard output"
}

is_silent() {
	prints_nothing
	[ -z "$err" ] || fault "something is on standard error"
}

prints() {
	[ "$out" = "$1" ] || fault "standard output is not \"$1\""
}

# Words that callers look for.
prints_usage() {
	local word

	for word in kexec-tools reuse-cmdline kexec-syscall-auto bzImage64; do
		[[ $out == *"$word"* ]] || fault "no usage text with \"$word\" on stdout"
	done
}

says_only() {
	[ "$err" = "$1" ] || fault "standard error is not exactly \"$1\""
}

says_nothing() {
	[ -z "$err" ] || fault "something is on standard error"
}

# The first lines, those that callers match.
says_first() {
	[[ $err == "$1" || $err == "$1"$'\n'* ]] ||
		fault "standard error does not begin with the line(s) \"$1\""
}

says() {
	[[ $err == *"$1"* ]] || fault "standard error does not have \"$1\""
}

does_not_say() {
	[[ $err != *"$1"* ]] || fault "standard error has \"$1\""
}

says_before() {
	[[ $err == *"$1"*"$2"* ]] || fault "standard error does not have \"$1\" before \"$2\""
}

# Without these kexec_load cannot be planned for this machine: a container, or an ordinary user on
# a machine that has no /sys/firmware/memmap.
sees_memory() {
	[ -e /sys/firmware/memmap/0 ] || grep -qE '^0*[1-9a-f][0-9a-f]*-.* : System RAM' /proc/iomem
}
