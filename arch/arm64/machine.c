// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading an arm64 machine: memory from /proc/iomem, the device tree, and where its serial ports
 * are. It does not know what the next kernel will be told.
 */
#include "arch/arm64/machine.h"

#include "kexec/devicetree_read.h"

#define FDT  "/sys/firmware/fdt"
#define TREE "/proc/device-tree"
#define TTYS "/sys/class/tty"

/* include/uapi/linux/serial_core.h */
#define TYPE_AMBA	32
#define TYPE_16550_LAST 5 /* 8250, 16450, 16550, 16550A, Cirrus: the same registers */
#define IO_MEM32	3

/*
 * A crash reservation is left alone: older kernels take it out of their own mapping while a crash
 * kernel is loaded (arch_kexec_protect_crashkres()), and copy through that mapping.
 */
static bool read_memory(const struct sysroot *root, struct arena *arena, struct machine *machine,
			struct error *error)
{
	if (!machine_read_iomem(root, arena, machine, error))
		return false;
	for (size_t i = 0; i < machine->crash.count; i++)
		if (!memmap_remove(&machine->usable, arena, machine->crash.entries[i].range, error))
			return false;
	return true;
}

static enum arm64_port port_kind(uint64_t type, uint64_t io_type, uint64_t shift)
{
	if (type == TYPE_AMBA)
		return PORT_PL011;
	if (type < 1 || type > TYPE_16550_LAST)
		return PORT_UNKNOWN;
	if (shift == 2 && io_type == IO_MEM32)
		return PORT_16550_WORDS;
	return shift == 0 ? PORT_16550 : PORT_UNKNOWN;
}

/* Leaves the base at 0 for a terminal that is not a port with registers in memory. */
static bool read_serial(const struct sysroot *root, struct arena *arena, struct machine *machine,
			const char *name, struct arm64_serial *serial, struct error *error)
{
	uint64_t base = 0, type = 0, io_type = 0, shift = 0;
	const struct {
		const char *name;
		uint64_t *value;
	} files[] = {
		{ "iomem_base", &base },
		{ "type", &type },
		{ "io_type", &io_type },
		{ "iomem_reg_shift", &shift },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *path = arena_format(arena, error, TTYS "/%s/%s", name, files[i].name);

		if (!path || !machine_number(root, arena, machine, path, files[i].value, error))
			return false;
		if (!base)
			break;
	}
	*serial = (struct arm64_serial){ name, base, port_kind(type, io_type, shift) };
	return true;
}

static bool read_serials(const struct sysroot *root, struct arena *arena, struct machine *machine,
			 struct arm64_machine *facts, struct error *error)
{
	const char *const *names = NULL;
	struct arm64_serial *serials;
	size_t count = 0;
	enum sysroot_result result = sysroot_list(root, arena, TTYS, &names, &count, error);

	if (result != SYSROOT_OK)
		return machine_passes_over(root, arena, machine, TTYS, result, error);
	serials = arena_array(arena, count, sizeof(*serials), error);
	if (!serials)
		return false;
	facts->serials = serials;
	for (size_t i = 0; i < count; i++) {
		if (!read_serial(root, arena, machine, names[i], &serials[facts->serial_count],
				 error))
			return false;
		facts->serial_count += serials[facts->serial_count].base != 0;
	}
	return true;
}

/* A tree without a name, as with ACPI, or a damaged one: there is nothing to compare with. */
static bool read_name(const struct arm64_machine *facts, struct arena *arena,
		      struct machine *machine, struct error *error)
{
	struct error ignored = { 0 };
	struct arena scratch = { NULL };
	struct devicetree tree;
	struct bytes name = { NULL, 0 };
	size_t length = 0;

	if (facts->tree)
		name = devicetree_node_get(facts->tree, "compatible");
	else if (facts->fdt.size &&
		 devicetree_open(&tree, facts->fdt, facts->fdt_path, &scratch, &ignored))
		name = devicetree_get(&tree, DEVICETREE_ROOT, "compatible");
	while (length < name.size && name.data[length])
		length++;
	if (length)
		machine->compatible =
			arena_copy(arena, (struct bytes){ name.data, length }, error);
	arena_release(&scratch);
	return !length || machine->compatible;
}

bool arm64_machine_read(const struct sysroot *root, struct arena *arena, struct machine *machine,
			struct error *error)
{
	struct arm64_machine *facts = arena_alloc(arena, sizeof(*facts), error);

	if (!facts)
		return false;
	facts->fdt_path = FDT;
	facts->tree_path = TREE;
	machine->facts = facts;
	return read_memory(root, arena, machine, error) &&
	       machine_bytes(root, arena, machine, FDT, &facts->fdt, error) &&
	       (facts->fdt.size || devicetree_read(root, arena, machine, &facts->tree, error)) &&
	       read_name(facts, arena, machine, error) &&
	       read_serials(root, arena, machine, facts, error);
}
