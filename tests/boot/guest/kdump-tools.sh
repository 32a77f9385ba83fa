# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# From the initial RAM disk to Debian on the disk: our kexec takes the place of Debian's, and a unit is
# added that runs debian.sh when everything is up. Then systemd goes on.
for module in virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk; do
	insmod /modules/$module.ko
done
until [ -b /dev/vda ]; do
	sleep 1
done
mount -t ext4 /dev/vda /root
cp /sbin/kexec /root/usr/sbin/kexec
units=/root/etc/systemd/system
mkdir -p /root/opt/kexec-ng $units/multi-user.target.wants
cp /checks.sh /debian.sh /root/opt/kexec-ng
echo "crash=$crash" > /root/opt/kexec-ng/case
cat > $units/kexec-ng.service <<-EOF
	[Unit]
	Description=Checks of kdump-tools, and a crash

	[Service]
	Type=oneshot
	ExecStart=/bin/sh /opt/kexec-ng/debian.sh
EOF
ln -s ../kexec-ng.service $units/multi-user.target.wants
umount /sys/kernel/security /sys /proc /tmp /dev
exec switch_root /root /sbin/init
