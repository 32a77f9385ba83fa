# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run_in_process ARCH COMPILER EMULATOR FILE...: builds tests/purgatory/ARCH.c and the files for that processor,
# and runs the program there, or under qemu-user, with the image that was built.

run_in_process() {
	arch=$1 compiler=$2 emulator=$3 source=${srcdir:-.}
	shift 3
	scratch=$(mktemp -d) || exit 99
	trap 'rm -rf "$scratch"' EXIT
	for file do
		shift
		set -- "$@" "$source/$file"
	done
	# shellcheck disable=SC2086 # a command, and its arguments
	if ! $compiler -std=gnu11 -O1 -static -fno-builtin -Wall -Wextra -Wno-unused-parameter -Werror -I"$source" \
		-o "$scratch/$arch" "$source/tests/purgatory/$arch.c" "$source/tests/purgatory/process.c" \
		"$source/purgatory/sha256.c" "$@"; then
		echo 'Bail out! the test program cannot be built'
		exit 1
	fi
	# shellcheck disable=SC2086 # nothing at all where the processor is the right one
	$emulator "$scratch/$arch" "purgatory/$arch.bin"
}
