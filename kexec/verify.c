// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looking for signatures, and what they come to. With --verify the image was sealed when it
 * was opened, so that the bytes checked here are the bytes that are loaded.
 */
#include "config.h"
#include "kexec/verify.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "kexec/sbat.h"
#include "kexec/trust.h"
#include "kexec/uki.h"
#include "kexec/verify_finding.h"

struct verify {
	const struct options *options;
	const struct image *image;
	const struct signature_anchors *anchors;
	struct trust_efi efi;
	struct arena *arena;
	struct verify_report *report;
	struct error *error;
	/* Whose signature is good: all that is in such a file is covered by it. */
	bool covers_kernel, covers_addon[IMAGE_ADDONS_MAX];
	bool failed; /* error is set: why nothing may be loaded */
};

static bool say(struct verify *v, const char *line)
{
	return verify_report_add(v->report, line, v->arena, v->error);
}

/* The better one of two findings; a revoked one stays. */
static void prefer(struct verify_finding *best, const struct verify_finding *other)
{
	enum signature_state had = signatures_verdict(&best->signatures)->state;
	enum signature_state has = signatures_verdict(&other->signatures)->state;

	if (had == SIGNATURE_REVOKED)
		return;
	if (has == SIGNATURE_REVOKED || has > had)
		*best = *other;
}

static void give_up(struct verify_finding *finding, const char *where, const char *why)
{
	finding->where = where;
	finding->signatures = (struct signatures){.count = 1};
	finding->signatures.each[0].state = SIGNATURE_DAMAGED;
	snprintf(finding->signatures.each[0].why, sizeof(finding->signatures.each[0].why), "%s",
		 why);
}

/* A clause, not a sentence. */
static void without_stop(char *sentence)
{
	size_t length = strlen(sentence);

	if (length && sentence[length - 1] == '.')
		sentence[length - 1] = '\0';
}

/* Whatever the signatures say, and where there is none: the file's own digest may be revoked. */
static bool check_digest(const struct verify *v, struct bytes file, struct verify_finding *finding)
{
	bool revoked;

	if (!signature_revokes(v->anchors, file, &revoked, v->error))
		return false;
	for (unsigned i = 0; revoked && i < finding->signatures.count; i++) {
		struct signature *signature = &finding->signatures.each[i];

		signature->state = SIGNATURE_REVOKED;
		snprintf(signature->why, sizeof(signature->why), "%s",
			 "the digest of the file is revoked");
	}
	return true;
}

/* A component below its level is as good as revoked; images without .sbat have no components. */
static void check_sbat(const struct verify *v, const struct pe *pe, struct signatures *signatures)
{
	char why[SBAT_WHY_SIZE];

	if (!v->efi.sbat_level.size)
		return;
	for (unsigned i = 0; i < pe->section_count; i++) {
		struct pe_section section = pe_section(pe, i);

		if (strcmp(section.name, ".sbat") ||
		    sbat_accepts(section.bytes, v->efi.sbat_level, why))
			continue;
		for (unsigned j = 0; j < signatures->count; j++) {
			signatures->each[j].state = SIGNATURE_REVOKED;
			memcpy(signatures->each[j].why, why, sizeof(why));
		}
		return;
	}
}

static const char *covered_of_pe(struct verify *v, const struct pe *pe, bool covers_all)
{
	size_t rest = pe->certificates.size ? (size_t)(pe->certificates.data - pe->file.data)
					    : pe->file.size;

	if (!covers_all)
		return "the headers and sections of the file, and not what else is between and "
		       "behind them";
	return arena_format(v->arena, v->error,
			    "the %zu bytes in front of the signatures, without the checksum and "
			    "the place of the signatures in the headers", rest);
}

static bool check_pe(struct verify *v, struct bytes bytes, bool sections_only,
		     struct verify_finding *finding)
{
	struct error damaged = {0};
	struct pe pe;

	finding->where = "the PE image";
	if (!pe_parse(bytes, &pe, &damaged)) {
		char *why = arena_format(v->arena, v->error, "%s", damaged.cause);

		if (!why)
			return false;
		without_stop(why);
		if (why[0] >= 'A' && why[0] <= 'Z')
			why[0] = (char)(why[0] - 'A' + 'a');
		give_up(finding, "the PE image", why);
		return true;
	}
	if (!signature_check_pe(v->anchors, &pe, v->arena, &finding->signatures, v->error))
		return false;
	check_sbat(v, &pe, &finding->signatures);
	finding->covered = covered_of_pe(v, &pe, finding->signatures.covers_all);
	if (!finding->covered)
		return false;
	if (!finding->signatures.covers_all && !sections_only &&
	    signatures_verdict(&finding->signatures)->state == SIGNATURE_GOOD)
		give_up(finding, "the PE image",
			"the image's sections overlap or leave gaps, so that it does not cover all "
			"of the file");
	return true;
}

static bool check_embedded(struct verify *v, struct bytes bytes, bool sections_only,
			   struct verify_finding *finding)
{
	struct bytes content, message;
	bool damaged;

	*finding = (struct verify_finding){.signatures = {.count = 1}};
	if (pe_is(bytes))
		return check_pe(v, bytes, sections_only, finding);
	if (!signature_split_appended(bytes, &content, &message, &damaged))
		return true;
	if (damaged) {
		give_up(finding, "the end of the file",
			"the end of the file says that a signature is appended, and there is none");
		return true;
	}
	finding->where = "the end of the file";
	finding->covered = arena_format(v->arena, v->error, "the %zu bytes in front of it",
					content.size);
	return finding->covered &&
	       signature_check_detached(v->anchors, content, message, &finding->signatures,
					v->error);
}

/* A file that does not exist is no signature; one that cannot be read is a bad one. */
static bool check_detached(struct verify *v, struct bytes bytes, const char *path,
			   struct verify_finding *finding)
{
	struct file file;
	char *name = arena_format(v->arena, v->error, "%s.p7s", path);
	struct error absent = {0};
	bool checked;
	int problem;

	if (!name)
		return false;
	*finding = (struct verify_finding){.signatures = {.count = 1}, .where = name};
	finding->covered = arena_format(v->arena, v->error, "all %zu bytes", bytes.size);
	if (!finding->covered)
		return false;
	/* v->error may hold already why another part was refused. */
	if (!file_open(&file, name, &problem, &absent)) {
		without_stop(absent.cause);
		if (problem != ENOENT && problem != ENOTDIR)
			give_up(finding, name, absent.cause);
		return check_digest(v, bytes, finding);
	}
	checked = signature_check_detached(v->anchors, bytes, file.bytes, &finding->signatures,
					   v->error);
	file_close(&file);
	return checked;
}

/* In the order in which they are unwrapped; the first layer that holds covers all that is in it. */
static bool check_kernel(struct verify *v, struct verify_finding *best)
{
	const struct image *image = v->image;
	/* What is in a unified kernel image has been taken from what was signed. */
	struct bytes unpacked = image->uki ? image->uki_file.bytes : image->kernel_unpacked.bytes;
	struct verify_finding other;

	if (!check_embedded(v, image->kernel_file.bytes, image->uki, best))
		return false;
	if (unpacked.size && signatures_verdict(&best->signatures)->state != SIGNATURE_GOOD) {
		if (!check_embedded(v, unpacked, image->uki, &other))
			return false;
		prefer(best, &other);
	}
	if (signatures_verdict(&best->signatures)->state != SIGNATURE_GOOD) {
		if (!check_detached(v, image->kernel_file.bytes, image->kernel_file.path, &other))
			return false;
		prefer(best, &other);
	}
	return check_digest(v, image->kernel_file.bytes, best);
}

/* Reports, and notes the first part that may not be loaded. */
static bool conclude(struct verify *v, const char *what, const char *path,
		     const struct verify_finding *finding, bool required)
{
	const struct signature *verdict = signatures_verdict(&finding->signatures);

	/* Nobody has to sign it, and yet it may be named as one never to be loaded. */
	if (verdict->state == SIGNATURE_REVOKED && v->options->verify != VERIFY_SHOW)
		required = true;
	if (!verify_finding_tell(finding, what, v->report, v->arena, v->error))
		return false;
	if (!required || v->failed || verdict->state == SIGNATURE_GOOD)
		return true;
	v->failed = true;
	error_headline(v->error, "Cannot load %s", v->image->kernel_file.path);
	verify_finding_refuse(finding, path, signature_anchor_count(v->anchors),
			      v->options->trust.count, v->error);
	return true;
}

static bool check_file(struct verify *v, const char *role, const struct file *file, bool required)
{
	struct verify_finding finding;
	char *what;

	if (!file->bytes.size)
		return true;
	what = arena_format(v->arena, v->error, "%s %s", role, file->path);
	return what && check_detached(v, file->bytes, file->path, &finding) &&
	       conclude(v, what, file->path, &finding, required);
}

static bool check_cmdline(struct verify *v, const char *cmdline, bool required)
{
	struct verify_finding finding;
	char *path;

	if (!cmdline || !*cmdline)
		return true;
	path = arena_format(v->arena, v->error, "%s.cmdline", v->image->kernel_file.path);
	if (!path ||
	    !check_detached(v, (struct bytes){(const uint8_t *)cmdline, strlen(cmdline)}, path,
			    &finding))
		return false;
	finding.text = true;
	return conclude(v, "command line", "The command line", &finding, required);
}

/* A section of an addon is covered by that one's signature alone, all others by the kernel's. */
static bool is_covered(const struct verify *v, struct bytes inside)
{
	for (unsigned i = 0; i < v->image->addon_count; i++) {
		const struct bytes *addon = &v->image->addons[i].bytes;

		if (inside.data >= addon->data && inside.data < addon->data + addon->size)
			return v->covers_addon[i];
	}
	return v->covers_kernel;
}

/* What a signed image holds is covered by its signature, the sections one by one. */
static bool say_inside(struct verify *v, const char *what, const char *path, struct bytes inside)
{
	const char *covered = is_covered(v, inside) ? "whose signature covers it" : "not covered";

	return say(v, arena_format(v->arena, v->error, "%s: inside of %s, %s.", what, path,
				   covered));
}

static bool say_cmdlines(struct verify *v)
{
	const struct image *image = v->image;
	bool said = true;

	for (unsigned i = 0; said && i < image->cmdline_count; i++)
		said = say_inside(v, "command line", image->cmdlines[i].path,
				  image->cmdlines[i].bytes);
	return said;
}

static bool check_initrds(struct verify *v, bool required)
{
	const struct image *image = v->image;
	bool checked = true;

	if (!image->part_count)
		return check_file(v, "initrd", &image->initrd, required);
	for (unsigned i = 0; checked && i < image->part_count; i++) {
		const struct file *part = &image->parts[i].file;

		checked = part->fd >= 0 ? check_file(v, "initrd", part, required)
					: say_inside(v, "initrd", part->path, part->bytes);
	}
	return checked;
}

static bool check_addons(struct verify *v, bool required)
{
	for (unsigned i = 0; i < v->image->addon_count; i++) {
		const struct file *addon = &v->image->addons[i];
		char *what = arena_format(v->arena, v->error, "addon %s", addon->path);
		struct verify_finding finding;

		if (!what || !check_embedded(v, addon->bytes, true, &finding) ||
		    !conclude(v, what, addon->path, &finding, required))
			return false;
		v->covers_addon[i] =
			signatures_verdict(&finding.signatures)->state == SIGNATURE_GOOD;
	}
	return true;
}

/* What a module is told is a command line too, with its own signature beside the file. */
static bool check_module_line(struct verify *v, const struct image_module *module, bool required)
{
	const char *path = module->file.path;
	const struct bytes line = { (const uint8_t *)module->line, strlen(module->line) };
	char *what = arena_format(v->arena, v->error, "line of the module %s", path);
	char *who = arena_format(v->arena, v->error, "The line of the module %s", path);
	char *beside = arena_format(v->arena, v->error, "%s.cmdline", path);
	struct verify_finding finding;

	if (!what || !who || !beside || !check_detached(v, line, beside, &finding))
		return false;
	finding.text = true;
	return conclude(v, what, who, &finding, required);
}

static bool check_modules(struct verify *v, bool required)
{
	for (unsigned i = 0; i < v->image->module_count; i++) {
		const struct image_module *module = &v->image->modules[i];

		if (!check_file(v, "module", &module->file, required))
			return false;
		if (strcmp(module->line, module->file.path) &&
		    !check_module_line(v, module, required))
			return false;
	}
	return true;
}

/* "elfcorehdr=" and the like, which nobody could sign beforehand; or the kernel's own one. */
static bool say_added(struct verify *v, const char *asked, const char *final)
{
	size_t length = asked ? strlen(asked) : 0;

	if (!final || (asked && !strcmp(asked, final)))
		return true;
	if (asked && !strncmp(asked, final, length))
		final += length;
	final += strspn(final, " ");
	return say(v, arena_format(v->arena, v->error,
				   "command line: \"%s\" is not from the options, and has no "
				   "signature of its own.", final));
}

static bool check_all(struct verify *v, const char *asked, const char *final)
{
	const struct image *image = v->image;
	bool all = v->options->verify == VERIFY_ALL;
	bool trees = image->sections && image->sections->device_tree_count;
	bool own_dtb = image->dtb.fd < 0 && (image->dtb.bytes.size || trees);
	struct verify_finding finding;
	char *what = arena_format(v->arena, v->error, "kernel %s", image->kernel_file.path);

	if (!what || !check_kernel(v, &finding))
		return false;
	v->covers_kernel = signatures_verdict(&finding.signatures)->state == SIGNATURE_GOOD;
	return conclude(v, what, image->kernel_file.path, &finding,
			v->options->verify != VERIFY_SHOW) &&
	       check_addons(v, all) && check_initrds(v, all) && check_modules(v, all) &&
	       (own_dtb ? say_inside(v, "device tree",
				    image->dtb.bytes.size ? image->dtb.path
							  : image->kernel_file.path,
				    image->dtb.bytes)
			: check_file(v, "device tree", &image->dtb, all)) &&
	       (image_cmdline(image, v->options)
			? say_cmdlines(v)
			: check_cmdline(v, asked, all)) &&
	       say_added(v, asked, final);
}

static bool read_trust(struct verify *v, const struct sysroot *root,
		       struct signature_anchors *anchors)
{
	const struct trust_efi *efi = &v->efi;

	if (!trust_read(v->options, root, v->arena, anchors, &v->efi, v->error))
		return false;
	return !efi->read ||
	       say(v, arena_format(v->arena, v->error,
				   "efi: trusted are %u certificates and %u images, revoked %u; "
				   "left out %u; %s.",
				   efi->certificates, efi->images, efi->revoked, efi->left_out,
				   efi->sbat_level.size ? "SBAT levels count" : "no SBAT levels"));
}

bool verify_embedded(const struct signature_anchors *anchors, struct bytes kernel,
		     struct arena *arena, struct signatures *out, struct error *error)
{
	struct verify v = {
		.anchors = anchors,
		.arena = arena,
		.error = error,
	};
	struct verify_finding finding;
	bool checked = check_embedded(&v, kernel, false, &finding);

	if (checked)
		*out = finding.signatures;
	return checked;
}

bool verify_image(const struct options *options, const struct sysroot *root,
		  const struct image *image, const char *asked, const char *final,
		  struct arena *arena, struct verify_report *report, struct error *error)
{
	struct verify v = {
		.options = options,
		.image = image,
		.arena = arena,
		.report = report,
		.error = error,
	};
	struct signature_anchors *anchors;
	bool checked;

	*report = (struct verify_report){.count = 0};
	if (options->verify == VERIFY_NOTHING)
		return true;
	v.anchors = anchors = signature_anchors_new(error);
	checked = anchors && read_trust(&v, root, anchors) && check_all(&v, asked, final);
	signature_anchors_free(anchors);
	if (!checked && !error->headline[0])
		error_headline(error, "Cannot load %s", image->kernel_file.path);
	return checked && !v.failed;
}
