# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Cases with script=crash: the programs that read the dump, and whether what they found is what the
# kernel that crashed had. Needs facts.sh and images.sh.

# The suite whose makedumpfile reads the dumps, and the packages with what it needs to run.
dump_suite=trixie
dump_packages=(makedumpfile libdw1t64 libelf1t64 liblzo2-2 libzstd1 zlib1g libbz2-1.0 liblzma5 libc6)

# makedumpfile 1.7.6 does not know arm64 kernels for 52-bit addresses.
dump_readable() {
	[[ $arch/$first != arm64/6.12* ]]
}

# dump_reader: a folder with Debian's makedumpfile, its libraries and the name of its loader.
dump_reader() {
	made "$cache/images/makedumpfile-$debian_arch" dump_reader_make
}

dump_reader_make() {
	local package library target=$1
	rm "$target"
	mkdir -p "$target/lib"
	for package in "${dump_packages[@]}"; do
		package_fetch "$dump_suite" "$debian_arch" "$package" > /dev/null
	done
	cp "$cache/$dump_suite-$debian_arch/makedumpfile/usr/bin/makedumpfile" "$target"
	readelf -l "$target/makedumpfile" | sed -n 's,.*program interpreter: .*/\([^]]*\)\],\1,p' > "$target/loader"
	for library in libc.so.6 libm.so.6 libdw.so.1 libelf.so.1 liblzo2.so.2 libzstd.so.1 libz.so.1 libbz2.so.1.0 \
		liblzma.so.5 libpthread.so.0 "$(cat "$target/loader")"; do
		# A link in one package may lead to a file of that package only.
		find "$cache/$dump_suite-$debian_arch" -path "*/lib/*/$library" -exec cp -L {} "$target/lib/" \;
	done
}

crash_judge() {
	local mark key
	if [ -z "$(fact 2 release)" ]; then
		echo "the capture kernel never came up"
		return
	fi
	expect "the capture kernel" "$(kernel_release "${hops[0]%%:*}")" "$(fact 2 release)"
	fact 2 cmdline | grep -q -F -e "$(append_of 2)" || echo "the capture kernel's command line: $(fact 2 cmdline)"
	mark=$(fact 1 mark)
	[ -n "$mark" ] || echo "no mark was written"
	expect "the mark, by vmcore-dmesg" "$mark" "$(fact 2 vmcore-dmesg-log)"
	for key in makedumpfile-log dump-log; do
		! dump_readable || expect "the mark, $key" "$mark" "$(fact 2 "$key")"
	done
	# By the log that was in the dump: what the process said of itself, and the kernel, where it says such things.
	expect "the processor that was to crash" "$crash" "$(fact 2 processor)"
	[ "$first" = lab ] || expect "the processor that crashed" "$crash" "$(fact 2 panic | cut -d ' ' -f 1)"
	crash_judge_notes
	[[ $options != *--hotplug* ]] || expect "the running kernel keeps it up to date" 1 "$(fact 1 crash-hotplug)"
	[ "$old" = no ] || crash_judge_low_memory
	# The PT_LOADs hold all memory but the reservation, and the kernel's image once more.
	[ "$arch" = s390x ] || crash_judge_headers
	expect "which kernel turned the machine off" "@@ 2 end" \
		"$(sed -n 's/^ *[0-9.]* \(@@ [0-9]* end\)$/\1/p' "$log" | tail -n 1)"
}

# in_notes OFFSET SIZE: the number there in $notes, which is in hexadecimal.
in_notes() {
	local text=${notes:$1 * 2:$2 * 2} swapped=''
	if [ "$arch" != s390x ]; then
		while [ -n "$text" ]; do
			swapped=${text:0:2}$swapped text=${text:2}
		done
		text=$swapped
	fi
	echo $((0x${text:-0}))
}

# Where the instruction's address is in struct elf_prstatus; the process is at 32 everywhere.
declare -A note_instruction=([x86_64]=240 [arm64]=368 [ppc64le]=368 [s390x]=120)

# The registers of each processor are there, and those of the one that crashed are of the process that the
# log says it was. s390x counts processors there, and the log of the lab's kernels names no process.
crash_judge_notes() {
	local notes at=0 name_size size type found=0 process
	notes=$(fact 2 vmcore-notes)
	while name_size=$(in_notes "$at" 4) size=$(in_notes $((at + 4)) 4) type=$(in_notes $((at + 8)) 4); \
		((name_size != 0 && at + 12 < ${#notes} / 2)); do
		at=$((at + 12 + (name_size + 3) / 4 * 4))
		# "CORE", NT_PRSTATUS
		if [ "$type ${notes:at * 2 - 16:10}" = "1 434f524500" ]; then
			[ "$(in_notes $((at + note_instruction[$arch])) 8)" != 0 ] ||
				echo "the registers of processor $found name no instruction"
			process=$(in_notes $((at + 32)) 4)
			[ "$arch" = s390x ] || [ "$first" = lab ] || ((found != crash)) ||
				expect "the process in the crashed processor's note" "$(fact 2 panic | cut -d ' ' -f 2)" "$process"
			found=$((found + 1))
		fi
		at=$((at + (size + 3) / 4 * 4))
	done
	expect "processors whose registers are in the dump" "$cpus" "$found"
}

# The dump has what the kernel that crashed had below 640 KiB, and the capture kernel has written over it.
crash_judge_low_memory() {
	[ -n "$(fact 1 low)" ] || echo "the first kernel has no memory below 640 KiB"
	expect "low memory in the dump" "$(fact 1 low)" "$(fact 2 saved)"
	expect "where the capture kernel has low memory" "$(fact 1 low | cut -d ' ' -f 1,2)" "$(fact 2 low | cut -d ' ' -f 1,2)"
	[ "$(fact 1 low)" != "$(fact 2 low)" ] || echo "the capture kernel wrote nothing into low memory: the dump shows nothing"
}

crash_judge_headers() {
	local type offset virtual physical size notes=0 total=0 image=0 least asked
	while read -r type offset virtual physical size; do
		case $type in
		04000000) notes=$((notes + 1)) ;;
		01000000)
			if ((image == 0 && total == 0)); then
				image=$((size))
			else
				total=$((total + size))
			fi
			(((virtual & 0xfff) == (physical & 0xfff) && (offset & 0xfff) == (physical & 0xfff))) || echo "PT_LOAD at $virtual for $physical" ;;
		*) echo "a program header of type $type" ;;
		esac
	done < <(fact 2 vmcore-header)
	expect "notes in the dump" 1 "$notes"
	asked=$((${memory%G} << 30))
	least=$((asked - asked / 16 - $(fact 1 reserved)))
	((total >= least && total <= asked)) || echo "the dump has $total bytes of memory; $least to $asked were expected"
	# On ppc64le the kernel has no map of its own; there the first PT_LOAD is what purgatory has saved.
	if [ "$arch" = ppc64le ]; then
		expect "what was saved of low memory" $((0x10000)) "$image"
	else
		((image > 2 << 20 && image < 256 << 20)) || echo "the kernel's image in the dump has $image bytes"
	fi
}
