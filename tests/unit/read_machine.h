/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine read from a tree of files, for the tests of one architecture's facts. Everything lives
 * until release_machine(), which is a teardown.
 */
#ifndef TESTS_UNIT_READ_MACHINE_H
#define TESTS_UNIT_READ_MACHINE_H

/* cmocka.h wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/arch.h"
#include "tests/support/tree.h"

static struct arena arena;
static struct error error;
static struct tree tree;	/* for those that make one */
static struct machine machine;

static inline bool read_machine(const char *path)
{
	struct sysroot root;
	bool success;

	error = (struct error){ 0 };
	assert_true(sysroot_open(&root, path, &error));
	success = machine_read(&root, &arena, &machine, &error);
	sysroot_close(&root);
	return success;
}

/* It can be read, and it is one of this architecture. */
static inline const void *expect_facts(const char *path, const struct arch *arch)
{
	if (!read_machine(path))
		fail_msg("%s", error.cause);
	assert_ptr_equal(machine.arch, arch);
	assert_string_equal(error.cause, "");
	return machine.facts;
}

static inline int release_machine(void **state)
{
	tree_destroy(&tree);
	arena_release(&arena);
	return 0;
}

#endif
