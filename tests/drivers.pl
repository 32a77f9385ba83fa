#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The drivers of a tree of modules by other means than kexec's: layouts as pahole prints them, symbols
# and relocations as readelf prints them. Arguments: the directory for its files, the kernel image,
# the directory of modules. Prints lines of bus, name, module, shutdown (yes, no, unknown), sorted.

use strict;
use warnings;
use File::Find;

my ($work, $image, $modules) = @ARGV;

# The kernel's BTF: in the image as it is, or in a stream inside of it.
sub blob {
	my ($bytes) = @_;
	my $best = '';
	while ($bytes =~ /(\x9f\xeb\x01\x00\x18\x00\x00\x00|\xeb\x9f\x01\x00\x00\x00\x00\x18)/g) {
		my $at = $-[0];
		my $little = ord(substr($bytes, $at, 1)) == 0x9f;
		my ($types, $types_size, $strings, $strings_size) =
			unpack($little ? 'V4' : 'N4', substr($bytes, $at + 8, 16));
		next if $types || $strings != $types_size || $at + 24 + $strings + $strings_size > length $bytes;
		my $found = substr($bytes, $at, 24 + $strings + $strings_size);
		$best = $found if length $found > length $best;
	}
	return $best;
}

sub slurp {
	my ($path, @command) = @_;
	local $/;
	open my $file, @command ? '-|' : '<:raw', @command ? @command : $path or die "$path: $!";
	binmode $file;
	my $bytes = <$file>;
	close $file;
	return $bytes // '';
}

sub kernel_types {
	my $bytes = slurp($image);
	my $found = '';
	for my $stream (["\x1f\x8b\x08", 'gzip'], ["\xfd7zXZ\0", 'xz'], ["\x28\xb5\x2f\xfd", 'zstd']) {
		my $from = 0;
		while (!$found && ($from = index($bytes, $stream->[0], $from)) >= 0) {
			open my $part, '>:raw', "$work/part" or die;
			print $part substr($bytes, $from++);
			close $part;
			$found = blob(slurp('', 'sh', '-c', "$stream->[1] -dc < '$work/part' 2>/dev/null"));
		}
	}
	$found ||= blob($bytes);
	die "$image has no BTF\n" unless $found;
	open my $out, '>:raw', "$work/vmlinux.btf" or die;
	print $out $found;
	close $out;
}

# offset and size of a member, and the size of the structure
sub layout {
	my ($structure, @more) = @_;
	local $_;
	my %at;
	my $depth = 0;
	open my $pahole, '-|', 'pahole', @more, '-C', $structure or die;
	while (<$pahole>) {
		$depth++ if /\{\s*$/;
		$depth-- if /^\s*\}/;
		$at{$2} //= $3 if $depth == 1 && /(\(\*|[\s*])(\w+)(?:\)\(.*\)|\[\d+\])?;\s*\/\*\s*(\d+)\s+\d+/;
		$at{size} = $1 if /\/\* size: (\d+),/;
	}
	close $pahole;
	return \%at;
}

my %registrars = (
	pci => ['__pci_register_driver'],
	platform => [qw(__platform_driver_register __platform_driver_probe __platform_register_drivers
		__platform_create_bundle)],
	virtio => [qw(register_virtio_driver __register_virtio_driver)],
);
my $wanted = join '|', map { @$_ } values %registrars;

sub examine {
	my ($path, $layouts, $device_name) = @_;
	local $_;
	my ($module) = $path =~ m,([^/]+)\.ko[^/]*$,;
	my $bytes;
	if ($path =~ /\.ko$/) {
		$bytes = slurp($path);
	} else {
		my $tool = { gz => 'gzip', xz => 'xz', zst => 'zstd' }->{ ($path =~ /\.(\w+)$/)[0] };
		$bytes = slurp('', $tool, '-dc', $path);
	}
	return unless $bytes =~ /\0(?:$wanted)\0/;
	my $file = "$work/module.ko";
	open my $out, '>:raw', $file or die;
	print $out $bytes;
	close $out;
	my (@sections, @symbols, %relocations, %imports, $target);
	open my $readelf, '-|', 'readelf', '-W', '-S', '-s', '-r', $file or die;
	while (<$readelf>) {
		if (/^\s*\[\s*(\d+)\] (\S+)\s+\S+\s+[0-9a-f]{16} ([0-9a-f]+) ([0-9a-f]+) [0-9a-f]+\s+([A-Zlxopg]*)/) {
			$sections[$1] = { name => $2, offset => hex $3, size => hex $4, flags => $5 };
		} elsif (/^Relocation section '\.rela(\S+)'/) {
			# Text has nine tenths of the relocations, and no structures.
			$target = index($1, 'text') < 0 ? $1 : undef;
		} elsif (defined $target &&
			 /^([0-9a-f]{16})\s+([0-9a-f]{8})[0-9a-f]+ R_(?:X86_64_64|AARCH64_ABS64|PPC64_ADDR64|390_64)\s.*?([+-]) ([0-9a-f]+)$/) {
			$relocations{$target}{hex $1} = [hex $2, $3 eq '-' ? -hex $4 : hex $4];
		} elsif (defined $target &&
			 /^([0-9a-f]{16})\s+([0-9a-f]{8})[0-9a-f]+ R_(?:X86_64_64|AARCH64_ABS64|PPC64_ADDR64|390_64)\s/) {
			$relocations{$target}{hex $1} = [hex $2, 0];
		} elsif (/^\s*(\d+): ([0-9a-f]{16})\s+(\S+) (\S+)\s+\S+\s+\S+\s+(?:\[.*\]\s+)?(\S+)(?: (\S+))?/) {
			$symbols[$1] = { value => hex $2, size => index($3, '0x') ? $3 : hex $3, type => $4,
				section => $5 };
			$imports{$6} = 1 if $5 eq 'UND' && defined $6;
		}
	}
	close $readelf;
	my $where = sub {
		my ($relocation) = @_;
		my $symbol = $symbols[$relocation->[0]] // return;
		return ['', 0] unless $symbol->{section} =~ /^\d+$/;
		return [$sections[$symbol->{section}], $symbol->{value} + $relocation->[1]];
	};
	my $code = sub {
		my ($relocation) = @_;
		return 1 unless $relocation;
		my $to = $where->($relocation) or return 0;
		return !ref $to->[0] || $to->[0]{flags} =~ /X/;
	};
	for my $bus (sort keys %registrars) {
		next unless grep { $imports{$_} } @{ $registrars{$bus} };
		my $layout = $layouts->{$bus};
		$layout = layout('virtio_driver', '--btf_base', "$work/vmlinux.btf", $file)
			if $bus eq 'virtio' && !$layout->{size};
		die "$path: no layout for $bus\n" unless $layout->{size};
		my $name_at = $bus eq 'pci' ? $layout->{name} : $layout->{driver} + $device_name;
		for my $symbol (@symbols) {
			next unless $symbol && $symbol->{type} eq 'OBJECT' && $symbol->{size} == $layout->{size};
			next unless $symbol->{section} =~ /^\d+$/;
			my $pointers = $relocations{ $sections[$symbol->{section}]{name} } or next;
			my $at = sub { $pointers->{ $symbol->{value} + $_[0] } };
			my $to = $at->($name_at) && $where->($at->($name_at));
			next unless $to && ref $to->[0] && $to->[0]{flags} !~ /X/;
			my $text = substr($bytes, $to->[0]{offset} + $to->[1], 128);
			next unless $text =~ /^([^\0-\x1f\x7f]+)\0/;
			my $name = $1;
			my $probe = $at->($layout->{probe});
			my $shutdown = defined $layout->{shutdown} ? $at->($layout->{shutdown}) : undef;
			next unless $code->($probe) && $code->($shutdown);
			my $table = $layout->{id_table};
			next if defined $table && $at->($table) && $code->($at->($table)) &&
				ref $where->($at->($table))->[0];
			# Words that no function of a driver can stand in, or must.
			next if grep { !$code->($at->($_)) } grep { defined } @$layout{qw(remove suspend resume)};
			my $verdict = $shutdown ? 'yes' : $bus eq 'pci' && !$probe ? 'unknown' : 'no';
			print join("\t", $bus, $name, $module, $verdict), "\n";
		}
	}
}

kernel_types();
my @raw = ('-F', 'btf', "$work/vmlinux.btf");
my %layouts = map { $_ => layout("${_}_driver", @raw) } keys %registrars;
my $device_name = layout('device_driver', @raw)->{name};
my @files;
# Perl would read all of them, and grep stops at the first match.
my $packed = qr/\.ko\.(gz|xz|zst)$/;
find({ no_chdir => 1, wanted => sub { push @files, $_ if /\.ko(\.gz|\.xz|\.zst)?$/ && -f } }, $modules);
open STDOUT, '|-', 'sort' or die;
my @candidates = grep { /$packed/ } @files;
push @candidates, split /\n/, slurp('', 'grep', '-rlE', '--include=*.ko', $wanted, $modules) if @candidates < @files;
examine($_, \%layouts, $device_name) for sort @candidates;
close STDOUT;
