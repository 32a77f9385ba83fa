// SPDX-License-Identifier: GPL-2.0-or-later
/* Laying out structures in made-up memory. It checks nothing: tests damage what it makes. */
#include "tests/support/live.h"

#include <assert.h>

enum { INT = 1, PTR };
/* The numbers of the types, in the order of live_types(). */
enum { T_POINTER = 1, T_LIST, T_KOBJECT, T_KSET, T_DRIVER };
/* The offsets that live_types() gives. */
enum {
	NEXT = 8,
	ENTRY = 8,
	KSET_LIST = 8,
	KSET_KOBJECT = 24,
	SUBSYSTEM_KOBJECT = 32,
	SUBSYSTEM_DRIVERS = 72,
	SUBSYSTEM_BUS = 80,
	BUS_NAME = 8,
	BUS_SHUTDOWN = 24,
	PRIVATE_KOBJECT = 8,
	PRIVATE_DRIVER = 56,
	DRIVER_NAME = 8,
	DRIVER_OWNER = 16,
	MODULE_NAME = 24,
	PCI_NAME = 16,
};

static const struct {
	uint32_t size, driver, shutdown;
} around[DRIVER_BUS] = {
	[DRIVER_PCI] = {80, 32, 24},
	[DRIVER_PLATFORM] = {56, 8, 0},
	[DRIVER_VIRTIO] = {56, 0, 48},
};

static void add_virtio(struct types *t)
{
	types_struct(t, "virtio_driver", 56);
	types_member(t, "driver", T_DRIVER, 0);
	types_member(t, "shutdown", T_POINTER, 48);
}

struct bytes live_types(struct live_kernel *k, enum byte_order order, bool with_virtio)
{
	struct types *t = &k->types;

	types_begin(t, order, NULL);
	types_add(t, PTR, "", 0);
	types_struct(t, "list_head", 16);
	types_member(t, "prev", T_POINTER, 0);
	types_member(t, "next", T_POINTER, NEXT);
	types_struct(t, "kobject", 40);
	types_member(t, "name", T_POINTER, 0);
	types_member(t, "entry", T_LIST, ENTRY);
	types_struct(t, "kset", 64);
	types_member(t, "list", T_LIST, KSET_LIST);
	types_member(t, "kobj", T_KOBJECT, KSET_KOBJECT);
	types_struct(t, "device_driver", 48);
	types_member(t, "name", T_POINTER, DRIVER_NAME);
	types_member(t, "owner", T_POINTER, DRIVER_OWNER);
	types_member(t, "shutdown", T_POINTER, 32);
	types_struct(t, "subsys_private", 88);
	types_member(t, "subsys", T_KSET, SUBSYSTEM_KOBJECT - KSET_KOBJECT);
	types_member(t, "drivers_kset", T_POINTER, SUBSYSTEM_DRIVERS);
	types_member(t, "bus", T_POINTER, SUBSYSTEM_BUS);
	types_struct(t, "bus_type", 40);
	types_member(t, "name", T_POINTER, BUS_NAME);
	types_member(t, "shutdown", T_POINTER, BUS_SHUTDOWN);
	types_struct(t, "driver_private", 64);
	types_member(t, "kobj", T_KOBJECT, PRIVATE_KOBJECT);
	types_member(t, "driver", T_POINTER, PRIVATE_DRIVER);
	types_struct(t, "module", 96);
	types_member(t, "name", T_POINTER, MODULE_NAME);
	types_struct(t, "pci_driver", 80);
	types_member(t, "name", T_POINTER, PCI_NAME);
	types_member(t, "shutdown", T_POINTER, 24);
	types_member(t, "driver", T_DRIVER, 32);
	types_struct(t, "platform_driver", 56);
	types_member(t, "shutdown", T_POINTER, 0);
	types_member(t, "driver", T_DRIVER, 8);
	if (with_virtio)
		add_virtio(t);
	return types_finish(t);
}

struct bytes live_virtio_types(struct live_kernel *k)
{
	types_begin(&k->virtio, k->types.order, &k->types);
	add_virtio(&k->virtio);
	return types_finish(&k->virtio);
}

static uint64_t take(struct live_kernel *k, size_t size)
{
	uint64_t address = LIVE_BASE + k->used;

	k->used += (size + 7) / 8 * 8;
	assert(k->used <= sizeof(k->bytes));
	return address;
}

static uint64_t put_text(struct live_kernel *k, const char *text)
{
	uint64_t address = take(k, strlen(text) + 1);

	memcpy(k->bytes + (address - LIVE_BASE), text, strlen(text) + 1);
	return address;
}

void live_put(struct live_kernel *k, uint64_t address, uint64_t value)
{
	assert(address >= LIVE_BASE && address - LIVE_BASE + 8 <= sizeof(k->bytes));
	bytes_put(k->bytes + (address - LIVE_BASE), 8, k->types.order, value);
}

static uint64_t get_word(const struct live_kernel *k, uint64_t address)
{
	return bytes_get(k->bytes + (address - LIVE_BASE), 8, k->types.order);
}

static uint64_t new_kset(struct live_kernel *k)
{
	uint64_t kset = take(k, 64);

	live_put(k, kset + KSET_LIST + NEXT, kset + KSET_LIST);
	return kset;
}

/* At the end of the list. */
static void link(struct live_kernel *k, uint64_t kset, uint64_t kobject)
{
	uint64_t head = kset + KSET_LIST, last = head;

	while (get_word(k, last + NEXT) != head)
		last = get_word(k, last + NEXT);
	live_put(k, last + NEXT, kobject + ENTRY);
	live_put(k, kobject + ENTRY + NEXT, head);
}

void live_begin(struct live_kernel *k)
{
	memset(k->bytes, 0, sizeof(k->bytes));
	k->used = 16;
	k->buses = new_kset(k);
	live_put(k, LIVE_BUS_KSET, k->buses);
}

uint64_t live_bus(struct live_kernel *k, const char *name, uint64_t shutdown)
{
	uint64_t subsystem = take(k, 88), bus = take(k, 40);

	live_put(k, bus + BUS_NAME, put_text(k, name));
	live_put(k, bus + BUS_SHUTDOWN, shutdown);
	live_put(k, subsystem + SUBSYSTEM_BUS, bus);
	live_put(k, subsystem + SUBSYSTEM_DRIVERS, new_kset(k));
	link(k, k->buses, subsystem + SUBSYSTEM_KOBJECT);
	return subsystem;
}

uint64_t live_add(struct live_kernel *k, uint64_t bus, enum driver_kind kind, const char *name,
		  const char *module, uint64_t shutdown)
{
	uint64_t private = take(k, 64), structure = take(k, around[kind].size),
		 text = put_text(k, name);
	uint64_t driver = structure + around[kind].driver, owner;

	live_put(k, private + PRIVATE_DRIVER, driver);
	live_put(k, driver + DRIVER_NAME, text);
	if (kind == DRIVER_PCI)
		live_put(k, structure + PCI_NAME, text);
	live_put(k, structure + around[kind].shutdown, shutdown);
	if (module) {
		owner = take(k, MODULE_NAME);
		put_text(k, module);
		live_put(k, driver + DRIVER_OWNER, owner);
	}
	link(k, get_word(k, bus + SUBSYSTEM_DRIVERS), private + PRIVATE_KOBJECT);
	return structure;
}

static bool read_bytes(void *context, uint64_t address, void *to, size_t size)
{
	const struct live_kernel *k = context;

	if (address < LIVE_BASE || address - LIVE_BASE > sizeof(k->bytes) ||
	    size > sizeof(k->bytes) - (address - LIVE_BASE))
		return false;
	memcpy(to, k->bytes + (address - LIVE_BASE), size);
	return true;
}

struct kernel_memory live_memory(const struct live_kernel *k)
{
	return (struct kernel_memory){k->types.order, read_bytes, (void *)(uintptr_t)k};
}
