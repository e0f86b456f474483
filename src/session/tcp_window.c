/* Receive windows: what each end advertises, and the times when one was closed. */
#include "session/tcp_internal.h"

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
