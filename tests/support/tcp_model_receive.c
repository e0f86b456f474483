/* What an end of the TCP model does with data: reassembly, the program that reads, windows. */
#include "tcp_model_internal.h"

#include <string.h>

#define READ_TICK (10 * MILLI)

void end_program_reads(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	const struct model_host *host = end->host;
	uint64_t there = end->expected > 0 ? (uint64_t)end->expected : 0;
	if (end->fin_received && end->expected > end->fin_position)
		there--;
	if (m->now < end->paused_until)
		return;
	uint64_t until = there;
	bool pause =
		end->pauses_done < host->pause_count && host->pauses[end->pauses_done].at <= there;
	if (pause)
		until = host->pauses[end->pauses_done].at;
	if (host->read_rate > 0) {
		uint64_t step = (uint64_t)(host->read_rate * READ_TICK / SECOND);
		if (until > end->read + step) {
			until = end->read + step;
			pause = false;
		}
		if (end->read < there)
			model_schedule(m, (struct event){ .time = m->now + READ_TICK,
							  .kind = READ,
							  .side = side });
		end->paused_until = m->now + READ_TICK;
	}
	if (until > end->read)
		end->read = until;
	if (pause) {
		end->paused_until = m->now + host->pauses[end->pauses_done++].length;
		model_schedule(
			m, (struct event){ .time = end->paused_until, .kind = READ, .side = side });
	}
}

/* Tells the sender when much more room has come up than it knows of. */
void end_window_update(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	uint64_t known = end->advertised_edge > end->expected
				 ? (uint64_t)(end->advertised_edge - end->expected)
				 : 0;
	uint64_t held = (uint64_t)(end->expected > 0 ? end->expected : 0) - end->read;
	uint64_t room = held < end->host->buffer ? end->host->buffer - held : 0;
	if (known < end->host->buffer / 2 && room >= 2 * known && room >= end->mss)
		end_send_ack(m, side);
}

static void remember_early(struct end *end, int64_t from, int64_t to)
{
	for (unsigned i = 0; i < end->early_count;) {
		if (end->early[i].to < from || end->early[i].from > to) {
			i++;
			continue;
		}
		from = end->early[i].from < from ? end->early[i].from : from;
		to = end->early[i].to > to ? end->early[i].to : to;
		memmove(&end->early[i], &end->early[i + 1],
			(--end->early_count - i) * sizeof end->early[0]);
	}
	if (end->early_count < MAX_EARLY) {
		end->early[end->early_count].from = from;
		end->early[end->early_count++].to = to;
	}
}

static void join_early(struct end *end)
{
	for (unsigned i = 0; i < end->early_count;) {
		if (end->early[i].from > end->expected) {
			i++;
			continue;
		}
		if (end->early[i].to > end->expected)
			end->expected = end->early[i].to;
		memmove(&end->early[i], &end->early[i + 1],
			(--end->early_count - i) * sizeof end->early[0]);
		i = 0;
	}
}

void end_take_data(struct model *m, unsigned side, const struct model_packet *packet)
{
	struct end *end = &m->end[side];
	int64_t from = packet->sequence,
		to = from + packet->length + (packet->flags & TCP_FIN ? 1 : 0);
	bool had_hole = end->early_count > 0;
	if (to == from) {
		if (from < end->expected)
			end_send_ack(m, side);   /* a probe or keep-alive: outside of the window */
		return;
	}
	if (packet->flags & TCP_FIN) {
		end->fin_received = true;
		end->fin_position = to - 1;
	}
	bool old = to <= end->expected, early = from > end->expected;
	bool refused = !old && !early && packet->length == 1 && to > end->advertised_edge;
	if (old) {
		end->duplicate_from = from;
		end->duplicate_to = to;
	} else if (early) {
		remember_early(end, from, to);
	} else if (!refused) {
		end->expected = to;
		join_early(end);
		end_program_reads(m, side);
	}
	end->unacked += packet->length > end->mss ? 2 : 1;
	if (old || early || had_hole || packet->flags & TCP_FIN || end->unacked >= 2 ||
	    end->host->delayed_ack == 0 || refused)
		end_send_ack(m, side);
	else
		timer_start(m, side, &end->delayed_ack, DELAYED_ACK, end->host->delayed_ack);
	model_check_steps(m);
}

