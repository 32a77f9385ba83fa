// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * planned_segment NAME KEXEC-ARGUMENT...: writes what kexec would load as that segment to stdout.
 * It goes the way of the command up to the plan, of a captured machine only (--sysroot).
 */
#include <stdio.h>

#include "arch/arch.h"
#include "kexec/plan.h"

struct run {
	struct arena arena;
	struct sysroot root;
	struct options options;
	struct machine machine;
	struct image image;
	struct plan plan;
	struct error error;
};

static bool make_plan(struct run *run, int argc, char **argv, const char *sysroot)
{
	const struct options *options = &run->options;
	const struct arch *arch;

	if (!sysroot_open(&run->root, sysroot, &run->error))
		return false;
	arch = machine_arch(&run->root, &run->arena, &run->error);
	return arch &&
	       options_parse(&run->options, argc, argv, arch->name, &run->arena, &run->error) &&
	       machine_read(&run->root, &run->arena, &run->machine, &run->error) &&
	       image_open(&run->image, options, &run->error) &&
	       plan_make(&run->machine, options, &run->image, options->call, &run->arena,
			 &run->plan, &run->error);
}

/* The exit status. */
static int write_segment(struct run *run, const char *name)
{
	const struct segment *segment = plan_segment(&run->plan, name);

	if (!segment) {
		fprintf(stderr, "The plan has no segment \"%s\".\n", name);
		return 1;
	}
	if (fwrite(segment->bytes.data, 1, segment->bytes.size, stdout) != segment->bytes.size ||
	    fflush(stdout)) {
		perror("standard output");
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const char sysroot[] = "--sysroot=";
	struct run run = {
		.root = { .fd = -1 },
		.image = IMAGE_CLOSED,
	};
	int status = 1;

	if (argc < 3 || strncmp(argv[2], sysroot, strlen(sysroot))) {
		fprintf(stderr, "usage: planned_segment NAME --sysroot=DIR KEXEC-ARGUMENT...\n");
		return 2;
	}
	/* The segment's name takes the place of the command's own. */
	if (make_plan(&run, argc - 1, argv + 1, argv[2] + strlen(sysroot)))
		status = write_segment(&run, argv[1]);
	else
		fprintf(stderr, "%s\n%s\n", run.error.headline, run.error.cause);
	image_close(&run.image);
	sysroot_close(&run.root);
	arena_release(&run.arena);
	return status;
}
