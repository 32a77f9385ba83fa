// SPDX-License-Identifier: GPL-2.0-or-later
/* Going through the sections once, in the order of the table, which is also that of the profiles.
 */
#include "kexec/uki.h"

#include <inttypes.h>
#include <stdio.h>

static bool named(const struct pe_section *section, const char *name)
{
	return !strcmp(section->name, name);
}

static bool find(const struct pe *pe, const char *name, struct pe_section *found)
{
	for (unsigned i = 0; i < pe->section_count; i++) {
		*found = pe_section(pe, i);
		if (named(found, name))
			return true;
	}
	return false;
}

bool uki_is(struct bytes file)
{
	struct error ignored = {0};
	struct pe_section section;
	struct pe pe;

	if (!pe_is(file))
		return false;
	/* Damaged ones as well, so that somebody says what is wrong with them. */
	if (!pe_parse(file, &pe, &ignored))
		return pe.section_table && pe.section_count <= PE_SECTIONS_MAX &&
		       bytes_at(file, pe.section_table, (uint64_t)pe.section_count * 40) &&
		       find(&pe, ".linux", &section);
	return find(&pe, ".linux", &section) || find(&pe, ".kernelp", &section);
}

/* What the stub itself consists of, and what is only for people and tools to read. */
static bool is_the_stubs_own(const struct pe_section *section)
{
	static const char *const names[] = {".text",  ".data",	  ".rodata",  ".reloc", ".sdmagic",
					    ".bss",   ".dynamic", ".dynsym",  ".rela",	".osrel",
					    ".uname", ".sbat",	  ".profile", ".idata", ".edata"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (named(section, names[i]))
			return true;
	return false;
}

static void leave_out(struct uki *uki, const char *name)
{
	size_t used = strlen(uki->left_out);

	if (used + strlen(name) + 2 <= sizeof(uki->left_out))
		snprintf(uki->left_out + used, sizeof(uki->left_out) - used, "%s%s",
			 used ? " " : "", name);
}

/* A profile's own device trees take the place of all that stand before the first profile. */
static void take_device_tree(struct uki *uki, const struct pe_section *section, bool own)
{
	if (own && !uki->own_device_trees)
		uki->device_tree_count = 0;
	uki->own_device_trees = own;
	uki->device_trees[uki->device_tree_count++] = section->bytes;
}

/*
 * The specification allows only one of a kind before the first profile, and one in each. Where
 * there are more, systemd's stub takes the first; so the same kernel starts here as there.
 */
static bool is_repeated(const struct pe *pe, unsigned index)
{
	const struct pe_section section = pe_section(pe, index);

	if (named(&section, ".dtbauto"))
		return false;
	while (index--) {
		const struct pe_section earlier = pe_section(pe, index);

		if (named(&earlier, ".profile"))
			return false;
		if (named(&earlier, section.name))
			return true;
	}
	return false;
}

static void take(struct uki *uki, const struct pe_section *section, bool own)
{
	if (named(section, ".dtbauto"))
		take_device_tree(uki, section, own);
	else if (named(section, ".linux"))
		uki->linux_section = *section;
	else if (named(section, ".initrd"))
		uki->initrd = section->bytes;
	else if (named(section, ".ucode"))
		uki->ucode = section->bytes;
	else if (named(section, ".cmdline"))
		uki->cmdline = section->bytes;
	else if (named(section, ".uname"))
		uki->uname = section->bytes;
	else if (named(section, ".dtb"))
		uki->dtb = section->bytes;
	else if (!is_the_stubs_own(section))
		leave_out(uki, section->name);
}

/* Lanzaboote's stub has paths where others have files, and digests of these files. */
static bool refuse_stub(const struct pe *pe, struct error *error)
{
	struct pe_section section, path;

	if (!find(pe, ".linuxh", &section) && !find(pe, ".kernelp", &section))
		return true;
	if (!find(pe, ".linux", &path))
		path = section;
	error_remedy(error, "Load the kernel and the initrd that it names, from the EFI system "
			    "partition.");
	return error_set(error,
			 "It is a stub that only names a kernel (\"%s\"), as Lanzaboote makes "
			 "them, and holds none.",
			 error_quote(path.bytes).text);
}

static bool read_sections(const struct pe *pe, unsigned profile, struct uki *uki)
{
	unsigned current = 0; /* 0: the base; then profile number current - 1 */

	*uki = (struct uki){.machine = pe->machine};
	for (unsigned i = 0; i < pe->section_count; i++) {
		struct pe_section section = pe_section(pe, i);

		if (named(&section, ".profile"))
			current = ++uki->profiles;
		else if ((!current || current - 1 == profile) && !is_repeated(pe, i))
			take(uki, &section, current);
	}
	return profile < uki->profiles || !profile;
}

bool uki_read(struct bytes file, unsigned profile, struct uki *uki, struct error *error)
{
	const struct pe_section *linux_section = &uki->linux_section;
	struct pe pe;

	if (!pe_parse(file, &pe, error) || !refuse_stub(&pe, error))
		return false;
	if (!read_sections(&pe, profile, uki)) {
		error_remedy(error, "Choose one from 0 to %u, or leave --profile out.",
			     uki->profiles ? uki->profiles - 1 : 0);
		return error_set(error, "It has %u profile(s), so none with the number %u.",
				 uki->profiles, profile);
	}
	if (!linux_section->bytes.size)
		return error_set(error, "Its section .linux is empty.");
	if (linux_section->virtual_size > UKI_LINUX_MAX)
		return error_set(error,
				 "Its section .linux is to have %" PRIu32
				 " bytes; at most 1 GiB was expected.",
				 linux_section->virtual_size);
	return true;
}

bool uki_read_addon(struct bytes file, struct uki *addon, struct error *error)
{
	struct pe pe;

	if (!pe_is(file))
		return error_set(error, "It is no PE image.");
	if (!pe_parse(file, &pe, error))
		return false;
	read_sections(&pe, 0, addon);
	if (addon->linux_section.name[0])
		return error_set(error, "An addon holds no kernel, and this has a section .linux.");
	return true;
}

bool uki_takes_addon(const struct uki *uki, const struct uki *addon)
{
	return addon->machine == uki->machine &&
	       (!addon->uname.size || !uki->uname.size ||
		(addon->uname.size == uki->uname.size &&
		 !memcmp(addon->uname.data, uki->uname.data, uki->uname.size)));
}

size_t uki_cmdline(struct bytes cmdline, char *text)
{
	size_t length = 0;

	for (size_t i = 0; i < cmdline.size && cmdline.data[i]; i++) {
		char c = cmdline.data[i] < ' ' || cmdline.data[i] == 0x7f ? ' '
									  : (char)cmdline.data[i];

		if (c != ' ' || length)
			text[length++] = c;
	}
	while (length && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	return length;
}
