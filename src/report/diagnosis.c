#include "report/diagnosis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/text.h"
#include "decode/decoder.h"
#include "finding/gate.h"
#include "finding/wanted.h"
#include "finding/withheld.h"

_Static_assert((int)SEVERITY_CRITICAL == (int)CULPRIT_CRITICAL &&
	       (int)CONFIDENCE_CERTAIN == (int)CULPRIT_CERTAIN, "the public enums mirror ours");
_Static_assert(FINDING_MAX_PARAMETERS == CULPRIT_MAX_PARAMETERS, "every parameter can be shown");

const char *unit_suffix(enum unit unit)
{
	switch (unit) {
	case UNIT_SECONDS:
		return "_s";
	case UNIT_BYTES:
		return "_bytes";
	case UNIT_RATE_PER_SECOND:
		return "_per_s";
	case UNIT_BITS_PER_SECOND:
		return "_bits_per_s";
	case UNIT_NONE:
	case UNIT_COUNT:
	case UNIT_RATIO:
	case UNIT_TEXT:
		break;
	}
	return "";
}

static bool ends_with(const char *words, const char *ending)
{
	size_t length = strlen(words), tail = strlen(ending);
	return length >= tail && strcmp(words + length - tail, ending) == 0;
}

static void describe_trace(struct diagnosis *to, const struct trace_analysis *analysis)
{
	const struct trace_state *trace = &analysis->trace;
	const struct source_report *report = trace->source;
	struct culprit_file *files = pool_allocate(&to->pool, report->file_count, sizeof *files);
	for (size_t i = 0; i < report->file_count; i++) {
		const struct source_file *from = &report->files[i];
		struct culprit_file *file = &files[i];
		file->path = pool_words(&to->pool, from->path);
		file->format = from->format;
		file->compression = from->compression;
		file->packets = from->packets;
		file->first_time = from->first_time;
		file->last_time = from->last_time;
		for (unsigned j = 0; j < from->link_type_count && j < CULPRIT_MAX_LINK_TYPES; j++) {
			const char *name = link_type_name(from->link_types[j]);
			char number[24];
			snprintf(number, sizeof number, "LINKTYPE %u", from->link_types[j]);
			file->link_types[file->link_type_count++] =
				name ? name : pool_words(&to->pool, number);
		}
	}
	to->trace = (struct culprit_trace){
		.files = files,
		.file_count = report->file_count,
		.packets = trace->packets,
		.bytes = trace->bytes,
		.first_time = trace->first_time,
		.last_time = trace->last_time,
		.time_digits = analysis_time_digits(analysis),
		.sessions_closed_early = session_table_evicted(analysis->sessions),
	};
	for (int kind = 0; kind < SESSION_KINDS; kind++)
		to->trace.sessions += session_table_count(analysis->sessions, (enum session_kind)kind);
}

static void describe_verdict(struct diagnosis *to, const struct verdict *verdict)
{
	to->verdict = (struct culprit_verdict){
		.text = pool_words(&to->pool, verdict->text),
		.blame = pool_words(&to->pool, verdict->blame),
		.party = party_name(verdict->party),
		.confidence = (enum culprit_confidence)verdict->confidence,
		.finding = verdict->finding,
	};
}

static const char *keep(struct diagnosis *to, struct text *words)
{
	const char *kept = pool_words(&to->pool, words->bytes ? words->bytes : "");
	text_finish(words);
	return kept;
}

static const char *describe_text(struct diagnosis *to, const struct finding *finding)
{
	struct text words = { 0 };
	finding_text(finding, &words);
	return keep(to, &words);
}

static const char *render(struct diagnosis *to, const struct finding *finding, const char *template_)
{
	struct text words = { 0 };
	finding_render(finding, template_, &words);
	return keep(to, &words);
}

static const char *describe_address(struct diagnosis *to, const struct address *address)
{
	char words[ADDRESS_TEXT_SIZE];
	return address->family == ADDRESS_NONE ? NULL : pool_words(&to->pool, address_text(address, words));
}

static const char *describe_protocol(struct diagnosis *to, uint8_t protocol)
{
	const char *name = ip_protocol_name(protocol);
	char words[24];
	if (!protocol)
		return NULL;
	if (name)
		snprintf(words, sizeof words, "%s", name);
	else
		snprintf(words, sizeof words, "ip protocol %u", protocol);
	for (char *c = words; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return pool_words(&to->pool, words);
}

static void describe_sessions(struct diagnosis *to, const struct finding *from,
			      struct culprit_finding *finding)
{
	const char **names = pool_allocate(&to->pool, from->session_count, sizeof *names);
	for (unsigned i = 0; i < from->session_count; i++) {
		char name[32];
		snprintf(name, sizeof name, "%s:%u", session_kind_name(from->session_kinds[i]),
			 from->sessions[i]);
		names[i] = pool_words(&to->pool, name);
	}
	finding->sessions = names;
	finding->session_count = from->session_count;
	finding->session_total = from->session_total;
}

static void describe_values(struct diagnosis *to, const struct finding *from,
			    struct culprit_finding *finding)
{
	struct culprit_value *values = pool_allocate(&to->pool, from->fact_count, sizeof *values);
	for (unsigned i = 0; i < from->fact_count; i++) {
		const struct fact *fact = &from->facts[i];
		const char *suffix = unit_suffix(fact->unit);
		char name[96];
		snprintf(name, sizeof name, "%s%s%s", fact->threshold ? "threshold_" : "", fact->name,
			 ends_with(fact->name, suffix) ? "" : suffix);
		values[i].name = pool_words(&to->pool, name);
		values[i].number = fact->value;
		values[i].text = fact->unit == UNIT_TEXT ? pool_words(&to->pool, fact->text) : NULL;
	}
	finding->values = values;
	finding->value_count = from->fact_count;
}

static void describe_evidence(struct diagnosis *to, const struct finding *from,
			      struct culprit_finding *finding)
{
	struct culprit_evidence *evidence = pool_allocate(&to->pool, from->evidence_count,
							  sizeof *evidence);
	for (unsigned i = 0; i < from->evidence_count; i++) {
		evidence[i].packet = from->evidence[i].packet;
		evidence[i].time = from->evidence[i].time;
		evidence[i].note = pool_words(&to->pool, from->evidence[i].note);
	}
	finding->evidence = evidence;
	finding->evidence_count = from->evidence_count;
	finding->evidence_total = from->evidence_total;
}

static void describe_lines(struct diagnosis *to, const struct finding *from, struct culprit_finding *finding)
{
	struct culprit_line *lines = pool_allocate(&to->pool, from->citation_count, sizeof *lines);
	for (unsigned i = 0; i < from->citation_count; i++) {
		lines[i].file = pool_words(&to->pool, from->citations[i].file);
		lines[i].line = from->citations[i].line;
		lines[i].words = pool_words(&to->pool, from->citations[i].words);
	}
	finding->lines = lines;
	finding->line_count = from->citation_count;
}

static void describe_alternatives(struct diagnosis *to, const struct finding *from,
				  struct culprit_finding *finding)
{
	struct culprit_alternative *alternatives = pool_allocate(&to->pool, from->alternative_count,
								 sizeof *alternatives);
	for (unsigned i = 0; i < from->alternative_count; i++) {
		const struct alternative *alternative = &from->alternatives[i];
		alternatives[i].text = pool_words(&to->pool, alternative->text);
		alternatives[i].rejected = alternative->rejected[0]
			? pool_words(&to->pool, alternative->rejected) : NULL;
	}
	finding->alternatives = alternatives;
	finding->alternative_count = from->alternative_count;
}

static void describe_advice(struct diagnosis *to, const struct finding *from,
			    struct culprit_finding *finding)
{
	if (from->advice)
		finding->advice[finding->advice_count++] = render(to, from, from->advice);
	for (size_t i = 0; i < 4 && from->kind->advice[i]; i++)
		finding->advice[finding->advice_count++] = render(to, from, from->kind->advice[i]);
}

static void describe_buttons(struct diagnosis *to, const struct finding *from,
			     struct culprit_finding *finding)
{
	const char **names = pool_allocate(&to->pool, 32, sizeof *names);
	const char *name;
	for (unsigned bit = 0; (name = button_name(bit)) != NULL; bit++)
		if (from->kind->buttons & 1u << bit)
			names[finding->button_count++] = name;
	finding->buttons = names;
}

static void describe_finding(struct diagnosis *to, const struct finding *from,
			     struct culprit_finding *finding)
{
	const struct finding_kind *kind = from->kind;
	finding->number = from->number;
	finding->caused_by = from->caused_by;
	finding->id = kind->id;
	finding->severity = (enum culprit_severity)from->severity;
	finding->confidence = (enum culprit_confidence)from->confidence;
	finding->title = render(to, from, kind->title);
	finding->text = describe_text(to, from);
	finding->blame = pool_words(&to->pool, from->blame.word);
	finding->party = party_name(from->blame.party);
	finding->why = pool_words(&to->pool, from->why);
	finding->kind = from->sub_kind;
	finding->reference = kind->reference;
	finding->client = describe_address(to, &from->subject.client);
	finding->server = from->subject.is_host ? NULL : describe_address(to, &from->subject.server);
	finding->server_port = from->subject.server_port;
	finding->protocol = describe_protocol(to, from->subject.protocol);
	finding->about_host = from->subject.is_host;
	finding->count = from->count;
	finding->cost = from->cost;
	finding->first_packet = from->first_packet;
	finding->last_packet = from->last_packet;
	finding->first_time = from->first_packet ? from->first_time : CULPRIT_NO_TIME;
	finding->last_time = from->first_packet ? from->last_time : CULPRIT_NO_TIME;
	describe_sessions(to, from, finding);
	describe_evidence(to, from, finding);
	describe_lines(to, from, finding);
	describe_values(to, from, finding);
	describe_alternatives(to, from, finding);
	describe_advice(to, from, finding);
	describe_buttons(to, from, finding);
}

static const char *describe_flaws(struct diagnosis *to, uint32_t flags)
{
	struct text words = { 0 };
	for (size_t i = 0; i < gate_flag_count; i++)
		if (flags & gate_flags[i].flag)
			text_addf(&words, "%s%s", words.length ? "; " : "", gate_flags[i].impairment);
	return keep(to, &words);
}

static void add_untold(struct diagnosis *to, const struct withheld *withheld, enum severity severity)
{
	struct text remedy = { 0 };
	wanted_add(&withheld->first, withheld->flags, &remedy);
	to->untold[to->untold_count++] = (struct culprit_untold){
		.id = withheld->first.kind->id,
		.title = withheld->first.kind->title,
		.severity = (enum culprit_severity)severity,
		.count = withheld->count,
		.first_packet = withheld->first.first_packet,
		.reason = describe_flaws(to, withheld->flags),
		.remedy = keep(to, &remedy),
	};
}

/* What is told as a mere notice, since the trace does not prove more. */
static bool is_half_told(const struct finding *finding)
{
	return finding->weakened_for && finding->severity < finding->kind->severity && !finding->caused_by;
}

/* First what is not told at all. */
static void describe_untold(struct diagnosis *to, const struct finding_store *findings)
{
	const struct withheld *withheld;
	const struct finding *finding;
	struct withheld_list half_told = { 0 };
	size_t room = 0;
	for (size_t i = 0; (finding = finding_store_get(findings, i)) != NULL; i++)
		if (is_half_told(finding))
			withheld_add(&half_told, finding, finding->weakened_for);
	withheld_sort(&half_told);
	while (finding_store_withheld(findings, room))
		room++;
	to->untold = pool_allocate(&to->pool, room + half_told.count, sizeof *to->untold);
	for (size_t i = 0; (withheld = finding_store_withheld(findings, i)) != NULL; i++)
		add_untold(to, withheld, withheld->first.severity);
	for (size_t i = 0; i < half_told.count; i++)
		add_untold(to, &half_told.list[i], half_told.list[i].first.kind->severity);
	withheld_finish(&half_told);
}

struct diagnosis *diagnosis_create(const struct trace_analysis *analysis)
{
	struct diagnosis *diagnosis = memory_zeroed(1, sizeof *diagnosis);
	diagnosis->counts = analysis->counts;
	diagnosis->displays = analysis->trace.displays;
	describe_trace(diagnosis, analysis);
	describe_verdict(diagnosis, &analysis->verdict);
	diagnosis->finding_count = finding_store_count(analysis->findings);
	diagnosis->findings = pool_allocate(&diagnosis->pool, diagnosis->finding_count,
					    sizeof *diagnosis->findings);
	for (size_t i = 0; i < diagnosis->finding_count; i++)
		describe_finding(diagnosis, finding_store_get(analysis->findings, i),
				 &diagnosis->findings[i]);
	describe_untold(diagnosis, analysis->findings);
	return diagnosis;
}

struct diagnosis *diagnosis_of_packets(uint64_t packets)
{
	struct diagnosis *diagnosis = memory_zeroed(1, sizeof *diagnosis);
	diagnosis->trace.packets = packets;
	return diagnosis;
}

void diagnosis_destroy(struct diagnosis *diagnosis)
{
	if (!diagnosis)
		return;
	pool_finish(&diagnosis->pool);
	free(diagnosis);
}
