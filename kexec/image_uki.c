// SPDX-License-Identifier: GPL-2.0-or-later
/* Taking a unified kernel image and its addons apart, into the files that a load needs. */
#include "config.h"
#include "kexec/image_parts.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define ADDON_ENDING ".addon.efi"

/* The kernel in memory of its own: kexec_file_load wants a descriptor, and zeros may follow. */
static bool take_linux(const struct pe_section *section, const char *path, struct file *kernel,
		       struct error *error)
{
	struct file_sink sink;

	if (!file_sink_open(&sink, "linux", UKI_LINUX_MAX, error))
		return false;
	if (!file_sink_reserve(&sink, section->virtual_size, error)) {
		file_sink_close(&sink);
		return false;
	}
	memcpy(sink.data, section->bytes.data, section->bytes.size);
	sink.size = section->virtual_size;
	return file_sink_finish(&sink, path, kernel, error);
}

/* Behind what there is, with a blank in between. */
static bool add_cmdline(struct image *image, struct bytes cmdline, struct error *error)
{
	size_t had = image->cmdline ? strlen(image->cmdline) + 1 : 0;
	char *text = realloc(image->cmdline, had + cmdline.size + 1);

	if (!text)
		return error_set(error, "Out of memory for a command line of %zu bytes.",
				 cmdline.size);
	image->cmdline = text;
	if (had)
		text[had - 1] = ' ';
	if (!uki_cmdline(cmdline, text + had) && had)
		text[had - 1] = '\0';
	return true;
}

static bool add_section(struct image *image, struct bytes bytes, const char *path, bool front,
			struct error *error)
{
	struct file view = {.path = path, .fd = -1, .bytes = bytes};

	return !bytes.size || image_add_part(image, view, front, error);
}

static void set_dtb(struct image *image, struct bytes dtb, const char *path)
{
	if (!dtb.size || image->dtb.fd >= 0)
		return;
	snprintf(image->dtb_name, sizeof(image->dtb_name), "%s", path);
	image->dtb = (struct file){.path = image->dtb_name, .fd = -1, .bytes = dtb};
}

bool image_take_uki(struct image *image, struct bytes file, const struct options *options,
		    struct file *kernel, struct error *error)
{
	const char *path = image->kernel_file.path;
	struct uki uki;

	if (!uki_read(file, options->profile, &uki, error))
		return error_context(error, "%s: ", path);
	image->uki = true;
	memcpy(image->left_out_names, uki.left_out, sizeof(uki.left_out));
	image->left_out = image->left_out_names;
	set_dtb(image, uki.dtb, path);
	return (!uki.cmdline.size || add_cmdline(image, uki.cmdline, error)) &&
	       add_section(image, uki.ucode, path, true, error) &&
	       (options->initrd || add_section(image, uki.initrd, path, false, error)) &&
	       take_linux(&uki.linux_section, path, kernel, error);
}

static bool take_addon(struct image *image, const char *path, const struct options *options,
		       struct error *error)
{
	struct file *file = &image->addons[image->addon_count];
	char *kept = strdup(path);
	struct uki addon;

	if (!kept)
		return error_set(error, "Out of memory for the name of an addon.");
	if (image->addon_count == IMAGE_ADDONS_MAX ||
	    !image_open_input(file, kept, options, NULL, error)) {
		free(kept);
		return error->cause[0] ? false
				       : error_set(error, "There are more than %d addons.",
						   IMAGE_ADDONS_MAX);
	}
	image->addon_count++;
	if (!uki_read_addon(file->bytes, &addon, error))
		return error_context(error, "%s: ", path);
	set_dtb(image, addon.dtb, kept);
	return (!addon.cmdline.size || add_cmdline(image, addon.cmdline, error)) &&
	       add_section(image, addon.ucode, kept, true, error) &&
	       add_section(image, addon.initrd, kept, false, error);
}

static int is_addon(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), ending = sizeof(ADDON_ENDING) - 1;

	return length > ending && !strcmp(entry->d_name + length - ending, ADDON_ENDING);
}

bool image_take_addons(struct image *image, const struct options *options, struct error *error)
{
	char directory[PATH_MAX], path[2 * PATH_MAX];
	struct dirent **entries;
	bool taken = true;
	int count;

	if (!options->addons)
		return true;
	if (!image->uki)
		return error_set(error,
				 "%s is no unified kernel image, and only those have addons.",
				 image->kernel_file.path);
	snprintf(directory, sizeof(directory), "%.4000s.extra.d", image->kernel_file.path);
	count = scandir(directory, &entries, is_addon, alphasort);
	if (count < 0 && errno == ENOENT)
		return true;
	if (count < 0)
		return error_set(error, "The directory %s cannot be read: %s.", directory,
				 strerror(errno));
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		taken = taken && take_addon(image, path, options, error);
		free(entries[i]);
	}
	free(entries);
	return taken;
}
