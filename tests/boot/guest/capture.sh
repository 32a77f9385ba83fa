# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# For cases with capture=yes, before anything else: a capture of this machine, and what kexec says of the machine
# itself, go out through the serial line. tests/boot/capture.sh asks the capture the same questions.
mkdir /tmp/answers
check "--capture succeeds" kexec --capture=/tmp/answers/captured
cd / || exit
grep -q crashkernel= /proc/cmdline && action=-p || action=-l
kexec --check=json > /tmp/answers/check 2>&1
echo "status $?" >> /tmp/answers/check
kexec --plan=json $call $options $action kernel --initrd=init --reuse-cmdline --append="$append" > /tmp/answers/plan 2>&1
echo "status $?" >> /tmp/answers/plan
# Few lines: each costs time outside.
tar -C /tmp/answers -c . | gzip -9 | base64 -w 4000 | sed "s/^/@@ $stage capture /"
rm -r /tmp/answers
