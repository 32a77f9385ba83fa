// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every option that kexec accepts, in the order in which the usage text lists them. Here stands
 * what an option is called, who knows it and how to explain it; options.c does what it says.
 *
 * Rows with `known` 0 are ours (plan, check, ...) or a fork's (load-hardboot, atags, no-dtb). They
 * are never shown to getopt_long(), so that they cannot make an abbreviation ambiguous.
 */
#include "kexec/option_table.h"

#include "kexec/options.h"

#define NEEDS(name) .argument = ARGUMENT_REQUIRED, .argument_name = (name)
#define MAY_HAVE(name) .argument = ARGUMENT_OPTIONAL, .argument_name = (name)
#define FLAG(member) .effect = EFFECT_FLAG, .field = offsetof(struct options, member)
#define TEXT(member) .effect = EFFECT_TEXT, .field = offsetof(struct options, member)
#define LIST(member) .effect = EFFECT_LIST, .field = offsetof(struct options, member)
#define CHOICE(member) .effect = EFFECT_CHOICE, .field = offsetof(struct options, member)
#define CALL(choice) .effect = EFFECT_CALL, .value = (choice)
#define ARGS(style) .effect = EFFECT_ARGS, .value = (style)
#define LATER(what) .later = "This version of kexec-ng does not " what " yet."

#define GENERAL .class = OPTION_GENERAL, .known = KNOWN_EVERYWHERE
#define LOADER .class = OPTION_LOADER, .known = KNOWN_EVERYWHERE
#define LOADER_OF(architectures) .class = OPTION_LOADER, .known = (architectures)
#define ARCHITECTURE_OF(architectures) .class = OPTION_ARCHITECTURE, .known = (architectures)
#define OURS .class = OPTION_GENERAL, .known = 0

#define X86 KNOWN_X86_64
#define ARM KNOWN_ARM64
#define PPC KNOWN_PPC64LE

#define ELF_FORMATS " elf-x86_64 elf-x86 "
#define LINUX_FORMATS " elf-x86_64 elf-x86 bzImage bzImage64 uki "
#define BZIMAGE_FORMATS " bzImage bzImage64 "

const struct option_row option_table[] = {
	/* Actions. Without one: load, then shutdown -r now. */
	{ .name = "load", .letter = 'l', GENERAL, .effect = EFFECT_LOAD,
	  .help = "load KERNEL, and leave the rest to a later -e or reboot" },
	{ .name = "exec", .letter = 'e', GENERAL, .effect = EFFECT_EXEC,
	  .help = "start the loaded kernel at once, without a shutdown" },
	{ .name = "force", .letter = 'f', GENERAL, .effect = EFFECT_FORCE,
	  .help = "load KERNEL and start it at once, without a shutdown" },
	{ .name = "load-panic", .letter = 'p', GENERAL, .effect = EFFECT_PANIC,
	  .help = "load KERNEL for the case that this one panics; "
		  "with -u: unload that one" },
	{ .name = "unload", .letter = 'u', GENERAL, .effect = EFFECT_UNLOAD,
	  .help = "unload the loaded kernel" },
	{ .name = "status", .letter = 'S', GENERAL, FLAG(status),
	  .help = "exit with 1 if a crash kernel (with -l: a kernel) is loaded, "
		  "with 0 if not, with 255 if that cannot be told" },
	{ .name = "print-ckr-size", GENERAL, FLAG(print_crash_size),
	  .help = "print the size of the memory reserved for a crash kernel" },
	{ .name = "help", .letter = 'h', GENERAL, FLAG(help), .help = "print this text" },
	{ .name = "version", .letter = 'v', GENERAL, FLAG(version), .help = "print the version" },

	/* Seeing before acting: ours. */
	{ .name = "plan", MAY_HAVE("FORM"), OURS, .effect = EFFECT_PLAN,
	  .help = "load nothing; print what would be loaded, as text, "
		  "as json, or as a map of memory" },
	{ .name = "check", MAY_HAVE("WORDS"), OURS, .effect = EFFECT_CHECK,
	  .help = "load nothing; say which devices the next kernel may find "
		  "in disorder; with the words verbose, json, or drivers: "
		  "list all drivers below --modules" },
	{ .name = "check-first", OURS, FLAG(check_first),
	  .help = "with -l, -p and -f: load nothing if --check would say "
		  "that a device is at risk" },
	{ .name = "quiesce", MAY_HAVE("WHICH"), OURS, .effect = EFFECT_QUIESCE,
	  .help = "before -e, or alone: unbind devices from their drivers: at-risk "
		  "(which --check calls so), driver:NAME, or names, with commas" },
	{ .name = "dry-run", OURS, FLAG(dry_run),
	  .help = "with --quiesce: say what it would do, and do nothing" },
	{ .name = "modules", NEEDS("DIR"), OURS, TEXT(modules),
	  .help = "the modules that --check looks at: /lib/modules/VERSION" },
	{ .name = "capture", NEEDS("DIR"), OURS, TEXT(capture),
	  .help = "copy what --plan and --check read of this machine into a new "
		  "directory, for --sysroot, without serial numbers and keys" },
	{ .name = "sysroot", NEEDS("DIR"), OURS, TEXT(sysroot),
	  .help = "read the machine from a captured tree; implies --plan" },

	/* How to load. */
	{ .name = "kexec-syscall-auto", .letter = 'a', GENERAL, CALL(CALL_AUTO),
	  .help = "use kexec_file_load, and kexec_load where that cannot "
		  "work (the default)" },
	{ .name = "kexec-file-syscall", .letter = 's', GENERAL, CALL(CALL_FILE),
	  .help = "use kexec_file_load only" },
	{ .name = "kexec-syscall", .letter = 'c', GENERAL, CALL(CALL_SEGMENTS),
	  .help = "use kexec_load only" },
	{ .name = "type", .letter = 't', NEEDS("TYPE"), GENERAL, TEXT(type),
	  .help = "refuse an image of any other type" },
	{ .name = "no-checks", .letter = 'i', GENERAL, FLAG(no_checks),
	  .help = "leave out the digest that is checked before the jump" },
	{ .name = "no-ifdown", .letter = 'x', GENERAL, .effect = EFFECT_NONE,
	  .help = "do not take network interfaces down" },
	{ .name = "no-sync", .letter = 'y', GENERAL, .effect = EFFECT_NONE,
	  .help = "do not write file systems back to disk" },
	{ .name = "debug", .letter = 'd', GENERAL, FLAG(debug),
	  .help = "say on standard error what is found and done" },
	{ .name = "mem-min", NEEDS("ADDRESS"), GENERAL, .effect = EFFECT_MEM_MIN,
	  .help = "load nothing below this physical address" },
	{ .name = "mem-max", NEEDS("ADDRESS"), GENERAL, .effect = EFFECT_MEM_MAX,
	  .help = "load nothing above this physical address" },
	{ .name = "entry", NEEDS("ADDRESS"), GENERAL, .effect = EFFECT_ENTRY,
	  .help = "start at this physical address instead" },
	{ .name = "hotplug", GENERAL, FLAG(hotplug), .quiet = true,
	  .help = "let the running kernel update a loaded crash kernel "
		  "when processors or memory come and go" },
	{ .name = "no-cma", GENERAL, FLAG(no_cma),
	  .help = "tell kexec_file_load not to use contiguous memory" },
	{ .name = "force-dtb", GENERAL, FLAG(force_dtb),
	  .help = "tell kexec_file_load to pass the device tree on" },

	/* Whom to believe: ours. */
	{ .name = "verify", MAY_HAVE("WHAT"), OURS, CHOICE(verify), .choices = "all kernel show ",
	  .help = "load nothing unless all (the kernel) has a good signature by somebody "
		  "who is trusted; show: only say who signed what" },
	{ .name = "trust", NEEDS("FILE"), OURS, LIST(trust),
	  .help = "trust the certificates in this file or directory; "
		  "efi: whom the firmware and shim trust" },
	{ .name = "revoked", NEEDS("FILE"), OURS, LIST(revoked),
	  .help = "never trust what this file or directory names: certificates, "
		  "or lines with a SHA-256" },

	/* What to load. */
	{ .name = "append", NEEDS("TEXT"), LOADER, .effect = EFFECT_APPEND,
	  .help = "the command line, or what follows the reused one" },
	{ .name = "command-line", NEEDS("TEXT"), LOADER, .effect = EFFECT_APPEND,
	  .same_as = "append", .help = "the same as --append" },
	{ .name = "reuse-cmdline", LOADER, FLAG(reuse_cmdline),
	  .help = "begin with the running kernel's command line" },
	{ .name = "initrd", NEEDS("FILE"), LOADER, .effect = EFFECT_INITRD,
	  .x86_formats = LINUX_FORMATS,
	  .help = "the initial RAM disk" },
	{ .name = "ramdisk", NEEDS("FILE"), LOADER_OF(X86 | ARM | PPC), .effect = EFFECT_INITRD,
	  .x86_formats = LINUX_FORMATS, .same_as = "initrd", .help = "the same as --initrd" },
	{ .name = "reuseinitrd", GENERAL, FLAG(reuse_initrd), LATER("reuse an initial RAM disk"),
	  .help = "use the running kernel's initial RAM disk again; "
		  "it must have been booted with retain_initrd" },
	{ .name = "initrd-add", NEEDS("FILE"), OURS, LIST(initrd_add), .x86_formats = LINUX_FORMATS,
	  .help = "join this one behind the initial RAM disk; microcode goes in front" },
	{ .name = "profile", NEEDS("N"), OURS, .effect = EFFECT_NUMBER,
	  .field = offsetof(struct options, profile),
	  .help = "which profile of a unified kernel image to load; 0 is the first" },
	{ .name = "addons", OURS, FLAG(addons),
	  .help = "add what KERNEL.extra.d/*.addon.efi hold to a unified kernel image" },
	{ .name = "dtb", NEEDS("FILE"), LOADER_OF(X86 | ARM | PPC), TEXT(dtb),
	  .x86_formats = " bzImage ", .help = "the device tree to hand over" },
	{ .name = "devicetreeblob", NEEDS("FILE"), LOADER_OF(PPC), TEXT(dtb), .same_as = "dtb",
	  .help = "the same as --dtb" },
	{ .name = "module", NEEDS("\"FILE ARGS\""), LOADER_OF(X86), LIST(module),
	  .x86_formats = " multiboot-x86 multiboot2-x86 ",
	  .help = "a module for a multiboot kernel" },
	{ .name = "args-linux", LOADER_OF(X86 | PPC), ARGS(ARGS_LINUX), .x86_formats = ELF_FORMATS,
	  .quiet = true, .help = "the ELF file is a Linux kernel" },
	{ .name = "args-elf", LOADER_OF(X86), ARGS(ARGS_ELF), .x86_formats = ELF_FORMATS,
	  .help = "the ELF file takes its arguments in ELF notes" },
	{ .name = "args-none", LOADER_OF(X86), ARGS(ARGS_NONE), .x86_formats = ELF_FORMATS,
	  .help = "the ELF file takes no arguments" },
	{ .name = "real-mode", LOADER_OF(X86), FLAG(real_mode), .x86_formats = BZIMAGE_FORMATS,
	  .help = "enter the kernel in real mode" },
	{ .name = "entry-32bit", LOADER_OF(X86), FLAG(entry_32bit), .x86_formats = BZIMAGE_FORMATS,
	  .help = "enter the kernel in 32-bit protected mode" },

	/* What the next kernel is told, and where purgatory speaks. */
	{ .name = "console-serial", ARCHITECTURE_OF(X86), FLAG(console_serial),
	  .help = "messages before the jump go to the serial port" },
	{ .name = "console-vga", ARCHITECTURE_OF(X86), FLAG(console_vga),
	  .help = "messages before the jump go to the VGA screen" },
	{ .name = "serial", NEEDS("PORT"), ARCHITECTURE_OF(X86 | ARM), .effect = EFFECT_SERIAL,
	  .help = "the serial port for them: on x86_64 ttyS0, ttyS1 or "
		  "an I/O port, on arm64 a tty's name" },
	{ .name = "serial-baud", NEEDS("RATE"), ARCHITECTURE_OF(X86), .effect = EFFECT_SERIAL_BAUD,
	  .help = "set the speed of that port: 9600 to 115200" },
	{ .name = "reset-vga", ARCHITECTURE_OF(X86), FLAG(reset_vga),
	  .help = "put a VGA adapter back into text mode" },
	{ .name = "noefi", ARCHITECTURE_OF(X86), FLAG(no_efi), .help = "do not hand EFI over" },
	{ .name = "reuse-video-type", ARCHITECTURE_OF(X86), FLAG(reuse_video_type),
	  .help = "hand the type of the video mode over as it is" },
	{ .name = "pass-memmap-cmdline", ARCHITECTURE_OF(X86), FLAG(pass_memmap_cmdline),
	  .quiet = true,
	  .help = "tell a crash kernel its memory on the command line" },
	{ .name = "elf32-core-headers", ARCHITECTURE_OF(X86), .effect = EFFECT_NONE, .quiet = true,
	  .help = "accepted, and without effect" },
	{ .name = "elf64-core-headers", ARCHITECTURE_OF(X86 | PPC), .effect = EFFECT_NONE,
	  .quiet = true, .help = "accepted: core headers are 64-bit in any case" },
	{ .name = "dt-no-old-root", ARCHITECTURE_OF(PPC), FLAG(no_old_root), .quiet = true,
	  .help = "do not add the running kernel's root= parameter" },

	/* Kernels that come back, and Xen. */
	{ .name = "load-preserve-context", GENERAL, .effect = EFFECT_LOAD,
	  LATER("load a kernel that returns to this one"),
	  .help = "load a kernel that can return to this one" },
	{ .name = "load-jump-back-helper", GENERAL, .effect = EFFECT_JUMP_BACK,
	  LATER("load a jump-back helper"),
	  .help = "load what returns to the original kernel" },
	{ .name = "load-live-update", GENERAL, .effect = EFFECT_LOAD, LATER("update a running Xen"),
	  .help = "load a Xen to replace the running one (Xen only)" },
	{ .name = "exec-live-update", GENERAL, .effect = EFFECT_EXEC, LATER("update a running Xen"),
	  .help = "start the loaded Xen in its place (Xen only)" },

	/* Of a fork that kexecboot calls. */
	{ .name = "load-hardboot", OURS, .effect = EFFECT_LOAD, .help = "the same as --load" },
	{ .name = "atags", OURS, .effect = EFFECT_NONE, .quiet = true,
	  .help = "accepted, and without effect" },
	{ .name = "no-dtb", OURS, .effect = EFFECT_NONE, .quiet = true,
	  .help = "accepted, and without effect" },
};

const unsigned option_table_size = sizeof(option_table) / sizeof(option_table[0]);

/* options->given has room for each option once. */
_Static_assert(sizeof(option_table) / sizeof(option_table[0]) <= OPTIONS_GIVEN_MAX,
	       "struct options has room for every name");

const struct option_row *option_find(const char *name)
{
	for (unsigned i = 0; i < option_table_size; i++)
		if (!strcmp(option_table[i].name, name))
			return &option_table[i];
	return NULL;
}

const struct option_row *option_find_letter(char letter)
{
	for (unsigned i = 0; letter && i < option_table_size; i++)
		if (option_table[i].letter == letter)
			return &option_table[i];
	return NULL;
}

unsigned option_known_bit(const char *arch_name)
{
	static const struct { const char *name; unsigned bit; } bits[] = {
		{ "x86_64", KNOWN_X86_64 }, { "arm64", KNOWN_ARM64 },
		{ "ppc64le", KNOWN_PPC64LE }, { "s390x", KNOWN_S390X },
	};

	for (unsigned i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (!strcmp(bits[i].name, arch_name))
			return bits[i].bit;
	return 0;
}

bool options_given(const struct options *options, const char *name)
{
	for (unsigned i = 0; i < options->given_count; i++)
		if (!strcmp(options->given[i], name))
			return true;
	return false;
}

/* Whether `list`, with a blank on both sides of each word, has the word. */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	while ((list = strstr(list, word))) {
		if (list[-1] == ' ' && list[length] == ' ')
			return true;
		list += length;
	}
	return false;
}

const char *options_without_effect(const struct options *options, const char *arch_name,
				   const char *format, unsigned *cursor)
{
	unsigned bit = option_known_bit(arch_name);

	while (*cursor < options->given_count) {
		const struct option_row *row = option_find(options->given[(*cursor)++]);
		bool elsewhere = row->known && !(row->known & bit);
		bool by_format = bit == KNOWN_X86_64 && row->x86_formats;

		if (row->quiet)
			continue;
		if (elsewhere || (by_format && !has_word(row->x86_formats, format)))
			return row->name;
	}
	return NULL;
}
