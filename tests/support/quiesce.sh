# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# --quiesce in a guest: a network card whose driver has no callback keeps receiving while one kernel hands
# over to the next, three times; the disk with the mounted file system hangs on such a driver too, and must
# stay. For tests/devices, whose functions and variables it uses.

quiesce_drivers=(8139cp sym53c8xx am53c974 sd_mod crc32c_generic ext4 9p 9pnet_virtio virtio_pci virtio_console)
quiesce_mac=52:54:00:0b:0e:15

# quiesce_prepare: $work/quiesce.initrd, and $work/quiesce.disk with the same and the kernel on it.
quiesce_prepare() {
	local disk=$work/quiesce.files driver
	root=$work/quiesce.root
	mkdir -p "$root/bin" "$root/etc" "$root/lib/modules/$release/kernel" "$disk" "$work/share"
	install "$(package_fetch bookworm amd64 busybox-static)/bin/busybox" "$root/bin/busybox"
	install "$kexec" "$root/bin/kexec"
	sed 's,@kexec@,/bin/kexec,; s,@quiesce@,/etc/kexec/quiesce,' "$top/systemd/kexec-quiesce.in" > "$root/bin/kexec-quiesce"
	chmod +x "$root/bin/kexec-quiesce"
	install "$here/quiesce-init" "$root/init"
	: > "$root/modules"
	for driver in "${quiesce_drivers[@]}"; do
		add_module "$driver"
	done
	# Not openssl rand: the bytes must be the same everywhere. A stream cipher over zeros is.
	head -c 16M /dev/zero | openssl enc -aes-128-ctr -nosalt -K 6b65786563 -iv 6e67 2>/dev/null > "$root/payload"
	head -c 4M "$root/payload" > "$disk/mark"
	(cd "$root" && find . -mindepth 1 | cpio --quiet -o -H newc -R 0:0) > "$work/quiesce.initrd"
	cp "$work/quiesce.initrd" "$disk/initrd"
	cp "$image" "$disk/kernel"
	truncate -s 128M "$work/quiesce.disk"
	mke2fs -q -t ext4 -d "$disk" "$work/quiesce.disk"
	rm -rf "$root"
	truncate -s 16M "$work/quiesce.spare"
	"${CC:-cc}" -O1 -o "$work/send_frames" "$here/support/send_frames.c"
}

# quiesce_boot: the guest's lines go to $work/quiesce. The sender ends with it, and by itself when time is up.
quiesce_boot() {
	local seconds=${KEXEC_NG_BOOT_SECONDS:-240} sender
	seconds=$((2 * seconds))
	"$work/send_frames" "$work/card" "$quiesce_mac" "$seconds" &
	sender=$!
	timeout "$seconds" qemu-system-x86_64 -machine q35 -cpu max -accel tcg -m 768M -nodefaults -display none \
		-no-reboot -serial stdio -kernel "$image" -initrd "$work/quiesce.initrd" \
		-append "console=hvc0 console=ttyS0 panic=-1 no_timer_check quiet quiesce.stage=1" \
		-netdev "dgram,id=n0,local.type=unix,local.path=$work/card,remote.type=unix,remote.path=$work/nobody" \
		-device "rtl8139,netdev=n0,mac=$quiesce_mac" \
		-drive "file=$work/quiesce.disk,if=none,id=d0,format=raw" -device lsi53c895a,id=used \
		-device scsi-hd,bus=used.0,drive=d0 \
		-drive "file=$work/quiesce.spare,if=none,id=d1,format=raw" -device am53c974,id=spare \
		-device scsi-hd,bus=spare.0,drive=d1 \
		-chardev null,id=c1 -device virtio-serial-pci -device virtconsole,chardev=c1 \
		-fsdev "local,id=f0,path=$work/share,security_model=none" -device virtio-9p-pci,fsdev=f0,mount_tag=share \
		< /dev/null 2>&1 | tr -d '\r' > "$work/quiesce" || true
	kill "$sender" 2>/dev/null || true
	wait "$sender" 2>/dev/null || true
}

# quiesce_fact STAGE KEY: what the guest said. Which disk is found first is left to chance.
quiesce_fact() {
	sed -n "s/^@@ $1 $2\( \|\$\)//p" "$work/quiesce" | sed 's/: sd[ab] is mounted/: sdX is mounted/'
}

# quiesce_address DRIVER: of its device, before anything was done.
quiesce_address() {
	quiesce_fact 1 before | sed -n "s/ $1\$//p"
}

quiesce_judge() {
	local stage card used spare sum mark
	card=$(quiesce_address 8139cp) used=$(quiesce_address sym53c8xx) spare=$(quiesce_address am53c974)
	sum=$(sha256sum < <(head -c 16M /dev/zero |
		openssl enc -aes-128-ctr -nosalt -K 6b65786563 -iv 6e67 2>/dev/null) | cut -d ' ' -f 1)
	mark=$(sha256sum < "$work/quiesce.files/mark" | cut -d ' ' -f 1)
	# Newest first: what is found last on the bus.
	same "quiesce: --dry-run says what it would do" "10
$spare: would be unbound from am53c974
$used: left alone: sdX is mounted at /disk
$card: would be unbound from 8139cp" "$(quiesce_fact 1 dry-run-status)
$(quiesce_fact 1 dry-run)"
	same "quiesce: --dry-run changes nothing" yes "$(quiesce_fact 1 unchanged)"
	same "quiesce: the disk that is mounted stays, also when it is named" "10 $used: left alone: sdX is mounted at /disk" \
		"$(quiesce_fact 1 disk-status) $(quiesce_fact 1 disk)"
	same "quiesce: the console stays, also when it is named" \
		"10 left alone: hvc0 is a console" \
		"$(quiesce_fact 1 console-status) $(quiesce_fact 1 console | sed 's/^virtio[0-9]*: //')"
	same "quiesce: nothing has changed by then" yes "$(quiesce_fact 1 kept)"
	same "quiesce: the hook does nothing for a reboot, and nothing without its file" "0  0  yes" \
		"$(quiesce_fact 1 hook-reboot-status) $(quiesce_fact 1 hook-reboot) $(quiesce_fact 1 hook-idle-status) $(
			quiesce_fact 1 hook-idle) $(quiesce_fact 1 still)"
	same "quiesce: the hook does what its file says" "0
$spare: unbound from am53c974
$used: left alone: sdX is mounted at /disk
$card: unbound from 8139cp" "$(quiesce_fact 1 hook-status)
$(quiesce_fact 1 hook)"
	same "quiesce: sysfs shows the drivers gone, and only those" \
		"$(quiesce_fact 1 before | sed 's/ \(8139cp\|am53c974\)$/ /') 0" \
		"$(quiesce_fact 1 after) $(quiesce_fact 1 interfaces)"
	same "quiesce: the mounted file system can be read" "$mark" "$(quiesce_fact 1 mark-after)"
	for stage in 2 3 4; do
		same "quiesce: kernel $stage has its memory and its disk as they were, and the card receives again" \
			"$sum $mark yes" "$(quiesce_fact $stage payload) $(quiesce_fact $stage mark) $(quiesce_fact $stage receives)"
	done
	same "quiesce: purgatory found each of the three kernels as it was loaded" 3 \
		"$(grep -c 'purgatory: the SHA-256 of .* is as loaded' "$work/quiesce")"
	same "quiesce: -e --quiesce says what it did before both of its jumps" "2 2" \
		"$(grep -c -x "$card: unbound from 8139cp" "$work/quiesce") $(
			grep -c -x "$used: left alone: sd[ab] is mounted at /disk" "$work/quiesce")"
	same "quiesce: a share that is mounted stays" "10 left alone: share is mounted at /share" \
		"$(quiesce_fact 4 share-status) $(quiesce_fact 4 share | sed 's/^[^:]*: //')"
	same "quiesce: an unbinding that never ends is given up" "255 stuck: unbinding it has not ended after 10 seconds" \
		"$(quiesce_fact 4 stuck-status) $(quiesce_fact 4 stuck | sed -n 's/^virtio[^:]*: //p')"
	same "quiesce: and no jump is begun that would never end" "255 yes yes" \
		"$(quiesce_fact 4 stuck-jump-status) $(quiesce_fact 4 stuck-jump | grep -q 'Nothing was started' && echo yes) $(
			grep -q -x '@@ 4 end' "$work/quiesce" && echo yes)"
}
