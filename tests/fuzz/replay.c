// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stands in for libFuzzer where there is none: runs the target it is linked with on every file of
 * its corpus, $srcdir/tests/fuzz/corpus/NAME for a program called NAME_fuzz, or on the files named
 * on the command line. Each input ends at a page that cannot be read, so that reading on is seen in
 * any build.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void stop(const char *what)
{
	perror(what);
	exit(1);
}

static void replay(const char *path)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	FILE *file = fopen(path, "re");
	struct stat status;
	size_t size, room;
	uint8_t *data;

	if (!file || fstat(fileno(file), &status))
		stop(path);
	size = (size_t)status.st_size;
	room = (size + page - 1) / page * page;
	data = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED || mprotect(data + room, page, PROT_NONE))
		stop("mmap");
	if (fread(data + room - size, 1, size, file) != size)
		stop(path);
	fclose(file);
	/* The last name in the log is the one that failed. */
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data + room - size, size);
	munmap(data, room + page);
}

/* NAME of ".../NAME_fuzz". */
static void find_corpus(const char *program, char *corpus, size_t size)
{
	const char *srcdir = getenv("srcdir");
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;
	const char *end = strstr(name, "_fuzz");

	snprintf(corpus, size, "%s/tests/fuzz/corpus/%.*s", srcdir ? srcdir : ".",
		 (int)(end ? end - name : 0), name);
}

static unsigned replay_all(const char *corpus)
{
	struct dirent **entries;
	unsigned replayed = 0;
	int count;

	if (chdir(corpus))
		stop(corpus);
	count = scandir(".", &entries, NULL, alphasort);
	if (count < 0)
		stop(corpus);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			replay(entries[i]->d_name);
			replayed++;
		}
		free(entries[i]);
	}
	free(entries);
	return replayed;
}

int main(int argc, char **argv)
{
	char corpus[PATH_MAX];

	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc > 1)
		return 0;
	find_corpus(argv[0], corpus, sizeof(corpus));
	if (replay_all(corpus))
		return 0;
	fprintf(stderr, "%s: there is nothing to replay\n", corpus);
	return 1;
}
