# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# Under Secure Boot a kernel signed with an enrolled key is handed over to, and nothing else. What the running
# kernel refuses is explained, and --verify --trust=efi comes to its own result from the same variables.
signer=$(cat /variants/signer)
print=$(printf '%s' "$signer" | cut -c 1 | tr '[:lower:]' '[:upper:]')$(printf '%s' "$signer" | cut -c 2-)
end=$(cat /variants/end)
kernel=/tmp/variant
cp /kernel $kernel

# variant NAME: makes that one of $kernel.
variant() {
	truncate -s "$end" $kernel
	dd if="/variants/$1.head" of=$kernel bs=4096 conv=notrunc 2>/dev/null
	cat "/variants/$1.tail" >> $kernel
}

# byte OCTAL: puts it into what every signature covers; prints the one that was there.
byte() {
	printf '\\0%03o' "0x$(dd if=$kernel bs=1 skip=1000000 count=1 2>/dev/null | xxd -p)"
	printf '%b' "$1" | dd of=$kernel bs=1 seek=1000000 conv=notrunc 2>/dev/null
}

# refuses TEXT TEXT COMMAND...: status 255, and both texts.
refuses() {
	one=$1 two=$2
	shift 2
	answers 255 "$one" "$@" && grep -q -F -e "$two" /tmp/stderr
}

# loads TEXT COMMAND...: it does, and says that, or nothing; then unloads.
loads() {
	text=$1
	shift
	answers 0 "$text" "$@" && [ "$(cat /sys/kernel/kexec_loaded)" = 1 ] && kexec -u
}

# unverified NAME WORDS: --verify refuses it, in these words, before the running kernel is asked.
unverified() {
	check "--verify refuses $1" refuses "Cannot load $kernel" "$kernel $2" \
		kexec -s -l --verify=kernel --trust=efi $kernel --append=x
	check "--verify does not ask the kernel" sh -c '! grep -q kexec_file_load /tmp/stderr'
}

# refused NAME REASON WORDS: the running kernel refuses it too, by that reason.
refused() {
	check "-s refuses $1" refuses 'kexec_file_load failed: ' "$2" kexec -s -l $kernel --append=x
	unverified "$1" "$3"
	check "nothing is loaded" answers 0 '' kexec -S -l
}

check "Secure Boot locks the kernel down" grep -q -F '[integrity]' /sys/kernel/security/lockdown
check "-c is refused, and why is said" refuses 'kexec_load failed: Permission denied' \
	'is locked down (integrity), and its IMA refuses kexec_load' kexec -c -l /kernel --append=x
check "-c: what to do is said" grep -q -F 'Use -s (kexec_file_load) with a kernel that is signed' /tmp/stderr

# No signature: the certificate table's place in the headers is empty.
dd if=/dev/zero of=$kernel bs=1 seek="$(cat /variants/entry)" count=8 conv=notrunc 2>/dev/null
refused "what is not signed" 'The file carries no signature.' 'carries no signature.'
check "-a refuses what is not signed" refuses 'kexec_file_load failed: ' 'The file carries no signature.' \
	kexec -a -l $kernel --append=x
check "what is not signed: what to do is said" grep -q -F 'or sign this one with such a key' /tmp/stderr

variant $signer
was=$(byte '\0377')
refused "what was changed" "It was changed after it was signed by CN=$print Key" 'was changed after it was signed'
byte "$was" > /dev/null

variant stranger
refused "a stranger's" "It is signed by CN=Stranger Key (certificate SHA-256 " \
	'is signed by somebody who is not trusted (CN=Stranger Key)'
check "-a refuses a stranger's" refuses 'It is signed by CN=Stranger Key' \
	"whose certificate is not in this machine's keyrings" kexec -a -l $kernel --append=x

# Debian's kernels have no CONFIG_SYSTEM_REVOCATION_LIST, and no kernel looks for an image's digest in dbx: these
# two they would load.
variant revoked
unverified "by whom dbx revokes" 'is revoked (CN=Revoked Key)'
variant listed
unverified "what dbx names by its digest" 'is revoked (CN=Firmware Key): the image'

# Firmware takes any signature that is good, a kernel looks at the first, which is not.
variant twice
check "--verify takes two signatures, one of them good" refuses "good signature by CN=$print Key" \
	'Of its 2 signatures the running kernel looks at the first alone. It is signed by CN=Stranger Key' \
	kexec -s -l --verify=kernel --trust=efi $kernel --append=x

variant sha512
if grep -q 'name .*: sha512$' /proc/crypto; then
	check "-s loads what is signed with SHA-512" loads 'over its digest by SHA-512' \
		kexec -s -l --verify=kernel --trust=efi $kernel --append=x
else
	check "-s refuses SHA-512, which is in a module" refuses 'kexec_file_load failed: Package not installed' \
		'RSA of 2048 bits and a digest by SHA-512, and the running kernel lacks one' \
		kexec -s -l $kernel --append=x
fi

# The keys that are enrolled: with the firmware, and with shim where it was started.
variant firmware
check "-s loads what db trusts" loads 'good signature by CN=Firmware Key' \
	kexec -s -l --verify=kernel --trust=efi $kernel --append=x
check "-a loads what db trusts" loads '' kexec -a -l $kernel --append=x
variant owner
if [ "$signer" = owner ]; then
	check "-s loads what MokListRT trusts" loads '' kexec -s -l $kernel --append=x
	check "-a loads what MokListRT trusts" loads '' kexec -a -l $kernel --append=x
else
	refused "an owner's, without shim" "whose certificate is not in this machine's keyrings" \
		'is signed by somebody who is not trusted (CN=Owner Key)'
fi
rm $kernel
hand_over $call $options -l /kernel --initrd=/initrd --append="$append"
