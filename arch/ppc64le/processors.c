// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a ppc64le device tree says about processors, and about the terminal that its hypervisor has
 * for them: the part of it that purgatory depends on. It does not know what purgatory does with it.
 */
#include "arch/ppc64le/machine.h"

/*
 * The instruction came with ISA 2.07, POWER8. A guest reads which version it may use in the form of
 * a logical number; others have the processor's own (arch/powerpc/include/asm/reg.h, PVR_*).
 */
#define LOGICAL 0x0f000000u
#define LOGICAL_2_07 0x0f000004u

static bool is_power8_or_later(uint64_t version)
{
	static const uint16_t known[] = {
		0x004b, 0x004c, 0x004d, /* POWER8E, NVL, POWER8 */
		0x004e, 0x0080, 0x0082, /* POWER9, 10, 11 */
	};

	if ((version & 0xff000000) == LOGICAL)
		return version >= LOGICAL_2_07;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (version >> 16 == known[i])
			return true;
	return false;
}

/* ibm,vmx is absent where a hypervisor keeps vectors from its guest (PAPR, C.6.2.1). */
static bool has_vector_sha(const struct devicetree_node *cpu)
{
	uint64_t vectors = 0, version = 0;

	return devicetree_node_number(cpu, "ibm,vmx", &vectors) && vectors &&
	       devicetree_node_number(cpu, "cpu-version", &version) && is_power8_or_later(version);
}

/* Firmware of bare metal lists its features one by one (dt_cpu_ftrs.c of arch/powerpc/kernel). */
static bool lacks_feature(const struct devicetree_node *cpus, const char *name)
{
	const struct devicetree_node *node =
		devicetree_node_find(cpus, "/ibm,powerpc-cpu-features");

	for (node = node ? node->children : NULL; node; node = node->next)
		if (!strcmp(node->name, name))
			return false;
	return devicetree_node_find(cpus, "/ibm,powerpc-cpu-features") != NULL;
}

static void find_processors(struct ppc64le_machine *facts)
{
	const struct devicetree_node *cpus = devicetree_node_find(facts->tree, "/cpus");
	uint64_t found = UINT64_MAX, reg;
	unsigned count = 0, able = 0;

	for (const struct devicetree_node *node = cpus ? cpus->children : NULL; node;
	     node = node->next) {
		if (!devicetree_node_says(node, "device_type", "cpu"))
			continue;
		count++;
		able += has_vector_sha(node);
		if (devicetree_node_number(node, "reg", &reg) && reg < found)
			found = reg;
	}
	facts->boot_cpu = found <= UINT32_MAX ? (uint32_t)found : 0;
	facts->vector_sha = count && able == count && !lacks_feature(cpus, "vector-crypto");
}

/* The kernel's own name for it comes first; after a colon firmware may give parameters. */
static void find_terminal(struct ppc64le_machine *facts)
{
	const struct devicetree_node *chosen = devicetree_node_find(facts->tree, "/chosen");
	struct bytes path = devicetree_node_get(chosen, "linux,stdout-path");
	const struct devicetree_node *node;

	facts->terminal = 0;
	if (!path.size)
		path = devicetree_node_get(chosen, "stdout-path");
	if (!path.size || !memchr(path.data, '\0', path.size))
		return;
	node = devicetree_node_find(facts->tree, (const char *)path.data);
	/* Its other protocol, hvterm-protocol, wraps each message. */
	if (!devicetree_node_says(node, "compatible", "hvterm1") ||
	    !devicetree_node_number(node, "reg", &facts->terminal))
		facts->terminal = 0;
}

void ppc64le_processors(struct ppc64le_machine *facts)
{
	find_processors(facts);
	find_terminal(facts);
}
