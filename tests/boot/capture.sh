# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Cases with capture=yes: whether a capture of the guest, replayed on this machine, gives the report and the plan
# that kexec gave in the guest. guest/capture.sh sends them. Needs facts.sh, images.sh and case.sh.

# answer FILE: what of an answer does not depend on where it was given: digests are also of fresh seeds, and of
# what a capture overwrites.
answer() {
	sed -E 's,captured/,/,g; s/"captured": (true|false)//; s/[0-9a-f]{64}//' "$1"
}

# replay FILE ARGUMENT...: the same question, to the capture.
replay() {
	local file=$1
	shift
	(
		cd "$work/replay"
		"$(program x86_64)" --sysroot=captured "$@" > "$file.replayed" 2>&1
		echo "status $?" >> "$file.replayed"
		diff <(answer "$file") <(answer "$file.replayed") > "$file.difference"
	) || printf 'stage 1: the capture has another %s: %s\n' "$file" "$(head -c 600 "$work/replay/$file.difference")"
}

capture_judge() {
	local action=-l form series
	rm -rf "$work/replay"
	mkdir "$work/replay"
	if ! fact 1 capture | base64 -d 2>/dev/null | tar -C "$work/replay" -xz 2>/dev/null; then
		echo "stage 1: no capture came out"
		return
	fi
	IFS=: read -r series form _ <<< "${hops[0]}"
	ln -s "$(kernel_image "$series" "$form")" "$work/replay/kernel"
	ln -s "$here/guest/init" "$work/replay/init"
	[[ $first_append != *crashkernel=* ]] || action=-p
	replay check --check=json
	# shellcheck disable=SC2086 # words
	replay plan --plan=json ${hops[0]##*:} $options $action kernel --initrd=init --reuse-cmdline \
		--append="$(append_of 2)"
	grep -q '"captured": true' "$work/replay/plan.replayed" || echo "stage 1: the capture has no plan"
	rm -rf "$work/replay"
}
