/* Can the trace files be read as a whole? capture/damaged-file. */
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/capture_zos.h"
#include "analyze/proof.h"
#include "source/linktype.h"

static const struct finding_kind damaged_file = {
	.id = "capture/damaged-file",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "The trace file is damaged",
	.say = "{lost} of the file are damaged{where}: {reason}. {before|packet|packets} before it "
	       "and {after|packet|packets} behind it were read.",
	.meaning = "Bytes of the file are not what its format promises. Kinds: cut-at-end, "
		   "damaged, text-mode (line ends were changed by a transfer), unknown-link-type "
		   "and several-link-types (packets of networks that are not decoded, or of "
		   "different ones), snap-length-exceeded (the header promises shorter packets); of "
		   "z/OS traces old-records, segments-lost and header-disagrees.",
	.false_alarms = "A file that is still being written ends inside a packet: a notice. So are "
			"packets of different networks in one file, which pcapng allows.",
	.advice = { "Copy the file in binary mode, or record again; look whether the disk was "
		    "full.",
		    "Stop the recorder before you copy its file." },
	.reference = "pcap-savefile(5); draft-ietf-opsawg-pcapng",
};

struct file_state {
	uint64_t packets, unknown;           /* unknown: of a link type that nobody decodes */
	uint32_t unknown_type;
	struct proof proof;
	struct sample last, before_damage;   /* packet 0: none */
};

static void file_observe(struct analysis_context *context, const struct observation *observation)
{
	struct file_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct source_report *source = context->trace->source;
	state->packets++;
	if (source && source->damage_total && !state->before_damage.packet)
		state->before_damage = state->last;
	state->last = (struct sample){ packet->record->number, packet->record->time };
	if (!packet->unknown_link_type ||
	    packet->record->link_type == LINKTYPE_NOT_A_PACKET)
		return;
	if (!state->unknown++)
		state->unknown_type = packet->record->link_type;
	proof_add(&state->proof, packet);
}

static void begin(struct finding *finding, const char *sub_kind, enum severity severity)
{
	finding_begin(finding, &damaged_file, NULL);
	finding->sub_kind = sub_kind;
	finding->severity = severity;
	blame_capture(finding);
}

/* "of capture.pcap": the last part of the path, when there is more than one file. */
static const char *base_name(const char *path)
{
	const char *name = path;
	for (const char *at = path; *at; at++)
		if (*at == '/' && at[1])
			name = at + 1;
	return name;
}

static void tell_where(struct finding *finding, const struct source_report *source, uint16_t file)
{
	if (source->file_count > 1)
		finding_words(finding, "where", " (%.56s)", base_name(source->files[file].path));
	else
		finding_words(finding, "where", "%s", "");
	finding->merge_key = (uint64_t)file + 1;
}

struct loss { const struct source_damage *first; uint64_t bytes, count; };

static struct loss losses_of(const struct source_report *source, uint16_t file)
{
	struct loss loss = { 0 };
	for (size_t i = 0; i < source->damage_count; i++) {
		const struct source_damage *damage = &source->damages[i];
		if (damage->file != file)
			continue;
		loss.first = loss.first ? loss.first : damage;
		loss.bytes += damage->bytes_lost;
		loss.count++;
	}
	/* More than are kept one by one: then only the sums are right. */
	if (loss.first && source->file_count == 1) {
		loss.bytes = source->damage_bytes;
		loss.count = source->damage_total;
	}
	return loss;
}

/* Damage of one file, all of it in one finding. */
static void report_damage(struct analysis_context *context, uint16_t file)
{
	const struct file_state *state = context->state;
	const struct source_report *source = context->trace->source;
	const struct source_file *of = &source->files[file];
	const struct loss loss = losses_of(source, file);
	const struct source_damage *first = loss.first;
	if (!first)
		return;
	bool cut = first->at_end && loss.count == 1;
	bool compressed = strcmp(of->compression, "none") != 0;
	struct finding finding;
	begin(&finding, of->text_mode_damage ? "text-mode" : cut ? "cut-at-end" : "damaged",
	      cut && !compressed ? SEVERITY_NOTICE : SEVERITY_WARNING);
	finding.count = loss.count;
	uint64_t before = first->record_before > of->packets ? of->packets : first->record_before;
	if (cut)
		finding.say = "The file breaks off{where}: {reason}. {before|packet|packets} "
			      "before it were read.";
	else if (of->text_mode_damage)
		finding.say = "The file was changed by a transfer in text mode{where}: every line "
			      "feed got a carriage return. {lost} are lost, "
			      "{before|packet|packets} before the first and {after|packet|packets} "
			      "behind it were read.";
	finding_number(&finding, "lost", UNIT_BYTES, (double)loss.bytes, FACT_SUM);
	finding_number(&finding, "offset", UNIT_COUNT, (double)first->offset, FACT_MIN);
	finding_count(&finding, "before", (double)before);
	finding_count(&finding, "after", (double)(of->packets - before));
	finding_words(&finding, "reason", "%s", first->reason);
	tell_where(&finding, source, file);
	finding_why(&finding, "%s", cut ? "The recorder was killed, its disk was full, or it still "
					  "writes."
					: "Only the file is damaged: packets on the network have "
					  "no part in it.");
	struct sample last = state->before_damage.packet ? state->before_damage : state->last;
	if (first->record_before && first->record_before == last.packet)
		finding_evidence(&finding, last.packet, last.time,
				 "the last packet before byte %llu, where the damage begins",
				 (unsigned long long)first->offset);
	finding_submit(context->findings, &finding);
}

static void report_link_types(struct analysis_context *context, const struct file_state *state)
{
	struct finding finding;
	const char *name = link_type_name(state->unknown_type);
	/* Nothing was judged when nothing could be decoded. */
	begin(&finding, "unknown-link-type",
	      state->unknown * 2 > state->packets ? SEVERITY_WARNING : SEVERITY_NOTICE);
	finding.say = "{unknown} of {packets} packets are of a network that culprit does not "
		      "decode (link type {type}): nothing was judged in them.";
	finding.count = state->unknown;
	finding_count(&finding, "unknown", (double)state->unknown);
	finding_count(&finding, "packets", (double)state->packets);
	if (name)
		finding_words(&finding, "type", "%s", name);
	else
		finding_words(&finding, "type", "%u", state->unknown_type);
	finding_why(&finding, "The file says so itself.");
	proof_give(&state->proof, &finding, "of a link type that is not decoded");
	finding_submit(context->findings, &finding);
}

static void report_mixture(struct analysis_context *context, uint16_t number)
{
	const struct source_report *source = context->trace->source;
	const struct source_file *file = &source->files[number];
	struct finding finding;
	if (file->link_type_count < 2)
		return;
	begin(&finding, "several-link-types", SEVERITY_INFO);
	finding.say = "The file holds packets of {types} link types{where}; each was decoded as "
		      "what it is.";
	finding_count(&finding, "types", file->link_type_count);
	tell_where(&finding, source, number);
	finding_why(&finding, "The recorder wrote several kinds of interfaces into one file.");
	finding_submit(context->findings, &finding);
}

static void report_snap_length(struct analysis_context *context)
{
	uint64_t longer = context->trace->source->snap_length_exceeded;
	struct finding finding;
	if (!longer)
		return;
	begin(&finding, "snap-length-exceeded", SEVERITY_NOTICE);
	finding.say = "{longer|packet is|packets are} longer than the snap length in the file's "
		      "header says; they were read all the same.";
	finding.count = longer;
	finding_count(&finding, "longer", (double)longer);
	finding_why(&finding, "The program that wrote the file contradicts itself.");
	finding_submit(context->findings, &finding);
}

static void file_finish(struct analysis_context *context)
{
	const struct file_state *state = context->state;
	const struct source_report *source = context->trace->source;
	if (!source)
		return;
	for (size_t i = 0; i < source->file_count; i++) {
		report_damage(context, (uint16_t)i);
		report_mixture(context, (uint16_t)i);
	}
	if (state->unknown)
		report_link_types(context, state);
	report_snap_length(context);
	capture_zos_report(context, &damaged_file);
}

static const struct finding_kind *const kinds[] = { &damaged_file, NULL };

const struct analyzer capture_file_analyzer = {
	.name = "capture-file",
	.kinds = kinds,
	.state_size = sizeof(struct file_state),
	.wants = WANTS_PACKETS,
	.observe = file_observe,
	.finish = file_finish,
};
