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
	[ "$arch $first" != "arm64 6.12" ]
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
	# One PT_NOTE with the registers of each processor; the PT_LOADs hold all memory but the reservation,
	# and the kernel's image once more.
	[ "$arch" = s390x ] || crash_judge_headers
	expect "which kernel turned the machine off" "@@ 2 end" \
		"$(sed -n 's/^ *[0-9.]* \(@@ [0-9]* end\)$/\1/p' "$log" | tail -n 1)"
}

crash_judge_headers() {
	local type virtual physical size notes=0 total=0 image=0 least asked
	while read -r type virtual physical size; do
		case $type in
		04000000) notes=$((notes + 1)) ;;
		01000000)
			if ((image == 0 && total == 0)); then
				image=$((size))
			else
				total=$((total + size))
			fi
			(((virtual & 0xfff) == (physical & 0xfff))) || echo "PT_LOAD at $virtual for $physical" ;;
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
		((image > 10 << 20 && image < 256 << 20)) || echo "the kernel's image in the dump has $image bytes"
	fi
}
