/* Wireshark's sequence analysis, rule by rule. doc/wireshark-counts.md has the rules in words; here
 * they stand in the order in which Wireshark applies them, because many of them look at what an
 * earlier one left behind. Nothing is kept of single segments: two dozen numbers say it all. */
#include "session/wireshark.h"

#include <stdlib.h>

#include "core/clock.h"
#include "core/memory.h"
#include "session/sequence.h"

#define FAST_RETRANSMISSION_WITHIN (20 * MILLISECOND) /* of the last packet of the other side */
#define FAST_RETRANSMISSION_ACKS 2                    /* duplicates, should the trace miss one */
#define OUT_OF_ORDER_WITHIN (3 * MILLISECOND)         /* while the initial round trip is unknown */
#define SCALE_LIMIT 31                                /* what C can shift; hosts stop at 14 */

#define CONTROL_FLAGS (TCP_SYN | TCP_FIN | TCP_RST)

enum { SCALE_UNKNOWN = -1, SCALE_NOT_USED = -2 };

/* What one sender did so far. As in Wireshark, a sequence number of 0 stands for "not seen yet". */
struct sender {
	int64_t last_time;          /* of its last packet */
	int64_t next_time;          /* of the packet that moved `next` */
	uint32_t base;              /* its initial sequence number, or one before the first seen */
	uint32_t next;              /* highest sequence number to follow what was sent */
	uint32_t contiguous;        /* the same without a gap: the other side cannot ack more */
	uint32_t last_ack;
	uint32_t window;            /* of its last packet, not scaled; NO_WINDOW before */
	uint32_t duplicate_acks;    /* in a row, or UNSEEN_TOLD */
	uint16_t last_analysis;     /* of its last packet */
	uint16_t multipath_seen;    /* stream.multipath_seen when its last packet came */
	int8_t scale;
	bool base_known;
	bool syn_window;            /* its last window came with a SYN: not to be scaled */
};
#define NO_WINDOW UINT32_MAX
#define UNSEEN_TOLD UINT32_MAX

struct wireshark_stream {
	struct sender side[2];
	int64_t syn_time;           /* of the last SYN; 0 when none was seen */
	int64_t initial_round_trip; /* from there to the first ACK without SYN; 0 unknown */
	uint16_t multipath_seen;    /* bit n: MPTCP option subtype n was there, RFC 8684 */
};

struct segment_view {
	uint32_t sequence, acknowledgment, length, window;
	uint16_t flags;
	int64_t time;
};

static void stream_start(struct wireshark_stream *stream)
{
	*stream = (struct wireshark_stream){ 0 };
	for (int i = 0; i < 2; i++) {
		stream->side[i].window = NO_WINDOW;
		stream->side[i].scale = SCALE_UNKNOWN;
	}
}

static uint32_t ends_at(const struct segment_view *segment)
{
	uint32_t control = segment->flags & (TCP_SYN | TCP_FIN) ? 1 : 0;
	return segment->sequence + segment->length + control;
}

/* A SYN on known ports: the same connection attempt again, or a new conversation? */
static uint32_t check_reuse(struct wireshark_stream *stream, uint8_t direction,
			    const struct segment_view *segment, bool *new_stream)
{
	struct sender *from = &stream->side[direction];
	if (!(segment->flags & TCP_SYN) || !from->base_known)
		return 0;
	bool same = segment->sequence == from->base;
	if (segment->flags & TCP_ACK) {
		if (same)
			return 0;
		from->base = segment->sequence;
		return ANALYSIS_REUSED_PORTS;
	}
	if (same) {
		/* A reset may have moved it to a sequence number that the other side made up. */
		from->next = from->contiguous;
		return 0;
	}
	stream_start(stream);
	*new_stream = true;
	return ANALYSIS_REUSED_PORTS;
}

static void learn_bases(struct sender *from, struct sender *to, const struct segment_view *segment)
{
	if (!from->base_known) {
		from->base = segment->flags & TCP_SYN ? segment->sequence : segment->sequence - 1;
		from->base_known = true;
	}
	if (!to->base_known && (segment->flags & TCP_ACK)) {
		to->base = segment->acknowledgment - 1;
		to->base_known = true;
	}
}

/* Where the other side's window ends, as far as its scale is known. */
static uint32_t window_edge(const struct sender *to)
{
	bool scaled = !to->syn_window && to->scale > 0;
	return to->last_ack + (scaled ? to->window << to->scale : to->window);
}

static uint32_t judge_data_and_window(const struct sender *from, const struct sender *to,
				      const struct segment_view *segment)
{
	bool plain = !(segment->flags & CONTROL_FLAGS);
	uint32_t found = 0;
	if (plain && segment->window == 0)
		found |= ANALYSIS_ZERO_WINDOW;
	if (from->next && sequence_before(from->next, segment->sequence) &&
	    !(segment->flags & TCP_RST))
		found |= ANALYSIS_LOST_SEGMENT;
	if (plain && segment->length <= 1 && segment->sequence == from->next - 1)
		found |= ANALYSIS_KEEP_ALIVE;
	if (plain && segment->length > 0 && to->scale != SCALE_UNKNOWN &&
	    segment->sequence + segment->length == window_edge(to))
		found |= ANALYSIS_WINDOW_FULL;
	return found;
}

/* A segment without data that repeats the sender's last acknowledgement. */
static uint32_t judge_repeated_ack(const struct wireshark_stream *stream, struct sender *from,
				   const struct sender *to, const struct segment_view *segment)
{
	if (segment->length > 0 || (segment->flags & CONTROL_FLAGS) ||
	    segment->sequence != from->next || segment->acknowledgment != from->last_ack)
		return 0;
	if (segment->window != from->window)
		return segment->window ? ANALYSIS_WINDOW_UPDATE : 0;
	bool answers_probe = to->last_analysis & ANALYSIS_ZERO_WINDOW_PROBE;
	if (!segment->window)
		return answers_probe ? ANALYSIS_ZERO_WINDOW_PROBE_ACK : 0;
	if (to->last_analysis & ANALYSIS_KEEP_ALIVE)
		return ANALYSIS_KEEP_ALIVE_ACK;
	if (stream->multipath_seen != from->multipath_seen)
		return 0; /* it only carried a new signal, RFC 8684 4 */
	from->duplicate_acks = from->duplicate_acks == UNSEEN_TOLD ? 1 : from->duplicate_acks + 1;
	return ANALYSIS_DUPLICATE_ACK;
}

/* An acknowledgement of bytes that the trace does not hold is told once per gap: either the gap is
 * known by now and `contiguous` jumps over it, or the count of duplicates says so until the other
 * side acknowledges something new. */
static uint32_t judge_unseen_ack(struct sender *to, const struct segment_view *segment)
{
	if (!(segment->flags & TCP_ACK) || !to->contiguous ||
	    !sequence_before(to->contiguous, segment->acknowledgment))
		return 0;
	if (sequence_before(to->contiguous, to->next)) {
		to->contiguous = to->next;
		return ANALYSIS_ACK_LOST_SEGMENT;
	}
	bool told = to->duplicate_acks != 0;
	to->duplicate_acks = UNSEEN_TOLD;
	return told ? 0 : ANALYSIS_ACK_LOST_SEGMENT;
}

/* Unsigned, as in Wireshark: a packet from before `then` is as good as one from long after. */
static bool happened_within(int64_t now, int64_t then, int64_t limit)
{
	return (uint64_t)now - (uint64_t)then < (uint64_t)limit;
}

static uint32_t judge_repetition(const struct wireshark_stream *stream, const struct sender *from,
				 const struct sender *to, const struct segment_view *segment)
{
	if (segment->length == 0 && !(segment->flags & (TCP_SYN | TCP_FIN)))
		return 0;
	if (segment->length > 0 && to->last_ack &&
	    !sequence_after(segment->sequence + segment->length, to->last_ack))
		return ANALYSIS_SPURIOUS_RETRANSMISSION | ANALYSIS_RETRANSMISSION;
	bool advances = !from->next || !sequence_before(segment->sequence, from->next) ||
			/* the byte before may have been a zero-window probe */
			(segment->length > 1 && segment->sequence == from->next - 1);
	if (advances)
		return 0;
	if (to->duplicate_acks >= FAST_RETRANSMISSION_ACKS && to->last_ack == segment->sequence &&
	    happened_within(segment->time, to->last_time, FAST_RETRANSMISSION_WITHIN))
		return ANALYSIS_FAST_RETRANSMISSION | ANALYSIS_RETRANSMISSION;
	int64_t threshold = stream->initial_round_trip ? stream->initial_round_trip
						       : OUT_OF_ORDER_WITHIN;
	if (ends_at(segment) != from->next &&
	    happened_within(segment->time, from->next_time, threshold))
		return ANALYSIS_OUT_OF_ORDER;
	return ANALYSIS_RETRANSMISSION;
}

static void remember(const struct wireshark_stream *stream, struct sender *from,
		     const struct segment_view *segment, uint32_t found)
{
	/* A zero-window probe may be thrown away, so the byte in it was not sent for good. */
	if (!(found & ANALYSIS_ZERO_WINDOW_PROBE)) {
		uint32_t end = ends_at(segment);
		if (!from->next || sequence_before(from->next, end)) {
			from->next = end;
			from->next_time = segment->time;
		}
		if (!from->contiguous || segment->sequence == from->contiguous)
			from->contiguous = from->next;
	}
	from->window = segment->window;
	from->last_ack = segment->acknowledgment;
	from->last_time = segment->time;
	from->last_analysis = (uint16_t)found;
	from->multipath_seen = stream->multipath_seen;
}

static uint32_t judge(struct wireshark_stream *stream, uint8_t direction,
		      const struct segment_view *segment)
{
	struct sender *from = &stream->side[direction];
	struct sender *to = &stream->side[direction ^ 1];
	uint32_t found = 0;
	learn_bases(from, to, segment);
	if (segment->length == 1 && segment->sequence == from->next && to->window == 0) {
		found = ANALYSIS_ZERO_WINDOW_PROBE;
	} else {
		found = judge_data_and_window(from, to, segment);
		found |= judge_repeated_ack(stream, from, to, segment);
	}
	if (segment->acknowledgment != from->last_ack)
		from->duplicate_acks = 0;
	found |= judge_unseen_ack(to, segment);
	if (!(found & ANALYSIS_KEEP_ALIVE))
		found |= judge_repetition(stream, from, to, segment);
	remember(stream, from, segment, found);
	return found;
}

/* Whether the trace cut the options off. Wireshark then stops there: what it found stays untold. */
static bool options_cut(const struct packet *packet)
{
	if (!packet->truncated)
		return false;
	for (unsigned i = packet->layer_count; i-- > 0;)
		if (packet->layers[i].facts == packet->tcp)
			return packet->layers[i].status == CURSOR_TRUNCATED;
	return false;
}

/* Options and flags count only for the packets that follow. */
static void learn_from_header(struct wireshark_stream *stream, uint8_t direction,
			      const struct tcp_header *tcp, int64_t time, bool cut)
{
	struct sender *from = &stream->side[direction];
	struct sender *to = &stream->side[direction ^ 1];
	if (tcp->flags & TCP_SYN) {
		from->syn_window = true;
		if (!(tcp->flags & TCP_ACK))
			stream->syn_time = time;
	} else if (tcp->flags & TCP_ACK) {
		from->syn_window = false;
		if (stream->syn_time && !stream->initial_round_trip)
			stream->initial_round_trip =
				(int64_t)((uint64_t)time - (uint64_t)stream->syn_time);
	}
	if (tcp->options & TCP_OPTION_WINDOW_SCALE)
		from->scale = (int8_t)(tcp->window_scale < SCALE_LIMIT ? tcp->window_scale
									: SCALE_LIMIT);
	if (tcp->options & TCP_OPTION_MPTCP)
		stream->multipath_seen |= (uint16_t)(1u << (tcp->mptcp_subtype & 15));
	if (cut || !(tcp->flags & TCP_SYN))
		return;
	if (from->scale == SCALE_UNKNOWN)
		from->scale = to->scale = SCALE_NOT_USED;
	else if ((tcp->flags & TCP_ACK) && to->scale == SCALE_NOT_USED)
		from->scale = SCALE_NOT_USED;
}

uint32_t wireshark_analyze(struct wireshark_stream **stream, const struct packet *packet,
			   uint8_t direction, bool *new_stream)
{
	const struct tcp_header *tcp = packet->tcp;
	*new_stream = false;
	if (!*stream) {
		*stream = memory_allocate(sizeof **stream);
		stream_start(*stream);
	}
	const struct segment_view segment = {
		.sequence = tcp->sequence_number,
		.acknowledgment = tcp->acknowledgment_number,
		.length = tcp->payload_length,
		.window = tcp->window,
		.flags = tcp->flags,
		.time = packet->record->timeless ? 0 : packet->record->time,
	};
	uint32_t found = check_reuse(*stream, direction, &segment, new_stream);
	/* How much data a fragment carries is not known before all of it is there. */
	if (!packet->ip || !packet->ip->fragmented || packet->ip->reassembled)
		found |= judge(*stream, direction, &segment);
	bool cut = options_cut(packet);
	learn_from_header(*stream, direction, tcp, segment.time, cut);
	return cut ? 0 : found;
}

void wireshark_look(const struct wireshark_stream *stream, uint8_t direction, struct wireshark_view *to)
{
	const struct sender *from = &stream->side[direction], *other = &stream->side[direction ^ 1];
	*to = (struct wireshark_view){ .base = from->base, .other_base = other->base, .scale = from->scale,
		.initial_round_trip = stream->initial_round_trip };
}

void wireshark_stream_destroy(struct wireshark_stream *stream)
{
	free(stream);
}
