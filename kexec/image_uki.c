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
static bool add_cmdline(struct image *image, struct bytes cmdline, const char *path,
			struct error *error)
{
	size_t had = image->cmdline ? strlen(image->cmdline) + 1 : 0;
	char *text;

	if (!cmdline.size)
		return true;
	text = realloc(image->cmdline, had + cmdline.size + 1);
	if (!text)
		return error_set(error, "Out of memory for a command line of %zu bytes.",
				 cmdline.size);
	image->cmdline = text;
	image->cmdlines[image->cmdline_count++] =
		(struct file){.path = path, .fd = -1, .bytes = cmdline};
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
	struct uki *uki = calloc(1, sizeof(*uki));

	if (!uki)
		return error_set(error, "Out of memory for the sections of %s.", path);
	image->sections = uki;
	if (!uki_read(file, options->profile, uki, error))
		return error_context(error, "%s: ", path);
	image->uki = true;
	memcpy(image->left_out_names, uki->left_out, sizeof(uki->left_out));
	image->left_out = image->left_out_names;
	set_dtb(image, uki->dtb, path);
	return add_cmdline(image, uki->cmdline, path, error) &&
	       add_section(image, uki->ucode, path, true, error) &&
	       (options->initrd || add_section(image, uki->initrd, path, false, error)) &&
	       take_linux(&uki->linux_section, path, kernel, error);
}

static bool add_sections(struct image *image, const struct uki *addon, const char *path,
			 struct error *error)
{
	set_dtb(image, addon->dtb, path);
	/* It is put in the place of what the image has, whichever of its trees that is. */
	if (addon->dtb.size)
		image->sections->device_tree_count = 0;
	return add_cmdline(image, addon->cmdline, path, error) &&
	       add_section(image, addon->ucode, path, true, error) &&
	       add_section(image, addon->initrd, path, false, error);
}

/* For another kernel, or another machine: passed over, as the stub does. */
static void leave_out(struct image *image, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *names = image->left_out_names;
	size_t used = strlen(names);

	snprintf(names + used, sizeof(image->left_out_names) - used, "%s%s", used ? " " : "",
		 slash ? slash + 1 : path);
}

static bool take_addon(struct image *image, const char *path, const struct options *options,
		       struct uki *addon, struct error *error)
{
	struct file *file = &image->addons[image->addon_count];
	char *kept = strdup(path);

	if (!kept)
		return error_set(error, "Out of memory for the name of an addon.");
	if (image->addon_count == IMAGE_ADDONS_MAX ||
	    !image_open_input(file, kept, options, NULL, error)) {
		free(kept);
		return error->cause[0] ? false
				       : error_set(error, "There are more than %d addons.",
						   IMAGE_ADDONS_MAX);
	}
	if (!uki_read_addon(file->bytes, addon, error)) {
		image->addon_count++;
		return error_context(error, "%s: ", path);
	}
	if (uki_takes_addon(image->sections, addon)) {
		image->addon_count++;
		return add_sections(image, addon, kept, error);
	}
	leave_out(image, path);
	file_close(file);
	free(kept);
	return true;
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
	struct uki *addon;
	bool taken;
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
	addon = malloc(sizeof(*addon));
	taken = addon || error_set(error, "Out of memory for the sections of addons.");
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		taken = taken && take_addon(image, path, options, addon, error);
		free(entries[i]);
	}
	free(entries);
	free(addon);
	return taken;
}
