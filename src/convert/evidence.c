#include "convert/evidence.h"

#include <stdlib.h>

#include "core/memory.h"
#include "session/session.h"

struct numbers { uint64_t *list; size_t count, capacity; };

struct evidence_filter {
	struct numbers packets;              /* ascending */
	struct numbers sessions[SESSION_KINDS];
	struct session_table *table;
	int64_t now;
	struct packet packet;
};

static void add(struct numbers *numbers, uint64_t number)
{
	numbers->list = memory_grow(numbers->list, &numbers->capacity, numbers->count + 1,
				    sizeof *numbers->list);
	numbers->list[numbers->count++] = number;
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

static void sort(struct numbers *numbers)
{
	if (numbers->count)
		qsort(numbers->list, numbers->count, sizeof *numbers->list, compare);
}

static bool holds(const struct numbers *numbers, uint64_t number)
{
	return numbers->count && bsearch(&number, numbers->list, numbers->count, sizeof *numbers->list,
					 compare);
}

static void collect(struct evidence_filter *filter, const struct finding_store *findings, size_t index)
{
	const struct finding *finding = finding_store_get(findings, index);
	enum session_kind kind;
	uint32_t number;
	for (unsigned i = 0; i < finding->evidence_count; i++)
		add(&filter->packets, finding->evidence[i].packet);
	add(&filter->packets, finding->first_packet);
	add(&filter->packets, finding->last_packet);
	for (size_t i = 0; finding_store_session(findings, index, i, &kind, &number); i++)
		add(&filter->sessions[kind], number);
	sort(&filter->packets);
	for (int i = 0; i < SESSION_KINDS; i++)
		sort(&filter->sessions[i]);
}

static bool find(const struct finding_store *findings, uint32_t number, size_t *index)
{
	size_t count = finding_store_count(findings);
	for (*index = 0; *index < count; (*index)++)
		if (finding_store_get(findings, *index)->number == number)
			return true;
	return false;
}

struct evidence_filter *evidence_filter_create(const struct finding_store *findings, uint32_t number,
					       size_t max_sessions, struct error *error)
{
	size_t index;
	if (!find(findings, number, &index)) {
		error_set(error, ERROR_USAGE, "see their numbers in culprit diagnose",
			  "there is no finding %u: the trace has %zu", (unsigned)number,
			  finding_store_count(findings));
		return NULL;
	}
	struct evidence_filter *filter = memory_zeroed(1, sizeof *filter);
	const struct session_limits limits = { .max_sessions = max_sessions };
	collect(filter, findings, index);
	filter->table = session_table_create(&limits);
	return filter;
}

void evidence_filter_destroy(struct evidence_filter *filter)
{
	if (!filter)
		return;
	free(filter->packets.list);
	for (int i = 0; i < SESSION_KINDS; i++)
		free(filter->sessions[i].list);
	session_table_destroy(filter->table);
	free(filter);
}

bool evidence_filter_wants(struct evidence_filter *filter, const struct record *record)
{
	struct record dated = *record;
	struct observation observation;
	/* As analysis.c does it: what has no time happens now. */
	if (dated.time == INT64_MIN) {
		dated.timeless = true;
		dated.time = filter->now;
	} else if (dated.time > filter->now) {
		filter->now = dated.time;
	}
	packet_decode(&filter->packet, &dated);
	session_table_observe(filter->table, &filter->packet, &observation);
	const struct session *session = observation.session;
	return holds(&filter->packets, record->number) ||
	       (session && holds(&filter->sessions[session->kind], session->number));
}
