// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a file of which a capture must not take everything, and as the manifest of one. The
 * first byte says which file. What has been overwritten once has nothing left to be overwritten.
 */
#include "config.h"
#include "kexec/manifest.h"
#include "kexec/redact.h"
#include "tests/fuzz/fuzz.h"

static const char *const paths[] = {
	"/proc/cmdline",
	"/proc/1/mountinfo",
	"/proc/cpuinfo",
	"/proc/kcore.head",
	"/sys/kernel/boot_params/data",
	"/sys/firmware/fdt",
	"/sys/devices/x/config",
	"/sys/firmware/devicetree/base/chosen/bootargs",
	"/sys/firmware/devicetree/base/chosen/rng-seed",
};

static void redact_twice(const char *path, const uint8_t *data, size_t size)
{
	uint8_t *once = malloc(size + 1), *twice = malloc(size + 1);
	bool any;

	promise(once && twice);
	if (size)
		memcpy(once, data, size);
	any = redact(path, once, size) != NULL;
	promise(any || !size || !memcmp(once, data, size));
	if (size)
		memcpy(twice, once, size);
	(void)redact(path, twice, size);
	promise(!size || !memcmp(once, twice, size));
	free(once);
	free(twice);
}

static void read_manifest(struct bytes text)
{
	struct arena arena = {0};
	struct error error = {0};
	struct manifest manifest;

	if (manifest_parse(text, "manifest", &arena, &manifest, &error)) {
		for (size_t i = 0; i < manifest.count; i++)
			promise(manifest.unreadable[i].number > 0 &&
				manifest_errno(&manifest, manifest.unreadable[i].path) ==
					manifest.unreadable[i].number);
	} else {
		promise(error.cause[0]);
	}
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t count = sizeof(paths) / sizeof(*paths);

	if (!size)
		return 0;
	if (data[0] % (count + 1) < count)
		redact_twice(paths[data[0] % (count + 1)], data + 1, size - 1);
	else
		read_manifest((struct bytes){data + 1, size - 1});
	return 0;
}
