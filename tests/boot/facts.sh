# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Compares what the kernels of a case reported with what was asked for. Knows the marked lines of
# guest/init and the variables of a case; knows nothing of QEMU. What only one kind of machine has is
# for its judge_machine. Prints one sentence per problem.

# fact STAGE KEY: the values a stage reported, one a line.
fact() {
	sed -n "s/^ *[0-9.]* @@ $1 $2\( \|\$\)//p" "$log"
}

expect() {
	[ "$2" = "$3" ] || printf '%s: expected "%s", found "%s"\n' "$1" "$2" "$3"
}

# expect_kept STAGE WHAT FIRST NOW: as in the first kernel, which must have found something.
expect_kept() {
	if [ -z "$3" ]; then
		echo "stage 1, $2: nothing was reported to compare stage $1 with"
	else
		expect "stage $1, $2" "$3" "$4"
	fi
}

# firmware_facts: the keys that a first kernel on this firmware must have reported.
firmware_facts() {
	case $arch/$firmware in
	x86_64/bios) echo acpi rsdp efi secure-boot ;;
	x86_64/*) echo acpi rsdp efi secure-boot efi-systab efi-runtime-pages efi-variable ;;
	*/uefi) echo acpi rsdp efi efi-systab efi-runtime-pages efi-variable ;;
	*) echo efi ;;
	esac
}

# ranges_joined: ranges from stdin (0xSTART 0xEND, the last address inclusive, one a line), sorted, with
# neighbours joined; nothing if there are none.
ranges_joined() {
	local start end first='' last=''
	while read -r start end; do
		if [ -n "$first" ] && ((start == last + 1)); then
			last=$end
			continue
		fi
		[ -z "$first" ] || printf '%x-%x ' "$first" "$last"
		first=$start last=$end
	done < <(while read -r start end; do printf '0x%016x 0x%016x\n' "$start" "$end"; done | sort)
	[ -z "$first" ] || printf '%x-%x' "$first" "$last"
}

# facts_judge: one sentence for each thing in $log that is not as it should be; nothing if all is well.
facts_judge() {
	local stage last=$((${#hops[@]} + 1))
	sed -n 's/^ *[0-9.]* @@ \([0-9]*\) not ok /stage \1: /p' "$log"
	[ "$capture" = no ] || capture_judge
	case $script in
	permissions | lockdown)
		# These never leave the first kernel.
		expect "the checks ran to their end" yes "$(fact 1 checked | sed 's/^$/yes/')"
		last=1 ;;
	crash)
		crash_judge
		return ;;
	kdump-tools)
		debian_judge
		return ;;
	multiboot | notes | xen)
		"${script}_judge"
		return ;;
	wrong-digest)
		for stage in 'was changed after it was loaded' '  expected ' '  found    ' 'The next kernel is not started' "$until"; do
			grep -q -F "$stage" "$log" || echo "purgatory did not say \"$stage\""
		done
		expect "kernels that reached their first process" 1 "$(grep -c '@@ [0-9]* release' "$log")"
		return ;;
	alone | memtest)
		grep -q -F "$until" "$log" || echo "no kernel said \"$until\""
		expect "kernels that reached their first process" 1 "$(grep -c '@@ [0-9]* release' "$log")"
		return ;;
	esac
	for ((stage = 2; stage <= last; stage++)); do
		judge_stage "$stage" "${hops[stage - 2]}"
	done
	expect "which kernel turned the machine off" "@@ $last end" \
		"$(sed -n 's/^ *[0-9.]* \(@@ [0-9]* end\)$/\1/p' "$log" | tail -n 1)"
}

# judge_stage STAGE KERNEL:IMAGE:CALL
judge_stage() {
	local stage=$1 series=${2%%:*} key
	if [ -z "$(fact "$stage" release)" ]; then
		echo "stage $stage: this kernel never came up"
		return
	fi
	expect "stage $stage, release" "$(kernel_release "$series")" "$(fact "$stage" release)"
	expect "stage $stage, command line" "$(cmdline_of "$stage")" "$(fact "$stage" cmdline)"
	expect "stage $stage, payload" "$(sha256sum < "$(payload "$payload")" | cut -d ' ' -f 1)" \
		"$(fact "$stage" payload)"
	# Only newer kernels let the whole initial RAM disk be read back (retain_initrd).
	[[ $series = 6.1 || $series = lab || $series = 686 ]] || expect "stage $stage, initial RAM disk" "$(cat "$work/initrd-$stage.sha256")" \
		"$(fact "$stage" initrd)"
	expect "stage $stage, processors" "$cpus" "$(fact "$stage" cpus)"
	# A 32-bit kernel can call no 64-bit firmware, and is told of none.
	for key in $(firmware_facts); do
		[[ $series/$key = 686/efi* ]] ||
			expect_kept "$stage" "$key" "$(fact 1 "$key")" "$(fact "$stage" "$key")"
	done
	[ "$series" != 686 ] || expect "stage $stage, EFI" none "$(fact "$stage" efi)"
	! with_efi || [ "$series" = 686 ] || expect "stage $stage, reading an EFI variable" PlatformLang \
		"$(fact "$stage" efi-variable | cut -d ' ' -f 1)"
	judge_memory "$stage"
	case $options in
	*--console-serial* | *--serial=ttyAMA*) grep -q 'purgatory: the SHA-256 of .* is as loaded' "$log" || echo "purgatory said nothing" ;;
	esac
	[ "$script" != uki ] || uki_judge "$stage"
	judge_machine "$stage"
}

# The kernel must find all the memory that there is: a tenth at most goes to kernel and initrd.
judge_memory() {
	local found asked
	found=$(fact "$1" memtotal)
	asked=$((${memory%G} * 1048576))
	((found > asked - asked / 10 - 65536 && found <= asked)) || echo "stage $1: MemTotal $found kB of $asked kB"
}
