#include "convert/filtered.h"

#include <stdlib.h>

#include "core/memory.h"
#include "filter/cited.h"
#include "filter/sieve.h"

struct filtered {
	struct sieve *sieve;
	struct cited *cited;         /* NULL: no findings are known */
	struct session_table *sessions;
	struct packet packet;
	struct record record;        /* with a time, if the format has none */
	int64_t now;
	bool begun;
};

struct filtered *filtered_create(const char *expression, const struct finding_store *findings,
				 size_t max_sessions, struct error *error)
{
	struct filter *filter = filter_compile(expression, error);
	if (!filter)
		return NULL;
	if (filter_needs_findings(filter) && !findings) {
		error_set(error, ERROR_USAGE, "analyse the same traces first",
			  "the filter speaks of findings, but nothing was analysed");
		filter_destroy(filter);
		return NULL;
	}
	const struct session_limits limits = { .max_sessions = max_sessions,
		.message_bytes = filter_needs_message_bytes(filter) };
	struct filtered *filtered = memory_zeroed(1, sizeof *filtered);
	filtered->sieve = sieve_create(filter, NULL);
	filtered->sessions = session_table_create(&limits);
	if (findings) {
		filtered->cited = cited_create(findings);
		sieve_use_findings(filtered->sieve, cited_findings, filtered->cited);
	}
	return filtered;
}

void filtered_destroy(struct filtered *filtered)
{
	if (!filtered)
		return;
	sieve_destroy(filtered->sieve);
	cited_destroy(filtered->cited);
	session_table_destroy(filtered->sessions);
	free(filtered);
}

bool filtered_wants(struct filtered *filtered, const struct record *record, const struct source_report *report)
{
	struct observation observation;
	if (!filtered->begun)
		sieve_begin(filtered->sieve, report);
	filtered->begun = true;
	filtered->record = *record;
	if (record->time == INT64_MIN) {
		filtered->record.timeless = true;
		filtered->record.time = filtered->now;
	}
	filtered->now = filtered->record.time;
	packet_decode(&filtered->packet, &filtered->record);
	session_table_observe(filtered->sessions, &filtered->packet, &observation);
	return sieve_packet(filtered->sieve, &observation);
}
