/* What a conversation in DTLS said so far. Flights are sent again until they are answered (RFC 6347, 4.2.4), so that
 * messages come twice, and their fragments in any order. */
#include "decode/dtls_state.h"

#include "core/memory.h"

enum {
	MOST_SEQUENCES = 64,         /* messages of one end before it encrypts; far fewer are sent */
	RANDOM_AT = 2, RANDOM_LENGTH = 32,   /* in a Client Hello */
	ENOUGH_DATA = 8,             /* records of data: nobody asks for the hellos any more */
};

static void close_message(struct dtls_open *open)
{
	pieces_finish(&open->pieces);
	*open = (struct dtls_open){ .used = false };
}

static void forget(struct dtls_state *state)
{
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < DTLS_OPEN_MESSAGES; k++)
			close_message(&state->end[i].open[k]);
	tls_forget_kept(&state->tls);
	tls_forget_details(&state->tls);
}

/* A hello with another random number begins a new association between the same ports: RFC 6347, 4.2.8. */
static void begin_anew(struct dtls_state *state, const struct dtls_fragment *fragment)
{
	if (fragment->type != TLS_CLIENT_HELLO || fragment->offset ||
	    fragment->bytes.captured < RANDOM_AT + RANDOM_LENGTH)
		return;
	const uint8_t *random = fragment->bytes.next + RANDOM_AT;
	if (state->begun && memcmp(state->random, random, RANDOM_LENGTH) == 0)
		return;
	if (state->begun) {
		uint64_t packet = state->tls.packet;
		forget(state);
		*state = (struct dtls_state){ .tls.packet = packet };
	}
	state->begun = true;
	memcpy(state->random, random, RANDOM_LENGTH);
}

static bool is_done(const struct dtls_end *end, uint16_t sequence)
{
	return sequence < MOST_SEQUENCES && end->done >> sequence & 1;
}

/* The place for the fragments of a message. When too many are open the one that was begun first gives way. */
static struct dtls_open *open_message(struct dtls_end *end, const struct dtls_fragment *fragment)
{
	struct dtls_open *place = &end->open[0];
	for (int i = 0; i < DTLS_OPEN_MESSAGES; i++) {
		struct dtls_open *open = &end->open[i];
		if (open->used && open->sequence == fragment->sequence) {
			if (open->length == fragment->length && open->type == fragment->type)
				return open;
			place = open;        /* it contradicts itself: the later one holds */
			break;
		}
		if (place->used && (!open->used || open->sequence < place->sequence))
			place = open;
	}
	close_message(place);
	*place = (struct dtls_open){ .used = true, .length = fragment->length, .sequence = fragment->sequence,
		.type = fragment->type };
	return place;
}

static void deliver(struct dtls_state *state, uint8_t direction, const struct dtls_fragment *fragment,
		    struct cursor body, struct tls_facts *tls)
{
	struct dtls_end *end = &state->end[direction];
	if (fragment->sequence < MOST_SEQUENCES)
		end->done |= 1ull << fragment->sequence;
	tls_take_message(&state->tls, fragment->type, body, direction, tls);
}

static void take_fragment(struct dtls_state *state, uint8_t direction, const struct dtls_fragment *fragment,
			  struct dtls_facts *facts)
{
	begin_anew(state, fragment);
	struct dtls_end *end = &state->end[direction];
	facts->fragment = true;
	facts->fragment_type = fragment->type;
	facts->again = is_done(end, fragment->sequence);
	if (facts->again || fragment->bytes.captured < fragment->bytes.declared)
		return;
	if (fragment->bytes.captured == fragment->length) {
		deliver(state, direction, fragment, fragment->bytes, &facts->tls);
		return;
	}
	if (fragment->length > DTLS_MOST_MESSAGE)
		return;
	struct dtls_open *open = open_message(end, fragment);
	facts->again = !pieces_add(&open->pieces, fragment->offset, fragment->bytes, DTLS_MOST_MESSAGE);
	struct cursor ready = pieces_ready(&open->pieces);
	if (ready.captured < open->length)
		return;
	facts->tls.inside = tls_keep(&state->tls, ready.next, open->length);
	facts->tls.inside_length = open->length;
	facts->inside_type = open->type;
	close_message(open);
	deliver(state, direction, fragment, cursor_make(facts->tls.inside, facts->tls.inside_length,
							facts->tls.inside_length), &facts->tls);
}

/* Records are numbered, and one that the recorder missed leaves a gap. The answer to a hello begins where the hello
 * did (RFC 6347, 4.2.1), so that the first one tells nothing. */
static void count_record(struct dtls_end *end, struct dtls_facts *facts)
{
	if (facts->epoch || facts->short_header)
		return;
	facts->tls.after_gap = end->next && facts->sequence > end->next;
	if (facts->sequence >= end->next)
		end->next = facts->sequence + 1;
}

static void take_record(struct dtls_state *state, uint8_t direction, struct cursor in, struct dtls_facts *facts)
{
	struct tls_facts *tls = &facts->tls;
	if (tls->encrypted) {
		state->tls.connection.finished |= (uint8_t)(direction == state->tls.client ? 1 : 2);
		bool data = tls->content_type == TLS_APPLICATION_DATA || facts->connection_id;
		if (data && state->tls.data_records <= ENOUGH_DATA)
			state->tls.data_records++;
		return;
	}
	struct dtls_fragment fragment;
	switch (tls->content_type) {
	case TLS_HANDSHAKE:
		state->tls.data_records = 0;
		while (cursor_more(&in) && dtls_next_fragment(&in, &fragment))
			take_fragment(state, direction, &fragment, facts);
		break;
	case TLS_ALERT:
		tls->has_alert = in.captured == 2;
		tls->alert_level = cursor_u8(&in);
		tls->alert = cursor_u8(&in);
		break;
	default:
		break;
	}
}

/* How long the ID is that records of this direction carry: their receiver said so. */
static uint8_t id_length(const struct dtls_state *state, uint8_t direction)
{
	const struct tls_client_hello *client = state->tls.client_hello;
	const struct tls_server_hello *server = state->tls.server_hello;
	if (!client || !server || !client->connection_id || !server->connection_id)
		return 0;
	return direction == state->tls.client ? server->connection_id_length : client->connection_id_length;
}

static size_t held(const struct dtls_state *state)
{
	size_t held = tls_state_held(&state->tls);
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < DTLS_OPEN_MESSAGES; k++)
			held += pieces_memory(&state->end[i].open[k].pieces);
	return held;
}

static void begin_packet(struct dtls_state *state, uint64_t packet)
{
	tls_forget_kept(&state->tls);
	state->tls.packet = packet;
	state->tls.last_type = 0;
	if (state->tls.data_records > ENOUGH_DATA)
		tls_forget_details(&state->tls);
}

void dtls_follow(struct following *conversation, struct cursor in, void *to)
{
	struct dtls_state *state = conversation->state;
	struct dtls_facts *facts = to;
	struct dtls_record record;
	uint8_t direction = conversation->direction;
	if (state->tls.packet != conversation->packet)
		begin_packet(state, conversation->packet);
	if (facts->connection_id)
		facts->connection_id_length = id_length(state, direction);
	if (facts->tls.cut || !dtls_read_record(in, 0, &record))
		return;
	cursor_skip(&in, record.header);
	count_record(&state->end[direction], facts);
	take_record(state, direction, cursor_split(&in, record.length), facts);
	state->tls.connection.datagram = true;
	tls_show_parts(&state->tls);
	facts->tls.connection = &state->tls.connection;
	facts->tls.by_client = direction == state->tls.client;
	facts->tls.repeated = facts->tls.encrypted && facts->tls.content_type == state->tls.last_type;
	state->tls.last_type = facts->tls.content_type;
	conversation->held = held(state);
}

/* Where the header says nothing by itself: with an ID, and the short one of DTLS 1.3. */
bool dtls_continues(const void *memory, struct cursor in)
{
	const struct dtls_state *state = memory;
	struct dtls_record record;
	if (!dtls_read_record(in, 0, &record))
		return false;
	return record.type == DTLS_CONNECTION_ID || (record.short_header && state->tls.connection.version == TLS_1_3);
}

void dtls_unfollow(void *memory)
{
	forget(memory);
}
