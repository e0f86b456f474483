/* Do packets of a stream of speech, music or pictures get lost? udp/stream-loss. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/media_stream.h"
#include "core/clock.h"
#include "decode/rtp.h"

#define STREAMS_A_SIDE 2         /* speech and pictures, on one pair of ports */
#define RECEIVERS_REMEMBERED 512

static const struct finding_kind stream_loss = {
	.id = "udp/stream-loss",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "Packets of a media stream are missing",
	.say = "{share} of the audio or video packets from {from} to {to} are missing {where}: {lost} of "
	       "{sent}{bursts}.",
	.meaning = "Every packet of such a stream (RTP) has a number, and numbers are missing. Nothing repeats what is "
		   "lost: it is heard as clicks and gaps, or seen as blocks and frozen pictures.",
	.false_alarms = "A sender that starts anew with other numbers lost nothing, and late packets are waited for. A "
			"recorder that misses packets leaves the same gaps: only where the receiver reports losses at "
			"the same times is this a warning; where it reports none nothing is said.",
	.advice = { "Look at the queues and errors of the links on that side, and at whether the stream has its quality of "
		    "service class (DSCP) there.",
		    "Bursts mean full queues or changes of the route; single losses over all the time mean a bad line." },
	.reference = "RFC 3550 6.4.1, A.3",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.01, .meaning = "of the packets that are missing" },
		{ .name = "least", .unit = UNIT_COUNT, .value = 5, .meaning = "missing packets" },
		{ .name = "packets", .unit = UNIT_COUNT, .value = 100, .meaning = "of a stream that is judged" },
	},
};

struct receiver_key { struct address sender; uint8_t pad[3]; uint32_t source; };

struct receiver {                /* what the receiver of a stream says about it */
	int64_t gaps;                /* packets that the trace lacked so far */
	bool reported;
	int32_t first_lost, last_lost;       /* by its first and last report … */
	int64_t first_gaps, last_gaps;       /* … and what the trace lacked then */
	int64_t confirmed;           /* of these gaps, missed by the receiver from the same report to the next */
	uint32_t first_highest, last_highest;
	struct proof proof;          /* reports that tell of more losses */
};

struct side_stream { bool used; uint32_t source; int64_t last; struct media_stream media; };
struct session_streams { struct side_stream streams[2][STREAMS_A_SIDE]; };

struct stream_state {
	struct cache receivers;      /* struct receiver_key to struct receiver */
	double share, least, packets;
};

static void stream_begin(struct analysis_context *context)
{
	struct stream_state *state = context->state;
	cache_init(&state->receivers, RECEIVERS_REMEMBERED, sizeof(struct receiver_key), sizeof(struct receiver));
	state->share = setting(context->settings, &stream_loss, "share");
	state->least = setting(context->settings, &stream_loss, "least");
	state->packets = setting(context->settings, &stream_loss, "packets");
}

static struct receiver_key key_of(const struct address *sender, uint32_t source)
{
	struct receiver_key key;
	memset(&key, 0, sizeof key);
	key.sender = *sender;
	key.source = source;
	return key;
}

static bool is_much(const struct stream_state *state, double lost, double sent)
{
	return sent >= state->packets && lost >= state->least && lost >= sent * state->share;
}

static void begin_finding(const struct stream_state *state, struct finding *finding, const struct session *session,
			  uint8_t side, double lost, double sent)
{
	finding_begin(finding, &stream_loss, session);
	finding->service = rtp_decoder.name;
	finding->count = (uint64_t)lost;
	finding_address(finding, "from", &session->key.end[side].address);
	finding_address(finding, "to", &session->key.end[!side].address);
	finding_count(finding, "lost", lost);
	finding_count(finding, "sent", sent);
	finding_number(finding, "share", UNIT_RATIO, lost / sent, FACT_MAX);
	finding_threshold(finding, "limit", UNIT_RATIO, state->share);
}

static void add_figures(struct finding *finding, const struct media_stream *media)
{
	finding_duration(finding, "lasted", media->last_time - media->first_time);
	if (media->rate)
		finding_duration(finding, "jitter", (int64_t)(media->worst_jitter * (double)NANOSECONDS));
}

/* What the trace lacks and the receiver does not miss, the recorder missed. */
enum witness { WITNESS_NONE, WITNESS_DENIES, WITNESS_CONFIRMS };

static enum witness ask_receiver(const struct receiver *receiver)
{
	int64_t gaps = receiver->last_gaps - receiver->first_gaps;
	if (!receiver->reported || gaps <= 0)
		return WITNESS_NONE;
	return receiver->confirmed * 2 < gaps ? WITNESS_DENIES : WITNESS_CONFIRMS;
}

static void report_before(struct analysis_context *context, const struct session *session, uint8_t side,
			  const struct media_stream *media, const struct receiver *receiver)
{
	const struct stream_state *state = context->state;
	double lost = (double)media->lost, sent = lost + (double)media->received;
	const char *reason = NULL;
	enum witness witness = ask_receiver(receiver);
	if (!is_much(state, lost, sent) || witness == WITNESS_DENIES)
		return;
	/* At the sender only its own host or the recorder can have lost them: nobody in the network did. */
	if (session_vantage(context->trace->sessions, session, side, &reason) == VANTAGE_AT)
		return;
	struct finding finding;
	begin_finding(state, &finding, session, side, lost, sent);
	finding.sub_kind = "before the trace point";
	finding.confidence = CONFIDENCE_LIKELY;
	if (witness == WITNESS_NONE)
		finding_doubt(&finding, QUALITY_LOSS);
	else
		finding_alternative(&finding, "the recorder missed them", "the receiver reports them lost, too");
	finding_words(&finding, "where", "already at the trace point");
	finding_words(&finding, "bursts", ", in bursts of up to %llu", (unsigned long long)media->longest);
	finding_number(&finding, "burst", UNIT_COUNT, (double)media->longest, FACT_MAX);
	add_figures(&finding, media);
	blame_network_at(&finding, session, side);
	finding_why(&finding, "Numbers are missing in the trace: the packets were lost between their sender and here.");
	finding_alternative(&finding, "other packets of the stream took another path", NULL);
	proof_give(&media->proof, &finding, "numbers are missing before this packet");
	finding_submit(context->findings, &finding);
}

static void report_behind(struct analysis_context *context, const struct session *session, uint8_t side,
			  const struct media_stream *media, const struct receiver *receiver)
{
	const struct stream_state *state = context->state;
	if (!receiver->reported)
		return;
	double gaps = (double)(receiver->last_gaps - receiver->first_gaps);
	double lost = (double)receiver->last_lost - receiver->first_lost - gaps;
	double sent = (double)(uint32_t)(receiver->last_highest - receiver->first_highest);
	if (sent > (double)(media->received + media->lost))
		return;                  /* the report is about what the trace does not hold */
	if (!is_much(state, lost, sent))
		return;
	struct finding finding;
	begin_finding(state, &finding, session, side, lost, sent);
	finding.sub_kind = "behind the trace point";
	/* The trace itself lacks nothing, and a receiver counts as lost what came too late for it. */
	finding.severity = SEVERITY_NOTICE;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_words(&finding, "where", "behind the trace point");
	finding_words(&finding, "bursts", "%s", ", by the word of the receiver");
	add_figures(&finding, media);
	blame_network_at(&finding, session, !side);
	finding_why(&finding, "They passed the trace point, and the receiver reports that they did not arrive.");
	finding_alternative(&finding, "they came too late for the receiver, which counts them as lost", NULL);
	proof_give(&receiver->proof, &finding, "the receiver reports more losses");
	finding_submit(context->findings, &finding);
}

static void report_stream(struct analysis_context *context, const struct session *session, uint8_t side,
			  struct side_stream *stream)
{
	static const struct receiver nobody;
	struct stream_state *state = context->state;
	if (!stream->used)
		return;
	media_stream_end(&stream->media);
	struct receiver_key key = key_of(&session->key.end[side].address, stream->source);
	const struct receiver *receiver = cache_find(&state->receivers, &key);
	report_before(context, session, side, &stream->media, receiver ? receiver : &nobody);
	report_behind(context, session, side, &stream->media, receiver ? receiver : &nobody);
	stream->used = false;
}

static struct side_stream *stream_of(struct analysis_context *context, const struct session *session, uint8_t side,
				     const struct rtp_header *rtp)
{
	struct session_streams *streams = context->session_state;
	struct side_stream *oldest = &streams->streams[side][0];
	for (unsigned i = 0; i < STREAMS_A_SIDE; i++) {
		struct side_stream *stream = &streams->streams[side][i];
		if (stream->used && stream->source == rtp->source)
			return stream;
		if (!stream->used || (oldest->used && stream->last < oldest->last))
			oldest = stream;
	}
	report_stream(context, session, side, oldest);
	*oldest = (struct side_stream){ .used = true, .source = rtp->source };
	media_stream_begin(&oldest->media, rtp->sequence, rtp_clock_rate(rtp->payload_type));
	return oldest;
}

static void hear_rtp(struct analysis_context *context, const struct observation *observation,
		     const struct session_message *message)
{
	struct stream_state *state = context->state;
	const struct rtp_header *rtp = message->facts;
	const struct session *session = observation->session;
	const struct record *record = observation->packet->record;
	struct side_stream *stream = stream_of(context, session, message->direction, rtp);
	int64_t missing = stream->media.missing;
	media_stream_add(&stream->media, rtp->sequence, rtp->timestamp, record->number, record->time);
	stream->last = record->time;
	if (stream->media.received > 1 && stream->media.missing == missing)
		return;
	struct receiver_key key = key_of(&session->key.end[message->direction].address, rtp->source);
	struct receiver *receiver = cache_enter(&state->receivers, &key, NULL);
	receiver->gaps += stream->media.missing - missing;
}

/* Reports of a receiver go to the sender of the stream. */
static void hear_rtcp(struct analysis_context *context, const struct observation *observation,
		      const struct session_message *message)
{
	struct stream_state *state = context->state;
	const struct rtcp_packet *rtcp = message->facts;
	const struct record *record = observation->packet->record;
	for (unsigned i = 0; i < rtcp->report_count; i++) {
		const struct rtcp_report *report = &rtcp->reports[i];
		struct receiver_key key = key_of(&observation->session->key.end[!message->direction].address,
						 report->source);
		struct receiver *receiver = cache_find(&state->receivers, &key);
		if (!receiver || !report->highest)
			continue;
		if (!receiver->reported) {
			receiver->first_lost = report->lost;
			receiver->first_gaps = receiver->gaps;
			receiver->first_highest = report->highest;
		} else if (report->lost > receiver->last_lost) {
			int64_t gaps = receiver->gaps - receiver->last_gaps;
			int64_t lost = (int64_t)report->lost - receiver->last_lost;
			receiver->confirmed += gaps < lost ? gaps : lost;
			proof_add_at(&receiver->proof, record->number, record->time);
		}
		receiver->reported = true;
		receiver->last_lost = report->lost;
		receiver->last_gaps = receiver->gaps;
		receiver->last_highest = report->highest;
	}
}

static void stream_message(struct analysis_context *context, const struct observation *observation,
			   const struct session_message *message)
{
	if (!observation->packet)
		return;
	if (message->decoder == &rtp_decoder)
		hear_rtp(context, observation, message);
	else
		hear_rtcp(context, observation, message);
}

static void stream_end(struct analysis_context *context, const struct session *session, const struct observation *last)
{
	struct session_streams *streams = context->session_state;
	(void)last;
	for (uint8_t side = 0; streams && side < 2; side++)
		for (unsigned i = 0; i < STREAMS_A_SIDE; i++)
			report_stream(context, session, side, &streams->streams[side][i]);
}

static void stream_destroy(struct analysis_context *context)
{
	struct stream_state *state = context->state;
	cache_finish(&state->receivers);
}

static const struct finding_kind *const kinds[] = { &stream_loss, NULL };
static const struct decoder *const hears[] = { &rtcp_decoder, &rtp_decoder, NULL };

const struct analyzer udp_stream_analyzer = {
	.name = "udp-stream",
	.kinds = kinds,
	.state_size = sizeof(struct stream_state),
	.session_state_size = sizeof(struct session_streams),
	.state_on_message = true,
	.hears = hears,
	.message = stream_message,
	.begin = stream_begin,
	.session_end = stream_end,
	.destroy = stream_destroy,
};
