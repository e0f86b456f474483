/* Receive windows: what each end advertises, and the times when one was closed. */
#include "core/memory.h"
#include "session/tcp_internal.h"

#define TCP_HEADER_SIZE 20         /* bytes without options */

/* Windows of fewer segments are compared to the byte, larger ones to a segment. */
#define FLIGHT_SEGMENTS 4

static uint32_t segment_size(const struct tcp_step *step)
{
	/* The size that would fill the window again: what the other side may send at once. */
	uint32_t size = step->sender->mss ? step->sender->mss : step->receiver->segment_maximum;
	return size ? size : 536;
}

void tcp_window_end(struct session *session, uint8_t receiver, int64_t time, uint64_t open_packet,
		    struct observation *observation)
{
	struct direction *own = &session->tcp->engine->direction[receiver];
	if (!own->in_zero_window)
		return;
	own->in_zero_window = false;
	own->zero.end_time = time;
	own->zero.open_packet = open_packet;
	own->zero.window_after = session->tcp->side[receiver].window;
	struct tcp_zero_window *done = &tcp_done(session->tcp->engine)->zero[receiver];
	*done = own->zero;
	observation_add(observation,
		(struct session_event){ .type = EVENT_ZERO_WINDOW, .zero_window = done });
}

static struct tcp_window_use *use_of(struct tcp_side *side)
{
	if (!side->window_use)
		side->window_use = memory_zeroed(1, sizeof *side->window_use);
	return side->window_use;
}

/* The right edge of the window must never move back (RFC 9293, 3.8.6), and forward only by what is
 * worth a segment (RFC 1122, 4.2.3.3). */
static void follow_edge(struct tcp_step *step, uint64_t window)
{
	struct tcp_side *side = step->sender;
	const struct tcp_side *other = step->receiver;
	struct direction *own = step->out;
	const struct tcp_header *header = step->header;
	uint64_t before = own->edge, edge = other->ack_hi + window;
	struct tcp_mark mark = { step->number, step->time }, before_mark = own->edge_mark;
	if (side->scale == SCALE_UNKNOWN || !tcp_has(header, TCP_ACK) || tcp_has(header, TCP_SYN) ||
	    side->fin_seen)
		return;
	own->edge = edge;
	own->edge_mark = mark;
	if (!before)
		return;
	if (edge + (1ull << side->window_scale) < before) {
		struct tcp_window_use *use = use_of(side);
		use->shrunk++;
		if (before - edge > use->shrunk_most) {
			use->shrunk_most = before - edge;
			use->promised = before_mark;
			use->taken_back = mark;
		}
	}
	uint64_t usable = edge > other->snd_max ? edge - other->snd_max : 0;
	uint64_t worth = segment_size(step);
	if (side->window_maximum / 2 < worth)
		worth = side->window_maximum / 2;
	if (usable >= worth)
		own->crumb_offered = false;
	else if (edge > before && edge - before < worth && usable)
		own->crumb_offered = true;
}

/* Does the sender take the window for what it would be without its scale? */
static void follow_scale(struct tcp_step *step)
{
	struct tcp_side *x = step->sender, *y = step->receiver;
	uint64_t outstanding = step->segment->outstanding;
	uint16_t raw = y->raw_window;
	if (outstanding > raw) {
		step->in->scale_used = true;
		return;
	}
	uint32_t full = x->segment_maximum;
	bool large = raw >= FLIGHT_SEGMENTS * full;
	if (large ? step->length < full || outstanding + full <= raw : outstanding != raw)
		return;
	struct tcp_window_use *use = use_of(y);
	struct tcp_mark mark = { step->number, step->time };
	if (!use->unscaled++)
		use->unscaled_first = mark;
	use->unscaled_last = mark;
	for (int i = 0; i < 3 && use->unscaled_windows[i] != raw; i++) {
		if (!use->unscaled_windows[i]) {
			use->unscaled_windows[i] = raw;
			break;
		}
	}
}

void tcp_window_used(struct tcp_step *step)
{
	const struct tcp_side *x = step->sender;
	struct tcp_side *y = step->receiver;
	struct direction *in = step->in;
	const struct segment *segment = step->segment;
	struct tcp_mark mark = { step->number, step->time };
	if (segment->window_full) {
		if (!use_of(y)->filled++)
			y->window_use->filled_first = mark;
		if (y->window < y->window_maximum / 2)
			y->window_use->filled_unread++;
	}
	if (in->crumb_offered && segment->new_bytes &&
	    segment->class != SEGMENT_ZERO_WINDOW_PROBE) {
		in->crumb_offered = false;
		/* Options take their bytes from what the MSS allows, RFC 6691. */
		uint32_t options = step->header->header_length - TCP_HEADER_SIZE;
		uint32_t full = y->mss > options ? y->mss - options : x->segment_maximum;
		if (step->length < full &&
		    segment->outstanding * 4 >= y->window * 3) {
			struct tcp_window_use *use = use_of(y);
			if (!use->crumbs++)
				use->crumb_first = mark;
			use->crumb_last = mark;
			if (step->length > use->crumb_largest)
				use->crumb_largest = step->length;
		}
	}
	if (!in->scale_used && y->scale == SCALE_KNOWN && y->window_scale && y->acks &&
	    y->raw_window)
		follow_scale(step);
}

void tcp_window(struct tcp_step *step, bool fresh)
{
	struct tcp_side *side = step->sender;
	struct direction *own = step->out, *other = step->in;
	const struct tcp_header *header = step->header;
	uint16_t raw = header->window;
	uint64_t scaled = tcp_has(header, TCP_SYN) ? raw : (uint64_t)raw << side->window_scale;
	step->segment->window = scaled;
	step->segment->zero_window = raw == 0 && !(header->flags & (TCP_SYN | TCP_FIN | TCP_RST));
	if (tcp_has(header, TCP_RST) || !fresh)
		return;
	side->raw_window = raw;
	side->window = scaled;
	if (scaled > side->window_maximum)
		side->window_maximum = scaled;
	if (!tcp_has(header, TCP_SYN) && (scaled < side->window_minimum || !side->acks))
		side->window_minimum = scaled;
	follow_edge(step, scaled);
	if (step->segment->zero_window) {
		side->zero_windows++;
		if (!own->in_zero_window) {
			own->in_zero_window = true;
			own->zero = (struct tcp_zero_window){ .receiver = step->direction,
				.start_time = step->time, .first_packet = step->number,
				.sender_waiting = other->window_filled };
		}
	} else if (own->in_zero_window && raw) {
		if (scaled >= segment_size(step) || step->segment->acked_bytes)
			tcp_window_end(step->session, step->direction, step->time, step->number,
				       step->observation);
		else
			own->zero.silly = true;
	}
	if (scaled)
		other->window_filled = false;
}
