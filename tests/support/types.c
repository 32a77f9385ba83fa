// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing BTF, type by type. It checks nothing: tests make damaged types with it as well. */
#include "tests/support/types.h"

#include <assert.h>

enum { INT = 1, PTR, ARRAY, STRUCT, CONST = 10, FUNC_PROTO = 13 };

static void put_number(struct types *t, uint32_t number)
{
	assert(t->types_size + 4 <= sizeof(t->types));
	bytes_put(t->types + t->types_size, 4, t->order, number);
	t->types_size += 4;
}

static uint32_t put_string(struct types *t, const char *text)
{
	uint32_t at = t->strings_start + (uint32_t)t->strings_size;

	if (!*text)
		return 0;
	assert(t->strings_size + strlen(text) + 1 <= sizeof(t->strings));
	memcpy(t->strings + t->strings_size, text, strlen(text) + 1);
	t->strings_size += strlen(text) + 1;
	return at;
}

void types_begin(struct types *t, enum byte_order order, const struct types *base)
{
	*t = (struct types){ .order = order, .first = 1 };
	if (base) {
		t->first = base->first + base->count;
		t->strings_start = base->strings_start + (uint32_t)base->strings_size;
	} else {
		t->strings_size = 1;
	}
}

uint32_t types_add(struct types *t, unsigned kind, const char *name, uint32_t other)
{
	put_number(t, put_string(t, name));
	put_number(t, kind << 24);
	put_number(t, other);
	if (kind == INT)
		put_number(t, other * 8);
	return t->first + t->count++;
}

static size_t last_struct;

uint32_t types_struct(struct types *t, const char *name, uint32_t size)
{
	last_struct = t->types_size;
	return types_add(t, STRUCT, name, size);
}

void types_member(struct types *t, const char *name, uint32_t type, uint32_t at)
{
	uint8_t *info = t->types + last_struct + 4;

	put_number(t, put_string(t, name));
	put_number(t, type);
	put_number(t, at * 8);
	bytes_put(info, 4, t->order, bytes_get(info, 4, t->order) + 1);
}

struct bytes types_finish(struct types *t)
{
	const uint32_t fields[] = {
		24, 0, (uint32_t)t->types_size, (uint32_t)t->types_size, (uint32_t)t->strings_size,
	};

	bytes_put(t->blob, 2, t->order, 0xeb9f);
	t->blob[2] = 1;
	t->blob[3] = 0;
	for (size_t i = 0; i < 5; i++)
		bytes_put(t->blob + 4 + 4 * i, 4, t->order, fields[i]);
	memcpy(t->blob + 24, t->types, t->types_size);
	memcpy(t->blob + 24 + t->types_size, t->strings, t->strings_size);
	return (struct bytes){ t->blob, 24 + t->types_size + t->strings_size };
}

/* The numbers of the types that types_kernel() makes, in its order. */
enum { T_CHAR = 1, T_CONST_CHAR, T_TEXT, T_INT, T_PROTO, T_FUNCTION, T_OBJECT, T_LIST, T_DRIVER };

struct bytes types_kernel(struct types *t, enum byte_order order)
{
	types_begin(t, order, NULL);
	types_add(t, INT, "char", 1);
	types_add(t, CONST, "", T_CHAR);
	types_add(t, PTR, "", T_CONST_CHAR);
	types_add(t, INT, "int", 4);
	types_add(t, FUNC_PROTO, "", 0);
	types_add(t, PTR, "", T_PROTO);
	types_add(t, PTR, "", 0);
	types_struct(t, "list_head", 16);
	types_member(t, "next", T_OBJECT, 0);
	types_member(t, "prev", T_OBJECT, 8);
	types_struct(t, "device_driver", 32);
	types_member(t, "name", T_TEXT, 0);
	types_member(t, "bus", T_OBJECT, 8);
	types_member(t, "owner", T_OBJECT, 16);
	types_member(t, "flag", T_INT, 24);
	types_struct(t, "pci_driver", 72);
	types_member(t, "node", T_LIST, 0);
	types_member(t, "name", T_TEXT, 16);
	types_member(t, "id_table", T_OBJECT, 24);
	types_member(t, "probe", T_FUNCTION, 32);
	types_member(t, "count", T_INT, 40);
	types_member(t, "remove", T_FUNCTION, 48);
	types_member(t, "shutdown", T_FUNCTION, 56);
	types_member(t, "groups", T_OBJECT, 64);
	types_struct(t, "platform_driver", 56);
	types_member(t, "probe", T_FUNCTION, 0);
	types_member(t, "shutdown", T_FUNCTION, 8);
	types_member(t, "driver", T_DRIVER, 16);
	types_member(t, "list", T_OBJECT, 48);
	types_struct(t, "bus_type", 40);
	types_member(t, "name", T_TEXT, 0);
	types_member(t, "match", T_FUNCTION, 8);
	types_member(t, "shutdown", T_FUNCTION, 16);
	types_member(t, "spare", T_OBJECT, 24);
	return types_finish(t);
}

struct bytes types_virtio_apart(struct types *t, struct types *base, enum byte_order order,
				uint32_t size, struct bytes *base_blob)
{
	uint32_t driver, object, function;

	types_begin(base, order, NULL);
	types_add(base, INT, "int", 4);
	driver = types_struct(base, "device_driver", size);
	*base_blob = types_finish(base);
	types_begin(t, order, base);
	object = types_add(t, PTR, "", 0);
	function = types_add(t, PTR, "", types_add(t, FUNC_PROTO, "", 0));
	types_struct(t, "virtio_driver", 56);
	types_member(t, "driver", driver, 0);
	types_member(t, "feature_table", object, 32);
	types_member(t, "probe", function, 40);
	types_member(t, "shutdown", function, 48);
	return types_finish(t);
}

struct bytes types_virtio(struct types *t, const struct types *kernel, bool with_shutdown)
{
	types_begin(t, kernel->order, kernel);
	types_struct(t, "virtio_driver", with_shutdown ? 56 : 48);
	types_member(t, "driver", T_DRIVER, 0);
	types_member(t, "feature_table", T_OBJECT, 32);
	types_member(t, "probe", T_FUNCTION, 40);
	if (with_shutdown)
		types_member(t, "shutdown", T_FUNCTION, 48);
	return types_finish(t);
}
