/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the types (BTF) of a kernel are to be had: from the running kernel, or from the file that a
 * kernel comes in, whatever it is packed into. It knows places, not types.
 */
#ifndef KEXEC_MACHINE_TYPES_H
#define KEXEC_MACHINE_TYPES_H

#include "kexec/btf.h"
#include "kexec/file.h"
#include "kexec/sysroot.h"

struct machine_types {
	const char *source;		/* the path of the file they came from */
	bool running;			/* which is where the running kernel shows its own */
	struct btf btf;
	/* What `btf` looks at, open until exit. */
	struct file file;
	struct file_sink unpacked;
};

#define MACHINE_TYPES_NONE                                                                         \
	((struct machine_types){.file = FILE_CLOSED, .unpacked = FILE_SINK_CLOSED})

/*
 * The types of the kernel that the modules below `modules` belong to: of `kernel` when that is not
 * NULL, of the running kernel when it is the one (by the directory's name), else of the kernel in
 * one of the places where distributions put it in relation to its modules.
 */
bool machine_types_read(const struct sysroot *root, const char *kernel, const char *modules,
			struct arena *arena, struct machine_types *types,
			struct error *error) must_check;
/*
 * The same of the kernel in one of those places, running or not, whose image can then be looked at
 * too.
 */
bool machine_types_read_image(const struct sysroot *root, const char *modules, struct arena *arena,
			      struct machine_types *types, struct error *error) must_check;
/* The image with the types, unpacked; empty where they came from the running kernel. */
struct bytes machine_types_image(const struct machine_types *types);
void machine_types_close(struct machine_types *types);

#endif
