#include "session/messages.h"

#include <stdlib.h>

#include "core/memory.h"
#include "decode/decoder.h"
#include "decode/ip.h"
#include "session/dialogue.h"
#include "session/datagrams.h"
#include "session/exchanges.h"
#include "session/reassembly.h"
#include "session/tcp.h"

enum {
	MAX_EARLY = 512 << 10,       /* bytes held until those before them come: what a fast path has under way */
};

struct direction {
	struct messages *messages;
	struct reassembly *stream;   /* NULL before the first data */
	size_t held;                 /* its part of message_room.held */
	bool begun;
};

struct messages {
	const struct session *session;
	struct message_room *room;
	struct dialogue *dialogue;   /* NULL for datagrams */
	struct exchanges *exchanges; /* of datagrams */
	const struct decoder *follower;      /* that follows the datagrams; NULL: none so far */
	struct following following;
	struct datagrams *datagrams; /* who speaks, where the ports do not tell; NULL before it is asked */
	struct direction direction[2];
};

static bool is_stream(const struct session *session)
{
	return session->kind == SESSION_TCP ||
	       (session->kind == SESSION_DATA && session->key.protocol == IP_PROTOCOL_TCP);
}

struct messages *messages_create(struct message_room *room, const struct session *session)
{
	struct messages *messages = memory_zeroed(1, sizeof *messages);
	messages->session = session;
	messages->room = room;
	if (is_stream(session))
		messages->dialogue = dialogue_create(room, session);
	for (int i = 0; i < 2; i++)
		messages->direction[i].messages = messages;
	return messages;
}

static void account(struct direction *direction)
{
	size_t held = direction->stream ? reassembly_held(direction->stream) : 0;
	direction->messages->room->held += held - direction->held;
	direction->held = held;
}

static void let_go(struct direction *direction)
{
	reassembly_destroy(direction->stream);
	direction->stream = NULL;
	account(direction);
}

static void stop_following(struct messages *messages)
{
	if (!messages->follower)
		return;
	messages->room->held -= messages->following.held;
	if (messages->follower->unfollow)
		messages->follower->unfollow(messages->following.state);
	free(messages->following.state);
	messages->following = (struct following){ NULL };
	messages->follower = NULL;
}

void messages_destroy(struct messages *messages)
{
	if (!messages)
		return;
	for (int i = 0; i < 2; i++)
		let_go(&messages->direction[i]);
	dialogue_destroy(messages->dialogue);
	exchanges_destroy(messages->exchanges);
	datagrams_destroy(messages->datagrams);
	stop_following(messages);
	free(messages);
}

bool messages_needed(const struct messages *messages)
{
	return messages->dialogue ? !dialogue_over(messages->dialogue)
				  : messages->follower || !datagrams_hopeless(messages->datagrams);
}

static uint8_t index_of(const struct direction *direction)
{
	return (uint8_t)(direction - direction->messages->direction);
}

static void receive(void *user, uint64_t position, const uint8_t *bytes, size_t length)
{
	struct direction *direction = user;
	(void)position;
	dialogue_bytes(direction->messages->dialogue, index_of(direction), bytes, length);
}

static void receive_gap(void *user, uint64_t position, uint64_t length, enum gap_reason reason)
{
	struct direction *direction = user;
	(void)position;
	dialogue_gap(direction->messages->dialogue, index_of(direction), length, reason == GAP_CUT);
}

/* Only behind a SYN is the first byte that is seen where a message starts, too. */
static void begin_direction(struct direction *direction, const struct tcp_side *side, uint64_t position)
{
	const struct reassembly_sink sink = { receive, receive_gap, direction };
	if (direction->stream)
		return;
	bool behind_syn = side->isn_known && !direction->begun;
	direction->stream = reassembly_create(MAX_EARLY, &sink);
	if (!behind_syn)
		dialogue_midstream(direction->messages->dialogue, index_of(direction));
	direction->begun = true;
	reassembly_begin(direction->stream, behind_syn ? POSITION_START + 1 : position);
}

/* A reset ends both directions, a FIN its own, once all before it has come. */
static void end_directions(struct messages *messages, const struct packet *packet, uint8_t sender)
{
	if (tcp_has(packet->tcp, TCP_RST)) {
		for (uint8_t i = 0; i < 2; i++) {
			if (messages->direction[i].stream)
				reassembly_finish(messages->direction[i].stream);
			dialogue_end(messages->dialogue, i, true);
		}
		return;
	}
	const struct tcp_side *side = &messages->session->tcp->side[sender];
	const struct reassembly *stream = messages->direction[sender].stream;
	if (side->fin_seen && (!stream || reassembly_position(stream) + 1 >= side->fin_position))
		dialogue_end(messages->dialogue, sender, false);
}

static void add_data(struct messages *messages, const struct packet *packet,
		     const struct segment *segment, uint8_t sender)
{
	const struct tcp_side *side = &messages->session->tcp->side[sender];
	struct direction *direction = &messages->direction[sender];
	uint64_t position = segment->sequence + tcp_has(packet->tcp, TCP_SYN);
	begin_direction(direction, side, position);
	reassembly_add(direction->stream, position, packet->payload);
	/* Only now: a recorder may write an acknowledgement before the data that it is for. */
	if (side->ack_hi <= position)
		reassembly_acknowledge(direction->stream, side->ack_hi);
	account(direction);
	if (messages->room->held > MESSAGE_MAX_HELD) {
		messages->room->short_of_room = true;
		let_go(direction);
	}
}

void messages_observe_segment(struct messages *messages, struct packet *packet,
			      const struct segment *segment, struct observation *observation)
{
	const struct tcp_header *tcp = packet->tcp;
	message_room_begin(messages->room, packet, observation->session);
	/* What a reset carries is no data (RFC 9293, 3.10.7.4). */
	if (tcp->payload_length && !tcp_has(tcp, TCP_RST))
		add_data(messages, packet, segment, observation->direction);
	end_directions(messages, packet, observation->direction);
	message_room_tell(messages->room, observation);
}

/* Adds a layer when the bytes tell whose they are. */
static void recognise_datagram(struct messages *messages, struct packet *packet, uint8_t direction)
{
	const struct udp_header *udp = packet->udp;
	struct cursor bytes = packet->payload;
	const struct decoder *follower = messages->follower;
	if (bytes.captured && follower && follower->continues && follower->continues(messages->following.state, bytes)) {
		packet_decode_message(packet, follower, NULL, bytes);
		return;
	}
	if (!bytes.captured || udp->source_port < DATAGRAM_FIRST_PORT || udp->destination_port < DATAGRAM_FIRST_PORT)
		return;
	if (!messages->datagrams)
		messages->datagrams = datagrams_create(messages->session);
	const struct decoder *decoder = datagrams_recognise(messages->datagrams, direction, bytes);
	if (decoder)
		packet_decode_message(packet, decoder, NULL, bytes);
}

/* When no more can be held what was begun is lost. */
static void start_anew(struct messages *messages)
{
	const struct decoder *follower = messages->follower;
	messages->room->short_of_room = true;
	stop_following(messages);
	messages->follower = follower;
	messages->following.state = memory_zeroed(1, follower->follow_size);
}

/* One decoder follows a conversation: the first that wants to. */
static void follow_datagram(struct messages *messages, const struct layer *layer, const struct packet *packet,
			    uint8_t direction)
{
	struct following *following = &messages->following;
	const struct decoder *decoder = layer->decoder;
	if (!messages->follower) {
		messages->follower = decoder;
		following->state = memory_zeroed(1, decoder->follow_size);
	}
	if (messages->follower != decoder)
		return;
	if (messages->room->held > MESSAGE_MAX_HELD && following->held)
		start_anew(messages);
	size_t before = following->held;
	following->direction = direction;
	following->packet = packet->record->number;
	/* The facts stand in the room of the packet at hand. */
	decoder->follow(following, cursor_make(layer->bytes, layer->captured, layer->declared),
			(void *)(uintptr_t)layer->facts);
	messages->room->held += following->held - before;
}

/* The packet's own layers above UDP, or its ICMP. */
void messages_observe_datagram(struct messages *messages, struct packet *packet,
			       struct observation *observation)
{
	struct message_room *room = messages->room;
	bool icmp = messages->session->kind == SESSION_ICMP;
	const void *transport = icmp ? (const void *)packet->icmp : packet->udp;
	unsigned first = packet->layer_count;
	while (first && packet->layers[first - 1].facts != transport)
		first--;
	if (first && icmp)
		first--;
	else if (first && first == packet->layer_count)
		recognise_datagram(messages, packet, observation->direction);
	if (!first || first == packet->layer_count)
		return;
	message_room_begin(room, packet, observation->session);
	for (unsigned i = first; i < packet->layer_count; i++) {
		const struct layer *layer = &packet->layers[i];
		if (!layer->facts || layer->status == CURSOR_MALFORMED)
			continue;
		struct cursor bytes = cursor_make(packet->record->bytes + layer->offset, layer->length,
						  layer->length);
		if (layer->decoder->follow)
			follow_datagram(messages, layer, packet, observation->direction);
		if (message_room_keep(room, layer, bytes, observation->direction, 0) &&
		    layer->decoder->exchange)
			exchanges_observe(&messages->exchanges, room, layer->decoder, layer->facts,
					  observation->direction);
	}
	message_room_tell(room, observation);
}

static const struct decoder *datagram_decoder(const struct session *session)
{
	const struct decoder *decoder =
		decoder_find(BY_UDP_PORT, session->key.end[session_server(session)].port);
	return decoder ? decoder : decoder_find(BY_UDP_PORT, session->key.end[session->client].port);
}

static void decode_datagram(struct messages *messages, struct packet *packet, struct cursor bytes,
			    uint8_t direction)
{
	const struct decoder *decoder = datagram_decoder(messages->session);
	const struct layer *layer = decoder ? packet_decode_message(packet, decoder, NULL, bytes) : NULL;
	if (layer && message_room_keep(messages->room, layer, bytes, direction, 0) && decoder->exchange)
		exchanges_observe(&messages->exchanges, messages->room, decoder, layer->facts, direction);
}

/* Socket data came once and in order; what AT-TLS hides, or the trace cut off, is a gap. */
void messages_observe_socket(struct messages *messages, struct packet *packet,
			     struct observation *observation)
{
	const struct socket_data *socket = packet->socket;
	struct cursor bytes = packet->payload;
	uint8_t direction = observation->direction;
	size_t shown = socket->confidential ? 0 : bytes.captured;
	message_room_begin(messages->room, packet, observation->session);
	if (messages->dialogue) {
		messages->direction[direction].begun = true;
		dialogue_bytes(messages->dialogue, direction, bytes.next, shown);
		if (socket->length > shown)
			dialogue_gap(messages->dialogue, direction, socket->length - shown, true);
	} else if (shown) {
		decode_datagram(messages, packet, bytes, direction);
	}
	message_room_tell(messages->room, observation);
}

void messages_end(struct messages *messages, struct observation *last)
{
	message_room_begin(messages->room, NULL, messages->session);
	for (uint8_t i = 0; messages->dialogue && i < 2; i++) {
		if (messages->direction[i].stream)
			reassembly_finish(messages->direction[i].stream);
		dialogue_end(messages->dialogue, i, false);
	}
	exchanges_end(messages->exchanges, messages->room);
	message_room_tell(messages->room, last);
}
