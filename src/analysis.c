/* The loop that joins the stages: records become packets, packets conversations, conversations findings.
 *
 *	source ─record→ decode ─packet→ session ─observation→ analyze ─finding→ finding ─→ report
 */
#include "analysis.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static struct trace_analysis *create(struct settings *settings, struct tls_keys *keys)
{
	struct trace_analysis *analysis = memory_zeroed(1, sizeof *analysis);
	analysis->settings = settings;
	analysis->findings = finding_store_create();
	analysis->keys = keys;
	analysis->trace.first_time = INT64_MIN;
	analysis->trace.last_time = INT64_MIN;
	return analysis;
}

struct trace_analysis *analysis_create(void)
{
	return create(settings_create(), tls_keys_create());
}

struct trace_analysis *analysis_create_like(const struct trace_analysis *other)
{
	struct trace_analysis *analysis = create(other->settings, other->keys);
	analysis->borrows = true;
	memcpy(analysis->decode_as, other->decode_as, sizeof analysis->decode_as);
	analysis->decode_as_count = other->decode_as_count;
	return analysis;
}

void analysis_destroy(struct trace_analysis *analysis)
{
	if (!analysis)
		return;
	analyzer_set_destroy(analysis->analyzers);
	index_writer_destroy(analysis->index);
	session_table_destroy(analysis->sessions);
	wireshark_counter_destroy(analysis->counter);
	finding_store_destroy(analysis->findings);
	if (!analysis->borrows) {
		tls_keys_destroy(analysis->keys);
		settings_destroy(analysis->settings);
	}
	free(analysis);
}

static void tell_answers(struct trace_analysis *analysis, const struct observation *observation)
{
	const struct analysis_listener *listener = &analysis->listener;
	bool any = !observation->packet || observation->exchange_count > 0;
	if (!listener->answers)
		return;
	for (unsigned i = 0; i < observation->event_count && !any; i++)
		any = observation->events[i].type == EVENT_TRANSACTION;
	if (any && !listener->answers(listener->user, analysis, observation))
		analysis->stopped = true;
}

static void on_session_end(const struct session *session, const struct observation *last, void *user)
{
	struct trace_analysis *analysis = user;
	if (!analysis->undiagnosed)
		analyzer_set_session_end(analysis->analyzers, session, last);
	tell_answers(analysis, last);
	if (analysis->listener.session)
		analysis->listener.session(analysis->listener.user, analysis, session);
}

static void on_fragments(const struct fragment_report *report, void *user)
{
	struct trace_analysis *analysis = user;
	if (!analysis->undiagnosed)
		analyzer_set_fragments(analysis->analyzers, report);
}

void analysis_begin(struct trace_analysis *analysis, const struct source_report *report, size_t max_sessions)
{
	const struct session_limits limits = {
		.max_sessions = max_sessions,
		.analyzer_state_size = analysis->undiagnosed ? 0 : analyzer_set_session_size(),
		.exchange_words = analysis->listener.answers != NULL,
		.message_bytes = analysis->message_bytes,
		.words_only = analysis->words_only,
		.keys = analysis->keys,
		.decode_as = analysis->decode_as,
		.decode_as_count = analysis->decode_as_count,
	};
	tls_keys_follow(analysis->keys, report);
	analysis->sessions = session_table_create(&limits);
	session_table_on_end(analysis->sessions, on_session_end, analysis);
	session_table_on_fragments(analysis->sessions, on_fragments, analysis);
	analysis->trace.source = report;
	analysis->trace.sessions = analysis->sessions;
	if (analysis->undiagnosed)
		return;
	analysis->analyzers = analyzer_set_create(analysis->settings, &analysis->trace,
						  analysis->findings);
	analysis->counter = wireshark_counter_create();
}

/* Keeps the picture of the whole trace. Records without a time happen "now". */
static void trace_observe(struct trace_state *trace, struct record *record)
{
	trace->packets++;
	trace->bytes += record->original_length;
	if (record->time == INT64_MIN) {
		record->timeless = true;
		record->time = trace->now;
		return;
	}
	if (trace->first_time == INT64_MIN) {
		trace->first_time = trace->last_time = trace->now = record->time;
		return;
	}
	if (record->time < trace->first_time)
		trace->first_time = record->time;
	if (record->time > trace->last_time)
		trace->last_time = record->time;
	trace->now = trace->last_time;
}

static bool is_unwanted(const struct trace_analysis *analysis)
{
	const struct analysis_listener *listener = &analysis->listener;
	return listener->unwanted && listener->unwanted(listener->user, &analysis->packet);
}

/* False when somebody has seen enough. */
static bool observe_packet(struct trace_analysis *analysis)
{
	const struct analysis_listener *listener = &analysis->listener;
	struct packet *packet = &analysis->packet;
	struct observation observation;
	session_table_observe(analysis->sessions, packet, &observation);
	if (analysis->index)
		index_writer_add(analysis->index, &observation);
	if (!analysis->undiagnosed)
		analyzer_set_observe(analysis->analyzers, &observation);
	tell_answers(analysis, &observation);
	if (!analysis->undiagnosed)
		wireshark_counter_observe(analysis->counter, packet, observation.analysis);
	return !listener->packet || listener->packet(listener->user, analysis, &observation);
}

static bool go_on(struct trace_analysis *analysis)
{
	const struct analysis_listener *listener = &analysis->listener;
	return !listener->progress || analysis->trace.packets % ANALYSIS_PROGRESS_EVERY != 0 ||
	       listener->progress(listener->user, analysis);
}

/* What only the end of the trace decides, in the order in which one needs the other. */
void analysis_end(struct trace_analysis *analysis)
{
	struct trace_state *trace = &analysis->trace;
	uint64_t sessions = 0;
	for (int kind = 0; kind < SESSION_KINDS; kind++)
		sessions += session_table_count(analysis->sessions, (enum session_kind)kind);
	trace->ended = true;
	session_table_finish(analysis->sessions, trace->last_time);
	if (analysis->undiagnosed)
		return;
	analyzer_set_finish(analysis->analyzers);
	finding_store_sessions(analysis->findings, sessions);
	if (trace->displays)
		finding_store_displays(analysis->findings, trace->displays->display_count,
				       trace->displays->message_count);
	if (analysis->listener.wants)
		finding_store_restrict(analysis->findings, analysis->listener.wants, analysis->listener.user);
	finding_store_finish(analysis->findings, trace->quality);
	finding_store_verdict(analysis->findings, trace->packets, &analysis->verdict);
	analysis->counts = wireshark_counter_finish(analysis->counter);
}

void analysis_feed(struct trace_analysis *analysis, struct record *record)
{
	trace_observe(&analysis->trace, record);
	packet_decode(&analysis->packet, record);
	if (!is_unwanted(analysis))
		analysis->stopped |= !observe_packet(analysis);
	analysis->stopped |= !go_on(analysis);
}

bool analysis_run(struct trace_analysis *analysis, struct source *source, size_t max_sessions,
		  struct error *error)
{
	struct record record;
	enum source_status got = SOURCE_END;

	analysis_begin(analysis, source_report(source), max_sessions);
	analysis->packet.unchecked = analysis->unchecked;
	while (!analysis->stopped && (got = source_next(source, &record, error)) == SOURCE_RECORD)
		analysis_feed(analysis, &record);
	/* What was read before an error is judged all the same. */
	analysis_end(analysis);
	return got != SOURCE_ERROR;
}

bool analysis_replay(struct trace_analysis *analysis, struct index_reader *reader, struct error *error)
{
	const struct analysis_listener *listener = &analysis->listener;
	struct packet *packet = &analysis->packet;
	struct record record;
	struct session_told told;
	struct observation observation;
	enum source_status got = SOURCE_END;

	analysis->undiagnosed = true;
	analysis_begin(analysis, index_reader_report(reader), 0);
	while (!analysis->stopped &&
	       (got = index_reader_next(reader, &record, &told, error)) == SOURCE_RECORD) {
		trace_observe(&analysis->trace, &record);
		packet_decode(packet, &record);
		session_table_observe_told(analysis->sessions, packet, &told, &observation);
		analysis->stopped = listener->packet && !listener->packet(listener->user, analysis, &observation);
	}
	analysis->trace.packets = index_reader_packets(reader);
	analysis_end(analysis);
	return got != SOURCE_ERROR;
}

unsigned interface_time_digits(const struct source_report *report, uint32_t interface)
{
	if (interface >= report->interface_count)
		return 6;
	unsigned digits = 0;
	for (uint64_t ticks = 1; digits < 9 && ticks < report->interfaces[interface].ticks_per_second;
	     ticks *= 10)
		digits++;
	return digits;
}

unsigned analysis_time_digits(const struct trace_analysis *analysis)
{
	const struct source_report *report = analysis->trace.source;
	unsigned finest = 0;
	for (uint32_t i = 0; report && i < report->interface_count; i++) {
		unsigned digits = interface_time_digits(report, i);
		if (digits > finest)
			finest = digits;
	}
	return finest;
}
