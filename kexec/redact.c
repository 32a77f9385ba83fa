// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules, one function for each kind of file. Whoever makes the kernel or the firmware print a
 * new secret somewhere adds a line to one of the tables.
 */
#include "config.h"
#include "kexec/redact.h"

#include <ctype.h>
#include <stdio.h>

#include "kexec/devicetree.h"

#define MAC_PAIRS 6

/* Parts of the names of kernel parameters whose values are nobody's business. */
static const char *const secret_parameters[] = {
	"password",	 "passwd",	 "passphrase", "secret",     "token",
	"credential",	 "authkey",	 "psk",	       "machine_id", "machine-id",
	"serial_number", "serialnumber", "pin-value",
};

/* How such names end: rootpass=, vnc_pw=, netcfg/wireless_wpa=, api_key=, mac=. */
static const char *const secret_endings[] = {
	"pass", "pw", "pwd", "pin", "key", "wpa", "wep", "mac",
};

/* Parts of the names of properties of device trees: bindings, LoPAR, skiboot's and U-Boot's own. */
static const struct {
	const char *part, *what;
} secret_properties[] = {
	{"seed", "seeds"},		  /* chosen/rng-seed, kaslr-seed */
	{"mac-address", "MAC addresses"}, /* local-mac-address, ibm,mac-address */
	{"serial-number", "serial numbers"},
	{"linux,serial", "serial numbers"},
	{"system-id", "serial numbers"},
	{"host-serial", "serial numbers"},
	{"uuid", "serial numbers"},	/* vm,uuid, ibm,partition-uuid */
	{"loc-code", "serial numbers"}, /* begins with the enclosure's serial number */
	{"ibm,vpd", "serial numbers"},
	{"password", "passwords"},
};

static bool has_part(const uint8_t *text, size_t size, const char *part)
{
	size_t length = strlen(part);

	for (size_t i = 0; i + length <= size; i++) {
		size_t j = 0;

		while (j < length && tolower(text[i + j]) == part[j])
			j++;
		if (j == length)
			return true;
	}
	return false;
}

/* Letters and digits become x; what holds them together stays. */
static bool cross_out(uint8_t *text, size_t size, const char *kept)
{
	bool any = false;

	for (size_t i = 0; i < size; i++) {
		if (text[i] <= ' ' || strchr(kept, text[i]))
			continue;
		text[i] = 'x';
		any = true;
	}
	return any;
}

/* How many bytes are a MAC address: pairs of hexadecimal digits, one kind of mark between them. */
static size_t mac_length(const uint8_t *text, size_t size)
{
	size_t length = 0, pairs = 0;

	for (size_t at = 0; at + 2 <= size && isxdigit(text[at]) && isxdigit(text[at + 1]); at++) {
		pairs++;
		at += 2;
		length = at;
		if (at == size || (text[at] != ':' && text[at] != '-') || text[at] != text[2])
			break;
	}
	/* A longer word that begins so is something else. */
	return pairs < MAC_PAIRS || (length < size && isalnum(text[length])) ? 0 : length;
}

static bool redact_macs(uint8_t *text, size_t size)
{
	bool any = false;

	for (size_t i = 0; i < size; i++) {
		size_t length = i && isalnum(text[i - 1]) ? 0 : mac_length(text + i, size - i);

		if (length)
			any |= cross_out(text + i, length, ":-");
	}
	return any;
}

static bool is_secret(const uint8_t *name, size_t size)
{
	for (size_t i = 0; i < sizeof(secret_parameters) / sizeof(secret_parameters[0]); i++)
		if (has_part(name, size, secret_parameters[i]))
			return true;
	for (size_t i = 0; i < sizeof(secret_endings) / sizeof(secret_endings[0]); i++) {
		size_t length = strlen(secret_endings[i]);

		if (size >= length && has_part(name + size - length, length, secret_endings[i]))
			return true;
	}
	return false;
}

/*
 * NAME=VALUE by its name, and USER:PASSWORD@ wherever it stands. A value may have names in it, as
 * URLs and the options of a mount do; a secret may have any mark in it, so nothing behind its name
 * stays.
 */
static bool redact_word(uint8_t *word, size_t size)
{
	const uint8_t *equals = memchr(word, '=', size), *at, *colon;
	size_t value = equals ? (size_t)(equals - word) + 1 : 0;
	bool any = false;

	for (size_t i = 0, name = 0; i < size && !any; i++) {
		if (memchr("?&;,", word[i], 4))
			name = i + 1;
		else if (word[i] == '=' && is_secret(word + name, i - name))
			any = cross_out(word + i + 1, size - i - 1, "\"");
	}
	at = memrchr(word + value, '@', size - value);
	colon = at ? memchr(word + value, ':', (size_t)(at - word) - value) : NULL;
	return (colon && cross_out((uint8_t *)colon, (size_t)(at - colon), "\":/")) || any;
}

/* Words as the kernel splits its command line: blanks in quotes belong to the word. */
static bool redact_words(uint8_t *text, size_t size)
{
	bool any = redact_macs(text, size);
	size_t start = 0;
	bool quoted = false;

	for (size_t i = 0; i <= size; i++) {
		bool end = i == size || text[i] == '\n' || text[i] == '\0';

		if (!end && text[i] == '"')
			quoted = !quoted;
		/* isspace() of the kernel, where a no-break space of Latin 1 is one. */
		if (!end && (quoted || (text[i] > ' ' && text[i] != 0xa0)))
			continue;
		any |= redact_word(text + start, i - start);
		start = i + 1;
		quoted = quoted && !end;
	}
	return any;
}

static const char *redact_parameters(uint8_t *data, size_t size)
{
	return redact_words(data, size) ? "passwords, keys or MAC addresses" : NULL;
}

/* Blanks and commas part the words of a line of crypttab(5); `name`: the first one stays. */
static bool redact_crypttab_line(uint8_t *line, size_t size, bool name)
{
	static const char kept[] = "tpm2-device=";
	bool any = false;

	for (size_t start = 0; start < size;) {
		size_t length = 0;

		while (start + length < size && !memchr(" \t,", line[start + length], 3))
			length++;
		if (length && !name &&
		    (length < strlen(kept) || memcmp(line + start, kept, strlen(kept))))
			any |= cross_out(line + start, length, "#");
		name &= !length;
		start += length + 1;
	}
	return any;
}

/* What counts is which disks the TPM unlocks. Where their keys are, and a token's PIN, does not. */
static const char *redact_crypttab(uint8_t *data, size_t size)
{
	bool any = false;

	for (size_t start = 0; start < size;) {
		const uint8_t *end = memchr(data + start, '\n', size - start);
		size_t length = end ? (size_t)(end - data) - start : size - start, at = 0;

		while (at < length && memchr(" \t", data[start + at], 2))
			at++;
		any |= redact_crypttab_line(data + start, length,
					    at == length || data[start + at] != '#');
		start += length + 1;
	}
	return any ? "all but names and the TPM's part" : NULL;
}

/* "Serial : 00..." of arm64, ", identification = 00..." of s390x. */
static const char *redact_processors(uint8_t *data, size_t size)
{
	static const char *const keys[] = {"\nSerial\t", "identification ="};
	bool any = false;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t length = strlen(keys[i]);
		uint8_t *at = data, *end = data + size;

		while ((at = memmem(at, (size_t)(end - at), keys[i], length))) {
			for (at += length; at < end && strchr(" \t:", *at) && *at;)
				at++;
			for (; at < end && isxdigit(*at); at++) {
				any |= *at != '0';
				*at = '0';
			}
		}
	}
	return any ? "serial numbers" : NULL;
}

static bool wipe(uint8_t *data, size_t size)
{
	bool any = false;

	for (size_t i = 0; i < size; i++)
		any |= data[i];
	memset(data, 0, size);
	return any;
}

/* ELF64: the headers of fs/proc/kcore.c stand right behind each other. */
#define EHDR_SIZE 64
#define PHDR_SIZE 56
#define NHDR_SIZE 12
#define PT_NOTE 4

/* The notes from `at` to `end`; returns where the last whole one ends. */
static size_t redact_notes(uint8_t *data, size_t at, size_t end, enum byte_order order, bool *any)
{
	static const char kept[] = "VMCOREINFO";

	while (at + NHDR_SIZE <= end) {
		uint64_t name = bytes_get(data + at, 4, order),
			 length = bytes_get(data + at + 4, 4, order);
		uint64_t text = at + NHDR_SIZE + ((name + 3) & ~3ull),
			 next = text + ((length + 3) & ~3ull);

		if (text > end)
			break;
		/* The head may end in the middle of a note. */
		next = next < end ? next : end;
		if (name != sizeof(kept) || memcmp(data + at + NHDR_SIZE, kept, sizeof(kept)))
			*any |= wipe(data + text, (size_t)(next - text));
		at = (size_t)next;
	}
	return at;
}

/* Notes on processes hold registers; behind the headers only VMCOREINFO is of any use. */
static const char *redact_core(uint8_t *data, size_t size)
{
	const struct bytes all = {data, size};
	enum byte_order order = size > 5 && data[5] == 2 ? BIG : LITTLE;
	const uint8_t *header = bytes_at(all, 0, EHDR_SIZE);
	bool whole = header && bytes_get(header + 32, 8, order) == EHDR_SIZE, any = false;
	size_t count = whole ? (size_t)bytes_get(header + 56, 2, order) : 0;
	size_t kept = whole ? EHDR_SIZE + count * PHDR_SIZE : 0;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *entry = bytes_at(all, EHDR_SIZE + i * PHDR_SIZE, PHDR_SIZE);
		uint64_t start, end;

		if (!entry || bytes_get(entry, 4, order) != PT_NOTE)
			continue;
		start = bytes_get(entry + 8, 8, order);
		if (start < kept || start > size ||
		    !add_overflow_checked(start, bytes_get(entry + 32, 8, order), &end))
			continue;
		any |= wipe(data + kept, (size_t)start - kept);
		kept = redact_notes(data, (size_t)start, end < size ? (size_t)end : size, order,
				    &any);
	}
	if (kept < size)
		any |= wipe(data + kept, size - kept);
	return any ? "notes on processes" : NULL;
}

/* struct boot_params: edid_info (Documentation/arch/x86/zero-page.rst); VESA E-EDID 1.4, 3.4
 * and 3.10.3. */
static const char *redact_boot_params(uint8_t *data, size_t size)
{
	uint8_t *edid = data + 0x140, sum = 0;
	bool any;

	if (size < 0x1c0 || memcmp(edid, "\0\377\377\377\377\377\377\0", 8))
		return NULL;
	any = wipe(edid + 12, 4);
	for (unsigned at = 54; at <= 108; at += 18)
		if (!memcmp(edid + at, "\0\0\0\377", 4))
			any |= wipe(edid + at + 5, 13);
	for (unsigned i = 0; i < 127; i++)
		sum = (uint8_t)(sum + edid[i]);
	edid[127] = (uint8_t)-sum;
	return any ? "the monitor's serial number" : NULL;
}

static const char *redact_property(const char *name, uint8_t *value, size_t size)
{
	if (!strcmp(name, "bootargs"))
		return redact_parameters(value, size);
	for (size_t i = 0; i < sizeof(secret_properties) / sizeof(secret_properties[0]); i++)
		if (has_part((const uint8_t *)name, strlen(name), secret_properties[i].part))
			return wipe(value, size) ? secret_properties[i].what : NULL;
	return NULL;
}

static void visit(void *context, const char *name, uint8_t *value, size_t size)
{
	if (redact_property(name, value, size))
		*(bool *)context = true;
}

static const char *redact_tree(uint8_t *data, size_t size)
{
	bool any = false;

	/* What cannot be looked through is not let out. */
	if (!devicetree_visit(data, size, visit, &any))
		return wipe(data, size) ? "all of it: it is no device tree that could be read"
					: NULL;
	return any ? "seeds, serial numbers, MAC addresses or passwords" : NULL;
}

/* The first 64 bytes are the standard header; what follows may have a capability with a serial
 * number. */
static const char *redact_configuration(uint8_t *data, size_t size)
{
	return size > 64 && wipe(data + 64, size - 64) ? "all but the standard header" : NULL;
}

static bool ends_in(const char *path, const char *end)
{
	size_t length = strlen(path), wanted = strlen(end);

	return length >= wanted && !strcmp(path + length - wanted, end);
}

static const char *redact_all(uint8_t *data, size_t size)
{
	return wipe(data, size) ? "all of it" : NULL;
}

const char *redact(const char *path, uint8_t *data, size_t size)
{
	static const struct {
		const char *end;
		const char *(*rule)(uint8_t *data, size_t size);
	} rules[] = {
		{"proc/cmdline", redact_parameters},
		{"/mountinfo", redact_parameters},
		{"/etc/crypttab", redact_crypttab},
		{"proc/cpuinfo", redact_processors},
		{"proc/kcore.head", redact_core},
		{"/boot_params/data", redact_boot_params},
		{"/firmware/fdt", redact_tree},
		{"/config", redact_configuration},
		/* Nothing here reads them today. */
		{"/address", redact_all},
		{"/serial", redact_all},
		{"/serial_number", redact_all},
		{"_serial", redact_all},
		{"_uuid", redact_all},
		{"/machine-id", redact_all},
		{"/vpd", redact_all},
		{"/wwid", redact_all},
		{"/mac_address", redact_all},
	};
	const char *name = strrchr(path, '/');

	if (strstr(path, "/devicetree/base/") || strstr(path, "/device-tree/"))
		return redact_property(name + 1, data, size);
	/* A kernel's configuration has the same name as a device's. */
	if (!strncmp(path, "/lib/", 5) || !strncmp(path, "/usr/", 5) || !strncmp(path, "/boot/", 6))
		return NULL;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (ends_in(path, rules[i].end))
			return rules[i].rule(data, size);
	return NULL;
}

/* enx0123456789ab, wlx0123456789ab: systemd.net-naming-scheme(7). */
bool redact_name(char *name)
{
	if (strlen(name) != 15 || name[2] != 'x' || strspn(name + 3, "0123456789abcdef") != 12)
		return false;
	return cross_out((uint8_t *)name + 3, 12, "");
}
