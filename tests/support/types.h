/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF made by hand, in either byte order: as much of a kernel's types as finding drivers takes,
 * with sizes and offsets that no real kernel has, so that nothing is right by accident.
 */
#ifndef TESTS_SUPPORT_TYPES_H
#define TESTS_SUPPORT_TYPES_H

#include "kexec/bytes.h"

struct types {
	enum byte_order order;
	uint32_t first, count;		/* the number of the first type, and how many there are */
	uint32_t strings_start;
	uint8_t types[4096], strings[4096];
	size_t types_size, strings_size;
	uint8_t blob[8192 + 24];
};

/* Starts a kernel's types, or with `base` those of a module of that kernel. */
void types_begin(struct types *t, enum byte_order order, const struct types *base);
/* Each returns the new type's number. `kind` is of include/uapi/linux/btf.h. */
uint32_t types_add(struct types *t, unsigned kind, const char *name, uint32_t other);
uint32_t types_struct(struct types *t, const char *name, uint32_t size);
/* Adds a member to the structure that was begun last; `at` is in bytes. */
void types_member(struct types *t, const char *name, uint32_t type, uint32_t at);
struct bytes types_finish(struct types *t);

/*
 * pci_driver: 72 bytes: list node@0, name@16, id_table@24, probe@32, count@40 (an int), remove@48,
 * shutdown@56, groups@64. device_driver: 32 bytes, name@0, bus@8, owner@16, flag@24.
 * platform_driver: 56 bytes: probe@0, shutdown@8, driver@16, list@48. bus_type: 40 bytes, name@0,
 * match@8, shutdown@16, spare@24. Numbers of the types are left in `t` by their order.
 */
struct bytes types_kernel(struct types *t, enum byte_order order);
/* virtio_driver, 48 bytes: driver@0, feature_table@32, probe@40; with_shutdown 56, shutdown@48. */
struct bytes types_virtio(struct types *t, const struct types *kernel, bool with_shutdown);
/*
 * The same as a module that was built apart from its kernel has it: `base` gets the .BTF.base, in
 * which struct device_driver has `size` bytes (32 in the kernel) and no members. Returns the .BTF.
 */
struct bytes types_virtio_apart(struct types *t, struct types *base, enum byte_order order,
				uint32_t size, struct bytes *base_blob);

#endif
