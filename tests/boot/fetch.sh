# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fetches Debian packages by name into a cache and unpacks them there. It knows apt, with a private
# state folder so that nothing on this machine changes; the mirror is the one this machine already
# uses. It knows nothing of kernels: which package is wanted is the caller's business.
#
# Everything lies under $cache: apt/SUITE (apt's own state), SUITE-ARCH/PACKAGE (an unpacked package).

cache=${KEXEC_NG_CACHE:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/kexec-ng}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# apt_mirror: the address of the Debian mirror in this machine's own apt configuration. Other archives
# may carry a suite of the same name; Debian's own ends in /debian as a rule.
apt_mirror() {
	local suite bases
	# shellcheck disable=SC1091
	suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-sid}")
	bases=$(apt-get update --print-uris |
		sed -n "s,^'\(.*\)/dists/\($suite\|stable\|testing\|unstable\)/main/binary-.*,\1,p")
	bases=$(grep '/debian$' <<< "$bases" || printf '%s' "$bases")
	[ -n "$bases" ] || die "no Debian suite with component main in this machine's apt sources; cannot tell the mirror"
	printf '%s' "${bases%%$'\n'*}"
}

# apt_private SUITE ARCH COMMAND...: runs an apt command that sees only SUITE, for ARCH.
apt_private() {
	local state=$cache/apt/$1-$2 architecture=$2 tool=$3
	shift 3
	local settings=(
		-o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
		-o "Dir::State=$state" -o "Dir::State::Status=$state/status" -o "Dir::Cache=$state/cache"
		-o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
		-o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Update::Error-Mode=any
	)
	# The sandbox user could not write into a cache in root's home.
	[ "$(id -u)" != 0 ] || settings+=(-o APT::Sandbox::User=root)
	"$tool" "${settings[@]}" "$@"
}

# apt_index SUITE ARCH: the list of packages, fetched once a day at most, and once for all who want it.
apt_index() (
	local state=$cache/apt/$1-$2
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
	exec 9> "$state/lock"
	flock 9
	[ -z "$(find "$state/ready" -mtime -1 2>/dev/null)" ] || return 0
	: > "$state/status"
	printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
		"$(apt_mirror)" "$1" > "$state/sources.list"
	# A mirror that is being synchronised fails once; a second failure is a failure.
	apt_private "$1" "$2" apt-get -qq update ||
		{ sleep 10; apt_private "$1" "$2" apt-get -qq update; } ||
		die "cannot fetch the package list of Debian $1"
	touch "$state/ready"
)

# package_name SUITE ARCH META PATTERN: the package matching PATTERN that META depends on.
package_name() {
	apt_index "$1" "$2" || exit
	apt_private "$1" "$2" apt-cache depends --important "$3" |
		sed -n 's/^ *Depends: //p' | grep -m 1 -E "$4" || die "Debian $1: $3 depends on no package like $4"
}

# package_fetch SUITE ARCH PACKAGE [PATTERN...]: unpacks the package's files that match the patterns
# (all of them by default), unless that has been done; prints where. A tree is complete or absent.
package_fetch() {
	local tree=$cache/$1-$2/$3 work
	if [ ! -d "$tree" ]; then
		apt_index "$1" "$2" || exit
		mkdir -p "${tree%/*}"
		work=$(mktemp -d "$tree.XXXXXX")
		if ! package_unpack "$work" "$@" >&2; then
			rm -rf "$work"
			die "cannot fetch $3 from Debian $1"
		fi
		# Two runs at once may both get here; the first one's tree is as good.
		mv -T "$work/tree" "$tree" 2>/dev/null || [ -d "$tree" ]
		rm -rf "$work"
	fi
	printf '%s' "$tree"
}

package_unpack() (
	local work=$1 suite=$2 architecture=$3 package=$4
	shift 4
	cd "$work" || return
	apt_private "$suite" "$architecture" apt-get -qq download "$package" ||
		{ sleep 10; apt_private "$suite" "$architecture" apt-get -qq download "$package"; } || return
	mkdir tree && dpkg --fsys-tarfile ./*.deb | tar -x -C tree --wildcards "${@:-*}"
)
