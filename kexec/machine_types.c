// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding a kernel's BTF. In a file it may lie anywhere: in a section, in the flat image that
 * follows a boot stub, or compressed inside of that. So the file is searched for the BTF's own
 * header, and then whatever in it begins like a compressed stream.
 */
#include "config.h"
#include "kexec/machine_types.h"

#include <errno.h>

#include "kexec/unpack.h"

/* By chance, a kernel of 50 MB has three or four places that look like a gzip header. */
#define STREAMS_MAX 64

static const struct { const char *bytes; size_t size; } magics[] = {
	{ "\x1f\x8b\x08", 3 }, { "\xfd" "7zXZ\0", 6 }, { "\x28\xb5\x2f\xfd", 4 },
};

/* What of the image cannot be unpacked here, for the message. */
struct attempt {
	const char *library;
};

/* A stream may be followed by anything, which makes unpacking fail, but only at its end. */
static bool search_stream(struct machine_types *types, struct bytes in, struct bytes *blob,
			  struct attempt *attempt)
{
	const struct unpacker *unpacker = unpack_find(in);
	struct error ignored = { 0 };

	if (!unpacker)
		return false;
	if (!unpacker->unpack) {
		attempt->library = unpacker->library;
		return false;
	}
	if (!file_sink_open(&types->unpacked, "types", UNPACK_LIMIT, &ignored))
		return false;
	if (!unpacker->unpack(in, &types->unpacked, &ignored))
		ignored = (struct error){ 0 };
	if (btf_search((struct bytes){ types->unpacked.data, types->unpacked.size }, blob))
		return true;
	file_sink_close(&types->unpacked);
	return false;
}

static bool search_streams(struct machine_types *types, struct bytes file, struct bytes *blob,
			   struct attempt *attempt)
{
	unsigned streams = 0;

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		struct bytes rest = file;
		const uint8_t *at;

		while (rest.size && streams < STREAMS_MAX &&
		       (at = memmem(rest.data, rest.size, magics[i].bytes, magics[i].size))) {
			rest = bytes_from(rest, (size_t)(at - rest.data));
			if (search_stream(types, rest, blob, attempt))
				return true;
			rest = bytes_from(rest, 1);
			streams++;
		}
	}
	return false;
}

static bool read_image(struct machine_types *types, const char *path, struct arena *arena,
		       int *open_errno, struct error *error)
{
	struct attempt attempt = { 0 };
	struct bytes blob;

	if (!file_open(&types->file, path, open_errno, error))
		return false;
	types->source = path;
	if (search_streams(types, types->file.bytes, &blob, &attempt) ||
	    btf_search(types->file.bytes, &blob)) {
		if (btf_read(blob, NULL, arena, &types->btf, error))
			return true;
		error_context(error, "%s: ", path);
	} else if (attempt.library) {
		error_set(error, "%s is compressed, and this kexec was built without %s.", path,
			  attempt.library);
	} else {
		error_set(error,
			  "%s has no BTF (CONFIG_DEBUG_INFO_BTF), or is packed in a way that is "
			  "not known.",
			  path);
	}
	machine_types_close(types);
	return false;
}

/* The kernel runs, and says itself what it is made of. */
static enum sysroot_result read_running(const struct sysroot *root, const char *release,
					struct machine_types *types, struct arena *arena,
					struct error *error)
{
	const char *running;
	enum sysroot_result result;
	struct bytes blob;

	result = sysroot_text(root, arena, "/proc/sys/kernel/osrelease", &running, error);
	if (result != SYSROOT_OK)
		return result;
	if (strcmp(running, release))
		return SYSROOT_ABSENT;
	types->source = "/sys/kernel/btf/vmlinux";
	types->running = true;
	result = sysroot_read(root, arena, types->source, &blob, error);
	if (result != SYSROOT_OK)
		return result;
	if (btf_read(blob, NULL, arena, &types->btf, error))
		return SYSROOT_OK;
	error_context(error, "%s: ", types->source);
	return SYSROOT_FAILED;
}

/* The directory's own name, without slashes behind it. */
static const char *last_part(const char *path, struct arena *arena, struct error *error)
{
	size_t length = strlen(path), start;

	while (length && path[length - 1] == '/')
		length--;
	start = length;
	while (start && path[start - 1] != '/')
		start--;
	return arena_copy(arena, (struct bytes){(const uint8_t *)path + start, length - start},
			  error);
}

/* Below the modules, or in /boot of the tree that has them in /lib/modules or /usr/lib/modules. */
static bool read_near(const struct sysroot *root, struct machine_types *types, const char *modules,
		      const char *release, struct arena *arena, struct error *error)
{
	static const char *const places[] = {
		"%s/vmlinuz", "%s/vmlinux", "%s/../../../boot/vmlinuz-%s",
		"%s/../../../boot/vmlinux-%s", "%s/../../../boot/Image-%s",
		"%s/../../../../boot/vmlinuz-%s", "%s/../../../../boot/vmlinux-%s",
		"%s/../../../../boot/Image-%s", "%s/build/vmlinux",
	};
	bool seen = false;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct error problem = { 0 };
		const char *path;
		int open_errno;

		path = strstr(places[i] + 2, "%s")
			       ? arena_format(arena, error, "%s%.*s%s", modules,
					      (int)strlen(places[i]) - 4, places[i] + 2, release)
			       : arena_format(arena, error, "%s%s", modules, places[i] + 2);
		if (!path)
			return false;
		if (root->watch && !strncmp(path, root->path, strlen(root->path)))
			sysroot_mention(root, path + strlen(root->path));
		if (read_image(types, path, arena, &open_errno, &problem))
			return true;
		if (open_errno == ENOENT || open_errno == ENOTDIR)
			continue;
		seen = true;
		*error = problem;
	}
	error_remedy(error, "Name the kernel: kexec --check=drivers --modules=%.200s KERNEL.",
		     modules);
	if (seen)
		return false;
	return error_set(error,
			 "The kernel of the modules in %s was not found: it is neither running nor "
			 "in %s, nor in boot/ beside them as vmlinuz-%s.",
			 modules, modules, release);
}

bool machine_types_read(const struct sysroot *root, const char *kernel, const char *modules,
			struct arena *arena, struct machine_types *types, struct error *error)
{
	const char *release = last_part(modules, arena, error);
	enum sysroot_result result;

	*types = MACHINE_TYPES_NONE;
	if (!release)
		return false;
	if (kernel)
		return read_image(types, kernel, arena, NULL, error);
	result = read_running(root, release, types, arena, error);
	if (result == SYSROOT_OK || result == SYSROOT_FAILED)
		return result == SYSROOT_OK;
	return read_near(root, types, modules, release, arena, error);
}

bool machine_types_read_image(const struct sysroot *root, const char *modules, struct arena *arena,
			      struct machine_types *types, struct error *error)
{
	const char *release = last_part(modules, arena, error);

	*types = MACHINE_TYPES_NONE;
	return release && read_near(root, types, modules, release, arena, error);
}

struct bytes machine_types_image(const struct machine_types *types)
{
	if (types->unpacked.size)
		return (struct bytes){ types->unpacked.data, types->unpacked.size };
	return types->file.bytes;
}

void machine_types_close(struct machine_types *types)
{
	file_close(&types->file);
	file_sink_close(&types->unpacked);
	*types = MACHINE_TYPES_NONE;
}
