#include "index/writer.h"

#include <stdlib.h>

#include "core/memory.h"
#include "index/entry.h"

#define MOST_BYTES ((size_t)120 << 20)       /* of entries; a place takes not much more */
#define KNOWN 4096                           /* sessions whose quality is remembered: a power of two */

struct known { uint32_t number, quality; uint8_t kind; };

struct index_writer {
	struct index_place *place;
	struct entry last;
	struct text entries;
	struct known known[KNOWN];
	bool unfit;                  /* the trace is none that can be read in parts */
};

struct index_writer *index_writer_create(struct index_place *place)
{
	struct index_writer *writer = memory_zeroed(1, sizeof *writer);
	writer->place = place;
	return writer;
}

void index_writer_destroy(struct index_writer *writer)
{
	if (!writer)
		return;
	index_place_destroy(writer->place);
	text_finish(&writer->entries);
	free(writer);
}

/* Whether the quality is told: it seldom changes. */
static bool is_news(struct index_writer *writer, const struct session *session)
{
	struct known *known = &writer->known[(session->number * SESSION_KINDS + session->kind) % KNOWN];
	bool same_session = known->number == session->number && known->kind == session->kind;
	if ((same_session ? known->quality : 0) == session->quality && (same_session || !known->number))
		return false;
	*known = (struct known){ session->number, session->quality, session->kind };
	return true;
}

static void fill_session(struct index_writer *writer, struct entry *entry, const struct observation *observation)
{
	const struct session *session = observation->session;
	const struct session *replaced = observation->replaced;
	entry->kind = session->kind;
	entry->told.number = session->number;
	entry->told.before = replaced ? replaced->number : 0;
	entry->told.has_quality = is_news(writer, session);
	entry->told.quality = session->quality;
	if (observation->new_session)
		entry->told.parent = session->parent;
}

static bool is_readable(const struct record *record)
{
	return (record->bytes_offset || !record->captured_length) && !record->zos &&
	       record->comment_length <= ENTRY_MOST_COMMENT;
}

void index_writer_add(struct index_writer *writer, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	struct entry entry = { .record = *packet->record, .fragment = packet->ip && packet->ip->fragmented };
	if (writer->unfit)
		return;
	if (!is_readable(&entry.record) || packet->socket || writer->entries.length > MOST_BYTES) {
		writer->unfit = true;
		return;
	}
	if (observation->session)
		fill_session(writer, &entry, observation);
	entry.told.twin_of = observation->twin_of;
	entry.told.twin_lag = observation->twin_lag;
	entry.told.twin_ttl_change = observation->twin_ttl_change;
	entry.told.twin_other_path = observation->twin_other_path;
	entry_put(&writer->entries, &writer->last, &entry);
	writer->last = entry;
}

static void put_interfaces(struct text *to, const struct source_report *report)
{
	varint_put(to, report->interface_count);
	for (size_t i = 0; i < report->interface_count; i++) {
		const struct source_interface *interface = &report->interfaces[i];
		varint_put(to, interface->link_type);
		varint_put(to, interface->ticks_per_second);
		varint_put_words(to, interface->name);
		varint_put_words(to, interface->description);
	}
}

/* Only what a packet shows of the findings that cite it. */
static void put_finding(struct text *to, const struct culprit_finding *finding)
{
	varint_put(to, finding->number);
	varint_put(to, finding->severity);
	varint_put_words(to, finding->id);
	varint_put_words(to, finding->title);
	varint_put(to, finding->evidence_count);
	for (size_t i = 0; i < finding->evidence_count; i++) {
		varint_put(to, finding->evidence[i].packet);
		varint_put_words(to, finding->evidence[i].note);
	}
}

static bool is_plain(const struct source_report *report)
{
	return report->file_count == 1 && strcmp(report->files[0].compression, "none") == 0 && !report->secret_count;
}

void index_writer_finish(struct index_writer *writer, const struct source_report *report,
			 const struct session_table *table, const struct culprit_finding *findings, size_t count)
{
	struct text head = { 0 };
	if (writer->unfit || !is_plain(report) || session_table_was_short(table))
		return;
	varint_put(&head, writer->last.record.number);
	varint_put_words(&head, report->files[0].format);
	put_interfaces(&head, report);
	varint_put(&head, count);
	for (size_t i = 0; i < count; i++)
		put_finding(&head, &findings[i]);
	index_place_write(writer->place, &head, &writer->entries);
	text_finish(&head);
}
