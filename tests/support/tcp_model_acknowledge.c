/* What acknowledgments tell an end of the TCP model: RFC 5681, 6582, 6675. */
#include "tcp_model_internal.h"

void end_measure(struct end *end, int64_t sample)
{
	if (!end->smoothed) {
		end->smoothed = sample;
		end->variation = sample / 2;
		return;
	}
	int64_t error = sample > end->smoothed ? sample - end->smoothed : end->smoothed - sample;
	end->variation += (error - end->variation) / 4;
	end->smoothed += (sample - end->smoothed) / 8;
}

static void uncount(struct end *end, struct segment *segment)
{
	if (segment->counted)
		end->pipe -= segment->length;
	segment->counted = false;
}

void end_mark_lost(struct end *end, struct segment *segment)
{
	if (segment->lost || segment->sacked)
		return;
	segment->lost = true;
	end->lost_waiting++;
	uncount(end, segment);
}

/* Takes what is acknowledged out of the queue. */
static void acknowledge(struct model *m, struct end *end, int64_t acknowledgment)
{
	while (end->count > 0) {
		struct segment *segment = end_segment(end, 0);
		if (segment->from + segment->length > acknowledgment)
			break;
		if (segment->copies == 1 && !segment->sacked)
			end_measure(end, m->now - segment->sent);
		end->lost_waiting -= segment->lost;
		uncount(end, segment);
		end->first++;
		end->count--;
	}
	if (end->count > 0) {
		struct segment *segment = end_segment(end, 0);
		uint32_t done = acknowledgment > segment->from
					? (uint32_t)(acknowledgment - segment->from)
					: 0;
		segment->from += done;
		segment->length -= done;
		end->pipe -= segment->counted ? done : 0;
	}
}

static bool mark_sacked(struct end *end, const struct model_packet *packet)
{
	bool news = false;
	for (unsigned b = 0; b < packet->sack_count; b++) {
		for (size_t i = 0; i < end->count; i++) {
			struct segment *segment = end_segment(end, i);
			if (segment->sacked || segment->from < packet->sacks[b][0] ||
			    segment->from + segment->length > packet->sacks[b][1])
				continue;
			end->lost_waiting -= segment->lost;
			segment->lost = false;
			segment->sacked = news = true;
			uncount(end, segment);
		}
	}
	return news;
}

/* RFC 6675: lost is what has three segments' worth of received bytes above it. */
static bool find_lost(struct end *end)
{
	uint64_t above = 0;
	unsigned segments = 0;
	bool found = false;
	for (size_t i = end->count; i-- > 0;) {
		struct segment *segment = end_segment(end, i);
		if (segment->sacked) {
			above += segment->length;
			segments++;
		} else if ((segments >= 3 || above >= 3ULL * end->mss) && segment->copies == 1) {
			end_mark_lost(end, segment);
			found = true;
		}
	}
	return found;
}

static void enter_recovery(struct end *end)
{
	double flight = (double)(end->next - end->una);
	end->recovering = true;
	end->timed_out = false;
	end->recover = end->next;
	end->ssthresh = flight / 2 > 2.0 * end->mss ? flight / 2 : 2.0 * end->mss;
	end->cwnd = end->ssthresh;
	timer_stop(&end->tail_probe);
}

static void grow(struct end *end, int64_t acked)
{
	double mss = end->mss;
	if (end->cwnd < end->ssthresh)
		end->cwnd += (double)acked < 2 * mss ? (double)acked : 2 * mss;
	else
		end->cwnd += mss * mss / end->cwnd;
}

static void new_acknowledgment(struct model *m, unsigned side, int64_t acknowledgment)
{
	struct end *end = &m->end[side];
	int64_t acked = acknowledgment - end->una;
	end->una = acknowledgment;
	if (end->next < acknowledgment)
		end->next = acknowledgment;  /* the byte of a zero-window probe */
	acknowledge(m, end, acknowledgment);
	end->duplicate_acks = 0;
	end->backoff = 0;
	if (end->recovering && acknowledgment >= end->recover) {
		end->recovering = false;
		if (!end->timed_out)
			end->cwnd = end->ssthresh;
		end->timed_out = false;
	} else if (end->recovering && !end->host->sack && end->count > 0) {
		end_mark_lost(end, end_segment(end, 0));  /* RFC 6582: a partial acknowledgment */
	}
	if (!end->recovering || end->timed_out)
		grow(end, acked);
	timer_stop(&end->rto);
	timer_stop(&end->tail_probe);
	if (end->count > 0)
		timer_start(m, side, &end->rto, RTO, end_timeout(end));
}

void end_take_acknowledgment(struct model *m, unsigned side, const struct model_packet *packet)
{
	struct end *end = &m->end[side];
	const struct end *peer = &m->end[side ^ 1];
	bool scaled = end->host->window_scale >= 0 && peer->host->window_scale >= 0;
	uint64_t window = (uint64_t)packet->window
			  << (scaled && !(packet->flags & TCP_SYN) ? peer->host->window_scale : 0);
	bool same_window = window == end->peer_window;
	bool sack = end->host->sack && peer->host->sack;
	end->peer_window = window;
	if (packet->acknowledgment + (int64_t)window > end->window_edge || window == 0 ||
	    packet->acknowledgment >= end->una)
		end->window_edge = packet->acknowledgment + (int64_t)window;
	bool news = sack && mark_sacked(end, packet);
	if (packet->acknowledgment > end->una) {
		new_acknowledgment(m, side, packet->acknowledgment);
	} else if (packet->acknowledgment == end->una && packet->length == 0 && end->count > 0 &&
		   (news || same_window) && !(packet->flags & (TCP_SYN | TCP_FIN))) {
		end->duplicate_acks++;
	}
	bool lost = sack ? news && find_lost(end) : end->duplicate_acks == 3 && !end->recovering;
	if (lost && !end->recovering) {
		enter_recovery(end);
		if (!sack)
			end_mark_lost(end, end_segment(end, 0));
		for (size_t i = 0; i < end->count; i++) {
			if (!end_segment(end, i)->lost)
				continue;
			end_send_segment(m, side, end_segment(end, i));
			break;
		}
	}
	end_send_more(m, side);
}

