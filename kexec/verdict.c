// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judging devices. A PCI device that is not shut down loses bus mastering before the jump
 * (pci_device_shutdown() in drivers/pci/pci-driver.c), and gets it back from the next kernel's
 * driver before that one has reset it: queues that are still armed write to where they did before.
 * So it takes a device that does transfers of its own, and no IOMMU that would stop them.
 */
#include "kexec/verdict.h"

struct kind {
	uint32_t class, mask;
	const char *name;
	bool when_used; /* it transfers only while somebody plays or records */
};

/* PCI Code and ID Assignment Specification: kinds of devices that transfer data by themselves. */
static const struct kind kinds[] = {
	{0x010000, 0xff0000, "storage", false},
	{0x020700, 0xffff00, "fabric", false},
	{0x020000, 0xff0000, "network", false},
	{0x030000, 0xff0000, "display", false},
	{0x040000, 0xff0000, "multimedia", true},
	{0x0b4000, 0xffff00, "coprocessor", false},
	{0x0c0000, 0xffff00, "FireWire", false},
	{0x0c0300, 0xffff00, "USB", false},
	/* Fibre Channel, and InfiniBand of before 0x0207 */
	{0x0c0400, 0xffff00, "storage", false},
	{0x0c0600, 0xffff00, "fabric", false},
	{0x0d0000, 0xff0000, "wireless", false},
	{0x100000, 0xff0000, "crypto", false},
	{0x120000, 0xff0000, "accelerator", false},
};

/* Virtual I/O Device (VIRTIO) 1.3, section 5: what a device is that no PCI class describes. */
static const struct kind virtio_kinds[] = {
	{1, ~0U, "network", false}, {2, ~0U, "storage", false}, {3, ~0U, "console", false},
	{8, ~0U, "storage", false}, {9, ~0U, "storage", false}, {16, ~0U, "display", false},
	{19, ~0U, "socket", false}, {20, ~0U, "crypto", false}, {26, ~0U, "storage", false},
};

static const struct kind *find_kind(const struct kind *list, size_t count, uint32_t class)
{
	for (size_t i = 0; i < count; i++)
		if ((class & list[i].mask) == list[i].class)
			return &list[i];
	return NULL;
}

static const struct kind *kind_of(const struct device *device)
{
	if (device->has_class)
		return find_kind(kinds, sizeof(kinds) / sizeof(kinds[0]), device->class);
	return find_kind(virtio_kinds, sizeof(virtio_kinds) / sizeof(virtio_kinds[0]),
			 device->virtio_id);
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_CLEAR] = "clear",
		[VERDICT_WARNING] = "warning",
		[VERDICT_RISK] = "at risk",
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
		return arena_format(
			arena, error,
			"When nothing uses it any more, unload %s or unbind %s from %s, and load "
			"the next kernel's driver afresh%s.",
			device->module, device->name, device->driver,
			device->reset_methods ? "; or write 1 to its reset file" : "");
	return arena_format(arena, error, "When nothing uses it any more, unbind %s from %s%s.",
			    device->name, device->driver,
			    device->reset_methods ? ", or write 1 to its reset file" : "");
}

static bool judge_unknown(const struct device *device, const struct driver_facts *facts,
			  struct arena *arena, struct judgement *j, struct error *error)
{
	return judge(
		j, VERDICT_WARNING,
		arena_format(arena, error, "Whether %s has a shutdown callback cannot be told: %s.",
			     device->driver, facts->why ? facts->why : "its module was not read"),
		device->taint ? arena_format(arena, error,
					     "Ask whoever wrote %s; it is not part of the "
					     "kernel.",
					     device->module)
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
		     arena_format(arena, error,
				  "%s has no shutdown callback, and nothing stops a platform "
				  "device's transfers.",
				  device->driver),
		     remedy_for(device, arena, error));
}

/* Bus mastering is on, or may be; nobody shuts it down. */
static bool judge_pci(const struct device *device, bool when_used, struct arena *arena,
		      struct judgement *j, struct error *error)
{
	const char *remedy = remedy_for(device, arena, error),
		   *master = device->bus_master == YES ? "is on" : "may be on";

	if (when_used)
		return judge(j, VERDICT_WARNING,
			     arena_format(arena, error,
					  "%s has no shutdown callback, and bus mastering %s: what "
					  "plays or records goes on until it is lost.",
					  device->driver, master),
			     remedy);
	return judge(j, VERDICT_RISK,
		     arena_format(arena, error,
				  "%s has no shutdown callback, bus mastering %s, and no IOMMU "
				  "translates: the device relies on losing bus mastering alone.",
				  device->driver, master),
		     remedy);
}

/* A virtio device that hangs on no PCI device. */
static bool judge_bare_virtio(const struct device *device, struct arena *arena, struct judgement *j,
			      struct error *error)
{
	return judge(j, VERDICT_RISK,
		     arena_format(arena, error,
				  "Neither %s nor the virtio bus shuts it down, and nothing stops "
				  "its transfers.",
				  device->driver),
		     remedy_for(device, arena, error));
}

bool verdict_judge(const struct device *device, const struct driver_facts *facts,
		   struct arena *arena, struct judgement *j, struct error *error)
{
	const struct kind *kind = kind_of(device);

	if (device->bus == DRIVER_PLATFORM)
		return judge_platform(device, facts, arena, j, error);
	if (facts->bus == SHUTDOWN_WITH)
		return clear(j, "The virtio bus resets it.");
	if (facts->shutdown == SHUTDOWN_WITH)
		return clear(j, "Its driver shuts it down.");
	/* arch/s390/kernel/machine_kexec.c: __do_machine_kexec() begins with a reset of all. */
	if (device->on_channel)
		return clear(j, "The channel that it hangs on is reset before the jump.");
	if (!kind)
		return clear(j, "It is not of a class that is known to transfer data by itself.");
	if (device->bus_master == NO)
		return clear(j, "Bus mastering is off: it transfers nothing.");
	if (facts->shutdown == SHUTDOWN_UNKNOWN || facts->bus == SHUTDOWN_UNKNOWN)
		return judge_unknown(device, facts, arena, j, error);
	if (translates(device))
		return judge(j, VERDICT_WARNING,
			     arena_format(arena, error,
					  "%s has no shutdown callback; an IOMMU stops transfers "
					  "that come too late, but the device is not reset.",
					  device->driver),
			     remedy_for(device, arena, error));
	return device->has_class ? judge_pci(device, kind->when_used, arena, j, error)
				 : judge_bare_virtio(device, arena, j, error);
}
