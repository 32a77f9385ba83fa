# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Writing what UEFI's variables about trust hold: bytes, numbers, and signature lists ("UEFI
# Specification", Signature Database). It knows no file and no firmware.

# shellcheck disable=SC2034 # for whoever sources this
{
x509='a159c0a5 e494 a74a 87b5ab155c2bf072'
sha256='2616c4c1 4c50 9240 aca941f936934328'
x509_sha256='92a4d23b c096 7940 b420fcf98ef103ed'
sha1='12a56c82 10cf c94a b187be01496631bd'
}

# bytes HEX: as such.
bytes() {
	local hex=${1// /} i

	for ((i = 0; i < ${#hex}; i += 2)); do
		# shellcheck disable=SC2059 # the escape is for printf
		printf "\\x${hex:i:2}"
	done
}

le32() {
	bytes "$(printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"
}

# list TYPE FILE: a signature list with one entry.
list() {
	local size

	size=$(($(stat -c %s "$2") + 16))
	bytes "$1"
	le32 $((28 + size))
	le32 0
	le32 $size
	head -c 16 /dev/zero
	cat "$2"
}

# image_digest SIGNED: the SHA-256 of an image, in hexadecimal, as its (only) signature states it.
image_digest() {
	local message

	message=$(mktemp) && sbattach --detach "$message" "$1" &&
		openssl asn1parse -inform DER -in "$message" | sed -n '/OCTET STRING/ { s/.*DUMP\]://; p; q }'
	rm -f "$message"
}
