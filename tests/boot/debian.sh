# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Cases with script=kdump-tools: Debian with systemd and its own kdump-tools on a disk. Makes the disk,
# and judges what a crash left on it: kdump-tools' files, by Debian's makedumpfile and by its crash with
# the kernel's debug data. Needs fetch.sh, images.sh, crash.sh and facts.sh.

debian_packages=('?essential' kdump-tools makedumpfile initramfs-tools-core systemd-sysv udev zstd kmod procps
	usr-is-merged)
# Like makedumpfile, from the suite that knows the kernel better.
crash_packages=(crash binutils libc6 libgcc-s1 liblzo2-2 libncursesw6 libsnappy1v5 libstdc++6 libtinfo6
	libzstd1 zlib1g)
crash_loader=ld-linux-x86-64.so.2

# debian_prepare: fetches and makes what such a case needs, beside its kernel.
debian_prepare() {
	debian_disk > /dev/null
	debian_vmlinux > /dev/null
	dump_reader > /dev/null
	crash_program > /dev/null
}

# debian_disk: the image of a file system, without a kexec.
debian_disk() {
	made "$cache/images/debian-$debian_arch-$(kernel_release "$first")" debian_disk_make
}

debian_disk_make() {
	local target=$1 work=$1.work suite=${suite_of[${first%%-*}]} release state=0
	release=$(kernel_release "$first")
	apt_index "$suite" "$debian_arch"
	mkdir -p "$work/partial"
	apt_private "$suite" "$debian_arch" apt-get -qq install --yes --download-only --no-install-recommends \
		-o "Dir::Cache::Archives=$work" "${debian_packages[@]}" "linux-image-$release" > "$work/log" 2>&1 &&
		as_root "$here/debian-root" "$work" "$release" "$target" >> "$work/log" 2>&1 || state=1
	[ $state = 0 ] || tail -n 20 "$work/log" >&2
	as_root rm -rf "$work"
	return $state
}

# debian_vmlinux: the kernel with its debug data.
debian_vmlinux() {
	made "$cache/images/vmlinux-debug-$(kernel_release "$first")" debian_vmlinux_make
}

debian_vmlinux_make() {
	local target=$1 work=$1.work suite=${suite_of[${first%%-*}]} release state=0
	release=$(kernel_release "$first")
	apt_index "$suite" "$debian_arch"
	mkdir -p "$work"
	(cd "$work" && apt_private "$suite" "$debian_arch" apt-get -qq download "linux-image-$release-dbg") || state=1
	# One file of a large archive: tar is done before dpkg is.
	[ $state != 0 ] || { dpkg --fsys-tarfile "$work"/*.deb 2>/dev/null || true; } |
		tar -x -O --occurrence=1 "./usr/lib/debug/boot/vmlinux-$release" > "$target" || state=1
	rm -rf "$work"
	return $state
}

# crash_program: fetches Debian's crash with its libraries; prints how to start it, a word a line.
crash_program() {
	local package path=''
	for package in "${crash_packages[@]}"; do
		path=$path:$(package_fetch "$dump_suite" "$debian_arch" "$package")/usr/lib/x86_64-linux-gnu || exit
	done
	printf '%s\n' "$cache/$dump_suite-$debian_arch/libc6/usr/lib/x86_64-linux-gnu/$crash_loader" --library-path "${path#:}" \
		"$cache/$dump_suite-$debian_arch/crash/usr/bin/crash"
}

# debian_boot_make: what goes into the first kernel's initial RAM disk, and the disk.
debian_boot_make() {
	local root=$1
	{
		printf 'crash=%q\n' "$crash"
		cat "$here/guest/kdump-tools.sh"
	} > "$root/case/1"
	mkdir -p "$root/modules"
	find "$(kernel_tree "$first")" -name 'virtio*.ko' -exec cp -t "$root/modules" {} +
	cp "$here/guest/debian.sh" "$root/debian.sh"
	cp --sparse=always "$(debian_disk)" "$work/disk"
}

# debian_cmdline: what kdump-tools makes of the first kernel's command line.
debian_cmdline() {
	printf '%s %s' "$(first_cmdline | sed 's/ crashkernel=[^ ]*//')" \
		'reset_devices systemd.unit=kdump-tools-dump.service nr_cpus=1 irqpoll usbcore.nousb'
}

debian_judge() {
	local mark stamp command files=$work/files
	expect "the checks ran to their end" yes "$(fact 1 checked)"
	command="/sbin/kexec -p --command-line=\"$(debian_cmdline)\" --initrd=/var/lib/kdump/initrd.img /var/lib/kdump/vmlinuz"
	expect "the command that test prints" "$command" "$(fact 1 test)"
	expect "the command that load records" "$command" "$(fact 1 recorded)"
	expect "the capture kernel's command line" "$(debian_cmdline)" \
		"$(sed -n 's/.* Kernel command line: elfcorehdr=0x[0-9a-f]* //p' "$log")"
	grep -q -F "reboot: Restarting system" "$log" || echo "the capture kernel did not restart the machine"
	mark=$(fact 1 mark)
	[ -n "$mark" ] || echo "no mark was written"
	mkdir -p "$files"
	PATH=$PATH:/usr/sbin:/sbin debugfs -R "rdump /var/crash $files" "$work/disk" > /dev/null 2>&1
	stamp=$(cd "$files/crash" 2>/dev/null && echo 2*)
	if [ ! -s "$files/crash/$stamp/dump.$stamp" ]; then
		echo "there is no dump in /var/crash"
		return
	fi
	expect "files in /var/crash/$stamp" "dmesg.$stamp dump.$stamp" "$(cd "$files/crash/$stamp" && echo *)"
	files=$files/crash/$stamp
	expect "the mark, in kdump-tools' dmesg" "$mark" "$(mark_of "$files/dmesg.$stamp")"
	makedumpfile_run -R "$files/dump" < "$files/dump.$stamp" > "$files/out" 2>&1 || tail -n 3 "$files/out"
	makedumpfile_run --dump-dmesg "$files/dump" "$files/log" > "$files/out" 2>&1 || tail -n 3 "$files/out"
	expect "the mark, by makedumpfile in kdump-tools' dump" "$mark" "$(mark_of "$files/log")"
	crash_program_judge "$files/dump" "$mark"
}

# mark_of FILE: the mark in a kernel's log.
mark_of() {
	sed -n 's/.*kexec-ng mark \([0-9a-f-]*\).*/\1/p' "$1"
}

makedumpfile_run() {
	local reader
	reader=$(dump_reader)
	timeout "$limit" "$reader/lib/$(cat "$reader/loader")" --library-path "$reader/lib" "$reader/makedumpfile" "$@"
}

# crash_program_judge DUMP MARK: what Debian's crash finds in a dump.
crash_program_judge() {
	local words out=$1.crash
	readarray -t words < <(crash_program)
	printf '%s\n' sys log bt quit > "$1.commands"
	(cd "${1%/*}" && HOME=$PWD timeout "$limit" "${words[@]}" --no_scroll -s -i "$1.commands" "$(debian_vmlinux)" "$1") \
		> "$out" 2>&1 < /dev/null || echo "crash ended with status $?: $(tail -n 2 "$out")"
	expect "the kernel, by crash" "$(kernel_release "$first")" "$(sed -n 's/^ *RELEASE: //p' "$out")"
	expect "processors, by crash" "$cpus" "$(sed -n 's/^ *CPUS: //p' "$out")"
	expect "the panic, by crash" '"Kernel panic - not syncing: sysrq triggered crash"' "$(sed -n 's/^ *PANIC: //p' "$out")"
	expect "the mark, by crash" "$2" "$(mark_of "$out")"
	expect "the task that crashed, by crash" "CPU: $crash COMMAND: \"sh\"" \
		"$(sed -n 's/^PID: .*\(CPU: .*\)/\1/p' "$out" | tr -s ' \t' ' ')"
	# Debian's kernels keep frame pointers off: crash reads the stack by the debug data.
	grep -q '^ *#[0-9]* .* sysrq_handle_crash at ' "$out" || echo "crash shows no sysrq_handle_crash on the stack"
}
