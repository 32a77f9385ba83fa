// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * live_pointer SYMBOL OFFSET...: whether the word at that offset of a kernel object is set in the
 * running kernel, as /proc/kallsyms and /proc/kcore have it: "SYMBOL yes" or "SYMBOL no". For the
 * guests of tests/devices, where it tells the truth that a report is held against.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long address_of(const char *symbol)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char line[512], name[256], type;
	unsigned long address, found = 0;

	while (file && !found && fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx %c %255s", &address, &type, name) == 3 && !strcmp(name, symbol))
			found = address;
	if (file)
		fclose(file);
	return found;
}

static int read_word(int fd, unsigned long address, unsigned long *word)
{
	Elf64_Phdr segment;
	Elf64_Ehdr header;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return 0;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		off_t at = (off_t)(header.e_phoff + i * sizeof(segment));

		if (pread(fd, &segment, sizeof(segment), at) != sizeof(segment))
			return 0;
		if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
		    address - segment.p_vaddr + sizeof(*word) <= segment.p_filesz)
			return pread(fd, word, sizeof(*word),
				     (off_t)(segment.p_offset + address - segment.p_vaddr)) ==
			       sizeof(*word);
	}
	return 0;
}

int main(int argc, char **argv)
{
	int fd = open("/proc/kcore", O_RDONLY);

	for (int i = 1; i + 1 < argc; i += 2) {
		unsigned long address = address_of(argv[i]), word;

		if (!address || !read_word(fd, address + strtoul(argv[i + 1], NULL, 0), &word))
			printf("%s unreadable\n", argv[i]);
		else
			printf("%s %s\n", argv[i], word ? "yes" : "no");
	}
	return 0;
}
