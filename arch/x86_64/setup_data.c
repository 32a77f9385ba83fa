// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The setup_data list: what does not fit into boot_params. Nodes stand one after the other behind
 * it, each 16-byte aligned: EFI's tables, the memory map past 128 entries, and a seed for the next
 * kernel's random numbers.
 */
#include "arch/x86_64/boot_params.h"
#include "arch/x86_64/machine.h"

#define NODE_ALIGN 16

static size_t node_size(size_t data_size)
{
	return (sizeof(struct setup_data) + data_size + NODE_ALIGN - 1) & ~(size_t)(NODE_ALIGN - 1);
}

static size_t extra_e820_size(const struct planning *p)
{
	size_t count = p->plan->memory.count;

	return count > E820_ENTRIES_MAX ? (count - E820_ENTRIES_MAX) * sizeof(struct e820_entry)
					: 0;
}

/* No seed is better than one of zeros, which the next kernel would take for random. */
static bool takes_seed(const struct planning *p, const struct boot_request *request)
{
	uint8_t any = 0;

	for (size_t i = 0; i < RNG_SEED_SIZE; i++)
		any |= p->machine->entropy[i];
	return any && request->setup_type_max >= SETUP_RNG_SEED;
}

static struct bytes dtb_of(const struct planning *p, const struct boot_request *request)
{
	const struct bytes none = { NULL, 0 };

	return request->takes_dtb && p->options->dtb ? p->image->dtb.bytes : none;
}

size_t setup_data_size(const struct planning *p, const struct boot_request *request, bool efi)
{
	size_t extra = extra_e820_size(p);

	struct bytes dtb = dtb_of(p, request);

	return (efi ? node_size(sizeof(struct efi_setup_data)) : 0) +
	       (dtb.size ? node_size(dtb.size) : 0) +
	       (extra ? node_size(extra) : 0) +
	       (takes_seed(p, request) ? node_size(RNG_SEED_SIZE) : 0);
}

/* Where the list is being written, and the link that the next node's address goes into. */
struct list {
	uint8_t *out;
	uint64_t address;
	le64 *link;
};

static uint8_t *append(struct list *list, uint32_t type, size_t size)
{
	struct setup_data *node = (struct setup_data *)list->out;

	put(list->link, list->address);
	list->link = &node->next;
	put(&node->type, type);
	put(&node->len, (uint32_t)size);
	list->out += node_size(size);
	list->address += node_size(size);
	return (uint8_t *)(node + 1);
}

static void append_efi(const struct planning *p, struct list *list)
{
	const struct x86_64_machine *facts = p->machine->facts;
	struct efi_setup_data *data =
		(struct efi_setup_data *)append(list, SETUP_EFI, sizeof(*data));

	put(&data->fw_vendor, facts->efi_fw_vendor);
	put(&data->runtime, facts->efi_runtime);
	put(&data->tables, facts->efi_config_table);
	put(&data->smbios, facts->efi_smbios);
}

static void append_e820(const struct planning *p, struct list *list)
{
	const struct memmap *map = &p->plan->memory;
	struct e820_entry *entry =
		(struct e820_entry *)append(list, SETUP_E820_EXT, extra_e820_size(p));

	for (size_t i = E820_ENTRIES_MAX; i < map->count; i++, entry++) {
		put(&entry->address, map->entries[i].range.start);
		put(&entry->size, range_size(map->entries[i].range));
		put(&entry->type, e820_type(map->entries[i].type));
	}
}

void setup_data_write(const struct planning *p, const struct boot_request *request, bool efi,
		      uint8_t *out, uint64_t address, struct boot_params *params)
{
	struct list list = { out, address, &params->hdr.setup_data };
	struct bytes dtb = dtb_of(p, request);

	put(&params->hdr.setup_data, 0);
	if (efi)
		append_efi(p, &list);
	if (dtb.size)
		memcpy(append(&list, SETUP_DTB, dtb.size), dtb.data, dtb.size);
	if (extra_e820_size(p))
		append_e820(p, &list);
	if (takes_seed(p, request))
		memcpy(append(&list, SETUP_RNG_SEED, RNG_SEED_SIZE), p->machine->entropy,
		       RNG_SEED_SIZE);
}
