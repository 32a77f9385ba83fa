// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Printing the report of --check: a table of 80 columns with sentences below the rows that need
 * some, or JSON. All names come from outside and are escaped.
 */
#include "config.h"

#include <inttypes.h>

#include "kexec/check_report.h"
#include "kexec/escape.h"
#include "kexec/json.h"

#define WIDTH 80
#define INDENT 9
#define FINDING_INDENT 24

struct printing {
	FILE *out;
	bool colour, verbose;
	struct arena *arena;
	struct error *error;
};

static const char *shutdown_word(enum driver_shutdown shutdown)
{
	return shutdown == SHUTDOWN_WITH ? "yes" : shutdown == SHUTDOWN_WITHOUT ? "no" : "unknown";
}

/* How much of a word goes on a line: of one that is longer, up to a slash if it has one. */
static int piece_length(const char *word, int room)
{
	int length = (int)strcspn(word, " "), slash = room;

	if (length <= room)
		return length;
	while (slash && word[slash - 1] != '/')
		slash--;
	if (slash)
		return slash;
	/* Not between the bytes of one character. */
	while (room > 1 && ((uint8_t)word[room] & 0xc0) == 0x80)
		room--;
	return room;
}

/*
 * Words from the indent on, in lines that end at the last column. `at`: where the first line is
 * now.
 */
static bool print_words(struct printing *p, const char *text, int indent, int at)
{
	const char *words = escape_terminal(text, p->arena, p->error);
	bool cut = false;

	if (!words)
		return false;
	while (*words) {
		int length = piece_length(words, WIDTH - indent), blank = cut ? 0 : 1;

		if (at > indent && at + blank + length > WIDTH) {
			fprintf(p->out, "\n");
			at = 0;
		}
		at += fprintf(p->out, "%*s%.*s", at > indent ? blank : indent - at, "", length,
			      words);
		words += length;
		cut = *words && *words != ' ';
		words += *words == ' ';
	}
	fprintf(p->out, "\n");
	return true;
}

static bool print_wrapped(struct printing *p, const char *text)
{
	return print_words(p, text, INDENT, 0);
}

/* A column: cut where it is too long. */
static bool print_cell(struct printing *p, const char *text, int width)
{
	const char *shown = escape_terminal(text, p->arena, p->error);
	int length;

	if (!shown)
		return false;
	length = (int)escape_width(shown);
	if (length > width)
		fprintf(p->out, "%.*s...  ", width - 3, shown);
	else
		fprintf(p->out, "%s%*s  ", shown, width - length, "");
	return true;
}

/* Where the driver is from. */
static bool print_module(struct printing *p, const struct report_entry *entry)
{
	const struct device *device = entry->device;
	const char *text;

	if (!device->module)
		return print_wrapped(p, "The driver is built into the kernel.");
	text = arena_format(p->arena, p->error, "Module %s%s%s%s%s.", device->module,
			    entry->in_tree == YES ? ", of the kernel's tree" : entry->in_tree == NO
			    ? ", out of tree" : "", entry->is_signed == YES ? ", signed" :
			    entry->is_signed == NO ? ", unsigned" : "",
			    device->taint ? ", taint " : "", device->taint ? device->taint : "");
	return text && print_wrapped(p, text);
}

static bool print_evidence(struct printing *p, const struct report *report,
			   const struct report_entry *entry)
{
	const struct device *device = entry->device;
	const struct live_driver *live = entry->live;
	const struct driver *driver = entry->driver;
	const char *text;

	text = arena_format(p->arena, p->error,
			    "%s device; bus mastering %s, IOMMU group %s, power state %s "
			    "(%s), reset by %s.",
			    driver_kind_name(device->bus),
			    device->bus_master == YES  ? "on"
			    : device->bus_master == NO ? "off"
						       : "unknown",
			    device->iommu ? device->iommu : "none",
			    device->power_state ? device->power_state : "unknown",
			    device->runtime_status ? device->runtime_status : "run time unknown",
			    device->reset_methods ? device->reset_methods : "nothing");
	if (!text || !print_wrapped(p, text) || !print_module(p, entry))
		return false;
	if (driver) {
		text = arena_format(
			p->arena, p->error,
			"%s: %s at %s+0x%" PRIx64 "; offsets from %s; shutdown %s%s.", entry->file,
			driver->symbol ? driver->symbol : "a structure", driver->section,
			driver->offset, entry->device->module ? report->types : entry->file,
			driver->callback ? "points at " : "",
			driver->callback ? driver->callback : shutdown_word(driver->shutdown));
		if (!text || !print_wrapped(p, text))
			return false;
	}
	if (live) {
		text = arena_format(
			p->arena, p->error, "The running kernel's memory: %s; shutdown %s%s.",
			live->structure.name ? live->structure.name : "a structure",
			live->callback.name ? "points at " : "",
			live->callback.name ? live->callback.name : shutdown_word(live->shutdown));
		if (!text || !print_wrapped(p, text))
			return false;
	}
	if (!entry->newer_file)
		return true;
	text = arena_format(p->arena, p->error, "%s has a shutdown callback.", entry->newer_file);
	return text && print_wrapped(p, text);
}

static const char *const colours[] = {
	[VERDICT_CLEAR] = "\033[32m", [VERDICT_WARNING] = "\033[33m", [VERDICT_RISK] = "\033[31m",
};

static bool print_finding(struct printing *p, const struct finding *finding)
{
	const struct judgement *j = &finding->judgement;
	bool colour = p->colour && finding->seen;

	fprintf(p->out, "%s%-7s%s  %-13s  ", colour ? colours[j->verdict] : "",
		finding->seen ? verdict_name(j->verdict) : "unseen", colour ? "\033[0m" : "",
		finding->name);
	return print_words(p, j->reason, FINDING_INDENT, FINDING_INDENT) &&
	       (!j->remedy || print_words(p, j->remedy, FINDING_INDENT, 0));
}

static bool print_entry(struct printing *p, const struct report *report,
			const struct report_entry *entry)
{
	const struct judgement *j = &entry->judgement;

	fprintf(p->out, "%s%-7s%s  ", p->colour ? colours[j->verdict] : "",
		verdict_name(j->verdict), p->colour ? "\033[0m" : "");
	if (!print_cell(p, entry->device->name, 26) || !print_cell(p, entry->device->driver, 20) ||
	    !print_cell(p, verdict_class_name(entry->device), 11))
		return false;
	fprintf(p->out, "%s\n", shutdown_word(entry->facts.shutdown));
	if ((j->verdict != VERDICT_CLEAR || p->verbose) && !print_wrapped(p, j->reason))
		return false;
	if (j->remedy && !print_wrapped(p, j->remedy))
		return false;
	return !p->verbose || print_evidence(p, report, entry);
}

static bool print_text(struct printing *p, const struct report *report)
{
	static const char *const words[] = {
		[VERDICT_CLEAR] = "Clear",
		[VERDICT_WARNING] = "Warnings",
		[VERDICT_RISK] = "At risk",
	};

	if (report->devices.count)
		fprintf(p->out, "%-7s  %-26s  %-20s  %-11s  %s\n", "VERDICT", "DEVICE", "DRIVER",
			"CLASS", "SHUTDOWN");
	for (size_t i = 0; i < report->devices.count; i++)
		if (!print_entry(p, report, &report->entries[i]))
			return false;
	if (report->findings.count)
		fprintf(p->out, "%sVERDICT  MACHINE\n", report->devices.count ? "\n" : "");
	for (unsigned i = 0; i < report->findings.count; i++)
		if (!print_finding(p, &report->findings.list[i]))
			return false;
	fprintf(p->out, "\n%s. Devices with drivers: %zu; at risk: %zu; with warnings: %zu.\n",
		words[report->verdict], report->devices.count, report->verdicts[VERDICT_RISK],
		report->verdicts[VERDICT_WARNING]);
	if (p->verbose && report->devices.sig_enforce != UNKNOWN)
		fprintf(p->out, "The running kernel loads %s.\n", report->devices.sig_enforce == YES
			? "only modules that are signed" : "modules that are not signed, too");
	for (unsigned i = 0; i < report->unseen_count; i++)
		if (!print_words(p, report->unseen[i], 0, 0))
			return false;
	return true;
}

static void put_shutdown(struct json *j, const char *name, enum driver_shutdown shutdown)
{
	if (shutdown == SHUTDOWN_UNKNOWN)
		json_null(j, name);
	else
		json_bool(j, name, shutdown == SHUTDOWN_WITH);
}

static void put_tristate(struct json *j, const char *name, enum tristate value)
{
	if (value == UNKNOWN)
		json_null(j, name);
	else
		json_bool(j, name, value == YES);
}

static void put_entry(struct json *j, const struct report_entry *entry)
{
	const struct device *device = entry->device;
	const struct live_driver *live = entry->live;
	const struct driver *driver = entry->driver;

	json_open(j, NULL, '{');
	json_text(j, "bus", driver_kind_name(device->bus));
	json_text(j, "name", device->name);
	json_text(j, "class", verdict_class_name(device));
	if (device->has_class)
		json_address(j, "pci_class", device->class);
	else
		json_null(j, "pci_class");
	json_text(j, "driver", device->driver);
	json_text(j, "module", device->module);
	json_text(j, "taint", device->taint);
	put_tristate(j, "in_tree", entry->in_tree);
	put_tristate(j, "signed", entry->is_signed);
	put_shutdown(j, "shutdown", entry->facts.shutdown);
	put_shutdown(j, "bus_shutdown", entry->facts.bus);
	put_tristate(j, "bus_master", device->bus_master);
	json_text(j, "iommu", device->iommu);
	json_text(j, "power_state", device->power_state);
	json_text(j, "runtime_status", device->runtime_status);
	json_text(j, "reset_methods", device->reset_methods);
	json_text(j, "verdict", verdict_name(entry->judgement.verdict));
	json_text(j, "reason", entry->judgement.reason);
	json_text(j, "remedy", entry->judgement.remedy);
	json_text(j, "file", entry->file);
	json_text(j, "symbol", driver ? driver->symbol : NULL);
	json_text(j, "section", driver ? driver->section : NULL);
	if (driver)
		json_number(j, "offset", driver->offset);
	else
		json_null(j, "offset");
	json_text(j, "callback", driver ? driver->callback : NULL);
	put_shutdown(j, "in_file", entry->in_file);
	put_shutdown(j, "in_memory", live ? live->shutdown : SHUTDOWN_UNKNOWN);
	json_text(j, "memory_symbol", live ? live->structure.name : NULL);
	json_text(j, "memory_callback", live ? live->callback.name : NULL);
	json_text(j, "newer_kernel", entry->newer_kernel);
	json_text(j, "newer_file", entry->newer_file);
	json_close(j, '}');
}

static void put_finding(struct json *j, const struct finding *finding)
{
	json_open(j, NULL, '{');
	json_text(j, "name", finding->name);
	json_text(j, "verdict", finding->seen ? verdict_name(finding->judgement.verdict) : NULL);
	json_text(j, "reason", finding->judgement.reason);
	json_text(j, "remedy", finding->judgement.remedy);
	json_close(j, '}');
}

static bool print_json(FILE *out, const struct report *report, struct arena *arena,
		       struct error *error)
{
	struct json j = { .out = out, .first = true, .arena = arena, .error = error };

	json_open(&j, NULL, '{');
	json_number(&j, "version", 1);
	json_text(&j, "program", PACKAGE_STRING);
	json_text(&j, "release", report->devices.release);
	json_text(&j, "verdict", verdict_name(report->verdict));
	json_text(&j, "modules", report->modules);
	json_text(&j, "types", report->types);
	put_tristate(&j, "sig_enforce", report->devices.sig_enforce);
	json_open(&j, "devices", '[');
	for (size_t i = 0; i < report->devices.count; i++)
		put_entry(&j, &report->entries[i]);
	json_close(&j, ']');
	json_number(&j, "unbound", report->devices.unbound);
	json_open(&j, "findings", '[');
	for (unsigned i = 0; i < report->findings.count; i++)
		put_finding(&j, &report->findings.list[i]);
	json_close(&j, ']');
	json_open(&j, "unseen", '[');
	for (unsigned i = 0; i < report->unseen_count; i++)
		json_text(&j, NULL, report->unseen[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	fprintf(out, "\n");
	return !j.failed;
}

bool check_report_print(FILE *out, const struct report *report, unsigned forms, bool colour,
			struct arena *arena, struct error *error)
{
	struct printing p = {
		.out = out,
		.colour = colour,
		.verbose = forms & CHECK_VERBOSE,
		.arena = arena,
		.error = error,
	};

	return forms & CHECK_JSON ? print_json(out, report, arena, error) : print_text(&p, report);
}

bool check_report_pass(const struct report *report, struct error *error)
{
	const struct report_entry *worst = report->entries;
	size_t count = report->verdicts[VERDICT_RISK];

	if (!count)
		return true;
	error_remedy(error, "See kexec --check for the whole report, or leave --check-first out.");
	if (count == 1)
		return error_set(error, "Nothing was loaded, because %s is at risk: %s",
				 worst->device->name, worst->judgement.reason);
	return error_set(error,
			 "Nothing was loaded, because %zu devices are at risk. The first is %s: %s",
			 count, worst->device->name, worst->judgement.reason);
}
