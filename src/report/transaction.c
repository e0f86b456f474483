#include "report/transaction.h"

#include <stdio.h>

_Static_assert((int)RESPONSE_PARTS == (int)CULPRIT_PARTS, "the public parts mirror ours");
_Static_assert((int)PART_TRANSFER == (int)CULPRIT_PART_TRANSFER, "the public parts mirror ours");

const char *culprit_part_name(enum culprit_part part)
{
	static const char *const names[CULPRIT_PARTS] = {
		"dns",		"connect_retry", "connect", "tls",   "request_transfer", "round_trip",
		"server_think", "retransmission", "window", "pause", "delayed_ack", "response_transfer",
	};
	return part < CULPRIT_PARTS ? names[part] : NULL;
}

static void fill_ends(struct culprit_transaction *to, const struct session *session)
{
	const struct endpoint *client = &session->key.end[session->client];
	const struct endpoint *server = &session->key.end[session_server(session)];
	snprintf(to->session, sizeof to->session, "%s:%u",
		 session_kind_name((enum session_kind)session->kind), session->number);
	to->application = session_service(session);
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

static const char *status_of(const struct tcp_transaction *transaction)
{
	if (!transaction->turn_based)
		return "not turn-based";
	return transaction->complete ? "complete" : "end not seen";
}

void transaction_fill(struct culprit_transaction *to, const struct session *session,
		      const struct tcp_transaction *transaction)
{
	*to = (struct culprit_transaction){
		.number = transaction->number,
		.request_packet = transaction->request_packet,
		.response_packet = transaction->response_packet,
		.request_time = transaction->request_time,
		.end_time = transaction->response_last_time,
		.request_bytes = transaction->request_bytes,
		.response_bytes = transaction->response_bytes,
		.client_think = transaction->client_think,
	};
	fill_ends(to, session);
	fill_parts(to, transaction->part);
	snprintf(to->status, sizeof to->status, "%s", status_of(transaction));
}
