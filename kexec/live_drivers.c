// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walking the driver core's lists. /sys/bus is a kset, and so is each bus's directory of drivers:
 * their kobjects lie inside of struct subsys_private and struct driver_private
 * (drivers/base/base.h), which lead to the bus and to the driver. A driver's own structure lies
 * around its struct device_driver. That way has been the same since Linux 2.6.25; whether a kernel
 * still goes it, its BTF tells.
 */
#include "config.h"

#include <inttypes.h>

#include "kexec/kallsyms.h"
#include "kexec/live_drivers.h"

/* A kernel has about 50 buses, and on the three that are looked at some hundreds of drivers. */
#define BUSES_MAX 1024
#define DRIVERS_MAX 8192
#define NAME_SIZE 128
/* No page ends inside of an aligned piece of this size. */
#define PIECE 64

enum place {
	LIST_NEXT,
	KSET_LIST,
	KOBJECT_ENTRY,
	SUBSYSTEM_KOBJECT,
	SUBSYSTEM_DRIVERS,
	SUBSYSTEM_BUS,
	BUS_NAME,
	BUS_SHUTDOWN,
	PRIVATE_KOBJECT,
	PRIVATE_DRIVER,
	DRIVER_NAME,
	DRIVER_OWNER,
	DRIVER_SHUTDOWN,
	MODULE_NAME,
	PLACES,
};

static const struct {
	const char *structure, *member;
} places[PLACES] = {
	[LIST_NEXT] = {"list_head", "next"},
	[KSET_LIST] = {"kset", "list"},
	[KOBJECT_ENTRY] = {"kobject", "entry"},
	[SUBSYSTEM_KOBJECT] = {"subsys_private", "subsys.kobj"},
	[SUBSYSTEM_DRIVERS] = {"subsys_private", "drivers_kset"},
	[SUBSYSTEM_BUS] = {"subsys_private", "bus"},
	[BUS_NAME] = {"bus_type", "name"},
	[BUS_SHUTDOWN] = {"bus_type", "shutdown"},
	[PRIVATE_KOBJECT] = {"driver_private", "kobj"},
	[PRIVATE_DRIVER] = {"driver_private", "driver"},
	[DRIVER_NAME] = {"device_driver", "name"},
	[DRIVER_OWNER] = {"device_driver", "owner"},
	[DRIVER_SHUTDOWN] = {"device_driver", "shutdown"},
	[MODULE_NAME] = {"module", "name"},
};

static const char *const structures[DRIVER_BUS] = {
	[DRIVER_PCI] = "pci_driver",
	[DRIVER_PLATFORM] = "platform_driver",
	[DRIVER_VIRTIO] = "virtio_driver",
};

/* One bus's own structure around struct device_driver. */
struct around {
	bool known;
	uint32_t driver; /* where struct device_driver is in it */
	bool has_shutdown, has_name;
	uint32_t shutdown, name;
};

struct walk {
	const struct kernel_memory *memory;
	uint32_t at[PLACES];
	struct around around[DRIVER_BUS];
	enum driver_kind kind; /* of the bus whose drivers are walked */
	struct live_drivers *drivers;
	size_t capacity;
	struct arena *arena;
	struct error *error;
};

static bool read_layout(struct walk *w, const struct btf *btf, const struct btf *virtio)
{
	struct btf_struct structure;

	for (unsigned i = 0; i < PLACES; i++)
		if (!btf_struct(btf, places[i].structure, &structure) ||
		    !btf_member(&structure, places[i].member, &w->at[i]))
			return error_set(w->error,
					 "The kernel's BTF has no struct %s with a member %s.",
					 places[i].structure, places[i].member);
	for (unsigned kind = 0; kind < DRIVER_BUS; kind++) {
		struct around *around = &w->around[kind];

		if (!btf_struct(kind == DRIVER_VIRTIO ? virtio : btf, structures[kind], &structure))
			continue;
		around->known = btf_member(&structure, "driver", &around->driver);
		around->has_shutdown = btf_member(&structure, "shutdown", &around->shutdown);
		around->has_name = btf_member(&structure, "name", &around->name);
	}
	return true;
}

static bool read_pointer(const struct walk *w, uint64_t address, uint64_t *out)
{
	uint8_t bytes[DRIVER_POINTER_SIZE];

	if (!w->memory->read(w->memory->context, address, bytes, sizeof(bytes)))
		return error_set(w->error,
				 "There is no memory at 0x%" PRIx64 ", to which a list of the "
				 "kernel's drivers leads.",
				 address);
	*out = bytes_get(bytes, sizeof(bytes), w->memory->order);
	return true;
}

/* A name that can be shown; "" when there is none at the address. */
static void read_name(const struct walk *w, uint64_t address, char name[NAME_SIZE])
{
	size_t size = 0;

	name[0] = '\0';
	while (size < NAME_SIZE) {
		size_t piece = PIECE - (size_t)((address + size) % PIECE);

		if (piece > NAME_SIZE - size)
			piece = NAME_SIZE - size;
		if (!w->memory->read(w->memory->context, address + size, name + size, piece))
			break;
		for (size_t end = size + piece; size < end; size++) {
			if (!name[size])
				return;
			if ((unsigned char)name[size] < ' ' || name[size] == 0x7f) {
				name[0] = '\0';
				return;
			}
		}
	}
	name[0] = '\0';
}

static bool walk_kset(struct walk *w, uint64_t kset, unsigned most,
		      bool (*each)(struct walk *w, uint64_t kobject))
{
	uint64_t head = kset + w->at[KSET_LIST], entry;

	if (!read_pointer(w, head + w->at[LIST_NEXT], &entry))
		return false;
	for (unsigned count = 0; entry != head; count++) {
		if (count == most)
			return error_set(w->error,
					 "The list at 0x%" PRIx64 " has more than %u entries.",
					 head, most);
		if (!each(w, entry - w->at[KOBJECT_ENTRY]) ||
		    !read_pointer(w, entry + w->at[LIST_NEXT], &entry))
			return false;
	}
	return true;
}

/* Whether there is a callback: the bus's own kind of driver has it, or (virtio) the bus calls what
 * is inside. */
static bool read_callback(struct walk *w, uint64_t device_driver, struct live_driver *driver)
{
	const struct around *around = &w->around[w->kind];
	uint64_t *callback = &driver->callback.address, name, inside;

	if (!around->known) {
		driver->why = "no BTF says how its structure looks";
		return true;
	}
	driver->structure.address = device_driver - around->driver;
	if (w->kind == DRIVER_PCI && around->has_name) {
		if (!read_pointer(w, driver->structure.address + around->name, &name) ||
		    !read_pointer(w, device_driver + w->at[DRIVER_NAME], &inside))
			return false;
		if (name != inside) {
			driver->why = "it is not registered as PCI drivers are";
			return true;
		}
	}
	if (around->has_shutdown &&
	    !read_pointer(w, driver->structure.address + around->shutdown, callback))
		return false;
	if (!*callback && w->drivers->bus[w->kind] == SHUTDOWN_WITHOUT &&
	    !read_pointer(w, device_driver + w->at[DRIVER_SHUTDOWN], callback))
		return false;
	driver->shutdown = *callback ? SHUTDOWN_WITH : SHUTDOWN_WITHOUT;
	return true;
}

static const char *copy(struct walk *w, const char *text)
{
	return arena_copy(w->arena, (struct bytes){(const uint8_t *)text, strlen(text)}, w->error);
}

static bool add(struct walk *w, const struct live_driver *driver)
{
	struct live_drivers *drivers = w->drivers;
	struct live_driver *list = arena_grow(w->arena, drivers->list, drivers->count, &w->capacity,
					      sizeof(*list), w->error);

	if (!list)
		return false;
	drivers->list = list;
	list[drivers->count++] = *driver;
	return true;
}

static bool each_driver(struct walk *w, uint64_t kobject)
{
	struct live_driver driver = {.kind = w->kind};
	uint64_t private = kobject - w->at[PRIVATE_KOBJECT], device_driver, name_at, owner;
	char name[NAME_SIZE];

	if (!read_pointer(w, private + w->at[PRIVATE_DRIVER], &device_driver) ||
	    !read_pointer(w, device_driver + w->at[DRIVER_NAME], &name_at) ||
	    !read_pointer(w, device_driver + w->at[DRIVER_OWNER], &owner))
		return false;
	read_name(w, name_at, name);
	if (!name[0])
		return error_set(w->error,
				 "The driver at 0x%" PRIx64 " has no name at 0x%" PRIx64 ".",
				 device_driver, name_at);
	driver.name = copy(w, name);
	if (!driver.name)
		return false;
	if (owner) {
		read_name(w, owner + w->at[MODULE_NAME], name);
		if (!name[0])
			return error_set(w->error,
					 "The module at 0x%" PRIx64
					 ", which has the driver %s, has no "
					 "name.",
					 owner, driver.name);
		driver.module = copy(w, name);
		if (!driver.module)
			return false;
	}
	return read_callback(w, device_driver, &driver) && add(w, &driver);
}

static bool each_bus(struct walk *w, uint64_t kobject)
{
	uint64_t subsystem = kobject - w->at[SUBSYSTEM_KOBJECT], bus, name_at, shutdown, drivers;
	char name[NAME_SIZE];

	if (!read_pointer(w, subsystem + w->at[SUBSYSTEM_BUS], &bus) ||
	    !read_pointer(w, bus + w->at[BUS_NAME], &name_at))
		return false;
	read_name(w, name_at, name);
	for (w->kind = 0; w->kind < DRIVER_BUS; w->kind++)
		if (!strcmp(name, driver_kind_name(w->kind)))
			break;
	if (w->kind == DRIVER_BUS)
		return true;
	if (!read_pointer(w, bus + w->at[BUS_SHUTDOWN], &shutdown) ||
	    !read_pointer(w, subsystem + w->at[SUBSYSTEM_DRIVERS], &drivers))
		return false;
	w->drivers->bus[w->kind] = shutdown ? SHUTDOWN_WITH : SHUTDOWN_WITHOUT;
	return walk_kset(w, drivers, DRIVERS_MAX - (unsigned)w->drivers->count, each_driver);
}

bool live_drivers_read(const struct kernel_memory *memory, const struct btf *btf,
		       const struct btf *virtio, uint64_t bus_kset, struct arena *arena,
		       struct live_drivers *drivers, struct error *error)
{
	struct walk w = {.memory = memory, .drivers = drivers, .arena = arena, .error = error};
	uint64_t kset;

	*drivers = (struct live_drivers){0};
	return read_layout(&w, btf, virtio) && read_pointer(&w, bus_kset, &kset) &&
	       walk_kset(&w, kset, BUSES_MAX, each_bus);
}

static void note(struct kallsyms_name *names, size_t *count, const struct live_place *place)
{
	if (place->address)
		names[(*count)++].address = place->address;
}

static const char *name_of(const struct kallsyms_name *names, size_t count,
			   const struct live_place *place)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names[middle].address < place->address)
			low = middle + 1;
		else
			high = middle;
	}
	/* Of equal addresses any may have got the name. */
	for (; low < count && names[low].address == place->address; low++)
		if (names[low].name)
			return names[low].name;
	return NULL;
}

bool live_drivers_name(struct live_drivers *drivers, struct bytes kallsyms, struct arena *arena,
		       struct error *error)
{
	struct kallsyms_name *names =
		arena_array(arena, 2 * drivers->count + 1, sizeof(*names), error);
	size_t count = 0;

	if (!names)
		return false;
	for (size_t i = 0; i < drivers->count; i++) {
		note(names, &count, &drivers->list[i].structure);
		note(names, &count, &drivers->list[i].callback);
	}
	if (!kallsyms_names(kallsyms, names, count, arena, error))
		return false;
	for (size_t i = 0; i < drivers->count; i++) {
		struct live_driver *driver = &drivers->list[i];

		driver->structure.name = name_of(names, count, &driver->structure);
		driver->callback.name = name_of(names, count, &driver->callback);
	}
	return true;
}

const struct live_driver *live_drivers_find(const struct live_drivers *drivers,
					    enum driver_kind kind, const char *name)
{
	for (size_t i = 0; i < drivers->count; i++)
		if (drivers->list[i].kind == kind && !strcmp(drivers->list[i].name, name))
			return &drivers->list[i];
	return NULL;
}
