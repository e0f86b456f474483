#include "decode/websocket.h"

#define CONTROL_MOST 125         /* bytes that a frame of control may carry: RFC 6455, 5.5 */

struct websocket_state {
	uint64_t skip[2];            /* [from_client]: payload that follows the head at hand */
};

struct head {
	uint8_t first, second;
	size_t length;               /* of the head */
	uint64_t payload;
	const uint8_t *mask;         /* 4 bytes, or NULL */
};

static bool is_control(uint8_t first)
{
	return first & 0x08;
}

/* RFC 6455, 5.2. False when it is not whole. */
static bool read_head(struct cursor *in, struct head *head)
{
	size_t before = in->captured;
	*head = (struct head){ .first = cursor_u8(in), .second = cursor_u8(in) };
	head->payload = head->second & 0x7f;
	if (head->payload == 126)
		head->payload = cursor_be16(in);
	else if (head->payload == 127)
		head->payload = cursor_be64(in);
	if (head->second & 0x80) {
		head->mask = in->next;
		cursor_skip(in, 4);
	}
	head->length = before - in->captured;
	return cursor_ok(in);
}

static bool is_plausible(uint8_t first, uint8_t second)
{
	uint8_t opcode = first & 0x0f;
	if (first & 0x30 || (opcode > WEBSOCKET_BINARY && opcode < WEBSOCKET_CLOSE) || opcode > WEBSOCKET_PONG)
		return false;
	return !is_control(first) || (first & 0x80 && (second & 0x7f) <= CONTROL_MOST);
}

/* Only behind HTTP it is known to be spoken; this finds its frames again behind what the trace lacks. */
static enum certainty probe_websocket(const struct stream *stream, struct cursor in)
{
	if (in.captured < 2)
		return CERTAINTY_MORE;
	bool masked = in.next[1] & 0x80;
	bool fits = stream->state && masked == stream->from_client && is_plausible(in.next[0], in.next[1]);
	return fits ? CERTAINTY_PERHAPS : CERTAINTY_NO;
}

static struct frame frame_websocket(struct stream *stream, struct cursor in)
{
	struct websocket_state *state = stream->state;
	uint64_t *skip = &state->skip[stream->from_client];
	struct head head;
	if (*skip) {
		uint64_t length = *skip;
		*skip = 0;
		return frame_skip(length);
	}
	if (in.captured < 2)
		return frame_more();
	if (!is_plausible(in.next[0], in.next[1]))
		return frame_lost();
	if (!read_head(&in, &head))
		return frame_more();
	if (head.payload > INT64_MAX)
		return frame_lost();
	return frame_message(head.length + (is_control(head.first) ? head.payload : 0));
}

static struct next decode_websocket(struct cursor *in, struct packet *packet, void *facts)
{
	struct websocket_message *message = facts;
	struct stream *stream = packet->stream;
	struct head head;
	if (!stream)
		return next_payload(cursor_rest(in));
	struct websocket_state *state = stream->state;
	if (!read_head(in, &head))
		return next_none();
	message->final = head.first & 0x80;
	message->opcode = head.first & 0x0f;
	message->masked = head.mask != NULL;
	message->length = head.payload;
	if (!is_control(head.first))
		state->skip[stream->from_client] = head.payload;
	if (message->opcode == WEBSOCKET_CLOSE && in->captured >= 2) {
		message->close_code = load_be16(in->next);
		if (head.mask)
			message->close_code ^= load_be16(head.mask);
	}
	cursor_rest(in);
	return next_none();
}

static void lose_websocket(struct stream *stream)
{
	struct websocket_state *state = stream->state;
	state->skip[stream->from_client] = 0;
}

static const struct field_name opcodes[] = { { 0, "Continuation" }, { 1, "Text" }, { 2, "Binary" },
	{ 8, "Connection Close" }, { 9, "Ping" }, { 10, "Pong" }, { 0, NULL } };

/* https://www.iana.org/assignments/websocket */
static const struct field_name close_codes[] = { { 1000, "Normal Closure" }, { 1001, "Going Away" },
	{ 1002, "Protocol error" }, { 1003, "Unsupported Data" }, { 1005, "No Status Rcvd" },
	{ 1006, "Abnormal Closure" }, { 1007, "Invalid frame payload data" }, { 1008, "Policy Violation" },
	{ 1009, "Message Too Big" }, { 1010, "Mandatory Extension" }, { 1011, "Internal Server Error" },
	{ 1012, "Service Restart" }, { 1013, "Try Again Later" }, { 1014, "Bad Gateway" },
	{ 1015, "TLS handshake" }, { 0, NULL } };

const char *websocket_close_name(uint16_t code)
{
	return field_words(close_codes, code);
}

static void say_websocket(struct text *to, const void *facts)
{
	const struct websocket_message *message = facts;
	const char *opcode = field_words(opcodes, message->opcode);
	const char *why = websocket_close_name(message->close_code);
	text_addf(to, "websocket : %s", opcode ? opcode : "?");
	if (message->close_code)
		text_addf(to, " (%u%s%s)", message->close_code, why ? " " : "", why ? why : "");
	else if (message->length)
		text_addf(to, " (%llu bytes)", (unsigned long long)message->length);
}

enum { FIN, RESERVED, OPCODE, MASK, LENGTH, LENGTH_16, LENGTH_64, MASKING_KEY, CLOSE_CODE };

static const struct field fields[] = {
	[FIN] = { "websocket.fin", "Fin", FIELD_FLAG, .mask = 0x80 },
	[RESERVED] = { "websocket.rsv", "Reserved", FIELD_UINT, FORM_HEX, 1, .mask = 0x70 },
	[OPCODE] = { "websocket.opcode", "Opcode", FIELD_UINT, .mask = 0x0f, .names = opcodes },
	[MASK] = { "websocket.mask", "Mask", FIELD_FLAG, .mask = 0x80 },
	[LENGTH] = { "websocket.payload_length", "Payload length", FIELD_UINT, .mask = 0x7f },
	[LENGTH_16] = { "websocket.payload_length_ext_16", "Extended Payload length (16 bits)", FIELD_UINT },
	[LENGTH_64] = { "websocket.payload_length_ext_64", "Extended Payload length (64 bits)", FIELD_UINT },
	[MASKING_KEY] = { "websocket.masking_key", "Masking-Key", FIELD_BYTES },
	[CLOSE_CODE] = { "websocket.payload.close.status_code", "Status code", FIELD_UINT, .names = close_codes },
	{ NULL },
};

static void tell_websocket(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct websocket_message *message = facts;
	const uint8_t *at = in.next;
	(void)packet;
	if (in.captured < 2)
		return;
	tell_number(teller, &fields[FIN], at, 1, at[0] >> 7);
	tell_number(teller, &fields[RESERVED], at, 1, at[0] >> 4 & 7);
	tell_number(teller, &fields[OPCODE], at, 1, at[0] & 0x0f);
	tell_number(teller, &fields[MASK], at + 1, 1, at[1] >> 7);
	tell_number(teller, &fields[LENGTH], at + 1, 1, at[1] & 0x7f);
	cursor_skip(&in, 2);
	if ((at[1] & 0x7f) == 126)
		tell_be16(teller, &fields[LENGTH_16], &in);
	else if ((at[1] & 0x7f) == 127)
		tell_be64(teller, &fields[LENGTH_64], &in);
	if (message->masked && in.captured >= 4) {
		tell_text(teller, &fields[MASKING_KEY], in.next, 4, (const char *)in.next, 4);
		cursor_skip(&in, 4);
	}
	if (message->close_code)
		tell_number(teller, &fields[CLOSE_CODE], in.next, in.captured < 2 ? in.captured : 2,
			    message->close_code);
}

static const struct streaming websocket_streaming = {
	.state_size = sizeof(struct websocket_state),
	.probe = probe_websocket,
	.frame = frame_websocket,
	.lost = lose_websocket,
};

const struct decoder websocket_decoder = {
	.name = "websocket",
	.protocol = "WebSocket",
	.title = "WebSocket",
	.facts_size = sizeof(struct websocket_message),
	.decode = decode_websocket,
	.stream = &websocket_streaming,
	.words = say_websocket,
	.fields = fields,
	.tell = tell_websocket,
};
