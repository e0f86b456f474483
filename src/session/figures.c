#include "session/figures.h"

#include <math.h>

#include "session/bytes.h"
#include "session/tcp.h"

static void add_sample(struct figures_sum *sum, int64_t sample)
{
	if (!sum->count || sample < sum->minimum)
		sum->minimum = sample;
	if (!sum->count || sample > sum->maximum)
		sum->maximum = sample;
	sum->count++;
	sum->sum += (double)sample;
	sum->squares += (double)sample * (double)sample;
}

void figures_merge(struct figures_sum *sum, const struct figures_sum *more)
{
	if (!more->count)
		return;
	if (!sum->count || more->minimum < sum->minimum)
		sum->minimum = more->minimum;
	if (!sum->count || more->maximum > sum->maximum)
		sum->maximum = more->maximum;
	sum->count += more->count;
	sum->sum += more->sum;
	sum->squares += more->squares;
}

double figures_mean(const struct figures_sum *sum)
{
	return sum->count ? sum->sum / (double)sum->count : 0;
}

double figures_deviation(const struct figures_sum *sum)
{
	if (sum->count < 2)
		return 0;
	double n = (double)sum->count, variance = (sum->squares - sum->sum * sum->sum / n) / (n - 1);
	return variance > 0 ? sqrt(variance) : 0;
}

static bool is_repeat(uint8_t class)
{
	return class == SEGMENT_SPURIOUS || class == SEGMENT_REPEATED_UPSTREAM ||
	       class == SEGMENT_REPEATED_DOWNSTREAM || class == SEGMENT_INCONSISTENT ||
	       class == SEGMENT_HOLE_ACKED_LATE;
}

static void count_repeat(struct figures_side *side, const struct segment *segment, uint32_t payload)
{
	side->repeated_packets++;
	side->repeated_bytes += payload > segment->new_bytes ? payload - segment->new_bytes : 0;
	if (segment->original_time && segment->lag >= 0)
		add_sample(&side->repeat_after, segment->lag);
	if (side->repeats_in_row && side->repeat_of == segment->sequence)
		side->repeats_in_row++;
	else
		side->repeats_in_row = 1;
	side->repeat_of = segment->sequence;
	if (side->repeats_in_row > side->repeats_most)
		side->repeats_most = side->repeats_in_row;
}

static void count_data(struct figures_side *side, const struct observation *observation, const struct tcp_header *tcp)
{
	const struct segment *segment = observation->segment;
	uint8_t class = segment->class;
	int64_t time = observation->packet->record->time;
	side->data_packets++;
	side->data_bytes += tcp->payload_length;
	side->pushed += tcp_has(tcp, TCP_PSH);
	if (tcp_has(tcp, TCP_URG)) {
		side->urgent_packets++;
		side->urgent_bytes += tcp->urgent_pointer;
	}
	add_sample(&side->segment, tcp->payload_length);
	if (class == SEGMENT_ZERO_WINDOW_PROBE) {
		side->probe_packets++;
		side->probe_bytes += tcp->payload_length;
	} else if (is_repeat(class)) {
		count_repeat(side, segment, tcp->payload_length);
	}
	side->in_order += class == SEGMENT_NEW;
	side->out_of_order += class == SEGMENT_REORDERED;
	if (class != SEGMENT_ZERO_WINDOW_PROBE && class != SEGMENT_KEEPALIVE)
		side->unique_bytes += segment->new_bytes;
	if (!side->acked && segment->new_bytes) {
		side->initial_window_bytes += tcp->payload_length;
		side->initial_window_packets++;
	}
	if (side->data_packets == 1)
		side->first_data_time = time;
	side->last_data_time = time;
	struct cursor bytes = bytes_behind(observation->packet, tcp, tcp->payload_length);
	if (bytes.captured < bytes.declared) {
		side->truncated_packets++;
		side->truncated_bytes += bytes.declared - bytes.captured;
	}
}

static void count_acknowledgement(struct figures_side *side, struct figures_side *other,
				  const struct segment *segment, const struct tcp_header *tcp)
{
	side->ack_packets++;
	if (tcp->sack_count) {
		side->sack_packets++;
		if (tcp->sack_count > side->sack_blocks_most)
			side->sack_blocks_most = tcp->sack_count;
	}
	side->dsack_packets += segment->dsack;
	side->pure_acks += !segment->has_data && !(tcp->flags & (TCP_SYN | TCP_FIN | TCP_RST));
	side->duplicate_acks += segment->duplicate_ack;
	side->duplicates_in_row = segment->duplicate_ack ? side->duplicates_in_row + 1 : 0;
	side->triple_duplicate_acks += side->duplicates_in_row == 3;
	/* A FIN takes a byte that is no data. */
	other->windows += segment->acked_bytes > (other->fin ? 1 : 0) && other->data_packets > 0;
	other->acked |= other->data_packets > 0 && segment->acked_bytes > 0;
	if (segment->rtt >= 0)
		add_sample(&other->round_trip, segment->rtt);
}

static void count_window(struct figures_side *side, const struct segment *segment)
{
	add_sample(&side->window, (int64_t)segment->window);
	side->zero_windows += segment->window == 0;
	side->window_changes += side->window.count > 1 && segment->window != side->last_window;
	side->last_window = segment->window;
}

static void count_flags(struct figures_side *side, const struct segment *segment, const struct tcp_header *tcp)
{
	if (tcp_has(tcp, TCP_SYN)) {
		side->syn++;
		add_sample(&side->syn_window, tcp->window);
		side->syn_positioned = true;
		side->syn_end = segment->sequence + 1;
	}
	if (tcp_has(tcp, TCP_FIN)) {
		side->fin++;
		side->stream_whole = side->syn_positioned;
		side->stream_length = segment->end - 1 - side->syn_end;
	}
	side->rst += tcp_has(tcp, TCP_RST);
	side->keepalives += segment->class == SEGMENT_KEEPALIVE;
}

static void count_packet(struct figures_side *side, const struct packet *packet)
{
	int64_t time = packet->record->time;
	if (side->packets && time - side->last_time > side->idle_longest)
		side->idle_longest = time - side->last_time;
	if (!side->packets)
		side->first_time = time;
	side->last_time = time;
	side->packets++;
	side->datagram_bytes += packet->ip ? packet->ip->header_length + packet->ip->payload_length : 0;
	if (packet->tcp)
		side->bad_checksums += packet->tcp->checksum_state == CHECKSUM_BAD;
	else if (packet->udp)
		side->bad_checksums += packet->udp->checksum_state == CHECKSUM_BAD;
}

/* What is not TCP has datagrams, each of them new. */
static void count_datagram(struct figures_side *side, const struct packet *packet)
{
	uint32_t length = packet->udp ? packet->udp->payload_length : packet->icmp ? packet->icmp->payload_length
			: packet->socket ? packet->socket->length : 0;
	if (!length)
		return;
	if (!side->data_packets++)
		side->first_data_time = packet->record->time;
	side->last_data_time = packet->record->time;
	side->data_bytes += length;
	side->unique_bytes += length;
	add_sample(&side->segment, length);
}

void figures_observe(struct session_figures *figures, const struct observation *observation)
{
	const struct tcp_header *tcp = observation->packet->tcp;
	const struct segment *segment = observation->segment;
	struct figures_side *side = &figures->side[observation->direction];
	if (observation->twin_of)
		return;
	count_packet(side, observation->packet);
	if (observation->message_count)
		tls_figures_observe(&figures->tls, observation);
	if (!tcp || !segment) {
		count_datagram(side, observation->packet);
		return;
	}
	count_flags(side, segment, tcp);
	if (tcp_has(tcp, TCP_ACK))
		count_acknowledgement(side, &figures->side[!observation->direction], segment, tcp);
	if (!(tcp->flags & (TCP_SYN | TCP_RST)))
		count_window(side, segment);
	if (segment->has_data)
		count_data(side, observation, tcp);
	if (segment->outstanding)
		add_sample(&side->flight, (int64_t)segment->outstanding);
}
