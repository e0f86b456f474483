#include "report/transaction_fill.h"

#include <stdio.h>

#include "decode/decoder.h"

#define CODE_LEAST 100               /* codes of three digits are known better than their names */

_Static_assert((int)RESPONSE_PARTS == (int)CULPRIT_PARTS, "the public parts mirror ours");
_Static_assert((int)PART_TRANSFER == (int)CULPRIT_PART_TRANSFER, "the public parts mirror ours");
_Static_assert(EXCHANGE_WORDS <= CULPRIT_REQUEST_SIZE, "what was asked fits");

const char *culprit_part_name(enum culprit_part part)
{
	static const char *const names[CULPRIT_PARTS] = {
		"dns",		"connect_retry", "connect", "tls",   "request_transfer", "round_trip",
		"server_think", "retransmission", "window", "pause", "delayed_ack", "response_transfer",
	};
	return part < CULPRIT_PARTS ? names[part] : NULL;
}

static void fill_ends(struct culprit_transaction *to, const struct session *session, uint8_t client_side)
{
	const struct endpoint *client = &session->key.end[client_side];
	const struct endpoint *server = &session->key.end[client_side ^ 1];
	snprintf(to->session, sizeof to->session, "%s:%u",
		 session_kind_name((enum session_kind)session->kind), session->number);
	address_text(&client->address, to->client);
	address_text(&server->address, to->server);
	to->has_ports = session->kind != SESSION_ICMP;
	to->client_port = client->port;
	to->server_port = server->port;
}

static void fill_parts(struct culprit_transaction *to, const int64_t part[RESPONSE_PARTS])
{
	to->total = 0;
	for (int i = 0; i < RESPONSE_PARTS; i++) {
		to->part[i] = part[i];
		to->total += part[i];
	}
	to->answering = part[PART_SERVER] + part[PART_PAUSE];
	to->transfer = part[PART_REQUEST] + part[PART_TRANSFER] + part[PART_WINDOW];
	to->network = to->total - to->answering - to->transfer;
}

static const char *status_of_turn(const struct tcp_transaction *turn)
{
	if (!turn->turn_based)
		return "not turn-based";
	return turn->complete ? "complete" : "end not seen";
}

void transaction_of_turn(struct culprit_transaction *to, const struct session *session,
			 const struct tcp_transaction *turn)
{
	*to = (struct culprit_transaction){
		.application = session_service(session),
		.answered = true,
		.request_packet = turn->request_packet,
		.response_packet = turn->response_packet,
		.request_time = turn->request_time,
		.end_time = turn->response_last_time,
		.request_bytes = turn->request_bytes,
		.response_bytes = turn->response_bytes,
		.client_think = turn->client_think,
	};
	fill_ends(to, session, session->client);
	fill_parts(to, turn->part);
	snprintf(to->status, sizeof to->status, "%s", status_of_turn(turn));
}

static void put_status(struct culprit_transaction *to, const struct session_exchange *exchange)
{
	if (!exchange->answered)
		snprintf(to->status, sizeof to->status, "no answer");
	else if (exchange->code >= CODE_LEAST || (exchange->code && !exchange->status))
		snprintf(to->status, sizeof to->status, "%d", exchange->code);
	else
		snprintf(to->status, sizeof to->status, "%s",
			 exchange->status ? exchange->status : exchange->failed ? "failed" : "complete");
}

/* A message is there when its last byte is; its first byte came with the turn's, if it is the first of it. */
static void find_times(const struct session_exchange *exchange, const struct surroundings *around,
		       struct culprit_transaction *to, int64_t time[4])
{
	const struct tcp_transaction *turn = around->turn;
	uint64_t response = exchange->progress_packet ? exchange->progress_packet
						      : exchange->response_packet;
	time[0] = exchange->request_time;
	time[1] = exchange->request_last_time;
	time[2] = exchange->progress_packet ? exchange->progress_time : exchange->response_time;
	time[3] = exchange->response_last_time;
	to->request_packet = exchange->request_packet;
	to->response_packet = response;
	if (turn && around->first) {
		time[0] = turn->request_time;
		to->request_packet = turn->request_packet;
		if (around->last)
			time[1] = turn->request_last_time;
		if (turn->response_packet <= response) {
			time[2] = turn->response_time;
			to->response_packet = turn->response_packet;
		}
	}
	/* The recorder may write neighbours in the wrong order. */
	for (int i = 1; i < 4; i++)
		if (time[i] < time[i - 1])
			time[i] = time[i - 1];
	to->request_time = time[0];
	to->end_time = time[3];
}

static int64_t round_trip_of(const struct session *session, const struct tcp_transaction *turn)
{
	if (session->kind == SESSION_ICMP)
		return INT64_MAX;      /* an echo measures nothing else */
	if (turn)
		return turn->round_trip;
	if (!session->tcp)
		return 0;
	const struct rtt_estimate *trip = &session->tcp->side[session_server(session)].rtt;
	return trip->samples ? trip->minimum : 0;
}

void transaction_of_exchange(struct culprit_transaction *to, const struct session *session,
			     const struct session_exchange *exchange, const struct surroundings *around)
{
	int64_t time[4], part[RESPONSE_PARTS] = { 0 };
	const struct tcp_transaction *turn = around->turn;
	*to = (struct culprit_transaction){ .application = exchange->decoder->name,
		.answered = exchange->answered };
	fill_ends(to, session, exchange->client);
	snprintf(to->request, sizeof to->request, "%s", exchange->request);
	put_status(to, exchange);
	if (!exchange->answered) {
		to->request_packet = exchange->request_packet;
		to->request_time = to->end_time = exchange->request_time;
		return;
	}
	find_times(exchange, around, to, time);
	tcp_split_time(around->waits, around->wait_count, round_trip_of(session, turn), time,
		       around->queued, around->sending, part);
	if (turn && around->first) {
		/* The connection was set up for it. */
		for (int i = PART_DNS; i <= PART_TLS; i++)
			part[i] += turn->part[i];
		to->client_think = turn->client_think;
		to->request_bytes = around->last ? turn->request_bytes : 0;
		to->response_bytes = around->last ? turn->response_bytes : 0;
	}
	fill_parts(to, part);
}
