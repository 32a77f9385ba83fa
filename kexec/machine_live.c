// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading from /proc/kcore word by word: it is as large as memory. Lockdown for confidentiality and
 * kernels without CONFIG_PROC_KCORE have none to read, and kptr_restrict hides the addresses of
 * names.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "kexec/kallsyms.h"
#include "kexec/kcore.h"
#include "kexec/machine_live.h"

/* Program headers and notes: half a MiB with thousands of ranges. */
#define KCORE_HEAD_MAX ((uint64_t)8 << 20)
/* Drivers come and go while their lists are read. */
#define ATTEMPTS 3

const char machine_live_captured[] = "/proc/kcore.drivers";

struct core_file {
	int fd;
	struct bytes head;
	enum byte_order order;
};

static void close_core(struct core_file *core)
{
	if (core->fd >= 0)
		close(core->fd);
}

struct bytes machine_kcore_head(const struct sysroot *root, enum byte_order order,
				struct arena *arena)
{
	const char *path = root->captured ? "/proc/kcore.head" : "/proc/kcore";
	struct bytes head = {NULL, 0};
	struct error ignored = {0};

	for (;;) {
		uint64_t needs = kcore_needs(head, order);
		size_t before = head.size;

		if (needs <= head.size || needs > KCORE_HEAD_MAX)
			return head;
		if (sysroot_head(root, arena, path, (size_t)needs, &head, &ignored) != SYSROOT_OK ||
		    head.size <= before)
			return head;
	}
}

static bool read_core(void *context, uint64_t address, void *to, size_t size)
{
	const struct core_file *core = context;
	uint64_t offset;
	ssize_t got;

	if (!kcore_find(core->head, core->order, address, size, &offset) || offset > INT64_MAX)
		return false;
	do
		got = pread(core->fd, to, size, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got >= 0 && (size_t)got == size;
}

static bool unseen(struct machine_live *live, const char *sentence)
{
	live->unseen = sentence;
	return sentence;
}

/* A module's types, where the virtio bus is one; else the kernel's. */
static const struct btf *virtio_types(const struct sysroot *root, const struct btf *btf,
				      struct btf *own, struct arena *arena)
{
	struct error ignored = {0};
	struct bytes blob;

	if (sysroot_read(root, arena, "/sys/kernel/btf/virtio", &blob, &ignored) != SYSROOT_OK ||
	    !btf_read(blob, btf, arena, own, &ignored))
		return btf;
	return own;
}

static bool walk(const struct sysroot *root, struct core_file *core, const struct btf *btf,
		 struct bytes symbols, struct arena *arena, struct machine_live *live,
		 struct error *error)
{
	const struct kernel_memory memory = {btf->order, read_core, core};
	struct error problem = {0};
	uint64_t bus_kset;
	struct btf own;
	const struct btf *virtio = virtio_types(root, btf, &own, arena);

	if (!kallsyms_address(symbols, "bus_kset", &bus_kset))
		return unseen(
			live,
			"/proc/kallsyms does not tell where the kernel keeps its buses: it lacks "
			"the names of data (CONFIG_KALLSYMS_ALL), or kernel.kptr_restrict hides "
			"them.");
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		problem = (struct error){0};
		if (live_drivers_read(&memory, btf, virtio, bus_kset, arena, &live->drivers,
				      &problem))
			return live_drivers_name(&live->drivers, symbols, arena, error);
	}
	live->drivers = (struct live_drivers){0};
	return unseen(live, arena_format(arena, error, "%s", problem.cause));
}

static bool read_running(const struct sysroot *root, const struct btf *btf, struct arena *arena,
			 struct machine_live *live, struct error *error)
{
	__attribute__((cleanup(close_core))) struct core_file core = {.fd = -1,
								      .order = btf->order};
	struct error ignored = {0};
	struct bytes symbols;

	core.fd = openat(root->fd, "proc/kcore", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (core.fd < 0 && errno == ENOENT)
		return unseen(live, "The running kernel has no /proc/kcore (CONFIG_PROC_KCORE).");
	if (core.fd < 0)
		return unseen(live,
			      arena_format(arena, error, "/proc/kcore is not for this user: %s.",
					   strerror(errno)));
	core.head = machine_kcore_head(root, btf->order, arena);
	if (!core.head.size)
		return unseen(live, "/proc/kcore cannot be read.");
	if (sysroot_read(root, arena, "/proc/kallsyms", &symbols, &ignored) != SYSROOT_OK)
		return unseen(live, "/proc/kallsyms cannot be read.");
	return walk(root, &core, btf, symbols, arena, live, error);
}

static bool read_captured(const struct sysroot *root, struct arena *arena,
			  struct machine_live *live, struct error *error)
{
	struct error problem = {0};
	struct bytes text;

	if (sysroot_read(root, arena, machine_live_captured, &text, &problem) == SYSROOT_OK &&
	    live_drivers_parse(text, arena, &live->drivers, &live->unseen, &problem))
		return true;
	live->drivers = (struct live_drivers){0};
	if (!problem.cause[0])
		return unseen(live, "These files hold nothing of the kernel's memory.");
	return unseen(live, arena_format(arena, error, "%s", problem.cause));
}

/* What a capture needs instead of the memory. Running out of memory here makes it poorer, no more.
 */
static void tell(const struct sysroot *root, const struct machine_live *live)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = root->watch ? open_memstream(&text, &size) : NULL;

	if (!out)
		return;
	machine_live_write(out, live);
	if (!fclose(out))
		sysroot_made(root, machine_live_captured, (struct bytes){(uint8_t *)text, size});
	free(text);
}

static bool read_machine(const struct sysroot *root, const struct btf *btf, struct arena *arena,
			 struct machine_live *live, struct error *error)
{
	static const char types[] = "/sys/kernel/btf/vmlinux";
	struct error problem = {0};
	enum sysroot_result result;
	struct bytes blob;
	struct btf own;

	/* Its types are of use only with its memory, and they are large. */
	if (faccessat(root->fd, "proc/kcore", R_OK, AT_EACCESS) && errno != ENOENT)
		return unseen(live,
			      arena_format(arena, error, "/proc/kcore is not for this user: %s.",
					   strerror(errno)));
	if (btf)
		return read_running(root, btf, arena, live, error);
	result = sysroot_read(root, arena, types, &blob, &problem);
	if (result != SYSROOT_OK || !btf_read(blob, NULL, arena, &own, &problem))
		return unseen(live, "The running kernel does not tell how its structures look "
				    "(/sys/kernel/btf/vmlinux).");
	return read_running(root, &own, arena, live, error);
}

bool machine_live_read(const struct sysroot *root, const struct btf *btf, struct arena *arena,
		       struct machine_live *live, struct error *error)
{
	struct sysroot unwatched = *root;

	*live = (struct machine_live){0};
	if (root->captured)
		return read_captured(root, arena, live, error);
	unwatched.watch = NULL;
	if (!read_machine(&unwatched, btf, arena, live, error))
		return false;
	tell(root, live);
	return true;
}

static const char *word(enum driver_shutdown shutdown)
{
	return shutdown == SHUTDOWN_WITH ? "yes" : shutdown == SHUTDOWN_WITHOUT ? "no" : "unknown";
}

void machine_live_write(FILE *out, const struct machine_live *live)
{
	if (live->unseen)
		fprintf(out, "unseen\t%s\n", live->unseen);
	for (unsigned kind = 0; !live->unseen && kind < DRIVER_BUS; kind++)
		fprintf(out, "bus\t%s\t%s\n", driver_kind_name(kind),
			word(live->drivers.bus[kind]));
	for (size_t i = 0; i < live->drivers.count; i++) {
		const struct live_driver *driver = &live->drivers.list[i];

		fprintf(out, "driver\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", driver_kind_name(driver->kind),
			word(driver->shutdown), driver->module ? driver->module : "",
			driver->structure.name ? driver->structure.name : "",
			driver->callback.name ? driver->callback.name : "", driver->name,
			driver->why ? driver->why : "");
	}
}
