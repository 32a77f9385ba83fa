// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a unified kernel image, and as an addon; the first byte is the profile. */
#include "config.h"
#include "kexec/uki.h"
#include "tests/fuzz/fuzz.h"

static unsigned check_view(struct bytes file, struct bytes view)
{
	volatile unsigned sum = 0;

	promise(!view.size ||
		(view.data >= file.data && view.data + view.size <= file.data + file.size));
	for (size_t i = 0; i < view.size; i++)
		sum += view.data[i];
	return sum;
}

static void check(struct bytes file, const struct uki *uki)
{
	char *text = malloc(uki->cmdline.size + 1);

	check_view(file, uki->linux_section.bytes);
	check_view(file, uki->initrd);
	check_view(file, uki->ucode);
	check_view(file, uki->dtb);
	check_view(file, uki->uname);
	promise(uki->device_tree_count <= PE_SECTIONS_MAX);
	for (unsigned i = 0; i < uki->device_tree_count; i++)
		check_view(file, uki->device_trees[i]);
	check_view(file, uki->cmdline);
	promise(memchr(uki->left_out, 0, sizeof(uki->left_out)));
	promise(text && uki_cmdline(uki->cmdline, text) <= uki->cmdline.size);
	for (const char *c = text; *c; c++)
		promise(*c == ' ' || *c < 0 || *c > ' ');
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes file = {data + 1, size - 1};
	struct error error = {0};
	struct uki uki;

	if (!size)
		return 0;
	if (uki_read(file, data[0], &uki, &error)) {
		check(file, &uki);
		promise(uki_is(file) && uki.linux_section.virtual_size <= UKI_LINUX_MAX);
	} else {
		promise(error.cause[0]);
	}
	if (uki_read_addon(file, &uki, &error))
		check(file, &uki);
	uki_is(file);
	return 0;
}
