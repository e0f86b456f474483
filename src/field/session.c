/* What the session stage knows of the conversation that a packet belongs to, up to and with this packet (at the
 * session's end: of the whole session). Sides are client and server, as in every report. */
#include <stdio.h>
#include <string.h>

#include "decode/decoder.h"
#include "field/groups.h"
#include "session/tcp.h"

enum {
	ID, NUMBER, PROTOCOL, APPLICATION, CLIENT_4, CLIENT_6, SERVER_4, SERVER_6, CLIENT_PORT, SERVER_PORT, SENDER,
	STATE, SETUP, START, DURATION, PACKETS, PACKETS_CLIENT, PACKETS_SERVER, BYTES, BYTES_CLIENT, BYTES_SERVER,
	DUPLICATES, QUALITY, FIRST_OF_TCP, ROUND_TRIP = FIRST_OF_TCP, CLIENT_ROUND_TRIP, CLIENT_MINIMUM,
	CLIENT_MAXIMUM, SERVER_ROUND_TRIP, SERVER_MINIMUM, SERVER_MAXIMUM, CONNECT, RETRANSMISSIONS,
	RETRANSMISSIONS_CLIENT, RETRANSMISSIONS_SERVER, LOSS, PERCENT_UPSTREAM, PERCENT_DOWNSTREAM, LOST_UPSTREAM,
	LOST_DOWNSTREAM, ZERO_WINDOWS, DUPLICATE_ACKS, TRANSACTIONS,
};

static const struct field fields[] = {
	[ID] = { "session.id", "Session", FIELD_TEXT, .description = "tcp:1 is the first TCP session" },
	[NUMBER] = { "session.number", "Session number", FIELD_UINT,
		.description = "From 1 for each protocol: the number of Wireshark's stream and one more" },
	[PROTOCOL] = { "session.protocol", "Session protocol", FIELD_TEXT },
	[APPLICATION] = { "session.app", "Application", FIELD_TEXT,
		.description = "The service that the server's port stands for" },
	[CLIENT_4] = { "session.client", "Client", FIELD_IPV4, .also = "session.addr" },
	[CLIENT_6] = { "session.client", "Client", FIELD_IPV6, .also = "session.addr" },
	[SERVER_4] = { "session.server", "Server", FIELD_IPV4, .also = "session.addr" },
	[SERVER_6] = { "session.server", "Server", FIELD_IPV6, .also = "session.addr" },
	[CLIENT_PORT] = { "session.client_port", "Client port", FIELD_UINT },
	[SERVER_PORT] = { "session.server_port", "Server port", FIELD_UINT },
	[SENDER] = { "session.sender", "Sender of this packet", FIELD_TEXT, .description = "client or server" },
	[STATE] = { "session.state", "State", FIELD_TEXT, .description = "In the letters of Zeek's conn_state" },
	[SETUP] = { "session.setup", "Set-up complete", FIELD_FLAG, .names = field_yes },
	[START] = { "session.start", "Start", FIELD_TIME },
	[DURATION] = { "session.duration", "Duration", FIELD_DURATION, .unit = "s" },
	[PACKETS] = { "session.packets", "Packets", FIELD_UINT },
	[PACKETS_CLIENT] = { "session.packets.client", "Packets from the client", FIELD_UINT },
	[PACKETS_SERVER] = { "session.packets.server", "Packets from the server", FIELD_UINT },
	[BYTES] = { "session.bytes", "Bytes of data", FIELD_UINT, .unit = "bytes" },
	[BYTES_CLIENT] = { "session.bytes.client", "Bytes of data from the client", FIELD_UINT,
		.unit = "bytes" },
	[BYTES_SERVER] = { "session.bytes.server", "Bytes of data from the server", FIELD_UINT,
		.unit = "bytes" },
	[DUPLICATES] = { "session.duplicates", "Copies made by the recorder", FIELD_UINT },
	[QUALITY] = { "session.quality", "What limits judgement", FIELD_TEXT,
		.description = "loss, one-way, mid-stream …: one value for each" },
	[ROUND_TRIP] = { "session.rtt", "Round trip, both sides together", FIELD_DURATION, .unit = "s" },
	[CLIENT_ROUND_TRIP] = { "session.rtt_client", "Round trip to the client, mean", FIELD_DURATION,
		.unit = "s", .description = "From the trace point and back" },
	[CLIENT_MINIMUM] = { "session.rtt_client.min", "Round trip to the client, shortest", FIELD_DURATION,
		.unit = "s" },
	[CLIENT_MAXIMUM] = { "session.rtt_client.max", "Round trip to the client, longest", FIELD_DURATION,
		.unit = "s" },
	[SERVER_ROUND_TRIP] = { "session.rtt_server", "Round trip to the server, mean", FIELD_DURATION,
		.unit = "s", .description = "From the trace point and back" },
	[SERVER_MINIMUM] = { "session.rtt_server.min", "Round trip to the server, shortest", FIELD_DURATION,
		.unit = "s" },
	[SERVER_MAXIMUM] = { "session.rtt_server.max", "Round trip to the server, longest", FIELD_DURATION,
		.unit = "s" },
	[CONNECT] = { "session.connect", "Time of the handshake", FIELD_DURATION, .unit = "s",
		.description = "From the first SYN to the client's ACK" },
	[RETRANSMISSIONS] = { "session.retransmissions", "Segments sent again", FIELD_UINT },
	[RETRANSMISSIONS_CLIENT] = { "session.retransmissions.client", "Sent again by the client", FIELD_UINT },
	[RETRANSMISSIONS_SERVER] = { "session.retransmissions.server", "Sent again by the server", FIELD_UINT },
	[LOSS] = { "session.loss", "Lost segments", FIELD_DOUBLE, .unit = "%",
		.description = "Percent of the data segments of both ends" },
	[PERCENT_UPSTREAM] = { "session.loss.upstream", "Lost before the trace point", FIELD_DOUBLE, .unit = "%" },
	[PERCENT_DOWNSTREAM] = { "session.loss.downstream", "Lost behind the trace point", FIELD_DOUBLE,
		.unit = "%" },
	[LOST_UPSTREAM] = { "session.lost.upstream", "Segments lost before the trace point", FIELD_UINT },
	[LOST_DOWNSTREAM] = { "session.lost.downstream", "Segments lost behind the trace point", FIELD_UINT },
	[ZERO_WINDOWS] = { "session.zero_windows", "Packets with a closed window", FIELD_UINT },
	[DUPLICATE_ACKS] = { "session.duplicate_acks", "Duplicate acknowledgements", FIELD_UINT },
	[TRANSACTIONS] = { "session.transactions", "Requests with their answers", FIELD_UINT },
	{ 0 },
};

static void number(struct teller *teller, int index, uint64_t value)
{
	tell_number(teller, &fields[index], NULL, 0, (int64_t)value);
}

static void words(struct teller *teller, int index, const char *text)
{
	if (text)
		tell_text(teller, &fields[index], NULL, 0, text, strlen(text));
}

static void tell_end(struct teller *teller, int index, int port_index, const struct session *session,
		     uint8_t side)
{
	const struct endpoint *end = &session->key.end[side];
	if (end->address.family == ADDRESS_IPV4)
		tell_address(teller, &fields[index], NULL, 0, &end->address);
	else if (end->address.family == ADDRESS_IPV6)
		tell_address(teller, &fields[index + 1], NULL, 0, &end->address);
	if (session->kind != SESSION_ICMP)
		number(teller, port_index, end->port);
}

static void tell_quality(struct teller *teller, uint32_t quality)
{
	static const char *const names[] = { "duplicates", "loss", "one-way", "mid-stream", "end", "truncated",
		"send-offload", "receive-offload", "reordered", "clock", "coarse", "filtered" };
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (quality >> i & 1)
			words(teller, QUALITY, names[i]);
}

static void tell_counts(struct teller *teller, const struct session *session)
{
	const struct session_side *client = &session->side[session->client];
	const struct session_side *server = &session->side[session_server(session)];
	number(teller, PACKETS, client->packets + server->packets);
	number(teller, PACKETS_CLIENT, client->packets);
	number(teller, PACKETS_SERVER, server->packets);
	number(teller, BYTES, client->payload_bytes + server->payload_bytes);
	number(teller, BYTES_CLIENT, client->payload_bytes);
	number(teller, BYTES_SERVER, server->payload_bytes);
	number(teller, DUPLICATES, session->duplicates);
}

static void tell_round_trip(struct teller *teller, int index, const struct rtt_estimate *rtt)
{
	if (!rtt->samples)
		return;
	number(teller, index, (uint64_t)(rtt->sum / rtt->samples));
	number(teller, index + 1, (uint64_t)rtt->minimum);
	number(teller, index + 2, (uint64_t)rtt->maximum);
}

static void percent(struct teller *teller, int index, uint64_t part, uint64_t of)
{
	tell_real(teller, &fields[index], of ? 100.0 * (double)part / (double)of : 0);
}

static void tell_losses(struct teller *teller, const struct tcp_side *client, const struct tcp_side *server)
{
	uint64_t segments = client->data_segments + server->data_segments;
	uint64_t upstream = client->lost_upstream + server->lost_upstream;
	uint64_t downstream = client->lost_downstream + server->lost_downstream;
	uint64_t repeated = client->repeated_segments + server->repeated_segments;
	number(teller, RETRANSMISSIONS, repeated);
	number(teller, RETRANSMISSIONS_CLIENT, client->repeated_segments);
	number(teller, RETRANSMISSIONS_SERVER, server->repeated_segments);
	percent(teller, LOSS, upstream + downstream, segments);
	percent(teller, PERCENT_UPSTREAM, upstream, segments);
	percent(teller, PERCENT_DOWNSTREAM, downstream, segments);
	number(teller, LOST_UPSTREAM, upstream);
	number(teller, LOST_DOWNSTREAM, downstream);
}

static void tell_tcp_part(struct teller *teller, const struct session *session)
{
	const struct tcp_session *tcp = session->tcp;
	const struct tcp_side *client = &tcp->side[session->client];
	const struct tcp_side *server = &tcp->side[session_server(session)];
	const struct tcp_handshake *handshake = &tcp->handshake;
	words(teller, STATE, tcp_state_letters(session));
	number(teller, SETUP, handshake->complete);
	if (tcp_round_trip_known(session))
		number(teller, ROUND_TRIP, (uint64_t)tcp_round_trip(session));
	tell_round_trip(teller, CLIENT_ROUND_TRIP, &client->rtt);
	tell_round_trip(teller, SERVER_ROUND_TRIP, &server->rtt);
	if (handshake->complete && handshake->server_part >= 0 && handshake->client_part >= 0)
		number(teller, CONNECT, (uint64_t)(handshake->retry + handshake->server_part +
						   handshake->client_part));
	tell_losses(teller, client, server);
	number(teller, ZERO_WINDOWS, client->zero_windows + server->zero_windows);
	number(teller, DUPLICATE_ACKS, client->duplicate_acks + server->duplicate_acks);
	number(teller, TRANSACTIONS, tcp->transactions);
}

static void tell(struct teller *teller, const struct fields *context, const struct observation *observation)
{
	const struct session *session = observation->session;
	char id[32];
	(void)context;
	const char *kind = session_kind_name((enum session_kind)session->kind);
	snprintf(id, sizeof id, "%s:%u", kind, session->number);
	words(teller, ID, id);
	number(teller, NUMBER, session->number);
	words(teller, PROTOCOL, kind);
	words(teller, APPLICATION, session_service(session));
	tell_end(teller, CLIENT_4, CLIENT_PORT, session, session->client);
	tell_end(teller, SERVER_4, SERVER_PORT, session, session_server(session));
	if (observation->packet)
		words(teller, SENDER, observation->direction == session->client ? "client" : "server");
	number(teller, START, (uint64_t)session->first_time);
	number(teller, DURATION, (uint64_t)(session->last_time - session->first_time));
	tell_counts(teller, session);
	tell_quality(teller, session->quality);
	if (session->tcp)
		tell_tcp_part(teller, session);
}

static bool there(const struct observation *observation)
{
	return observation->session;
}

const struct field_group session_group = { "session", "Session", .there = there, .sessions = true, .fields = fields,
	.tell = tell };
