# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Secure Boot: keys of our own, the firmware's memory with these enrolled in it, shim, and kernels signed
# well and badly. Two kinds of firmware are made of it:
#
#   secure   the firmware starts the first kernel itself, and trusts the key "firmware"
#   shim     the firmware starts shim, which starts a unified kernel image; besides, shim trusts the key
#            "owner", and leaves MokListRT, MokListXRT and SbatLevelRT
#
# The firmware also trusts the key "revoked", and revokes it. Nobody knows the key "stranger". Needs
# fetch.sh, images.sh and machine.sh.

# shellcheck source=tests/support/efi.sh
. "$top/tests/support/efi.sh"

# GUIDs of variables, as they lie in memory.
global='61dfe48b ca93 d211 aa0d00e098032b8c'
security_database='cbb219d7 3a3d 9645 a3bcdad00e67656f'
shim_lock='50ab5d60 46e0 0043 abb63dd810dd8b23'

# secure_keys: a folder with NAME.key, NAME.pem and NAME.der of each key, made once.
secure_keys() {
	local keys=$cache/secure-boot work name
	if [ ! -d "$keys" ]; then
		mkdir -p "$cache"
		work=$(mktemp -d "$keys.XXXXXX")
		for name in platform firmware owner revoked stranger; do
			openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/$name.key" -out "$work/$name.pem" \
				-subj "/CN=${name^} Key" -days 36500 2> /dev/null || die "cannot make the key $name"
			openssl x509 -in "$work/$name.pem" -outform DER -out "$work/$name.der"
		done
		mv -T "$work" "$keys" 2>/dev/null || rm -rf "$work"
	fi
	printf '%s' "$keys"
}

# secure_sign KEY IMAGE TARGET: adds a signature.
secure_sign() {
	local keys
	keys=$(secure_keys)
	sbsign --key "$keys/$1.key" --cert "$keys/$1.pem" --output "$3" "$2" 2> /dev/null ||
		die "cannot sign ${2##*/}"
}

# secure_plain IMAGE TARGET: without any signature.
secure_plain() {
	cp "$1" "$2"
	chmod u+w "$2"
	while sbattach --remove "$2" 2> /dev/null; do
		:
	done
}

# stored NAME VENDOR ATTRIBUTES: a variable as it lies in the firmware's memory (MdeModulePkg,
# VariableFormat.h: AUTHENTICATED_VARIABLE_HEADER), its value on standard input.
stored() {
	local name=$1 i value size
	value=$(mktemp)
	cat > "$value"
	bytes 'aa55 3f 00'
	le32 "$3"
	head -c 8 /dev/zero
	bytes 'e8070101 000000000000000000000000' # when: the 1st of January 2024
	le32 0
	le32 $((2 * ${#name} + 2))
	size=$(stat -c %s "$value")
	le32 "$size"
	bytes "$2"
	for ((i = 0; i < ${#name}; i++)); do
		printf '%s\0' "${name:i:1}"
	done
	printf '\0\0'
	cat "$value"
	for ((i = 2 * ${#name} + 2 + size; i % 4; i++)); do
		bytes ff
	done
	rm "$value"
}

# secure_variables TARGET [IMAGE...]: the firmware's memory; dbx names the images too.
secure_variables() {
	local target=$1 keys image digest=$1.digest size
	shift
	keys=$(secure_keys)
	{
		# In front of the first variable: the heads of the volume and of the store.
		head -c 100 "$ovmf/OVMF_VARS_4M.fd"
		list "$x509" "$keys/platform.der" | stored PK "$global" 0x27
		list "$x509" "$keys/platform.der" | stored KEK "$global" 0x27
		{ list "$x509" "$keys/firmware.der"; list "$x509" "$keys/revoked.der"; } |
			stored db "$security_database" 0x27
		{
			list "$x509" "$keys/revoked.der"
			# And by the digest of what is signed in it, which lies behind its header of four bytes, with
			# the time of the revocation.
			openssl asn1parse -inform DER -in "$keys/revoked.der" -strparse 4 -noout -out "$digest"
			bytes "$(sha256sum < "$digest" | cut -d ' ' -f 1) 00000000000000000000000000000000" > "$digest.list"
			list "$x509_sha256" "$digest.list"
			for image; do
				bytes "$(image_digest "$image")" > "$digest"
				list "$sha256" "$digest"
			done
		} | stored dbx "$security_database" 0x27
		list "$x509" "$keys/owner.der" | stored MokList "$shim_lock" 3
	} > "$target"
	size=$(stat -c %s "$target")
	tail -c "+$((size + 1))" "$ovmf/OVMF_VARS_4M.fd" >> "$target"
	rm -f "$digest" "$digest.list"
}

# secure_listed IMAGE TARGET: another image than the others, well signed: it is named in dbx. Its time stamp
# differs, which nothing looks at.
secure_listed() {
	secure_plain "$1" "$2.plain"
	bytes 00000001 | dd of="$2.plain" bs=1 seek=$(($(number "$2.plain" 60 4) + 8)) conv=notrunc status=none
	secure_sign firmware "$2.plain" "$2"
	rm "$2.plain"
}

# variant ROOT NAME SIGNED: what differs in this one from /kernel, so that the archive need not hold
# each. The guest puts them together.
variant() {
	local root=$1 name=$2 signed=$3 end
	end=$(cat "$root/variants/end")
	cmp -s <(head -c "$end" "$root/kernel" | tail -c +4097) <(head -c "$end" "$signed" | tail -c +4097) ||
		die "$name differs from the kernel in more than its headers and signatures"
	head -c 4096 "$signed" > "$root/variants/$name.head"
	tail -c +$((end + 1)) "$signed" > "$root/variants/$name.tail"
}

# secure_files ROOT: what guest/secure-boot.sh needs beside the kernel and the initial RAM disk; and
# $work/listed, the image that is to be in dbx.
secure_files() {
	local root=$1 keys plain=$work/plain signed=$work/signed key file pe signer=firmware
	keys=$(secure_keys)
	[ "$firmware" != shim ] || signer=owner
	mkdir "$root/variants"
	secure_plain "$root/kernel" "$plain"
	pe=$(number "$plain" 60 4)
	secure_sign "$signer" "$plain" "$root/kernel"
	# The certificate table's place, in the data directory of a PE32+ header.
	printf '%s' $((pe + 24 + 112 + 32)) > "$root/variants/entry"
	number "$root/kernel" $((pe + 24 + 112 + 32)) 4 > "$root/variants/end"
	for key in firmware owner revoked stranger; do
		secure_sign "$key" "$plain" "$signed"
		variant "$root" "$key" "$signed"
	done
	# $signed is the stranger's.
	secure_sign "$signer" "$signed" "$signed.twice"
	variant "$root" twice "$signed.twice"
	osslsigncode sign -h sha512 -certs "$keys/firmware.pem" -key "$keys/firmware.key" -in "$plain" \
		-out "$signed.512" > /dev/null || die "cannot sign with SHA-512"
	variant "$root" sha512 "$signed.512"
	secure_listed "$plain" "$signed"
	variant "$root" listed "$signed"
	printf '%s' "$(append_of 2)" > "$root/kernel.cmdline"
	for file in initrd kernel.cmdline; do
		openssl cms -sign -binary -in "$root/$file" -signer "$keys/$signer.pem" -inkey "$keys/$signer.key" \
			-outform DER -out "$root/$file.p7s" || die "cannot sign $file"
	done
	printf '%s' "$signer" > "$root/variants/signer"
	mv "$signed" "$work/listed"
	rm -f "$plain" "$signed.512" "$signed.twice"
}

# secure_disk ESP: shim, and a unified kernel image with all that the first kernel needs.
secure_disk() {
	local esp=$1 image=$work/uki stub=usr/lib/systemd/boot/efi/linuxx64.efi.stub shim
	stub=$(package_fetch bookworm amd64 systemd-boot-efi "./$stub")/$stub
	shim=$(package_fetch bookworm amd64 shim-signed './usr/lib/shim/*')/usr/lib/shim/shimx64.efi.signed
	mkdir -p "$esp/EFI/BOOT"
	secure_plain "$shim" "$image"
	secure_sign firmware "$image" "$esp/EFI/BOOT/BOOTX64.EFI"
	printf '%s' "$(first_cmdline)" > "$image.cmdline"
	objcopy --add-section ".cmdline=$image.cmdline" --change-section-vma .cmdline=0x30000 \
		--add-section ".initrd=$work/initrd" --change-section-vma .initrd=0x40000 \
		--add-section ".linux=$(kernel_image "$first" "$first_image")" --change-section-vma .linux=0x8000000 \
		"$stub" "$image"
	secure_sign owner "$image" "$esp/EFI/BOOT/grubx64.efi"
	rm -f "$image" "$image.cmdline"
}
