/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel's memory made by hand, in either byte order: buses and drivers linked as the driver core
 * links them, in structures that no real kernel has, and the BTF that says how they look.
 */
#ifndef TESTS_SUPPORT_LIVE_H
#define TESTS_SUPPORT_LIVE_H

#include "kexec/live_drivers.h"
#include "tests/support/types.h"

#define LIVE_SIZE 4096
#define LIVE_BASE 0xffff888000100000
/* Where the variable bus_kset is. */
#define LIVE_BUS_KSET (LIVE_BASE + 8)

struct live_kernel {
	struct types types, virtio;
	uint8_t bytes[LIVE_SIZE];
	size_t used;
	uint64_t buses; /* the kset of all buses */
};

/* The BTF; without struct virtio_driver when that is in live_virtio_types() alone. */
struct bytes live_types(struct live_kernel *k, enum byte_order order, bool with_virtio);
struct bytes live_virtio_types(struct live_kernel *k);

/* Starts with no buses; after live_types(). */
void live_begin(struct live_kernel *k);
/* Addresses of functions may be any; 0 for none. Returns the bus, for live_add(). */
uint64_t live_bus(struct live_kernel *k, const char *name, uint64_t shutdown);
/* A driver of the bus; `module` NULL: built in. Returns the address of its structure. */
uint64_t live_add(struct live_kernel *k, uint64_t bus, enum driver_kind kind, const char *name,
		  const char *module, uint64_t shutdown);
/* Sets the word at an address of the memory. */
void live_put(struct live_kernel *k, uint64_t address, uint64_t value);

struct kernel_memory live_memory(const struct live_kernel *k);

#endif
