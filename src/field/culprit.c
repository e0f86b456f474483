/* What culprit itself thinks of a packet: the class of its segment (doc: catalogue A7), and the findings that concern
 * it, where a first pass over the trace has found them. */
#include <string.h>

#include "field/groups.h"
#include "finding/finding.h"
#include "session/tcp.h"

enum {
	CLASS, MECHANISM, LOSS_SIDE, ORIGINAL, LAG, ROUND_TRIP, OUTSTANDING, NEW_BYTES, ACKED_BYTES, COPY_OF, COPY_LAG,
};
enum { FINDING, FINDING_NUMBER, SEVERITY, BLAME, CONFIDENCE };

static const struct field fields[] = {
	[CLASS] = { "culprit.class", "Class of the segment", FIELD_TEXT,
		.description = "new, repeated-upstream, repeated-downstream, reordered, spurious …" },
	[MECHANISM] = { "culprit.mechanism", "Why the sender repeated", FIELD_TEXT,
		.description = "fast, recovery, tail-probe, timeout …" },
	[LOSS_SIDE] = { "culprit.loss", "Where the original was lost", FIELD_TEXT,
		.description = "upstream: before the trace point, downstream: behind it" },
	[ORIGINAL] = { "culprit.original", "Packet with these bytes before", FIELD_UINT },
	[LAG] = { "culprit.lag", "Time since the original", FIELD_DURATION, .unit = "s" },
	[ROUND_TRIP] = { "culprit.rtt", "Round trip that this packet completes", FIELD_DURATION, .unit = "s" },
	[OUTSTANDING] = { "culprit.outstanding", "Unconfirmed bytes of the sender", FIELD_UINT, .unit = "bytes" },
	[NEW_BYTES] = { "culprit.new_bytes", "Bytes not seen before", FIELD_UINT, .unit = "bytes" },
	[ACKED_BYTES] = { "culprit.acked_bytes", "Bytes newly acknowledged", FIELD_UINT, .unit = "bytes" },
	[COPY_OF] = { "culprit.copy_of", "Packet that the recorder wrote twice", FIELD_UINT },
	[COPY_LAG] = { "culprit.copy_lag", "Time since the first copy", FIELD_DURATION, .unit = "s" },
	{ 0 },
};

static const struct field finding_fields[] = {
	[FINDING] = { "culprit.finding", "Finding", FIELD_TEXT, .also = "finding", .pattern = true,
		.description = "Ids of the findings that cite the packet or concern its session" },
	[FINDING_NUMBER] = { "culprit.finding_number", "Number of the finding", FIELD_UINT },
	[SEVERITY] = { "culprit.severity", "Severity", FIELD_TEXT },
	[BLAME] = { "culprit.blame", "Who is to blame", FIELD_TEXT, .pattern = true },
	[CONFIDENCE] = { "culprit.confidence", "Confidence", FIELD_TEXT },
	{ 0 },
};

static void number(struct teller *teller, int index, int64_t value)
{
	tell_number(teller, &fields[index], NULL, 0, value);
}

static void words(struct teller *teller, int index, const char *text)
{
	tell_text(teller, &fields[index], NULL, 0, text, strlen(text));
}

static void tell_segment(struct teller *teller, const struct segment *segment)
{
	words(teller, CLASS, segment_class_name((enum segment_class)segment->class));
	if (segment->mechanism != REPEAT_NONE)
		words(teller, MECHANISM, repeat_mechanism_name((enum repeat_mechanism)segment->mechanism));
	if (segment->class == SEGMENT_REPEATED_UPSTREAM)
		words(teller, LOSS_SIDE, "upstream");
	else if (segment->class == SEGMENT_REPEATED_DOWNSTREAM)
		words(teller, LOSS_SIDE, "downstream");
	if (segment->original_packet) {
		number(teller, ORIGINAL, (int64_t)segment->original_packet);
		number(teller, LAG, segment->lag);
	}
	if (segment->rtt >= 0)
		number(teller, ROUND_TRIP, segment->rtt);
	number(teller, OUTSTANDING, (int64_t)segment->outstanding);
	number(teller, NEW_BYTES, (int64_t)segment->new_bytes);
	number(teller, ACKED_BYTES, (int64_t)segment->acked_bytes);
}

static void tell(struct teller *teller, const struct fields *context, const struct observation *observation)
{
	(void)context;
	if (observation->segment)
		tell_segment(teller, observation->segment);
	if (observation->twin_of) {
		number(teller, COPY_OF, (int64_t)observation->twin_of);
		number(teller, COPY_LAG, observation->twin_lag);
	}
}

const struct field_group culprit_group = { "culprit", "culprit", .fields = fields, .tell = tell };

static void tell_finding(struct teller *teller, const struct finding *finding)
{
	const char *const texts[] = { [FINDING] = finding->kind->id, [SEVERITY] = severity_name(finding->severity),
		[BLAME] = finding->blame.word, [CONFIDENCE] = confidence_name(finding->confidence) };
	for (int i = FINDING; i <= CONFIDENCE; i++)
		if (i == FINDING_NUMBER)
			tell_number(teller, &finding_fields[i], NULL, 0, finding->number);
		else
			tell_text(teller, &finding_fields[i], NULL, 0, texts[i], strlen(texts[i]));
}

static void tell_findings(struct teller *teller, const struct fields *context,
			  const struct observation *observation)
{
	const struct finding *list[FIELDS_MAX_FINDINGS];
	unsigned count = context->findings
		? context->findings(context->findings_user, observation, list, FIELDS_MAX_FINDINGS) : 0;
	for (unsigned i = 0; i < count; i++)
		tell_finding(teller, list[i]);
}

const struct field_group findings_group = { .sessions = true, .fields = finding_fields, .tell = tell_findings };
