#include "index/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/memory.h"
#include "index/entry.h"

#define MOST_SESSIONS 256        /* that are read for one answer */
#define MOST_REUSED 65536        /* sessions on ports of others that are remembered while looking */
#define MOST_FINDINGS 1000000
#define LARGEST ((uint32_t)64 << 20)         /* bytes of a packet: more than any format reads */

struct wanted { uint8_t kind; uint32_t number; };

struct index_reader {
	const struct index_place *place;
	uint8_t *content;
	int descriptor;
	struct source_report report;
	struct source_file file;
	uint64_t packets;
	struct culprit_finding *findings;
	size_t finding_count;
	struct cursor entries;       /* from the first one on */

	struct index_range *ranges;
	size_t range_count;
	uint64_t last;               /* packet that matters */
	struct wanted wanted[MOST_SESSIONS];
	size_t wanted_count;
	struct cursor next;
	struct entry entry;          /* the one that was read last */
	uint8_t *bytes;
	size_t capacity;
};

static void read_interfaces(struct index_reader *reader, struct cursor *in)
{
	size_t count = (size_t)varint_get(in);
	if (count > SOURCE_MAX_INTERFACES) {
		cursor_reject(in, "more interfaces than there can be");
		return;
	}
	reader->report.interfaces = memory_zeroed(count + 1, sizeof *reader->report.interfaces);
	reader->report.interface_count = count;
	for (size_t i = 0; i < count && cursor_ok(in); i++) {
		struct source_interface *interface = &reader->report.interfaces[i];
		interface->link_type = (uint32_t)varint_get(in);
		interface->ticks_per_second = varint_get(in);
		const char *name = varint_get_words(in), *description = varint_get_words(in);
		if (name)
			memccpy(interface->name, name, '\0', sizeof interface->name - 1);
		if (description)
			memccpy(interface->description, description, '\0', sizeof interface->description - 1);
	}
}

static void read_finding(struct culprit_finding *finding, struct cursor *in)
{
	finding->number = (uint32_t)varint_get(in);
	finding->severity = (enum culprit_severity)varint_get(in);
	finding->id = varint_get_words(in);
	finding->title = varint_get_words(in);
	size_t count = (size_t)varint_get(in);
	if (!finding->id || !finding->title || count > in->captured) {
		cursor_reject(in, "a finding that says nothing");
		return;
	}
	struct culprit_evidence *evidence = memory_zeroed(count + 1, sizeof *evidence);
	finding->evidence = evidence;
	finding->evidence_count = count;
	for (size_t i = 0; i < count; i++) {
		evidence[i].packet = varint_get(in);
		evidence[i].note = varint_get_words(in);
	}
}

static void read_findings(struct index_reader *reader, struct cursor *in)
{
	size_t count = (size_t)varint_get(in);
	if (count > MOST_FINDINGS || count > in->captured) {
		cursor_reject(in, "more findings than there can be");
		return;
	}
	reader->findings = memory_zeroed(count + 1, sizeof *reader->findings);
	for (size_t i = 0; i < count && cursor_ok(in); i++) {
		reader->finding_count++;
		read_finding(&reader->findings[i], in);
	}
}

static bool read_head(struct index_reader *reader, size_t length)
{
	struct cursor in = cursor_make(reader->content, length, length);
	reader->packets = varint_get(&in);
	reader->file.path = (char *)(uintptr_t)index_place_trace(reader->place);
	reader->file.format = varint_get_words(&in);
	reader->file.compression = "none";
	reader->report.files = &reader->file;
	reader->report.file_count = 1;
	read_interfaces(reader, &in);
	read_findings(reader, &in);
	reader->entries = cursor_rest(&in);
	return cursor_ok(&in) && reader->file.format;
}

struct index_reader *index_reader_open(const struct index_place *place)
{
	size_t length;
	uint8_t *content = index_place_read(place, &length);
	if (!content)
		return NULL;
	struct index_reader *reader = memory_zeroed(1, sizeof *reader);
	reader->place = place;
	reader->content = content;
	reader->descriptor = open(index_place_trace(place), O_RDONLY | O_CLOEXEC);
	if (reader->descriptor >= 0 && read_head(reader, length) && index_place_is_current(place))
		return reader;
	index_reader_close(reader);
	return NULL;
}

void index_reader_close(struct index_reader *reader)
{
	if (!reader)
		return;
	if (reader->descriptor >= 0)
		close(reader->descriptor);
	for (size_t i = 0; i < reader->finding_count; i++)
		free((void *)(uintptr_t)reader->findings[i].evidence);
	free(reader->findings);
	free(reader->report.interfaces);
	free(reader->ranges);
	free(reader->content);
	free(reader->bytes);
	free(reader);
}

const struct source_report *index_reader_report(const struct index_reader *reader)
{
	return &reader->report;
}

const struct culprit_finding *index_reader_findings(const struct index_reader *reader, size_t *count)
{
	*count = reader->finding_count;
	return reader->findings;
}

uint64_t index_reader_packets(const struct index_reader *reader)
{
	return reader->packets;
}

static bool is_in_range(const struct index_reader *reader, uint64_t number)
{
	for (size_t i = 0; i < reader->range_count; i++)
		if (number >= reader->ranges[i].first && number <= reader->ranges[i].last)
			return true;
	return false;
}

static bool is_wanted(const struct index_reader *reader, uint8_t kind, uint32_t number)
{
	for (size_t i = 0; i < reader->wanted_count; i++)
		if (reader->wanted[i].number == number && reader->wanted[i].kind == kind)
			return true;
	return false;
}

static bool want(struct index_reader *reader, uint8_t kind, uint32_t number)
{
	if (is_wanted(reader, kind, number))
		return true;
	if (reader->wanted_count == MOST_SESSIONS)
		return false;
	reader->wanted[reader->wanted_count++] = (struct wanted){ kind, number };
	return true;
}

/* Which session used the ports of another one before it. */
struct reused { uint32_t number, before; };

/* How a connection began on used ports shows only if the one before it is there. */
static bool want_before(struct index_reader *reader, const struct reused *reused, size_t count)
{
	size_t chosen = reader->wanted_count;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < chosen; j++)
			if (reader->wanted[j].kind == SESSION_TCP && reader->wanted[j].number == reused[i].number &&
			    !want(reader, SESSION_TCP, reused[i].before))
				return false;
	return true;
}

static bool want_sessions(struct index_reader *reader, uint64_t last)
{
	struct cursor in = reader->entries;
	struct entry entry = { 0 };
	struct reused *reused = NULL;
	size_t count = 0, capacity = 0;
	bool good = true;
	while (good && entry.record.number < last && entry_get(&in, &entry)) {
		if (!entry.told.number)
			continue;
		if (entry.told.before) {
			reused = memory_grow(reused, &capacity, count + 1, sizeof *reused);
			reused[count++] = (struct reused){ entry.told.number, entry.told.before };
			good = count < MOST_REUSED;
		}
		if (is_in_range(reader, entry.record.number))
			good &= want(reader, entry.kind, entry.told.number);
	}
	good = good && cursor_ok(&in) && want_before(reader, reused, count);
	free(reused);
	return good;
}

bool index_reader_choose(struct index_reader *reader, const struct index_range *ranges, size_t count, uint64_t reach)
{
	uint64_t last = 0;
	for (size_t i = 0; i < count; i++)
		if (ranges[i].last > last)
			last = ranges[i].last;
	if (last > reader->packets)
		last = reader->packets;
	free(reader->ranges);
	reader->ranges = memory_allocate((count + 1) * sizeof *ranges);
	memcpy(reader->ranges, ranges, count * sizeof *ranges);
	reader->range_count = count;
	reader->last = last + reach;
	reader->next = reader->entries;
	return count && want_sessions(reader, last);
}

/* Besides the sessions: the first packet and the one before, whose times are told; all fragments; the beginnings of
 * connections that were announced; second records. */
static bool matters(const struct index_reader *reader, const struct entry *entry)
{
	uint64_t number = entry->record.number;
	const struct session_told *told = &entry->told;
	if (number == 1 || entry->fragment || is_in_range(reader, number) || is_in_range(reader, number + 1))
		return true;
	if (told->number && is_wanted(reader, entry->kind, told->number))
		return true;
	if (told->parent.decoder && is_wanted(reader, told->parent.kind, told->parent.number))
		return true;
	return told->twin_of && is_in_range(reader, told->twin_of);
}

static bool changed(struct error *error)
{
	return error_set(error, ERROR_READ, "run it again", "the trace changed while it was being read");
}

static bool read_bytes(struct index_reader *reader, struct record *record, struct error *error)
{
	size_t length = record->captured_length;
	if (length > LARGEST)
		return changed(error);
	if (length >= reader->capacity)
		reader->bytes = memory_grow(reader->bytes, &reader->capacity, length + 1, 1);
	for (size_t done = 0; done < length;) {
		ssize_t got = pread(reader->descriptor, reader->bytes + done, length - done,
				    (off_t)(record->bytes_offset + done));
		if (got <= 0 && !(got < 0 && errno == EINTR))
			return changed(error);
		done += got > 0 ? (size_t)got : 0;
	}
	record->bytes = reader->bytes;
	return true;
}

enum source_status index_reader_next(struct index_reader *reader, struct record *record, struct session_told *told,
				     struct error *error)
{
	struct entry *entry = &reader->entry;
	while (entry->record.number < reader->last && entry_get(&reader->next, entry)) {
		if (!matters(reader, entry))
			continue;
		*record = entry->record;
		*told = entry->told;
		if (read_bytes(reader, record, error))
			return SOURCE_RECORD;
		error_name_file(error, index_place_trace(reader->place));
		return SOURCE_ERROR;
	}
	if (index_place_is_current(reader->place))
		return SOURCE_END;
	changed(error);
	error_name_file(error, index_place_trace(reader->place));
	return SOURCE_ERROR;
}
