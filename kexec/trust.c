// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening what --trust and --revoked name; UEFI's variables are trust_efi.c's. What a file means is
 * known to signature.c.
 */
#include "config.h"
#include "kexec/trust.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kexec/file.h"

typedef bool file_use(struct signature_anchors *, struct bytes, struct error *);

static bool use_file(struct signature_anchors *anchors, const char *path, file_use *use,
		     struct error *error)
{
	struct file file;
	bool used;

	if (!file_open(&file, path, NULL, error))
		return false;
	used = use(anchors, file.bytes, error) || error_context(error, "%s: ", path);
	file_close(&file);
	return used;
}

static bool ends_in(const char *name, const char *const *endings)
{
	const char *dot = strrchr(name, '.');

	for (; dot && *endings; endings++)
		if (!strcmp(dot, *endings))
			return true;
	return false;
}

static bool use_directory(struct signature_anchors *anchors, const char *path, file_use *use,
			  const char *const *endings, struct error *error)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort), files = 0, taken = 0;
	bool used = true;
	char file[PATH_MAX];

	if (count < 0)
		return error_set(error, "The directory %s cannot be read: %s.", path,
				 strerror(errno));
	for (int i = 0; i < count; i++) {
		files += entries[i]->d_name[0] != '.';
		if (used && ends_in(entries[i]->d_name, endings)) {
			taken++;
			if (snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name) <
			    (int)sizeof(file))
				used = use_file(anchors, file, use, error);
			else
				used = error_set(error, "A name in %s is too long.", path);
		}
		free(entries[i]);
	}
	free(entries);
	/* Who trusts nobody finds out; who revokes nothing does not. */
	if (use == signature_revoke && files && !taken)
		return error_set(error, "The directory %s has files, and none of them ends in "
				 ".pem, .crt, .cer, .der, .txt or .sha256.", path);
	return used;
}

static bool use_path(struct signature_anchors *anchors, const char *path, file_use *use,
		     const char *const *endings, struct error *error)
{
	struct stat status;

	if (!stat(path, &status) && S_ISDIR(status.st_mode))
		return use_directory(anchors, path, use, endings, error);
	return use_file(anchors, path, use, error);
}

static bool is_digest(const char *text, uint8_t digest[DIGEST_SIZE])
{
	if (strlen(text) != 2 * DIGEST_SIZE ||
	    strspn(text, "0123456789abcdefABCDEF") != 2 * DIGEST_SIZE)
		return false;
	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		char pair[3] = {text[2 * i], text[2 * i + 1], 0};

		digest[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

/* A file of that name is ./efi. */
static bool trust_named(const char *what, const struct sysroot *root, struct arena *arena,
			struct signature_anchors *anchors, struct trust_efi *efi,
			struct error *error)
{
	static const char *const certificates[] = {".pem", ".crt", ".cer", ".der", NULL};

	return strcmp(what, "efi") ? use_path(anchors, what, signature_trust, certificates, error)
				   : trust_read_efi(root, arena, anchors, efi, error);
}

bool trust_read(const struct options *options, const struct sysroot *root, struct arena *arena,
		struct signature_anchors *anchors, struct trust_efi *efi, struct error *error)
{
	static const char *const revocations[] = {".pem", ".crt",    ".cer", ".der",
						  ".txt", ".sha256", NULL};
	uint8_t digest[DIGEST_SIZE];
	struct stat status;

	*efi = (struct trust_efi){.read = false};
	for (unsigned i = 0; i < options->trust.count; i++)
		if (!trust_named(options->trust.items[i], root, arena, anchors, efi, error))
			return error_context(error, "--trust: ");
	if (!options->trust.count && !stat(TRUST_DEFAULT, &status) &&
	    !trust_named(TRUST_DEFAULT, root, arena, anchors, efi, error))
		return false;
	for (unsigned i = 0; i < options->revoked.count; i++) {
		const char *what = options->revoked.items[i];
		bool revoked =
			is_digest(what, digest)
				? signature_revoke_digest(anchors, digest, error)
				: use_path(anchors, what, signature_revoke, revocations, error);

		if (!revoked)
			return error_context(error, "--revoked: ");
	}
	return true;
}
