// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening what the options name. Callers match the first line of a failure, and kexec-tools has a
 * different one for each system call; this file knows those lines.
 */
#include "config.h"
#include "kexec/image.h"

#include "kexec/unpack.h"

static const struct image nothing = {
	.kernel_file = { .fd = -1 },
	.kernel_unpacked = { .fd = -1 },
	.initrd = { .fd = -1 },
	.dtb = { .fd = -1 },
};

/* What kexec-tools prints, before it ends at once, for any file that it cannot open for kexec_load.
 */
static void cannot_open(const char *path, int problem, struct error *error)
{
	error_headline(error, "Cannot open `%s': %s", path, strerror(problem));
	error_status(error, EXIT_USAGE);
}

static bool open_kernel(struct image *image, const struct options *options, struct error *error)
{
	int problem;

	if (file_open(&image->kernel_file, options->kernel, &problem, error))
		return true;
	if (problem && options->call == CALL_SEGMENTS)
		cannot_open(options->kernel, problem, error);
	else if (problem)
		error_headline(error, "Failed to open file %s:%s", options->kernel,
			       strerror(problem));
	else
		error_headline(error, "Cannot determine the file type of %s", options->kernel);
	return false;
}

static bool open_initrd(struct image *image, const struct options *options, struct error *error)
{
	int problem;

	if (file_open(&image->initrd, options->initrd, &problem, error))
		return true;
	if (problem && options->call == CALL_SEGMENTS)
		cannot_open(options->initrd, problem, error);
	else if (problem)
		error_headline(error, "Could not open initrd file %s:%s\nCannot load %s",
			       options->initrd, strerror(problem), options->kernel);
	else
		error_headline(error, "Cannot load %s", options->kernel);
	return false;
}

static bool open_dtb(struct image *image, const struct options *options, struct error *error)
{
	int problem;

	if (file_open(&image->dtb, options->dtb, &problem, error))
		return true;
	if (problem)
		cannot_open(options->dtb, problem, error);
	else
		error_headline(error, "Cannot load %s", options->kernel);
	return false;
}

static bool unpack_into(struct image *image, const struct unpacker *unpacker, struct error *error)
{
	const struct file *packed = &image->kernel_file;
	struct file_sink sink;

	if (!file_sink_open(&sink, "kernel", UNPACK_LIMIT, error))
		return false;
	if (!unpack_run(unpacker, packed->path, packed->bytes, &sink, error)) {
		file_sink_close(&sink);
		return false;
	}
	image->compression = unpacker->name;
	return file_sink_finish(&sink, packed->path, &image->kernel_unpacked, error);
}

static bool unpack_kernel(struct image *image, struct error *error)
{
	const struct unpacker *unpacker = unpack_find(image->kernel_file.bytes);

	if (!unpacker || unpack_into(image, unpacker, error))
		return true;
	error_headline(error, "Cannot determine the file type of %s", image->kernel_file.path);
	return false;
}

bool image_open(struct image *image, const struct options *options, struct error *error)
{
	*image = nothing;
	/* The file system call has no device tree: with -s alone it is not even looked at. */
	if (open_kernel(image, options, error) && unpack_kernel(image, error) &&
	    (!options->initrd || open_initrd(image, options, error)) &&
	    (!options->dtb || options->call == CALL_FILE || open_dtb(image, options, error)))
		return true;
	image_close(image);
	return false;
}

void image_close(struct image *image)
{
	file_close(&image->kernel_file);
	file_close(&image->kernel_unpacked);
	file_close(&image->initrd);
	file_close(&image->dtb);
	*image = nothing;
}
