// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening what the options name. Callers match the first line of a failure, and kexec-tools has a
 * different one for each system call; this file knows those lines.
 */
#include "config.h"
#include "kexec/image.h"

#include "kexec/container.h"
#include "kexec/image_parts.h"
#include "kexec/unpack.h"

#include <stdlib.h>

#define LAYERS_MAX 4

/* What kexec-tools prints, before it ends at once, for any file that it cannot open for kexec_load.
 */
void image_cannot_open(const char *path, int problem, struct error *error)
{
	error_headline(error, "Cannot open `%s': %s", path, strerror(problem));
	error_status(error, EXIT_USAGE);
}

/*
 * The original goes to the kernel as it is, for IMA and the kernel's own check look at the file.
 * What is to be verified here is copied first, so that it cannot be changed afterwards.
 */
bool image_open_input(struct file *file, const char *path, const struct options *options,
		      int *problem, struct error *error)
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

	if (image_open_input(&image->kernel_file, options->kernel, options, &problem, error))
		return true;
	if (problem && options->call == CALL_SEGMENTS)
		image_cannot_open(options->kernel, problem, error);
	else if (problem)
		error_headline(error, "Failed to open file %s:%s", options->kernel,
			       strerror(problem));
	else
		error_headline(error, "Cannot determine the file type of %s", options->kernel);
	return false;
}

static bool open_initrd(struct image *image, const char *path, const struct options *options,
			struct error *error)
{
	struct file file;
	int problem;

	if (image_open_input(&file, path, options, &problem, error))
		return image_add_part(image, file, false, error);
	if (problem && options->call == CALL_SEGMENTS)
		image_cannot_open(path, problem, error);
	else if (problem)
		error_headline(error, "Could not open initrd file %s:%s\nCannot load %s", path,
			       strerror(problem), options->kernel);
	else
		error_headline(error, "Cannot load %s", options->kernel);
	return false;
}

static bool open_dtb(struct image *image, const struct options *options, struct error *error)
{
	int problem;

	if (image_open_input(&image->dtb, options->dtb, options, &problem, error))
		return true;
	if (problem)
		image_cannot_open(options->dtb, problem, error);
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
		return error_set(error,
				 "%s is an image of type %s whose kernel is compressed with %s, "
				 "which kexec does not unpack.",
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

/* The image goes where its sections will be looked for; the kernel takes its place. */
static bool unpack_uki(struct image *image, const struct options *options, struct error *error)
{
	struct file kernel;

	if (!image_take_uki(image, image_kernel(image), options, &kernel, error))
		return false;
	image->uki_file = image->kernel_unpacked;
	image->kernel_unpacked = kernel;
	return true;
}

/* A compressed kernel may be in a container, and a container in a compressed file. */
static bool unpack_kernel(struct image *image, const struct options *options, struct error *error)
{
	const char *path = image->kernel_file.path;

	for (unsigned layer = 0; layer < LAYERS_MAX; layer++) {
		struct bytes now = image_kernel(image);
		struct container container;
		struct file inner;

		if (!image->uki && uki_is(now)) {
			if (!unpack_uki(image, options, error))
				break;
			continue;
		}
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

/* In the order in which they are joined; a failure without a line that callers know gets one. */
static bool open_initrds(struct image *image, const struct options *options, struct error *error)
{
	bool opened = !options->initrd || open_initrd(image, options->initrd, options, error);

	for (unsigned i = 0; opened && i < options->initrd_add.count; i++)
		opened = open_initrd(image, options->initrd_add.items[i], options, error);
	opened = opened && image_take_addons(image, options, error) &&
		 image_join_initrds(image, error);
	if (!opened && !error->headline[0])
		error_headline(error, "Cannot load %s", options->kernel);
	return opened;
}

bool image_open(struct image *image, const struct options *options, struct error *error)
{
	*image = IMAGE_CLOSED;
	/* The file system call has no device tree: with -s alone it is not even looked at. */
	if (open_kernel(image, options, error) && unpack_kernel(image, options, error) &&
	    open_initrds(image, options, error) &&
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
	/* Inside of a file that is closed here, it is only a view. */
	if (image->dtb.fd >= 0)
		file_close(&image->dtb);
	for (unsigned i = 0; i < image->part_count; i++)
		if (image->parts[i].file.fd >= 0)
			file_close(&image->parts[i].file);
	for (unsigned i = 0; i < image->addon_count; i++) {
		const char *path = image->addons[i].path;

		file_close(&image->addons[i]);
		free((void *)path);
	}
	image_close_modules(image);
	file_close(&image->uki_file);
	free(image->cmdline);
	free(image->sections);
	*image = IMAGE_CLOSED;
}
