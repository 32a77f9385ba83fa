// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judging devices. A PCI device that is not shut down loses bus mastering before the jump
 * (pci_device_shutdown() in drivers/pci/pci-driver.c), and gets it back from the next kernel's driver
 * before that one has reset it: queues that are still armed write to where they did before. So it
 * takes a device that does transfers of its own, and no IOMMU that would stop them.
 */
#include "kexec/verdict.h"

struct kind {
	uint32_t class, mask;
	const char *name;
};

/* PCI Code and ID Assignment Specification: kinds of devices that transfer data by themselves. */
static const struct kind kinds[] = {
	{ 0x010000, 0xff0000, "storage" }, { 0x020700, 0xffff00, "fabric" },
	{ 0x020000, 0xff0000, "network" }, { 0x030000, 0xff0000, "display" },
	{ 0x0c0300, 0xffff00, "USB" }, { 0x0d0000, 0xff0000, "wireless" },
	{ 0x100000, 0xff0000, "crypto" }, { 0x120000, 0xff0000, "accelerator" },
};

static const struct kind *kind_of(const struct device *device)
{
	for (size_t i = 0; device->has_class && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((device->class & kinds[i].mask) == kinds[i].class)
			return &kinds[i];
	return NULL;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_CLEAR] = "clear", [VERDICT_WARNING] = "warning", [VERDICT_RISK] = "at risk",
	};

	return names[verdict];
}

const char *verdict_class_name(const struct device *device)
{
	const struct kind *kind = kind_of(device);

	return kind ? kind->name : device->role ? device->role : "device";
}

static bool translates(const struct device *device)
{
	return device->iommu && !strncmp(device->iommu, "DMA", 3);
}

static bool clear(struct judgement *j, const char *reason)
{
	*j = (struct judgement){ VERDICT_CLEAR, reason, NULL };
	return true;
}

static bool judge(struct judgement *j, enum verdict verdict, const char *reason, const char *remedy)
{
	*j = (struct judgement){ verdict, reason, remedy };
	return reason && remedy;
}

/* What to do before the jump. The disk below / cannot be unbound, so nothing is promised. */
static const char *remedy_for(const struct device *device, struct arena *arena, struct error *error)
{
	if (device->module)
		return arena_format(arena, error,
				    "When nothing uses it any more, unload %s or unbind %s from %s, and load "
				    "the next kernel's driver afresh%s.", device->module, device->name,
				    device->driver, device->reset_methods ? "; or write 1 to its reset file" : "");
	return arena_format(arena, error, "When nothing uses it any more, unbind %s from %s%s.",
			    device->name, device->driver,
			    device->reset_methods ? ", or write 1 to its reset file" : "");
}

static bool judge_unknown(const struct device *device, const struct driver_facts *facts,
			  struct arena *arena, struct judgement *j, struct error *error)
{
	return judge(j, VERDICT_WARNING,
		     arena_format(arena, error, "Whether %s has a shutdown callback cannot be told: %s.",
				  device->driver, facts->why ? facts->why : "its module was not read"),
		     device->taint ? arena_format(arena, error, "Ask whoever wrote %s; it is not part of the "
						  "kernel.", device->module)
				   : remedy_for(device, arena, error));
}

static bool judge_platform(const struct device *device, const struct driver_facts *facts,
			   struct arena *arena, struct judgement *j, struct error *error)
{
	if (facts->shutdown == SHUTDOWN_WITH)
		return clear(j, "Its driver shuts it down.");
	if (!device->role)
		return clear(j, "It is not known to transfer data by itself.");
	if (translates(device))
		return clear(j, "An IOMMU stops transfers that it makes too late.");
	if (facts->shutdown == SHUTDOWN_UNKNOWN)
		return judge_unknown(device, facts, arena, j, error);
	return judge(j, VERDICT_WARNING,
		     arena_format(arena, error, "%s has no shutdown callback, and nothing stops a platform "
				  "device's transfers.", device->driver),
		     remedy_for(device, arena, error));
}

bool verdict_judge(const struct device *device, const struct driver_facts *facts, struct arena *arena,
		   struct judgement *j, struct error *error)
{
	const struct kind *kind = kind_of(device);

	if (device->bus == DRIVER_PLATFORM)
		return judge_platform(device, facts, arena, j, error);
	if (facts->bus == SHUTDOWN_WITH)
		return clear(j, "The virtio bus resets it.");
	if (facts->shutdown == SHUTDOWN_WITH)
		return clear(j, "Its driver shuts it down.");
	if (!kind)
		return clear(j, "It is not of a class that transfers data by itself.");
	if (device->bus_master == NO)
		return clear(j, "Bus mastering is off: it transfers nothing.");
	if (facts->shutdown == SHUTDOWN_UNKNOWN || facts->bus == SHUTDOWN_UNKNOWN)
		return judge_unknown(device, facts, arena, j, error);
	if (translates(device))
		return judge(j, VERDICT_WARNING,
			     arena_format(arena, error, "%s has no shutdown callback; an IOMMU stops transfers "
					  "that come too late, but the device is not reset.", device->driver),
			     remedy_for(device, arena, error));
	return judge(j, VERDICT_RISK,
		     arena_format(arena, error, "%s has no shutdown callback, bus mastering %s, and no IOMMU "
				  "translates: the device relies on losing bus mastering alone.",
				  device->driver, device->bus_master == YES ? "is on" : "may be on"),
		     remedy_for(device, arena, error));
}
