// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What ppc64le device trees say about processors and terminals: vector instructions are used where
 * every processor is said to have them, and nowhere else.
 */
#include "tests/unit/arch/ppc64le/nodes.h"

static struct made made;

static int setup(void **state)
{
	made_setup(&made);
	return 0;
}

static int teardown(void **state)
{
	arena_release(&made.arena);
	return 0;
}

static struct devicetree_node *cpu(const char *name, uint32_t number, uint32_t version)
{
	struct devicetree_node *node = made_node(&made, made_find(&made, "/cpus"), name);

	made_text(&made, node, "device_type", "cpu");
	made_number32(&made, node, "reg", number);
	made_number32(&made, node, "cpu-version", version);
	made_number32(&made, node, "ibm,vmx", 2);
	return node;
}

/* In place of the one that made_setup() puts down, which says nothing of its version. */
static void only_this_cpu(uint32_t version)
{
	made_find(&made, "/cpus")->children = NULL;
	cpu("PowerPC,POWER9@0", 0, version);
}

static bool vectors(void)
{
	ppc64le_processors(&made.facts);
	return made.facts.vector_sha;
}

static void test_versions(void **state)
{
	static const struct {
		uint32_t version;
		bool able;
	} versions[] = {
		{0x0f000003, false}, /* ISA 2.06: POWER7 */
		{0x003f0201, false}, /* POWER7 */
		{0x004a0201, false}, /* POWER7+ */
		{0x0f000004, true},  {0x0f000005, true}, {0x0f000006, true},
		{0x0f000007, true},  {0x004b0201, true}, {0x004c0100, true},
		{0x004d0200, true},  {0x004e1200, true}, {0x00800200, true},
		{0x00820100, true},
		{0x00700201, false}, /* Cell */
		{0, false},
	};

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		only_this_cpu(versions[i].version);
		if (vectors() != versions[i].able)
			fail_msg("version 0x%08x", versions[i].version);
	}
}

static void test_every_processor_counts(void **state)
{
	only_this_cpu(0x0f000005);
	cpu("PowerPC,POWER9@8", 8, 0x0f000005);
	assert_true(vectors());
	cpu("PowerPC,POWER7@10", 16, 0x0f000003);
	assert_false(vectors());
}

static void test_vectors_withheld(void **state)
{
	only_this_cpu(0x0f000005);
	made_number32(&made, made_find(&made, "/cpus")->children, "ibm,vmx", 0);
	assert_false(vectors());
	made_bytes(&made, made_find(&made, "/cpus")->children, "ibm,vmx", "\0\0\1", 3);
	assert_false(vectors());
}

static void test_nothing_known(void **state)
{
	assert_false(vectors());
	made_find(&made, "/cpus")->children = NULL;
	assert_false(vectors());
	made.root->children = NULL;
	assert_false(vectors());
	assert_int_equal(made.facts.boot_cpu, 0);
	assert_int_equal(made.facts.terminal, 0);
}

static void test_listed_features(void **state)
{
	struct devicetree_node *features;

	only_this_cpu(0x004e1200);
	features = made_node(&made, made_find(&made, "/cpus"), "ibm,powerpc-cpu-features");
	made_node(&made, features, "vector");
	assert_false(vectors());
	made_node(&made, features, "vector-crypto");
	assert_true(vectors());
}

static void test_boot_cpu(void **state)
{
	made_find(&made, "/cpus")->children = NULL;
	cpu("PowerPC,POWER9@20", 32, 0x0f000005);
	cpu("PowerPC,POWER9@18", 24, 0x0f000005);
	ppc64le_processors(&made.facts);
	assert_int_equal(made.facts.boot_cpu, 24);
}

static void test_terminal(void **state)
{
	struct devicetree_node *chosen = made_find(&made, "/chosen");
	struct devicetree_node *vdevice = made_node(&made, made.root, "vdevice");
	struct devicetree_node *vty = made_node(&made, vdevice, "vty@30000000");

	made_text(&made, vty, "compatible", "hvterm1");
	made_number32(&made, vty, "reg", 0x30000000);
	ppc64le_processors(&made.facts);
	assert_int_equal(made.facts.terminal, 0);
	made_text(&made, chosen, "stdout-path", "/vdevice/vty@30000000");
	ppc64le_processors(&made.facts);
	assert_int_equal(made.facts.terminal, 0x30000000);

	/* The kernel's own name for the console counts first. */
	made_text(&made, chosen, "linux,stdout-path", "/vdevice/other");
	ppc64le_processors(&made.facts);
	assert_int_equal(made.facts.terminal, 0);
	made_bytes(&made, chosen, "linux,stdout-path", "/vdevice/vty@30000000", 21);
	ppc64le_processors(&made.facts);
	assert_int_equal(made.facts.terminal, 0);
	made_text(&made, chosen, "linux,stdout-path", "/vdevice/vty@30000000");
	made_text(&made, vty, "compatible", "hvterm-protocol");
	ppc64le_processors(&made.facts);
	assert_int_equal(made.facts.terminal, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_versions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_processor_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vectors_withheld, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_known, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listed_features, setup, teardown),
		cmocka_unit_test_setup_teardown(test_boot_cpu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_terminal, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
