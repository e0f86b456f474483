/* What the bytes of a packet are: the ordered list of A7, first match wins. The order matters, since
 * each class is only right once those before it are excluded: a zero-window probe looks like a
 * keep-alive, a keep-alive like a repeat, a repeat of a hole like reordering. */
#include <string.h>

#include "session/tcp_internal.h"

#define KEEPALIVE_IDLE NANOSECONDS
#define TTL_STEADY 5
#define EARLY_LEAST (2 * MILLISECOND)  /* round trip from which on "too early" is more than jitter */
#define NETWORK_DUPLICATE_LIMIT (500 * MILLISECOND)
#define ID_STEPS_TRUSTED 8
#define ID_STEP_LARGEST 4096       /* other flows of the host use the same counter */
#define TIMESTAMP_TICK (12 * MILLISECOND)  /* the slowest common clock ticks every 10 ms (RFC 7323, 5.4) */
#define RESET_GUESS 1460           /* bytes behind the first reset: nobody sends data between two resets */
#define MIDSTREAM_GRACE NANOSECONDS

/* The recorder wrote the acknowledgement before the data: order of the file, not of the network. */
static bool came_after_acknowledgement(struct tcp_step *step)
{
	struct pending_hole *pending = &step->out->pending;
	struct segment *segment = step->segment;
	struct tcp_side *side = step->sender;
	if (!pending->open || segment->end <= pending->start || segment->sequence >= pending->end)
		return false;
	if (segment->sequence > pending->start && segment->end < pending->end) {
		/* The middle of it: what comes before counts as missed, what comes behind still waits. */
		pending->start = segment->end;
	} else if (segment->sequence <= pending->start && segment->end >= pending->end) {
		pending->open = false;
	} else if (segment->sequence <= pending->start) {
		pending->start = segment->end;
	} else {
		pending->end = segment->sequence;
	}
	int64_t lag = step->time - pending->time;
	side->causality_violations++;
	if (!side->causality_first_packet) {
		side->causality_first_packet = step->number;
		side->causality_first_time = step->time;
	}
	if (lag > side->causality_maximum)
		side->causality_maximum = lag;
	return true;
}

/* A7 #2: both forms of probing a closed window. */
static bool is_zero_window_probe(const struct tcp_step *step)
{
	const struct tcp_side *x = step->sender, *y = step->receiver;
	const struct segment *segment = step->segment;
	if ((step->header->flags & (TCP_SYN | TCP_FIN | TCP_RST)) || !step->in->in_zero_window ||
	    y->raw_window != 0)
		return false;
	uint32_t mss = y->mss ? y->mss : x->segment_maximum ? x->segment_maximum : 1460;
	if (step->length)
		return segment->sequence == x->snd_max && step->length <= mss &&
		       x->snd_max == x->ack_hi;
	return segment->sequence + 1 == x->ack_hi && x->snd_max >= x->ack_hi;
}

static bool is_keepalive(const struct tcp_step *step)
{
	const struct tcp_side *x = step->sender;
	return step->length <= 1 && !(step->header->flags & (TCP_SYN | TCP_FIN | TCP_RST)) &&
	       step->segment->sequence + 1 == x->snd_max && x->ack_hi == x->snd_max &&
	       step->out->last_time && step->time - step->out->last_time >= KEEPALIVE_IDLE;
}

static uint16_t packet_id(const struct tcp_step *step)
{
	return step->packet->ip->version == 4 ? (uint16_t)step->packet->ip->identification : 0;
}

/* A7 #10: did the filler of a hole leave before or after the segment that opened it? */
static bool was_reordered(const struct tcp_step *step, const struct hole *hole)
{
	int64_t lag = step->time - hole->open_time;
	uint16_t id = packet_id(step);
	if (step->out->id_steps >= ID_STEPS_TRUSTED && id && hole->after_id && hole->before_id) {
		uint16_t ahead = (uint16_t)(id - hole->before_id);
		uint16_t span = (uint16_t)(hole->after_id - hole->before_id);
		if (span && span < ID_STEP_LARGEST && ahead && ahead < span)
			return true;
		if ((uint16_t)(id - hole->after_id) < 0x8000)
			return false;
	}
	if (hole->has_timestamp && (step->header->options & TCP_OPTION_TIMESTAMPS)) {
		int32_t newer = sequence_difference(step->header->timestamp_value, hole->after_timestamp);
		if (newer > 0)
			return false;
		if (newer < 0 || lag > TIMESTAMP_TICK)
			return true;
	}
	/* By time alone. A repeat needs a round trip over both sides, or a time-out. */
	int64_t round_trip = tcp_round_trip(step->session);
	return lag < round_trip - round_trip / 5 && step->time - hole->before_time < RTO_FLOOR;
}

static uint8_t take_prefix(const struct tcp_step *step, uint64_t *prefix)
{
	const struct cursor *payload = &step->packet->payload;
	uint8_t length = (uint8_t)(payload->captured < sizeof *prefix ? payload->captured : sizeof *prefix);
	*prefix = 0;
	if (payload->captured > step->length || !step->length)
		return 0;
	if (length)
		memcpy(prefix, payload->next, length);
	return length;
}

static bool sum_known(const struct tcp_step *step)
{
	return step->length && step->header->checksum_state == CHECKSUM_GOOD;
}

/* The same bytes, as far as anything of both was kept: the sum of all of them, else the first ones. */
static bool same_bytes(const struct tcp_step *step, const struct flight_segment *original)
{
	if (sum_known(step) && original->sum_known && step->segment->end == original->end)
		return step->header->payload_sum == original->payload_sum;
	uint64_t prefix;
	uint8_t length = take_prefix(step, &prefix);
	if (length > original->prefix_length)
		length = original->prefix_length;
	return memcmp(&prefix, &original->prefix, length) == 0;
}

static void remember(struct tcp_step *step, uint64_t start, uint64_t end, bool after_hole)
{
	struct flight_segment segment = {
		.sequence = start, .end = end, .first_time = step->time, .last_time = step->time,
		.first_packet = step->number, .copies = 1, .ip_id = packet_id(step),
		.has_timestamp = (step->header->options & TCP_OPTION_TIMESTAMPS) != 0,
		.timestamp_value = step->header->timestamp_value, .repeated_after_hole = after_hole,
	};
	uint64_t known = step->sender->ack_hi;
	uint64_t units = end > known ? (end - known) / UNDER_WAY_UNIT : 0;
	segment.under_way = (uint16_t)(units < UINT16_MAX ? units : UINT16_MAX);
	if (start == step->segment->sequence) {
		segment.prefix_length = take_prefix(step, &segment.prefix);
		segment.sum_known = end == step->segment->end && sum_known(step);
		segment.payload_sum = step->header->payload_sum;
	}
	bool answered = step->receiver->acks || step->receiver->data_segments;
	flight_insert(&step->out->flight, &segment, answered ? FLIGHT_LIMIT : FLIGHT_ONE_WAY);
}

/* The receiver says that bytes are missing. */
static bool receiver_lacks(const struct tcp_step *step)
{
	return step->out->duplicate_acks >= DUPLICATE_THRESHOLD || step->out->sacked_bytes > 0;
}

/* Its number says that it was sent before others that came already: a copy of an old packet, since a repeat
 * has a new number. */
static bool is_older_packet(const struct tcp_step *step)
{
	uint16_t id = packet_id(step), behind = (uint16_t)(step->out->last_id - id);
	return id && step->out->id_steps >= ID_STEPS_TRUSTED && behind < ID_STEP_LARGEST;
}

/* [start, end) lies below snd_max: it was sent before, or it is late. */
static enum segment_class classify_old(struct tcp_step *step, uint64_t start, uint64_t end)
{
	struct direction *out = step->out;
	struct tcp_side *x = step->sender;
	struct segment *segment = step->segment;
	bool grace = step->engine->midstream &&
		     step->time - step->engine->start_time < MIDSTREAM_GRACE;
	if (end <= x->ack_hi) {
		if (start < x->seen_first || holes_was_acked_unseen(out, start, end))
			return SEGMENT_HOLE_ACKED_LATE;
		if (is_older_packet(step))
			return SEGMENT_NETWORK_DUPLICATE;
		tcp_recovery_spurious(step);
		return SEGMENT_SPURIOUS;
	}
	if (start < x->ack_hi)
		start = x->ack_hi;

	struct hole hole;
	if (holes_fill(out, start, end, &hole)) {
		segment->lag = step->time - hole.open_time;
		segment->original_time = hole.open_time;
		segment->new_bytes += end - start - (tcp_has(step->header, TCP_FIN) && end == segment->end);
		bool reordered = was_reordered(step, &hole);
		remember(step, start, end, !reordered);
		if (reordered)
			return SEGMENT_REORDERED;
		if (hole.sacked)
			return SEGMENT_HOLE_ACKED_LATE;
		if (!grace || receiver_lacks(step))
			tcp_recovery_repeat(step, &hole, NULL, start, end);
		return SEGMENT_REPEATED_UPSTREAM;
	}

	uint32_t index = flight_find(&out->flight, start);
	struct flight_segment *original =
		index < out->flight.count && flight_at(&out->flight, index)->sequence < end
			? flight_at(&out->flight, index) : NULL;
	if (!original) {
		/* From before the trace began, or forgotten: repeated for sure only if it was missed. */
		hole = (struct hole){ .start = start, .end = end, .open_time = step->engine->start_time,
			.before_time = step->engine->start_time };
		segment->mechanism = REPEAT_UNKNOWN;
		if (receiver_lacks(step))
			tcp_recovery_repeat(step, &hole, NULL, start, end);
		return SEGMENT_REPEATED_DOWNSTREAM;
	}
	segment->original_packet = original->first_packet;
	segment->original_time = original->first_time;
	segment->lag = step->time - original->last_time;
	uint16_t id = packet_id(step);
	/* Without an identification (IPv6, RFC 6864) only the timestamp can show that it is the same packet. */
	bool same_time = original->has_timestamp &&
			 original->timestamp_value == step->header->timestamp_value;
	bool same_packet = id == original->ip_id && (same_time || (id && !original->has_timestamp));
	if (same_packet && segment->lag < NETWORK_DUPLICATE_LIMIT &&
	    segment->lag * 2 < tcp_round_trip(step->session))
		return SEGMENT_NETWORK_DUPLICATE;
	bool inconsistent = start == original->sequence && step->length > 1 &&
			    segment->sequence == start && !same_bytes(step, original);
	tcp_recovery_repeat(step, NULL, original, start, end);
	for (; index < out->flight.count && flight_at(&out->flight, index)->sequence < end; index++) {
		struct flight_segment *copy = flight_at(&out->flight, index);
		copy->last_time = step->time;
		if (copy->copies < UINT8_MAX)
			copy->copies++;
	}
	return inconsistent ? SEGMENT_INCONSISTENT : SEGMENT_REPEATED_DOWNSTREAM;
}

/* An answer that confirms the SYN alone refuses the data that came with it (RFC 7413, 4.2.1): the
 * client sends them once more, which is no repeat. */
static void refuse_syn_data(struct tcp_step *step)
{
	struct tcp_side *y = step->receiver;
	if (y->syn_count && y->unique_bytes && y->snd_max > POSITION_START + 1 &&
	    y->snd_max == POSITION_START + 1 + y->unique_bytes &&
	    step->segment->acknowledgment == POSITION_START + 1) {
		y->snd_max = POSITION_START + 1;
		y->unique_bytes = 0;
	}
}

static void classify_syn(struct tcp_step *step)
{
	struct tcp_side *x = step->sender;
	bool answer = tcp_has(step->header, TCP_ACK);
	step->segment->class = answer
		? (x->syn_count ? SEGMENT_SYNACK_REPEATED : SEGMENT_SYNACK)
		: (x->syn_count ? SEGMENT_SYN_REPEATED : SEGMENT_SYN);
	if (!x->syn_count) {
		x->syn_first_time = step->time;
		x->syn_first_packet = step->number;
	}
	x->syn_count++;
	x->syn_last_time = step->time;
	x->syn_last_packet = step->number;
	if (answer)
		x->synack_seen = true;
	else
		x->syn_seen = true;
	x->isn_known = true;
	if (step->segment->end > x->snd_max) {
		step->segment->new_bytes = step->length;
		x->snd_max = step->segment->end;
	}
	if (answer)
		refuse_syn_data(step);
}

/* Does the reset confirm data that left the trace point so short ago that its alleged sender, by all
 * round trips so far, cannot have it yet? */
static bool knows_too_early(const struct tcp_step *step)
{
	const struct tcp_side *x = step->sender, *y = step->receiver;
	return tcp_has(step->header, TCP_ACK) && y->snd_max > y->ack_hi &&
	       step->segment->acknowledgment == y->snd_max && x->rtt.samples &&
	       x->rtt.minimum >= EARLY_LEAST && step->time - y->last_data_time < x->rtt.minimum / 2;
}

static void classify_reset(struct tcp_step *step)
{
	struct tcp_side *x = step->sender;
	struct segment *segment = step->segment;
	segment->class = SEGMENT_RST;
	x->rst_count++;
	if (x->rst_seen && segment->sequence > x->rst_position + RESET_GUESS && segment->sequence > x->snd_max)
		x->rst_guessed = true;
	if (x->rst_seen)
		return;
	x->rst_seen = true;
	x->rst_time = step->time;
	x->rst_position = segment->sequence;
	x->rst_packet = step->number;
	x->rst_ttl = step->packet->ip->time_to_live;
	x->rst_knows_nothing = !tcp_has(step->header, TCP_ACK) && segment->sequence == x->ack_hi;
	const struct tcp_side *y = step->receiver;
	x->rst_outstanding = x->snd_max > x->ack_hi ? x->snd_max - x->ack_hi : 0;
	x->rst_peer_outstanding = y->snd_max > y->ack_hi ? y->snd_max - y->ack_hi : 0;
	int64_t last = step->out->last_time > step->in->last_time ? step->out->last_time : step->in->last_time;
	x->rst_idle = last ? step->time - last : 0;
	const struct tcp_side *server = &step->tcp->side[step->session->client ^ 1];
	const struct turn *turn = &step->engine->turn;
	x->rst_own_silence = step->out->last_time ? step->time - step->out->last_time : 0;
	x->rst_request_open = turn->state == TURN_REQUEST;
	/* Answers end with a segment that is pushed or not full. */
	x->rst_answer_open = turn->state == TURN_RESPONSE &&
			     (server->snd_max > server->ack_hi || !turn->last_response_short);
	x->rst_ttl_before = step->out->ttl_steady ? step->out->ttl : 0;
	x->rst_ttl_expected = step->out->ttl_steady >= TTL_STEADY ? step->out->ttl : 0;
	x->rst_too_early = knows_too_early(step);
	x->rst_other_mac = step->packet->link.has_source && step->out->last_packet &&
			   memcmp(step->packet->link.source, step->out->mac, sizeof step->out->mac) != 0;
	uint64_t window = step->receiver->window_maximum ? step->receiver->window_maximum : 65535;
	x->rst_in_window = segment->sequence + window >= x->ack_hi &&
			   segment->sequence <= x->snd_max + window;
}

static void classify_new(struct tcp_step *step)
{
	struct tcp_side *x = step->sender;
	struct segment *segment = step->segment;
	if (segment->sequence > x->snd_max) {
		holes_open(step, x->snd_max, segment->sequence);
		segment->class = SEGMENT_NEW_AFTER_GAP;
	} else {
		segment->class = SEGMENT_NEW;
	}
	if (segment->end > segment->sequence) {
		segment->new_bytes += step->length;
		remember(step, segment->sequence, segment->end, false);
	}
	x->snd_max = segment->end;
}

static void note_fin(struct tcp_step *step)
{
	struct tcp_side *x = step->sender;
	if (!x->fin_seen) {
		x->fin_seen = true;
		x->fin_position = step->segment->end;
		x->fin_confirms = tcp_has(step->header, TCP_ACK) &&
				  step->segment->acknowledgment >= step->receiver->snd_max;
		x->fin_first_time = step->time;
		x->fin_first_packet = step->number;
	}
	x->fin_count++;
	x->fin_last_time = step->time;
	x->fin_last_packet = step->number;
}

static void classify_bytes(struct tcp_step *step)
{
	struct tcp_side *x = step->sender;
	struct segment *segment = step->segment;
	bool fin = tcp_has(step->header, TCP_FIN);
	if (came_after_acknowledgement(step)) {
		segment->class = SEGMENT_NEW;
		segment->new_bytes = step->length;
		if (segment->end > x->snd_max)
			x->snd_max = segment->end;
	} else if (segment->sequence >= x->snd_max) {
		classify_new(step);
	} else if (fin && x->fin_seen && !step->length && segment->end <= x->snd_max) {
		segment->class = SEGMENT_FIN_REPEATED;
		segment->original_packet = x->fin_first_packet;
	} else if (segment->end > x->snd_max) {
		uint64_t old_end = x->snd_max;
		segment->class = (uint8_t)classify_old(step, segment->sequence, old_end);
		segment->partly_new = true;
		remember(step, old_end, segment->end, false);
		segment->new_bytes += segment->end - old_end - fin;
		x->snd_max = segment->end;
	} else {
		segment->class = (uint8_t)classify_old(step, segment->sequence, segment->end);
	}
	if (fin)
		note_fin(step);
}

void tcp_classify(struct tcp_step *step)
{
	struct tcp_side *x = step->sender;
	struct segment *segment = step->segment;
	const struct tcp_header *header = step->header;
	step->out->last_was_probe = step->out->last_was_keepalive = false;
	if (tcp_has(header, TCP_SYN)) {
		classify_syn(step);
	} else if (tcp_has(header, TCP_RST)) {
		classify_reset(step);
	} else if (segment->stray) {
		return;
	} else if (is_zero_window_probe(step)) {
		struct tcp_zero_window *zero = &step->in->zero;
		segment->class = SEGMENT_ZERO_WINDOW_PROBE;
		step->out->last_was_probe = true;
		if (!zero->probes++) {
			zero->first_probe_packet = step->number;
			zero->first_probe_time = step->time;
		}
		zero->probes_in_vain++;
		zero->last_probe_packet = step->number;
		zero->last_probe_time = step->time;
		zero->sender_waiting = true;
		if (step->length) {
			step->out->probe_open = true;
			step->out->probe_end = segment->end;
		}
	} else if (is_keepalive(step)) {
		segment->class = SEGMENT_KEEPALIVE;
		step->out->last_was_keepalive = true;
		x->keepalives++;
	} else if (segment->end > segment->sequence) {
		classify_bytes(step);
	} else if (segment->sequence > x->snd_max) {
		/* A pure acknowledgement from behind data that was never seen. */
		holes_open(step, x->snd_max, segment->sequence);
		x->snd_max = segment->sequence;
	}
}
