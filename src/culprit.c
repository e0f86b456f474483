/* The public face: culprit.h over the stages. No rule of analysis and no word of a report is made here. */
#include <culprit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis.h"
#include "config.h"
#include "convert/convert.h"
#include "core/clock.h"
#include "core/memory.h"
#include "decode/decoder.h"
#include "decode/tls_keys.h"
#include "filter/cited.h"
#include "filter/sieve.h"
#include "finding/nearest.h"
#include "report/details.h"
#include "report/diagnosis.h"
#include "report/kinds.h"
#include "report/lists.h"
#include "report/packet_choice.h"
#include "report/packets.h"
#include "report/pictures.h"
#include "report/proof.h"
#include "report/report.h"
#include "report/response_limit.h"
#include "report/selection.h"
#include "report/sessions.h"
#include "report/tell.h"
#include "report/timeline.h"
#include "report/times.h"
#include "report/transaction.h"
#include "report/tuning.h"
#include "report/view.h"
#include "report/why.h"
#include "report/zos.h"
#include "source/whole_file.h"
#include "source/write/writers.h"

_Static_assert((int)ERROR_WRITE == (int)CULPRIT_WRITE, "the public error codes mirror ours");

/* As many as session_table_create allows by default. */
#define DEFAULT_SESSION_LIMIT 1000000

#define MAX_VIEWS 8              /* at a time; the program uses one */

struct culprit_analysis {
	struct trace_analysis *analysis;
	struct source *source;
	struct zos_displays *displays;       /* NULL: there are none */
	size_t session_limit;        /* 0: default */
	int leap_seconds;            /* of z/OS clocks */
	bool used;                   /* reading has begun */
	struct diagnosis *diagnosis; /* NULL until it ended well */
	struct session_rows *sessions;       /* NULL unless asked for, */
	struct timeline *timeline;           /* likewise */
	struct pictures *pictures;           /* likewise; one of the views */

	culprit_progress *progress;
	void *progress_user;
	culprit_packet_seen *packet_seen;
	void *packet_user;
	struct packet_list *packets;         /* NULL, or where packet rows go */
	struct packet_choice choice;         /* which of them */
	bool chosen;
	uint64_t packet_tail;
	bool packet_marks;
	struct text message;                 /* of the current packet */
	struct view *views[MAX_VIEWS];
	unsigned view_count;
	culprit_transaction_seen *transaction_seen;
	void *transaction_user;
	struct transactions *transactions;   /* NULL, or what finds them */
	struct times *times;                 /* NULL, or where transactions go */
	struct response_limits limits;
	struct sieve *sieve;                 /* NULL: everything is selected */
	bool configured;                     /* other than by default, so that an earlier run tells nothing */
	bool details;                        /* the only view shows single packets, */
	struct selection shown;              /* these; no ranges: all */
	char *index_directory;               /* NULL: no index is kept */
	uint64_t index_least;
	struct index_place *index_place;     /* of the trace, while it is read by its index */
	struct index_reader *index;
	struct culprit_analysis *first;      /* the first pass, whose findings the filter speaks of */
	struct cited *cited;
};

const char *culprit_version(void)
{
	return CULPRIT_VERSION;
}

/* What is read is text that people pasted. */
static void add_displays(struct culprit_analysis *analysis, const void *bytes, size_t length, const char *name)
{
	if (!analysis->displays)
		analysis->displays = zos_displays_create();
	analysis->analysis->trace.displays = analysis->displays;
	zos_displays_read(analysis->displays, name, bytes, length);
}

struct culprit_analysis *culprit_create(void)
{
	struct culprit_analysis *analysis = memory_zeroed(1, sizeof *analysis);
	analysis->analysis = analysis_create();
	return analysis;
}

void culprit_destroy(struct culprit_analysis *analysis)
{
	if (!analysis)
		return;
	packets_end(analysis->packets);
	packet_choice_finish(&analysis->choice);
	for (unsigned i = 0; i < analysis->view_count; i++)
		analysis->views[i]->do_->destroy(analysis->views[i]);
	diagnosis_destroy(analysis->diagnosis);
	session_rows_destroy(analysis->sessions);
	transactions_destroy(analysis->transactions);
	times_destroy(analysis->times);
	response_limits_finish(&analysis->limits);
	sieve_destroy(analysis->sieve);
	cited_destroy(analysis->cited);
	culprit_destroy(analysis->first);
	timeline_destroy(analysis->timeline);
	selection_finish(&analysis->shown);
	free(analysis->index_directory);
	analysis_destroy(analysis->analysis);
	source_close(analysis->source);
	zos_displays_destroy(analysis->displays);
	index_reader_close(analysis->index);
	index_place_destroy(analysis->index_place);
	text_finish(&analysis->message);
	free(analysis);
}

bool culprit_set_profile(struct culprit_analysis *analysis, const char *name, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	analysis->configured = true;
	return settings_profile(analysis->analysis->settings, name, &inner) || tell(error, &inner);
}

bool culprit_set_threshold(struct culprit_analysis *analysis, const char *assignment,
			   struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	analysis->configured = true;
	return settings_set(analysis->analysis->settings, analyzer_kinds(), assignment, &inner) ||
	       tell(error, &inner);
}

bool culprit_set_config(struct culprit_analysis *analysis, const char *path, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	analysis->configured = true;
	return settings_file(analysis->analysis->settings, analyzer_kinds(), path, &inner) ||
	       tell(error, &inner);
}

void culprit_skip_diagnosis(struct culprit_analysis *analysis)
{
	analysis->analysis->undiagnosed = true;
}

bool culprit_set_filter(struct culprit_analysis *analysis, const char *expression, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	struct filter *filter = filter_compile(expression, &inner);
	if (!filter)
		return tell(error, &inner);
	sieve_destroy(analysis->sieve);
	analysis->sieve = sieve_create(filter, NULL);
	analysis->analysis->message_bytes |= filter_needs_message_bytes(filter);
	return true;
}

bool culprit_filter_needs_findings(const struct culprit_analysis *analysis)
{
	return analysis->sieve && filter_needs_findings(sieve_filter(analysis->sieve));
}

void culprit_use_findings(struct culprit_analysis *analysis, struct culprit_analysis *first)
{
	culprit_destroy(analysis->first);
	cited_destroy(analysis->cited);
	analysis->first = first;
	analysis->cited = cited_create(first->analysis->findings);
	if (analysis->sieve)
		sieve_use_findings(analysis->sieve, cited_findings, analysis->cited);
}

#define MOST_SECRETS ((size_t)256 << 20)  /* bytes of a file: a key log of a million connections */

bool culprit_add_keylog(struct culprit_analysis *analysis, const char *path, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	analysis->configured = true;
	size_t length;
	char *bytes = whole_file_read(path, MOST_SECRETS, &length, &inner);
	if (!bytes)
		return tell(error, &inner);
	size_t lines = tls_keys_add_log(analysis->analysis->keys, bytes, length);
	free(bytes);
	if (lines || !length)
		return true;
	error_set(&inner, ERROR_USAGE, "give what SSLKEYLOGFILE wrote: lines such as CLIENT_RANDOM and two numbers",
		  "no line of it is one of a key log");
	error_name_file(&inner, path);
	return tell(error, &inner);
}

bool culprit_add_private_key(struct culprit_analysis *analysis, const char *path, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	analysis->configured = true;
	size_t length;
	char *bytes = whole_file_read(path, MOST_SECRETS, &length, &inner);
	if (!bytes)
		return tell(error, &inner);
	bool done = tls_keys_add_private(analysis->analysis->keys, bytes, length, &inner);
	free(bytes);
	if (done)
		return true;
	error_name_file(&inner, path);
	return tell(error, &inner);
}

uint64_t culprit_decryption(const struct culprit_analysis *analysis, uint64_t *opened)
{
	return tls_keys_tried(analysis->analysis->keys, opened);
}

void culprit_ignore(struct culprit_analysis *analysis, const char *pattern)
{
	analysis->configured = true;
	finding_ignore(analysis->analysis->findings, pattern);
}

void culprit_limit_sessions(struct culprit_analysis *analysis, size_t count)
{
	analysis->session_limit = count;
	analysis->configured |= count != 0;
}

void culprit_set_leap_seconds(struct culprit_analysis *analysis, int seconds)
{
	analysis->leap_seconds = seconds;
	analysis->configured |= seconds != 0;
}

/* Protocols on streams, for the error about one that is none. */
static const struct decoder *nearest_on_stream(const char *name)
{
	struct nearest nearest = { 0 };
	for (const struct decoder *const *d = decoders; *d; d++)
		if ((*d)->stream)
			nearest_offer(&nearest, name, (*d)->name);
	return nearest.word ? decoder_named(nearest.word) : NULL;
}

static bool no_such_stream(const char *name, struct error *error)
{
	const struct decoder *nearest = nearest_on_stream(name);
	error_set(error, ERROR_USAGE, "`culprit protocols` lists them", "no protocol on TCP is called \"%s\"", name);
	if (nearest)
		snprintf(error->remedy, sizeof error->remedy, "did you mean %s?", nearest->name);
	return false;
}

static bool add_decode_as(struct trace_analysis *analysis, const char *assignment, struct error *error)
{
	char *end;
	unsigned long port = strtoul(assignment, &end, 10);
	if (assignment[0] < '0' || assignment[0] > '9' || *end != '=' || port == 0 || port > UINT16_MAX)
		return error_set(error, ERROR_USAGE, "write PORT=PROTOCOL, as 2121=ftp",
				 "\"%s\" does not say what a port speaks", assignment);
	const struct decoder *decoder = decoder_named(end + 1);
	if (!decoder || !decoder->stream)
		return no_such_stream(end + 1, error);
	if (analysis->decode_as_count == ANALYSIS_MAX_DECODE_AS)
		return error_set(error, ERROR_USAGE, "leave some out", "more than %d ports",
				 ANALYSIS_MAX_DECODE_AS);
	analysis->decode_as[analysis->decode_as_count++] =
		(struct decode_as){ (uint16_t)port, decoder };
	return true;
}

bool culprit_decode_as(struct culprit_analysis *analysis, const char *assignment, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	analysis->configured = true;
	return add_decode_as(analysis->analysis, assignment, &inner) || tell(error, &inner);
}

void culprit_on_progress(struct culprit_analysis *analysis, culprit_progress *progress, void *user)
{
	analysis->progress = progress;
	analysis->progress_user = user;
}

void culprit_on_packet(struct culprit_analysis *analysis, culprit_packet_seen *seen, void *user)
{
	analysis->packet_seen = seen;
	analysis->packet_user = user;
}

void culprit_on_transaction(struct culprit_analysis *analysis, culprit_transaction_seen *seen, void *user)
{
	analysis->transaction_seen = seen;
	analysis->transaction_user = user;
}

bool culprit_set_response_limit(struct culprit_analysis *analysis, const char *assignment,
				struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return response_limits_set(&analysis->limits, assignment, &inner) || tell(error, &inner);
}

void culprit_keep_sessions(struct culprit_analysis *analysis)
{
	if (!analysis->sessions)
		analysis->sessions = session_rows_create(
			analysis->session_limit ? analysis->session_limit : DEFAULT_SESSION_LIMIT);
}

void culprit_keep_index(struct culprit_analysis *analysis, const char *directory, uint64_t least)
{
	free(analysis->index_directory);
	analysis->index_directory = memory_copy_text(directory);
	analysis->index_least = least;
}

void culprit_keep_timeline(struct culprit_analysis *analysis)
{
	if (!analysis->timeline)
		analysis->timeline = timeline_create(TIMELINE_SERIES, TIMELINE_SLOTS, MILLISECOND);
}

static void keep_time(struct timeline *timeline, const struct record *record)
{
	timeline_add(timeline, record->time, TIMELINE_PACKETS, 1);
	timeline_add(timeline, record->time, TIMELINE_BYTES, record->original_length);
}

static bool show(struct view *view, const struct trace_analysis *inner, const struct observation *observation,
		 bool selected)
{
	if (selected || !view->do_->pass)
		return view->do_->observe(view, inner, observation);
	view->do_->pass(view, observation);
	return true;
}

static bool cites(const struct finding *finding, uint64_t packet)
{
	for (unsigned i = 0; i < finding->evidence_count; i++)
		if (finding->evidence[i].packet == packet)
			return true;
	return false;
}

static void mark(struct culprit_packet *packet, struct cited *cited, const struct observation *observation)
{
	const struct finding *list[FIELDS_MAX_FINDINGS];
	unsigned count = cited_findings(cited, observation, list, FIELDS_MAX_FINDINGS);
	for (unsigned i = 0; i < count && packet->finding_count < CULPRIT_PACKET_FINDINGS; i++)
		if (cites(list[i], packet->number))
			packet->findings[packet->finding_count++] = list[i]->kind->id;
}

static bool on_packet(void *user, const struct trace_analysis *inner, const struct observation *observation)
{
	struct culprit_analysis *analysis = user;
	struct culprit_packet packet;
	bool selected = !analysis->sieve || sieve_packet(analysis->sieve, observation);
	uint64_t number = observation->packet->record->number;
	if (analysis->chosen && selected)
		selected = packet_choice_takes(&analysis->choice, number);
	bool over = analysis->chosen && packet_choice_is_over(&analysis->choice, number);
	bool more = !analysis->view_count && !analysis->timeline && !over;
	for (unsigned i = 0; i < analysis->view_count; i++)
		more |= show(analysis->views[i], inner, observation, selected) && !over;
	if (analysis->timeline) {
		keep_time(analysis->timeline, observation->packet->record);
		more = true;
	}
	if (!selected || (!analysis->packet_seen && !analysis->packets))
		return more || (!over && (analysis->packet_seen || analysis->packets));
	packet_row_fill(&packet, inner, observation, &analysis->message);
	if (analysis->packet_marks && analysis->cited)
		mark(&packet, analysis->cited, observation);
	if (analysis->packet_seen && !analysis->packet_seen(analysis->packet_user, &packet))
		return false;
	return (!analysis->packets || packets_row(analysis->packets, &packet)) && !over;
}

/* Of a list of packets, when the filter selects whole connections. */
static bool is_unwanted(void *user, const struct packet *packet)
{
	struct culprit_analysis *analysis = user;
	bool over = analysis->chosen && packet_choice_is_over(&analysis->choice, packet->record->number);
	return !over && sieve_rules_out(analysis->sieve, packet);
}

static void on_session(void *user, const struct trace_analysis *inner, const struct session *session)
{
	struct culprit_analysis *analysis = user;
	bool selected = !analysis->sieve || sieve_session(analysis->sieve, session);
	if (analysis->sessions && selected)
		session_rows_add(analysis->sessions, session);
	for (unsigned i = 0; i < analysis->view_count; i++)
		if (analysis->views[i]->do_->session)
			analysis->views[i]->do_->session(analysis->views[i], inner, session, selected);
}

static bool wants_session(void *user, enum session_kind kind, uint32_t number)
{
	const struct culprit_analysis *analysis = user;
	return sieve_selected(analysis->sieve, kind, number);
}

static bool on_transaction(void *user, const struct session *session, const struct culprit_transaction *found)
{
	struct culprit_analysis *analysis = user;
	struct culprit_transaction transaction = *found;
	if (analysis->sieve && !sieve_selected(analysis->sieve, (enum session_kind)session->kind, session->number))
		return true;
	transaction.limit = response_limit_of(&analysis->limits, session);
	transaction.slow = transaction.answered && transaction.total >= transaction.limit;
	if (analysis->transaction_seen)
		analysis->transaction_seen(analysis->transaction_user, &transaction);
	return !analysis->times || times_add(analysis->times, &transaction);
}

static bool on_answers(void *user, const struct trace_analysis *inner, const struct observation *observation)
{
	struct culprit_analysis *analysis = user;
	(void)inner;
	return transactions_observe(analysis->transactions, observation);
}

static bool on_progress(void *user, const struct trace_analysis *inner)
{
	struct culprit_analysis *analysis = user;
	uint64_t bytes = 0, total = 0;
	source_progress(analysis->source, &bytes, &total);
	return analysis->progress(analysis->progress_user, bytes, total, inner->trace.packets);
}

/* Plain lists of packets show nothing that checksums tell, and as text nothing of sessions but their words. */
static void set_short_cuts(struct culprit_analysis *analysis)
{
	struct trace_analysis *inner = analysis->analysis;
	const struct filter *filter = analysis->sieve ? sieve_filter(analysis->sieve) : NULL;
	inner->unchecked = inner->undiagnosed && analysis->packets && !analysis->packet_seen &&
			   !analysis->view_count && !analysis->sessions && !analysis->timeline &&
			   !inner->listener.answers && (!filter || filter_is_about_ends(filter));
	inner->words_only = inner->unchecked && packets_are_words(analysis->packets);
	if (inner->words_only && filter && filter_selects_connections(filter) &&
	    !tls_keys_has_private(inner->keys))
		inner->listener.unwanted = is_unwanted;
}

/* Listens only for what somebody asked for: a packet row costs more than all the rest of a packet. */
static void listen(struct culprit_analysis *analysis)
{
	struct trace_analysis *inner = analysis->analysis;
	response_limits_settle(&analysis->limits, inner->settings);
	if (analysis->transaction_seen || analysis->times)
		analysis->transactions = transactions_create(on_transaction, analysis);
	inner->listener = (struct analysis_listener){
		.packet = analysis->packet_seen || analysis->packets || analysis->view_count ||
				analysis->timeline || analysis->sieve ? on_packet : NULL,
		.session = analysis->sessions || analysis->view_count || analysis->sieve ? on_session : NULL,
		.wants = analysis->sieve ? wants_session : NULL,
		.answers = analysis->transactions ? on_answers : NULL,
		.progress = analysis->progress ? on_progress : NULL,
		.user = analysis,
	};
	set_short_cuts(analysis);
}

static void finish_views(struct culprit_analysis *analysis, const struct diagnosis *diagnosis)
{
	for (unsigned i = 0; i < analysis->view_count; i++)
		analysis->views[i]->do_->finish(analysis->views[i], analysis->analysis, diagnosis);
}

static bool read_source(struct culprit_analysis *analysis, struct error *error)
{
	struct trace_analysis *inner = analysis->analysis;
	listen(analysis);
	if (analysis->sieve)
		sieve_begin(analysis->sieve, source_report(analysis->source));
	if (!analysis_run(inner, analysis->source, analysis->session_limit, error))
		return false;
	packets_end(analysis->packets);
	analysis->packets = NULL;
	if (analysis->times)
		times_finish(analysis->times, &analysis->limits);
	if (analysis->sessions)
		session_rows_finish(analysis->sessions, inner->findings);
	analysis->diagnosis = diagnosis_create(inner);
	finish_views(analysis, analysis->diagnosis);
	analysis->diagnosis->sessions = analysis->sessions;
	analysis->diagnosis->timeline = analysis->timeline;
	if (inner->index)
		index_writer_finish(inner->index, source_report(analysis->source), inner->sessions,
				    analysis->diagnosis->findings, analysis->diagnosis->finding_count);
	return true;
}

/* Nothing but details of packets, and nothing that could make them others than in an earlier run. */
static bool can_use_index(const struct culprit_analysis *analysis)
{
	return analysis->index_directory && analysis->details && analysis->view_count == 1 && !analysis->configured &&
	       !analysis->sieve && !analysis->packets && !analysis->packet_seen && !analysis->sessions &&
	       !analysis->timeline && !analysis->times && !analysis->transaction_seen && !analysis->first &&
	       !analysis->displays && !analysis->analysis->undiagnosed;
}

/* True when an index is there and tells about the packets that are asked for. Else one is made while reading. */
static bool open_index(struct culprit_analysis *analysis, const char *path)
{
	struct index_range ranges[SELECTION_MAX_RANGES];
	struct index_place *place = index_place_create(analysis->index_directory, path, analysis->index_least);
	if (!place)
		return false;
	for (unsigned i = 0; i < analysis->shown.range_count; i++)
		ranges[i] = (struct index_range){ analysis->shown.ranges[i].first, analysis->shown.ranges[i].last };
	analysis->index = index_reader_open(place);
	if (!analysis->index) {
		analysis->analysis->index = index_writer_create(place);
		return false;
	}
	analysis->index_place = place;
	return index_reader_choose(analysis->index, ranges, analysis->shown.range_count, DETAILS_REACH);
}

static bool read_by_index(struct culprit_analysis *analysis, struct error *error)
{
	struct diagnosis known = { 0 };
	listen(analysis);
	if (!analysis_replay(analysis->analysis, analysis->index, error))
		return false;
	known.findings = (struct culprit_finding *)(uintptr_t)index_reader_findings(analysis->index,
										    &known.finding_count);
	finish_views(analysis, &known);
	analysis->diagnosis = diagnosis_of_packets(index_reader_packets(analysis->index));
	return true;
}

static bool first_use(struct culprit_analysis *analysis, struct error *error)
{
	if (analysis->used)
		return error_set(error, ERROR_USAGE, "make another one for another trace",
				 "an analysis reads only once");
	analysis->used = true;
	return true;
}

bool culprit_read_files(struct culprit_analysis *analysis, const char *const *paths, size_t count,
			struct culprit_error *error)
{
	const struct source_options options = { .leap_seconds = analysis->leap_seconds,
		.keep_comments = analysis->analysis->message_bytes };
	struct error inner = ERROR_INIT;
	if (!first_use(analysis, &inner))
		return tell(error, &inner);
	if (count == 1 && can_use_index(analysis) && open_index(analysis, paths[0]))
		return read_by_index(analysis, &inner) || tell(error, &inner);
	analysis->source = source_open(paths, count, &options, &inner);
	if (!analysis->source || !read_source(analysis, &inner))
		return tell(error, &inner);
	return true;
}

bool culprit_read_memory(struct culprit_analysis *analysis, const void *bytes, size_t length,
			 const char *name, struct culprit_error *error)
{
	const struct source_options options = { .leap_seconds = analysis->leap_seconds,
		.keep_comments = analysis->analysis->message_bytes };
	struct error inner = ERROR_INIT;
	if (!first_use(analysis, &inner))
		return tell(error, &inner);
	analysis->source = source_open_memory(bytes, length, name, &options, &inner);
	if (!analysis->source || !read_source(analysis, &inner))
		return tell(error, &inner);
	return true;
}

bool culprit_add_displays(struct culprit_analysis *analysis, const char *path, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	size_t length;
	char *bytes = whole_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, ZOS_MAX_FILE_BYTES, &length, &inner);
	if (!bytes)
		return tell(error, &inner);
	add_displays(analysis, bytes, length, path);
	free(bytes);
	return true;
}

void culprit_add_displays_memory(struct culprit_analysis *analysis, const void *bytes, size_t length,
				 const char *name)
{
	add_displays(analysis, bytes, length, name);
}

bool culprit_read_displays(struct culprit_analysis *analysis, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	const struct zos_displays *displays = analysis->displays;
	if (!displays || !(displays->display_count || displays->message_count)) {
		error_set(&inner, ERROR_NOT_A_TRACE, "paste what D TRACE, NETSTAT DEVLINKS, CONFIG or STATS, D NET,TRL,TRLE= "
			  "or OSAINFO display", "no display or message of z/OS is in it");
		if (displays)
			error_name_file(&inner, displays->files[0]);
		return tell(error, &inner);
	}
	if (!first_use(analysis, &inner))
		return tell(error, &inner);
	analysis->source = source_open_nothing();
	return read_source(analysis, &inner) || tell(error, &inner);
}

bool culprit_report_figures(const struct culprit_analysis *analysis, const struct culprit_output *output)
{
	return analysis->displays && zos_figures_report(analysis->displays, output);
}

bool culprit_convert(const char *const *paths, size_t count, const char *to,
		     const struct culprit_conversion *conversion,
		     struct culprit_conversion_result *result, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	const struct culprit_analysis *analysis = conversion->analysis;
	bool judged = analysis && analysis->diagnosis;
	return convert(paths, count, to, conversion, judged ? analysis->analysis : NULL,
		       judged ? analysis->session_limit : 0, result, &inner) ||
	       tell(error, &inner);
}

const struct culprit_trace *culprit_trace(const struct culprit_analysis *analysis)
{
	return analysis->diagnosis ? &analysis->diagnosis->trace : NULL;
}

const struct culprit_verdict *culprit_verdict(const struct culprit_analysis *analysis)
{
	return analysis->diagnosis && !analysis->analysis->undiagnosed ? &analysis->diagnosis->verdict : NULL;
}

size_t culprit_finding_count(const struct culprit_analysis *analysis)
{
	return analysis->diagnosis ? analysis->diagnosis->finding_count : 0;
}

const struct culprit_finding *culprit_finding(const struct culprit_analysis *analysis, size_t index)
{
	return index < culprit_finding_count(analysis) ? &analysis->diagnosis->findings[index] : NULL;
}

const struct culprit_untold *culprit_untold(const struct culprit_analysis *analysis, size_t index)
{
	return analysis->diagnosis && index < analysis->diagnosis->untold_count
		? &analysis->diagnosis->untold[index] : NULL;
}

const char *culprit_count(const struct culprit_analysis *analysis, unsigned index, uint64_t *value)
{
	return analysis->diagnosis && analysis->diagnosis->counts
		? wireshark_count(analysis->diagnosis->counts, index, value) : NULL;
}

size_t culprit_session_count(const struct culprit_analysis *analysis)
{
	return analysis->diagnosis && analysis->sessions ? session_rows_count(analysis->sessions) : 0;
}

bool culprit_session(const struct culprit_analysis *analysis, size_t index, struct culprit_session *to)
{
	return index < culprit_session_count(analysis) && session_rows_get(analysis->sessions, index, to);
}

uint64_t culprit_sessions_not_kept(const struct culprit_analysis *analysis)
{
	return analysis->sessions ? session_rows_not_kept(analysis->sessions) : 0;
}

uint32_t culprit_session_total(const struct culprit_analysis *analysis, const char *protocol)
{
	for (unsigned kind = 0; analysis->diagnosis && kind < SESSION_KINDS; kind++)
		if (strcmp(session_kind_name((enum session_kind)kind), protocol) == 0)
			return (uint32_t)session_table_count(analysis->analysis->sessions,
							     (enum session_kind)kind);
	return 0;
}

bool culprit_session_id(const char *words, struct culprit_session_id *to)
{
	return session_id_parse(words, to);
}

const char *culprit_session_sort_key(unsigned index)
{
	return session_sort_key(index);
}

bool culprit_report_sessions_by(const struct culprit_analysis *analysis, const char *sort, size_t top,
				const struct culprit_output *output)
{
	if (!analysis->diagnosis || !analysis->sessions)
		return false;
	const struct culprit_trace *trace = &analysis->diagnosis->trace;
	return session_rows_report(analysis->sessions, sort, top, output, trace->first_time, trace->time_digits);
}

/* Takes a view that was made, or hands out why not. */
static bool add_view(struct culprit_analysis *analysis, struct view *view, struct error *inner,
		     struct culprit_error *error)
{
	if (!view)
		return tell(error, inner);
	if (analysis->used || analysis->view_count == MAX_VIEWS) {
		view->do_->destroy(view);
		error_set(inner, ERROR_USAGE, "ask before reading, and not for more than a few",
			  "too late or too many views");
		return tell(error, inner);
	}
	analysis->views[analysis->view_count++] = view;
	return true;
}

bool culprit_report_packet_fields(struct culprit_analysis *analysis, const char *const *names, size_t count,
				  const struct culprit_output *output, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	struct view *view = packet_fields_view(names, count, output, &inner);
	analysis->analysis->message_bytes |= view != NULL;
	return add_view(analysis, view, &inner, error);
}

bool culprit_report_details(struct culprit_analysis *analysis, const struct culprit_details *details,
			    const struct culprit_output *output, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	struct view *view = details_view(details, output, &inner);
	const struct culprit_selection shown = { .packets = details->packets };
	analysis->analysis->message_bytes |= view != NULL;
	analysis->details = view && selection_init(&analysis->shown, &shown, &inner);
	return add_view(analysis, view, &inner, error);
}

bool culprit_report_sequence(struct culprit_analysis *analysis, const struct culprit_sequence *sequence,
			     const struct culprit_output *output, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return add_view(analysis, sequence_view(sequence, output, &inner), &inner, error);
}

bool culprit_report_session(struct culprit_analysis *analysis, const struct culprit_selection *selection,
			    const struct culprit_output *output, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return add_view(analysis, portrait_view(selection, output, &inner), &inner, error);
}

bool culprit_report_stream(struct culprit_analysis *analysis, const struct culprit_follow *follow,
			   const struct culprit_output *output, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return add_view(analysis, follow_view(follow, output, &inner), &inner, error);
}

bool culprit_report_graph(struct culprit_analysis *analysis, const struct culprit_selection *selection,
			  enum culprit_graph graph, enum culprit_side sender, const struct culprit_output *output,
			  struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return add_view(analysis, graph_view(selection, graph, sender, output, &inner), &inner, error);
}

bool culprit_report_exceptions(struct culprit_analysis *analysis, const struct culprit_exceptions *exceptions,
			       const struct culprit_output *output, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return add_view(analysis, exceptions_view(exceptions, output, &inner), &inner, error);
}

bool culprit_report_statistics(struct culprit_analysis *analysis, const struct culprit_statistics *statistics,
			       const struct culprit_output *output, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return add_view(analysis, statistics_view(statistics, output, &inner), &inner, error);
}

void culprit_keep_pictures(struct culprit_analysis *analysis, const struct culprit_analysis *of)
{
	struct error inner = ERROR_INIT;
	if (analysis->pictures || !of->diagnosis)
		return;
	struct pictures *pictures = pictures_create(of->diagnosis);
	if (add_view(analysis, pictures_view(pictures), &inner, NULL))
		analysis->pictures = pictures;
}

bool culprit_interval(const struct culprit_analysis *analysis, size_t index, struct culprit_interval *to)
{
	const struct timeline *timeline = analysis->timeline;
	if (!analysis->diagnosis || !timeline || index >= timeline_slots(timeline))
		return false;
	*to = (struct culprit_interval){
		.start = timeline_start(timeline, index),
		.width = timeline_width(timeline),
		.packets = timeline_get(timeline, index, TIMELINE_PACKETS),
		.bytes = timeline_get(timeline, index, TIMELINE_BYTES),
	};
	return true;
}

const char *culprit_severity_name(enum culprit_severity severity)
{
	return severity_name((enum severity)severity);
}

bool culprit_severity_parse(const char *name, enum culprit_severity *to)
{
	enum severity severity;
	if (!severity_parse(name, &severity))
		return false;
	*to = (enum culprit_severity)severity;
	return true;
}

const char *culprit_confidence_name(enum culprit_confidence confidence)
{
	return confidence_name((enum confidence)confidence);
}

const char *culprit_analysis_name(unsigned bit)
{
	return analysis_name(bit);
}

const char *culprit_profile_name(unsigned profile)
{
	static const char *const names[CULPRIT_PROFILES] = {
		[PROFILE_WAN] = "wan", [PROFILE_LAN] = "lan", [PROFILE_SATELLITE] = "satellite",
		[PROFILE_MAINFRAME] = "mainframe", [PROFILE_STRICT] = "strict",
	};
	return profile < CULPRIT_PROFILES ? names[profile] : NULL;
}

const char *culprit_kind_nearest(const char *id)
{
	const struct finding_kind *const *kinds = analyzer_kinds();
	struct nearest nearest = { 0 };
	for (size_t i = 0; kinds[i]; i++)
		nearest_offer(&nearest, id, kinds[i]->id);
	return nearest.word;
}

const char *culprit_nearest(const char *word, const char *const *words, size_t count)
{
	struct nearest nearest = { 0 };
	for (size_t i = 0; i < count; i++)
		nearest_offer(&nearest, word, words[i]);
	return nearest.word;
}

bool culprit_format(size_t index, struct culprit_format *to)
{
	size_t count;
	const struct source_format_info *formats = source_formats(&count);
	if (index >= count)
		return false;
	*to = (struct culprit_format){ formats[index].name, formats[index].title,
		formats[index].compression, writer_format_find(formats[index].name) != NULL };
	return true;
}

bool culprit_protocol(size_t index, struct culprit_protocol *to)
{
	for (size_t i = 0; i <= index; i++)
		if (!decoders[i])
			return false;
	const struct decoder *decoder = decoders[index];
	*to = (struct culprit_protocol){ decoder->name, decoder->title, decoder->decode != NULL };
	return true;
}

bool culprit_report_diagnosis(const struct culprit_analysis *analysis, const struct culprit_output *output)
{
	if (!analysis->diagnosis)
		return false;
	analysis->diagnosis->pictures = output->pictures ? output->pictures->pictures : NULL;
	return report_write(REPORT_DIAGNOSIS, analysis->diagnosis, output);
}

bool culprit_report_why(const struct culprit_analysis *analysis, uint32_t number,
			const struct culprit_output *output)
{
	struct why why;
	if (!number || number > culprit_finding_count(analysis))
		return false;
	why_fill(&why, analysis->analysis, analysis->diagnosis, number - 1);
	bool written = report_write(REPORT_WHY, &why, output);
	why_finish(&why);
	return written;
}

bool culprit_prove(const struct culprit_analysis *analysis, const char *const *paths, size_t count,
		   uint32_t number, bool *proved, const struct culprit_output *output, struct culprit_error *error)
{
	const struct source_options options = { .leap_seconds = analysis->leap_seconds };
	struct error inner = ERROR_INIT;
	struct proof proof;
	if (!number || number > culprit_finding_count(analysis)) {
		error_set(&inner, ERROR_USAGE, "see culprit diagnose", "there is no finding %u", (unsigned)number);
		return tell(error, &inner);
	}
	struct source *source = source_open(paths, count, &options, &inner);
	if (!source)
		return tell(error, &inner);
	bool done = prove(&proof, analysis->analysis, source, number - 1, analysis->session_limit, &inner);
	source_close(source);
	if (!done) {
		proof_finish(&proof);
		return tell(error, &inner);
	}
	const struct proof_report report = { analysis->diagnosis, &analysis->diagnosis->findings[number - 1],
		finding_store_get(analysis->analysis->findings, number - 1)->kind, &proof };
	*proved = proof.proved;
	done = report_write(REPORT_PROOF, &report, output);
	proof_finish(&proof);
	return done;
}

struct tune_files { const char *const *paths; struct source_options options; };

static struct source *open_to_tune(void *user, size_t file, struct error *error)
{
	const struct tune_files *files = user;
	return source_open(&files->paths[file], 1, &files->options, error);
}

bool culprit_tune(const struct culprit_analysis *configured, const char *const *paths, size_t count,
		  const char *profile, const struct culprit_output *output, struct culprit_error *error)
{
	struct tune_files files = { paths, { .leap_seconds = configured->leap_seconds } };
	struct error inner = ERROR_INIT;
	struct tuning tuning;
	struct settings *settings = settings_create();
	bool good = settings_profile(settings, profile, &inner);
	enum profile least = settings_profile_in_force(settings);
	settings_destroy(settings);
	if (!good)
		return tell(error, &inner);
	if (!tune(&tuning, configured->analysis, analyzer_kinds(), least, count, open_to_tune, &files,
		  configured->session_limit, &inner)) {
		tuning_finish(&tuning);
		return tell(error, &inner);
	}
	const struct tuning_report report = { &tuning, paths, count };
	good = report_write(REPORT_TUNING, &report, output);
	tuning_finish(&tuning);
	return good;
}

bool culprit_choose_packets(struct culprit_analysis *analysis, const struct culprit_packet_choice *choice,
			    struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	packet_choice_finish(&analysis->choice);
	analysis->chosen = packet_choice_init(&analysis->choice, choice, &inner);
	analysis->packet_tail = choice->tail;
	analysis->packet_marks = choice->marks;
	return analysis->chosen || tell(error, &inner);
}

void culprit_report_packets(struct culprit_analysis *analysis, const struct culprit_output *output)
{
	packets_end(analysis->packets);
	analysis->packets = packets_begin(output, (size_t)analysis->packet_tail, analysis->packet_marks);
}

bool culprit_report_times(struct culprit_analysis *analysis, const struct culprit_times *choice,
			  const struct culprit_output *output, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	size_t sessions = analysis->session_limit ? analysis->session_limit : DEFAULT_SESSION_LIMIT;
	times_destroy(analysis->times);
	analysis->times = times_create(choice, output, sessions, &inner);
	return analysis->times || tell(error, &inner);
}

uint64_t culprit_times_left_out(const struct culprit_analysis *analysis)
{
	return analysis->times ? times_left_out(analysis->times) : 0;
}

bool culprit_report_sessions(const struct culprit_analysis *analysis, const struct culprit_output *output)
{
	return culprit_report_sessions_by(analysis, NULL, 0, output);
}

static bool no_such_kind(const char *id, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	const char *nearest = culprit_kind_nearest(id);
	error_set(&inner, ERROR_USAGE, "see the list of `culprit explain`", "there is no finding \"%s\"", id);
	if (nearest)
		snprintf(inner.remedy, sizeof inner.remedy, "did you mean %s?", nearest);
	return tell(error, &inner);
}

bool culprit_report_kind(const char *id, const struct culprit_output *output, struct culprit_error *error)
{
	struct culprit_kind kind;
	if (!culprit_kind_find(id, &kind))
		return no_such_kind(id, error);
	return report_write(REPORT_KIND, &kind, output);
}

bool culprit_report_kinds(const struct culprit_output *output)
{
	return list_kinds(output);
}

bool culprit_report_formats(const struct culprit_output *output)
{
	return list_formats(output);
}

bool culprit_report_fields(const char *pattern, const struct culprit_output *output,
			   struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return list_fields(pattern, output, &inner) || tell(error, &inner);
}

bool culprit_report_protocols(const struct culprit_output *output)
{
	return list_protocols(output);
}
