// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * live_pointer KIND NAME-OFFSET SHUTDOWN-OFFSET...: reads lines "KIND<tab>NAME<tab>SYMBOL" and
 * tells of each whether the callback of the object is set in the running kernel, as /proc/kallsyms
 * and /proc/kcore have it: "KIND NAME yes", "KIND NAME no" or "KIND NAME unreadable". The object is
 * the one of that symbol whose name is that name. For the guests of tests/devices, where it tells
 * the truth that a report is held against. An offset of "null" is a member that there is not.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ITEMS 512

static struct item {
	char kind[16], name[128], symbol[256];
	const char *answer;
} items[ITEMS];
static int count, core;
static char **kinds;

static int read_memory(unsigned long address, void *to, size_t size)
{
	Elf64_Phdr segment;
	Elf64_Ehdr header;

	if (pread(core, &header, sizeof(header), 0) != sizeof(header))
		return 0;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		off_t at = (off_t)(header.e_phoff + i * sizeof(segment));

		if (pread(core, &segment, sizeof(segment), at) != sizeof(segment))
			return 0;
		if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
		    address - segment.p_vaddr + size <= segment.p_filesz)
			return pread(core, to, size,
				     (off_t)(segment.p_offset + address - segment.p_vaddr)) ==
			       (ssize_t)size;
	}
	return 0;
}

/* Whether a string of the kernel is the very same. */
static int is_text(unsigned long address, const char *text)
{
	for (;; text++) {
		char c;

		if (!read_memory(address++, &c, 1) || c != *text)
			return 0;
		if (!c)
			return 1;
	}
}

static void look(struct item *item, unsigned long address)
{
	for (char **kind = kinds; kind[0] && kind[1] && kind[2]; kind += 3) {
		unsigned long name, callback = 0;

		if (strcmp(kind[0], item->kind))
			continue;
		if (!read_memory(address + strtoul(kind[1], NULL, 0), &name, sizeof(name)) ||
		    !is_text(name, item->name))
			return;
		if (strcmp(kind[2], "null") &&
		    !read_memory(address + strtoul(kind[2], NULL, 0), &callback, sizeof(callback)))
			return;
		item->answer = callback ? "yes" : "no";
	}
}

int main(int argc, char **argv)
{
	FILE *symbols = fopen("/proc/kallsyms", "r");
	char line[512], name[256], type;
	unsigned long address;

	kinds = argv + 1;
	core = open("/proc/kcore", O_RDONLY);
	while (count < ITEMS && fgets(line, sizeof(line), stdin))
		count += sscanf(line, "%15[^\t]\t%127[^\t]\t%255[^\n]", items[count].kind,
				items[count].name, items[count].symbol) == 3;
	while (symbols && fgets(line, sizeof(line), symbols))
		if (sscanf(line, "%lx %c %255s", &address, &type, name) == 3)
			for (int i = 0; i < count; i++)
				if (!items[i].answer && !strcmp(name, items[i].symbol))
					look(&items[i], address);
	for (int i = 0; i < count; i++)
		printf("%s %s %s\n", items[i].kind, items[i].name,
		       items[i].answer ? items[i].answer : "unreadable");
	return argc < 2;
}
