// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ELF headers, program headers and notes of a core, and reading its memory. The file is hostile:
 * each offset is checked against its size, and how much work there is follows from what it holds,
 * not from what it claims. libelf is no help here: it wants all of a file at once.
 */
#include "kexec/vmcore.h"

#include "kexec/vmcoreinfo.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* No machine has so many pieces of memory, nor notes of so many bytes. */
#define HEADERS_MAX ((uint64_t)1 << 20)
#define NOTES_MAX ((uint64_t)64 << 20)
/* VMCOREINFO is one page, and pages have at most 64 KiB. */
#define INFO_MAX ((size_t)64 << 10)

static bool fail(struct error *error, int status)
{
	return error_status(error, status);
}

/* Bytes of the file, which must all be inside. */
static bool read_file(const struct vmcore *core, uint64_t offset, void *to, size_t size,
		      struct error *error)
{
	uint64_t end;

	if (!add_overflow_checked(offset, size, &end) || end > core->source->size)
		return error_set(error,
				 "The file ends after %" PRIu64
				 " bytes, where %zu at offset 0x%" PRIx64 " are needed.",
				 core->source->size, size, offset);
	return core->source->read(core->source, offset, to, size, error);
}

/* An integer of an ELF structure, where 32-bit and 64-bit files have it. */
struct field {
	unsigned offset32, size32, offset64, size64;
};

static uint64_t field(const struct vmcore *core, const uint8_t *at, struct field f)
{
	return core->class == 64 ? bytes_get(at + f.offset64, f.size64, core->order)
				 : bytes_get(at + f.offset32, f.size32, core->order);
}

#define FIELD(type, name)                                                                          \
	((struct field){offsetof(Elf32_##type, name), sizeof(((Elf32_##type *)0)->name),           \
			offsetof(Elf64_##type, name), sizeof(((Elf64_##type *)0)->name)})

/* ------------------------------------------------------------------------------------------- */

static bool read_ident(struct vmcore *core, struct error *error)
{
	uint8_t ident[EI_NIDENT];

	error_headline(error, "Unable to read ELF information from vmcore");
	if (!read_file(core, 0, ident, sizeof(ident), error))
		return fail(error, VMCORE_SHORT);
	if (memcmp(ident, ELFMAG, SELFMAG)) {
		error_headline(error, "Missing elf signature\n"
				      "Unable to read ELF information from vmcore");
		if (!memcmp(ident, "KDUMP   ", 8) || !memcmp(ident, "makedump", 8))
			error_set(error, "This is a dump in makedumpfile's own format; "
					 "makedumpfile --dump-dmesg reads the log of such a one.");
		return fail(error, VMCORE_NO_ELF);
	}
	if (ident[EI_VERSION] != EV_CURRENT) {
		error_set(error, "The ELF version is %u, not 1.", ident[EI_VERSION]);
		return fail(error, VMCORE_VERSION);
	}
	if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64) {
		error_set(error, "The ELF class is %u; 1 (32 bits) and 2 (64 bits) are known.",
			  ident[EI_CLASS]);
		return fail(error, VMCORE_CLASS);
	}
	if (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB) {
		error_set(error, "The byte order is %u; 1 (little) and 2 (big endian) are known.",
			  ident[EI_DATA]);
		return fail(error, VMCORE_ORDER);
	}
	error_headline(error, "%s", "");
	core->class = ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	core->order = ident[EI_DATA] == ELFDATA2MSB ? BIG : LITTLE;
	return true;
}

/* Where the program headers are, and how many. */
struct headers {
	uint64_t offset, count;
	size_t size; /* of each */
};

/* A file of more than 65,534 program headers has their number in section header 0. */
static bool read_extended_count(const struct vmcore *core, const uint8_t *header,
				struct headers *headers, struct error *error)
{
	const uint64_t offset = field(core, header, FIELD(Ehdr, e_shoff));
	uint8_t section[sizeof(Elf64_Shdr)];

	if (!offset)
		error_set(
			error,
			"The number of program headers is in section header 0, and there is none.");
	if (!offset ||
	    !read_file(core, offset, section,
		       core->class == 64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr), error))
		return fail(error, VMCORE_SECTION);
	headers->count = field(core, section, FIELD(Shdr, sh_info));
	return true;
}

static bool read_header(struct vmcore *core, struct headers *headers, struct error *error)
{
	uint8_t header[sizeof(Elf64_Ehdr)];
	uint64_t version, entry;

	if (!read_file(core, 0, header, core->class == 64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr),
		       error))
		return fail(error, VMCORE_HEADER);
	core->machine = (uint16_t)field(core, header, FIELD(Ehdr, e_machine));
	version = field(core, header, FIELD(Ehdr, e_version));
	entry = field(core, header, FIELD(Ehdr, e_phentsize));
	headers->offset = field(core, header, FIELD(Ehdr, e_phoff));
	headers->count = field(core, header, FIELD(Ehdr, e_phnum));
	headers->size = core->class == 64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	if (version != EV_CURRENT) {
		error_set(error, "The ELF header's version is %" PRIu64 ", not 1.", version);
		return fail(error, VMCORE_HEADER_VERSION);
	}
	if (entry != headers->size) {
		error_set(error, "Program headers have %" PRIu64 " bytes, not %zu.", entry,
			  headers->size);
		return fail(error, VMCORE_ENTRY_SIZE);
	}
	return headers->count != PN_XNUM || read_extended_count(core, header, headers, error);
}

static int compare_extents(const void *a, const void *b)
{
	const struct vmcore_extent *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static uint64_t last_of(const struct vmcore_extent *extent)
{
	return extent->start + (extent->size - 1);
}

static void sort_map(struct vmcore_map *map)
{
	if (map->count)
		qsort(map->extents, map->count, sizeof(*map->extents), compare_extents);
	for (size_t i = 0; i < map->count; i++) {
		size_t before = i ? map->extents[i - 1].widest : 0;

		map->extents[i].widest =
			last_of(&map->extents[i]) >= last_of(&map->extents[before]) ? i : before;
	}
}

static void add_extent(struct vmcore_map *map, uint64_t start, uint64_t size, uint64_t offset)
{
	if (size - 1 > UINT64_MAX - start)
		size = UINT64_MAX - start + 1;
	map->extents[map->count++] =
		(struct vmcore_extent){.start = start, .size = size, .offset = offset};
}

static void add_load(struct vmcore *core, const uint8_t *header)
{
	const uint64_t offset = field(core, header, FIELD(Phdr, p_offset));
	uint64_t size = field(core, header, FIELD(Phdr, p_filesz));
	const uint64_t there = offset < core->source->size ? core->source->size - offset : 0;

	if (size > there) {
		core->cut_short = true;
		size = there;
	}
	if (!size)
		return;
	add_extent(&core->virtual, field(core, header, FIELD(Phdr, p_vaddr)), size, offset);
	add_extent(&core->physical, field(core, header, FIELD(Phdr, p_paddr)), size, offset);
}

/* ------------------------------------------------------------------------------------------- */

/* The text of a VMCOREINFO note, of which `left` bytes at most are left in its segment. */
static bool read_info(struct vmcore *core, uint64_t offset, uint64_t size, uint64_t left,
		      struct arena *arena, struct error *error)
{
	uint8_t *text;

	/* The last note may be without the bytes that fill it up. */
	if (size > left)
		size = left;
	if (size > INFO_MAX)
		size = INFO_MAX;
	text = arena_alloc(arena, size + 1, error);
	if (!text || !read_file(core, offset, text, size, error))
		return fail(error, VMCORE_NOTES);
	core->info = (struct bytes){text, size};
	return true;
}

/* Finds the first VMCOREINFO note of a segment, if it has one. */
static bool find_info(struct vmcore *core, uint64_t offset, uint64_t size, bool everywhere,
		      uint64_t *budget, struct arena *arena, struct error *error)
{
	static const char wanted[] = "VMCOREINFO"; /* its NUL is a part of the name */
	uint8_t note[sizeof(Elf32_Nhdr) + sizeof(wanted)];
	uint64_t end, step;

	if (!add_overflow_checked(offset, size, &end)) {
		error_set(error,
			  "Notes of %" PRIu64 " bytes at offset 0x%" PRIx64 " cannot be in a file.",
			  size, offset);
		return fail(error, VMCORE_NOTES);
	}
	for (; end - offset > sizeof(note); offset += step) {
		const uint64_t left = end - offset - sizeof(Elf32_Nhdr);
		uint64_t name_size, text_size;

		if (*budget < sizeof(note))
			break;
		*budget -= sizeof(note);
		if (!read_file(core, offset, note, sizeof(note), error))
			return fail(error, VMCORE_NOTES);
		name_size = (bytes_get(note, 4, core->order) + 3) & ~UINT64_C(3);
		text_size = bytes_get(note + 4, 4, core->order);
		if (bytes_get(note, 4, core->order) == sizeof(wanted) &&
		    !memcmp(note + sizeof(Elf32_Nhdr), wanted, sizeof(wanted)))
			return read_info(core, offset + sizeof(Elf32_Nhdr) + name_size, text_size,
					 left - name_size, arena, error);
		text_size = (text_size + 3) & ~UINT64_C(3);
		step = everywhere ? 4 : sizeof(Elf32_Nhdr) + name_size + text_size;
		if (!everywhere && (name_size > left || text_size > left - name_size))
			break;
	}
	return true;
}

/*
 * Looks for VMCOREINFO in every segment of notes: from note to note, or at each place where one
 * could begin. Damage does no harm as long as it is found.
 */
static bool read_notes(struct vmcore *core, const uint8_t *table, const struct headers *headers,
		       bool everywhere, struct arena *arena, struct error *error)
{
	uint64_t budget = NOTES_MAX;
	bool whole = true;

	for (uint64_t i = 0; i < headers->count && !core->info.size; i++) {
		const uint8_t *at = table + i * headers->size;

		if (field(core, at, FIELD(Phdr, p_type)) == PT_NOTE &&
		    !find_info(core, field(core, at, FIELD(Phdr, p_offset)),
			       field(core, at, FIELD(Phdr, p_filesz)), everywhere, &budget, arena,
			       error))
			whole = false;
	}
	if (core->info.size)
		*error = (struct error){0};
	return whole || core->info.size;
}

/* A 32-bit kernel may write a 64-bit file, to name more than 4 GiB of memory. */
static unsigned size_of_long(const struct vmcore *core)
{
	uint64_t size;

	if (vmcoreinfo_number(core->info, "SIZE", "atomic_long_t", &size) &&
	    (size == 4 || size == 8))
		return (unsigned)size;
	if (core->machine == EM_386 || core->machine == EM_ARM || core->machine == EM_PPC)
		return 4;
	return core->class / 8;
}

static bool read_segments(struct vmcore *core, const uint8_t *table, const struct headers *headers,
			  struct arena *arena, struct error *error)
{
	bool whole;

	for (uint64_t i = 0; i < headers->count; i++) {
		const uint8_t *at = table + i * headers->size;

		if (field(core, at, FIELD(Phdr, p_type)) == PT_LOAD)
			add_load(core, at);
	}
	whole = read_notes(core, table, headers, false, arena, error);
	/* The sizes of damaged notes may lead past the one that matters. */
	if (!core->info.size)
		whole = read_notes(core, table, headers, true, arena, error);
	if (!whole)
		return false;
	sort_map(&core->virtual);
	sort_map(&core->physical);
	core->long_size = size_of_long(core);
	vmcore_map_kernel(core);
	return true;
}

bool vmcore_open(struct vmcore *core, const struct vmcore_source *source, struct arena *arena,
		 struct error *error)
{
	struct headers headers = {0};
	uint64_t end;
	uint8_t *table;

	*core = (struct vmcore){.source = source};
	if (!read_ident(core, error) || !read_header(core, &headers, error))
		return false;
	if (headers.count > HEADERS_MAX ||
	    !add_overflow_checked(headers.offset, headers.count * headers.size, &end) ||
	    end > source->size) {
		error_set(error,
			  "%" PRIu64 " program headers at offset 0x%" PRIx64
			  " do not fit into a file of %" PRIu64 " bytes.",
			  headers.count, headers.offset, source->size);
		return fail(error, VMCORE_PROGRAM_HEADERS);
	}
	table = arena_array(arena, headers.count + 1, headers.size, error);
	core->virtual.extents = arena_array(arena, headers.count + 1, sizeof(struct vmcore_extent),
					    error);
	core->physical.extents =
		arena_array(arena, headers.count + 1, sizeof(struct vmcore_extent), error);
	if (!table || !core->virtual.extents || !core->physical.extents ||
	    !read_file(core, headers.offset, table, headers.count * headers.size, error))
		return fail(error, VMCORE_PROGRAM_HEADERS);
	return read_segments(core, table, &headers, arena, error);
}

/* ------------------------------------------------------------------------------------------- */

/* The extent that holds an address, or NULL. */
static const struct vmcore_extent *map_find(const struct vmcore_map *map, uint64_t address)
{
	const struct vmcore_extent *extent;
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->extents[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	extent = &map->extents[map->extents[low - 1].widest];
	return address <= last_of(extent) ? extent : NULL;
}

/* Where the kernel maps an address for good, as far as VMCOREINFO says. */
static bool map_address(const struct vmcore *core, uint64_t virtual, uint64_t *physical)
{
	for (unsigned i = 0; i < core->mapping_count; i++) {
		const struct vmcore_mapping *mapping = &core->mappings[i];

		if (virtual < mapping->first || virtual > mapping->last)
			continue;
		*physical = mapping->physical + (virtual - mapping->first);
		return true;
	}
	return false;
}

/* The file's offset of an address, and how many bytes follow there. */
static bool find_address(const struct vmcore *core, uint64_t address, uint64_t *offset,
			 uint64_t *size)
{
	const struct vmcore_extent *extent = map_find(&core->virtual, address);
	uint64_t left = UINT64_MAX;

	if (!extent &&
	    (map_address(core, address, &address) || vmcore_walk(core, address, &address, &left)))
		extent = map_find(&core->physical, address);
	if (!extent)
		return false;
	*offset = extent->offset + (address - extent->start);
	*size = extent->size - (address - extent->start);
	if (*size > left)
		*size = left;
	return true;
}

bool vmcore_read_physical(const struct vmcore *core, uint64_t address, unsigned size,
			  uint64_t *number)
{
	const struct vmcore_extent *extent = map_find(&core->physical, address);
	struct error ignored = {0};
	uint8_t bytes[8];

	if (!extent || extent->size - (address - extent->start) < size ||
	    !read_file(core, extent->offset + (address - extent->start), bytes, size, &ignored))
		return false;
	*number = bytes_get(bytes, size, core->order);
	return true;
}

bool vmcore_read(const struct vmcore *core, uint64_t address, void *to, size_t size,
		 struct error *error)
{
	uint8_t *at = to;

	while (size) {
		uint64_t offset, there;
		size_t part;

		if (!find_address(core, address, &offset, &there)) {
			error_set(error,
				  "No program header covers the kernel's address 0x%" PRIx64 "%s.",
				  address, core->cut_short ? "; the file has been cut short" : "");
			return fail(error, VMCORE_UNMAPPED);
		}
		part = there < size ? (size_t)there : size;
		if (!read_file(core, offset, at, part, error))
			return fail(error, VMCORE_READ);
		at += part;
		address += part;
		size -= part;
	}
	return true;
}

bool vmcore_read_number(const struct vmcore *core, uint64_t address, unsigned size,
			uint64_t *number, struct error *error)
{
	uint8_t bytes[8];

	if (!vmcore_read(core, address, bytes, size, error))
		return false;
	*number = bytes_get(bytes, size, core->order);
	return true;
}

/* ------------------------------------------------------------------------------------------- */

bool vmcore_window_open(struct vmcore_window *window, const struct vmcore *core, uint64_t base,
			uint64_t size, struct arena *arena, struct error *error)
{
	*window = (struct vmcore_window){.core = core, .base = base, .size = size};
	window->buffer = arena_alloc(arena, VMCORE_WINDOW_SIZE, error);
	return window->buffer;
}

/* How much to read for `size` bytes at `offset`: twice as much as last time, for one who walks. */
static size_t choose_ahead(struct vmcore_window *window, uint64_t offset, size_t size)
{
	const bool follows = offset >= window->start && offset <= window->start + window->held;
	size_t ahead = follows ? window->ahead * 2 : 0;

	if (ahead < size)
		ahead = size;
	if (ahead < 4096)
		ahead = 4096;
	if (ahead > VMCORE_WINDOW_SIZE)
		ahead = VMCORE_WINDOW_SIZE;
	window->ahead = ahead;
	return ahead < window->size - offset ? ahead : (size_t)(window->size - offset);
}

/* Behind what is wanted there may be a hole, or the end of the file. */
static bool fill(struct vmcore_window *window, uint64_t offset, size_t size, struct error *error)
{
	const size_t ahead = choose_ahead(window, offset, size);
	struct error ignored = {0};

	window->start = offset;
	window->held = 0;
	if (vmcore_read(window->core, window->base + offset, window->buffer, ahead, &ignored)) {
		window->held = ahead;
		return true;
	}
	/* Or else each step towards a hole would read all that lies before it once more. */
	window->ahead = 0;
	if (vmcore_read(window->core, window->base + offset, window->buffer, size, error))
		window->held = size;
	return window->held;
}

/* Called several times for each record, so that what is seldom needed is elsewhere. */
const uint8_t *vmcore_window_at(struct vmcore_window *window, uint64_t offset, size_t size,
				struct error *error)
{
	const uint64_t within = offset - window->start;

	if (within <= window->held && size <= window->held - within)
		return window->buffer + within;
	if (offset > window->size || size > window->size - offset || size > VMCORE_WINDOW_SIZE) {
		error_set(error,
			  "%zu bytes at offset 0x%" PRIx64 " are not inside 0x%" PRIx64 " bytes.",
			  size, offset, window->size);
		return NULL;
	}
	return fill(window, offset, size, error) ? window->buffer : NULL;
}
