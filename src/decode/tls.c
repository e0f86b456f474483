/* TLS records on a stream, and what the handshake in them agrees on. Application data is counted and passed
 * over: only its header is a message. */
#include "decode/tls_state.h"

#include <stdlib.h>

#include "core/memory.h"
#include "decode/tls_handshake.h"
#include "decode/tls_names.h"

enum {
	HEADER_LENGTH = 5,
	MESSAGE_HEADER = 4,
	MAX_RECORD = 16384 + 2048,   /* the most that any version allows for an encrypted one */
	ENOUGH_DATA = 8,             /* records of data without a handshake message: it is over */
	MAX_HELD = 64 << 10,         /* of a handshake message; longer ones are only counted */
	SSL2_HEADER = 2,
	SSL2_HELLO_LEAST = 9,
	SSL2_SPLIT = 0x80,           /* the bit that a two-byte header has */
};

static const uint16_t tls_ports[] = { 443, 448, 465, 563, 636, 853, 989, 990, 992, 993, 995, 3269, 5061,
	5671, 6443, 6514, 6697, 8443, 8883 };

bool tls_is_port(uint16_t port)
{
	for (size_t i = 0; i < sizeof tls_ports / sizeof *tls_ports; i++)
		if (tls_ports[i] == port)
			return true;
	return false;
}

/* Which end the bytes are of. By its port: who is the TCP client may still be corrected. */
static unsigned index_of(struct tls_state *state, const struct stream *stream)
{
	uint16_t port = stream->from_client ? stream->client_port : stream->server_port;
	if (stream->client_port == stream->server_port)
		return stream->from_client;
	if (!state->begun) {
		state->begun = true;
		state->first_port = port;
		state->client = !stream->from_client;
	}
	return port != state->first_port;
}

/* A new start is looked for: what was begun has no end. */
static void forget_body(const struct stream *stream)
{
	struct tls_state *state = stream->state;
	struct tls_direction *direction = &state->direction[index_of(state, stream)];
	direction->body = 0;
}

/* ---- Recognising ------------------------------------------------------------------------------- */

static bool is_record_header(const uint8_t *at)
{
	size_t length = load_be16(at + 3);
	return at[0] >= TLS_CHANGE_CIPHER_SPEC && at[0] <= TLS_HEARTBEAT && at[1] == 3 && at[2] <= 4 &&
	       length <= MAX_RECORD && (length || at[0] == TLS_APPLICATION_DATA);
}

/* The hello of SSL 2.0, in which old clients offered newer versions, too: its lengths add up. */
static enum certainty probe_ssl2(struct cursor in)
{
	if (in.captured < SSL2_HEADER + SSL2_HELLO_LEAST)
		return in.captured && !(*in.next & SSL2_SPLIT) ? CERTAINTY_NO : CERTAINTY_MORE;
	size_t length = cursor_be16(&in) & 0x7fff;
	uint8_t type = cursor_u8(&in);
	uint16_t version = cursor_be16(&in);
	size_t ciphers = cursor_be16(&in), session = cursor_be16(&in), challenge = cursor_be16(&in);
	bool adds_up = type == TLS_CLIENT_HELLO && (version == SSL_2_0 || version >> 8 == 3) &&
		ciphers && ciphers % 3 == 0 && (session == 0 || session == 16) && challenge >= 16 &&
		challenge <= 32 && length == SSL2_HELLO_LEAST + ciphers + session + challenge;
	return adds_up ? CERTAINTY_CERTAIN : CERTAINTY_NO;
}

static enum certainty probe_tls(const struct stream *stream, struct cursor in)
{
	if (stream->state)
		forget_body(stream);
	if (in.captured && (*in.next & SSL2_SPLIT))
		return probe_ssl2(in);
	if (in.captured < HEADER_LENGTH + 1) {
		static const uint8_t like[] = { TLS_HANDSHAKE, 3 };
		size_t shown = in.captured < sizeof like ? in.captured : sizeof like;
		return !shown || memcmp(in.next, like, shown) == 0 ? CERTAINTY_MORE : CERTAINTY_NO;
	}
	if (!is_record_header(in.next))
		return CERTAINTY_NO;
	size_t length = load_be16(in.next + 3);
	const uint8_t *body = in.next + HEADER_LENGTH;
	if (in.next[0] == TLS_HANDSHAKE && (body[0] == TLS_CLIENT_HELLO || body[0] == TLS_SERVER_HELLO))
		return CERTAINTY_CERTAIN;
	if (in.next[0] == TLS_ALERT && length == 2 && (body[0] == 1 || body[0] == 2))
		return CERTAINTY_LIKELY;
	/* In the middle of a connection another header shows that the first one was no chance. */
	if (in.captured >= 2 * HEADER_LENGTH + length)
		return is_record_header(body + length) ? CERTAINTY_LIKELY : CERTAINTY_NO;
	return stream->middle[stream->from_client] && in.captured == HEADER_LENGTH + length
		? CERTAINTY_LIKELY : CERTAINTY_PERHAPS;
}

/* ---- Cutting ----------------------------------------------------------------------------------- */

/* What is left of a record whose end does not come. */
static struct frame frame_end(const struct stream *stream, const struct tls_direction *direction, struct cursor in)
{
	bool cut = direction->body || stream->never_came || in.captured;
	bool by_recorder = stream->ended && (stream->hole || stream->found_again);
	return cut && !by_recorder && !direction->cut_told && !direction->plain ? frame_message(in.captured)
									       : frame_more();
}

static bool is_text(struct cursor in)
{
	size_t length = in.captured < TLS_PLAIN_SIZE ? in.captured : TLS_PLAIN_SIZE;
	for (size_t i = 0; i < length; i++)
		if ((in.next[i] < ' ' || in.next[i] > '~') && in.next[i] != '\r' && in.next[i] != '\n' &&
		    in.next[i] != '\t')
			return false;
	return length >= 4;
}

/* Records of SSL 2.0: a length of two bytes, or of three with padding. */
static struct frame frame_ssl2(struct cursor in)
{
	if (in.captured < SSL2_HEADER + 1)
		return frame_more();
	size_t first = load_be16(in.next);
	return first & 0x8000 ? frame_message((first & 0x7fff) + SSL2_HEADER)
			      : frame_message((first & 0x3fff) + SSL2_HEADER + 1);
}

static struct frame frame_tls(struct stream *stream, struct cursor in)
{
	struct tls_state *state = stream->state;
	unsigned direction_index = index_of(state, stream);
	struct tls_direction *direction = &state->direction[direction_index];
	if (stream->ended && !in.captured)
		return frame_end(stream, direction, in);
	if (direction->body) {
		uint64_t body = direction->body;
		direction->body = 0;
		return frame_skip(body);
	}
	if (direction->plain)
		return frame_lost();
	if (in.captured < HEADER_LENGTH)
		return frame_more();
	if (!is_record_header(in.next)) {
		if (state->ssl2 || (!direction->records && (*in.next & SSL2_SPLIT)))
			return frame_ssl2(in);
		/* What answers a hello in words is worth reading. */
		return !direction->records && is_text(in)
			? frame_message(in.captured < TLS_PLAIN_SIZE ? in.captured : TLS_PLAIN_SIZE - 1)
			: frame_lost();
	}
	if (in.next[0] == TLS_APPLICATION_DATA && !tls_decrypt_ready(state, direction_index))
		return frame_message(HEADER_LENGTH);
	size_t length = HEADER_LENGTH + load_be16(in.next + 3);
	return (stream->ended || stream->cut) && length > in.captured ? frame_end(stream, direction, in)
								       : frame_message(length);
}

/* ---- Handshake --------------------------------------------------------------------------------- */

static void count_held(struct tls_state *state, struct stream *stream)
{
	tls_show_parts(state);
	stream->held = tls_state_held(state) + state->direction[0].capacity + state->direction[1].capacity +
		tls_decrypt_held(state);
}

/* A hello shows which end is the client of TLS. It need not be that of TCP: with FTP's data connections the
 * server opens them. */
static void correct_roles(const struct tls_state *state, struct stream *stream, unsigned index)
{
	bool by_client = index == state->client;
	if (by_client != stream->from_client && (stream->middle[0] || stream->middle[1]))
		stream->client_is_server = true;
}

static void learn_client(struct tls_state *state, struct stream *stream, unsigned index)
{
	if (tls_learn_client(state, index))
		correct_roles(state, stream, index);
}

static void take_message(struct tls_state *state, struct stream *stream, uint8_t type, struct cursor in,
			 unsigned index, struct tls_facts *facts)
{
	bool known = state->hellos;
	state->data_records = 0;
	tls_take_message(state, type, in, index, facts);
	if (state->hellos && !known)
		correct_roles(state, stream, index);
	facts->after_gap = stream->found_again;
}

/* Takes whole messages from the start of the bytes; returns how many bytes they were. */
static size_t take_messages(struct tls_state *state, struct stream *stream, const uint8_t *bytes,
			    size_t length, unsigned index, struct tls_facts *facts)
{
	size_t taken = 0;
	while (length - taken >= MESSAGE_HEADER) {
		struct cursor in = cursor_make(bytes + taken, length - taken, length - taken);
		uint8_t type = cursor_u8(&in);
		size_t size = cursor_be24(&in);
		if (size > MAX_HELD - MESSAGE_HEADER) {
			struct tls_direction *direction = &state->direction[index];
			size_t here = in.declared < size ? in.declared : size;
			direction->beyond = size - here;
			taken += MESSAGE_HEADER + here;
			continue;
		}
		if (size > in.declared)
			break;
		struct cursor whole = cursor_make(bytes + taken, MESSAGE_HEADER + size, MESSAGE_HEADER + size);
		struct cursor body = cursor_split(&in, size);
		take_message(state, stream, type, body, index, facts);
		tls_decrypt_message(state, stream, index, type, body, whole);
		taken += MESSAGE_HEADER + size;
	}
	return taken;
}

static void forget_begun(struct tls_direction *direction)
{
	free(direction->begun);
	direction->begun = NULL;
	direction->length = direction->capacity = 0;
	direction->beyond = 0;
}

/* Does a message start here? Encrypted ones do not look like it, and the trace may lack the record that says
 * from where on they are. */
static bool starts_message(struct cursor in)
{
	uint8_t type = cursor_u8(&in);
	size_t size = cursor_be24(&in);
	if (!cursor_ok(&in))
		return in.declared < MESSAGE_HEADER;
	return field_words(tls_handshake_types, type) &&
	       (type != TLS_HELLO_REQUEST || (size == 0 && !in.declared));
}

/* Handshake bytes in the clear: messages may begin in one record and end in another. */
static void take_handshake(struct tls_state *state, struct stream *stream, struct cursor in,
			   unsigned index, struct tls_facts *facts)
{
	struct tls_direction *direction = &state->direction[index];
	if (direction->beyond) {
		size_t part = direction->beyond < in.declared ? (size_t)direction->beyond : in.declared;
		cursor_skip(&in, part);
		direction->beyond -= part;
	}
	const uint8_t *bytes = in.next;
	size_t length = in.captured;
	if (direction->length) {
		direction->begun = memory_grow(direction->begun, &direction->capacity,
					       direction->length + length, 1);
		memcpy(direction->begun + direction->length, bytes, length);
		direction->length += length;
		bytes = direction->begun;
		length = direction->length;
	}
	size_t taken = take_messages(state, stream, bytes, length, index, facts);
	facts->unfinished = taken < length || direction->beyond;
	if (taken && bytes == direction->begun) {
		facts->inside = tls_keep(state, bytes, taken);
		facts->inside_length = taken;
		direction->length -= taken;
		memmove(direction->begun, direction->begun + taken, direction->length);
		if (!direction->length)
			forget_begun(direction);
	} else if (taken < length && bytes != direction->begun) {
		direction->begun = memory_grow(direction->begun, &direction->capacity, length - taken, 1);
		memcpy(direction->begun, bytes + taken, length - taken);
		direction->length = length - taken;
	}
}

/* ---- Records ----------------------------------------------------------------------------------- */

/* The first part of a record that the trace does not hold in full. Of a hello that is worth something. */
static void take_part(struct tls_state *state, struct stream *stream, struct cursor in, unsigned index,
		      struct tls_facts *facts)
{
	facts->cut = stream->ended;
	facts->reset = stream->reset;
	state->direction[index].cut_told = stream->ended;
	if (in.captured <= HEADER_LENGTH + MESSAGE_HEADER || in.next[0] != TLS_HANDSHAKE ||
	    in.next[HEADER_LENGTH] != TLS_CLIENT_HELLO || state->direction[index].length ||
	    state->direction[index].encrypted)
		return;
	facts->content_type = facts->outer_type = TLS_HANDSHAKE;
	facts->version = load_be16(in.next + 1);
	facts->length = load_be16(in.next + 3);
	facts->part = true;
	cursor_skip(&in, HEADER_LENGTH + 1);
	uint32_t length = cursor_be24(&in);
	learn_client(state, stream, index);
	tls_take_client_hello(state, in, false);
	state->client_hello->length = length;
	state->client_hello->complete = false;
}

/* What is inside was encrypted before: who reads it, by what both ends agreed on or by what was spoken before
 * they began to encrypt. NULL: its first bytes tell. */
static const struct decoder *decoder_inside(const struct tls_state *state, const struct stream *stream)
{
	static const struct { const char *protocol; uint16_t port; const char *decoder; } known[] = {
		{ "h2", 0, "http2" }, { "http/1.1", 0, "http" }, { "http/1.0", 0, "http" }, { "smtp", 465, "smtp" },
		{ "imap", 993, "imap" }, { "pop3", 995, "pop" }, { "ftp", 990, "ftp" }, { "dot", 853, "dns" },
		{ "mqtt", 8883, "mqtt" }, { "", 636, "ldap" }, { "", 992, "telnet" }, { "", 5061, "sip" },
		{ "", 6514, "syslog" },
	};
	if (stream->before && stream->before->stream)
		return stream->before;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		bool agreed = state->protocol[0] && strcmp(known[i].protocol, state->protocol) == 0;
		bool port = !state->protocol[0] && known[i].port && known[i].port == stream->server_port;
		for (const struct decoder *const *d = decoders; (agreed || port) && *d; d++)
			if (strcmp((*d)->name, known[i].decoder) == 0 && (*d)->stream)
				return *d;
	}
	return NULL;
}

static void take_data(struct tls_state *state, struct stream *stream, struct cursor in, unsigned index,
		      struct tls_facts *facts)
{
	if (!facts->decrypted) {
		/* Only the header is at hand, unless there were keys and they did not fit. */
		state->direction[index].body = facts->length - in.declared;
		return;
	}
	stream->inner = in;
	stream->inner_decoder = decoder_inside(state, stream);
}

static void take_alert(struct stream *stream, struct cursor in, struct tls_facts *facts)
{
	if (in.declared != 2)
		facts->encrypted = true;
	if (facts->encrypted && !facts->decrypted)
		return;
	facts->has_alert = true;
	facts->alert_level = cursor_u8(&in);
	facts->alert = cursor_u8(&in);
	stream->inner_ended = facts->decrypted;
}

/* Opens the record, if there are keys for it. What is inside takes the place of `in`. */
static void open_record(struct tls_state *state, struct cursor *in, unsigned index, struct tls_facts *facts)
{
	/* An encrypted one is longer. */
	bool change = facts->outer_type == TLS_CHANGE_CIPHER_SPEC && facts->length == 1;
	if (!tls_decrypt_ready(state, index) || change || in->captured != facts->length)
		return;
	uint8_t *to = tls_keep(state, in->next, in->captured);
	size_t length = 0;
	facts->encrypted = true;
	if (!tls_decrypt_record(state, index, in->next - HEADER_LENGTH, in->next, in->captured, to, &length,
				&facts->content_type)) {
		facts->content_type = facts->outer_type;
		return;
	}
	facts->decrypted = true;
	facts->inside = to;
	facts->inside_length = length;
	*in = cursor_make(to, length, length);
}

/* The client sends early data and the server said nothing yet, or that the client shall try again. */
static bool awaits_server(const struct tls_state *state)
{
	return state->client_hello && state->client_hello->early_data && !state->server_hello;
}

static void take_record(struct tls_state *state, struct stream *stream, struct cursor in, unsigned index,
			struct tls_facts *facts)
{
	struct tls_direction *direction = &state->direction[index];
	facts->encrypted = direction->encrypted || facts->content_type == TLS_APPLICATION_DATA;
	open_record(state, &in, index, facts);
	bool readable = !facts->encrypted || facts->decrypted;
	switch (facts->content_type) {
	case TLS_HANDSHAKE:
		if (readable && !facts->decrypted && !direction->length && !direction->beyond &&
		    !starts_message(in))
			direction->encrypted = facts->encrypted = true;
		else if (readable)
			take_handshake(state, stream, in, index, facts);
		break;
	case TLS_CHANGE_CIPHER_SPEC:
		/* TLS 1.3 sends it for the sake of middleboxes only; with early data before the version is chosen. */
		direction->encrypted = state->connection.version < TLS_1_3 && !awaits_server(state);
		if (readable)
			tls_decrypt_change(state, stream, index);
		break;
	case TLS_ALERT:
		take_alert(stream, in, facts);
		break;
	case TLS_APPLICATION_DATA:
		if (state->data_records <= ENOUGH_DATA)
			state->data_records++;
		take_data(state, stream, in, index, facts);
		break;
	default:
		break;
	}
	if (facts->encrypted)
		state->connection.finished |= (uint8_t)(index == state->client ? 1 : 2);
}

static bool is_part(const struct stream *stream, struct cursor in)
{
	if (in.captured < HEADER_LENGTH)
		return stream->ended;
	return is_record_header(in.next) && in.next[0] != TLS_APPLICATION_DATA &&
	       in.declared < (size_t)HEADER_LENGTH + load_be16(in.next + 3);
}

static void take_plain(struct tls_direction *direction, struct cursor in, struct tls_facts *facts)
{
	facts->plain = direction->plain = true;
	for (size_t i = 0; i + 1 < sizeof facts->plain_text && i < in.captured; i++) {
		if (in.next[i] < ' ' || in.next[i] > '~')
			break;
		facts->plain_text[i] = (char)in.next[i];
	}
}

static void take_ssl2(struct tls_state *state, struct stream *stream, struct cursor in, unsigned index,
		      struct tls_facts *facts)
{
	size_t header = *in.next & SSL2_SPLIT ? SSL2_HEADER : SSL2_HEADER + 1;
	facts->ssl2 = true;
	facts->version = SSL_2_0;
	facts->length = (uint16_t)(in.declared - header);
	facts->content_type = facts->outer_type = TLS_HANDSHAKE;
	cursor_skip(&in, header);
	uint8_t type = in.captured ? *in.next : 0;
	facts->encrypted = state->direction[index].records > 0;
	if (facts->encrypted)
		return;
	facts->messages[facts->message_count++] = type;
	if (type == TLS_CLIENT_HELLO) {
		learn_client(state, stream, index);
		tls_take_client_hello(state, in, true);
		facts->version = state->client_hello->version;
	} else if (type == 4) {              /* SERVER-HELLO */
		state->ssl2 = true;
		state->connection.version = SSL_2_0;
	}
}

/* Once data flows nobody asks for the hellos any more. */
static void begin_packet(struct tls_state *state, const struct stream *stream)
{
	tls_forget_kept(state);
	state->packet = stream->packet;
	state->last_type = 0;
	if (state->data_records > ENOUGH_DATA)
		tls_forget_details(state);
}

static struct next decode_tls(struct cursor *in, struct packet *packet, void *to)
{
	struct stream *stream = packet->stream;
	struct tls_facts *facts = to;
	if (!stream)
		return next_payload(cursor_rest(in));
	struct tls_state *state = stream->state;
	unsigned index = index_of(state, stream);
	struct tls_direction *direction = &state->direction[index];
	struct cursor record = *in;
	if (state->packet != stream->packet)
		begin_packet(state, stream);
	facts->connection = &state->connection;
	facts->by_client = index == state->client;
	facts->after_gap = stream->found_again;
	facts->first = state->last_type == 0;
	if (is_part(stream, record)) {
		take_part(state, stream, record, index, facts);
	} else if (record.captured >= HEADER_LENGTH && is_record_header(record.next)) {
		facts->content_type = facts->outer_type = cursor_u8(&record);
		facts->version = cursor_be16(&record);
		facts->length = cursor_be16(&record);
		take_record(state, stream, record, index, facts);
		direction->records++;
	} else if (record.captured > SSL2_HEADER && (state->ssl2 || (*record.next & SSL2_SPLIT))) {
		take_ssl2(state, stream, record, index, facts);
		direction->records++;
	} else {
		take_plain(direction, record, facts);
	}
	facts->by_client = index == state->client;
	facts->after_gap = stream->found_again;
	facts->repeated = facts->encrypted && !facts->message_count && !facts->has_alert &&
			  facts->content_type == state->last_type;
	if (!facts->cut)
		state->last_type = facts->plain ? UINT8_MAX : facts->content_type;
	count_held(state, stream);
	return next_payload(cursor_rest(in));
}

static void lost_tls(struct stream *stream)
{
	struct tls_state *state = stream->state;
	struct tls_direction *direction = &state->direction[index_of(state, stream)];
	forget_begun(direction);
	direction->body = 0;
	tls_decrypt_lost(state, index_of(state, stream));
	/* What was missed may have been the ChangeCipherSpec. Records in the clear show themselves. */
	direction->records++;
}

static void finish_tls(struct stream *stream)
{
	struct tls_state *state = stream->state;
	tls_forget_kept(state);
	tls_forget_details(state);
	tls_decrypt_finish(state);
	for (int i = 0; i < 2; i++)
		forget_begun(&state->direction[i]);
}

/* ---- Words ------------------------------------------------------------------------------------- */

static void add_part(struct text *to, size_t start, const char *words)
{
	if (to->length > start)
		text_add(to, ", ");
	text_add(to, words);
}

static void words_of_messages(struct text *to, size_t start, const struct tls_facts *tls)
{
	const struct field_name *names = tls->ssl2 && !tls_says(tls, TLS_CLIENT_HELLO) ? tls_ssl2_types
									    : tls_handshake_types;
	for (unsigned i = 0; i < tls->message_count; i++) {
		const char *name = field_words(names, tls->messages[i]);
		if (tls->messages[i] == TLS_SERVER_HELLO && tls->connection->retry && !tls->connection->server)
			name = "Hello Retry Request";
		add_part(to, start, name ? name : "Handshake");
	}
}

void tls_say(struct text *to, const struct tls_facts *tls)
{
	char alert[TLS_NAME_SIZE];
	if ((tls->cut && !tls->part) || tls->plain || tls->repeated)
		return;
	if (tls->first)
		text_add(to, tls->connection->datagram ? "DTLS: " : "TLS: ");
	size_t start = to->length;
	words_of_messages(to, start, tls);
	if (tls->has_alert) {
		add_part(to, start, tls->alert_level == 2 ? "Alert " : "Warning ");
		text_add(to, tls_alert_name(tls->alert, alert));
	} else if (tls->content_type == TLS_ALERT) {
		add_part(to, start, "Encrypted Alert");
	} else if (tls->content_type == TLS_CHANGE_CIPHER_SPEC) {
		add_part(to, start, "Change Cipher Spec");
	} else if (tls->content_type == TLS_APPLICATION_DATA) {
		add_part(to, start, "Application");
	} else if (tls->content_type == TLS_HEARTBEAT) {
		add_part(to, start, "Heartbeat");
	} else if (tls->encrypted && to->length == start) {
		add_part(to, start, "Encrypted Data");
	} else if (tls->part) {
		add_part(to, start, "Client Hello (cut)");
	} else if (to->length == start) {
		add_part(to, start, "Handshake");
	}
}

static void words_tls(struct text *to, const void *facts)
{
	tls_say(to, facts);
}

static const struct streaming tls_streaming = {
	.state_size = sizeof(struct tls_state),
	.anywhere = true,
	.probe = probe_tls,
	.frame = frame_tls,
	.lost = lost_tls,
	.finish = finish_tls,
};

extern const struct field tls_fields[];
void tell_tls(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts);

const struct decoder tls_decoder = {
	.name = "tls",
	.protocol = "TLS",
	.title = "Transport Layer Security",
	.bindings = { { BY_TCP_PORT, 443 }, { BY_TCP_PORT, 465 }, { BY_TCP_PORT, 636 }, { BY_TCP_PORT, 853 },
		      { BY_TCP_PORT, 989 }, { BY_TCP_PORT, 990 }, { BY_TCP_PORT, 992 }, { BY_TCP_PORT, 993 },
		      { BY_TCP_PORT, 995 }, { BY_TCP_PORT, 8443 }, { BY_TCP_PORT, 5061 },
		      { BY_TCP_PORT, 6514 } },
	.facts_size = sizeof(struct tls_facts),
	.decode = decode_tls,
	.stream = &tls_streaming,
	.words = words_tls,
	.fields = tls_fields,
	.tell = tell_tls,
};
