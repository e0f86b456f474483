/* What a conversation of QUIC said so far: whose keys open its Initials, and the hellos that its CRYPTO frames carry.
 * A hello with a post-quantum key needs two or three datagrams. RFC 9000, 7 and 19.6; RFC 9001, 5.2. */
#include "decode/quic_packet.h"

#include <stdlib.h>

#include "core/memory.h"
#include "decode/pieces.h"
#include "decode/tls_state.h"

enum {
	MESSAGE_HEADER = 4,
	FIRST_ID_LEAST = 8,          /* bytes of the connection ID that a client makes up: RFC 9000, 7.2 */
	ENOUGH_DATA = 8,             /* datagrams behind the hellos: nobody asks for these any more */
};

static void forget_hellos(struct quic_state *state)
{
	for (int i = 0; i < 2; i++) {
		pieces_finish(&state->pieces[i]);
		state->pieces[i].base = 0;
	}
	if (state->tls) {
		tls_forget_kept(state->tls);
		tls_forget_details(state->tls);
	}
	free(state->tls);
	state->tls = NULL;
	state->next[0] = state->next[1] = 0;
	state->data = 0;
}

static bool is_origin(const struct quic_origin *origin, const struct quic_header *header)
{
	return origin->known && origin->length == header->destination_length &&
	       memcmp(origin->id, header->destination, origin->length) == 0;
}

/* The keys of both ends follow from the connection ID to which the client sent its first Initial. Later ones go to an
 * ID that the server chose, but keep the keys. One that its own ID opens begins anew: the first of a connection, or
 * that behind a Retry. In what version it is sealed its header says (RFC 9368 lets the server change it). */
static bool open_initial(struct quic_state *state, const struct quic_header *header, struct cursor in,
			 uint8_t direction, struct quic_facts *facts, struct quic_payload *to)
{
	struct quic_origin *origin = &state->origin;
	bool from_server = origin->known && direction != origin->direction;
	if (origin->known && quic_open_initial(header, in, origin, from_server, to)) {
		facts->from_server = from_server;
		return true;
	}
	if (header->destination_length < FIRST_ID_LEAST || is_origin(origin, header))
		return false;
	struct quic_origin own = { .known = true, .direction = direction, .length = header->destination_length };
	memcpy(own.id, header->destination, own.length);
	if (!quic_open_initial(header, in, &own, false, to))
		return false;
	forget_hellos(state);
	*origin = own;
	facts->from_server = false;
	return true;
}

static void take_initial(struct quic_state *state, const struct quic_header *header, struct cursor in,
			 uint8_t direction, struct quic_facts *facts)
{
	struct quic_payload payload;
	if (!open_initial(state, header, in, direction, facts, &payload))
		return;
	if (!state->tls)
		state->tls = memory_zeroed(1, sizeof *state->tls);
	facts->opened = true;
	/* They begin at 0 and go up by one (RFC 9000, 12.3); the client's go on behind a Retry. */
	uint64_t *next = &state->next[direction];
	facts->tls.after_gap = payload.number > *next && (*next || facts->from_server);
	if (payload.number >= *next)
		*next = payload.number + 1;
	facts->origin = state->origin;
	const struct quic_listener listener = { .facts = facts, .pieces = &state->pieces[direction] };
	quic_read_frames(&payload, &listener);
}

/* The messages of which the last piece has come. */
static void take_messages(struct quic_state *state, uint8_t direction, struct tls_facts *tls)
{
	struct pieces *pieces = &state->pieces[direction];
	struct cursor ready = pieces_ready(pieces), in = ready;
	while (in.declared >= MESSAGE_HEADER) {
		struct cursor look = in;
		uint8_t type = cursor_u8(&look);
		size_t size = cursor_be24(&look);
		if (size > look.declared)
			break;
		tls_take_message(state->tls, type, cursor_split(&look, size), direction, tls);
		in = look;
	}
	size_t taken = ready.declared - in.declared;
	if (taken) {
		tls->inside = tls_keep(state->tls, ready.next, taken);
		tls->inside_length = taken;
	}
	pieces_take(pieces, taken);
	tls->unfinished = pieces->held != NULL;
	tls_show_parts(state->tls);
}

static void pass_data(struct quic_state *state)
{
	if (!state->tls || !state->tls->server_hello)
		return;
	if (state->data < ENOUGH_DATA && ++state->data < ENOUGH_DATA)
		return;
	tls_forget_details(state->tls);
	tls_show_parts(state->tls);
}

static size_t held(const struct quic_state *state)
{
	return pieces_memory(&state->pieces[0]) + pieces_memory(&state->pieces[1]) +
	       (state->tls ? sizeof *state->tls + tls_state_held(state->tls) : 0);
}

void quic_follow(struct following *conversation, struct cursor in, void *to)
{
	struct quic_state *state = conversation->state;
	struct quic_facts *facts = to;
	uint8_t direction = conversation->direction;
	struct quic_header header;
	if (state->tls)
		tls_forget_kept(state->tls);
	for (unsigned i = 0; i < facts->packet_count && quic_read_header(in, &header); i++) {
		if (header.type == QUIC_SHORT)
			facts->short_id_length = state->id_length[!direction];
		else if (header.type != QUIC_NEGOTIATION && header.type != QUIC_RETRY)
			state->id_length[direction] = header.source_length;
		if (header.type == QUIC_INITIAL)
			take_initial(state, &header, in, direction, facts);
		if (!quic_next_packet(&in, &header))
			break;
	}
	if (facts->opened)
		take_messages(state, direction, &facts->tls);
	else
		pass_data(state);
	if (state->tls) {
		facts->tls.connection = &state->tls->connection;
		facts->tls.by_client = direction == state->tls->client;
	}
	conversation->held = held(state);
}

/* Where an Initial could be opened all that comes is QUIC; RFC 9287 takes the bit away that would say so. Where none
 * could only those of a server that offers its versions. */
bool quic_continues(const void *memory, struct cursor in)
{
	enum { LONG_LEAST = 7 };
	const struct quic_state *state = memory;
	if (state->tls)
		return in.declared >= QUIC_SHORT_LEAST;
	return in.captured >= LONG_LEAST && *in.next & 0x80 && !load_be32(in.next + 1);
}

void quic_unfollow(void *memory)
{
	forget_hellos(memory);
}
