/* Requests and responses without knowing the protocol, and the parts of their time (A10).
 *
 * A turn is data of the client, then data of the server. Every instant between its first and last
 * byte belongs to exactly one part: waits (recovery, closed windows, pauses) are cut out of the
 * phase in which they lie, so that the parts always add up to the total. */
#include <string.h>

#include "session/tcp_internal.h"
#include "session/tcp_words.h"

/* Server data after this long is a new message, not the rest of one. */
#define PUSH_SILENCE (2 * NANOSECONDS)
/* A client silent for so long, with all confirmed, had not finished asking. */
#define REQUEST_PAUSE (NANOSECONDS / 2)
#define LONG_REQUEST 4             /* segments */
#define FINISHED_MOST 110          /* bytes: the end of TLS's handshake; with a request behind it there are more */
#define OVERLAPS_ALLOWED 4         /* one turn in so many may overlap before turns mean nothing */

void tcp_turn_wait(struct tcp_engine *engine, int64_t start, int64_t end, enum response_part part)
{
	struct turn *turn = &engine->turn;
	if (turn->state == TURN_IDLE || end <= start)
		return;
	struct tcp_transaction *now = &turn->now;
	struct tcp_wait *waits = now->waits;
	if (now->wait_count == TCP_WAITS) {
		/* Full: the longest waits matter most, so the shortest makes room. */
		uint32_t shortest = 0;
		for (uint32_t i = 1; i < TCP_WAITS; i++)
			if (waits[i].end - waits[i].start < waits[shortest].end - waits[shortest].start)
				shortest = i;
		if (end - start <= waits[shortest].end - waits[shortest].start)
			return;
		waits[shortest] = waits[--now->wait_count];
	}
	waits[now->wait_count++] = (struct tcp_wait){ start, end, (uint8_t)part };
}

void tcp_turn_wait_window(const struct session *session, int64_t start, int64_t end,
			  uint8_t receiver)
{
	struct tcp_engine *engine = session->tcp->engine;
	if (receiver == session->client)
		engine->turn.now.window_of_client = true;
	else
		engine->turn.now.window_of_server = true;
	tcp_turn_wait(engine, start, end, PART_WINDOW);
}

static void sort_waits(struct tcp_transaction *now)
{
	struct tcp_wait *waits = now->waits;
	for (uint32_t i = 1; i < now->wait_count; i++) {
		struct tcp_wait wait = waits[i];
		uint32_t place = i;
		for (; place > 0 && waits[place - 1].start > wait.start; place--)
			waits[place] = waits[place - 1];
		waits[place] = wait;
	}
}

struct splitting {               /* what tcp_split_time was given */
	const struct tcp_wait *waits;
	uint32_t wait_count;
	int64_t queued, sending;
	int64_t *part;
};

/* While an answer before it was under way, the next one could not be. */
static int64_t cut_queue(const struct splitting *split, int64_t start, int64_t end)
{
	int64_t from = start > split->queued ? start : split->queued;
	int64_t to = end < split->sending ? end : split->sending;
	if (to <= from)
		return 0;
	split->part[PART_TRANSFER] += to - from;
	return to - from;
}

/* Moves what overlaps [start, end) to the waits' own parts. Returns what is left for the phase itself. */
static int64_t cut_waits(const struct splitting *split, int64_t start, int64_t end)
{
	int64_t left = end - start, covered = start;
	for (uint32_t i = 0; i < split->wait_count; i++) {
		const struct tcp_wait *wait = &split->waits[i];
		int64_t from = wait->start > covered ? wait->start : covered;
		int64_t to = wait->end < end ? wait->end : end;
		if (to <= from)
			continue;
		split->part[wait->part] += to - from;
		left -= to - from + cut_queue(split, covered, from);
		covered = to;
	}
	return left - cut_queue(split, covered, end);
}

void tcp_split_time(const struct tcp_wait *waits, uint32_t wait_count, int64_t round_trip,
		    const int64_t time[4], int64_t queued, int64_t sending, int64_t part[RESPONSE_PARTS])
{
	const struct splitting split = { waits, wait_count, queued, sending, part };
	int64_t request = cut_waits(&split, time[0], time[1]);
	int64_t wait = cut_waits(&split, time[1], time[2]);
	int64_t response = cut_waits(&split, time[2], time[3]);
	part[PART_REQUEST] += request;
	part[PART_ROUND_TRIP] += wait < round_trip ? wait : round_trip;
	part[PART_SERVER] += wait < round_trip ? 0 : wait - round_trip;
	part[PART_TRANSFER] += response;
}

/* Protocols in which every question has its answer, by the server's port. */
static bool answers_by_design(uint16_t port)
{
	static const uint16_t ports[] = { 53, 88, 102, 135, 139, 389, 445, 446, 502, 1414, 1433,
		1521, 3306, 5432, 6379, 11211, 27017, 50000 };
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		if (ports[i] == port)
			return true;
	return false;
}

/* The recorder may write neighbours in the wrong order. False if the clock itself was set back
 * meanwhile. */
static bool put_in_order(struct tcp_transaction *now)
{
	int64_t *const times[] = { &now->request_time, &now->request_last_time, &now->response_time,
		&now->response_last_time };
	for (size_t i = 1; i < sizeof times / sizeof *times; i++) {
		if (*times[i - 1] - *times[i] > CAUSALITY_LIMIT)
			return false;
		if (*times[i] < *times[i - 1])
			*times[i] = *times[i - 1];
	}
	return true;
}

/* From the name look-up, or the first SYN, to the end of the handshake. */
static void split_set_up(const struct tcp_session *tcp, uint8_t client, struct tcp_transaction *now)
{
	const struct tcp_handshake *handshake = &tcp->handshake;
	if (!now->first || !handshake->complete || handshake->server_part < 0 ||
	    handshake->client_part < 0)
		return;
	int64_t answered = handshake->server_part + handshake->client_part;
	int64_t all = handshake->done_time - tcp->side[client].syn_first_time;
	if (all < answered)
		return;
	now->part[PART_CONNECT] = answered;
	now->part[PART_CONNECT_RETRY] = all - answered;
	int64_t before = tcp->side[client].syn_first_time - tcp->lookup_answered;
	if (!tcp->lookup_answered || before < 0 || tcp->lookup_answered < tcp->lookup_asked)
		return;
	now->part[PART_DNS] = tcp->lookup_answered - tcp->lookup_asked;
	now->client_think += before;
}

static void split_time(struct session *session, struct turn *turn)
{
	struct tcp_transaction *now = &turn->now;
	const int64_t time[4] = { now->request_time, now->request_last_time, now->response_time,
		now->response_last_time };
	sort_waits(now);
	const struct rtt_estimate *trip = &session->tcp->side[session_server(session)].rtt;
	now->round_trip = trip->samples ? trip->minimum : 0;
	if (turn->delivery > now->round_trip)
		now->round_trip = turn->delivery;
	tcp_split_time(now->waits, now->wait_count, now->round_trip, time, 0, 0, now->part);
	split_set_up(session->tcp, session->client, now);
	now->total = 0;
	for (int i = 0; i < RESPONSE_PARTS; i++)
		now->total += now->part[i];
}

static void finish(struct session *session, bool complete, struct observation *observation)
{
	struct tcp_session *tcp = session->tcp;
	struct turn *turn = &tcp->engine->turn;
	struct tcp_transaction *now = &turn->now;
	bool answered = turn->state == TURN_RESPONSE;
	turn->state = TURN_IDLE;
	if (!answered || !put_in_order(now))
		return;
	split_time(session, turn);
	now->complete = complete;
	now->answers_by_design = answers_by_design(session->key.end[session_server(session)].port);
	now->protocol_known = turn->words || now->answers_by_design;
	now->turn_based = !turn->switched && turn->overlaps * OVERLAPS_ALLOWED <= tcp->turns;
	if (turn->cipher_change && now->request_bytes > FINISHED_MOST)
		now->sets_up_tls = false;
	now->number = ++tcp->transactions;
	tcp->engine->done_transaction = *now;
	observation_add(observation, (struct session_event){ .type = EVENT_TRANSACTION,
		.transaction = &tcp->engine->done_transaction });
}

static void start(struct tcp_step *step, int64_t previous_end)
{
	struct turn *turn = &step->engine->turn;
	struct tcp_transaction *now = &turn->now;
	bool first = !step->tcp->turns;
	memset(now, 0, sizeof *now);
	now->first = first;
	if (first)
		turn->words = words_begin(step->packet->payload);
	now->may_wait = turn->words && words_ask_to_wait(step->packet->payload);
	turn->cipher_change = false;
	now->sets_up_tls = words_set_up_tls(step->packet->payload, &turn->cipher_change);
	now->request_packet = now->request_last_packet = step->number;
	now->request_time = now->request_last_time = step->time;
	if (previous_end && step->time > previous_end)
		now->client_think = step->time - previous_end;
	step->tcp->turns++;
}

static void add_request(struct tcp_step *step)
{
	struct turn *turn = &step->engine->turn;
	struct tcp_transaction *now = &turn->now;
	if (turn->state != TURN_REQUEST) {
		int64_t previous = turn->state == TURN_RESPONSE ? now->response_last_time
				 : step->tcp->turns ? now->request_last_time
				 : step->tcp->handshake.done_time;
		/* Asking again before the answer was confirmed: not one question at a time. */
		if (turn->state == TURN_RESPONSE &&
		    step->receiver->snd_max > step->receiver->ack_hi)
			turn->overlaps++;
		finish(step->session, true, step->observation);
		start(step, previous);
		turn->state = TURN_REQUEST;
	} else if (step->time - now->request_last_time > REQUEST_PAUSE &&
		   step->engine->silence.outstanding[step->direction] == 0 &&
		   step->engine->silence.long_enough) {
		/* It had not finished asking: the time before is the client's own. */
		now->client_think += step->time - now->request_time;
		now->request_time = step->time;
		now->request_packet = step->number;
	}
	now->request_last_packet = step->number;
	now->request_last_time = step->time;
	now->request_bytes += step->segment->new_bytes;
	turn->delivery = step->receiver->rtt.samples ? step->receiver->rtt.last : 0;
}

/* The end of a long request may stand in a queue for longer than the shortest trip takes. When its
 * confirmation comes with the answer, the last trip before has to do. */
static void follow_delivery(struct tcp_step *step)
{
	struct turn *turn = &step->engine->turn;
	const struct tcp_side *client = step->receiver;
	if (turn->now.request_bytes < LONG_REQUEST * (uint64_t)client->segment_maximum)
		turn->delivery = 0;
	else if (client->ack_hi == client->snd_max && client->last_ack_progress_time < step->time)
		turn->delivery = client->last_ack_progress_time - turn->now.request_last_time;
}

static void add_response(struct tcp_step *step)
{
	struct turn *turn = &step->engine->turn;
	struct tcp_transaction *now = &turn->now;
	if (turn->state == TURN_IDLE)
		return;                /* the server speaks unasked: a greeting or a push */
	if (turn->state == TURN_REQUEST) {
		turn->state = TURN_RESPONSE;
		follow_delivery(step);
		now->response_packet = step->number;
		now->response_time = step->time;
		turn->switched |= turn->words && words_switch_protocol(step->packet->payload);
		turn->announced = turn->words ? words_announce(step->packet->payload) : 0;
	} else if (turn->last_response_short && now->response_bytes >= turn->announced &&
		   step->time - now->response_last_time > PUSH_SILENCE &&
		   step->receiver->ack_hi == step->receiver->snd_max) {
		finish(step->session, true, step->observation);
		return;
	}
	now->response_last_packet = step->number;
	now->response_last_time = step->time;
	now->response_bytes += step->segment->new_bytes;
	uint32_t full = step->sender->segment_maximum;
	turn->last_response_short = step->length < full || tcp_has(step->header, TCP_PSH);
}

void tcp_turn(struct tcp_step *step)
{
	/* Recovery and closed windows that this packet ended lie inside the open transaction. */
	for (unsigned i = 0; i < step->observation->event_count; i++) {
		const struct session_event *event = &step->observation->events[i];
		if (event->type == EVENT_EPISODE && !event->episode->spurious)
			tcp_turn_wait(step->engine, event->episode->end_time - event->episode->cost,
				      event->episode->end_time, PART_RETRANSMISSION);
		else if (event->type == EVENT_ZERO_WINDOW && event->zero_window->sender_waiting)
			tcp_turn_wait_window(step->session, event->zero_window->start_time,
					     event->zero_window->end_time,
					     event->zero_window->receiver);
	}
	if (!step->segment->new_bytes || step->segment->class == SEGMENT_ZERO_WINDOW_PROBE)
		return;
	if (step->direction == step->session->client)
		add_request(step);
	else
		add_response(step);
}

void tcp_turn_end(struct session *session, bool complete, struct observation *last)
{
	finish(session, complete, last);
}
