// SPDX-License-Identifier: GPL-2.0-or-later
/* Command lines in tests: splitting, parsing, describing. See the header. */
#include "tests/unit/kexec/command_line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void split(struct command_line *c, const char *words)
{
	char *out = c->buffer;

	c->argc = 0;
	while (*words && c->argc < WORDS_MAX) {
		bool quoted = false;

		c->argv[c->argc++] = out;
		for (; *words && (quoted || *words != ' '); words++) {
			if (*words == '\'')
				quoted = !quoted;
			else
				*out++ = *words;
		}
		*out++ = '\0';
		words += *words == ' ';
	}
	c->argv[c->argc] = NULL;
}

void command_line_parse(struct command_line *c, const char *arch, const char *words)
{
	*c = (struct command_line){ .argc = 0 };
	split(c, words);
	c->ok = options_parse(&c->options, c->argc, c->argv, arch, &c->arena, &c->error);
}

void command_line_release(struct command_line *c)
{
	arena_release(&c->arena);
}

static void say(struct command_line *c, bool when, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct command_line *c, bool when, const char *format, ...)
{
	size_t used = strlen(c->text);
	va_list args;

	if (!when || used + 2 > sizeof(c->text))
		return;
	if (used)
		c->text[used++] = ' ';
	va_start(args, format);
	vsnprintf(c->text + used, sizeof(c->text) - used, format, args);
	va_end(args);
}

static void say_text(struct command_line *c, const char *name, const char *value)
{
	say(c, value, strpbrk(value ? value : "", " ") ? "%s='%s'" : "%s=%s", name, value);
}

static void say_actions(struct command_line *c)
{
	static const char *const plans[] = { "", "plan", "plan=json", "plan=map" };
	const struct options *o = &c->options;

	say(c, o->help, "help");
	say(c, o->version, "version");
	say(c, o->status, o->load_given && !o->panic ? "status-of-load" : "status-of-crash");
	say(c, o->print_crash_size, "print-crash-size");
	say(c, o->unload, "unload");
	say(c, o->load, "load");
	say(c, o->exec, "exec");
	say(c, o->shutdown, "shutdown");
	say(c, o->panic, "panic");
	say(c, o->sync, "sync");
	say(c, o->ifdown, "ifdown");
	say(c, o->debug, "debug");
	say(c, o->plan, "%s", plans[o->plan]);
	say_text(c, "sysroot", o->sysroot);
}

static void say_how(struct command_line *c)
{
	const struct options *o = &c->options;

	say(c, o->call == CALL_FILE, "by-file");
	say(c, o->call == CALL_SEGMENTS, "by-segments");
	say_text(c, "type", o->type);
	say(c, o->check, "check");
	say(c, o->no_checks, "no-checks");
	say(c, o->mem_min_given, "mem-min=0x%" PRIx64, o->mem_min);
	say(c, o->mem_max_given, "mem-max=0x%" PRIx64, o->mem_max);
	say(c, o->entry_given, "entry=0x%" PRIx64, o->entry);
	say(c, o->no_cma, "no-cma");
	say(c, o->force_dtb, "force-dtb");
	say(c, o->hotplug, "hotplug");
}

static void say_what(struct command_line *c)
{
	static const char *const args[] = { "", "args-linux", "args-elf", "args-none" };
	const struct options *o = &c->options;

	say_text(c, "kernel", o->kernel);
	say_text(c, "initrd", o->initrd);
	say_text(c, "dtb", o->dtb);
	say_text(c, "append", o->append);
	say(c, o->reuse_cmdline, "reuse-cmdline");
	say(c, o->reuse_initrd, "reuse-initrd");
	say(c, o->args, "%s", args[o->args]);
	say(c, o->real_mode, "real-mode");
	say(c, o->entry_32bit, "entry-32bit");
	say(c, o->no_efi, "no-efi");
	say(c, o->reuse_video_type, "reuse-video-type");
	say(c, o->no_old_root, "no-old-root");
	say(c, o->console_vga, "console-vga");
	say(c, o->console_serial, "console-serial");
	say(c, o->reset_vga, "reset-vga");
	say(c, o->serial_base != 0x3f8, "serial-base=0x%x", o->serial_base);
	say(c, o->serial_baud, "serial-baud=%" PRIu32, o->serial_baud);
	say_text(c, "serial-name", o->serial_name);
	for (unsigned i = 0; i < o->note_count; i++)
		say(c, true, "note: %s", o->notes[i]);
}

const char *command_line_describe(struct command_line *c)
{
	c->text[0] = '\0';
	if (!c->ok) {
		say(c, true, "error %d", c->error.status ? c->error.status : EXIT_FAILED);
		say(c, c->error.usage, "usage");
		return c->text;
	}
	say_actions(c);
	say_how(c);
	say_what(c);
	return c->text;
}
