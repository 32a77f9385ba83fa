/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices of a machine as its kernel shows them below /sys/bus: which driver has each, and what
 * tells how much harm one can do when it is not shut down. It knows files, and judges nothing.
 */
#ifndef KEXEC_MACHINE_DEVICES_H
#define KEXEC_MACHINE_DEVICES_H

#include "kexec/drivers.h"
#include "kexec/machine.h"

struct device {
	enum driver_kind bus;
	const char *name;		/* as in /sys/bus/BUS/devices; all texts are foreign */
	const char *driver;
	const char *module;		/* NULL: the driver is built in */
	const char *taint;		/* of the module, "OE"; NULL for none */
	bool has_class;
	uint32_t class;			/* PCI class code, of a virtio device's PCI device too */
	uint32_t virtio_id;		/* what virtio without PCI is; 0: that cannot be seen */
	bool on_channel;		/* virtio on the channel I/O of s390x */
	enum tristate bus_master;
	const char *iommu;		/* type of its group, "DMA-FQ", "identity"; NULL: in none */
	const char *power_state;	/* "D0", or NULL */
	const char *runtime_status;	/* "active", "suspended", or NULL */
	const char *reset_methods;	/* "flr bus", or NULL */
	/* Platform: what it does for the system, "net" or "ata"; NULL when that cannot be seen. */
	const char *role;
};

struct devices {
	struct device *list;		/* those that have a driver, by bus and name */
	size_t count;
	size_t unbound;			/* how many have none: the kernel shuts none of them down */
	bool seen;			/* one of the buses at least could be looked at */
	const char *release;		/* of the kernel, or NULL */
	enum tristate sig_enforce;	/* whether this kernel loads only modules that are signed */
	const char *denied;		/* a path that this user may not read, or NULL */
};

/* Whether it may be the virtio bus that shuts the device down. */
bool device_on_virtio(const struct device *device);

/* Whatever is not there is left out, and is no error. */
bool machine_devices_read(const struct sysroot *root, struct arena *arena, struct devices *devices,
			  struct error *error) must_check;

/*
 * One device, with a driver (device->driver) or without. *found: whether there is such a device on
 * that bus. `name` has no slash.
 */
bool machine_device_read(const struct sysroot *root, enum driver_kind bus, const char *name,
			 struct arena *arena, struct device *device, bool *found,
			 struct error *error) must_check;

#endif
