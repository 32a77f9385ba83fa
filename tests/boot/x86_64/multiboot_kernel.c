// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel that says on the first serial port what a Multiboot loader gave it, or which ELF boot
 * notes, in the marked lines of guest/init, and turns a QEMU machine off. Compiled for i386 and
 * position independent, without a library. It reads by the offsets in the specifications and shares
 * nothing with the loader, whose mistakes it is to show.
 */
#include <stdint.h>

#define PORT 0x3f8
#define ACPI_CONTROL 0x604	/* of QEMU's q35, once firmware has run */
#define ACPI_OFF 0x2000

/* From multiboot_entry.S: EAX, EBX and the flags at the entry. */
void kernel_main(uint32_t eax, uint32_t info, uint32_t eflags) __attribute__((noreturn));
extern char start[] __attribute__((visibility("hidden")));

static void put_character(char c)
{
	uint8_t status;

	do
		__asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)(PORT + 5)));
	while (!(status & 0x20));
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)PORT));
}

static void say(const char *text)
{
	while (*text)
		put_character(*text++);
}

static void say_number(uint64_t number)
{
	int shift = 60;

	say("0x");
	while (shift && !(number >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		put_character("0123456789abcdef"[number >> shift & 15]);
}

static void fact(const char *key)
{
	say("@@ 2 ");
	say(key);
	say(" ");
}

static void fact_text(const char *key, const char *text)
{
	fact(key);
	say(text);
	say("\n");
}

static void fact_numbers(const char *key, uint64_t first, uint64_t second)
{
	fact(key);
	say_number(first);
	say(" ");
	say_number(second);
	say("\n");
}

/* What sum -r says of it. */
static uint32_t checksum(const uint8_t *from, const uint8_t *to)
{
	uint32_t sum = 0;

	for (; from < to; from++)
		sum = ((sum >> 1) + ((sum & 1) << 15) + *from) & 0xffff;
	return sum;
}

static void say_module(uint32_t from, uint32_t to, const char *line)
{
	fact("module");
	say_number(to - from);
	say(" ");
	say_number(checksum((const uint8_t *)from, (const uint8_t *)to));
	say(" ");
	say(line);
	say("\n");
}

static void say_memory(uint64_t address, uint64_t length, uint32_t type)
{
	fact("memmap");
	say_number(address);
	say("-");
	say_number(address + length - 1);
	say(type == 1 ? " System RAM\n" : " other\n");
}

static uint32_t number(uint32_t at)
{
	return *(const uint32_t *)at;
}

static uint64_t long_number(uint32_t at)
{
	return number(at) | (uint64_t)number(at + 4) << 32;
}

static const char *text(uint32_t at)
{
	return (const char *)at;
}

/* Multiboot 0.6.96, 3.3. */
static void say_info(uint32_t info)
{
	uint32_t module = number(info + 24), map = number(info + 48), end = map + number(info + 44);

	fact_text("cmdline", text(number(info + 16)));
	fact_text("loader", text(number(info + 64)));
	fact_numbers("memory", number(info + 4), number(info + 8));
	for (uint32_t i = 0; i < number(info + 20); i++, module += 16)
		say_module(number(module), number(module + 4), text(number(module + 8)));
	for (; map < end; map += number(map) + 4)
		say_memory(long_number(map + 4), long_number(map + 12), number(map + 20));
	if (number(info) & 0x1000)
		fact_numbers("screen", *(const uint8_t *)(info + 109), long_number(info + 88));
}

static void say_map(uint32_t tag)
{
	for (uint32_t at = tag + 16; at < tag + number(tag + 4); at += number(tag + 8))
		say_memory(long_number(at), long_number(at + 8), number(at + 16));
}

/* ACPI 6.5, 5.2.5.3: all bytes of a root pointer add up to 0. */
static uint32_t byte_sum(uint32_t at, uint32_t size)
{
	uint32_t sum = 0;

	while (size--)
		sum += *(const uint8_t *)at++;
	return sum & 0xff;
}

/*
 * Multiboot2 2.0, 3.6.3 to 3.6.22. Not a switch, for whose table the compiler would want an
 * address.
 */
static void say_tag(uint32_t tag)
{
	uint32_t type = number(tag);

	if (type == 1)
		fact_text("cmdline", text(tag + 8));
	if (type == 2)
		fact_text("loader", text(tag + 8));
	if (type == 3)
		say_module(number(tag + 8), number(tag + 12), text(tag + 16));
	if (type == 4)
		fact_numbers("memory", number(tag + 8), number(tag + 12));
	if (type == 6)
		say_map(tag);
	if (type == 8)
		fact_numbers("screen", *(const uint8_t *)(tag + 29), long_number(tag + 8));
	/* What must be 0, and the table that it leads to. */
	if (type == 14)
		fact_numbers("acpi-old", byte_sum(tag + 8, 20), number(tag + 24));
	if (type == 15)
		fact_numbers("acpi-new", byte_sum(tag + 8, 36), long_number(tag + 32));
	/* A page with ELF headers lies before the one with the entry. */
	if (type == 21)
		fact_numbers("place", number(tag + 8), ((uint32_t)start & ~0xfffu) - 0x1000);
}

static void say_tags(uint32_t info)
{
	uint32_t end = info + number(info);

	for (uint32_t at = info + 8; at < end; at += (number(at + 4) + 7) & ~7u)
		say_tag(at);
}

/* elf_boot.h of coreboot. */
static void say_notes(uint32_t notes)
{
	uint32_t end = notes + number(notes + 4);

	fact_numbers("notes", number(notes), number(notes + 8) >> 16);
	for (uint32_t at = notes + 12; at < end; at += 12 + ((number(at + 4) + 3) & ~3u)) {
		if (number(at + 8) == 2)
			fact_text("loader", text(at + 12));
		if (number(at + 8) == 4)
			fact_text("cmdline", text(at + 12));
	}
}

void kernel_main(uint32_t eax, uint32_t info, uint32_t eflags)
{
	uint32_t cr0, cs, ds;

	__asm__ volatile("mov %%cr0, %0; mov %%cs, %1; mov %%ds, %2"
			 : "=r"(cr0), "=r"(cs), "=r"(ds));
	say("\n");
	/* Paging and protection; interrupts and virtual 8086 mode; selectors that are not null. */
	fact_numbers("state", cr0 & 0x80000001, eflags & 0x20200);
	fact_numbers("selectors", !!cs, !!ds);
	fact_numbers("eax", eax, 0);
	if (eax == 0x2badb002)
		say_info(info);
	else if (eax == 0x36d76289)
		say_tags(info);
	else if (eax == 0x0e1fb007)
		say_notes(info);
	fact_text("end", "");
	__asm__ volatile("outw %0, %1" : : "a"((uint16_t)ACPI_OFF), "Nd"((uint16_t)ACPI_CONTROL));
	for (;;)
		__asm__ volatile("cli; hlt");
}
