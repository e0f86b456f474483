#include "trial/collect.h"

#include <stdlib.h>

#include "core/memory.h"
#include "finding/lookup.h"
#include "session/session.h"

#define OPENING_PACKETS 3        /* SYN, SYN-ACK, ACK */

struct collecting {
	const struct finding *finding;
	struct lookup packets;       /* cited, by number + 1 */
	struct lookup sessions;      /* kind << 32 | number */
	struct session_table *table;
	struct packet packet;
	int64_t now;
};

static uint64_t session_key(unsigned kind, uint32_t number)
{
	return (uint64_t)kind << 32 | number;
}

static void cite(struct collecting *collecting, uint64_t packet)
{
	if (packet)
		lookup_set(&collecting->packets, packet, 1);
}

static void begin(struct collecting *collecting, const struct finding_store *findings, size_t index,
		  size_t max_sessions)
{
	const struct finding *finding = finding_store_get(findings, index);
	const struct session_limits limits = { .max_sessions = max_sessions };
	enum session_kind kind;
	uint32_t number;
	collecting->finding = finding;
	for (unsigned i = 0; i < finding->evidence_count; i++)
		cite(collecting, finding->evidence[i].packet);
	cite(collecting, finding->first_packet);
	cite(collecting, finding->last_packet);
	for (size_t i = 0; finding_store_session(findings, index, i, &kind, &number); i++)
		lookup_set(&collecting->sessions, session_key(kind, number), 1);
	collecting->table = session_table_create(&limits);
}

static bool is_about(const struct collecting *collecting, const struct session *session)
{
	const struct subject *subject = &collecting->finding->subject;
	for (int i = 0; i < 2; i++) {
		const struct address *address = &session->key.end[i].address;
		if ((subject->client.family && address_equal(address, &subject->client)) ||
		    (subject->server.family && address_equal(address, &subject->server)))
			return true;
	}
	return false;
}

static enum collect_role role_of(struct collecting *collecting, const struct record *record)
{
	struct record dated = *record;
	struct observation observation;
	/* As analysis.c does it: what has no time happens now. */
	if (dated.time == INT64_MIN) {
		dated.timeless = true;
		dated.time = collecting->now;
	} else if (dated.time > collecting->now) {
		collecting->now = dated.time;
	}
	packet_decode(&collecting->packet, &dated);
	session_table_observe(collecting->table, &collecting->packet, &observation);
	const struct session *session = observation.session;
	if (lookup_find(&collecting->packets, record->number))
		return COLLECT_CITED;
	if (!session)
		return COLLECT_OTHER;
	if (!lookup_find(&collecting->sessions, session_key(session->kind, session->number)))
		return is_about(collecting, session) ? COLLECT_HOSTS : COLLECT_OTHER;
	uint64_t packets = session->side[0].packets + session->side[1].packets;
	return packets <= OPENING_PACKETS ? COLLECT_OPENING : COLLECT_SESSION;
}

/* Leaves out the farthest until there is room. */
static void make_room(struct collection *to)
{
	struct kept_list *records = &to->records;
	while (to->complete > COLLECT_OPENING &&
	       (records->bytes > COLLECT_MAX_BYTES || records->count > COLLECT_MAX_RECORDS)) {
		to->complete--;
		kept_drop(records, (uint8_t)to->complete);
	}
}

bool collect(struct collection *to, struct source *source, const struct finding_store *findings, size_t index,
	     size_t max_sessions, struct error *error)
{
	struct collecting collecting = { 0 };
	struct record record;
	enum source_status got;
	*to = (struct collection){ .complete = COLLECT_ROLES };
	begin(&collecting, findings, index, max_sessions);
	while ((got = source_next(source, &record, error)) == SOURCE_RECORD) {
		enum collect_role role = role_of(&collecting, &record);
		if (role >= to->complete)
			continue;
		kept_add(&to->records, &record)->role = (uint8_t)role;
		make_room(to);
	}
	session_table_destroy(collecting.table);
	lookup_finish(&collecting.packets);
	lookup_finish(&collecting.sessions);
	return got != SOURCE_ERROR;
}

void collect_finish(struct collection *collection)
{
	kept_finish(&collection->records);
}
