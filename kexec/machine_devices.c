// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading /sys/bus/{pci,platform,virtio}/devices (Documentation/ABI/testing/sysfs-bus-pci). Each
 * entry is a link to the device's directory, so ".." behind one is the device that it hangs on.
 */
#include "kexec/machine_devices.h"

#include <stdio.h>
#include <stdlib.h>

/* PCI local bus specification: the command register, and its bit for bus mastering. */
#define PCI_HEADER_SIZE 64		/* what every user may read */
#define PCI_COMMAND 4
#define PCI_COMMAND_MASTER 0x4

struct reading {
	const struct sysroot *root;
	struct arena *arena;
	struct devices *devices;
	size_t capacity;
	struct error *error;
};

static const char *path_of(struct reading *r, enum driver_kind bus, const char *name,
			   const char *file)
{
	return arena_format(r->arena, r->error, "/sys/bus/%s/devices/%s/%s", driver_kind_name(bus),
			    name, file);
}

static void note_denied(struct reading *r, enum sysroot_result result, const char *path)
{
	if (result == SYSROOT_DENIED && !r->devices->denied)
		r->devices->denied = path;
}

/* A text, or NULL when there is none to be had. A damaged file is as good as none. */
static bool read_text(struct reading *r, const struct device *device, const char *file,
		      const char **out)
{
	const char *path = path_of(r, device->bus, device->name, file);
	struct error ignored = { 0 };
	enum sysroot_result result;

	*out = NULL;
	if (!path)
		return false;
	result = sysroot_text(r->root, r->arena, path, out, &ignored);
	note_denied(r, result, path);
	if (*out && !**out)
		*out = NULL;
	return true;
}

static bool read_link(struct reading *r, const struct device *device, const char *file,
		      const char **out)
{
	const char *path = path_of(r, device->bus, device->name, file);
	struct error ignored = { 0 };

	*out = NULL;
	if (!path)
		return false;
	note_denied(r, sysroot_link(r->root, r->arena, path, out, &ignored), path);
	return true;
}

/* `above` is "" for a PCI device, "../" for what hangs on one. */
static bool read_pci(struct reading *r, struct device *device, const char *above)
{
	char file[32];
	const char *path, *class;
	struct error ignored = { 0 };
	enum sysroot_result result;
	struct bytes config;
	uint64_t command;

	snprintf(file, sizeof(file), "%sclass", above);
	if (!read_text(r, device, file, &class))
		return false;
	if (class) {
		device->class = (uint32_t)strtoul(class, NULL, 16);
		device->has_class = true;
	}
	snprintf(file, sizeof(file), "%sconfig", above);
	path = path_of(r, device->bus, device->name, file);
	if (!path)
		return false;
	result = sysroot_head(r->root, r->arena, path, PCI_HEADER_SIZE, &config, &ignored);
	note_denied(r, result, path);
	if (result == SYSROOT_OK && config.size >= PCI_COMMAND + 2) {
		command = bytes_get(config.data + PCI_COMMAND, 2, LITTLE);
		device->bus_master = command & PCI_COMMAND_MASTER ? YES : NO;
	}
	snprintf(file, sizeof(file), "%spower_state", above);
	if (!read_text(r, device, file, &device->power_state))
		return false;
	snprintf(file, sizeof(file), "%sreset_method", above);
	if (!read_text(r, device, file, &device->reset_methods))
		return false;
	snprintf(file, sizeof(file), "%siommu_group/type", above);
	return read_text(r, device, file, &device->iommu);
}

/* It hangs on a PCI device, or on what has no class: then it says itself what it is. */
static bool read_virtio(struct reading *r, struct device *device)
{
	const char *id, *type;

	if (!read_pci(r, device, "../"))
		return false;
	if (device->has_class)
		return true;
	if (!read_text(r, device, "device", &id) || !read_text(r, device, "../cutype", &type))
		return false;
	device->virtio_id = id ? (uint32_t)strtoul(id, NULL, 16) : 0;
	device->on_channel = type;
	return true;
}

/* What a platform device carries is a directory below it, named for the kind of thing. */
static bool read_role(struct reading *r, struct device *device)
{
	static const char *const roles[] = {"net",	  "drm",  "dma",  "mmc_host",
					    "infiniband", "nvme", "block"};
	struct error ignored = { 0 };

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		const char *path = path_of(r, device->bus, device->name, roles[i]);
		const char *const *names;
		size_t count;

		if (!path)
			return false;
		if (sysroot_list(r->root, r->arena, path, &names, &count, &ignored) == SYSROOT_OK &&
		    count) {
			device->role = roles[i];
			break;
		}
	}
	return read_text(r, device, "iommu_group/type", &device->iommu);
}

static bool read_taint(struct reading *r, struct device *device)
{
	struct error ignored = { 0 };
	enum sysroot_result result;
	const char *path;

	if (!device->module)
		return true;
	path = arena_format(r->arena, r->error, "/sys/module/%s/taint", device->module);
	if (!path)
		return false;
	result = sysroot_text(r->root, r->arena, path, &device->taint, &ignored);
	if (result != SYSROOT_OK || !*device->taint)
		device->taint = NULL;
	/*
	 * What is built in has a directory too if it has parameters, but nothing there that tells
	 * of loading.
	 */
	if (result == SYSROOT_ABSENT)
		device->module = NULL;
	return true;
}

static bool add(struct reading *r, const struct device *device)
{
	struct devices *devices = r->devices;
	struct device *list = arena_grow(r->arena, devices->list, devices->count, &r->capacity,
					 sizeof(*list), r->error);

	if (!list)
		return false;
	devices->list = list;
	list[devices->count++] = *device;
	return true;
}

/* Everything but the name of the driver, which is read already. */
static bool read_facts(struct reading *r, struct device *device)
{
	return read_link(r, device, "driver/module", &device->module) && read_taint(r, device) &&
	       read_text(r, device, "power/runtime_status", &device->runtime_status) &&
	       (device->bus != DRIVER_PCI || read_pci(r, device, "")) &&
	       (device->bus != DRIVER_VIRTIO || read_virtio(r, device)) &&
	       (device->bus != DRIVER_PLATFORM || read_role(r, device));
}

static bool read_device(struct reading *r, enum driver_kind bus, const char *name)
{
	struct device device = { .bus = bus, .name = name, .bus_master = UNKNOWN };

	if (!read_link(r, &device, "driver", &device.driver))
		return false;
	if (!device.driver) {
		r->devices->unbound++;
		return true;
	}
	return read_facts(r, &device) && add(r, &device);
}

static bool read_bus(struct reading *r, enum driver_kind bus)
{
	const char *path =
		arena_format(r->arena, r->error, "/sys/bus/%s/devices", driver_kind_name(bus));
	const char *const *names;
	enum sysroot_result result;
	size_t count = 0;

	if (!path)
		return false;
	result = sysroot_list(r->root, r->arena, path, &names, &count, r->error);
	note_denied(r, result, path);
	if (result == SYSROOT_FAILED)
		return false;
	r->devices->seen |= result == SYSROOT_OK;
	for (size_t i = 0; result == SYSROOT_OK && i < count; i++)
		if (!read_device(r, bus, names[i]))
			return false;
	return true;
}

bool device_on_virtio(const struct device *device)
{
	return device->bus == DRIVER_VIRTIO || !strcmp(device->driver, "virtio-pci");
}

bool machine_devices_read(const struct sysroot *root, struct arena *arena, struct devices *devices,
			  struct error *error)
{
	struct reading r = { .root = root, .arena = arena, .devices = devices, .error = error };
	struct error ignored = { 0 };
	const char *enforce;

	*devices = (struct devices){ .sig_enforce = UNKNOWN };
	if (sysroot_text(root, arena, "/proc/sys/kernel/osrelease", &devices->release, &ignored) !=
	    SYSROOT_OK)
		devices->release = NULL;
	if (sysroot_text(root, arena, "/sys/module/module/parameters/sig_enforce", &enforce,
			 &ignored) == SYSROOT_OK)
		devices->sig_enforce = *enforce == 'Y' ? YES : NO;
	return read_bus(&r, DRIVER_PCI) && read_bus(&r, DRIVER_PLATFORM) &&
	       read_bus(&r, DRIVER_VIRTIO);
}

bool machine_device_read(const struct sysroot *root, enum driver_kind bus, const char *name,
			 struct arena *arena, struct device *device, bool *found,
			 struct error *error)
{
	struct devices ignored_devices = { 0 };
	struct reading r = {
		.root = root, .arena = arena, .devices = &ignored_devices, .error = error};
	struct error ignored = { 0 };
	const char *const *names;
	const char *path;
	size_t count;

	*device = (struct device){ .bus = bus, .name = name, .bus_master = UNKNOWN };
	path = path_of(&r, bus, name, "");
	if (!path)
		return false;
	*found = sysroot_list(root, arena, path, &names, &count, &ignored) == SYSROOT_OK;
	return !*found ||
	       (read_link(&r, device, "driver", &device->driver) && read_facts(&r, device));
}
