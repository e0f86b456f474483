/* Does a program send its data in crumbs? perf/small-packets. */
#include "analyze/tcp_words.h"

static const struct finding_kind small_packets = {
	.id = "perf/small-packets",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "Much data in very small packets",
	.say = "{sender} sends {size} to {receiver} in {segments} packets of {mean} on average, "
	       "where {mss} would fit into each.",
	.meaning = "The program writes its data in small pieces that each travel alone. Headers, "
		   "interrupts and acknowledgements then cost more than the data.",
	.false_alarms = "Keystrokes, and messages that wait for each other's answers, are small by "
			"nature: only data that flows in one direction counts.",
	.advice = { "Let the program on {sender} collect its data in a buffer before it writes; "
		    "look whether it switched Nagle's algorithm off (TCP_NODELAY)." },
	.reference = "RFC 896",
	.parameters = {
		{ .name = "segments", .unit = UNIT_COUNT, .value = 1000,
		  .meaning = "of one sender" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.2,
		  .meaning = "of a full segment, on average, at most" },
		{ .name = "run", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "segments to each question and answer, at least" },
	},
};

static const struct finding_kind *const kinds[] = { &small_packets, NULL };

struct crumb_limits { double segments, share, run; };

static void crumbs_begin(struct analysis_context *context)
{
	struct crumb_limits *limits = context->state;
	limits->segments = setting(context->settings, &small_packets, "segments");
	limits->share = setting(context->settings, &small_packets, "share");
	limits->run = setting(context->settings, &small_packets, "run");
}

static void judge(struct analysis_context *context, const struct session *session, uint8_t sender)
{
	const struct crumb_limits *limits = context->state;
	const struct tcp_side *x = &session->tcp->side[sender];
	const struct tcp_side *y = &session->tcp->side[sender ^ 1];
	double segments = (double)x->data_segments;
	double full = y->mss ? y->mss : x->segment_maximum;
	if (segments < limits->segments || segments < limits->run * session->tcp->turns)
		return;
	double mean = (double)(x->unique_bytes + x->repeated_bytes) / segments;
	/* Two senders that answer each other without turns: terminals, games, remote screens. */
	if (mean > limits->share * full || (double)y->data_segments * limits->run > segments)
		return;
	struct finding finding;
	finding_begin(&finding, &small_packets, session);
	finding.merge_key = (uint64_t)sender + 1;
	finding.confidence = CONFIDENCE_LIKELY;
	blame_program(&finding, session, sender);
	finding_why(&finding, "A stack sends as much at once as its program gives it.");
	tcp_say_ends(&finding, session, sender);
	finding_number(&finding, "size", UNIT_BYTES, (double)x->unique_bytes, FACT_SUM);
	finding_count(&finding, "segments", segments);
	finding_number(&finding, "mean", UNIT_BYTES, mean, FACT_MAX);
	finding_number(&finding, "mss", UNIT_BYTES, full, FACT_MAX);
	finding_threshold(&finding, "share", UNIT_RATIO, limits->share);
	finding_evidence(&finding, session->side[sender].first_packet,
			 session->side[sender].first_time, "its first packet");
	finding_evidence(&finding, x->last_data_packet, x->last_data_time, "its last data");
	finding_submit(context->findings, &finding);
}

static void crumbs_end(struct analysis_context *context, const struct session *session,
		       const struct observation *last)
{
	(void)last;
	for (uint8_t sender = 0; session->tcp && sender < 2; sender++)
		judge(context, session, sender);
}

const struct analyzer perf_small_packets_analyzer = {
	.name = "perf-small-packets",
	.kinds = kinds,
	.state_size = sizeof(struct crumb_limits),
	.begin = crumbs_begin,
	.session_end = crumbs_end,
};
