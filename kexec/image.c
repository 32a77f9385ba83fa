// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening what the options name. Callers match the first line of a failure, and kexec-tools has a
 * different one for each system call; this file knows those lines.
 */
#include "config.h"
#include "kexec/image.h"

#include "kexec/container.h"
#include "kexec/unpack.h"

#define LAYERS_MAX 4

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

/*
 * The original goes to the kernel as it is, for IMA and the kernel's own check look at the file. What is
 * to be verified here is copied first, so that it cannot be changed afterwards.
 */
static bool open_input(struct file *file, const char *path, const struct options *options, int *problem,
		       struct error *error)
{
	bool sealed = options->verify == VERIFY_ALL || options->verify == VERIFY_KERNEL;

	if (!file_open(file, path, problem, error))
		return false;
	if (!sealed || file_seal(file, error))
		return true;
	file_close(file);
	return false;
}

static bool open_kernel(struct image *image, const struct options *options, struct error *error)
{
	int problem;

	if (open_input(&image->kernel_file, options->kernel, options, &problem, error))
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

	if (open_input(&image->initrd, options->initrd, options, &problem, error))
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

	if (open_input(&image->dtb, options->dtb, options, &problem, error))
		return true;
	if (problem)
		cannot_open(options->dtb, problem, error);
	else
		error_headline(error, "Cannot load %s", options->kernel);
	return false;
}

/* Puts what a container or a compressed file holds into a memfd of its own. */
static bool unpack_into(struct image *image, const struct container *container, struct file *out,
			struct error *error)
{
	const struct unpacker *unpacker = unpack_find(container->payload);
	const char *path = image->kernel_file.path;
	struct file_sink sink;
	bool unpacked;

	if (!unpacker && container->compression[0])
		return error_set(error, "%s is an image of type %s whose kernel is compressed with %s, which kexec does not unpack.",
				 path, container->name, container->compression);
	if (!file_sink_open(&sink, "kernel", UNPACK_LIMIT, error))
		return false;
	if (unpacker) {
		unpacked = unpack_run(unpacker, path, container->payload, &sink, error);
		image->compression = unpacker->name;
	} else {
		unpacked = file_sink_reserve(&sink, container->payload.size, error);
		if (unpacked) {
			memcpy(sink.data, container->payload.data, container->payload.size);
			sink.size = container->payload.size;
		}
	}
	if (!unpacked) {
		file_sink_close(&sink);
		return false;
	}
	if (container->name)
		sink.size = container_signed_size((struct bytes){ sink.data, sink.size });
	return file_sink_finish(&sink, path, out, error);
}

/* A compressed kernel may be in a container, and a container in a compressed file. */
static bool unpack_kernel(struct image *image, struct error *error)
{
	const char *path = image->kernel_file.path;

	for (unsigned layer = 0; layer < LAYERS_MAX; layer++) {
		struct bytes now = image_kernel(image);
		struct container container;
		struct file inner;

		if (!container_find(now, path, &container, error))
			break;
		if (!container.name && !unpack_find(now))
			return true;
		if (container.name)
			image->container = container.name;
		else
			container.payload = now;
		if (!unpack_into(image, &container, &inner, error))
			break;
		file_close(&image->kernel_unpacked);
		image->kernel_unpacked = inner;
	}
	if (!error->cause[0])
		error_set(error, "%s is compressed more than %d times over.", path, LAYERS_MAX);
	error_headline(error, "Cannot determine the file type of %s", path);
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
